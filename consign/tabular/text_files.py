"""Tables in text files: separator, header, and two readers that agree.

The fast reader is Arrow's. It is used only where the text is beyond doubt: quotes in their places, no blank
lines in between, every row as wide as the header. Everything else goes through the careful reader, which
knows its row number.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from consign.sentence import Sentence, say
from consign.tabular.encodings import BLOCK_BYTES, prepare_text
from consign.tabular.headers import SEARCHED_ROWS, count_known, find_header, read_header
from consign.tabular.records import read_records
from consign.tabular.refusals import FileDamaged, FileEmpty, FileTooLarge, FileWithoutHeader
from consign.tabular.table import Batch, BrokenRow, Table

CAREFUL_BATCH_ROWS = 50_000
SNIFFED_LINES = 200
DELIMITERS = {",": say("comma"), ";": say("semicolon"), "\t": say("tab"), "|": say("pipe")}


@dataclass(frozen=True)
class _Separator:
    sign: str
    head: list[list[str]]
    """The first rows as it parts them."""
    evidence: Sentence


def open_text_table(path: Path, *, scratch: Path, words: Collection[str]) -> Table:
    """Find the table in the text file at *path*; *scratch* is a folder for a copy in another encoding.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table.

    """
    prepared = prepare_text(path, scratch=scratch)
    with prepared.path.open(encoding="utf-8-sig", newline="") as source:
        lines = list(islice(source, SNIFFED_LINES))
    if not "".join(lines).strip():
        raise FileEmpty(say("The file holds nothing but blank space; nothing of it was used."))
    separator = _find_separator(lines, words)
    header = read_header(separator.head, words=words)
    if header is None:
        raise FileWithoutHeader(
            say(
                "No row in the first {rows} names two columns or more; nothing of the file was used.",
                rows=SEARCHED_ROWS,
            )
        )
    place, headers = header.place, header.names
    plain_head = all(separator.head[: place + 1]) and not any('"' in line for line in lines[:place])

    def read() -> Iterator[Batch]:
        yield from _read(
            prepared.path,
            delimiter=separator.sign,
            width=len(headers),
            header_row=place + 1,
            regular=plain_head and prepared.is_regular(separator.sign),
        )

    return Table(
        container="csv",
        encoding=prepared.encoding,
        delimiter=separator.sign,
        sheet=None,
        header_row=place + 1,
        headers=headers,
        evidence=(
            say("encoding {encoding}", encoding=prepared.encoding),
            say("separator {sign}: {evidence}", sign=DELIMITERS[separator.sign], evidence=separator.evidence),
            say("header in row {row}", row=place + 1),
        ),
        read=read,
    )


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


def _find_separator(lines: Sequence[str], words: Collection[str]) -> _Separator:
    """Return the sign that brings out most known header *words*, then the one that parts most lines evenly.

    Raises:
        FileDamaged: a quote swallows more than any cell can hold.

    """
    best: _Separator | None = None
    score: tuple[int, float, int] = (0, 0.0, 0)
    swallowed = False
    for sign in DELIMITERS:
        try:
            rows = list(csv.reader(lines, delimiter=sign))
        except csv.Error:
            swallowed = True
            continue
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        head = rows[: SEARCHED_ROWS + 1]
        place = find_header(head, words=words)
        known = 0 if place is None else count_known(head[place], words=words)
        found = (known, count / max(widths.total(), 1), width)
        if width > 1 and found > score:
            evidence = say(
                "{count} of {total} lines have {width} cells", count=count, total=widths.total(), width=width
            )
            best = _Separator(sign, head, evidence)
            score = found
    if best is None and swallowed:
        raise FileDamaged(say("A quote is never closed, or a line is endless; nothing of the file was used."))
    return best or _Separator(",", [], say("no sign parts the lines evenly"))


def _read(path: Path, *, delimiter: str, width: int, header_row: int, regular: bool) -> Iterator[Batch]:
    done = 0
    if regular:
        try:
            for batch in _read_fast(path, delimiter=delimiter, width=width, header_row=header_row):
                done += len(batch)
                yield batch
        except pa.ArrowInvalid:  # a row of another width: the careful reader goes on where this one stopped
            pass
        else:
            return
    yield from _read_carefully(path, delimiter=delimiter, width=width, after_row=header_row + done)


def _read_fast(path: Path, *, delimiter: str, width: int, header_row: int) -> Iterator[Batch]:
    names = [str(place) for place in range(width)]
    with pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(column_names=names, skip_rows=header_row, block_size=BLOCK_BYTES),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    ) as reader:
        row = header_row + 1
        for part in reader:
            yield Batch(np.arange(row, row + len(part), dtype=np.int32), part.columns)
            row += len(part)


def _read_carefully(path: Path, *, delimiter: str, width: int, after_row: int) -> Iterator[Batch]:
    """Read record by record below row *after_row*; a row of another width is broken, blank tails aside."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        records = read_records(source, delimiter=delimiter, width=width, after_row=after_row)
        while part := list(islice(records, CAREFUL_BATCH_ROWS)):
            yield _batch_of_records(part, width)


def _batch_of_records(records: list[tuple[int, list[str]]], width: int) -> Batch:
    rows: list[int] = []
    whole: list[list[str]] = []
    broken: list[BrokenRow] = []
    for number, record in records:
        if len(record) > width and not any(cell.strip() for cell in record[width:]):
            del record[width:]  # only separators stand behind the last column
        if len(record) == width:
            rows.append(number)
            whole.append(record)
        elif any(cell.strip() for cell in record):
            broken.append(BrokenRow(number, tuple(record)))
    columns = zip(*whole, strict=True) if whole else [()] * width
    cells = [pa.array(column, pa.string()) for column in columns]
    return Batch(np.array(rows, dtype=np.int32), cells, broken)
