"""Finding the rows that name the columns, below whatever a till prints above them."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from consign.tabular.cells import shown
from consign.tabular.dates import find_any_day

SEARCHED_ROWS = 50
HEADER_ROWS = 3
"""A header has at most so many rows: groups, groups in them, names."""
_NUMBER = re.compile(r"\W*\d[\d.,:/\s-]*")
_DIGIT = re.compile(r"\d")

Merged = tuple[int, int, int, int]
"""Cells shown as one: the first row and column, the last row and column, from 0."""


@dataclass(frozen=True)
class Header:
    """The names of the columns, as a person sees them; `place` is the last of the rows they stand in, from 0."""

    place: int
    names: tuple[str, ...]
    known: int
    """How many of the names are known words."""


def normalize(header: str) -> str:
    """Return *header* in lower case, single spaces, without punctuation: `No. Struk ` is `no struk`."""
    return re.sub(r"[\W_]+", " ", header.lower()).strip()


def find_header(rows: Sequence[Sequence[str]], *, words: Collection[str]) -> int | None:
    """Return the place of the header among the first rows, blank when no row can be one.

    A header has two words or more and no number; days it may have beside a word, two or more. The row with the most of the known *words* wins, then the
    widest, then the first.
    """
    best: tuple[int, int] | None = None
    place = None
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) < 2 or not _names_columns(cells):
            continue
        known = count_known(cells, words=words)
        if best is None or (known, len(cells)) > best:
            best, place = (known, len(cells)), index
    return place


def _names_columns(cells: Sequence[str]) -> bool:
    """Say whether cells that hold something may name columns."""
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    if not numbers:
        return True
    days = {find_any_day(cell) for cell in numbers} - {None}
    return 2 <= len(days) == len(numbers) < len(cells)


def count_known(row: Sequence[str], *, words: Collection[str]) -> int:
    """Return how many cells of *row* are known header *words*."""
    return sum(normalize(cell) in words for cell in row)


def read_header(
    rows: Sequence[Sequence[str]], *, words: Collection[str], merged: Sequence[Merged] = ()
) -> Header | None:
    """Return the header among the first *rows*, blank when there is none; *merged* says which cells are shown as one.

    A name that stands twice is told apart by the group above it, `Retur Qty`; a blank one takes the name above it
    where the two are one cell, or where the row above does nothing but group and name. Other names stay as they are.
    """
    found = find_header(rows, words=words)
    if found is None:
        return None
    last = _find_last_row(rows, found, merged)
    names = _name_columns(rows, last, merged)
    known = max(count_known(rows[found], words=words), count_known(names, words=words))
    return Header(last, tuple(names), known)


def _find_last_row(rows: Sequence[Sequence[str]], found: int, merged: Sequence[Merged]) -> int:
    """Return the place of the row below which the columns' cells begin."""
    last = found
    for top, left, bottom, _ in merged:
        if top <= found < bottom < found + HEADER_ROWS and bottom < len(rows) and _cell(rows[top], left):
            last = max(last, bottom)
    if last > found:
        return last
    while last + 1 < found + HEADER_ROWS and _goes_on(rows, last):
        last += 1
    return last


