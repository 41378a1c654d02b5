"""The child process that reads one workbook: `python -m consign.tabular.workbook_child FILE FOLDER`.

It finds `asked.json` (header words, and the kind of workbook) in FOLDER. Before it writes rows, it waits for
`{"may_have_failed": …}` on its standard input, which says whether to look for failed formulas. It leaves `found.json`
(sheets, header row, headers) in FOLDER, and the rows of each sheet in `0.rows`, `1.rows` and so on, in the form that
`consign.tabular.workbook_rows` reads. It ends with a `Status`; anything else means that the workbook cannot be read.
"""

import gc
import json
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from consign.tabular.cells import shown
from consign.tabular.child import run_child
from consign.tabular.dates import find_any_day
from consign.tabular.headers import SEARCHED_ROWS, Header, normalize, read_header
from consign.tabular.workbook_cells import Cell, as_text, column_as_text
from consign.tabular.workbook_sheets import (
    NoWorkbookError,
    Sheet,
    SheetEntry,
    WorkbookLockedError,
    list_sheets,
)
from consign.tabular.workbook_status import LeftOut, Status

PIECE_CELLS = 1 << 16
"""So many cells are turned into text at a time, column by column: as many as a processor has near at hand."""
MOST_NAME_LETTERS = 100
MOST_NAMED = 10


@dataclass(frozen=True)
class Candidate:
    """A sheet with a header, and how good a header it is: known words, then width."""

    name: str
    sheet: Sheet
    header: Header
    columns: tuple[str, ...]
    """The names as they are compared."""
    plain: tuple[str, ...]
    """The same without days: two sheets with the same columns for other days are two tables."""

    @property
    def has_rows(self) -> bool:
        """Say whether anything stands below the header."""
        return self.sheet.height > self.header.place + 1

    @property
    def score(self) -> tuple[bool, int, int]:
        """Return what the best sheet has most of."""
        return self.has_rows, self.header.known, sum(map(bool, self.columns))


@dataclass
class Choice:
    """The sheets that are the table, and those that are left out."""

    parts: list[Candidate] = field(default_factory=list)
    left_out: list[tuple[LeftOut, str]] = field(default_factory=list)
    rivals: list[Candidate] = field(default_factory=list)
    """Sheets that look as much like the table but do not all have the same columns."""


def choose_sheets(entries: Sequence[SheetEntry], words: Collection[str]) -> Choice:
    """Choose the sheet with the best header, and all others with the same that hold rows."""
    choice, candidates = Choice(), []
    for entry in entries:
        if not entry.visible:
            choice.left_out.append((LeftOut.HIDDEN, entry.name))
            continue
        sheet = entry.open()
        candidate = _look_at(entry.name, sheet, words)
        if candidate is not None:
            candidates.append(candidate)
        elif sheet.height:
            choice.left_out.append((LeftOut.NO_HEADER, entry.name))
    if not candidates:
        return choice
    best = max(candidates, key=lambda one: one.score)
    for one in candidates:
        if one is best or (one.columns == best.columns and one.has_rows):
            choice.parts.append(one)
        elif one.columns != best.columns and one.has_rows:
            choice.left_out.append((LeftOut.OTHER_COLUMNS, one.name))
    alike = [
        one
        for one in candidates
        if one.has_rows
        and (_equals(one.score, best.score) or (one.plain == best.plain and one.columns != best.columns))
    ]
    if any(one.columns != best.columns for one in alike):
        choice.rivals = alike
    return choice


def _equals(score: tuple[bool, int, int], best: tuple[bool, int, int]) -> bool:
    """Say whether a sheet looks as much like the table; where no word is known, the width says so."""
    return score[:2] == best[:2] and (best[1] > 0 or score == best)


def _look_at(name: str, sheet: Sheet, words: Collection[str]) -> Candidate | None:
    head = [_without_blank_tail(row) for row in islice(sheet.rows(), SEARCHED_ROWS + 1)]
    merged = [one for one in sheet.merged if one[0] <= SEARCHED_ROWS]
    header = read_header([[as_text(cell) for cell in row] for row in head], words=words, merged=merged)
    if header is None:
        return None
    plain = tuple(normalize(name) for name in header.names if find_any_day(name) is None)
    return Candidate(name, sheet, header, tuple(map(normalize, header.names)), plain)


def _without_blank_tail(row: Sequence[Cell]) -> Sequence[Cell]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return row[:end]


