"""Reading one sales file and posting it: the way from its bytes into the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.db import savepoint
from consign.errors import ConsignError, NeedsDecision, Question
from consign.identity.actions import record_event
from consign.identity.queries import describe_actor
from consign.identity.rules import Act, Actor, authorize
from consign.models.identity import UserAccount
from consign.models.partners import Partner
from consign.models.sales import SalesPosting, SalesUpload
from consign.sales.booking import book_file
from consign.sales.days_across import turn_days
from consign.sales.ending import refuse_upload
from consign.sales.finding_lists import FindingSum, find_finding_sums
from consign.sales.inspecting import CONFIRMATION, Look, look_into
from consign.sales.known_layouts import find_known_layout
from consign.sales.layout import KNOWN_WORDS, Layout, compute_signature
from consign.sales.mapping import Answers, Changed, Stated, ask_to_confirm, map_table
from consign.sales.mended import cut_report
from consign.sales.own_layout import find_own_layout, take_partner_off
from consign.sales.placing import place_parked
from consign.sales.profiles import find_changed
from consign.sales.progress import Tell, Watched, tell_nobody
from consign.sales.queries import find_file_count, find_profile
from consign.sales.rules import Overlap
from consign.sales.soundness import MOSTLY_PROBLEMS, FileMostlyProblems
from consign.sales.uploads import OPEN_STATUSES, get_locked, refuse_ended
from consign.sentence import Sentence, dump_sentence, load_sentence
from consign.tabular.opening import open_table
from consign.tabular.table import Table

SHOWN_ROWS = 20
"""Problems and ignored rows that are shown before anything is posted."""


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
    refuse_ended(upload)
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
