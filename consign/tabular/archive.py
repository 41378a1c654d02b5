"""The files inside a ZIP or gzip archive, one after the other, within limits that what the archive says of itself cannot move.

Text packs well: real sales files come to a twentieth to a sixtieth of their size. So a member may unpack to a hundred times
what it takes in the archive, and all members together to 1 GiB, counted while they are read.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from consign.sentence import Sentence, say
from consign.tabular.refusals import (
    ArchiveInArchive,
    ArchiveWithoutFiles,
    FileDamaged,
    FileLocked,
    FileNotATable,
    FileRefused,
    FileTooLarge,
)

MOST_ENTRIES = 2_000
MOST_BYTES = 1 << 30
MOST_RATIO = 100
RATIO_FROM_BYTES = 100 << 10
MOST_DIRECTORY_BYTES = 2 << 20
"""How long an archive's list of its members may be: a thousand bytes for each."""
MOST_STREAMS = 100_000
"""A gzip file may be several written one after the other; so many are read."""
PIECE_BYTES = 1 << 20
STREAM_PIECE_BYTES = 64 << 10
GZIP = b"\x1f\x8b\x08"
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
GZIP_WINDOW = 31
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Other packings need more memory to unpack than any sales file is worth."""
DOCUMENT_FOLDERS = ("xl/", "word/", "ppt/", "docProps/", "_rels/", "META-INF/")
DOCUMENT_PARTS = frozenset({"[Content_Types].xml", "mimetype", "Index/Document.iwa", "Index.zip"})
"""A ZIP that holds one of these is a workbook or another document, and a file of its own."""
SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError, OSError, ValueError),  # what a broken archive makes of the library
)


@dataclass(frozen=True)
class Member:
    """One file inside an archive. It has bytes at *path* until the next is asked for, or a reason why not."""

    name: str
    """As the archive writes it; shown only after it was tidied, and never used as a path."""
    path: Path | None = None
    size_bytes: int = 0
    ignored: str | None = None
    """Code of why it is none: `directory`, `system` or `empty`."""
    refusal: FileRefused | None = None


def is_archive(path: Path) -> bool:
    """Say from its bytes whether the file at *path* is a ZIP or gzip archive; a workbook or another document is none."""
    with path.open("rb") as source:
        head = source.read(30 + 256)
    if not head.startswith((ZIP, EMPTY_ZIP)):
        return head.startswith(GZIP)
    try:
        with _open_zip(path) as archive:
            names = archive.namelist()
    except FileRefused:
        length = int.from_bytes(head[26:28], "little")
        names = [head[30 : 30 + length].decode("cp437")]  # the first file's own head is all there is to go by
    return not any(name in DOCUMENT_PARTS or name.startswith(DOCUMENT_FOLDERS) for name in names)


def read_members(path: Path, *, name: str, scratch: Path) -> Iterator[Member]:
    """Yield the members of the archive *name* at *path* in their order; each stands in the folder *scratch* for a while.

    A member that cannot be taken out keeps no other back.

    Raises:
        FileDamaged: the archive is broken.
        FileTooLarge: it holds too many files, or they come to too much.

    """
    with path.open("rb") as source:
        is_gzip = source.read(len(GZIP)) == GZIP
    yield from _read_gzip(path, name=name, scratch=scratch) if is_gzip else _read_zip(path, scratch=scratch)


class _Bounded:
    """A file for the ZIP library, which reads an archive's list of members at once, however long that says it is."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.seek, self.tell, self.seekable, self.close = source.seek, source.tell, source.seekable, source.close

    def read(self, size: int = -1) -> bytes:
        """Read at most *size* bytes, of which there must be no more than a list of members can have."""
        found = self._source.read(min(size, MOST_DIRECTORY_BYTES + 1) if size >= 0 else MOST_DIRECTORY_BYTES + 1)
        if len(found) > MOST_DIRECTORY_BYTES:
            raise FileTooLarge(say("The archive's list of files is longer than any; nothing of it was used."))
        return found


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as source:
        try:
            archive = zipfile.ZipFile(_Bounded(source))
        except BROKEN as error:
            raise FileDamaged(_damaged()) from error
        with archive:
            yield archive


