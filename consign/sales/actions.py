"""What people do with sales files. Each function is one act in the caller's transaction."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput, NeedsDecision, NotFound, Question
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Partner, Store
from consign.models.sales import SalesCover, SalesPosting, SalesUpload
from consign.partners.queries import lock_partner
from consign.period import Cycle, period_of
from consign.sales import posting
from consign.sales.booking import book_file, book_parked, choose_lines_of
from consign.sales.layout import KNOWN_WORDS, Layout, compute_signature
from consign.sales.mapping import Answers, Stated, map_table
from consign.sales.queries import find_file_count, find_profile
from consign.sales.rules import Overlap, SummaryAcrossPeriod, UploadNotOpen, UploadReversed
from consign.sales.writing import Sums
from consign.tabular.opening import open_table

OPEN_STATUSES = ("received", "needs_mapping", "read")
LIVE_STATUSES = (*OPEN_STATUSES, "posted")


class UploadUnknown(NotFound):
    """There is no such upload; nothing was changed."""

    code = "sales.upload_unknown"


@dataclass(frozen=True)
class Decisions:
    """What the uploader decided besides the file. What is blank was not decided."""

    layout: Layout | None = None
    """A layout given with the file; becomes the partner's profile for this header."""
    answers: Answers = Answers()  # noqa: RUF009  # immutable
    overlap: Overlap = Overlap.ASK


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
    evidence: tuple[str, ...]
    reversed_rows: int = 0


def receive_file(
    session: Session, *, by: Actor, partner_id: int, sha256: str, name: str, size_bytes: int, stated: Stated
) -> tuple[SalesUpload, bool]:
    """Take in a file whose bytes are stored; return its upload and whether it is new.

    The same bytes for the same partner, store and days are the same upload and get the first one's answer, unless that
    was refused or reversed.

    Raises:
        NotAllowed: the person may not post sales of this partner or store.
        SummaryAcrossPeriod: the stated days span the end of a settlement period.

    """
    authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=stated.store_id)
    _refuse_span_across_period(session, partner_id, stated)
    if stated.store_id is not None and session.get_one(Store, stated.store_id).partner_id != partner_id:
        raise BadInput("The store belongs to another partner; nothing was posted.")
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
        received_by=by.user_id,
        received_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(upload)
    except IntegrityError:  # somebody handed in the same file at the same moment
        return session.execute(same).scalar_one(), False
    record_event(session, by=by, act="sales file received", subject=f"upload:{upload.id}", name=name, sha256=sha256)
    return upload, True


def post_file(session: Session, *, by: Actor, upload_id: int, path: Path, decisions: Decisions) -> Outcome:
    """Read the upload's file at *path* and post it: every row is posted, known, ignored or parked.

    An upload that is posted already is not read again.

    Raises:
        FileRefused: in one of its kinds; nothing was posted.
        NeedsDecision: a person must say how the file is read, or what to do with an overlap; nothing was posted.

    """
    upload = _lock_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if upload.status == "posted":
        return _describe(session, upload)
    place_parked(session, by=by, partner_id=upload.partner_id)
    stated = Stated(upload.stated_store_id, upload.stated_from, upload.stated_until)
    with open_table(path, words=KNOWN_WORDS) as table:
        profile = find_profile(session, partner_id=upload.partner_id, signature=compute_signature(table.headers))
        given = decisions.layout or (Layout.from_json(profile.layout) if profile else None)
        _, study, questions = map_table(table, layout=given, answers=decisions.answers, stated=stated)
        if questions or study is None:
            raise NeedsDecision(tuple(questions))
        book_file(session, by=by, upload=upload, study=study, decision=decisions.overlap)
    return _describe(session, upload)


def refuse_upload(session: Session, *, by: Actor, upload_id: int, code: str, reason: str) -> None:
    """Note that an upload was refused, and why; the same bytes may be handed in again.

    Nothing happens if somebody else posted it meanwhile.
    """
    upload = _lock_upload(session, upload_id)
    if upload.status in OPEN_STATUSES:
        upload.status, upload.outcome = "refused", {"refused": {"code": code, "reason": reason}}
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
        raise BadInput("An upload is given up only with a reason; nothing was changed.")
    upload = _lock_upload(session, upload_id)
    if upload.status not in OPEN_STATUSES:
        raise UploadNotOpen(f"Upload {upload_id} is {upload.status}; nothing was changed.")
    upload.status, upload.outcome = "cancelled", {"cancelled": reason}
    session.flush()
    record_event(session, by=by, act="sales file given up", subject=f"upload:{upload_id}", reason=reason)


