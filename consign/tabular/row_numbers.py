"""Numbers of rows that are unique in a file of several parts. Children that read files need no more of tables than this."""

from collections.abc import Sequence

PART_ROWS = 1 << 21
"""More rows than a sheet can have: the number of a row in a later part begins at a multiple of it."""
MOST_PARTS = 1 << 9
SECOND_LINES = 1 << 30
"""The second line that one row makes, such as goods sold and given back, is numbered by so much more than the row."""


def number_row(row: int, *, part: int) -> int:
    """Return the number, unique in the file, of the row that a person counts as *row* in the part at *part*."""
    return part * PART_ROWS + row


def split_number(number: int, parts: Sequence[str]) -> tuple[str | None, int]:
    """Return the part's name, blank where the file has no *parts*, and the row as a person counts it there."""
    row = number % SECOND_LINES
    if not parts:
        return None, row
    place, row = divmod(row, PART_ROWS)
    return parts[place], row
