"""A workbook whose bytes depend on its cells alone: made again, it is the same file."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import xlsxwriter

WRITTEN_AT = datetime(2026, 1, 1)  # noqa: DTZ001  # a workbook knows no zones


def write_workbook(title: str, rows: Iterable[Sequence[str | int | date | None]]) -> bytes:
    """Return an XLSX file with one sheet *title* of *rows*."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": WRITTEN_AT})
        page = book.add_worksheet(title)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(line, place, cell, day)
                else:
                    page.write(line, place, cell)
    return target.getvalue()
