"""A list as CSV or XLSX: text stays text, numbers stay numbers, nothing runs."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter

from reports.spreadsheet import safe_text

Cell = str | int | Decimal | date | None
WIDEST = 60
MOST_TEXT = 32_767
"""Characters that one XLSX cell holds."""


def write_csv(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return the list as CSV with commas and CRLF, days as `2026-11-22`, numbers without separators (RFC 4180)."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([safe_text(head) for head in heads])
    writer.writerows([[_text(cell) for cell in row] for row in rows])
    return target.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case Decimal():
            return f"{cell:f}"
        case _:
            return safe_text(cell)


def write_xlsx(heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, sheet: str) -> bytes:
    """Return the list as a workbook with one sheet; text is written as text, whatever it looks like."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        page = book.add_worksheet(sheet[:31])
        bold = book.add_format({"bold": True, "bottom": 1})
        number = book.add_format({"num_format": "#,##0.###"})
        whole = book.add_format({"num_format": "#,##0"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, head in enumerate(heads):
            page.write_string(0, place, head, bold)
        for line, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                match cell:
                    case None:
                        continue
                    case date():
                        page.write_datetime(line, place, cell, day)
                    case int():
                        page.write_number(line, place, cell, whole)
                    case Decimal():
                        page.write_number(line, place, cell, number)
                    case _:
                        page.write_string(line, place, cell[:MOST_TEXT])
        for place, head in enumerate(heads):
            widest = max([len(head), *(len(_text(row[place])) for row in rows[:200])])
            page.set_column(place, place, min(widest + 2, WIDEST))
        page.freeze_panes(1, 0)
        if rows:
            page.autofilter(0, 0, len(rows), len(heads) - 1)
    return target.getvalue()
