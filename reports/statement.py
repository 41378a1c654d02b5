"""A consignment statement (nota perhitungan) as CSV and as plain text, added up again before it is written."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.spreadsheet import safe_text

KINDS = {"sale": "terjual", "return": "retur", "reversal": "pembatalan"}
LOSS_REASONS = {
    "damaged": "rusak",
    "missing": "hilang",
    "expired": "kedaluwarsa",
    "recalled": "ditarik",
    "sample": "contoh",
}
LOSS_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Alasan", "Tanggal", "Jumlah", "Nilai (Rp)", "Ditanggung gerai (bp)",
    "Ditanggung gerai (Rp)", "Dokumen",
)  # fmt: skip
BP_WHOLE = 10_000


class StatementDoesNotAddUp(ValueError):
    """The figures contradict each other; nothing was written."""


@dataclass(frozen=True)
class StatementLine:
    """What was sold of one product in one store at one fee rate."""

    store: str
    """The store's code."""
    store_name: str
    product: str
    """The product's name; *product_code* tells it from others of the same name."""
    product_code: str
    kind: str
    """`sale`, `return` or `reversal`."""
    late: bool
    """Whether it belongs to a day of an earlier period."""
    quantity: Decimal
    sales_rp: int
    fee_rate_bp: int
    fee_rp: int


@dataclass(frozen=True)
class StatementLossLine:
    """Goods that were lost in a store, or found again, and what the store bears of them."""

    day: date
    note: str
    """The number of the count or write-off that says so."""
    store: str
    store_name: str
    product: str
    product_code: str
    reason: str
    quantity: Decimal
    """Negative for goods found again, or a loss that was taken back."""
    value_rp: int
    """What the producer would have got had it been sold."""
    share_bp: int | None
    """The store's share of it, in basis points; blank where it was taken back before anybody said."""
    store_rp: int


@dataclass(frozen=True)
class StatementFigures:
    """Everything a statement says. Amounts in whole rupiah."""

    number: str
    partner: str
    partner_code: str
    producer: str
    producer_code: str
    first: date
    last: date
    due_on: date
    lines: tuple[StatementLine, ...]
    losses: tuple[StatementLossLine, ...]
    sales_rp: int
    fee_rp: int
    fee_tax_rp: int
    pph23_rp: int
    losses_rp: int
    adjustments_rp: int
    """Corrections that two people agreed on; positive in the producer's favour."""
    opening_rp: int
    """What stood open before the books began."""
    net_rp: int
    carried_rp: int
    due_rp: int
    carry_rp: int
    seal: str
    """Length and head of the audit chain when it was written."""


def refuse_wrong_sums(figures: StatementFigures) -> None:
    """Add the figures up again.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    sums = {
        "sales": (figures.sales_rp, sum(line.sales_rp for line in figures.lines)),
        "fee": (figures.fee_rp, sum(line.fee_rp for line in figures.lines)),
        "losses": (figures.losses_rp, sum(loss.store_rp for loss in figures.losses)),
        "net": (
            figures.net_rp,
            figures.sales_rp
            - figures.fee_rp
            - figures.fee_tax_rp
            + figures.pph23_rp
            + figures.losses_rp
            + figures.adjustments_rp
            + figures.opening_rp,
        ),
        "due": (figures.due_rp + figures.carry_rp, figures.net_rp + figures.carried_rp),
    }
    for name, (stated, added) in sums.items():
        if stated != added:
            raise StatementDoesNotAddUp(f"{figures.number}: {name} is {stated}, its parts add up to {added}")
    for loss in figures.losses:
        expected = share_of(loss.value_rp, loss.share_bp or 0)
        if loss.store_rp != expected:
            raise StatementDoesNotAddUp(
                f"{figures.number}: of {loss.product} in {loss.note} the store bears {loss.store_rp}, not {expected}"
            )


def share_of(value_rp: int, share_bp: int) -> int:
    """Return a share of an amount, rounded half away from zero."""
    whole, rest = divmod(abs(value_rp) * share_bp, BP_WHOLE)
    rounded = whole + (2 * rest >= BP_WHOLE)
    return rounded if value_rp >= 0 else -rounded


def write_csv(figures: StatementFigures) -> str:
    """Return the statement as comma-separated text: its lines, then its sums; plain numbers, harmless text.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    refuse_wrong_sums(figures)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows([*([label, safe_text(words)] for label, words in head_of(figures)), []])
    writer.writerow(
        [
            "Gerai",
            "Nama gerai",
            "Kode produk",
            "Produk",
            "Jenis",
            "Periode lalu",
            "Jumlah",
            "Penjualan (Rp)",
            "Komisi (bp)",
            "Komisi (Rp)",
        ]
    )
    for line in figures.lines:
        writer.writerow(
            [
                safe_text(line.store),
                safe_text(line.store_name),
                safe_text(line.product_code),
                safe_text(line.product),
                KINDS[line.kind],
                "ya" if line.late else "",
                format_quantity(line.quantity).replace(",", "."),
                line.sales_rp,
                line.fee_rate_bp,
                line.fee_rp,
            ]
        )
    writer.writerow([])
    if figures.losses:
        writer.writerow(LOSS_TITLES)
        writer.writerows(_loss_cells(loss) for loss in figures.losses)
        writer.writerow([])
    writer.writerows([label, *[""] * 6, amount] for label, amount in sums_of(figures))
    return target.getvalue()


