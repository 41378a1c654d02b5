"""A consignment statement (nota perhitungan) as a workbook: real numbers, and sums that a reader can follow."""

import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.statement_figures import (
    BP_WHOLE,
    StatementAdjustmentLine,
    StatementFigures,
    StatementLateLine,
    StatementLine,
    StatementLossLine,
    StatementStockLine,
    refuse_wrong_sums,
)
from reports.statement_words import BEARERS, DRAFT, KINDS, LOSS_REASONS, TITLE, head_of, notes_of, sums_of
from reports.terbilang import spell_rupiah

COLUMNS = (
    ("Gerai", 9), ("Nama gerai", 24), ("Kode produk", 14), ("Produk", 30), ("Jenis", 12), ("Periode lalu", 12),
    ("Jumlah", 10), ("Penjualan (Rp)", 17), ("Komisi (%)", 11), ("Komisi (Rp)", 15), ("Harga satuan (Rp)", 14),
    ("Kotor (Rp)", 17), ("Diskon (Rp)", 14), ("Diskon ditanggung", 14),
)  # fmt: skip
"""Title and width of each column of the sale lines; the parts below them use the same columns."""
STOCK_TITLES = (
    "", "", "Kode produk", "Produk", "Stok awal", "Diterima", "Terjual", "Retur ke produsen", "Hilang/rusak", "Lain-lain",
    "Stok akhir", "Terjual sebelum stok dicatat",
)  # fmt: skip
LATE_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Jenis", "Tanggal", "Jumlah", "Penjualan (Rp)", "Struk", "Komisi (Rp)",
    "Berkas",
)  # fmt: skip
LOSS_TITLES = (
    "Gerai", "Nama gerai", "Kode produk", "Produk", "Alasan", "Tanggal", "Jumlah", "Nilai (Rp)", "Ditanggung gerai (%)",
    "Ditanggung gerai (Rp)", "Dokumen",
)  # fmt: skip
ADJUSTMENT_TITLES = ("Tanggal", "", "", "Koreksi", "", "", "", "Jumlah (Rp)")
AMOUNT_AT, SALES, FEE, GROSS, DISCOUNT, BEARER = 7, "H", "J", "L", "M", "N"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Formats = dict[str, Format]
Line = TypeVar("Line")


def write_xlsx(figures: StatementFigures) -> bytes:
    """Return the statement as a workbook. Each sum is a formula that already holds its value.

    Raises:
        StatementDoesNotAddUp: a sum differs from its parts.

    """
    refuse_wrong_sums(figures)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        formats = _make_formats(book)
        page = book.add_worksheet((figures.number or DRAFT)[:31])
        first = _write_head(page, figures, formats)
        sheet = _Sheet(page, formats, first)
        sales = sheet.write_part((), figures.lines, _write_line)
        sheet.write_part(STOCK_TITLES, figures.stock, _write_stock)
        sheet.write_part(LATE_TITLES, figures.late, _write_late)
        losses = sheet.write_part(LOSS_TITLES, figures.losses, _write_loss)
        corrections = sheet.write_part(ADJUSTMENT_TITLES, figures.adjustments, _write_adjustment)
        parts = {"lines": sales, "losses": losses, "adjustments": corrections}
        _write_sums(page, figures, parts, top=sheet.row, formats=formats)
        _set_up_print(page, head_row=first - 1)
    return target.getvalue()


