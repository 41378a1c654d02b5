"""Tables in text files: encoding, separator, header, and two readers that agree.

The fast reader is Arrow's. It is used only where the text is beyond doubt: quotes in their places, no blank lines in
between, every row as wide as the header. Everything else goes through the careful reader, which knows its row number.
"""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from consign.tabular.headers import SEARCHED_ROWS, find_header
from consign.tabular.refusals import (
    FileDamaged,
    FileEmpty,
    FileMixedEncodings,
    FileNotATable,
    FileWithoutHeader,
)
from consign.tabular.table import Batch, BrokenRow, Table

BLOCK_BYTES = 8 << 20
CAREFUL_BATCH_ROWS = 50_000
LONGEST_CELL = 131_072
SNIFFED_LINES = 200
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_VALID_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UNDEFINED_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True)
class Prepared:
    """The file as UTF-8, what it was before, and whether its text is beyond doubt."""

    path: Path
    encoding: str
    regular: bool


def open_text_table(path: Path, *, scratch: Path, words: Collection[str]) -> Table:
    """Find the table in the text file at *path*; *scratch* is a folder for a copy in another encoding.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table.

    """
    prepared = _prepare(path, scratch)
    with prepared.path.open(encoding="utf-8-sig", newline="") as source:
        lines = list(islice(source, SNIFFED_LINES))
    if not "".join(lines).strip():
        raise FileEmpty("The file holds nothing but blank space; nothing of it was used.")
    delimiter, evidence = _find_delimiter(lines)
    head = [row for row in csv.reader(lines, delimiter=delimiter)][: SEARCHED_ROWS + 1]
    place = find_header(head, words=words)
    if place is None:
        raise FileWithoutHeader("No row in the first 50 names two columns or more; nothing of the file was used.")
    headers = tuple(_without_blank_tail(head[place]))
    regular = prepared.regular and all(row for row in head[: place + 1]) and not any('"' in line for line in lines[:place])

    def read() -> Iterator[Batch]:
        yield from _read(prepared.path, delimiter=delimiter, headers=headers, header_row=place + 1, regular=regular)

    return Table(
        container="csv",
        encoding=prepared.encoding,
        delimiter=delimiter,
        sheet=None,
        header_row=place + 1,
        headers=headers,
        evidence=(f"encoding {prepared.encoding}", f"separator {DELIMITERS[delimiter]}: {evidence}", f"header in row {place + 1}"),
        read=read,
    )


def read_written_table(path: Path, *, columns: int) -> Iterator[Batch]:
    """Read a comma-separated file that our own workbook reader wrote: the row's number first, then *columns* cells."""
    names = ["row", *(str(place) for place in range(columns))]
    types = {"row": pa.int32(), **dict.fromkeys(names[1:], pa.string())}
    with pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    ) as reader:
        for part in reader:
            yield Batch(part.column(0).to_numpy(), [part.column(place + 1) for place in range(columns)])


def _prepare(path: Path, scratch: Path) -> Prepared:
    """Look at all bytes once: which encoding, and whether the fast reader may be trusted."""
    with path.open("rb") as source:
        first = source.read(4)
    if not first:
        raise FileEmpty("The file is empty; nothing of it was used.")
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _transcode(path, scratch, "utf-16")
    regular = True
    try:
        for block in _blocks_of_lines(path):
            block.decode("utf-8")
            regular = regular and _is_regular(block)
            if b"\0" in block:
                raise FileNotATable("The file holds no text; nothing of it was used. Save it as CSV or XLSX.")
    except UnicodeDecodeError:
        return _transcode(path, scratch, _find_single_byte_encoding(path))
    return Prepared(path, "utf-8", regular)


def _find_single_byte_encoding(path: Path) -> str:
    """Return cp1252 for text that is not UTF-8, unless some of its lines are.

    Raises:
        FileMixedEncodings: some letters are UTF-8 and some are not.
        FileNotATable: the bytes are no text at all.

    """
    content = path.read_bytes()
    if b"\0" in content or _UNDEFINED_CP1252.search(content):
        raise FileNotATable("The file holds no text; nothing of it was used. Save it as CSV or XLSX.")
    if _VALID_MULTIBYTE.search(content):
        bad = next(number for number, line in enumerate(content.split(b"\n"), start=1) if not _is_utf8(line))
        raise FileMixedEncodings(
            f"Line {bad} is not UTF-8 though other lines are; nothing of the file was used. Export it again in one encoding."
        )
    return "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _transcode(path: Path, scratch: Path, encoding: str) -> Prepared:
    target = scratch / "as-utf-8"
    try:
        with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
            while piece := source.read(BLOCK_BYTES):
                copy.write(piece)
    except UnicodeError as error:
        raise FileDamaged(f"The file begins like {encoding} text but is not; nothing of it was used.") from error
    return Prepared(target, encoding, all(_is_regular(block) for block in _blocks_of_lines(target)))


