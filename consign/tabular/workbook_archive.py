"""Packed workbooks looked through before they are read: which kind they are, and that they unpack to no more than they may."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from consign.sentence import say
from consign.tabular import ods_errors, xlsx_errors
from consign.tabular.refusals import FileDamaged, FileLocked, FileNotATable, FileTooLarge
from consign.tabular.xlsx_errors import tidy_part

MOST_ENTRIES = 2_000
MOST_BYTES = 200 << 20
MOST_RATIO = 100
RATIO_FROM_BYTES = 100 << 10
PIECE_BYTES = 1 << 20
MOST_NAME_BYTES = 100
"""More is not read of a part that says what the archive is."""
MOST_MANIFEST_BYTES = 1 << 20
ENCRYPTED_FLAG = 1
ODS = "application/vnd.oasis.opendocument.spreadsheet"
MACROS = b"macroEnabled.main+xml"
FAILED_MARKS = {
    "xlsx": xlsx_errors.FAILED_MARKS,
    "xlsm": xlsx_errors.FAILED_MARKS,
    "xlsb": (b"",),
    "ods": ods_errors.FAILED_MARKS,
}
"""What stands in a workbook of each kind in which a formula failed; a binary one does not show it."""


def identify_archive(path: Path) -> str:
    """Return which kind of workbook the archive at *path* is; nothing but its list of parts and a few small ones is read.

    Raises:
        FileDamaged: the archive is broken.
        FileLocked: it is behind a password.
        FileNotATable: it is no workbook.
        FileTooLarge: it has too many parts.

    """
    with _open(path) as archive:
        count = len(archive.infolist())
        if count > MOST_ENTRIES:
            raise FileTooLarge(say("The workbook has {count} parts; nothing of it was used.", count=count))
        container = _find_container(archive)
    if container is None:
        raise FileNotATable(say("The archive is no workbook; nothing of it was used. Save the sheet as XLSX or CSV."))
    return container


def look_through(path: Path, *, container: str) -> bool:
    """Unpack everything once, and say whether formulas may have failed in it.

    Raises:
        FileDamaged: the archive is broken.
        FileTooLarge: it unpacks to too much.

    """
    left, may_have_failed = MOST_BYTES, False
    with _open(path) as archive:
        for entry in archive.infolist():
            size, marked = _look_through_part(archive, entry, most=left, marks=FAILED_MARKS[container])
            left -= size
            may_have_failed = may_have_failed or marked
    return may_have_failed


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError),
        *(NotImplementedError, RuntimeError, OSError, ValueError),  # another packing, impossible names
    ) as error:
        raise FileDamaged(
            say("The workbook is cut off or damaged; nothing of it was used. Export it again.")
        ) from error


def _find_container(archive: zipfile.ZipFile) -> str | None:
    """Return the kind of workbook that *archive* is, blank when it is none.

    Raises:
        FileLocked: it is behind a password.

    """
    parts = {tidy_part(entry.filename): entry for entry in archive.infolist()}
    manifest = _read_start(archive, parts.get("meta-inf/manifest.xml"), MOST_MANIFEST_BYTES)
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in parts.values()) or b"encryption-data" in manifest:
        raise FileLocked(say("The workbook is protected by a password; nothing of it was used. Save it without one."))
    if "xl/workbook.xml" in parts:
        kinds = _read_start(archive, parts.get("[content_types].xml"), MOST_MANIFEST_BYTES)
        return "xlsm" if MACROS in kinds else "xlsx"
    if "xl/workbook.bin" in parts:
        return "xlsb"
    says = _read_start(archive, parts.get("mimetype"), MOST_NAME_BYTES) or manifest
    return "ods" if "content.xml" in parts and ODS.encode() in says else None


def _read_start(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | None, most: int) -> bytes:
    if entry is None or entry.flag_bits & ENCRYPTED_FLAG:
        return b""
    with archive.open(entry) as part:
        return part.read(most)


def _look_through_part(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int, marks: Sequence[bytes]
) -> tuple[int, bool]:
    """Return to how many bytes *entry* really unpacks, whatever the archive says, and whether one of *marks* is in it.

    Raises:
        FileTooLarge: it unpacks to more than *most* bytes, or to more than a hundred times its size.

    """
    size, marked, tail, longest = 0, False, b"", max(map(len, marks))
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
            seam = tail + piece[:longest]
            marked = marked or any(_holds(piece, mark) or mark in seam for mark in marks)
            tail = piece[-longest:]
    return size, marked


def _holds(piece: bytes, mark: bytes) -> bool:
    """Say whether *mark* is in *piece*; a rare sign in it, such as an apostrophe, is looked for at a tenth of the cost."""
    return mark[2:3] in piece and mark in piece