def _make_formats(book: xlsxwriter.Workbook) -> Formats:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "amount": book.add_format({"num_format": "#,##0;[Red]-#,##0"}),
        "sum": book.add_format({"num_format": "#,##0;[Red]-#,##0", "bold": True, "top": 1}),
        "quantity": book.add_format({"num_format": "#,##0.###"}),
        "rate": book.add_format({"num_format": "0.0#%"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
        "bold": book.add_format({"bold": True}),
    }


def _write_head(page: Worksheet, figures: StatementFigures, formats: Formats) -> int:
    """Write what stands above the lines and return the row of the first line, counted from 0."""
    page.write_string(0, 0, f"{TITLE} ({DRAFT})" if figures.is_draft else TITLE, formats["title"])
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


class _Sheet:
    """Writes one part of the statement below the other, and knows the next free row."""

    def __init__(self, page: Worksheet, formats: Formats, row: int) -> None:
        self.page, self.formats, self.row = page, formats, row

    def write_part(
        self, titles: Sequence[str], lines: Sequence[Line], write: Callable[[Worksheet, int, Line, Formats], None]
    ) -> tuple[int, int]:
        """Write *lines* below their *titles*; return the row of the first of them and how many there are."""
        if titles and lines:
            for place, title in enumerate(titles):
                if title:
                    self.page.write_string(self.row, place, title, self.formats["head"])
            self.row += 1
        first = self.row
        for row, line in enumerate(lines, start=first):
            write(self.page, row, line, self.formats)
        self.row += len(lines) + (1 if lines or not titles else 0)
        return first, len(lines)


def _write_line(page: Worksheet, row: int, line: StatementLine, formats: Formats) -> None:
    texts = (line.store, line.store_name, line.product_code, line.product, KINDS[line.kind])
    for place, words in enumerate((*texts, "ya") if line.late else texts):
        page.write_string(row, place, words)
    page.write_number(row, 6, line.quantity, formats["quantity"])
    page.write_number(row, 7, line.sales_rp, formats["amount"])
    page.write_number(row, 8, Decimal(line.fee_rate_bp) / BP_WHOLE, formats["rate"])
    page.write_number(row, 9, line.fee_rp, formats["amount"])
    page.write_number(row, 10, line.unit_price_rp, formats["amount"])
    page.write_number(row, 11, line.gross_rp, formats["amount"])
    page.write_number(row, 12, line.discount_rp, formats["amount"])
    page.write_string(row, 13, BEARERS[line.discount_by])


def _write_stock(page: Worksheet, row: int, one: StatementStockLine, formats: Formats) -> None:
    page.write_string(row, 2, one.product_code)
    page.write_string(row, 3, one.product)
    quantities = (one.opening, one.received, one.sold, one.returned, one.lost, one.other)
    for place, quantity in enumerate(quantities, start=4):
        page.write_number(row, place, quantity, formats["quantity"])
    at = row + 1
    page.write_formula(row, 10, f"=E{at}+F{at}-G{at}-H{at}-I{at}+J{at}", formats["quantity"], one.closing)
    page.write_number(row, 11, one.unkept, formats["quantity"])


def _write_late(page: Worksheet, row: int, line: StatementLateLine, formats: Formats) -> None:
    for place, words in enumerate((line.store, line.store_name, line.product_code, line.product, KINDS[line.kind])):
        page.write_string(row, place, words)
    page.write_datetime(row, 5, line.day, formats["day"])
    page.write_number(row, 6, line.quantity, formats["quantity"])
    page.write_number(row, 7, line.sales_rp, formats["amount"])
    page.write_string(row, 8, line.receipt)
    page.write_number(row, 9, line.fee_rp, formats["amount"])
    page.write_string(row, 10, line.file)


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


def _write_adjustment(page: Worksheet, row: int, one: StatementAdjustmentLine, formats: Formats) -> None:
    page.write_datetime(row, 0, one.day, formats["day"])
    page.write_string(row, 3, one.reason)
    page.write_number(row, AMOUNT_AT, one.amount_rp, formats["amount"])


def _write_sums(
    page: Worksheet, figures: StatementFigures, parts: Mapping[str, tuple[int, int]], *, top: int, formats: Formats
) -> None:
    """Write the sums from the row *top* on: what comes from lines or from other sums as formulas, the rest as numbers."""
    sums = sums_of(figures)
    cell = {one.name: f"{SALES}{top + 1 + place}" for place, one in enumerate(sums)}
    formulas = {
        "gross": f"={_sum_of(GROSS, parts['lines'])}",
        "discount": f"=-{_sum_of(DISCOUNT, parts['lines'], where='produsen')}",
        "sales": f"={_sum_of(SALES, parts['lines'])}",
        "price": f"={cell['sales']}-{cell['gross']}-{cell['discount']}",
        "fee": f"=-{_sum_of(FEE, parts['lines'])}",
        "losses": f"={_sum_of(FEE, parts['losses'])}",
        "adjustments": f"={_sum_of(SALES, parts['adjustments'])}",
        "net": f"=SUM({cell['sales']}:{cell['opening']})",
        "due": f"=MAX({cell['net']}+{cell['carried']},0)",
        "carry": f"=MIN({cell['net']}+{cell['carried']},0)",
    }
    for place, one in enumerate(sums):
        style = formats["sum" if one.is_total else "amount"]
        page.write_string(top + place, 3, one.label, formats["bold"] if one.is_total else None)
        if one.name in formulas:
            page.write_formula(top + place, AMOUNT_AT, formulas[one.name], style, one.amount_rp)
        else:
            page.write_number(top + place, AMOUNT_AT, one.amount_rp, style)
    below = top + len(sums) + 1
    page.write_string(below, 3, "Terbilang (harus dibayar)", formats["bold"])
    for row, words in enumerate((spell_rupiah(figures.due_rp), *notes_of(figures)), start=below + 1):
        page.write_string(row, 3, words)


def _sum_of(column: str, part: tuple[int, int], *, where: str | None = None) -> str:
    """Return the formula of the sum of a column of a part; *where* takes only lines whose discount somebody bears."""
    first, lines = part
    if not lines:
        return "SUM(0)"
    span = f"{column}{first + 1}:{column}{first + lines}"
    return f'SUMIF({BEARER}{first + 1}:{BEARER}{first + lines},"{where}",{span})' if where else f"SUM({span})"


def _set_up_print(page: Worksheet, *, head_row: int) -> None:
    """Fit the sheet to the width of A4 across, its column titles on every page."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(head_row)
    page.set_footer("&L&A&RHalaman &P / &N")
