"""Work that takes several transactions, or that a worker does later: a row's status is the truth, every step may be run again."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue import labels
from consign.catalogue.goods import find_goods
from consign.db import Database, backend_pid
from consign.documents.eligibility import RECOMPUTE, defer_due, recompute, take_due
from consign.documents.expiry import announce_ends
from consign.documents.reviewing import release_lapsed
from consign.errors import ConsignError
from consign.files import Files, copy_checked, hash_file
from consign.identity.queries import UserUnknown, get_actor
from consign.identity.rules import PERMITTED, Act, Actor
from consign.insight.reminding import remind_of_stock
from consign.models.identity import UserAccount
from consign.models.region import Region
from consign.models.sales import SalesUpload
from consign.partners.due import mark_due_by_other_rules
from consign.partners.queries import get_partner, get_region_terms, get_store
from consign.payments.asking import ask_silent
from consign.payments.matching import MATCH_BANK_LINES, post_certain
from consign.payouts.bank_lines import confirm_certain
from consign.sales import placing
from consign.sales.ending import refuse_upload
from consign.sales.file_posting import Decisions, Outcome, read_upload
from consign.sales.handing_in import receive_file
from consign.sales.mapping import Stated
from consign.sales.placing import PLACE_PARKED
from consign.sales.progress import HASHING, Tell, forget_stale, tell_nobody, telling
from consign.sales.reminding import remind_silent
from consign.sales.rules import tidy_file_name
from consign.sales.unpacking import MemberSeen, find_members, unpack_upload
from consign.sales.uploads import READ_SALES_FILE, defer_received, take_received
from consign.sentence import load_sentence, say
from consign.settlement.reminding import propose_reminders
from consign.tabular.archive import is_archive

if TYPE_CHECKING:
    from procrastinate import App, JobContext

logger = logging.getLogger(__name__)

Watch = Callable[[Session], AbstractContextManager[None]]
"""Told of a job's session for as long as the job works with it."""

CONCURRENCY = 2
RETRIES = 3
FIRST_RETRY_S, EACH_RETRY_S = 5, 60
"""A job that failed waits 5 s, then 65 s, then 125 s."""
GRACE_S = 5
"""How long a stopping worker lets its jobs go on; then their transactions are ended, and the next worker does them."""
POLL_S = 1
"""A worker is told of new jobs; it looks by itself, too, for those it was not told of."""
RESTART_S = 5
SWEEP_S = 60
UNTOUCHED_S = 20
"""A file that was handed in later is still the queue's."""
STALLED_S = 30
"""A worker that was silent for so long is taken for dead; each says every ten seconds that it lives."""
KEPT_HOURS = 7 * 24
"""How long finished jobs are kept."""


class ReadingFailed(ConsignError):
    """A fault of ours kept a file from being read, time and again; nothing was posted."""

    code = "sales.reading_failed"


class DeciderGone(ConsignError):
    """Whoever handed in or decided about a file is no longer active; nothing was posted."""

    code = "sales.decider_gone"


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


@contextmanager
def _unwatched(_: Session) -> Iterator[None]:
    yield


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


def read_sales_file(
    database: Database, files: Files, *, region: str, upload_id: int, watch: Watch = _unwatched
) -> None:
    """Read a received file for the person who decided last about it, else for the one who handed it in.

    Nothing happens where the upload is not received any more, or somebody else reads it: so the job may come twice, and
    many at once.
    """
    with database.transaction(region) as session, watch(session):
        upload = take_received(session, upload_id)
        if upload is None:
            return
        by = _find_active(session, upload.decisions.get("by", upload.received_by))
        if by is None:
            reason = say(
                "Whoever handed in this file or decided about it last is no longer active; nothing was posted."
                " Somebody who is can hand it in again."
            )
            refuse_upload(session, by=None, upload_id=upload_id, code=DeciderGone.code, reason=reason)
            return
        with (
            tempfile.TemporaryDirectory(prefix="consign-") as folder,
            telling(database, region=region, upload_id=upload_id) as tell,
        ):
            path = Path(folder) / "sales"
            files.copy_to(upload.sha256, path)
            if is_archive(path):
                unpack_upload(session, files, by=by, upload_id=upload_id, path=path, deferred=True)
            else:
                read_upload(session, by=by, upload_id=upload_id, path=path, tell=tell)


