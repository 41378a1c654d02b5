"""One who watches a folder: takes each file once it is whole, posts it, and moves it beside where it lay."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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
from consign.sales.file_posting import Decisions
from consign.sales.queries import find_last_upload
from consign.sales.uploads import LIVE_STATUSES
from consign.sentence import load_sentence, say
from consign.watching.folder import (
    REASON_ENDING,
    Found,
    NotOurs,
    Shape,
    find_files,
    find_free,
    hold,
    is_there,
    move_same,
    name_in,
    plain_name,
    shape_of,
    write_whole,
)
from consign.watching.outcomes import ASKING, DONE, LATER, REFUSED, Taken, explain

logger = logging.getLogger(__name__)

LONGEST_NAME = 150
HELD = ("needs_mapping", "read")
REFUSED_BY_US = (DatabaseUnreachable, FileMissing)
"""Refusals that say nothing about the file."""
USUAL_FAULTS = (*REFUSED_BY_US, OperationalError, OSError)
"""What happens where files and databases are; other faults are logged with where they came from."""
UNREADABLE = say("The file could not be read or the database did not answer; it stays where it is and is tried again.")
UNMOVED = say(
    "The file was read but cannot be moved; it stays where it is and is not handed in again. Moving it is tried again."
)


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
            with hold(found) as source:
                taken = self._find_unmoved(found) or self._read(found, source)
                if taken is None or (taken.state == REFUSED and stopping()):
                    # Whoever asked us to end has perhaps ended the child, too, in which the file was parsed.
                    return None
                self._unmoved[found.path] = found.shape, taken
                moved = self._move(found, taken)
                del self._unmoved[found.path]
                return moved
        except NotOurs:
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
            if shape_of(os.fstat(source.fileno())) != found.shape or not is_there(found):
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
                raise NotOurs  # a worker reads it by what a person decided
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
        with name_in(found.path.parent / taken.state) as folder:
            target = find_free(folder, found.path.name)
            reason = target.with_name(target.name + REASON_ENDING)
            if taken.state != DONE:
                write_whole(reason, explain(taken, tell=self._tell))
            if move_same(found, target):
                return replace(taken, moved_to=target)
            if taken.state != DONE:
                reason.unlink()
        return taken


def _name_upload(name: str) -> str:
    """Return what a file is called as an upload: without signs that cannot be seen, not too long."""
    plain = clean_text(plain_name(name)).replace("/", "_")
    return plain[:LONGEST_NAME].strip(". ") or "-"