def hold_upload(session: Session, *, upload_id: int, questions: tuple[Question, ...]) -> None:
    """Note what a person must decide before an upload can be posted. Nothing happens if it was posted meanwhile."""
    upload = _lock_upload(session, upload_id)
    if upload.status in OPEN_STATUSES:
        upload.status = "read" if all(question.about == "overlap" for question in questions) else "needs_mapping"
        upload.outcome = {
            "questions": [{"about": one.about, "why": one.why, "choices": list(one.choices)} for one in questions]
        }


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


def dismiss_parked(session: Session, *, by: Actor, upload_id: int, row_no: int, note: str) -> None:
    """Let a parked row count as ignored, for the reason *note* a person gives.

    Raises:
        UploadUnknown: there is no such row waiting.
        BadInput: no reason is given.

    """
    upload = _get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if not note.strip():
        raise BadInput("A row is dismissed only with a reason; nothing was changed.")
    done = session.execute(
        text("""
        UPDATE sales_parked SET state = 'dismissed', note = :note
        WHERE upload_id = :upload AND row_no = :row AND state = 'open' RETURNING row_no"""),
        {"upload": upload_id, "row": row_no, "note": note},
    ).first()
    if done is None:
        raise UploadUnknown(f"Row {row_no} of upload {upload_id} is not waiting; nothing was changed.")
    record_event(session, by=by, act="parked row dismissed", subject=f"upload:{upload_id}", row=row_no, note=note)


def confirm_no_sales(session: Session, *, by: Actor, store: Store, day: date) -> None:
    """Say that *store* sold nothing on *day*. Saying it twice changes nothing.

    Raises:
        BadInput: the day lies ahead, or sales are posted for it.

    """
    authorize(by, Act.POST_SALES, partner_id=store.partner_id, store_id=store.id)
    if day > clock.today(store.zone):
        raise BadInput(f"{day} is not over in {store.name}; nothing was changed.")
    lock_partner(session, store.partner_id)
    kinds = set(
        session.scalars(
            select(SalesCover.kind)
            .where(SalesCover.store_id == store.id, SalesCover.sold_on == day)
            .group_by(SalesCover.kind)
            .having((func.sum(SalesCover.lines) > 0) | (SalesCover.kind == "no_sales"))
        )
    )
    if kinds - {"no_sales"}:
        raise BadInput(f"{store.name} has posted sales on {day}; nothing was changed.")
    if kinds:
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
        raise BadInput("An upload is reversed only with a reason; nothing was changed.")
    lock_partner(session, upload.partner_id)
    session.refresh(upload)
    if upload.status != "posted":
        raise UploadReversed(f"Upload {upload_id} is {upload.status}, not posted; nothing was changed.")
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


def _refuse_span_across_period(session: Session, partner_id: int, stated: Stated) -> None:
    if stated.first is None or stated.last is None:
        return
    cycle = Cycle(session.get_one(Partner, partner_id).cycle)
    if period_of(stated.first, cycle) != period_of(stated.last, cycle):
        raise SummaryAcrossPeriod(
            f"{stated.first} to {stated.last} spans the end of a settlement period; nothing was posted."
            " Hand in one file for each period."
        )


def _lock_upload(session: Session, upload_id: int) -> SalesUpload:
    """Return the upload as it stands now, and hold it until the transaction ends; rows that refer to it do not wait."""
    query = select(SalesUpload).where(SalesUpload.id == upload_id).with_for_update(key_share=True)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def _get_upload(session: Session, upload_id: int) -> SalesUpload:
    upload = session.get(SalesUpload, upload_id)
    if upload is None:
        raise UploadUnknown(f"There is no upload {upload_id}; nothing was changed.")
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
        evidence=tuple(upload.outcome.get("evidence", ())),
        reversed_rows=upload.outcome.get("reversed_rows", 0),
    )
