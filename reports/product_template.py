"""A sheet to fill in, for lists of things: drop-downs, columns that keep zeros, and a sheet that says what each column takes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.table import MOST_TEXT

Cell = str | int | date | None
SHEET, HELP, CHOICES = "Produk", "Petunjuk", "Pilihan"
FILLABLE_ROWS = 5_000
WRONG_TITLE, WRONG = "Pilih dari daftar", "Pilih salah satu dari daftar, atau kosongkan."
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class SheetColumn:
    """One column of the sheet: *kind* is `text`, `number` or `day`; *choices* are a drop-down, each with a note beside it."""

    title: str
    kind: str
    width: int
    help: str
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def write_sheet(columns: Sequence[SheetColumn], rows: Sequence[Sequence[Cell]], *, sheet: str = SHEET) -> bytes:
    """Return a workbook with *rows* below the titles of *columns*, to be filled in further; *sheet* is what its page is called.

    Text is written as text, whatever it looks like. The second sheet says what each column takes, the third holds the
    choices.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({"num_format": "0"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        page = book.add_worksheet(sheet)
        _write_rows(page, columns, rows, formats)
        _write_help(book, columns, formats)
        _write_choices(book, page, columns, formats, last=max(FILLABLE_ROWS, len(rows)))
    return target.getvalue()


def _write_rows(
    page: Worksheet, columns: Sequence[SheetColumn], rows: Sequence[Sequence[Cell]], formats: dict[str, Format]
) -> None:
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, formats[column.kind])
        page.write_string(0, place, column.title, formats["head"])
    for line, row in enumerate(rows, start=1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            match cell:
                case None | "":
                    continue
                case date():
                    page.write_datetime(line, place, cell, formats["day"])
                case int():
                    page.write_number(line, place, cell, formats["number"])
                case _:
                    page.write_string(line, place, cell[:MOST_TEXT], formats[column.kind])
    page.freeze_panes(1, 0)


def _write_help(book: Workbook, columns: Sequence[SheetColumn], formats: dict[str, Format]) -> None:
    page = book.add_worksheet(HELP)
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 70)
    page.set_column(2, 2, 30)
    for place, title in enumerate(("Kolom", "Yang diisi", "Contoh")):
        page.write_string(0, place, title, formats["head"])
    for line, column in enumerate(columns, start=1):
        for place, words in enumerate((column.title, column.help, column.example)):
            page.write_string(line, place, words, formats["wrapped"])


def _write_choices(
    book: Workbook, page: Worksheet, columns: Sequence[SheetColumn], formats: dict[str, Format], *, last: int
) -> None:
    """Write the choices of each column that has some, and let the column's cells be chosen from them."""
    lists = book.add_worksheet(CHOICES)
    beside = 0
    for place, column in enumerate(columns):
        if not column.choices:
            continue
        lists.write_string(0, beside, f"Pilihan: {column.title}", formats["head"])
        lists.set_column(beside, beside + 1, 28)
        for line, (choice, note) in enumerate(column.choices, start=1):
            lists.write_string(line, beside, choice, formats["text"])
            lists.write_string(line, beside + 1, note)
        letter = xl_col_to_name(beside, col_abs=True)
        chosen = {
            "validate": "list",
            "source": f"={CHOICES}!{letter}$2:{letter}${len(column.choices) + 1}",
            "error_title": WRONG_TITLE,
            "error_message": WRONG,
        }
        page.data_validation(1, place, last, place, chosen)
        beside += 2
