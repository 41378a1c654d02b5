"""The child process that reads one workbook: `python -m consign.tabular.workbook_child FILE FOLDER`.

It finds `asked.json` (header words, and whether to look for failed formulas) in FOLDER, and leaves `rows.csv`
(row number, then cells) and `found.json` (sheet, header row, headers) there. It ends with one of the statuses below;
anything else means that the workbook cannot be read.
"""

import csv
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import python_calamine

from consign.tabular.cells import TYPED
from consign.tabular.child import run_child
from consign.tabular.dates import find_any_day
from consign.tabular.headers import SEARCHED_ROWS, count_known, find_header, normalize
from consign.tabular.workbook_errors import find_error_cells

NO_HEADER_STATUS = 4
MANY_TABLES_STATUS = 6
EXACT_INTEGERS = 10**15
"""A spreadsheet keeps fifteen digits of a number and puts zeros for the others."""
REPEATED_NUMBERS = 1 << 16
"""Quantities, prices and barcodes come again and again in a file; so many are remembered."""
NOISE = 1e-9
"""Less is what a subtraction of binary fractions leaves where a person sees 0."""

Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class Found:
    """A sheet with a header in the row at *place*, and how good a header it is: known words, then width."""

    sheet: str
    place: int
    rows: list[list[Cell]]
    headers: tuple[str, ...]
    """What its columns are called, days left out: two sheets with the same columns for other days are two tables."""
    score: tuple[int, int]


class ManyTablesError(Exception):
    """Two sheets hold the same columns, so one of them would be left out."""


def as_text(value: Cell) -> str:
    """Return a cell as text: whole numbers as plain digits, decimals and dates marked as known in style.

    A whole number beyond what the workbook can hold exactly is written as one that lost its digits.
    """
    if isinstance(value, str):
        return value if TYPED not in value and "\0" not in value else value.replace(TYPED, "").replace("\0", "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_as_text(value)
    if isinstance(value, datetime):
        return f"{TYPED}{value.isoformat(sep=' ', timespec='seconds')}"
    return f"{TYPED}{value.isoformat()}" if isinstance(value, date) else str(value)


@lru_cache(maxsize=REPEATED_NUMBERS)
def _number_as_text(value: float) -> str:
    """Return a number in the fifteen digits a spreadsheet has, without the noise of binary fractions."""
    if abs(value) >= EXACT_INTEGERS:
        return f"{value:.15E}"
    text = "0" if abs(value) < NOISE else f"{value:.15g}"
    if "e" in text:
        text = f"{value:.20f}".rstrip("0")
    return f"{TYPED}{text}" if "." in text else str(int(text))


def find_table(path: Path, words: Collection[str]) -> Found | None:
    """Return the table of the visible sheet with the best header, blank when no sheet has one.

    Raises:
        ManyTablesError: another visible sheet has rows below the same header.

    """
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    best: Found | None = None
    seen: list[tuple[str, ...]] = []
    for sheet in book.sheets_metadata:
        visible = sheet.visible == python_calamine.SheetVisibleEnum.Visible
        if not visible or sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        found = _find_in_sheet(sheet.name, book.get_sheet_by_name(sheet.name), words)
        if found is None:
            continue
        if found.rows[found.place + 1 :]:
            seen.append(found.headers)
        if best is None or found.score > best.score:
            best = found
    if best is not None and seen.count(best.headers) > 1:
        raise ManyTablesError
    return best


def _find_in_sheet(name: str, sheet: python_calamine.CalamineSheet, words: Collection[str]) -> Found | None:
    rows = sheet.to_python(skip_empty_area=False)
    head = [[as_text(cell) for cell in row] for row in rows[:SEARCHED_ROWS]]
    place = find_header(head, words=words)
    if place is None:
        return None
    headers = tuple(normalize(cell) for cell in head[place] if find_any_day(cell) is None)
    score = (count_known(head[place], words=words), sum(bool(normalize(cell)) for cell in head[place]))
    return Found(name, place, rows, headers, score)


def write_rows(path: Path, rows: Iterator[tuple[int, list[str]]]) -> None:
    """Write rows with their numbers as comma-separated text."""
    with path.open("w", encoding="utf-8", newline="") as target:
        # The writer quotes cells with a sign of its line end: with a bare "\n" a "\r" would stand unquoted.
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerows([number, *cells] for number, cells in rows)


def main(path: Path, folder: Path, asked: dict[str, Any]) -> int:
    """Read the workbook at *path* and leave what was found in *folder*."""
    try:
        found = find_table(path, frozenset(asked["words"]))
    except ManyTablesError:
        return MANY_TABLES_STATUS
    if found is None:
        return NO_HEADER_STATUS
    headers = [as_text(cell) for cell in found.rows[found.place]]
    while headers and not headers[-1].strip():
        headers.pop()
    errors = find_error_cells(path, sheet=found.sheet) if asked["may_have_failed"] else {}
    write_rows(folder / "rows.csv", _cells_below(found, width=len(headers), errors=errors))
    facts = {"sheet": found.sheet, "header_row": found.place + 1, "headers": headers}
    (folder / "found.json").write_text(json.dumps(facts), encoding="utf-8")
    return 0


def _cells_below(found: Found, *, width: int, errors: dict[tuple[int, int], str]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(found.rows[found.place + 1 :], start=found.place + 2):
        cells = [as_text(cell) for cell in row[:width]]
        if errors:
            cells = [errors.get((number, column), cell) for column, cell in enumerate(cells, start=1)]
        yield number, cells + [""] * (width - len(cells))


if __name__ == "__main__":
    run_child(main)
