"""Rows that the child process read from a workbook, as batches.

A file of them holds pieces. Each begins with integers of eight bytes, the smallest first: the number of its first row,
how many rows it has, and how many bytes each column takes. The columns follow, their cells parted by a null byte.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from consign.tabular.row_numbers import PART_ROWS
from consign.tabular.table import Batch

BATCH_ROWS = 50_000
BATCH_BYTES = 16 << 20
"""Rows come in batches of so many, or of so much text, whatever is reached first."""


def read_rows(path: Path, *, columns: int, part: int) -> Iterator[Batch]:
    """Yield the rows in the file at *path*, numbered as those of *part*."""
    pieces: list[Batch] = []
    with path.open("rb") as source:
        while head := source.read(8 * (2 + columns)):
            first, count, *sizes = (int(one) for one in np.frombuffer(head, dtype="<i8"))
            cells = [_read_column(source.read(size), count) for size in sizes]
            first += part * PART_ROWS
            pieces.append(Batch(np.arange(first, first + count, dtype=np.int32), cells))
            if sum(map(len, pieces)) >= BATCH_ROWS or sum(piece.size_bytes for piece in pieces) >= BATCH_BYTES:
                yield _put_together(pieces)
                pieces = []
    if pieces:
        yield _put_together(pieces)


def _put_together(pieces: list[Batch]) -> Batch:
    columns = zip(*(piece.cells for piece in pieces), strict=True)
    return Batch(np.concatenate([piece.rows for piece in pieces]), [pa.concat_arrays(cells) for cells in columns])


def _read_column(content: bytes, count: int) -> pa.Array:
    """Return the *count* cells of a column."""
    letters: NDArray[np.uint8] = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(letters == 0)
    offsets = np.zeros(count + 1, dtype=np.int32)
    # A cell ends as many letters earlier as null bytes stand before its end.
    offsets[1:count] = ends - np.arange(count - 1)
    offsets[count] = len(letters) - (count - 1)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters[letters != 0]))
