"""A consignment statement (nota perhitungan) as CSV and as plain text, added up again before it is written."""

import csv
import io
from collections.abc import Sequence

from reports.spreadsheet import safe_text
from reports.statement_figures import (
    BP_WHOLE,
    PayInto,
    StatementAdjustmentLine,
    StatementDoesNotAddUp,
    StatementFigures,
    StatementLateLine,
    StatementLine,
    StatementLossLine,
    StatementStockLine,
    refuse_wrong_sums,
    share_of,
)
from reports.statement_words import (
    BEARERS,
    DRAFT,
    KINDS,
    LOSS_REASONS,
    format_percent,
    format_quantity,
    format_rupiah,
    head_of,
    notes_of,
    one_line,
    plain_quantity,
    sums_of,
)
from reports.terbilang import spell_rupiah

__all__ = [
    "BP_WHOLE", "KINDS", "LOSS_REASONS", "PayInto", "StatementAdjustmentLine", "StatementDoesNotAddUp", "StatementFigures",
    "StatementLateLine", "StatementLine", "StatementLossLine", "StatementStockLine", "format_percent", "format_quantity",
    "format_rupiah", "head_of", "one_line", "refuse_wrong_sums", "share_of", "sums_of", "write_csv", "write_text",
]  # fmt: skip

LINE_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Jenis", "Periode lalu", "Jumlah", "Penjualan (Rp)", "Komisi (bp)",
    "Komisi (Rp)", "Harga satuan (Rp)", "Kotor (Rp)", "Diskon (Rp)", "Diskon ditanggung",
)  # fmt: skip
STOCK_TITLES = (
    "Kode produk", "Produk", "Stok awal", "Diterima", "Terjual", "Retur ke produsen", "Hilang/rusak", "Lain-lain",
    "Stok akhir", "Terjual sebelum stok dicatat",
)  # fmt: skip
LATE_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Jenis", "Tanggal", "Jumlah", "Penjualan (Rp)", "Struk", "Komisi (Rp)",
    "Berkas",
)  # fmt: skip
LOSS_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Alasan", "Tanggal", "Jumlah", "Nilai (Rp)", "Ditanggung gerai (bp)",
    "Ditanggung gerai (Rp)", "Dokumen",
)  # fmt: skip
ADJUSTMENT_TITLES = ("Tanggal", "Koreksi", "Jumlah (Rp)")
Row = Sequence[str | int]


def write_csv(figures: StatementFigures) -> str:
    """Return the statement as comma-separated text: its parts, then its sums; plain numbers, harmless text.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    refuse_wrong_sums(figures)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows([*([label, safe_text(words)] for label, words in head_of(figures)), []])
    parts: tuple[tuple[Row, list[Row]], ...] = (
        (LINE_TITLES, [_line_cells(line) for line in figures.lines]),
        (STOCK_TITLES, [_stock_cells(one) for one in figures.stock]),
        (LATE_TITLES, [_late_cells(line) for line in figures.late]),
        (LOSS_TITLES, [_loss_cells(loss) for loss in figures.losses]),
        (
            ADJUSTMENT_TITLES,
            [(one.day.isoformat(), safe_text(one.reason), one.amount_rp) for one in figures.adjustments],
        ),
    )
    for titles, rows in parts:
        if rows or titles is LINE_TITLES:
            writer.writerows([titles, *rows, []])
    writer.writerows([one.label, *[""] * 6, one.amount_rp] for one in sums_of(figures))
    writer.writerow(["Terbilang", spell_rupiah(figures.due_rp)])
    return target.getvalue()


def _line_cells(line: StatementLine) -> Row:
    return [
        safe_text(line.store), safe_text(line.store_name), safe_text(line.product_code), safe_text(line.product),
        KINDS[line.kind], "ya" if line.late else "", plain_quantity(line.quantity), line.sales_rp, line.fee_rate_bp,
        line.fee_rp, line.unit_price_rp, line.gross_rp, line.discount_rp, BEARERS[line.discount_by] if line.discount_rp else "",
    ]  # fmt: skip


def _stock_cells(one: StatementStockLine) -> Row:
    quantities = (one.opening, one.received, one.sold, one.returned, one.lost, one.other, one.closing, one.unkept)
    return [safe_text(one.product_code), safe_text(one.product), *map(plain_quantity, quantities)]


def _late_cells(line: StatementLateLine) -> Row:
    return [
        safe_text(line.store), safe_text(line.store_name), safe_text(line.product_code), safe_text(line.product),
        KINDS[line.kind], line.day.isoformat(), plain_quantity(line.quantity), line.sales_rp, safe_text(line.receipt),
        line.fee_rp, safe_text(line.file),
    ]  # fmt: skip


def _loss_cells(loss: StatementLossLine) -> Row:
    return [
        safe_text(loss.store), safe_text(loss.store_name), safe_text(loss.product_code), safe_text(loss.product),
        LOSS_REASONS.get(loss.reason, loss.reason), loss.day.isoformat(), plain_quantity(loss.quantity),
        loss.value_rp, "" if loss.share_bp is None else loss.share_bp, loss.store_rp, loss.note,
    ]  # fmt: skip


def write_text(figures: StatementFigures) -> str:
    """Return the statement as plain tables of fixed width.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    refuse_wrong_sums(figures)
    head = [f"{label:<16}{one_line(words)}" for label, words in head_of(figures)]
    if figures.is_draft:
        head.insert(0, f"{DRAFT}: belum ditutup, masih dapat berubah.")
    sums = [
        f"{one.label:<40}{format_rupiah(one.amount_rp):>18}" for one in sums_of(figures) if one.always or one.amount_rp
    ]
    tables = (_lay_out_lines(figures), _lay_out_stock(figures), _lay_out_late(figures), _lay_out_losses(figures),
              _lay_out_adjustments(figures))  # fmt: skip
    body = [line for table in tables if table for line in (*table, "")]
    words = f"Terbilang: {spell_rupiah(figures.due_rp)}"
    return "\n".join([*head, "", *body, *sums, words, *notes_of(figures), ""])


