"""The careful reader of text files: record by record, with its number, and an eye on quotes that swallow rows."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from consign.sentence import say
from consign.tabular.cells import TYPED
from consign.tabular.dialect import Dialect
from consign.tabular.refusals import FileDamaged

BATCH_ROWS = 25_000
MOST_CELLS = 16_384
"""No sheet has more columns."""
_END = TYPED
"""A last line of our own: where it does not come out as a row, a quote before it was never closed."""


@dataclass
class Records:
    """Some rows as wide as the header with their numbers, and the broken ones: their numbers and cells."""

    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    broken: list[tuple[int, list[str]]] = field(default_factory=list)

    def columns(self, width: int) -> list[tuple[str, ...]]:
        """Return the whole rows column by column."""
        return list(zip(*self.rows, strict=True)) if self.rows else [()] * width


def read_carefully(path: Path, dialect: Dialect, *, width: int, after_row: int, plain_rows: int) -> Iterator[Records]:
    """Read the UTF-8 text at *path* below row *after_row*; a row of another width is broken, blank tails aside.

    The first *plain_rows* are known to be one line each.

    Raises:
        FileDamaged: a quote is never closed, or a row is wider than any sheet.

    """
    with path.open(encoding="utf-8-sig", newline="") as source:
        reader = dialect.parse(chain(islice(source, plain_rows, None), (_END,)))
        try:
            yield from _collect(reader, dialect.sign, width=width, after_row=after_row, row=plain_rows)
        except csv.Error as error:
            raise FileDamaged(
                say("A quote is never closed, or a line is endless; nothing of the file was used.")
            ) from error


def _collect(reader: Any, sign: str, *, width: int, after_row: int, row: int) -> Iterator[Records]:  # noqa: ANN401  # see Dialect.parse
    found = Records()
    line = 0
    for number, record in enumerate(reader, start=row + 1):
        last, line = line, reader.line_num
        if line != last + 1:
            _refuse_swallowed_rows(number, record, sign=sign, width=width)
        if number <= after_row:
            continue
        if len(record) == width:
            found.numbers.append(number)
            found.rows.append(record)
        elif record == [_END]:
            break
        else:
            _sort_in(found, number, record, width=width)
        if len(found.rows) + len(found.broken) >= BATCH_ROWS:
            yield found
            found = Records()
    if found.rows or found.broken:
        yield found


def _sort_in(found: Records, number: int, record: list[str], *, width: int) -> None:
    """Take in a row of another width: whole where only separators stand behind the last column, none where it is blank."""
    if len(record) > MOST_CELLS:
        raise FileDamaged(
            say(
                "Row {row} has more than {most} cells; nothing of the file was used.",
                row=number,
                most=MOST_CELLS,
            )
        )
    if len(record) > width and not any(cell.strip() for cell in record[width:]):
        found.numbers.append(number)
        found.rows.append(record[:width])
    elif any(cell.strip() for cell in record):
        found.broken.append((number, record))


def _refuse_swallowed_rows(number: int, record: list[str], *, sign: str, width: int) -> None:
    """Refuse a file in which a quote that was never closed swallowed other rows.

    A quote that swallows a row's end and leaves the row as wide as before swallowed *width* - 1 separators.

    Raises:
        FileDamaged: a cell holds line ends and so many separators, or all the rest of the file.

    """
    if record[-1].endswith(_END):
        raise FileDamaged(say("A quote in row {row} is never closed; nothing of the file was used.", row=number))
    most = width - 1 if len(record) == width else min(width - 1, 2)
    if any(("\n" in cell or "\r" in cell) and cell.count(sign) >= most for cell in record):
        raise FileDamaged(
            say(
                "Row {row} holds other rows inside a quoted cell, so a quote is missing; nothing of the file was used.",
                row=number,
            )
        )
