"""Sheets to count with."""

from datetime import date
from decimal import Decimal

from reports.count_sheet import CountFacts, CountLine, CountWords
from reports.stock_paper import Party, Signature
from tests.reports.notes import PAPER_EN, PAPER_ID

COUNT_WORDS_ID = CountWords(
    **PAPER_ID,
    day="Hari",
    line="No.",
    product="Produk",
    batch="Kode produksi",
    expires="Kedaluwarsa",
    unit="Satuan",
    book="Menurut buku",
    counted="Terhitung",
    note="Catatan",
    lines="{count} baris",
    how_to="Hitung barang yang ada di rak dan di gudang, lalu tulis jumlahnya. Tulis 0 bila tidak ada.",
    others="Barang lain yang ditemukan",
    empty="Tidak ada barang untuk dihitung.",
)
COUNT_WORDS_EN = CountWords(
    **PAPER_EN,
    day="Day",
    line="No.",
    product="Product",
    batch="Batch",
    expires="Expiry",
    unit="Unit",
    book="By the books",
    counted="Counted",
    note="Notes",
    lines="Lines: {count}",
    how_to="Count what is on the shelf and in the storeroom, and write how many. Write 0 where there are none.",
    others="Other goods that were found",
    empty="No goods to count.",
)
CHIPS = CountLine(
    "Keripik Pisang Balado",
    "200 g",
    "UD Dapur Ibu Sri",
    "2000000000015",
    "B12",
    date(2027, 3, 12),
    "bks",
    Decimal("1234.5"),
)
SHRIMP = CountLine("Ebi Kering", "", "Koperasi Nelayan Manggar", "", "", None, "kg", None)
COUNT = CountFacts(
    title="Lembar stok opname",
    number="SO-2026-000004",
    office="Dinas Koperasi, UMKM dan Perindustrian Kota Balikpapan",
    mark=None,
    store=Party("Gerai", "Beruang Mart Sepinggan", ("Jl. Mulawarman No. 5",)),
    partner="PT Beruang Mart Nusantara",
    day=date(2026, 10, 31),
    printed_on=date(2026, 10, 30),
    remark="",
    address=None,
    lines=(CHIPS, SHRIMP),
    blank_rows=4,
    signatures=(Signature("Dihitung oleh"), Signature("Disaksikan oleh")),
)
