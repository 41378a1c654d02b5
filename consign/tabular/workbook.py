"""Tables in XLSX workbooks, read in a child process with limits: a crash of the parser is no outage."""

import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from consign.sentence import say
from consign.tabular.child import ask_child
from consign.tabular.refusals import (
    FileDamaged,
    FileNotATable,
    FileTooLarge,
    FileWithManyTables,
    FileWithoutHeader,
)
from consign.tabular.table import Batch, Table
from consign.tabular.text_files import read_written_table
from consign.tabular.workbook_errors import FAILED_MARKS

MOST_ENTRIES = 2_000
MOST_BYTES = 200 << 20
MOST_RATIO = 100
RATIO_FROM_BYTES = 100 << 10
NO_HEADER_STATUS = 4
MANY_TABLES_STATUS = 6
PIECE_BYTES = 1 << 20
LONGEST_MARK = max(map(len, FAILED_MARKS))


@dataclass(frozen=True)
class _Found:
    sheet: str
    header_row: int
    headers: tuple[str, ...]


def open_workbook_table(path: Path, *, scratch: Path, words: Collection[str]) -> Table:
    """Find the table in the XLSX file at *path*; the child process writes what it read into *scratch*.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table or is too large.

    """
    may_have_failed = _look_through(path)
    found = _read_in_child(path, scratch=scratch, words=words, may_have_failed=may_have_failed)

    def read() -> Iterator[Batch]:
        yield from read_written_table(scratch / "rows.csv", columns=len(found.headers))

    return Table(
        container="xlsx",
        encoding=None,
        delimiter=None,
        sheet=found.sheet,
        header_row=found.header_row,
        headers=found.headers,
        evidence=(say("sheet '{sheet}'", sheet=found.sheet), say("header in row {row}", row=found.header_row)),
        read=read,
    )


def _look_through(path: Path) -> bool:
    """Unpack everything once, and say whether formulas may have failed in it.

    Raises:
        FileDamaged: the archive is broken.
        FileNotATable: it is no workbook.
        FileTooLarge: it unpacks to too much.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _look_through_parts(archive)
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError),
        *(NotImplementedError, RuntimeError, OSError, ValueError),  # another packing, a password, impossible names
    ) as error:
        raise FileDamaged(
            say("The workbook is cut off or damaged; nothing of it was used. Export it again.")
        ) from error


def _look_through_parts(archive: zipfile.ZipFile) -> bool:
    entries = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise FileNotATable(
            say("The archive is no XLSX workbook; nothing of it was used. Save the sheet as XLSX or CSV.")
        )
    if len(entries) > MOST_ENTRIES:
        raise FileTooLarge(say("The workbook has {count} parts; nothing of it was used.", count=len(entries)))
    left, may_have_failed = MOST_BYTES, False
    for entry in entries:
        size, marked = _look_through_part(archive, entry, most=left)
        left -= size
        may_have_failed = may_have_failed or marked
    return may_have_failed


def _look_through_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int) -> tuple[int, bool]:
    """Return to how many bytes *entry* really unpacks, whatever the archive says, and whether a formula may have failed.

    Raises:
        FileTooLarge: it unpacks to more than *most* bytes, or to more than a hundred times its size.

    """
    size, marked, tail = 0, False, b""
    with archive.open(entry) as part:
        while piece := part.read(PIECE_BYTES):
            size += len(piece)
            if size > most:
                raise FileTooLarge(say("The workbook unpacks to more than 200 MB; nothing of it was used."))
            if size > RATIO_FROM_BYTES and size > MOST_RATIO * max(entry.compress_size, 1):
                raise FileTooLarge(
                    say(
                        "A part of the workbook unpacks to more than {ratio} times its size; nothing of it was used.",
                        ratio=MOST_RATIO,
                    )
                )
            seam = tail + piece[:LONGEST_MARK]
            marked = marked or any(mark in piece or mark in seam for mark in FAILED_MARKS)
            tail = piece[-LONGEST_MARK:]
    return size, marked


def _read_in_child(path: Path, *, scratch: Path, words: Collection[str], may_have_failed: bool) -> _Found:
    """Return what the child found in the workbook.

    Raises:
        FileWithoutHeader: no visible sheet names its columns.
        FileWithManyTables: several do, and hold rows.
        FileTooLarge: it takes too much to read.
        FileDamaged: it cannot be read.

    """
    asked = {"words": sorted(words), "may_have_failed": may_have_failed}
    status, found = ask_child("consign.tabular.workbook_child", path, scratch=scratch, asked=asked)
    if status == NO_HEADER_STATUS:
        raise FileWithoutHeader(
            say("No visible sheet has a row that names two columns or more; nothing of the file was used.")
        )
    if status == MANY_TABLES_STATUS:
        raise FileWithManyTables(
            say(
                "Several sheets hold rows below the same columns; nothing of the file was used."
                " Put them into one sheet, or save each as a file."
            )
        )
    return _Found(found["sheet"], found["header_row"], tuple(found["headers"]))