def _loss_cells(loss: StatementLossLine) -> list[str | int]:
    """Return a loss as a row of cells, in the order of `LOSS_TITLES`."""
    return [
        safe_text(loss.store), safe_text(loss.store_name), safe_text(loss.product_code), safe_text(loss.product),
        LOSS_REASONS.get(loss.reason, loss.reason), loss.day.isoformat(), format_quantity(loss.quantity).replace(",", "."),
        loss.value_rp, "" if loss.share_bp is None else loss.share_bp, loss.store_rp, loss.note,
    ]  # fmt: skip


def write_text(figures: StatementFigures) -> str:
    """Return the statement as a plain table of fixed width.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    refuse_wrong_sums(figures)
    rows = [
        (
            one_line(line.store),
            one_line(line.product)[:32],
            KINDS[line.kind] + (" (periode lalu)" if line.late else ""),
            format_quantity(line.quantity),
            format_rupiah(line.sales_rp),
            format_percent(line.fee_rate_bp),
            format_rupiah(line.fee_rp),
        )
        for line in figures.lines
    ]
    titles = ("Gerai", "Produk", "Jenis", "Jumlah", "Penjualan", "Komisi", "Komisi Rp")
    head = [f"{label:<14}{one_line(words)}" for label, words in head_of(figures)]
    table = _lay_out(titles, rows, left=3) if rows else ["Tidak ada penjualan."]
    sums = [f"{label:<40}{format_rupiah(amount):>18}" for label, amount in sums_of(figures)]
    return "\n".join([*head, "", *table, "", *_write_losses(figures), *sums, ""])


def _write_losses(figures: StatementFigures) -> list[str]:
    """Return the lines that name the goods lost; none where none were."""
    rows = [
        (
            one_line(loss.store),
            one_line(loss.product)[:32],
            f"{LOSS_REASONS.get(loss.reason, loss.reason)}, {loss.note}",
            format_quantity(loss.quantity),
            format_rupiah(loss.value_rp),
            "-" if loss.share_bp is None else format_percent(loss.share_bp),
            format_rupiah(loss.store_rp),
        )
        for loss in figures.losses
    ]
    titles = ("Gerai", "Produk", "Barang hilang atau rusak", "Jumlah", "Nilai", "Gerai", "Gerai Rp")
    return [*_lay_out(titles, rows, left=3), ""] if rows else []


def _lay_out(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, left: int) -> list[str]:
    """Return a table of fixed width, its first *left* columns to the left, all others to the right."""
    widths = [max(len(row[place]) for row in [titles, *rows]) for place in range(len(titles))]

    def laid_out(row: tuple[str, ...]) -> str:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return [laid_out(titles), "  ".join("-" * width for width in widths), *map(laid_out, rows)]


def one_line(text: str) -> str:
    """Return *text* with a blank for every sign that would move the cursor or turn the line around."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


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


def head_of(figures: StatementFigures) -> list[tuple[str, str]]:
    """Return what stands above the lines: labels and words."""
    return [
        ("Nota", figures.number),
        ("Mitra", f"{figures.partner} ({figures.partner_code})"),
        ("Produsen", f"{figures.producer} ({figures.producer_code})"),
        ("Periode", f"{figures.first:%d/%m/%Y} - {figures.last:%d/%m/%Y}"),
        ("Jatuh tempo", f"{figures.due_on:%d/%m/%Y}"),
        ("Segel", figures.seal),
    ]


def sums_of(figures: StatementFigures) -> list[tuple[str, int]]:
    """Return what stands below the lines: labels and amounts; the sixth adds up the five above it."""
    return [
        ("Penjualan dikurangi retur", figures.sales_rp),
        ("Komisi gerai", -figures.fee_rp),
        ("PPN atas komisi", -figures.fee_tax_rp),
        ("PPh 23 dipotong produsen", figures.pph23_rp),
        ("Barang hilang/rusak, ditanggung gerai", figures.losses_rp),
        ("Bersih periode ini", figures.net_rp),
        ("Sisa minus periode lalu", figures.carried_rp),
        ("Harus dibayar mitra", figures.due_rp),
        ("Sisa minus dibawa ke periode berikut", figures.carry_rp),
    ]