def _lay_out_lines(figures: StatementFigures) -> list[str]:
    rows = [
        (
            one_line(line.store),
            one_line(line.product)[:32],
            KINDS[line.kind] + (" (periode lalu)" if line.late else ""),
            format_quantity(line.quantity),
            format_rupiah(line.unit_price_rp),
            format_rupiah(line.sales_rp),
            format_percent(line.fee_rate_bp),
            format_rupiah(line.fee_rp),
        )
        for line in figures.lines
    ]
    titles = ("Gerai", "Produk", "Jenis", "Jumlah", "Harga", "Penjualan", "Komisi", "Komisi Rp")
    return _lay_out(titles, rows, left=3) or ["Tidak ada penjualan."]


def _lay_out_stock(figures: StatementFigures) -> list[str]:
    rows = [
        (
            one_line(one.product)[:32],
            *map(
                format_quantity, (one.opening, one.received, one.sold, one.returned, one.lost, one.other, one.closing)
            ),
        )
        for one in figures.stock
    ]
    titles = ("Stok produk", "Awal", "Diterima", "Terjual", "Retur", "Hilang", "Lain", "Akhir")
    return _lay_out(titles, rows, left=1)


def _lay_out_late(figures: StatementFigures) -> list[str]:
    rows = [
        (
            f"{line.day:%d/%m/%Y}",
            one_line(line.store),
            one_line(line.product)[:32],
            KINDS[line.kind],
            one_line(f"{line.receipt} {line.file}".strip())[:32],
            format_quantity(line.quantity),
            format_rupiah(line.sales_rp),
            format_rupiah(line.fee_rp),
        )
        for line in figures.late
    ]
    titles = ("Periode lalu", "Gerai", "Produk", "Jenis", "Struk, berkas", "Jumlah", "Penjualan", "Komisi Rp")
    return _lay_out(titles, rows, left=5)


def _lay_out_losses(figures: StatementFigures) -> list[str]:
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
    return _lay_out(titles, rows, left=3)


def _lay_out_adjustments(figures: StatementFigures) -> list[str]:
    rows = [
        (f"{one.day:%d/%m/%Y}", one_line(one.reason)[:60], format_rupiah(one.amount_rp)) for one in figures.adjustments
    ]
    return _lay_out(("Tanggal", "Koreksi", "Jumlah"), rows, left=2)


def _lay_out(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, left: int) -> list[str]:
    """Return a table of fixed width, its first *left* columns to the left, all others to the right; none without rows."""
    if not rows:
        return []
    widths = [max(len(row[place]) for row in [titles, *rows]) for place in range(len(titles))]

    def laid_out(row: tuple[str, ...]) -> str:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return [laid_out(titles), "  ".join("-" * width for width in widths), *map(laid_out, rows)]
