"""Posting a sales file or an archive of them at once, in several transactions: every step may be run again."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from consign.db import Database
from consign.errors import ConsignError
from consign.files import Files, copy_checked, hash_file
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.models.sales import SalesUpload
from consign.partners.queries import get_partner, get_store
from consign.sales.file_posting import Decisions, Outcome, read_upload
from consign.sales.handing_in import receive_file
from consign.sales.mapping import Stated
from consign.sales.progress import HASHING, Tell, tell_nobody, telling
from consign.sales.rules import tidy_file_name
from consign.sales.unpacking import MemberSeen, find_members, unpack_upload
from consign.sales.uploads import take_received
from consign.sentence import load_sentence


@dataclass(frozen=True)
class Handover:
    """A sales file with what its uploader says about it: codes of partner and store, first and last day."""

    path: Path
    partner: str
    store: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Answer:
    """What became of one file in an archive; without a result it was not read by itself."""

    member: MemberSeen
    result: Outcome | ConsignError | None = None


class ArchiveRefused(ConsignError):
    """An archive was refused as a whole; nothing of it was used. Its code is that of the reason."""

    code = "sales.archive_refused"

    def __init__(self, reason: str, *, code: str) -> None:
        super().__init__(reason)
        self.code = code


class _Rehearsed(Exception):
    """Undoes the transaction of a rehearsal; no error."""


def post_sales_file(
    database: Database,
    files: Files,
    *,
    region: str,
    login: str,
    handover: Handover,
    decisions: Decisions,
    dry_run: bool = False,
    tell: Tell = tell_nobody,
) -> Outcome:
    """Take in a sales file and post it. The bytes are stored first, then the upload, then everything else at once.

    A process that ends half-way leaves a stored file and an upload that is received: handing the file in again goes on
    from there. A rehearsal (*dry_run*) runs the same path and keeps nothing.

    Raises:
        ConsignError: in one of its kinds; the upload says why it was refused.
        NeedsDecision: a person must decide first; the upload says what.

    """
    with _copied(files, handover, keep=not dry_run, tell=tell) as (sha256, fetch):
        if dry_run:
            with suppress(_Rehearsed), database.transaction(region) as session:
                by, upload = _receive(session, login=login, handover=handover, sha256=sha256)
                result = read_upload(session, by=by, upload_id=upload.id, path=fetch(), decisions=decisions, tell=tell)
                raise _Rehearsed
            return _or_raise(result)
        with database.transaction(region) as session:
            by, upload = _receive(session, login=login, handover=handover, sha256=sha256)
        path = handover.path if upload.status == "posted" else fetch()  # a posted one is not read again
        with (
            telling(database, region=region, upload_id=upload.id, also=tell) as told,
            database.transaction(region) as session,
        ):
            by = get_actor(session, login)
            result = read_upload(session, by=by, upload_id=upload.id, path=path, decisions=decisions, tell=told)
    return _or_raise(result)


def post_sales_archive(
    database: Database,
    files: Files,
    *,
    region: str,
    login: str,
    handover: Handover,
    decisions: Decisions,
    dry_run: bool = False,
    tell: Tell = tell_nobody,
) -> list[Answer]:
    """Take in an archive of sales files, unpack it, and post each file in it as `post_sales_file` does.

    A file that is refused or needs a decision keeps no other back. A rehearsal (*dry_run*) keeps nothing.

    Raises:
        ConsignError: in one of its kinds; the archive itself was refused.

    """
    with _copied(files, handover, keep=not dry_run, tell=tell) as (sha256, fetch):
        if not dry_run:
            begin, watched = partial(database.transaction, region), partial(telling, database, region=region, also=tell)
            steps = _ArchiveSteps(begin, files, login=login, decisions=decisions, watched=watched)
            return steps.post(handover, sha256=sha256, fetch=fetch)
        with tempfile.TemporaryDirectory(prefix="consign-") as folder:
            scratch = Files.open(url=None, folder=Path(folder))
            with suppress(_Rehearsed), database.transaction(region) as session:
                steps = _ArchiveSteps(
                    lambda: nullcontext(session), scratch, login=login, decisions=decisions,
                    watched=lambda **_: nullcontext(tell),
                )  # fmt: skip
                answers = steps.post(handover, sha256=sha256, fetch=fetch)
                raise _Rehearsed
            return answers


class _ArchiveSteps:
    """Posts an archive step by step, each in a transaction that *begin* opens; *watched* tells how far a file is."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Session]],
        files: Files,
        *,
        login: str,
        decisions: Decisions,
        watched: Callable[..., AbstractContextManager[Tell]],
    ) -> None:
        self._begin = begin
        self._files = files
        self._login = login
        self._decisions = decisions
        self._watched = watched

    def post(self, handover: Handover, *, sha256: str, fetch: Callable[[], Path]) -> list[Answer]:
        """Unpack the archive where nobody did, and post its files one after the other."""
        with self._begin() as session:
            _, upload = _receive(session, login=self._login, handover=handover, sha256=sha256)
        with self._begin() as session:
            by = get_actor(session, self._login)
            if take_received(session, upload.id, wait=True) is not None:
                unpack_upload(session, self._files, by=by, upload_id=upload.id, path=fetch(), deferred=False)
        with self._begin() as session:  # the refusal is kept by now
            members = self._find_members(session, upload.id)
        return [self._answer(member) for member in members]

    def _find_members(self, session: Session, upload_id: int) -> list[MemberSeen]:
        """Return the archive's files.

        Raises:
            ArchiveRefused: it was refused; the sentence says why.

        """
        archive = session.get_one(SalesUpload, upload_id)
        refused = archive.outcome.get("refused")
        if refused is not None:
            raise ArchiveRefused(load_sentence(refused["reason"]), code=refused["code"])
        return find_members(session, archive)

    def _answer(self, member: MemberSeen) -> Answer:
        if member.upload_id is None or member.same_as is not None:
            return Answer(member)
        with (
            tempfile.TemporaryDirectory(prefix="consign-") as folder,
            self._watched(upload_id=member.upload_id) as tell,
            self._begin() as session,
        ):
            by = get_actor(session, self._login)
            path = Path(folder) / "sales"
            self._files.copy_to(session.get_one(SalesUpload, member.upload_id).sha256, path)
            result = read_upload(
                session, by=by, upload_id=member.upload_id, path=path, decisions=self._decisions, tell=tell
            )
        return Answer(member, result)


