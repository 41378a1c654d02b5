"""A table as text, read in batches, column at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from consign.sentence import Sentence

KEPT_BYTES = 128 << 20
"""A table with no more text is kept between the first reading, which decides, and the second, which reads."""


@dataclass(frozen=True)
class BrokenRow:
    """A row whose cells do not fit the header: too many or too few."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of a batch: its distinct texts, and for each row which one it holds."""

    texts: list[str]
    codes: NDArray[np.int32]


@dataclass
class Batch:
    """Some rows of a table. `rows` are their numbers in the file as a person counts, the first being 1."""

    rows: NDArray[np.int32]
    cells: list[pa.Array]
    broken: list[BrokenRow] = field(default_factory=list)
    _columns: dict[int, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size_bytes(self) -> int:
        """Return how much memory the text takes."""
        return sum(cells.nbytes for cells in self.cells)

    def column(self, place: int) -> Column:
        """Return the column at *place*, its repeated texts found once."""
        if place not in self._columns:
            encoded = self.cells[place].dictionary_encode()
            self._columns[place] = Column(
                encoded.dictionary.to_pylist(),
                encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32),
            )
        return self._columns[place]

    def text_of(self, index: int) -> str:
        """Return the whole row at *index*, its cells parted by tabs."""
        return "\t".join(self.cells_of(index))

    def cells_of(self, index: int) -> list[str]:
        """Return the cells of the row at *index*."""
        return [cells[index].as_py() for cells in self.cells]


@dataclass(frozen=True)
class Across:
    """What is known of a table that has a column for each day in the file, and was turned."""

    days: int
    """How many days: a row of the part at `place` stands in the sheet at `place // days`."""
    unfilled: list[tuple[str, ...]]
    """The other cells of rows without a filled day; known once all is read."""


@dataclass
class Table:
    """A table found in a file. Its rows can be read more than once."""

    container: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    evidence: tuple[Sentence, ...]
    read: Callable[[], Iterator[Batch]]
    parts: tuple[str, ...] = ()
    """Names of the sheets or columns it was put together from, where there are several; its rows are numbered in each."""
    across: Across | None = None
    """Blank where it has a row for each sale in the file."""
    _kept: list[Batch] = field(default_factory=list)
    """What was read and is kept, from the first row on."""
    _rest: Iterator[Batch] | None = None
    """What follows the kept ones, as long as all before are kept; none is left where the table was kept whole."""

    def batches(self) -> Iterator[Batch]:
        """Yield all rows below the header in their order.

        A small table is read from the file only once, also where somebody looks at its first rows before.
        """
        if self._rest is None:
            self._kept, self._rest = [], self.read()
        kept, rest, place = self._kept, self._rest, 0
        while rest is self._rest:
            if place == len(kept) and not self._read_on():
                return
            place += 1
            yield kept[place - 1]
            if place == len(kept) and rest is self._rest and sum(batch.size_bytes for batch in kept) > KEPT_BYTES:
                self._kept, self._rest = [], None
                kept.clear()
                yield from rest
                return
        yield from islice(self.read(), place, None)  # another reading at the same time kept too much, or failed

    def _read_on(self) -> bool:
        """Keep one batch more and say whether there was one; where reading fails, nothing is kept that looks whole."""
        rest, self._rest = self._rest, None
        batch = next(rest, None) if rest is not None else None
        self._rest = rest
        if batch is not None:
            self._kept.append(batch)
        return batch is not None

    def take_batches(self) -> Iterator[Batch]:
        """Yield all rows once more, for the last time: what was kept is let go as it is read."""
        kept, rest = (self._kept, self._rest) if self._rest is not None else ([], self.read())
        self._kept, self._rest = [], None
        kept.reverse()
        while kept:
            yield kept.pop()
        yield from rest

    def changed(self, **facts: Any) -> "Table":  # whatever a table is made of
        """Return a table that is other in some *facts*, as yet unread; reading itself must be among them."""
        return replace(self, **facts, _kept=[], _rest=None)

    def describe_column(self, place: int) -> str:
        """Return the header at *place*, or its number where the header is blank."""
        return self.headers[place].strip() or f"#{place + 1}"
