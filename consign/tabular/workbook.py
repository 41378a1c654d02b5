"""Tables in workbooks, read in a child process with limits: a crash of the parser is no outage."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from consign.sentence import Sentence, say
from consign.tabular.child import ask_child
from consign.tabular.compound_file import SIGNATURE
from consign.tabular.refusals import (
    FileDamaged,
    FileLocked,
    FileNotATable,
    FileTooLarge,
    FileWithManyTables,
    FileWithoutHeader,
)
from consign.tabular.row_numbers import MOST_PARTS
from consign.tabular.table import Batch, Table
from consign.tabular.workbook_archive import identify_archive, look_through
from consign.tabular.workbook_rows import read_rows
from consign.tabular.workbook_status import LeftOut, Status

ZIP = b"PK\x03\x04"
BARE_RECORDS = tuple(map(bytes.fromhex, ("09080800", "09081000", "09000400", "09020600", "09040600")))
"""How old workbooks begin that are nothing but records: so do some tills write them."""
OLD = "xls"
MOST_OLD_BYTES = 100 << 20


def begins_workbook(first: bytes) -> bool:
    """Say whether a file whose *first* bytes are these may be a workbook."""
    return first.startswith((ZIP, SIGNATURE, *BARE_RECORDS))


def open_workbook_table(path: Path, *, scratch: Path, words: Collection[str]) -> Table:
    """Find the table in the workbook at *path*; the child process writes what it read into *scratch*.

    Sheets that hold rows below the same names are one table.

    Raises:
        FileRefused: in one of its kinds, when the file holds no table or is too large.

    """
    container = identify_workbook(path)
    found = _read_in_child(path, container, scratch=scratch, words=words)
    headers, parts = tuple(found["headers"]), tuple(found["parts"])

    def read() -> Iterator[Batch]:
        for part in range(len(parts)):
            yield from read_rows(scratch / f"{part}.rows", columns=len(headers), part=part)

    return Table(
        container=container,
        encoding=None,
        delimiter=None,
        sheet=parts[0],
        header_row=found["header_row"],
        headers=headers,
        evidence=_show(found),
        read=read,
        parts=parts if len(parts) > 1 else (),
    )


def _show(found: dict[str, Any]) -> tuple[Sentence, ...]:
    """Return what was found, and what was left out."""
    parts = found["parts"]
    return (
        say("sheet '{sheet}'", sheet=parts[0])
        if len(parts) == 1
        else say("{count} sheets with the same columns: {sheets}", count=len(parts), sheets=parts),
        say("header in row {row}", row=found["header_row"]),
        *(_say_left_out(LeftOut(reason), sheet) for reason, sheet in found["left_out"]),
    )


def _say_left_out(reason: LeftOut, sheet: str) -> Sentence:
    match reason:
        case LeftOut.HIDDEN:
            return say("sheet '{sheet}' is hidden and is left out", sheet=sheet)
        case LeftOut.NO_HEADER:
            return say("sheet '{sheet}' names no columns and is left out", sheet=sheet)
        case LeftOut.OTHER_COLUMNS:
            return say("sheet '{sheet}' has other columns and is left out", sheet=sheet)


def identify_workbook(path: Path) -> str:
    """Return which kind of workbook the file is.

    Raises:
        FileRefused: in one of its kinds, when it is none that may be read.

    """
    with path.open("rb") as source:
        first = source.read(len(SIGNATURE))
    if first.startswith(ZIP):
        return identify_archive(path)
    if path.stat().st_size > MOST_OLD_BYTES:
        raise FileTooLarge(say("The workbook is larger than 100 MB; nothing of it was used. Save it as CSV."))
    return OLD


def _read_in_child(path: Path, container: str, *, scratch: Path, words: Collection[str]) -> dict[str, Any]:
    """Return what the child found in the workbook, which is looked through while the child begins to read it.

    Raises:
        FileWithoutHeader: no visible sheet names its columns.
        FileWithManyTables: sheets with other columns look as much like the table, or one is a copy of another.
        FileLocked: it is behind a password.
        FileNotATable: it is a document of another kind.
        FileTooLarge: it takes too much to read.
        FileDamaged: it cannot be read.

    """

    def tell() -> dict[str, bool]:
        return {"may_have_failed": container == OLD or look_through(path, container=container)}

    asked = {"words": sorted(words), "container": container, "most_parts": MOST_PARTS}
    status, found = ask_child("consign.tabular.workbook_child", path, scratch=scratch, asked=asked, meanwhile=tell)
    match status:
        case Status.DONE:
            return found
        case Status.NO_HEADER:
            raise FileWithoutHeader(
                say("No visible sheet has a row that names two columns or more; nothing of the file was used.")
            )
        case Status.MANY_TABLES:
            raise FileWithManyTables(
                say(
                    "The sheets {sheets} hold rows below different columns, and each may be the table; nothing of the"
                    " file was used. Save the right one as a file of its own, or hide the others.",
                    sheets=found["sheets"],
                )
            )
        case Status.COPIES:
            raise FileWithManyTables(
                say(
                    "The sheets {sheets} hold the very same rows, so all but one may be copies; nothing of the file was"
                    " used. Delete or hide the copies.",
                    sheets=found["sheets"],
                )
            )
        case Status.LOCKED:
            raise FileLocked(
                say("The workbook is protected by a password; nothing of it was used. Save it without one.")
            )
        case Status.NO_WORKBOOK:
            raise FileNotATable(
                say("The file is a document, not a workbook; nothing of it was used. Save the table as XLSX or CSV.")
            )
        case Status.MANY_SHEETS:
            raise FileTooLarge(say("The workbook has too many sheets; nothing of it was used. Save fewer as a file."))
        case _:
            raise FileDamaged(say("The workbook is cut off or damaged; nothing of it was used. Export it again."))
