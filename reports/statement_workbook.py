"""A consignment statement (nota perhitungan) as a workbook: real numbers, and sums that a reader can follow."""

import io
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.statement import (
    BP_WHOLE,
    KINDS,
    LOSS_REASONS,
    StatementFigures,
    StatementLine,
    StatementLossLine,
    head_of,
    refuse_wrong_sums,
    sums_of,
)
from reports.terbilang import spell_rupiah

COLUMNS = (
    ("Gerai", 9), ("Nama gerai", 24), ("Kode produk", 14), ("Produk", 30), ("Jenis", 12), ("Periode lalu", 12),
    ("Jumlah", 10), ("Penjualan (Rp)", 17), ("Komisi (%)", 11), ("Komisi (Rp)", 15),
)  # fmt: skip
"""Title and width of each column."""
LOSS_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Alasan", "Tanggal", "Jumlah", "Nilai (Rp)", "Ditanggung gerai (%)",
    "Ditanggung gerai (Rp)", "Dokumen",
)  # fmt: skip
"""Titles of the goods lost, below the sales in the same columns."""
SALES, FEE, BORNE = "H", "J", "J"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Formats = dict[str, Format]


def write_xlsx(figures: StatementFigures) -> bytes:
    """Return the statement as a workbook. Each sum is a formula that already holds its value.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    refuse_wrong_sums(figures)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "amount": book.add_format({"num_format": "#,##0;[Red]-#,##0"}),
            "sum": book.add_format({"num_format": "#,##0;[Red]-#,##0", "bold": True, "top": 1}),
            "quantity": book.add_format({"num_format": "#,##0.###"}),
            "rate": book.add_format({"num_format": "0.0#%"}),
            "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            "bold": book.add_format({"bold": True}),
        }
        page = book.add_worksheet(figures.number[:31])
        first = _write_head(page, figures, formats)
        for row, line in enumerate(figures.lines, start=first):
            _write_line(page, row, line, formats)
        last = _write_losses(page, figures, top=first + len(figures.lines) + 1, formats=formats)
        _write_sums(page, figures, first=first, top=last, formats=formats)
        _set_up_print(page, head_row=first - 1)
    return target.getvalue()


def _write_head(page: Worksheet, figures: StatementFigures, formats: Formats) -> int:
    """Write what stands above the lines and return the row of the first line, counted from 0."""
    page.write_string(0, 0, "Nota perhitungan titip jual", formats["title"])
    row = 1
    for label, words in head_of(figures):
        page.write_string(row, 0, label, formats["bold"])
        page.write_string(row, 1, words)
        row += 1
    for place, (title, width) in enumerate(COLUMNS):
        page.write_string(row + 1, place, title, formats["head"])
        page.set_column(place, place, width)
    page.freeze_panes(row + 2, 0)
    return row + 2


def _write_line(page: Worksheet, row: int, line: StatementLine, formats: Formats) -> None:
    texts = (line.store, line.store_name, line.product_code, line.product, KINDS[line.kind])
    for place, words in enumerate((*texts, "ya") if line.late else texts):
        page.write_string(row, place, words)
    page.write_number(row, 6, line.quantity, formats["quantity"])
    page.write_number(row, 7, line.sales_rp, formats["amount"])
    page.write_number(row, 8, Decimal(line.fee_rate_bp) / BP_WHOLE, formats["rate"])
    page.write_number(row, 9, line.fee_rp, formats["amount"])


def _write_losses(page: Worksheet, figures: StatementFigures, *, top: int, formats: Formats) -> int:
    """Write the goods lost from the row *top* on, and return the row below them; where none were, *top* itself."""
    if not figures.losses:
        return top
    for place, title in enumerate(LOSS_TITLES):
        page.write_string(top, place, title, formats["head"])
    for row, loss in enumerate(figures.losses, start=top + 1):
        _write_loss(page, row, loss, formats)
    return top + len(figures.losses) + 2


def _write_loss(page: Worksheet, row: int, loss: StatementLossLine, formats: Formats) -> None:
    reason = LOSS_REASONS.get(loss.reason, loss.reason)
    for place, words in enumerate((loss.store, loss.store_name, loss.product_code, loss.product, reason)):
        page.write_string(row, place, words)
    page.write_datetime(row, 5, loss.day, formats["day"])
    page.write_number(row, 6, loss.quantity, formats["quantity"])
    page.write_number(row, 7, loss.value_rp, formats["amount"])
    if loss.share_bp is not None:
        page.write_number(row, 8, Decimal(loss.share_bp) / BP_WHOLE, formats["rate"])
    page.write_number(row, 9, loss.store_rp, formats["amount"])
    page.write_string(row, 10, loss.note)


def _write_sums(page: Worksheet, figures: StatementFigures, *, first: int, top: int, formats: Formats) -> None:
    """Write the sums from the row *top* on: what comes from lines or from other sums as formulas, taxes and rests as numbers.

    *first* is the row of the first sale line; goods lost end above the row before *top*.
    """
    cells = [f"{SALES}{top + 1 + place}" for place in range(9)]
    net, carried = cells[5], cells[6]
    formulas = {
        0: f"={_sum_of(SALES, first, len(figures.lines))}",
        1: f"=-{_sum_of(FEE, first, len(figures.lines))}",
        4: f"={_sum_of(BORNE, top - 1 - len(figures.losses), len(figures.losses))}",
        5: f"=SUM({cells[0]}:{cells[4]})",
        7: f"=MAX({net}+{carried},0)",
        8: f"=MIN({net}+{carried},0)",
    }
    for place, (label, amount) in enumerate(sums_of(figures)):
        style = formats["sum" if place in {5, 7} else "amount"]
        page.write_string(top + place, 3, label, formats["bold"] if place in {5, 7} else None)
        if place in formulas:
            page.write_formula(top + place, 7, formulas[place], style, amount)
        else:
            page.write_number(top + place, 7, amount, style)
    page.write_string(top + 10, 3, "Terbilang (harus dibayar)", formats["bold"])
    page.write_string(top + 11, 3, spell_rupiah(figures.due_rp))


def _sum_of(column: str, first: int, lines: int) -> str:
    return f"SUM({column}{first + 1}:{column}{first + lines})" if lines else "SUM(0)"


def _set_up_print(page: Worksheet, *, head_row: int) -> None:
    """Fit the sheet to the width of A4 across, its column titles on every page."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(head_row)
    page.set_footer("&L&A&RHalaman &P / &N")