def _blocks_of_lines(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes in blocks that end with a line."""
    rest = b""
    with path.open("rb") as source:
        while piece := source.read(BLOCK_BYTES):
            head, newline, tail = piece.rpartition(b"\n")
            if newline:
                yield rest + head + newline
                rest = tail
            else:
                rest += tail
    if rest:
        yield rest


def _is_regular(block: bytes) -> bool:
    """Say whether every quote in *block* opens or closes a whole cell, and no line is blank."""
    if b"\n\n" in block or b"\n\r\n" in block or block.startswith((b"\n", b"\r\n")):
        return False
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return False
    if b'"' not in block:
        return True
    text = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    if len(quotes) % 2:
        return False
    around = np.full(256, fill_value=False)
    around[[ord(sign) for sign in ',;\t|"\r\n']] = True
    opening, closing = quotes[::2], quotes[1::2]
    begins = (opening == 0) | around[text[np.maximum(opening - 1, 0)]]
    ends = (closing == len(text) - 1) | around[text[np.minimum(closing + 1, len(text) - 1)]]
    newlines = np.flatnonzero(text == ord("\n"))
    inside = np.searchsorted(quotes, newlines) % 2 == 1
    return bool(begins.all() and ends.all() and not inside.any())


def _find_delimiter(lines: Sequence[str]) -> tuple[str, str]:
    """Return the sign that parts most lines into the same number of cells, two or more."""
    best, evidence, score = ",", "no sign parts the lines evenly", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row))
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        share = count / max(sum(widths.values()), 1)
        if width > 1 and (share, width) > score:
            best, evidence, score = delimiter, f"{count} of {sum(widths.values())} lines have {width} cells", (share, width)
    return best, evidence


def _without_blank_tail(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _read(path: Path, *, delimiter: str, headers: tuple[str, ...], header_row: int, regular: bool) -> Iterator[Batch]:
    done = 0
    if regular:
        try:
            for batch in _read_fast(path, delimiter=delimiter, width=len(headers), header_row=header_row):
                done += len(batch)
                yield batch
        except pa.ArrowInvalid:  # a row of another width: the careful reader goes on where this one stopped
            pass
        else:
            return
    yield from _read_carefully(path, delimiter=delimiter, width=len(headers), after_row=header_row + done)


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
    """Read record by record below row *after_row*; a row of another width is broken, blank cells at its end aside."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as source:
        records = enumerate(csv.reader(source, delimiter=delimiter), start=1)
        records = islice(records, after_row, None)
        while True:
            try:
                part = list(islice(records, CAREFUL_BATCH_ROWS))
            except csv.Error as error:
                raise FileDamaged(f"A quote is never closed ({error}); nothing of the file was used.") from error
            if not part:
                return
            yield _batch_of_records(part, width)


def _batch_of_records(records: list[tuple[int, list[str]]], width: int) -> Batch:
    rows: list[int] = []
    whole: list[list[str]] = []
    broken: list[BrokenRow] = []
    for number, record in records:
        if len(record) > width and not any(cell.strip() for cell in record[width:]):
            record = record[:width]  # noqa: PLW2901  # only separators stand behind the last column
        if len(record) == width:
            _refuse_swallowed_lines(number, record)
            rows.append(number)
            whole.append(record)
        elif any(cell.strip() for cell in record):
            _refuse_swallowed_lines(number, record)
            broken.append(BrokenRow(number, tuple(record)))
    columns = zip(*whole, strict=True) if whole else [()] * width
    return Batch(np.array(rows, dtype=np.int32), [pa.array(column, pa.string()) for column in columns], broken)


def _refuse_swallowed_lines(number: int, record: list[str]) -> None:
    """Refuse a file in which a quote that was never closed swallowed other rows.

    Raises:
        FileDamaged: a cell holds line ends and separators, as only swallowed rows do.

    """
    for cell in record:
        if "\n" in cell and max(cell.count(sign) for sign in DELIMITERS) >= 2:
            raise FileDamaged(
                f"Row {number} holds other rows inside a quoted cell, so a quote is missing; nothing of the file was used."
            )
