"""What people do with sales files. Each function is one act in the caller's transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.db import defer, savepoint
from consign.errors import BadInput, Conflict, ConsignError, NeedsDecision, NotFound, Question
from consign.identity.actions import record_event
from consign.identity.queries import describe_actor
from consign.identity.rules import Act, Actor, authorize
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Store
from consign.models.sales import SalesCover, SalesPosting, SalesUpload
from consign.partners.queries import lock_partner
from consign.period import Cycle, period_of
from consign.sales import posting
from consign.sales.booking import book_file, book_parked, choose_lines_of
from consign.sales.days_across import turn_days
from consign.sales.finding_lists import FindingSum, find_finding_sums
from consign.sales.inspecting import CONFIRMATION, Look, look_into
from consign.sales.known_layouts import find_known_layout
from consign.sales.layout import KNOWN_WORDS, Layout, compute_signature
from consign.sales.mapping import Answers, Changed, Stated, apply_answers, ask_to_confirm, locate_columns, map_table
from consign.sales.mended import cut_report
from consign.sales.own_layout import find_own_layout, take_partner_off
from consign.sales.profiles import find_changed, refuse_for_others
from consign.sales.progress import Tell, Watched, tell_nobody
from consign.sales.queries import NONE_SAID, find_file_count, find_profile
from consign.sales.rules import Overlap, SummaryAcrossPeriod, UploadNotOpen, UploadReversed
from consign.sales.soundness import MOSTLY_PROBLEMS, FileMostlyProblems
from consign.sales.writing import Sums
from consign.sentence import Code, Sentence, dump_sentence, load_sentence, say
from consign.tabular.opening import open_table
from consign.tabular.table import Table

READ_SALES_FILE, PLACE_PARKED = "read_sales_file", "place_parked"
"""Jobs that these acts leave behind."""
CANCEL = "cancel"
"""The answer to an overlap that gives the upload up."""
SHOWN_ROWS = 20
"""Problems and ignored rows that are shown before anything is posted."""
OPEN_STATUSES = ("received", "needs_mapping", "read")
LIVE_STATUSES = (*OPEN_STATUSES, "posted", "unpacked")
ENDED_STATUSES = ("refused", "reversed", "cancelled")


class UploadUnknown(NotFound):
    """There is no such upload; nothing was changed."""

    code = "sales.upload_unknown"


class UploadBusy(Conflict):
    """The file is being read this very moment; nothing was changed."""

    code = "sales.upload_busy"


class UploadTwice(Conflict):
    """The same file is handed in for that store and those days already; nothing was changed."""

    code = "sales.upload_twice"


@dataclass(frozen=True)
class Decisions:
    """What the uploader decided besides the file. What is blank was not decided."""

    layout: Layout | None = None
    """A layout given with the file; becomes the partner's profile for this header."""
    answers: Answers = Answers()  # noqa: RUF009  # immutable
    overlap: Overlap = Overlap.ASK
    confirmed: bool = True
    """Whether it may be posted by another layout than the partner's profile; else a person is shown it first."""

    @classmethod
    def of(cls, upload: SalesUpload) -> "Decisions":
        """Return what was decided about *upload* so far."""
        kept = upload.decisions
        confirmed = bool(kept.get("confirmed"))
        return cls(
            answers=replace(Answers.from_json(kept.get("answers", {})), accept_suggestion=confirmed),
            overlap=Overlap(kept.get("overlap", Overlap.ASK)),
            confirmed=confirmed,
        )


@dataclass(frozen=True)
class Outcome:
    """What a posting did, with where the file's rows went."""

    upload_id: int
    status: str
    rows_read: int
    posted: int
    known: int
    ignored: int
    parked: int
    quantity: str
    sales_rp: int
    fee_rp: int
    price_differs: int
    """Posted lines whose price at the till is not the agreed one; posted all the same."""
    evidence: tuple[Sentence, ...]
    reversed_rows: int = 0
    findings: tuple[FindingSum, ...] = ()
    """What is odd about posted or waiting lines, by kind; they are posted all the same."""


