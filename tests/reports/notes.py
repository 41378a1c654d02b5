"""Papers about goods whose sums were worked out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from reports.label_words import write_day
from reports.stock_note import (
    Mark,
    NoteFacts,
    NoteLine,
    NoteTotals,
    NoteWords,
    Party,
    Receiving,
    Refusal,
    Signature,
    Tone,
)

ADDRESS = "https://titip.balikpapan.go.id/surat-jalan/SJ-2026-000123"
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PAPER_ID = {
    "language": "id",
    "write_day": write_day,
    "number": "Nomor",
    "partner": "Mitra",
    "remark": "Keterangan",
    "printed": "dicetak",
    "page": "Halaman {page} dari {pages}",
    "continued": "Lanjutan",
    "bars": "Kode batang {text}",
    "qr": "Kode QR {text}",
    "name": "Nama",
    "date": "Tanggal",
    "left_out": "Tanda yang tidak ada dalam huruf cetakan ini tidak dicetak.",
}
PAPER_EN = {
    "language": "en",
    "write_day": lambda day: f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}",
    "number": "Number",
    "partner": "Partner",
    "remark": "Remark",
    "printed": "printed",
    "page": "Page {page} of {pages}",
    "continued": "Continued",
    "bars": "Barcode {text}",
    "qr": "QR code {text}",
    "name": "Name",
    "date": "Date",
    "left_out": "Signs that the typeface of this paper lacks are not printed.",
}
WORDS_ID = NoteWords(
    **PAPER_ID,
    day="Hari",
    made_on="Dibuat",
    confirmed_on="Diterima",
    carrier="Dibawa oleh",
    answers="Menjawab",
    line="No.",
    product="Produk",
    content="Isi bersih",
    barcode="Kode batang",
    batch="Kode produksi",
    expires="Kedaluwarsa",
    quantity="Jumlah",
    unit="Satuan",
    price="Harga",
    amount="Nilai",
    reason="Alasan",
    accepted="Diterima",
    refused="Ditolak",
    refusal_reason="Alasan penolakan",
    accepted_amount="Nilai barang yang diterima",
    total="Jumlah ({count} baris)",
    unpriced="Baris tanpa harga tidak dihitung dalam nilai.",
    by_hand="Penerima menulis jumlah yang diterima dan yang ditolak beserta alasannya, lalu semua pihak menandatangani.",
    empty="Tidak ada barang.",
)
WORDS_EN = NoteWords(
    **PAPER_EN,
    day="Day",
    made_on="Made on",
    confirmed_on="Received on",
    carrier="Brought by",
    answers="Answers",
    line="No.",
    product="Product",
    content="Net content",
    barcode="Barcode",
    batch="Batch",
    expires="Expiry",
    quantity="Quantity",
    unit="Unit",
    price="Price",
    amount="Amount",
    reason="Reason",
    accepted="Accepted",
    refused="Refused",
    refusal_reason="Why refused",
    accepted_amount="Value of the goods accepted",
    total="Total (lines: {count})",
    unpriced="Lines without a price are not in the amount.",
    by_hand="The receiver writes what was accepted and what was refused, with the reason; then all sign.",
    empty="No goods.",
)
CHIPS = NoteLine(
    "Keripik Pisang Balado", "200 g", "2000000000015", "B12", date(2027, 3, 12), Decimal(40), "bks", 15_000, 600_000
)
SHRIMP = NoteLine("Ebi Kering", "", "2000000000022", "", date(2026, 12, 31), Decimal("1.250"), "kg", 84_999, 106_249)
"""84.999 x 1,25 = 106.248,75."""
SAUCE = NoteLine(
    "Sambal Gami Kepiting Khas Balikpapan Tanpa Bahan Pengawet, Pedas Sedang, dalam Botol Kaca dengan Segel Ulir Emas 4",
    "150 ml", "8992761002015", "2611-K7/PAGI", None, Decimal(24), "btl", None, None,
)  # fmt: skip
LINES = (CHIPS, SHRIMP, SAUCE)
SENDER = Party(
    "Pengirim", "UD Dapur Ibu Sri", ("Jl. Marsma Iswahyudi No. 12, Sepinggan", "Balikpapan 76115", "0812-3456-7890")
)
RECEIVER = Party("Penerima", "Beruang Mart Sepinggan", ("Jl. Mulawarman No. 5", "0542-765432"))
NOTE = NoteFacts(
    title="Surat jalan",
    number="SJ-2026-000123",
    office="Dinas Koperasi, UMKM dan Perindustrian Kota Balikpapan",
    mark=Mark("belum diterima", Tone.OPEN),
    parties=(SENDER, RECEIVER),
    partner="PT Beruang Mart Nusantara",
    day=date(2026, 10, 5),
    made_on=date(2026, 10, 4),
    confirmed_on=None,
    printed_on=date(2026, 10, 4),
    carrier="Pak Joko (KT 1234 AB)",
    answers="",
    remark="Dua dus; yang bertanda merah jangan ditumpuk.",
    address=ADDRESS,
    receiving=Receiving.OPEN,
    lines=LINES,
    totals=NoteTotals(lines=3, quantity=Decimal("65.25"), amount_rp=706_249),
    signatures=(Signature("Pengirim", "Sri Wahyuni"), Signature("Pembawa", "Joko"), Signature("Penerima")),
)
"""40 + 1,25 + 24 = 65,25 and 600.000 + 106.249 = 706.249."""
TOLD = replace(
    NOTE,
    mark=Mark("diterima sebagian", Tone.DONE),
    confirmed_on=date(2026, 10, 6),
    receiving=Receiving.TOLD,
    lines=(
        replace(CHIPS, accepted=Decimal(35), refusals=(Refusal(Decimal(3), "rusak"), Refusal(Decimal(2), "kurang"))),
        replace(SHRIMP, accepted=Decimal("1.25")),
        replace(SAUCE, accepted=Decimal(0), refusals=(Refusal(Decimal(24), "tidak dipesan"),)),
    ),
    totals=replace(NOTE.totals, accepted=Decimal("36.25"), refused=Decimal(29), accepted_rp=631_249),
    signatures=(
        Signature("Pengirim", "Sri Wahyuni", date(2026, 10, 5)),
        Signature("Pembawa", "Joko", date(2026, 10, 5)),
        Signature("Penerima", "Rahmat Hidayat", date(2026, 10, 6)),
    ),
)
"""35 x 15.000 = 525.000, and 106.249: 631.249; 35 + 1,25 + 0 = 36,25; 3 + 2 + 24 = 29."""
WRITTEN_OFF = replace(
    NOTE,
    title="Berita acara penghapusan",
    number="BH-2026-000007",
    mark=Mark("dicatat", Tone.DONE),
    parties=(Party("Gerai", "Beruang Mart Sepinggan", ("Jl. Mulawarman No. 5",)),),
    carrier="",
    address=None,
    receiving=Receiving.NONE,
    lines=(replace(CHIPS, quantity=Decimal(2), amount_rp=30_000, reason="rusak"),),
    totals=NoteTotals(lines=1, quantity=Decimal(2), amount_rp=30_000),
    signatures=(Signature("Gerai", "Rahmat Hidayat"), Signature("Saksi")),
)
