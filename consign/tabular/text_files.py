"""Tables in text files, read in a child process with limits: a crash of the parser is no outage."""

import json
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from consign.sentence import load_sentence, say
from consign.tabular.encodings import BLOCK_BYTES
from consign.tabular.fast_reader import make_schema
from consign.tabular.frames import Child, Kind, compute_most_seconds, make_damaged
from consign.tabular.refusals import FileTooLarge
from consign.tabular.table import Batch, BrokenRow, Table

MODULE = "consign.tabular.text_child"


@contextmanager
def open_text_table(path: Path, *, scratch: Path, words: Collection[str]) -> Iterator[Table]:
    """Find the table in the text file at *path*; *scratch* is a folder for copies of it, and lives as long as the table.

    The child that finds the table goes on to its rows. Another reading of them is another child, which is told what the
    first one found.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table.

    """
    with ExitStack() as open_readings:
        first = _Reading.start(path, scratch=scratch, asked={"words": sorted(words), "layout": None})
        open_readings.enter_context(closing(first.child))
        facts = first.read_facts()
        waiting = [first]

        def read() -> Iterator[Batch]:
            asked = {"words": [], "layout": facts["layout"]}
            reading = waiting.pop() if waiting else _Reading.start(path, scratch=scratch, asked=asked)
            open_readings.enter_context(closing(reading.child))
            with closing(reading.child):
                yield from reading.read_batches(facts["layout"]["width"])

        yield Table(
            container="csv",
            encoding=facts["encoding"],
            delimiter=facts["layout"]["sign"],
            sheet=None,
            header_row=facts["layout"]["header_row"],
            headers=tuple(facts["headers"]),
            evidence=tuple(load_sentence(sentence) for sentence in facts["evidence"]),
            read=read,
        )


@dataclass
class _Reading:
    """One reading of a file by a child."""

    child: Child
    frames: Iterator[tuple[Kind, bytearray]]

    @classmethod
    def start(cls, path: Path, *, scratch: Path, asked: dict[str, Any]) -> "_Reading":
        folder = Path(tempfile.mkdtemp(dir=scratch))
        most_seconds = compute_most_seconds(path.stat().st_size)
        child = Child(MODULE, path, folder=folder, asked=asked, most_seconds=most_seconds)
        return cls(child, child.frames())

    def read_facts(self) -> dict[str, Any]:
        _, content = next(self.frames)
        facts: dict[str, Any] = json.loads(content)
        return facts

    def read_batches(self, width: int) -> Iterator[Batch]:
        broken: list[BrokenRow] = []
        for kind, content in self.frames:
            if kind is Kind.BROKEN:
                broken = [BrokenRow(row, tuple(cells)) for row, cells in json.loads(content)]
            else:
                numbers, cells = _load_packed(content, width) if kind is Kind.ARROW else _load_listed(content)
                yield Batch(numbers, cells, broken)
                broken = []


def _load_packed(content: bytearray, width: int) -> tuple[NDArray[np.int32], list[pa.Array]]:
    """Return the rows of a record batch that a child sent, which may be anything where the child came to harm.

    Raises:
        FileDamaged: it is no record batch of rows.

    """
    try:
        batch = pa.ipc.read_record_batch(pa.py_buffer(content), make_schema(width))
        batch.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise make_damaged() from error
    return batch.column(0).to_numpy(), batch.columns[1:]


def _load_listed(content: bytearray) -> tuple[NDArray[np.int32], list[pa.Array]]:
    numbers, *columns = json.loads(content)
    return np.array(numbers, dtype=np.int32), [pa.array(column, pa.string()) for column in columns]


def read_written_table(path: Path, *, columns: int) -> Iterator[Batch]:
    """Read what our workbook reader wrote: comma-separated, the row's number first, then *columns* cells."""
    names = ["row", *(str(place) for place in range(columns))]
    types = {"row": pa.int32(), **dict.fromkeys(names[1:], pa.string())}
    try:
        yield from _read_written(path, names=names, types=types)
    except pa.ArrowInvalid as error:
        raise FileTooLarge(
            say("A cell of the workbook is larger than a row can be; nothing of it was used.")
        ) from error


def _read_written(path: Path, *, names: list[str], types: dict[str, pa.DataType]) -> Iterator[Batch]:
    with pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    ) as reader:
        for part in reader:
            yield Batch(part.column(0).to_numpy(), [part.column(place + 1) for place in range(len(names) - 1)])
