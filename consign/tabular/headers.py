"""Finding the row that names the columns, below whatever a till prints above it."""

import re
from collections.abc import Collection, Sequence

from consign.tabular.dates import find_any_day

SEARCHED_ROWS = 50
_NUMBER = re.compile(r"\W*\d[\d.,:/\s-]*")


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