def _read_zip(path: Path, *, scratch: Path) -> Iterator[Member]:
    with _open_zip(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise FileTooLarge(say("The archive holds {count} files; nothing of it was used.", count=len(entries)))
        unpack = _Unpacking(scratch / "member", packed_bytes=path.stat().st_size)
        for entry in entries:
            yield _read_entry(archive, entry, unpack)


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, unpack: "_Unpacking") -> Member:
    name = _find_name(entry)
    if ignored := _why_ignored(name):
        return Member(name, ignored=ignored)
    if entry.flag_bits & ENCRYPTED_FLAG:
        locked = say("The file is protected by a password; nothing of it was used. Pack it without one.")
        return Member(name, refusal=FileLocked(locked))
    if entry.compress_type not in PACKINGS:
        packing = say("The file is packed in a way that is not read; nothing of it was used. Pack it as a plain ZIP.")
        return Member(name, refusal=FileNotATable(packing))

    def read() -> Iterator[bytes]:
        with archive.open(entry) as part:
            while piece := part.read(PIECE_BYTES):
                yield piece

    return unpack.take_out(name, read, packed_bytes=entry.compress_size)


def _find_name(entry: zipfile.ZipInfo) -> str:
    """Return the member's name. Many write UTF-8 without saying so; the library takes that for the PC's old letters."""
    if not entry.flag_bits & UTF8_FLAG:
        try:
            return entry.orig_filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return entry.orig_filename


def _why_ignored(name: str) -> str | None:
    """Return the code of why a member is no file that somebody meant to hand in."""
    plain = name.replace("\\", "/")
    if plain.endswith("/"):
        return "directory"
    last = PurePosixPath(plain).name
    added = last.lower() in SYSTEM_FILES or last.startswith(("._", "~$")) or "__MACOSX" in plain.split("/")
    return "system" if added else None


class _Unpacking:
    """Takes members out of one archive and counts what they really come to."""

    def __init__(self, target: Path, *, packed_bytes: int) -> None:
        self._target = target
        self._packed_bytes = packed_bytes
        self._left_bytes = MOST_BYTES

    def take_out(self, name: str, read: Callable[[], Iterable[bytes]], *, packed_bytes: int) -> Member:
        """Write a member to the target; it is refused alone where it is broken, or unpacks to far more than it takes.

        Raises:
            FileTooLarge: all members together come to too much.

        """
        size = 0
        most = max(RATIO_FROM_BYTES, MOST_RATIO * min(packed_bytes, self._packed_bytes))
        try:
            with self._target.open("wb") as target:
                for piece in read():
                    size += len(piece)
                    self._left_bytes -= len(piece)
                    if self._left_bytes < 0:
                        raise FileTooLarge(say("The archive unpacks to more than 1 GB; nothing of it was used."))
                    if size > most:
                        return Member(name, refusal=FileTooLarge(_blown_up()))
                    target.write(piece)
        except BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # our disk, not the archive
            return Member(name, refusal=FileDamaged(_damaged()))
        if not size:
            return Member(name, ignored="empty")
        if is_archive(self._target):
            nested = say("An archive inside an archive is not opened; nothing of it was used. Hand it in by itself.")
            return Member(name, refusal=ArchiveInArchive(nested))
        return Member(name, self._target, size)


def _read_gzip(path: Path, *, name: str, scratch: Path) -> Iterator[Member]:
    size = path.stat().st_size
    inner = name[:-3] if name.lower().endswith(".gz") else name
    with path.open("rb") as source:
        yield _Unpacking(scratch / "member", packed_bytes=size).take_out(
            inner, lambda: _inflate(source), packed_bytes=size
        )


def _inflate(source: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip file holds; its head is passed over by zlib itself, however long it is.

    Raises:
        EOFError: the file is cut off.
        ValueError: it is made of too many streams.

    """
    streams, engine = 1, zlib.decompressobj(wbits=GZIP_WINDOW)
    packed = source.read(STREAM_PIECE_BYTES)
    while packed:
        if piece := engine.decompress(packed, STREAM_PIECE_BYTES):
            yield piece
        packed = engine.unconsumed_tail
        if engine.eof:
            packed = engine.unused_data.lstrip(b"\0")  # what fills up a tape's block
            packed = packed or source.read(STREAM_PIECE_BYTES).lstrip(b"\0")
            if packed:
                streams, engine = streams + 1, zlib.decompressobj(wbits=GZIP_WINDOW)
            if streams > MOST_STREAMS:
                raise ValueError(streams)
        packed = packed or source.read(STREAM_PIECE_BYTES)
    if not engine.eof:
        raise EOFError


def _damaged() -> Sentence:
    return say("The archive is cut off or damaged here; nothing of this was used. Pack it again.")


def _blown_up() -> Sentence:
    return say(
        "The file unpacks to more than {ratio} times what it takes in the archive; nothing of it was used.",
        ratio=MOST_RATIO,
    )


def refuse_without_files(taken: int) -> None:
    """Refuse an archive out of which no file could be *taken*.

    Raises:
        ArchiveWithoutFiles: none could.

    """
    if not taken:
        raise ArchiveWithoutFiles(
            say("The archive holds no file that can be read; nothing of it was used. Pack it again.")
        )
