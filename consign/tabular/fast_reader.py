"""The fast reader of text files, which is Arrow's, and rows as Arrow's record batches."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from consign.tabular.dialect import Dialect, Quoting
from consign.tabular.records import Records

BLOCK_BYTES = 1 << 20
"""A dozen blocks are under way at once, so their size decides how much memory the reading takes."""
BUNDLED_BLOCKS = 6
"""So many blocks become one batch of rows, for whoever reads works batch by batch."""


def make_schema(width: int) -> pa.Schema:
    """Return what a record batch of rows is made of: the row's number, then *width* cells."""
    return pa.schema([("row", pa.int32()), *((str(place), pa.string()) for place in range(width))])


def read_fast(path: Path, dialect: Dialect, *, width: int, header_row: int) -> Iterator[pa.RecordBatch]:
    """Read the regular UTF-8 text at *path* below its header.

    Raises:
        pa.ArrowInvalid: a row is of another width; all rows of earlier blocks were yielded.

    """
    schema = make_schema(width)
    names = schema.names[1:]
    quote: Any = False if dialect.quoting is Quoting.NONE else '"'
    with pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(
            column_names=names, skip_rows=header_row, block_size=BLOCK_BYTES, use_threads=False
        ),
        parse_options=pa.csv.ParseOptions(delimiter=dialect.sign, quote_char=quote),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    ) as reader:
        row = header_row + 1
        for part in _bundle(reader):
            numbers = pa.array(np.arange(row, row + len(part), dtype=np.int32))
            yield pa.RecordBatch.from_arrays([numbers, *part.columns], schema=schema)
            row += len(part)


def _bundle(parts: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put some batches at a time together; those before a broken one are not lost.

    Raises:
        pa.ArrowInvalid: a batch was broken.

    """
    bundle: list[pa.RecordBatch] = []
    try:
        for part in parts:
            bundle.append(part)
            if len(bundle) == BUNDLED_BLOCKS:
                yield pa.concat_batches(bundle)
                bundle = []
    except pa.ArrowInvalid:
        if bundle:
            yield pa.concat_batches(bundle)
        raise
    if bundle:
        yield pa.concat_batches(bundle)


def pack(records: Records, width: int) -> pa.RecordBatch:
    """Return the whole rows among *records* as a record batch."""
    numbers = pa.array(records.numbers, pa.int32())
    cells = [pa.array(column, pa.string()) for column in records.columns(width)]
    return pa.RecordBatch.from_arrays([numbers, *cells], schema=make_schema(width))
