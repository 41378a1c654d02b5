"""The careful reader: records of separated text one by one, and what a stray quote does to them."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from consign.sentence import say
from consign.tabular.cells import TYPED
from consign.tabular.dialect import Dialect
from consign.tabular.refusals import FileDamaged

BATCH_ROWS = 25_000
MOST_CELLS = 16_384
"""No sheet has more columns."""
_END = TYPED
"""A last line of our own: where it does not come out as a row, a quote before it was never closed."""
MOST_STRAY_QUOTES = 1_000
"""A text with more of them is no table with a damaged row here and there."""


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

    The first *plain_rows*, not more than *after_row*, are known to be one line each.

    Raises:
        FileDamaged: a quote may hold other rows, or a row is wider than any sheet.

    """
    with path.open(encoding="utf-8-sig", newline="") as source:
        lines = islice(source, plain_rows, None)
        records = read_records(lines, dialect, width=width, above=plain_rows, after_row=after_row)
        while part := list(islice(records, BATCH_ROWS)):
            yield _sort(part, width=width)


def _sort(records: list[tuple[int, list[str]]], *, width: int) -> Records:
    """Part whole rows from broken ones: only separators may stand behind the last column; a blank line is no row."""
    found = Records()
    for number, record in records:
        if len(record) > width:
            _cut_blank_tail(number, record, width=width)
        if len(record) == width:
            found.numbers.append(number)
            found.rows.append(record)
        elif any(cell.strip() for cell in record):
            found.broken.append((number, record))
    return found


def _cut_blank_tail(number: int, record: list[str], *, width: int) -> None:
    if len(record) > MOST_CELLS:
        raise FileDamaged(
            say("Row {row} has more than {most} cells; nothing of the file was used.", row=number, most=MOST_CELLS)
        )
    if not any(cell.strip() for cell in record[width:]):
        del record[width:]


class _Lines:
    """Lines that can be given back: `taken` are those since it was last emptied."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._source)
        self.taken.append(line)
        return line

    def give_back_all_but_one(self) -> str:
        """Return the first line taken; the others come again."""
        first, *others = self.taken
        self._again += reversed(others)
        return first


def read_records(
    source: Iterable[str], dialect: Dialect, *, width: int, above: int, after_row: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row below *after_row* with its number; *above* rows stand above *source*.

    A quoted line end does not end a row.

    A quote that swallows other rows is a stray one where the text, read strictly, cannot mean it: it is never closed, or
    letters follow the one that closes it. The line it stands in is then given whole, as one cell, and the lines below
    it are rows of their own.

    Raises:
        FileDamaged: it can be read with the other rows inside a cell, or it stands in *after_row* or above, or there are
            too many of them, or the text is cut off.

    """
    lines = _Lines(chain(source, (_END,)))
    number, stray = above, 0
    reader = dialect.parse(lines)
    while True:
        lines.taken.clear()
        record, refusal = _next_record(reader, number=number + 1, sign=dialect.sign, width=width, lines=lines)
        if record == [_END]:
            return
        number += 1
        if len(lines.taken) > 1 and (refusal or (number > after_row and len(record) != width)):
            is_stray = _is_stray(lines.taken, dialect)
            stray += is_stray
            if refusal and (number <= after_row or stray > MOST_STRAY_QUOTES or not is_stray):
                raise refusal
            if is_stray:
                record = [lines.give_back_all_but_one().rstrip("\r\n")]
                reader = dialect.parse(lines)
        if number > after_row:
            yield number, record


def _next_record(
    reader: Iterator[list[str]], *, number: int, sign: str, width: int, lines: _Lines
) -> tuple[list[str], FileDamaged | None]:
    """Return the next record, and why it is none where it holds other rows.

    Raises:
        FileDamaged: a single line is endless.

    """
    try:
        record = next(reader)
    except csv.Error as error:
        refusal = FileDamaged(say("A quote is never closed, or a line is endless; nothing of the file was used."))
        if len(lines.taken) < 2:
            raise refusal from error
        return [], refusal
    swallowed = len(lines.taken) > 1 and _find_swallowed_rows(number, record, sign=sign, width=width)
    return record, swallowed or None


def _is_stray(lines: list[str], dialect: Dialect) -> bool:
    """Say whether *lines*, read strictly, are no record: some quote neither opens nor closes a whole cell.

    Where the quote stands in a last line that has no end, the text may be cut off in a good cell, and more may be missing.
    """
    if lines[-1] == _END:
        return lines[-2].endswith(("\n", "\r"))
    try:
        list(dialect.parse(lines, strict=True))
    except csv.Error:
        return True
    return False


def _find_swallowed_rows(number: int, record: list[str], *, sign: str, width: int) -> FileDamaged | None:
    """Return why a record of several lines is none: a quote that was not closed swallowed other rows.

    A quote that swallows a row's end and leaves the row as wide as before swallowed *width* - 1 separators.
    """
    if record[-1].endswith(_END):
        return FileDamaged(say("A quote in row {row} is never closed; nothing of the file was used.", row=number))
    most = width - 1 if len(record) == width else min(width - 1, 2)
    if any(("\n" in cell or "\r" in cell) and cell.count(sign) >= most for cell in record):
        return FileDamaged(
            say(
                "Row {row} holds other rows inside a quoted cell, so a quote is missing; nothing of the file was used.",
                row=number,
            )
        )
    return None