def receive_file(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    sha256: str,
    name: str,
    size_bytes: int,
    stated: Stated,
    archive_id: int | None = None,
) -> tuple[SalesUpload, bool]:
    """Take in a file whose bytes are stored; return its upload and whether it is new.

    The same bytes for the same partner, store and days are the same upload and get the first one's answer, unless that
    was refused or reversed. An archive is unpacked again where files of it were.

    Raises:
        NotAllowed: the person may not post sales of this partner or store.
        SummaryAcrossPeriod: the stated days span the end of a settlement period.

    """
    _refuse_stated(session, stated, by=by, partner_id=partner_id)
    same = (
        select(SalesUpload)
        .where(
            SalesUpload.partner_id == partner_id,
            SalesUpload.sha256 == sha256,
            SalesUpload.stated_store_id.is_not_distinct_from(stated.store_id),
            SalesUpload.stated_from.is_not_distinct_from(stated.first),
            SalesUpload.stated_until.is_not_distinct_from(stated.last),
            SalesUpload.status.in_(LIVE_STATUSES),
        )
        .with_for_update(key_share=True)
    )
    standing = session.scalar(same)
    if standing is not None:
        _reopen_archive(session, standing, by=by)
        return standing, False
    upload = SalesUpload(
        partner_id=partner_id,
        sha256=sha256,
        name=name,
        size_bytes=size_bytes,
        stated_store_id=stated.store_id,
        stated_from=stated.first,
        stated_until=stated.last,
        status="received",
        outcome={},
        decisions={},
        received_by=by.user_id,
        received_at=clock.now(),
        archive_id=archive_id,
    )
    try:
        with session.begin_nested():
            session.add(upload)
    except IntegrityError:  # somebody handed in the same file at the same moment
        return session.execute(same).scalar_one(), False
    record_event(session, by=by, act="sales file received", subject=f"upload:{upload.id}", name=name, sha256=sha256)
    return upload, True


def hand_in_file(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    sha256: str,
    name: str,
    size_bytes: int,
    stated: Stated,
    archive_id: int | None = None,
) -> tuple[SalesUpload, bool]:
    """Take in a file as `receive_file` does, to be read by a worker once this transaction is committed."""
    upload, is_new = receive_file(
        session, by=by, partner_id=partner_id, sha256=sha256, name=name, size_bytes=size_bytes, stated=stated,
        archive_id=archive_id,
    )  # fmt: skip
    if upload.status == "received":
        _defer_reading(session, upload.id)
    return upload, is_new


def decide_upload(
    session: Session,
    *,
    by: Actor,
    upload_id: int,
    answers: Answers | None = None,
    stated: Stated | None = None,
    overlap: str | None = None,
    confirmed: bool | None = None,
) -> SalesUpload:
    """Answer what an upload asks, and have it read again by what is decided then.

    What is left out stays as it was decided before; *answers* replace all earlier ones and are unconfirmed unless
    *confirmed* is true. *overlap* is one of the choices of that question; "cancel" gives the upload up.

    Raises:
        UploadNotOpen: it is posted, or ended otherwise.
        UploadBusy: it is being read at this moment.
        ColumnUnknown: a column is named that the file does not have.
        NotAllowed: the person may not post these sales, or may not change how the partner's files are read.
        BadInput: the overlap has no such choice.
        UploadTwice: the file is handed in for the *stated* store and days already.

    """
    upload = _lock_to_decide(session, by=by, upload_id=upload_id)
    if overlap == CANCEL:
        cancel_upload(session, by=by, upload_id=upload_id, reason=say("Given up because of an overlap."))
        return upload
    said: dict[str, Any] = {}
    if answers is not None:
        _refuse_answers(session, upload, answers, by=by)
        said |= {"answers": answers.to_json(), "confirmed": False}
    if confirmed is not None:
        said["confirmed"] = confirmed
    if overlap is not None:
        if overlap not in (Overlap.ADD, Overlap.REPLACE):
            raise BadInput(say("An overlap is not answered by '{answer}'; nothing was changed.", answer=overlap))
        said["overlap"] = overlap
    upload.decisions = {**upload.decisions, **said, "by": by.user_id}
    if stated is not None:
        _state(session, upload, stated, by=by)
        first, last = (day.isoformat() if day else None for day in (stated.first, stated.last))
        said |= {"store": stated.store_id, "first": first, "last": last}
    upload.status = "received"
    upload.outcome = {name: shown for name, shown in upload.outcome.items() if name == "preview"}
    session.flush()
    _defer_reading(session, upload_id)
    record_event(session, by=by, act="sales file decided", subject=f"upload:{upload_id}", **said)
    return upload


