"""The columns of a list of movements and of a count: how people name them, which words stand in them, what a template says.

Titles, help and the first word of each code are Indonesian: templates are written with them. Everything here is read again
without regard to capitals and punctuation, as `consign.tabular.headers.normalize` does.
"""

from collections.abc import Mapping
from enum import StrEnum

from consign.catalogue.import_columns import ImportColumn
from consign.stock.rules import RETURN_REASONS, WRITE_OFF_REASONS, Reason
from consign.tabular.headers import normalize


class Role(StrEnum):
    """What a column holds; named as the fact that is read from it."""

    KIND = "kind"
    REFERENCE = "reference"
    DAY = "day"
    PARTNER = "partner"
    STORE = "store"
    TO_STORE = "to_store"
    PRODUCT = "product"
    QUANTITY = "quantity"
    BATCH = "batch"
    EXPIRES = "expires_on"
    REASON = "reason"
    ACCEPTED = "accepted"
    REMARK = "remark"


class ListedKind(StrEnum):
    """What a list may tell: the notes that something moved by, and counts of some goods or of all."""

    DELIVERY = "delivery"
    RETURN = "return"
    TRANSFER = "transfer"
    WRITE_OFF = "write_off"
    COUNT = "count"
    FULL_COUNT = "full_count"


COUNTED = frozenset({ListedKind.COUNT, ListedKind.FULL_COUNT})
REASONS_OF: Mapping[ListedKind, tuple[Reason, ...]] = {
    ListedKind.RETURN: RETURN_REASONS,
    ListedKind.WRITE_OFF: WRITE_OFF_REASONS,
}
"""Kinds of which each row needs a reason, with those that fit."""
OF_NOTE = (Role.KIND, Role.DAY, Role.PARTNER, Role.STORE, Role.TO_STORE, Role.ACCEPTED, Role.REMARK)
"""What holds for a whole note: its first row says it, later ones say the same or leave it blank."""
NEEDED = (Role.KIND, Role.REFERENCE, Role.DAY, Role.STORE, Role.PRODUCT, Role.QUANTITY)
OF_COUNT = (Role.PRODUCT, Role.QUANTITY, Role.BATCH, Role.EXPIRES)
"""The columns of a count of which store and day are said elsewhere."""

COLUMNS: Mapping[Role, ImportColumn] = {
    Role.KIND: ImportColumn(
        "Jenis", ("jenis nota", "jenis gerakan", "kind", "type", "movement"), "text", 18,
        "Surat jalan, retur, pindah gerai, penghapusan, stok opname, atau stok opname penuh.", "surat jalan",
    ),
    Role.REFERENCE: ImportColumn(
        "Nomor nota", ("nota", "no nota", "nomor", "no", "referensi", "nomor surat jalan", "no surat jalan", "note",
                       "note number", "reference", "ref"),
        "text", 18, "Nomor Anda sendiri. Baris dengan nomor yang sama menjadi satu nota.", "NOTA-001",
    ),
    Role.DAY: ImportColumn(
        "Tanggal", ("hari", "tgl", "day", "date"), "day", 13, "Hari barang berpindah atau dihitung.", "2026-11-22",
    ),
    Role.PARTNER: ImportColumn(
        "Kode mitra", ("mitra", "partner", "partner code"), "text", 12, "Kode mitra pemilik gerai.", "ENG",
    ),
    Role.STORE: ImportColumn(
        "Kode gerai", ("gerai", "toko", "kode toko", "store", "store code"), "text", 12,
        "Gerai tujuan surat jalan; gerai tempat barang berada untuk jenis lain.", "ENG01",
    ),
    Role.TO_STORE: ImportColumn(
        "Ke gerai", ("ke toko", "gerai tujuan", "toko tujuan", "to store", "destination"), "text", 12,
        "Hanya untuk pindah gerai.", "",
    ),
    Role.PRODUCT: ImportColumn(
        "Produk", ("kode produk", "kode barang", "barcode", "kode batang", "kode", "plu", "sku", "product",
                   "product code", "code", "number"),
        "text", 18, "Nomor di bawah kode batang, kode produk, atau kode barang milik mitra.", "BPN-001",
    ),
    Role.QUANTITY: ImportColumn(
        "Jumlah", ("jml", "qty", "kuantitas", "jumlah barang", "ditemukan", "quantity", "found"), "number", 10,
        "Berapa banyak. Nol hanya untuk stok opname.", "24",
    ),
    Role.BATCH: ImportColumn(
        "Kode produksi", ("kode batch", "batch", "nomor produksi", "lot", "batch code"), "text", 16,
        "Seperti di kemasan. Boleh kosong.", "K-2611",
    ),
    Role.EXPIRES: ImportColumn(
        "Kedaluwarsa", ("tanggal kedaluwarsa", "kadaluarsa", "kadaluwarsa", "baik digunakan sebelum", "expiry",
                        "expires", "best before", "exp"),
        "day", 13, "Hari terakhir barang boleh dijual.", "",
    ),
    Role.REASON: ImportColumn(
        "Alasan", ("sebab", "reason", "why"), "text", 18, "Wajib untuk retur dan penghapusan. Pilih dari daftar.", "",
    ),
    Role.ACCEPTED: ImportColumn(
        "Sudah diterima", ("diterima", "accepted", "received"), "text", 12,
        "Ya, bila penerima sudah menerima semuanya. Kosong: masih menunggu penerima.", "ya",
    ),
    Role.REMARK: ImportColumn(
        "Keterangan", ("catatan", "remark", "remarks", "comment"), "text", 30, "Boleh kosong.", "",
    ),
}  # fmt: skip
"""In the order in which templates have them."""

