"""The child process that reads one workbook: `python -m consign.tabular.workbook_child FILE FOLDER`.

It leaves `rows.csv` (row number, then cells) and `found.json` (sheet, header row, headers) in FOLDER. It ends with 0,
or with 4 where no sheet has a header; anything else means that the workbook cannot be read.
"""

import csv
import json
import re
import resource
import sys
import zipfile
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from consign.tabular.cells import TYPED
from consign.tabular.headers import SEARCHED_ROWS, find_header

MOST_MEMORY_BYTES = 1 << 30
MOST_CPU_SECONDS = 20
NO_HEADER_STATUS = 4
EXACT_INTEGERS = 2**53

Cell = int | float | str | bool | time | date | datetime | timedelta


def as_text(value: Cell) -> str:
    """Return a cell as text. Whole numbers are plain digits; decimals and dates are marked, as their style is known.

    A whole number beyond what the workbook can hold exactly is written as one that lost its digits.
    """
    if isinstance(value, str):
        return value.removeprefix(TYPED)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= EXACT_INTEGERS:
            return f"{value:.15E}"
        return str(int(value)) if value == int(value) else f"{TYPED}{value:.15g}"
    if isinstance(value, datetime):
        return f"{TYPED}{value.isoformat(sep=' ', timespec='seconds')}"
    if isinstance(value, date):
        return f"{TYPED}{value.isoformat()}"
    return str(value)


def find_error_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Return the cells in which a formula failed, by row and column from 1; the fast reader gives them as blank."""
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        if not any(b't="e"' in archive.read(name) for name in parts):
            return {}
    import openpyxl  # noqa: PLC0415  # slow to load, and needed only for workbooks with failed formulas

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = book[sheet]
    rows.reset_dimensions()
    return {
        (cell.row, cell.column): str(cell.value)
        for row in rows.iter_rows()
        for cell in row
        if cell.data_type == "e" and cell.value is not None
    }


def find_table(path: Path, words: Collection[str]) -> tuple[str, int, list[list[Cell]]] | None:
    """Return the first visible sheet with a header, the header's place, and all its rows; blank when there is none."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    for sheet in book.sheets_metadata:
        if sheet.visible != python_calamine.SheetVisibleEnum.Visible or sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        place = find_header([[as_text(cell) for cell in row] for row in rows[:SEARCHED_ROWS]], words=words)
        if place is not None:
            return sheet.name, place, rows
    return None


def write_rows(path: Path, rows: Iterator[tuple[int, list[str]]]) -> None:
    """Write rows with their numbers as comma-separated text."""
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerows([number, *cells] for number, cells in rows)


def main(path: Path, folder: Path) -> int:
    """Read the workbook at *path* and leave what was found in *folder*."""
    words = frozenset(json.loads((folder / "words.json").read_text(encoding="utf-8")))
    found = find_table(path, words)
    if found is None:
        return NO_HEADER_STATUS
    sheet, place, rows = found
    headers = [as_text(cell) for cell in rows[place]]
    while headers and not headers[-1].strip():
        headers.pop()
    width = len(headers)
    errors = find_error_cells(path, sheet)

    def cells_below() -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(rows[place + 1 :], start=place + 2):
            cells = [as_text(cell) for cell in row[:width]]
            if errors:
                cells = [errors.get((number, column), cell) for column, cell in enumerate(cells, start=1)]
            yield number, cells + [""] * (width - len(cells))

    write_rows(folder / "rows.csv", cells_below())
    facts = {"sheet": sheet, "header_row": place + 1, "headers": headers}
    (folder / "found.json").write_text(json.dumps(facts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