def write_rows(path: Path, candidate: Candidate, *, may_have_failed: bool) -> None:
    """Write the rows below the header, blank ones at the end left out."""
    width, place = len(candidate.header.names), candidate.header.place
    failed: dict[int, dict[int, str]] = {}
    for (row, column), text in candidate.sheet.find_errors().items() if may_have_failed else ():
        if row > place + 1 and column <= width:
            failed.setdefault(row, {})[column - 1] = text
    done = place + 1
    with path.open("wb") as target:
        for first, rows in _cut(candidate.sheet, place=place, width=width):
            kept = len(rows)
            while kept and first + kept - 1 not in failed and not any(cell != "" for cell in rows[kept - 1]):
                kept -= 1
            if not kept:
                continue
            if first > done + 1:  # blank rows that are not the last ones after all
                _write_piece(target, done + 1, [[""] * (first - done - 1)] * width)
            numbers = range(first, first + kept)
            _write_piece(target, first, _write_columns(rows[:kept], width, numbers, failed))
            done = first + kept - 1


def _write_piece(target: BinaryIO, first: int, columns: Sequence[Sequence[str]]) -> None:
    """Write some rows column by column; no cell holds a null byte, so that it parts cells."""
    contents = ["\0".join(cells).encode("utf-8", "replace") for cells in columns]
    target.write(struct.pack(f"<{2 + len(columns)}q", first, len(columns[0]), *map(len, contents)))
    target.writelines(contents)


def _cut(sheet: Sheet, *, place: int, width: int) -> Iterator[tuple[int, list[Sequence[Cell]]]]:
    """Yield the rows below *place* in pieces, each with the number of its first, no row wider than *width*."""
    rows = islice(sheet.rows(), place + 1, None)
    number, most = place + 2, max(PIECE_CELLS // width, 1)
    while piece := [row if len(row) <= width else row[:width] for row in islice(rows, most)]:
        yield number, piece
        number += len(piece)


def _write_columns(
    rows: Sequence[Sequence[Cell]], width: int, numbers: range, failed: Mapping[int, Mapping[int, str]]
) -> list[Sequence[str]]:
    """Return *rows* as text, column by column, with what stands in failed cells."""
    columns = [column_as_text(cells) for cells in zip(*rows, strict=True)]
    columns.extend([("",) * len(rows)] * (width - len(columns)))
    for number in failed.keys() & set(numbers) if failed else ():
        for column, text in failed[number].items():
            cells = list(columns[column])
            cells[number - numbers[0]] = text
            columns[column] = cells
    return columns


def main(path: Path, folder: Path, asked: dict[str, Any]) -> int:
    """Read the workbook at *path* and leave what was found in *folder*."""
    gc.disable()  # cells are many, and none of them refers to another
    try:
        entries = list_sheets(path, asked["container"], scratch=folder)
    except WorkbookLockedError:
        return Status.LOCKED
    except NoWorkbookError:
        return Status.NO_WORKBOOK
    choice = choose_sheets(entries, frozenset(asked["words"]))
    if not choice.parts:
        return Status.NO_HEADER
    if choice.rivals:
        return _answer(folder, Status.MANY_TABLES, sheets=[_tidy(one.name) for one in choice.rivals[:MOST_NAMED]])
    return _write(choice, folder) if len(choice.parts) <= asked["most_parts"] else Status.MANY_SHEETS


def _write(choice: Choice, folder: Path) -> int:
    """Leave the rows of the chosen sheets in *folder*."""
    told = json.load(sys.stdin)  # once all was looked through
    written = [folder / f"{number}.rows" for number in range(len(choice.parts))]
    for target, part in zip(written, choice.parts, strict=True):
        write_rows(target, part, may_have_failed=told["may_have_failed"])
    names = [_tidy(one.name) for one in choice.parts]
    if copies := find_copies(written):
        return _answer(folder, Status.COPIES, sheets=[names[place] for place in copies[:MOST_NAMED]])
    return _answer(
        folder,
        Status.DONE,
        parts=names,
        header_row=choice.parts[0].header.place + 1,
        headers=choice.parts[0].header.names,
        left_out=[(reason, _tidy(name)) for reason, name in choice.left_out],
    )


def find_copies(written: Sequence[Path]) -> list[int]:
    """Return the places of files that hold the very same rows, the first such ones, blank when there are none."""
    alike: dict[tuple[int, int], list[int]] = {}
    sizes = Counter(path.stat().st_size for path in written)
    for place, path in enumerate(written):
        size = path.stat().st_size
        if size and sizes[size] > 1:
            # Other rows of the same length and sum are one chance in four thousand million, and would only be refused.
            alike.setdefault((size, zlib.crc32(path.read_bytes())), []).append(place)
    return next((places for places in alike.values() if len(places) > 1), [])


def _answer(folder: Path, status: Status, **facts: object) -> int:
    (folder / "found.json").write_text(json.dumps(facts), encoding="utf-8")
    return status


def _tidy(name: str) -> str:
    """Return a sheet's name as it is shown; only an odd program writes signs without a shape into one."""
    return "".join(sign for sign in shown(name) if sign.isprintable())[:MOST_NAME_LETTERS]


if __name__ == "__main__":
    run_child(main)