KINDS: Mapping[str, tuple[str, ...]] = {
    ListedKind.DELIVERY: ("surat jalan", "kirim", "kiriman", "pengiriman", "delivery", "delivery note"),
    ListedKind.RETURN: ("retur", "pengembalian", "return"),
    ListedKind.TRANSFER: ("pindah gerai", "pindah", "pindah toko", "mutasi", "transfer"),
    ListedKind.WRITE_OFF: ("penghapusan", "hapus", "dihapus", "write off", "writeoff"),
    ListedKind.COUNT: ("stok opname", "opname", "stok opname sebagian", "count", "stock count", "stocktake"),
    ListedKind.FULL_COUNT: ("stok opname penuh", "opname penuh", "full count", "full stock count"),
}
REASONS: Mapping[str, tuple[str, ...]] = {
    Reason.UNSOLD: ("tidak laku", "unsold"),
    Reason.NEAR_EXPIRY: ("hampir kedaluwarsa", "mendekati kedaluwarsa", "near expiry"),
    Reason.EXPIRED: ("kedaluwarsa", "kadaluarsa", "kadaluwarsa", "expired"),
    Reason.DAMAGED: ("rusak", "damaged", "broken"),
    Reason.MISSING: ("hilang", "missing", "lost"),
    Reason.RECALLED: ("ditarik", "penarikan", "recalled"),
    Reason.PAPERS: ("surat izin", "izin", "papers"),
    Reason.SAMPLE: ("contoh", "sampel", "sample"),
    Reason.ROTATION: ("rotasi", "diganti yang baru", "rotation"),
}
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "yes": ("ya", "y", "sudah", "diterima", "1", "x", "true"),
    "no": ("tidak", "t", "n", "belum", "0", "false"),
}
CHOICES: Mapping[Role, Mapping[str, tuple[str, ...]]] = {
    Role.KIND: KINDS,
    Role.REASON: REASONS,
    Role.ACCEPTED: ANSWERS,
}
"""By column and code the words that mean it; the first is written."""

ROLE_OF: Mapping[str, Role] = {
    normalize(header): role for role, column in COLUMNS.items() for header in (column.title, *column.headers)
}
"""What each header means, as `normalize` writes it."""
CODE_OF: Mapping[Role, Mapping[str, str]] = {
    role: {normalize(word): str(code) for code, words in by_code.items() for word in (*words, code)}
    for role, by_code in CHOICES.items()
}
"""What each word means, by column, as `normalize` writes it."""
