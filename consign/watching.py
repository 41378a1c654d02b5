"""Sales files that appear in a folder: each is posted as if handed in, and moved beside where it lay.

A folder holds one folder for each partner's code, and in it, where wished, one for each store's. A file is taken once two
looks found it alike. It is copied before it is read, so that what is posted is what was looked at, and moved only after
everything about it is committed: a process that is killed leaves it where it was, and posting it again adds nothing. What
was written to it or put in its place meanwhile stays there, and is taken as a file of its own.
"""

import errno
import fcntl
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from consign.db import Database, DatabaseUnreachable, RegionUnknown
from consign.errors import ConsignError, NeedsDecision, Question
from consign.files import FileMissing, Files, hash_file
from consign.identity.queries import UserUnknown, get_actor
from consign.identity.rules import Act, get_reach
from consign.identity.spelling import clean_text
from consign.jobs.posting import Handover, post_sales_file
from consign.models.sales import SalesUpload
from consign.sales.file_posting import Decisions, Outcome
from consign.sales.queries import find_last_upload
from consign.sales.uploads import LIVE_STATUSES
from consign.sentence import Sentence, load_sentence, say

logger = logging.getLogger(__name__)

DONE, REFUSED, ASKING = "done", "refused", "asking"
LATER = "later"
"""What a file came to; `later` is one that could not be read for a fault of ours, and stays where it is."""
REASON_ENDING = ".reason.txt"
SKIPPED_STARTS = (".", "~")
SKIPPED_ENDINGS = (".part", ".tmp", ".crdownload", ".partial", REASON_ENDING)
LONGEST_NAME = 150
LONGEST_STEM_BYTES = 200
"""Most systems take 255 bytes for a name; a number and the reason's ending come to it."""
HELD = ("needs_mapping", "read")
NO_LOCKS = {errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""How a file system, mostly one on another computer, says that it locks no file that is only read."""
REFUSED_BY_US = (DatabaseUnreachable, FileMissing)
"""Refusals that say nothing about the file."""
USUAL_FAULTS = (*REFUSED_BY_US, OperationalError, OSError)
"""What happens where files and databases are; other faults are logged with where they came from."""
UNREADABLE = say("The file could not be read or the database did not answer; it stays where it is and is tried again.")
UNMOVED = say(
    "The file was read but cannot be moved; it stays where it is and is not handed in again. Moving it is tried again."
)
TRY_AGAIN = say("Put right what is said above, and place the file in the folder again.")

Shape = tuple[int, int, int, int]
"""Device, number, bytes and time of the last change of a file: alike in two looks, it stopped growing."""


@dataclass(frozen=True)
class Found:
    """A file that lies in the folder of a partner, or of one of its stores."""

    path: Path
    partner: str
    store: str | None
    shape: Shape


@dataclass(frozen=True)
class Taken:
    """What one file came to."""

    file: Path
    partner: str
    store: str | None
    state: str
    """`done`, `refused`, `asking` or `later`."""
    moved_to: Path | None = None
    upload_id: int | None = None
    outcome: Outcome | None = None
    code: str | None = None
    reason: Sentence | str | None = None
    questions: tuple[Question, ...] = ()


class Watcher:
    """Takes the files of one folder for one person, look by look."""

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        region: str,
        login: str,
        folder: Path,
        tell: Mapping[str, Callable[[str], str]],
    ) -> None:
        """Watch *folder* for the user *login*; *tell* says a sentence in each language in which reasons are written.

        Raises:
            UserUnknown: there is no such user.
            NotAllowed: the user's role does not cover posting sales.

        """
        self._database = database
        self._files = files
        self._region = region
        self._login = login
        self._folder = folder
        self._tell = tell
        self._seen: dict[Path, Shape] = {}
        self._put_off: dict[Path, Shape] = {}
        self._unmoved: dict[Path, tuple[Shape, Taken]] = {}
        with database.transaction(region) as session:
            by = get_actor(session, login)
            get_reach(by, Act.POST_SALES)
            self._store_id = by.store_id

    def look(self, *, stopping: Callable[[], bool]) -> Iterator[Taken]:
        """Take every file that was alike in the look before; go on with no other once *stopping*.

        Raises:
            UserUnknown: the person is no longer active; files stay where they are.
            RegionUnknown: the region is no longer here; the same.

        """
        present = {found.path: found for found in find_files(self._folder)}
        still = [found for path, found in present.items() if self._seen.get(path) == found.shape]
        self._seen = {path: found.shape for path, found in present.items()}
        self._put_off = {path: shape for path, shape in self._put_off.items() if path in present}
        self._unmoved = {path: kept for path, kept in self._unmoved.items() if path in present}
        for found in still:
            if stopping():
                return
            taken = self._take(found, stopping=stopping)
            if taken is not None:
                yield taken

    def _take(self, found: Found, *, stopping: Callable[[], bool]) -> Taken | None:
        """Post one file and move it; blank where it changed, is gone, or another process has it in hand."""
        try:
            with _held(found) as source:
                taken = self._find_unmoved(found) or self._read(found, source)
                if taken is None or (taken.state == REFUSED and stopping()):
                    # Whoever asked us to end has perhaps ended the child, too, in which the file was parsed.
                    return None
                self._unmoved[found.path] = found.shape, taken
                moved = self._move(found, taken)
                del self._unmoved[found.path]
                return moved
        except _NotOurs:
            return None
        except (UserUnknown, RegionUnknown):
            raise
        except Exception as fault:  # noqa: BLE001  # told or logged; one file's fault keeps no other waiting
            return self._put_file_off(found, fault)

    def _put_file_off(self, found: Found, fault: Exception) -> Taken | None:
        """Leave a file to the next looks; say so once."""
        if self._put_off.get(found.path) == found.shape:
            return None
        self._put_off[found.path] = found.shape
        if not isinstance(fault, USUAL_FAULTS):
            logger.error("%s could not be taken", plain_name(str(found.path)), exc_info=fault)
        reason = UNREADABLE if self._find_unmoved(found) is None else UNMOVED
        return Taken(found.path, found.partner, found.store, LATER, reason=reason)

    def _find_unmoved(self, found: Found) -> Taken | None:
        """Return what the file came to where it could only not be moved: it is not handed in at each look."""
        shape, taken = self._unmoved.get(found.path, (None, None))
        return taken if shape == found.shape else None

    def _read(self, found: Found, source: BinaryIO) -> Taken | None:
        """Post a copy of the file; blank where the copy is not surely what was looked at."""
        with tempfile.TemporaryDirectory(prefix="consign-") as folder:
            copy = Path(folder) / _name_upload(found.path.name)
            with copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            if _shape_of(os.fstat(source.fileno())) != found.shape or not _is_there(found):
                return None
            return self._post(found, copy)

    def _post(self, found: Found, copy: Path) -> Taken:
        """Post the copy of a file; one that waits for a person already is not read again."""
        known = self._find_standing(found, copy)
        if known is not None:
            return known
        decisions = Decisions(confirmed=False)
        handover = Handover(copy, found.partner, found.store)
        try:
            outcome = post_sales_file(
                self._database,
                self._files,
                region=self._region,
                login=self._login,
                handover=handover,
                decisions=decisions,
            )
        except NeedsDecision as needed:
            upload_id = self._find_upload(found, copy)
            return Taken(
                found.path, found.partner, found.store, ASKING, upload_id=upload_id, code=needed.code,
                questions=needed.questions,
            )  # fmt: skip
        except (UserUnknown, RegionUnknown, *REFUSED_BY_US):
            raise
        except ConsignError as refusal:
            upload_id = self._find_upload(found, copy)
            return Taken(
                found.path, found.partner, found.store, REFUSED, upload_id=upload_id, code=refusal.code,
                reason=refusal.sentence,
            )  # fmt: skip
        return Taken(found.path, found.partner, found.store, DONE, upload_id=outcome.upload_id, outcome=outcome)

    def _find_standing(self, found: Found, copy: Path) -> Taken | None:
        """Return what is asked about the same bytes already, which a person may be deciding; blank where nothing is."""
        with self._database.transaction(self._region) as session:
            upload = self._find(session, found, copy, statuses=LIVE_STATUSES)
            if upload is not None and upload.status == "received" and upload.decisions:
                raise _NotOurs  # a worker reads it by what a person decided
            if upload is None or upload.status not in HELD:
                return None
            questions = tuple(
                Question(one["about"], load_sentence(one["why"]), tuple(one["choices"]))
                for one in upload.outcome.get("questions", ())
            )
            return Taken(
                found.path, found.partner, found.store, ASKING, upload_id=upload.id, code=NeedsDecision.code,
                questions=questions,
            )  # fmt: skip

    def _find_upload(self, found: Found, copy: Path) -> int | None:
        with self._database.transaction(self._region) as session:
            upload = self._find(session, found, copy, statuses=(*LIVE_STATUSES, "refused"))
            return upload.id if upload else None

    def _find(self, session: Session, found: Found, copy: Path, *, statuses: Sequence[str]) -> SalesUpload | None:
        return find_last_upload(
            session, partner=found.partner, store=found.store, store_id=self._store_id, sha256=hash_file(copy),
            statuses=statuses,
        )  # fmt: skip

    def _move(self, found: Found, taken: Taken) -> Taken:
        """Move the file beside where it lay, with the reason before it: whoever sees it finds the reason, too.

        It stays where it is if it is no longer the file that was read.
        """
        with _naming(found.path.parent / taken.state) as folder:
            target = _find_free(folder, found.path.name)
            reason = target.with_name(target.name + REASON_ENDING)
            if taken.state != DONE:
                _write_whole(reason, explain(taken, tell=self._tell))
            if _move_same(found, target):
                return replace(taken, moved_to=target)
            if taken.state != DONE:
                reason.unlink()
        return taken


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
            yield _shape_of(entry.stat(follow_symlinks=False)), Path(entry.path)


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


def _name_upload(name: str) -> str:
    """Return what a file is called as an upload: without signs that cannot be seen, not too long."""
    plain = clean_text(plain_name(name)).replace("/", "_")
    return plain[:LONGEST_NAME].strip(". ") or "-"


def _shape_of(facts: os.stat_result) -> Shape:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


class _NotOurs(Exception):
    """Another process has the file in hand, or it is there no more; no error."""


@contextmanager
def _held(found: Found) -> Iterator[BinaryIO]:
    """Open a file, and keep other processes from taking it meanwhile; the system lets go of it however we end.

    Raises:
        _NotOurs: accordingly.

    """
    try:
        number = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ELOOP}:  # gone, or a link was put in its place
            raise _NotOurs from error
        raise
    with os.fdopen(number, "rb") as source:
        try:
            fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _NotOurs from error
        except OSError as error:
            if error.errno not in NO_LOCKS:  # without a lock two may read the file; it is posted once all the same
                raise
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode) or not _is_there(found):
            raise _NotOurs
        yield source


def _is_there(found: Found) -> bool:
    """Say whether the file still lies where it was found, unchanged."""
    try:
        return _shape_of(os.lstat(found.path)) == found.shape
    except FileNotFoundError:
        return False


@contextmanager
def _naming(folder: Path) -> Iterator[Path]:
    """Make *folder* where it is missing, and let no other process choose a name in it meanwhile."""
    folder.mkdir(exist_ok=True)
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with suppress(OSError):  # without locks the name that is free now will hardly be taken within the moment
            fcntl.flock(number, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(number)


def _find_free(folder: Path, name: str) -> Path:
    """Return a path in *folder* where nothing lies, called like *name*, or `name-2` and so on."""
    stem, ending = Path(name).stem, Path(name).suffix
    if len(os.fsencode(name)) > LONGEST_STEM_BYTES:
        stem = os.fsencode(stem)[: max(1, LONGEST_STEM_BYTES - len(os.fsencode(ending)))].decode(errors="ignore")
        ending = ending if len(os.fsencode(ending)) < LONGEST_STEM_BYTES else ""
    numbered = (f"{stem}{'' if number == 1 else f'-{number}'}{ending}" for number in count(1))
    return next(path for one in numbered if not os.path.lexists(path := folder / one))


def _move_same(found: Found, target: Path) -> bool:
    """Move the file to *target* and say whether it is still the one that was found; another one stays where it lies."""
    if not _is_there(found):
        return False
    try:
        found.path.replace(target)
    except FileNotFoundError:  # somebody took it away
        return False
    if _shape_of(os.lstat(target)) == found.shape:
        return True
    # It was changed or another one put there after we looked: nobody has read that yet.
    target.replace(_find_free(found.path.parent, found.path.name))
    return False


def _write_whole(path: Path, content: str) -> None:
    """Write a file that nobody sees half-written."""
    half = path.with_name(f".{path.name}.tmp")
    half.write_text(content, encoding="utf-8")
    half.replace(path)


def explain(taken: Taken, *, tell: Mapping[str, Callable[[str], str]]) -> str:
    """Return why a file was refused, or what is asked about it, and what to do, in each language."""
    parts = []
    for say_it in tell.values():
        lines = [say_it(taken.reason)] if taken.reason else []
        lines += [f"- {say_it(one.why)}" for one in taken.questions]
        if taken.state == ASKING:
            decide = say(
                "Decide on the page of the file: {address}. Nothing of it is posted before.",
                address=f"/uploads/{taken.upload_id}",
            )
            lines.append(say_it(decide))
        else:
            lines.append(say_it(TRY_AGAIN))
        parts.append("\n".join(lines))
    facts = [f"code: {taken.code}"] if taken.code else []
    facts += [f"upload: {taken.upload_id}"] if taken.upload_id else []
    return "\n\n".join([*parts, *(["\n".join(facts)] if facts else [])]) + "\n"
