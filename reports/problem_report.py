"""Rows of a sales file that could not be posted, as a workbook in which they can be mended and handed in again.

The first sheet is the file's own table with what is wrong to the far right, below headers that begin with a mark of our own,
so that whoever reads the sheet knows where the file's columns end. Rows are written as they come and never held together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

Cell = str | Decimal | date | datetime
MARK = ">> "
"""Begins every header that is ours. Plain signs: they outlive being saved as text in any encoding."""
MOST_ROWS = 1_048_000
MOST_TEXT = 32_767
"""Characters that one cell holds."""
WIDEST = 40
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


@dataclass(frozen=True)
class ProblemRow:
    """One row: its cells as they stand in the file, and what is told about it below our own headers."""

    cells: Sequence[Cell]
    fault: int | None
    """Place of the cell that is wrong."""
    told: Sequence[str | int | None]


@dataclass(frozen=True)
class Counts:
    """Where the rows of the file went."""

    read: int
    posted: int
    known: int
    ignored: int
    parked: int


@dataclass(frozen=True)
class Words:
    """What stands in the workbook besides the rows, in the reader's language."""

    problems: str
    ignored: str
    summary: str
    """Names of the sheets."""
    told: Sequence[str]
    """Headers of what is told about a row, without the mark."""
    ignored_heads: Sequence[str]
    counts: Sequence[str]
    """What is counted: rows read, posted, known, ignored, not posted, their sum, and whether that ties."""
    ties: str
    differs: str
    facts: Sequence[tuple[str, str]]
    """What is told about the file: label and value."""
    cut: str
    """Said where there are more rows than a sheet holds."""


def write_problem_report(
    target: BinaryIO,
    *,
    headers: Sequence[str],
    problems: Iterable[ProblemRow],
    ignored: Iterable[Sequence[str | int | None]],
    counts: Counts,
    words: Words,
) -> None:
    """Write the workbook: rows to mend, rows that are no sales, and the counts, which tie by a formula."""
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        pages = [book.add_worksheet(name[:31]) for name in (words.problems, words.ignored, words.summary)]
        bold = book.add_format({"bold": True, "bottom": 1})
        styles = {
            "fault": book.add_format({"bg_color": "#f8d7da", "border": 1, "border_color": "#b02a37"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        cut = _write_problems(pages[0], headers, problems, words=words, bold=bold, styles=styles)
        cut = _write_ignored(pages[1], ignored, words=words, bold=bold) or cut
        _write_summary(pages[2], counts, words=words, bold=bold, cut=cut)


def _write_heads(page: Any, heads: Sequence[str], bold: Any) -> None:  # noqa: ANN401  # the library ships no types
    for place, head in enumerate(heads):
        page.set_column(place, place, min(max(len(head) + 2, 12), WIDEST))
        page.write_string(0, place, head[:MOST_TEXT], bold)
    page.freeze_panes(1, 0)


def _write_problems(
    page: Any,  # noqa: ANN401  # the library ships no types
    headers: Sequence[str],
    problems: Iterable[ProblemRow],
    *,
    words: Words,
    bold: Any,  # noqa: ANN401
    styles: dict[str, Any],
) -> bool:
    """Write the rows to mend; return whether there are more than the sheet holds."""
    _write_heads(page, [*headers, *(f"{MARK}{head}" for head in words.told)], bold)
    for line, row in enumerate(problems, start=1):
        if line > MOST_ROWS:
            return True
        for place, cell in enumerate(row.cells):
            _write_cell(page, line, place, cell, styles=styles, is_fault=place == row.fault)
        for place, told in enumerate(row.told, start=len(headers)):
            _write_plain(page, line, place, told)
    return False


def _write_cell(page: Any, line: int, place: int, cell: Cell, *, styles: dict[str, Any], is_fault: bool) -> None:  # noqa: ANN401
    """Write one cell of the file: text stays text, whatever it looks like."""
    style = styles["fault"] if is_fault else None
    match cell:
        case datetime():
            page.write_datetime(line, place, cell, styles["moment"])
        case date():
            page.write_datetime(line, place, cell, styles["day"])
        case Decimal():
            page.write_number(line, place, cell, style)
        case "":
            page.write_blank(line, place, None, style)
        case _:
            page.write_string(line, place, cell[:MOST_TEXT], style)


def _write_plain(page: Any, line: int, place: int, told: str | int | None) -> None:  # noqa: ANN401
    if isinstance(told, int):
        page.write_number(line, place, told)
    elif told:
        page.write_string(line, place, told[:MOST_TEXT])


def _write_ignored(page: Any, ignored: Iterable[Sequence[str | int | None]], *, words: Words, bold: Any) -> bool:  # noqa: ANN401
    _write_heads(page, words.ignored_heads, bold)
    for line, row in enumerate(ignored, start=1):
        if line > MOST_ROWS:
            return True
        for place, cell in enumerate(row):
            _write_plain(page, line, place, cell)
    return False


def _write_summary(page: Any, counts: Counts, *, words: Words, bold: Any, cut: bool) -> None:  # noqa: ANN401
    """Write the counts: rows read below each other, and their sum as a formula that a person can follow."""
    page.set_column(0, 0, WIDEST)
    page.set_column(1, 1, WIDEST)
    numbers = (counts.read, counts.posted, counts.known, counts.ignored, counts.parked)
    for line, (label, number) in enumerate(zip(words.counts, numbers, strict=False)):
        page.write_string(line, 0, label, bold if line == 0 else None)
        page.write_number(line, 1, number, bold if line == 0 else None)
    total = sum(numbers[1:])
    page.write_string(5, 0, words.counts[5])
    page.write_formula(5, 1, "=SUM(B2:B5)", None, total)
    ties, differs = (text.replace('"', '""') for text in (words.ties, words.differs))
    page.write_string(6, 0, words.counts[6])
    page.write_formula(6, 1, f'=IF(B1=B6,"{ties}","{differs}")', None, ties if total == counts.read else differs)
    line = 8
    for label, value in words.facts:
        page.write_string(line, 0, label)
        page.write_string(line, 1, value[:MOST_TEXT])
        line += 1
    if cut:
        page.write_string(line, 0, words.cut)