def give_up_reading(database: Database, *, region: str, upload_id: int) -> None:
    """Refuse a file that could not be read for a fault of ours. Nothing happens if it stands elsewhere by now."""
    reason = say(
        "A fault on our side kept this file from being read; nothing was posted."
        " Hand it in again later, and tell the dinas if that happens again."
    )
    with database.transaction(region) as session:
        if take_received(session, upload_id, wait=True) is not None:
            refuse_upload(session, by=None, upload_id=upload_id, code=ReadingFailed.code, reason=reason)


def place_parked(database: Database, *, region: str, partner_id: int, user_id: int, watch: Watch = _unwatched) -> int:
    """Place the partner's parked lines that can be placed now, for the person who added what they waited for.

    Raises:
        UserUnknown: that person is no longer active; the lines wait for the next posting.

    """
    with database.transaction(region) as session, watch(session):
        by = get_actor(session, session.get_one(UserAccount, user_id).login)
        return placing.place_parked(session, by=by, partner_id=partner_id)


def match_bank_lines(
    database: Database, *, region: str, account_id: int, user_id: int, watch: Watch = _unwatched
) -> int:
    """Post what is certain of a bank account's lines, for whoever posted its statement; return of how many matches.

    Payments and payouts are posted one after the other, each in a transaction of its own. Whoever may no longer match is
    passed over: a person finds what is certain on the page.
    """
    found = 0
    for post in (post_certain, confirm_certain):
        with database.transaction(region) as session, watch(session):
            by = _find_active(session, user_id)
            if by is not None and by.role in PERMITTED[Act.MATCH_BANK]:
                found += len(post(session, by=by, account_id=account_id))
    return found


def recompute_eligibility(database: Database, *, region: str, watch: Watch = _unwatched) -> int:
    """Judge again the products of producers that are due, some hundred producers at a time; return how many products.

    A transaction takes producers off the list and judges them, so the job may come twice, and many at once: each finds
    what the others have left.
    """
    judged = 0
    while True:
        with database.transaction(region) as session, watch(session):
            on = clock.today(get_region_terms(session).zone)
            producer_ids = take_due(session, on=on)
            if not producer_ids:
                return judged
            found = recompute(session, goods=find_goods(session, producer_ids=producer_ids), on=on)
            judged += sum(found.counts.values())


def make_sheet_of_labels(
    database: Database, files: Files, *, region: str, order_id: int, watch: Watch = _unwatched
) -> None:
    """Make the labels that somebody asked for, and read every symbol again before they are offered.

    Nothing happens where they are made already, or somebody else makes them: so the job may come twice, and many at once.
    """
    with database.transaction(region) as session, watch(session):
        order = labels.take_waiting(session, order_id)
        if order is not None:
            labels.make_labels(session, files, order)


def give_up_labels(database: Database, *, region: str, order_id: int) -> None:
    """Say that labels could not be made for a fault of ours. Nothing happens if they stand elsewhere by now."""
    reason = say(
        "A fault on our side kept these labels from being made; nothing is to be printed."
        " Ask for them again later, and tell the dinas if that happens again."
    )
    with database.transaction(region) as session:
        order = labels.take_waiting(session, order_id)
        if order is not None:
            labels.refuse_labels(session, order, reason)


def sweep_labels(database: Database) -> int:
    """Enqueue again, in every region, the labels that wait to be made; return how many orders."""
    return _sum_regions(database, labels.defer_waiting)


def sweep(database: Database, *, older_than_s: int) -> int:
    """Enqueue again, in every region, the files that wait for a reader and that nobody reads; return how many."""
    until = clock.now() - timedelta(seconds=older_than_s)

    def look(session: Session) -> int:
        forget_stale(session)
        return len(defer_received(session, until=until))

    return _sum_regions(database, look)


