"""A table with a column for each day, turned into one with a row for each filled cell."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from consign.sentence import Sentence, say
from consign.tabular.cells import shown
from consign.tabular.dates import find_any_day
from consign.tabular.headers import normalize
from consign.tabular.numbers import NumberStyle, parse_number
from consign.tabular.refusals import FileWithoutRows
from consign.tabular.row_numbers import MOST_PARTS, PART_ROWS
from consign.tabular.table import Across, Batch, Table

DAY_HEADER, QUANTITY_HEADER = "Tanggal", "Jumlah"
"""What the two columns are called that stand in the place of the days."""
FEWEST_DAYS = 2


@dataclass(frozen=True)
class _Matrix:
    """Where the days stand, and which other columns are kept."""

    days: tuple[int, ...]
    kept: tuple[int, ...]
    names: tuple[str, ...]
    """The days as the header writes them."""


def unpivot(table: Table, *, sums: Collection[str]) -> Table:
    """Return *table* with a row for each filled cell below a day, where two headers or more are days; else as it is.

    The day and the number beneath it become two columns behind the others, and each row is numbered in the part of its
    day. A blank cell is no row; what a cell holds otherwise is left to the reader. Columns that sum up the days are left
    out: those whose normalized header is one of *sums*.

    Raises:
        FileWithoutRows: while it is read, where no cell below any day is filled.

    """
    matrix = _find_matrix(table, sums)
    if matrix is None:
        return table
    unfilled: list[tuple[str, ...]] = []

    def read() -> Iterator[Batch]:
        unfilled.clear()
        rows = 0
        for batch in table.read():
            long = _turn(batch, matrix, unfilled)
            rows += len(long) + len(long.broken)
            yield long
        if rows == 0:
            raise FileWithoutRows(
                say(
                    "No cell below the days is filled, so nothing of the file was used. Write 0 where nothing was sold."
                )
            )

    headers = tuple(table.headers[place] for place in matrix.kept)
    return table.changed(
        headers=(*headers, DAY_HEADER, QUANTITY_HEADER),
        evidence=(*table.evidence, *_explain(table, matrix)),
        read=read,
        parts=_name_parts(table, matrix),
        across=Across(len(matrix.days), unfilled),
    )


def _find_matrix(table: Table, sums: Collection[str]) -> _Matrix | None:
    """Return where the days stand; blank where it has too few, one day twice, or no numbers beneath them."""
    days = {place: find_any_day(header) for place, header in enumerate(table.headers)}
    places = tuple(place for place, day in days.items() if day is not None)
    distinct = {days[place] for place in places}
    if not FEWEST_DAYS <= len(places) == len(distinct) or len(places) * max(len(table.parts), 1) > MOST_PARTS:
        return None
    others = {place: normalize(table.headers[place]) for place in days if place not in places}
    kept = tuple(place for place, name in others.items() if name not in {*sums, normalize(QUANTITY_HEADER)})
    if not kept or normalize(DAY_HEADER) in others.values() or not _holds_numbers(table, places):
        return None
    return _Matrix(places, kept, tuple(shown(table.headers[place]).strip() for place in places))


def _holds_numbers(table: Table, places: Sequence[int]) -> bool:
    """Say whether at least half of the first filled cells at *places* are numbers, in whatever style."""
    for batch in islice(table.batches(), 1):
        cells = [text for place in places for text in batch.column(place).texts if text.strip()]
        numbers = sum(any(not isinstance(parse_number(text, style), str) for style in NumberStyle) for text in cells)
        return 2 * numbers >= len(cells)
    return True


def _explain(table: Table, matrix: _Matrix) -> Iterator[Sentence]:
    first, last = matrix.names[0], matrix.names[-1]
    yield say(
        "a column for each of {count} days, '{first}' to '{last}': every filled cell below them is a row",
        count=len(matrix.days),
        first=first,
        last=last,
    )
    left = [
        table.headers[place].strip() for place in range(len(table.headers)) if place not in (*matrix.days, *matrix.kept)
    ]
    if any(left):
        yield say("columns that sum up the days, not read: {columns}", columns=[one for one in left if one])


def _name_parts(table: Table, matrix: _Matrix) -> tuple[str, ...]:
    """Return the days, each with its sheet where the rows come from several."""
    if not table.parts:
        return matrix.names
    return tuple(f"{part}, {day}" for part in table.parts for day in matrix.names)


def _turn(batch: Batch, matrix: _Matrix, unfilled: list[tuple[str, ...]]) -> Batch:
    """Return the filled cells of *batch* as rows, row by row; the other cells of rows without any go to *unfilled*."""
    kept = [_flat(batch.cells[place]) for place in matrix.kept]
    below = [_flat(batch.cells[place]) for place in matrix.days]
    filled = np.array(
        [pc.not_equal(pc.utf8_trim_whitespace(cells), "").to_numpy(zero_copy_only=False) for cells in below]
    )
    blank = np.flatnonzero(~filled.any(axis=0)).tolist()
    unfilled += [tuple(cells[index].as_py() for cells in kept) for index in blank]
    at, day = np.nonzero(filled.T)
    part, row = np.divmod(batch.rows[at], PART_ROWS)
    numbers = ((part * len(matrix.days) + day) * PART_ROWS + row).astype(np.int32)
    rows, days = pa.array(at), pa.array(day)
    quantities = pa.concat_arrays(below).take(pa.array(day * len(batch) + at))
    cells = [*(column.take(rows) for column in kept), pa.array(matrix.names, pa.string()).take(days), quantities]
    return Batch(numbers, cells, list(batch.broken))


def _flat(cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