@contextmanager
def _copied(files: Files, handover: Handover, *, keep: bool, tell: Tell) -> Iterator[tuple[str, Callable[[], Path]]]:
    """Give the file's hash, and a function that gives a copy which surely has it; stored first where it is to be kept.

    Only the copy is read: somebody may write to the file meanwhile.

    Raises:
        FileChanged: somebody did before the copy was made.

    """
    tell(HASHING, 0, None)
    sha256 = hash_file(handover.path)
    with tempfile.TemporaryDirectory(prefix="consign-") as folder:
        copy = Path(folder) / "sales"
        if not keep or not files.exists(sha256):
            copy_checked(handover.path, copy, sha256=sha256)
        if keep and copy.exists():
            files.store(copy, sha256)

        def fetch() -> Path:
            if not copy.exists():
                files.copy_to(sha256, copy)
            return copy

        yield sha256, fetch


def _or_raise(result: Outcome | ConsignError) -> Outcome:
    if isinstance(result, ConsignError):
        raise result
    return result


def _receive(session: Session, *, login: str, handover: Handover, sha256: str) -> tuple[Actor, SalesUpload]:
    """Take the file in for the person *login*; a store manager's file is of the manager's own store."""
    by = get_actor(session, login)
    partner = get_partner(session, handover.partner)
    store_id = by.store_id
    if handover.store is not None:
        store_id = get_store(session, partner_id=partner.id, code=handover.store).id
    upload, _ = receive_file(
        session,
        by=by,
        partner_id=partner.id,
        sha256=sha256,
        name=tidy_file_name(handover.path.name),
        size_bytes=handover.path.stat().st_size,
        stated=Stated(store_id, handover.first, handover.last),
    )
    return by, upload