def take_received(session: Session, upload_id: int, *, wait: bool = False) -> SalesUpload | None:
    """Return the upload and hold it until the transaction ends; blank where it is not received.

    It is blank, too, where somebody reads it, unless one is to *wait* for the end of that.
    """
    query = (
        select(SalesUpload)
        .where(SalesUpload.id == upload_id, SalesUpload.status == "received")
        .with_for_update(key_share=True, skip_locked=not wait)
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def read_upload(
    session: Session,
    *,
    by: Actor,
    upload_id: int,
    path: Path,
    decisions: Decisions | None = None,
    tell: Tell = tell_nobody,
) -> Outcome | ConsignError:
    """Read the upload's file at *path*: it is posted, held for a decision, or refused. Return what it came to.

    Without *decisions* it is read by what was decided about it so far, and posted at once where the partner's profile
    says how it is read, or a person has confirmed it.
    """
    upload = get_locked(session, upload_id)
    try:
        decisions = decisions or Decisions.of(upload)
        try:
            with savepoint(session):
                return post_file(session, by=by, upload_id=upload_id, path=path, decisions=decisions, tell=tell)
        except NeedsDecision as needed:
            look = _look_into(session, upload, path=path, decisions=decisions)
            hold_upload(session, upload_id=upload_id, questions=needed.questions, look=look)
            return needed
    except ConsignError as refusal:
        refuse_upload(session, by=by, upload_id=upload_id, code=refusal.code, reason=refusal.sentence)
        return refusal


def defer_received(session: Session, *, until: datetime) -> Sequence[int]:
    """Have the uploads read that were received by *until* and that nobody reads now; return their ids.

    Nothing is lost with a job: what still stands at `received` is found here.
    """
    query = (
        select(SalesUpload.id)
        .where(SalesUpload.status == "received", SalesUpload.received_at <= until)
        .order_by(SalesUpload.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    # Rolled back, so that no row stays held: a worker that passed over it just now is sent again by the job.
    probe = session.begin_nested()
    upload_ids = session.scalars(query).all()
    probe.rollback()
    for upload_id in upload_ids:
        _defer_reading(session, upload_id)
    return upload_ids


def post_file(
    session: Session, *, by: Actor, upload_id: int, path: Path, decisions: Decisions, tell: Tell = tell_nobody
) -> Outcome:
    """Read the upload's file at *path* and post it: every row is posted, known, ignored or parked.

    An upload that is posted already is not read again.

    Raises:
        UploadNotOpen: it was refused, given up or reversed.
        FileRefused: in one of its kinds; nothing was posted.
        NeedsDecision: a person must say how the file is read, or what to do with an overlap; nothing was posted.

    """
    upload = get_locked(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if upload.status == "posted":
        return _describe(session, upload)
    _refuse_ended(upload)
    place_parked(session, by=by, partner_id=upload.partner_id)
    with _open_table(session, upload, path) as opened:
        watched = Watched(opened, tell)
        table = watched.table
        known, changed = _find_layout(session, upload, table)
        layout, study, questions = map_table(
            table, layout=decisions.layout or known, answers=decisions.answers, stated=_stated(upload), changed=changed
        )
        asked = any(question.about == CONFIRMATION for question in questions)
        if study is not None and layout != known and not decisions.confirmed and not asked:
            questions.insert(0, ask_to_confirm(layout))
        if questions or study is None:
            raise NeedsDecision(tuple(questions))
        try:
            book_file(
                session, by=by, upload=upload, study=study, decision=decisions.overlap, tell=tell,
                rows_total=watched.rows_total,
            )  # fmt: skip
        except FileMostlyProblems as refusal:
            if decisions.confirmed:
                raise
            raise NeedsDecision((Question(MOSTLY_PROBLEMS, load_sentence(refusal.sentence)),)) from refusal
    return _describe(session, upload)


def refuse_upload(session: Session, *, by: Actor | None, upload_id: int, code: str, reason: str) -> None:
    """Note that an upload was refused, and why; the same bytes may be handed in again.

    Nothing happens if somebody else posted it meanwhile. *by* is blank where no person's act was refused.
    """
    upload = get_locked(session, upload_id)
    if upload.status in OPEN_STATUSES:
        upload.status, upload.outcome = "refused", {"refused": {"code": code, "reason": dump_sentence(reason)}}
        record_event(session, by=by, act="sales file refused", subject=f"upload:{upload_id}", code=code)


def cancel_upload(session: Session, *, by: Actor, upload_id: int, reason: str) -> None:
    """Give up an upload that was not posted; the same bytes may be handed in again.

    Raises:
        UploadNotOpen: it is posted, or ended otherwise.
        BadInput: no reason is given.

    """
    upload = _get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if not reason.strip():
        raise BadInput(say("An upload is given up only with a reason; nothing was changed."))
    upload = get_locked(session, upload_id)
    _refuse_ended(upload)
    upload.status, upload.outcome = "cancelled", {"cancelled": dump_sentence(reason)}
    session.flush()
    record_event(session, by=by, act="sales file given up", subject=f"upload:{upload_id}", reason=reason)


def hold_upload(session: Session, *, upload_id: int, questions: tuple[Question, ...], look: Look | None = None) -> None:
    """Note what a person must decide before an upload can be posted, with a *look* into the file.

    Nothing happens if it was posted meanwhile.
    """
    upload = get_locked(session, upload_id)
    if upload.status in OPEN_STATUSES:
        upload.status = "read" if all(question.about == "overlap" for question in questions) else "needs_mapping"
        upload.outcome = {
            "questions": [
                {"about": one.about, "why": dump_sentence(one.why), "choices": list(one.choices)} for one in questions
            ],
            **(look.to_json() if look else {}),
        }
        session.flush()
        person = session.get_one(UserAccount, upload.decisions.get("by", upload.received_by))
        record_event(session, by=describe_actor(person), act="sales file held", subject=f"upload:{upload_id}")


def place_parked(session: Session, *, by: Actor, partner_id: int) -> int:
    """Post the partner's parked lines whose store, product and agreement are known by now; return how many are placed.

    Uploads are taken in the order they came, each in a posting of its own. Lines that clash with what other files posted
    stay parked.
    """
    uploads = session.scalars(
        text("""
        SELECT DISTINCT upload_id FROM sales_parked
        WHERE partner_id = :partner AND state = 'open' AND readable AND reason <> 'store.other_than_stated'
        ORDER BY upload_id"""),
        {"partner": partner_id},
    ).all()
    return sum(book_parked(session, by=by, partner_id=partner_id, upload_id=upload_id) for upload_id in uploads)


def reread_parked(session: Session, *, by: Actor, partner_id: int | None = None) -> None:
    """Have a worker place parked lines, of one partner or of all that have some, once this transaction is committed.

    To be said after adding what lines may wait for: a product or its code, a store or its name, an agreement.
    """
    query = text("""
        SELECT DISTINCT partner_id FROM sales_parked
        WHERE state = 'open' AND readable AND partner_id = COALESCE(CAST(:partner AS bigint), partner_id)""")
    for one in session.scalars(query, {"partner": partner_id}).all():
        defer(session, PLACE_PARKED, key=f"parked:{one}", partner_id=one, user_id=by.user_id)


def dismiss_parked(session: Session, *, by: Actor, upload_id: int, row_no: int, note: str) -> None:
    """Let a parked row count as ignored, for the reason *note* a person gives.

    Raises:
        UploadUnknown: there is no such row waiting.
        BadInput: no reason is given.

    """
    upload = _get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if not note.strip():
        raise BadInput(say("A row is dismissed only with a reason; nothing was changed."))
    done = session.execute(
        text("""
        UPDATE sales_parked SET state = 'dismissed', note = :note
        WHERE upload_id = :upload AND row_no = :row AND state = 'open' RETURNING row_no"""),
        {"upload": upload_id, "row": row_no, "note": note},
    ).first()
    if done is None:
        raise UploadUnknown(
            say("Row {row} of upload {upload} is not waiting; nothing was changed.", row=row_no, upload=upload_id)
        )
    record_event(session, by=by, act="parked row dismissed", subject=f"upload:{upload_id}", row=row_no, note=note)


def confirm_no_sales(session: Session, *, by: Actor, store: Store, day: date) -> None:
    """Say that *store* sold nothing on *day*. Saying it twice changes nothing.

    Raises:
        BadInput: the day is not over in the store, the store did not sell on it, or sales are posted for it.

    """
    authorize(by, Act.POST_SALES, partner_id=store.partner_id, store_id=store.id)
    if day >= clock.today(store.zone):
        raise BadInput(say("{day} is not over in {store}; nothing was changed.", day=day, store=store.name))
    if day < store.opened_on or (store.closed_on is not None and day > store.closed_on):
        raise BadInput(
            say("{store} did not sell consigned goods on {day}; nothing was changed.", store=store.name, day=day)
        )
    lock_partner(session, store.partner_id)
    kinds = set(
        session.scalars(
            select(SalesCover.kind)
            .where(SalesCover.store_id == store.id, SalesCover.sold_on == day)
            .group_by(SalesCover.kind)
            .having(func.sum(SalesCover.lines) > 0)
        )
    )
    if kinds:
        raise BadInput(say("{store} has posted sales on {day}; nothing was changed.", store=store.name, day=day))
    if session.scalar(NONE_SAID, {"store": store.id, "day": day}):
        return
    number = posting.next_number(session, store.partner_id)
    posting.record_posting(
        session, Sums(), partner_id=store.partner_id, number=number, kind="no_sales", upload_id=None, known_rows=0,
        by_user_id=by.user_id,
    )  # fmt: skip
    cover = {"store_id": store.id, "sold_on": day, "partner_id": store.partner_id, "posting_no": number}
    session.execute(insert(SalesCover).values(**cover, kind="no_sales", lines=0))
    record_event(session, by=by, act="no sales confirmed", subject=f"store:{store.id}", day=str(day))


def reverse_upload(session: Session, *, by: Actor, upload_id: int, reason: str) -> int:
    """Take everything that an upload alone reported out of the books; return how many lines that were.

    A line that another posted file reported as well stays: that file still speaks for it.

    Raises:
        UploadReversed: the upload is not posted.
        BadInput: no reason is given.

    """
    upload = _get_upload(session, upload_id)
    authorize(by, Act.REVERSE_SALES, partner_id=upload.partner_id)
    if not reason.strip():
        raise BadInput(say("An upload is reversed only with a reason; nothing was changed."))
    lock_partner(session, upload.partner_id)
    session.refresh(upload)
    if upload.status != "posted":
        status = Code("upload_status", upload.status)
        raise UploadReversed(
            say("Upload {upload} is {status}, not posted; nothing was changed.", upload=upload_id, status=status)
        )
    choose_lines_of(session, upload)
    number = posting.next_number(session, upload.partner_id)
    sums = posting.reverse_lines(session, partner_id=upload.partner_id, upload_id=upload_id, number=number)
    posted = posting.record_posting(
        session, sums, partner_id=upload.partner_id, number=number, kind="reversal", upload_id=upload_id, known_rows=0,
        by_user_id=by.user_id, reason=reason,
    )  # fmt: skip
    upload.status = "reversed"
    session.flush()
    session.execute(
        text("UPDATE sales_parked SET state = 'withdrawn' WHERE upload_id = :upload AND state = 'open'"),
        {"upload": upload_id},
    )
    record_event(
        session, by=by, act="sales file reversed", subject=f"upload:{upload_id}", reason=reason, lines=posted.rows
    )
    return posted.rows


def _reopen_archive(session: Session, upload: SalesUpload, *, by: Actor) -> None:
    """Let an archive be unpacked once more where one of its files was refused, given up or reversed since."""
    ids = [one["upload"] for one in upload.outcome.get("members", ()) if "upload" in one]
    query = select(SalesUpload.id).where(SalesUpload.id.in_(ids), SalesUpload.status.in_(ENDED_STATUSES)).limit(1)
    if upload.status == "unpacked" and session.scalar(query) is not None:
        upload.status, upload.outcome = "received", {}
        session.flush()
        record_event(session, by=by, act="sales archive handed in again", subject=f"upload:{upload.id}")


def _defer_reading(session: Session, upload_id: int) -> None:
    defer(session, READ_SALES_FILE, key=f"read:{upload_id}", upload_id=upload_id)


def _lock_to_decide(session: Session, *, by: Actor, upload_id: int) -> SalesUpload:
    """Return the open upload and hold it; a decision does not wait until somebody has read the file."""
    upload = _get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    query = select(SalesUpload).where(SalesUpload.id == upload_id)
    locked = query.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    found = session.scalars(locked).first()
    if found is None:
        raise UploadBusy(
            say("Upload {upload} is being read at this moment; nothing was changed. Try again soon.", upload=upload_id)
        )
    _refuse_ended(found)
    return found


def _refuse_ended(upload: SalesUpload) -> None:
    if upload.status not in OPEN_STATUSES:
        status = Code("upload_status", upload.status)
        raise UploadNotOpen(say("Upload {upload} is {status}; nothing was changed.", upload=upload.id, status=status))


def _refuse_answers(session: Session, upload: SalesUpload, answers: Answers, *, by: Actor) -> None:
    """Refuse answers that name other columns than were shown, or that this person may not give; told before it is read."""
    headers = upload.outcome.get("preview", {}).get("headers")
    standing = None
    if headers is not None:
        locate_columns(headers, {role: header for role, header in answers.columns.items() if header.strip()})
        standing = find_profile(session, partner_id=upload.partner_id, signature=compute_signature(headers))
    known = Layout.from_json(standing.layout) if standing else Layout(columns={})
    refuse_for_others(by, standing=standing, layout=apply_answers(known, answers))


def _state(session: Session, upload: SalesUpload, stated: Stated, *, by: Actor) -> None:
    """Let the upload be of the *stated* store and days."""
    _refuse_stated(session, stated, by=by, partner_id=upload.partner_id)
    try:
        with savepoint(session):
            upload.stated_store_id, upload.stated_from, upload.stated_until = stated.store_id, stated.first, stated.last
            session.flush()
    except IntegrityError as error:
        raise UploadTwice(
            say("The same file is handed in for that store and those days; nothing was changed.")
        ) from error


def _stated(upload: SalesUpload) -> Stated:
    return Stated(upload.stated_store_id, upload.stated_from, upload.stated_until)


@contextmanager
def _open_table(session: Session, upload: SalesUpload, path: Path) -> Iterator[Table]:
    """Open the upload's file; stores in a file of our own are called as its partner calls them."""
    with open_table(path, words=KNOWN_WORDS) as opened:
        table = turn_days(cut_report(opened))
        yield take_partner_off(table, partner_code=session.get_one(Partner, upload.partner_id).code)


def _find_layout(session: Session, upload: SalesUpload, table: Table) -> tuple[Layout | None, Changed | None]:
    """Return how the partner confirmed that files with this header are read, else the earlier header it is like.

    Files of our own are known. The first file of a known layout is read by that; a header that changed since is always
    asked about.

    Raises:
        WrongReport: the till's report says nothing about single products.

    """
    own = find_own_layout(table.headers)
    if own is not None:
        return own, None
    profile = find_profile(session, partner_id=upload.partner_id, signature=compute_signature(table.headers))
    if profile is not None:
        return Layout.from_json(profile.layout), None
    changed = find_changed(session, partner_id=upload.partner_id, headers=table.headers)
    return (None, changed) if changed else (find_known_layout(table.headers), None)


def _look_into(session: Session, upload: SalesUpload, *, path: Path, decisions: Decisions) -> Look:
    with _open_table(session, upload, path) as table:
        layout, changed = _find_layout(session, upload, table)
        return look_into(
            table,
            layout=layout,
            changed=changed,
            answers=decisions.answers,
            stated=_stated(upload),
            most_rows=SHOWN_ROWS,
        )


def _refuse_stated(session: Session, stated: Stated, *, by: Actor, partner_id: int) -> None:
    authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=stated.store_id)
    if (stated.first is None) != (stated.last is None) or (stated.first and stated.last and stated.last < stated.first):
        raise BadInput(say("Days are stated by the first and the last of them, in this order; nothing was posted."))
    _refuse_span_across_period(session, partner_id, stated)
    if stated.store_id is not None and session.get_one(Store, stated.store_id).partner_id != partner_id:
        raise BadInput(say("The store belongs to another partner; nothing was posted."))


def _refuse_span_across_period(session: Session, partner_id: int, stated: Stated) -> None:
    if stated.first is None or stated.last is None:
        return
    cycle = Cycle(session.get_one(Partner, partner_id).cycle)
    if period_of(stated.first, cycle) != period_of(stated.last, cycle):
        raise SummaryAcrossPeriod(
            say(
                "{first} to {last} spans the end of a settlement period; nothing was posted."
                " Hand in one file for each period.",
                first=stated.first,
                last=stated.last,
            )
        )


def get_locked(session: Session, upload_id: int) -> SalesUpload:
    """Return the upload as it stands now, and hold it until the transaction ends; rows that refer to it do not wait."""
    query = select(SalesUpload).where(SalesUpload.id == upload_id).with_for_update(key_share=True)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def _get_upload(session: Session, upload_id: int) -> SalesUpload:
    upload = session.get(SalesUpload, upload_id)
    if upload is None:
        raise UploadUnknown(say("There is no upload {upload}; nothing was changed.", upload=upload_id))
    return upload


def _describe(session: Session, upload: SalesUpload) -> Outcome:
    count = find_file_count(session, upload.id)
    sums = session.execute(
        select(SalesPosting).where(SalesPosting.upload_id == upload.id, SalesPosting.kind.in_(("file", "parked")))
    ).scalars()
    postings = list(sums)
    return Outcome(
        upload_id=upload.id,
        status=upload.status,
        rows_read=count.rows_read,
        posted=count.posted,
        known=count.known,
        ignored=count.ignored,
        parked=count.parked,
        quantity=str(sum((one.quantity for one in postings), start=0)),
        sales_rp=sum(one.sales_rp for one in postings),
        fee_rp=sum(one.fee_rp for one in postings),
        price_differs=upload.outcome.get("price_differs", 0),
        evidence=tuple(load_sentence(one) for one in upload.outcome.get("evidence", ())),
        reversed_rows=upload.outcome.get("reversed_rows", 0),
        findings=tuple(find_finding_sums(session, upload.id)),
    )
