"""The files of a watched folder: which wait, held while they are read, moved only while they are the same."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from consign.watching.outcomes import ASKING, DONE, REFUSED

REASON_ENDING = ".reason.txt"
SKIPPED_STARTS = (".", "~")
SKIPPED_ENDINGS = (".part", ".tmp", ".crdownload", ".partial", REASON_ENDING)
LONGEST_STEM_BYTES = 200
"""Most systems take 255 bytes for a name; a number and the reason's ending come to it."""
NO_LOCKS = {errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""How a file system, mostly one on another computer, says that it locks no file that is only read."""

Shape = tuple[int, int, int, int]
"""Device, number, bytes and time of the last change of a file: alike in two looks, it stopped growing."""


@dataclass(frozen=True)
class Found:
    """A file that lies in the folder of a partner, or of one of its stores."""

    path: Path
    partner: str
    store: str | None
    shape: Shape


def find_files(folder: Path) -> Iterator[Found]:
    """Yield the files that wait below *folder* in their order; no link is followed, and no file that is being written taken."""
    for partner in _list(folder, folders=True):
        for name, path in _list_files(Path(partner.path)):
            yield Found(path, plain_name(partner.name), None, name)
        for store in _list(Path(partner.path), folders=True):
            for name, path in _list_files(Path(store.path)):
                yield Found(path, plain_name(partner.name), plain_name(store.name), name)


def _list_files(folder: Path) -> Iterator[tuple[Shape, Path]]:
    for entry in _list(folder, folders=False):
        with suppress(FileNotFoundError):  # gone since the folder was read
            yield shape_of(entry.stat(follow_symlinks=False)), Path(entry.path)


def _list(folder: Path, *, folders: bool) -> list["os.DirEntry[str]"]:
    """Return the plain folders or files in *folder* by name, without our own and those of others' half-written files."""
    try:
        with os.scandir(folder) as entries:
            found = [one for one in entries if (one.is_dir if folders else one.is_file)(follow_symlinks=False)]
    except (FileNotFoundError, PermissionError):
        return []
    skipped = {DONE, REFUSED, ASKING} if folders else set()
    return sorted(
        (
            one
            for one in found
            if one.name not in skipped
            and not one.name.startswith(SKIPPED_STARTS)
            and not one.name.lower().endswith(SKIPPED_ENDINGS)
        ),
        key=lambda one: one.name,
    )


def plain_name(name: str) -> str:
    """Return a name as text that any file, table or terminal can hold."""
    return name.encode("utf-8", "replace").decode()


def shape_of(facts: os.stat_result) -> Shape:
    """Return by what two looks at a file are compared."""
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


class NotOurs(Exception):
    """Another process has the file in hand, or it is there no more; no error."""


@contextmanager
def hold(found: Found) -> Iterator[BinaryIO]:
    """Open a file, and keep other processes from taking it meanwhile; the system lets go of it however we end.

    Raises:
        NotOurs: accordingly.

    """
    try:
        number = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ELOOP}:  # gone, or a link was put in its place
            raise NotOurs from error
        raise
    with os.fdopen(number, "rb") as source:
        try:
            fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotOurs from error
        except OSError as error:
            if error.errno not in NO_LOCKS:  # without a lock two may read the file; it is posted once all the same
                raise
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode) or not is_there(found):
            raise NotOurs
        yield source


def is_there(found: Found) -> bool:
    """Say whether the file still lies where it was found, unchanged."""
    try:
        return shape_of(os.lstat(found.path)) == found.shape
    except FileNotFoundError:
        return False


@contextmanager
def name_in(folder: Path) -> Iterator[Path]:
    """Make *folder* where it is missing, and let no other process choose a name in it meanwhile."""
    folder.mkdir(exist_ok=True)
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with suppress(OSError):  # without locks the name that is free now will hardly be taken within the moment
            fcntl.flock(number, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(number)


def find_free(folder: Path, name: str) -> Path:
    """Return a path in *folder* where nothing lies, called like *name*, or `name-2` and so on."""
    stem, ending = Path(name).stem, Path(name).suffix
    if len(os.fsencode(name)) > LONGEST_STEM_BYTES:
        stem = os.fsencode(stem)[: max(1, LONGEST_STEM_BYTES - len(os.fsencode(ending)))].decode(errors="ignore")
        ending = ending if len(os.fsencode(ending)) < LONGEST_STEM_BYTES else ""
    numbered = (f"{stem}{'' if number == 1 else f'-{number}'}{ending}" for number in count(1))
    return next(path for one in numbered if not os.path.lexists(path := folder / one))


def move_same(found: Found, target: Path) -> bool:
    """Move the file to *target* and say whether it is still the one that was found; another one stays where it lies."""
    if not is_there(found):
        return False
    try:
        found.path.replace(target)
    except FileNotFoundError:  # somebody took it away
        return False
    if shape_of(os.lstat(target)) == found.shape:
        return True
    # It was changed or another one put there after we looked: nobody has read that yet.
    target.replace(find_free(found.path.parent, found.path.name))
    return False


def write_whole(path: Path, content: str) -> None:
    """Write a file that nobody sees half-written."""
    half = path.with_name(f".{path.name}.tmp")
    half.write_text(content, encoding="utf-8")
    half.replace(path)
