"""The object store: files by the SHA-256 of their bytes, written before any row names them, never changed."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from consign.errors import ConsignError
from consign.sentence import say

CHUNK_BYTES = 4 << 20


class FileMissing(ConsignError):
    """A stored file is not in the object store; whoever asked got nothing."""

    code = "files.missing"


class FileChanged(ConsignError):
    """A file was written to while it was taken in; nothing of it was used."""

    code = "files.changed_meanwhile"


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def copy_within(source: BinaryIO, path: Path, *, most_bytes: int) -> bool:
    """Copy what *source* holds from its beginning to *path*, and say whether that is not more than *most_bytes*.

    Of more, one byte too much is copied: whoever reads the copy may refuse it with a sentence of its own.
    """
    source.seek(0)
    left = most_bytes + 1
    with path.open("wb") as target:
        while left and (piece := source.read(min(CHUNK_BYTES, left))):
            left -= target.write(piece)
    return left > 0


def copy_checked(path: Path, target: Path, *, sha256: str) -> None:
    """Copy a file whose hash was taken before, and make sure that the copy has it.

    Raises:
        FileChanged: the file was changed since; the copy is not to be used.

    """
    digest = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as copy:
        while piece := source.read(CHUNK_BYTES):
            digest.update(piece)
            copy.write(piece)
    if digest.hexdigest() != sha256:
        raise FileChanged(
            say(
                "{file} was changed while it was read; nothing of it was used. Hand it in once nothing writes to it.",
                file=path.name,
            )
        )


@dataclass(frozen=True, order=True)
class Kept:
    """One file of an object store."""

    sha256: str
    size_bytes: int


class Files:
    """Files by hash in one object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def open(cls, *, url: str | None, folder: Path) -> "Files":
        """Open the store at *url*, or a local one in *folder*, which is made if it is missing."""
        if url:
            return cls(from_url(url))
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    def can_write(self) -> bool:
        """Say whether files can be kept: an empty one is written, under a name of its own, and deleted again."""
        trial = f"trial/{uuid4().hex}"
        try:
            obstore.put(self._store, trial, b"")
            obstore.delete(self._store, trial)
        except (BaseError, OSError):
            return False
        return True

    def store(self, path: Path, sha256: str) -> None:
        """Keep the bytes of *path* under their hash; a file that is already there is left as it is."""
        if not self.exists(sha256):
            with path.open("rb") as source:
                obstore.put(self._store, _key(sha256), source)

    def keep(self, source: BinaryIO) -> tuple[str, int]:
        """Keep what *source* holds from its beginning; return the SHA-256 and how many bytes that are."""
        source.seek(0)
        digest, size = hashlib.sha256(), 0
        with tempfile.TemporaryDirectory(prefix="consign-") as folder:
            path = Path(folder) / "file"
            with path.open("wb") as target:
                while piece := source.read(CHUNK_BYTES):
                    digest.update(piece)
                    size += target.write(piece)
            self.store(path, digest.hexdigest())
        return digest.hexdigest(), size

    def find_all(self) -> list[Kept]:
        """Return every file the store holds, by hash."""
        found = (one for some in obstore.list(self._store) for one in some)
        names = ((str(one["path"]).rpartition("/")[2], int(one["size"]), str(one["path"])) for one in found)
        return sorted(Kept(sha256, size) for sha256, size, path in names if path == _key(sha256))

    def exists(self, sha256: str) -> bool:
        """Say whether the store holds a file of this hash."""
        try:
            obstore.head(self._store, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def read(self, sha256: str) -> Iterator[bytes]:
        """Return the file's bytes in pieces.

        Raises:
            FileMissing: the store holds no such file.

        """
        try:
            found = obstore.get(self._store, _key(sha256))
        except FileNotFoundError as error:
            raise FileMissing(say("The file {sha256} is not in the object store.", sha256=sha256)) from error
        return (bytes(piece) for piece in found.stream(min_chunk_size=CHUNK_BYTES))

    def copy_to(self, sha256: str, path: Path) -> None:
        """Write the stored file to *path*.

        Raises:
            FileMissing: the store holds no such file; nothing was written.

        """
        pieces = self.read(sha256)
        with path.open("wb") as target:
            for piece in pieces:
                target.write(piece)

    def compute_hash(self, sha256: str) -> str:
        """Return the SHA-256 of the bytes that are really stored under *sha256*.

        Raises:
            FileMissing: the store holds no such file.

        """
        digest = hashlib.sha256()
        for piece in self.read(sha256):
            digest.update(piece)
        return digest.hexdigest()


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
