"""How a statement says what it says: Indonesian words, numbers as people write them, and its head and sums in order."""

from dataclasses import dataclass
from decimal import Decimal

from reports.statement_figures import PayInto, StatementFigures

TITLE = "Nota perhitungan titip jual"
DRAFT = "DRAF"
KINDS = {"sale": "terjual", "return": "retur", "reversal": "pembatalan"}
LOSS_REASONS = {
    "damaged": "rusak",
    "missing": "hilang",
    "expired": "kedaluwarsa",
    "recalled": "ditarik",
    "sample": "contoh",
}
BEARERS = {"store": "gerai", "producer": "produsen"}
ROUTES = {
    "direct": "langsung dari mitra ke produsen",
    "collecting": "melalui rekening penampungan dinas",
    "cooperative": "dari mitra ke koperasi produsen",
}


@dataclass(frozen=True)
class Sum:
    """One sum of a statement."""

    name: str
    label: str
    amount_rp: int
    is_total: bool = False
    """Whether it adds up those above it."""
    always: bool = False
    """Whether it is said even where it is zero."""


def head_of(figures: StatementFigures) -> list[tuple[str, str]]:
    """Return what stands above the lines: labels and words."""
    said = [
        ("Nota", figures.number or DRAFT),
        ("Nomor lama", figures.earlier_number),
        ("Mitra", f"{figures.partner} ({figures.partner_code})"),
        ("Produsen", f"{figures.producer} ({figures.producer_code})"),
        ("Periode", f"{figures.first:%d/%m/%Y} - {figures.last:%d/%m/%Y}"),
        ("Tanggal", f"{figures.made_on:%d/%m/%Y}"),
        ("Jatuh tempo", f"{figures.due_on:%d/%m/%Y}"),
        ("Pembayaran", ROUTES.get(figures.route, figures.route)),
        *(("Rekening tujuan", write_account(one)) for one in figures.pay_into),
        ("Berita transfer", figures.number),
        ("Disiapkan", figures.prepared_by),
        ("Ditutup", figures.closed_by),
        ("Diterbitkan", figures.office),
        ("Segel", figures.seal),
    ]
    return [(label, words) for label, words in said if words]


def write_account(account: PayInto) -> str:
    """Write an account as people give it: bank, number, and in whose name it stands."""
    return f"{account.bank} {account.number} a.n. {account.holder}"


def sums_of(figures: StatementFigures) -> list[Sum]:
    """Return what stands below the lines, in the order in which it is worked out."""
    return [
        Sum("gross", "Penjualan kotor menurut kasir", figures.gross_rp, always=True),
        Sum("discount", "Diskon ditanggung produsen", -figures.producer_discount_rp),
        Sum("price", "Selisih ke harga sepakat", figures.price_difference_rp),
        Sum("sales", "Penjualan dikurangi retur", figures.sales_rp, is_total=True, always=True),
        Sum("fee", "Komisi gerai", -figures.fee_rp, always=True),
        Sum("fee_tax", "PPN atas komisi", -figures.fee_tax_rp),
        Sum("pph23", "PPh 23 dipotong produsen", figures.pph23_rp),
        Sum("losses", "Barang hilang/rusak, ditanggung gerai", figures.losses_rp),
        Sum("adjustments", "Koreksi", figures.adjustments_rp),
        Sum("opening", "Saldo awal sebelum pembukuan", figures.opening_rp),
        Sum("net", "Bersih periode ini", figures.net_rp, is_total=True, always=True),
        Sum("carried", "Sisa minus periode lalu", figures.carried_rp),
        Sum("due", "Harus dibayar mitra", figures.due_rp, is_total=True, always=True),
        Sum("carry", "Sisa minus dibawa ke periode berikut", figures.carry_rp),
    ]


def notes_of(figures: StatementFigures) -> list[str]:
    """Return what is said below the sums."""
    notes = []
    if figures.store_discount_rp:
        amount = format_rupiah(figures.store_discount_rp)
        notes.append(f"Diskon {amount} ditanggung gerai: produsen menerima harga sebelum diskon.")
    if figures.late:
        notes.append(
            f"Termasuk {format_rupiah(figures.late_rp)} dari hari periode sebelumnya yang baru masuk atau dibatalkan, dirinci satu per satu."
        )
    if any(one.unkept for one in figures.stock):
        notes.append("Terjual sebelum stok dicatat tidak mengurangi stok.")
    if any(one.other for one in figures.stock):
        notes.append("Lain-lain: stok pada opname pertama, atau barang dalam perpindahan antargerai.")
    return notes


def format_rupiah(amount: int) -> str:
    """Write whole rupiah the Indonesian way: `Rp1.234.567`, `-Rp5.000`."""
    return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")


def format_percent(rate_bp: int) -> str:
    """Write basis points as a percentage: 250 is `2,5%`."""
    return f"{Decimal(rate_bp) / 100:f}".replace(".", ",") + "%"


def format_quantity(quantity: Decimal) -> str:
    """Write a quantity without needless zeros: `3`, `0,375`."""
    whole = quantity.to_integral_value()
    return f"{whole:f}" if quantity == whole else f"{quantity.normalize():f}".replace(".", ",")


def plain_quantity(quantity: Decimal) -> str:
    """Write a quantity for a program: a point, no needless zeros."""
    return format_quantity(quantity).replace(",", ".")


def one_line(text: str) -> str:
    """Return *text* with a blank for every sign that would move the cursor or turn the line around."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
