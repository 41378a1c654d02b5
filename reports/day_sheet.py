"""A workbook to fill in: things below each other, days beside each other, a quantity in each cell.

What need not be filled in is protected, without a password; what is typed is held against the rules of a quantity.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.table import MOST_TEXT

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEAD_ROW = 3
"""Counted from 0; the title, what it is about, and a hint stand above."""
WIDTHS = (11, 16, 32, 22, 12)
DAY_WIDTH = 9
DAY_FORMATS = {"id": "[$-421]ddd d mmm", "en": "[$-809]ddd d mmm"}
A4 = 9
MOST_DECIMALS = 3


@dataclass(frozen=True)
class DaySheetRow:
    """One thing: *cells* stand before the days, the last of them an amount; *closed* days take no quantity."""

    cells: tuple[str, str, str, str, int]
    closed: frozenset[date] = frozenset()
    only_zero: bool = False
    """Whether its days take nothing but a 0."""


@dataclass(frozen=True)
class DaySheetWords:
    """What is written on the sheets, ready to show; *language* decides how days are written."""

    language: str
    sheet: str
    help_sheet: str
    title: str
    about: str
    hint: str
    heads: tuple[str, str, str, str, str]
    wrong_title: str
    wrong: str
    wrong_zero: str
    notes: tuple[str, ...]


def write_day_sheet(words: DaySheetWords, rows: Sequence[DaySheetRow], days: Sequence[date]) -> bytes:
    """Return a workbook with *rows* and a column for each of *days*; text is written as text, whatever it looks like."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        formats = _make_formats(book, DAY_FORMATS.get(words.language, DAY_FORMATS["en"]))
        page = book.add_worksheet(words.sheet[:31])
        _write_head(page, words, days, formats)
        for place, row in enumerate(rows, start=HEAD_ROW + 1):
            _write_row(page, place, row, days, formats)
            _add_rule(page, place, words, days=len(days), only_zero=row.only_zero)
        _protect(page)
        _set_up_print(page, words, columns=len(WIDTHS) + len(days))
        _write_notes(book, words, formats)
    return target.getvalue()


def _make_formats(book: Workbook, day_format: str) -> dict[str, Format]:
    lines = {"border": 1, "border_color": "#B7BFB9"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "hint": book.add_format({"font_color": "#56615B"}),
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E3F1EB", **lines}),
        "day": book.add_format(
            {
                "bold": True,
                "num_format": day_format,
                "align": "center",
                "text_wrap": True,
                "bg_color": "#E3F1EB",
                **lines,
            }
        ),
        "text": book.add_format({"num_format": "@", **lines}),
        "amount": book.add_format({"num_format": "#,##0;;", **lines}),
        "open": book.add_format({"locked": False, **lines}),
        "closed": book.add_format({"bg_color": "#D8DDD7", **lines}),
        "special": book.add_format({"num_format": "@", "italic": True, **lines}),
        "note": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_head(page: Worksheet, words: DaySheetWords, days: Sequence[date], formats: dict[str, Format]) -> None:
    page.write_string(0, 0, words.title, formats["title"])
    page.write_string(1, 0, words.about[:MOST_TEXT])
    page.write_string(2, 0, words.hint, formats["hint"])
    page.set_row(HEAD_ROW, 32)
    for place, (head, width) in enumerate(zip(words.heads, WIDTHS, strict=True)):
        page.set_column(place, place, width)
        page.write_string(HEAD_ROW, place, head, formats["head"])
    for place, day in enumerate(days, start=len(WIDTHS)):
        page.write_datetime(HEAD_ROW, place, day, formats["day"])
    page.set_column(len(WIDTHS), len(WIDTHS) + len(days) - 1, DAY_WIDTH)
    page.freeze_panes(HEAD_ROW + 1, 3)


def _write_row(page: Worksheet, place: int, row: DaySheetRow, days: Sequence[date], formats: dict[str, Format]) -> None:
    *texts, amount = row.cells
    for column, words in enumerate(texts):
        page.write_string(place, column, words[:MOST_TEXT], formats["special" if row.only_zero else "text"])
    page.write_number(place, len(texts), amount, formats["amount"])
    for column, day in enumerate(days, start=len(WIDTHS)):
        page.write_blank(place, column, None, formats["closed" if day in row.closed else "open"])


def _add_rule(page: Worksheet, place: int, words: DaySheetWords, *, days: int, only_zero: bool) -> None:
    first = len(WIDTHS)
    rule = _zero_rule(words) if only_zero else _quantity_rule(words, xl_rowcol_to_cell(place, first))
    page.data_validation(place, first, place, first + days - 1, rule)


def _quantity_rule(words: DaySheetWords, cell: str) -> dict[str, object]:
    """Return the rule of a quantity, said of the first cell that it goes for."""
    return {
        "validate": "custom",
        "value": f"=AND(ISNUMBER({cell}),{cell}>=0,ROUND({cell},{MOST_DECIMALS})={cell})",
        "error_title": words.wrong_title,
        "error_message": words.wrong,
    }


def _zero_rule(words: DaySheetWords) -> dict[str, object]:
    return {
        "validate": "integer",
        "criteria": "==",
        "value": 0,
        "error_title": words.wrong_title,
        "error_message": words.wrong_zero,
    }


def _protect(page: Worksheet) -> None:
    """Keep what is not filled in from being changed by mistake; columns may be made wider, and there is no password."""
    page.protect("", {"format_columns": True, "format_rows": True})


def _set_up_print(page: Worksheet, words: DaySheetWords, *, columns: int) -> None:
    page.set_paper(A4)
    page.set_landscape()
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)
    page.repeat_columns(0, min(2, columns - 1))
    page.set_footer("&L" + words.about.replace("&", "&&")[:120] + "&R&P/&N")


def _write_notes(book: Workbook, words: DaySheetWords, formats: dict[str, Format]) -> None:
    """Write the notes, one below the other: one column, so that nobody takes them for a table."""
    page = book.add_worksheet(words.help_sheet[:31])
    page.set_column(0, 0, 100)
    for line, note in enumerate((words.title, *words.notes)):
        page.write_string(line, 0, note[:MOST_TEXT], formats["note"])