def _goes_on(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Say whether the row below *place* names the columns of groups in it, with the first cells below both."""
    if place + 2 >= len(rows):
        return False
    upper, lower, below = rows[place : place + 3]
    named = [column for column in range(len(lower)) if _cell(lower, column)]
    if len(named) < 2 or any(_NUMBER.fullmatch(_cell(lower, column)) for column in named):
        return False
    groups = _fill_groups(upper, len(lower))
    headed = [column for column in range(len(upper)) if _cell(upper, column)]
    alone = [column for column in headed if not _cell(lower, column)]
    return (
        bool(alone)
        and all(groups[column] and not _stands_over_name(upper, lower, column) for column in named)
        and all(_cell(upper, column) or _cell(lower, column) for column in range(headed[0], headed[-1]))
        and any(_cell(below, column) for column in alone)
        and any(_DIGIT.search(_cell(below, column)) for column in named)
    )


def _name_columns(rows: Sequence[Sequence[str]], last: int, merged: Sequence[Merged]) -> list[str]:
    """Return the names in the row at *last*, with those above it where it takes them to tell the columns apart."""
    width = max(len(row) for row in rows[max(0, last - HEADER_ROWS + 1) : last + 1])
    names = [shown(_raw(rows[last], column)) for column in range(width)]
    end = max((column + 1 for column, name in enumerate(names) if name.strip()), default=0)
    reaching = {left for top, left, bottom, _ in merged if top < last <= bottom}
    while end < width and (end in reaching or any(_cell(row, end) for row in rows[last + 1 :])):
        end += 1  # the name of a last column may stand above alone, but then the column has cells
    del names[end:]
    for place in range(last - 1, max(-1, last - HEADER_ROWS), -1):
        joined = _join(rows[place], names, [one for one in merged if one[0] <= place <= one[2]], place=place)
        if joined == names:
            break
        names = joined
    while names and not names[-1].strip():
        names.pop()
    return names


def _join(upper: Sequence[str], names: list[str], merged: Sequence[Merged], *, place: int) -> list[str]:
    """Return *names*, the blank and the repeated ones with what stands above them in the row *upper*."""
    cells = [column for column in range(len(upper)) if _cell(upper, column)]
    if not cells or any(_cell(upper, column).endswith(":") for column in cells):
        return names
    counts = Counter(normalize(name) for name in names)
    twice = [column for column, name in enumerate(names) if name.strip() and counts[normalize(name)] > 1]
    groups = _find_groups(upper, len(names), merged)
    only_names = len(cells) > 1 and not any(
        _stands_over_name(upper, names, column) and column not in twice
        if column < len(names) and names[column].strip()
        else _NUMBER.fullmatch(_cell(upper, column))
        for column in cells
    )
    joined = list(names)
    for column, name in enumerate(names):
        one_cell = any(left == column and bottom > place for _, left, bottom, _ in merged)
        if not name.strip() and (only_names or one_cell) and _cell(upper, column):
            joined[column] = shown(_raw(upper, column))
    if len(cells) > 1 and _tell_apart(names, groups, twice):
        for column in twice:
            joined[column] = f"{groups[column]} {names[column].strip()}".strip()
    return joined


def _tell_apart(names: Sequence[str], groups: Sequence[str], twice: Sequence[int]) -> bool:
    """Say whether the groups tell some columns at *twice* apart that have the same name."""
    return len({(normalize(names[column]), groups[column]) for column in twice}) > len(
        {normalize(names[column]) for column in twice}
    )


def _stands_over_name(upper: Sequence[str], lower: Sequence[str], column: int) -> bool:
    """Say whether the cell stands over a single name, so that it groups nothing."""
    if not (_cell(upper, column) and _cell(lower, column)):
        return False
    return bool(_cell(upper, column + 1)) or not _cell(lower, column + 1)


def _find_groups(upper: Sequence[str], width: int, merged: Sequence[Merged]) -> list[str]:
    """Return the group of each column: as cells are merged where some are, else a group reaches to the next one."""
    wide = [(left, right) for _, left, _, right in merged if right > left]
    if not wide:
        return _fill_groups(upper, width)
    groups = [shown(_cell(upper, column)) for column in range(width)]
    for left, right in wide:
        groups[left : right + 1] = [shown(_cell(upper, left))] * (min(right + 1, width) - left)
    return groups


def _fill_groups(upper: Sequence[str], width: int) -> list[str]:
    groups: list[str] = []
    for column in range(width):
        cell = shown(_cell(upper, column))
        groups.append(cell or (groups[-1] if groups else ""))
    return groups


def _cell(row: Sequence[str], column: int) -> str:
    return _raw(row, column).strip()


def _raw(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""
