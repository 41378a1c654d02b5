"""Rows of cells as they stand in a page or sheet, with the cells that are shown as one."""

from dataclasses import dataclass, field

from consign.tabular.headers import Merged

WIDEST = 16_384
"""Columns of the widest sheet there is."""


@dataclass
class Grid:
    """A table in a file that holds markup: its *rows* with their numbers in the file, the first being 1."""

    name: str = ""
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    covered: dict[int, set[int]] = field(default_factory=dict)
    """By row, from 0: the columns that a cell further up reaches down to."""

    def begin_row(self, number: int) -> None:
        """Begin the row that a person counts as *number*."""
        self.rows.append([])
        self.numbers.append(number)

    def add_cell(self, text: str, *, across: int = 1, down: int = 1, column: int | None = None) -> None:
        """Add a cell that reaches *across* columns and *down* rows, at *column* from 0 or behind the last one."""
        row, place = self.rows[-1], len(self.rows) - 1
        taken = self.covered.get(place, set())
        while column is not None and len(row) < column:
            row.append("")
        while column is None and len(row) in taken:
            row.append("")
        left = len(row)
        across = max(1, min(across, WIDEST - left))
        row += [text, *[""] * (across - 1)]
        if across > 1 or down > 1:
            self.merged.append((place, left, place + down - 1, left + across - 1))
        for below in range(place + 1, place + min(down, WIDEST)):
            self.covered.setdefault(below, set()).update(range(left, left + across))