def look_after_papers(database: Database) -> int:
    """Do in every region what nobody asks for: give papers back that a verifier forgot, announce ends, judge what is due.

    Returns how many papers were given back or announced. It may run at any time, many at once, and days may be left out.
    """

    def look(session: Session) -> int:
        on = clock.today(get_region_terms(session).zone)
        mark_due_by_other_rules(session)
        defer_due(session, on=on)
        return release_lapsed(session, now=clock.now()) + announce_ends(session, on=on)

    return _sum_regions(database, look)


def look_after_sales(database: Database) -> int:
    """Remind in every region the stores that have gone silent; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: remind_silent(session, now=clock.now()))


def look_after_stock(database: Database) -> int:
    """Tell in every region of goods that near their end or run out; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: remind_of_stock(session, now=clock.now()))


def look_after_payments(database: Database) -> int:
    """Ask producers once more, in every region, whether money came; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: ask_silent(session, now=clock.now()))


def look_after_debts(database: Database) -> int:
    """Tell finance in every region which partners are to be reminded; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: propose_reminders(session, now=clock.now()))


def _sum_regions(database: Database, work: Callable[[Session], int]) -> int:
    """Do *work* in every region, each in a transaction of its own, and return what it comes to.

    Raises:
        ExceptionGroup: in some regions it failed; in the others it was done.

    """
    with database.owner() as connection:
        regions = connection.scalars(select(Region.code).order_by(Region.code)).all()
    found, faults = 0, []
    for region in regions:
        try:
            with database.transaction(region) as session:
                found += work(session)
        except Exception as fault:  # noqa: BLE001  # one region's fault keeps no other waiting; raised below
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"{len(faults)} regions could not be swept", faults)
    return found


def _find_active(session: Session, user_id: int) -> Actor | None:
    try:
        return get_actor(session, session.get_one(UserAccount, user_id).login)
    except UserUnknown:
        return None


