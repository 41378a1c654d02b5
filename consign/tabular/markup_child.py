"""The child process that reads tables in markup: `python -m consign.tabular.markup_child FILE FOLDER`.

It finds `asked.json` (header words) in FOLDER, and leaves `rows.csv` (row number, then cells) and `found.json` (container,
encoding, header row, headers, names of sheets) there. Where it refuses the file it ends with REFUSED_STATUS and leaves
code and sentence.
"""

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consign.sentence import say
from consign.tabular.child import REFUSED_STATUS, run_child
from consign.tabular.grids import Grid
from consign.tabular.headers import SEARCHED_ROWS, Header, normalize, read_header
from consign.tabular.page_text import SEARCHED_BYTES, decode_page
from consign.tabular.refusals import FileNotATable, FileRefused, FileWithManyTables, dump_refusal
from consign.tabular.row_numbers import MOST_PARTS, number_row
from consign.tabular.web_pages import read_web_page
from consign.tabular.xml_sheets import SHEETS, read_xml_sheets

Broken = list[tuple[int, list[str]]]
MOST_BYTES = 100 << 20


@dataclass(frozen=True)
class _Candidate:
    grid: Grid
    header: Header
    columns: tuple[str, ...]

    @property
    def score(self) -> tuple[bool, int, int]:
        return len(self.grid.rows) > self.header.place + 1, self.header.known, sum(map(bool, self.columns))


def main(path: Path, folder: Path, asked: dict[str, Any]) -> int:
    """Read the tables in the file at *path* and leave what was found in *folder*."""
    try:
        found = read_markup(path.read_bytes(), words=frozenset(asked["words"]), target=folder / "rows.csv")
        status = 0
    except FileRefused as refusal:
        found, status = dump_refusal(refusal), REFUSED_STATUS
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
    return status


def read_markup(content: bytes, *, words: Collection[str], target: Path) -> dict[str, Any]:
    """Write the rows of the table in *content* to *target*; return what was found.

    Raises:
        FileNotATable: no table in it names two columns or more.
        FileWithManyTables: two with different columns look alike.
        FileRefused: it cannot be read.

    """
    if SHEETS.encode() in content[:SEARCHED_BYTES]:
        container, encoding, grids = "xml", "utf-8", read_xml_sheets(content)
    else:
        text, encoding = decode_page(content)
        container, grids = "html", read_web_page(text)
    parts = choose(grids, words)
    headers = list(parts[0].header.names)
    broken: Broken | None = [] if container == "html" else None
    with target.open("w", encoding="utf-8", newline="") as rows:
        writer = csv.writer(rows, lineterminator="\r\n")
        writer.writerows(_rows_below(parts, width=len(headers), broken=broken))
    names = [one.grid.name for one in parts] if container == "xml" else []
    return {
        "container": container,
        "encoding": encoding,
        "header_row": parts[0].grid.numbers[parts[0].header.place],
        "headers": headers,
        "broken": broken or [],
        "sheet": names[0] if names else None,
        "parts": names if len(names) > 1 else [],
    }


def choose(grids: Sequence[Grid], words: Collection[str]) -> list[_Candidate]:
    """Return the table with the best header, and those with the same columns besides: a long one is often cut in pages.

    Raises:
        FileNotATable: none names two columns or more.
        FileWithManyTables: another looks as much like the table, but has other columns.

    """
    found = [
        _Candidate(grid, header, tuple(map(normalize, header.names)))
        for grid in grids[:MOST_PARTS]
        if (header := read_header(grid.rows[: SEARCHED_ROWS + 1], words=words, merged=grid.merged)) is not None
    ]
    if not found:
        raise FileNotATable(
            say("The file is a web page or XML, not a table; nothing of it was used. Save it as CSV or XLSX.")
        )
    best = max(found, key=lambda one: one.score)
    if any(one.score == best.score and one.columns != best.columns for one in found):
        raise FileWithManyTables(
            say(
                "The page holds several tables with different columns; nothing of it was used. Save the right one as a file."
            )
        )
    return [one for one in found if one.columns == best.columns]


def _rows_below(parts: Sequence[_Candidate], *, width: int, broken: Broken | None) -> Iterator[list[object]]:
    """Yield the rows below each header. Rows of a page of another width than it go to *broken*, blank cells behind aside.

    In a sheet, blank cells at a row's end are left out, and cells behind the last column have no name.
    """
    for part, one in enumerate(parts):
        below = one.header.place + 1
        for row, number in zip(one.grid.rows[below:], one.grid.numbers[below:], strict=True):
            if broken is None:
                yield [number_row(number, part=part), *row[:width], *[""] * (width - len(row))]
            elif len(row) < width or any(row[width:]):
                broken.append((number, row))
            else:
                yield [number, *row[:width]]


if __name__ == "__main__":
    run_child(main)
