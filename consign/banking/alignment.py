"""Headings of sheets whose cells are merged: a heading may stand in another column than the cells below it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from consign.banking.table_cells import PENDING
from consign.tabular.cells import shown
from consign.tabular.dates import DateOrder, parse_day

Row = tuple[int, tuple[str, ...]]
LOOKED_AT = 200
"""Rows that show which columns hold cells."""
SKIPPED = 1_000
"""What it costs to leave a column without a heading, or a heading without a column: more than any distance."""


def find_day_rows(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the first rows that hold a day and at least two cells besides: those are bookings, and no notes."""
    return islice((row for row in rows if sum(map(bool, map(str.strip, row[1]))) > 2 and _has_day(row[1])), LOOKED_AT)


def _has_day(cells: Sequence[str]) -> bool:
    return any(_is_day(cell) for cell in cells)


def _is_day(cell: str) -> bool:
    text = shown(cell).strip().lstrip("'")
    if not text or not (text[0].isdigit() or text.upper() in PENDING):
        return False
    if text.upper() in PENDING:
        return True
    orders = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.SERIAL)
    return any(not isinstance(parse_day(text, order), str) for order in orders) or _has_no_year(text)


def _has_no_year(text: str) -> bool:
    parts = text.split("/")
    return len(parts) == 2 and all(part.isdigit() and len(part) <= 2 for part in parts)


def align_headings(headings: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, ...]:
    """Return *headings* over the columns whose cells they name.

    Where every column with cells stands below a heading, they stay. Else headings and columns keep their order, and each
    heading goes to the column that makes all ways together shortest; whether that is right, the balances prove.
    """
    filled = sorted({place for _, cells in find_day_rows(rows) for place, cell in enumerate(cells) if cell.strip()})
    named = [place for place, heading in enumerate(headings) if heading.strip()]
    if set(filled) <= set(named) or not filled or len(filled) < len(named) - len(set(filled) & set(named)):
        return headings
    if set(named) <= set(filled):
        return headings  # a column without a name besides, as KlikBCA's marks
    moved = [""] * (max(*filled, *named) + 1)
    for source, target in _pair(named, filled):
        moved[target] = headings[source]
    return tuple(moved)


def _pair(named: Sequence[int], filled: Sequence[int]) -> list[tuple[int, int]]:
    """Return which heading names which column, both in their order, with the least sum of distances."""
    best: list[list[tuple[int, tuple[tuple[int, int], ...]]]] = [
        [(0, ())] * (len(filled) + 1) for _ in range(len(named) + 1)
    ]
    for i in range(len(named) + 1):
        for j in range(len(filled) + 1):
            ways = []
            if i:
                cost, pairs = best[i - 1][j]
                ways.append((cost + SKIPPED, pairs))
            if j:
                cost, pairs = best[i][j - 1]
                ways.append((cost + SKIPPED, pairs))
            if i and j:
                cost, pairs = best[i - 1][j - 1]
                ways.append((cost + abs(named[i - 1] - filled[j - 1]), (*pairs, (named[i - 1], filled[j - 1]))))
            if ways:
                best[i][j] = min(ways, key=lambda way: way[0])
    return list(best[-1][-1][1])