class Worker:
    """Does the jobs that acts left behind, in all regions of an installation, until it is cancelled."""

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        concurrency: int = CONCURRENCY,
        grace_s: int = GRACE_S,
    ) -> None:
        self._database = database
        self._files = files
        self._concurrency = concurrency
        self._grace_s = grace_s
        self._backends: set[int] = set()
        self._stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work beside something else, such as the pages, and stop with it."""
        task = asyncio.create_task(self.run(), name="worker")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def run(self) -> None:
        """Work until cancelled; what goes on then is ended within seconds, and done by the next worker."""
        while True:
            try:
                await self._work()
            except Exception:  # the database may be away for a while: a worker that ended would not come back with it
                logger.exception("The worker stopped; it starts again in %s s", RESTART_S)
            else:
                logger.error("The worker stopped by itself; it starts again in %s s", RESTART_S)
            await asyncio.sleep(RESTART_S)

    async def _work(self) -> None:
        """Work as long as the queue can be reached."""
        app = self._make_app()
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=POLL_S,
                    shutdown_graceful_timeout=self._grace_s,
                )
            )
            sweeping = asyncio.create_task(self._sweep(app))
            try:
                await asyncio.shield(working)
            except asyncio.CancelledError:
                self._stopping = True
                working.cancel()
                await self._end_jobs(working)
                raise
            finally:
                sweeping.cancel()
                await asyncio.wait([sweeping])

    async def _end_jobs(self, working: "asyncio.Task[None]") -> None:
        """Wait until *working* has ended. Jobs that take too long are rolled back and come again."""
        wait_s = self._grace_s
        while not (await asyncio.wait([working], timeout=wait_s))[0]:
            for pid in tuple(self._backends):
                await asyncio.to_thread(self._database.terminate, pid)
            wait_s = 1

    async def _sweep(self, app: "App") -> None:
        """Look from time to time for what the queue lost. The first rounds look at everything: a worker may have died."""
        for number in count():
            older_than_s = UNTOUCHED_S if number > 1 else 0
            for duty in (
                partial(asyncio.to_thread, sweep, self._database, older_than_s=older_than_s),
                partial(asyncio.to_thread, look_after_papers, self._database),
                partial(asyncio.to_thread, look_after_sales, self._database),
                partial(asyncio.to_thread, look_after_stock, self._database),
                partial(asyncio.to_thread, look_after_payments, self._database),
                partial(asyncio.to_thread, look_after_debts, self._database),
                partial(asyncio.to_thread, sweep_labels, self._database),
                partial(_tidy, app, delete_old=number % 60 == 0),
            ):
                try:
                    await duty()
                except Exception:  # the next round tries again, and the other duties are done all the same
                    logger.exception("Looking for lost work failed")
            await asyncio.sleep(SWEEP_S if number else RESTART_S)

    def _make_app(self) -> "App":
        # Workers alone wait for the library: importing it takes a third of a second.
        from procrastinate import App, PsycopgConnector, RetryStrategy  # noqa: PLC0415

        connector = PsycopgConnector(
            conninfo=self._database.conninfo(),
            kwargs={"prepare_threshold": None, "application_name": "consign worker"},
            min_size=1,
            max_size=2 + self._concurrency,
        )
        retry = RetryStrategy(max_attempts=RETRIES, wait=FIRST_RETRY_S, linear_wait=EACH_RETRY_S)
        app = App(connector=connector)
        app.task(name=READ_SALES_FILE, pass_context=True, retry=retry)(self._read_sales_file)
        app.task(name=PLACE_PARKED, retry=retry)(self._place_parked)
        app.task(name=RECOMPUTE, retry=retry)(self._recompute_eligibility)
        app.task(name=MATCH_BANK_LINES, retry=retry)(self._match_bank_lines)
        app.task(name=labels.MAKE_LABELS, pass_context=True, retry=retry)(self._make_labels)
        return app

    def _read_sales_file(self, context: "JobContext", *, region: str, upload_id: int) -> None:
        try:
            read_sales_file(self._database, self._files, region=region, upload_id=upload_id, watch=self._watch)
        except Exception:
            logger.exception("Upload %s of region %s could not be read", upload_id, region)
            if context.job.attempts >= RETRIES and not self._stopping:
                give_up_reading(self._database, region=region, upload_id=upload_id)
            raise

    def _make_labels(self, context: "JobContext", *, region: str, order_id: int) -> None:
        try:
            make_sheet_of_labels(self._database, self._files, region=region, order_id=order_id, watch=self._watch)
        except Exception:
            logger.exception("Labels %s of region %s could not be made", order_id, region)
            if context.job.attempts >= RETRIES and not self._stopping:
                give_up_labels(self._database, region=region, order_id=order_id)
            raise

    def _place_parked(self, **facts: Any) -> None:
        try:
            place_parked(self._database, **facts, watch=self._watch)
        except Exception:
            logger.exception("Parked lines could not be placed: %s", facts)
            raise

    def _match_bank_lines(self, **facts: Any) -> None:
        try:
            match_bank_lines(self._database, **facts, watch=self._watch)
        except Exception:
            logger.exception("Lines of a bank account could not be matched: %s", facts)
            raise

    def _recompute_eligibility(self, **facts: Any) -> None:
        try:
            recompute_eligibility(self._database, **facts, watch=self._watch)
        except Exception:
            logger.exception("Products could not be judged: %s", facts)
            raise

    @contextmanager
    def _watch(self, session: Session) -> Iterator[None]:
        """Know the connection of a job, so that it can be ended."""
        pid = backend_pid(session)
        self._backends.add(pid)
        try:
            yield
        finally:
            self._backends.discard(pid)


async def _tidy(app: "App", *, delete_old: bool) -> None:
    """Let jobs of workers that died wait again, and delete old ones where asked."""
    from procrastinate.exceptions import UniqueViolation  # noqa: PLC0415  # see Worker._make_app
    from procrastinate.jobs import Status  # noqa: PLC0415  # the same

    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # the same work waits already
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    if delete_old:
        await app.job_manager.delete_old_jobs(
            nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
