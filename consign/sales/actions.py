"""What people do with sales files. Each function is one act in the caller's transaction."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput, NeedsDecision, NotFound, Question
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Partner, Store
from consign.models.sales import SalesCover, SalesPosting, SalesProfile, SalesUpload
from consign.outbox import Message, record_notices
from consign.partners.queries import lock_partner
from consign.period import ZONES, Cycle, period_of
from consign.sales import overlap, posting
from consign.sales.copying import Copier
from consign.sales.layout import KNOWN_WORDS, Layout, Receipts, Role, compute_signature
from consign.sales.mapping import Answers, Stated, map_table
from consign.sales.places import Places, find_places
from consign.sales.queries import find_file_count, find_profile
from consign.sales.reading import Reader, Study
from consign.sales.rules import Overlap, SummaryAcrossPeriod, UploadNotOpen, UploadReversed
from consign.sales.terms import TermsTable
from consign.sales.waiting import read_parked, settle_parked
from consign.sales.writing import LineWriter, Sums, Target, make_staging
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
        .with_for_update()
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
    upload = session.execute(select(SalesUpload).where(SalesUpload.id == upload_id).with_for_update()).scalar_one()
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
        _post_study(session, by=by, upload=upload, study=study, decision=decisions.overlap)
    return _describe(session, upload)


def refuse_upload(session: Session, *, by: Actor, upload_id: int, code: str, reason: str) -> None:
    """Note that an upload was refused, and why; the same bytes may be handed in again."""
    upload = session.get_one(SalesUpload, upload_id)
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
    if upload.status not in OPEN_STATUSES:
        raise UploadNotOpen(f"Upload {upload_id} is {upload.status}; nothing was changed.")
    upload.status, upload.outcome = "cancelled", {"cancelled": reason}
    session.flush()
    record_event(session, by=by, act="sales file given up", subject=f"upload:{upload_id}", reason=reason)


def hold_upload(session: Session, *, upload_id: int, questions: tuple[Question, ...]) -> None:
    """Note what a person must decide before an upload can be posted."""
    upload = session.get_one(SalesUpload, upload_id)
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
    return sum(_place_upload(session, by=by, partner_id=partner_id, upload_id=upload_id) for upload_id in uploads)


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
        session.scalars(select(SalesCover.kind).where(SalesCover.store_id == store.id, SalesCover.sold_on == day))
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
    _choose_lines_of(session, upload)
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


def add_profile(
    session: Session, *, by: Actor, partner_id: int, name: str, layout: Layout, signature: str
) -> SalesProfile:
    """Let files of the partner with this header be read by *layout* from now on."""
    authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=by.store_id)
    standing = find_profile(session, partner_id=partner_id, signature=signature)
    profile = SalesProfile(
        partner_id=partner_id,
        name=name,
        signature=signature,
        version=(standing.version if standing else 0) + 1,
        layout=layout.to_json(),
        confirmed_by=by.user_id,
        confirmed_at=clock.now(),
    )
    session.add(profile)
    session.flush()
    record_event(session, by=by, act="layout confirmed", subject=f"profile:{profile.id}", version=profile.version)
    return profile


def _refuse_span_across_period(session: Session, partner_id: int, stated: Stated) -> None:
    if stated.first is None or stated.last is None:
        return
    cycle = Cycle(session.get_one(Partner, partner_id).cycle)
    if period_of(stated.first, cycle) != period_of(stated.last, cycle):
        raise SummaryAcrossPeriod(
            f"{stated.first} to {stated.last} spans the end of a settlement period; nothing was posted."
            " Hand in one file for each period."
        )


def _get_upload(session: Session, upload_id: int) -> SalesUpload:
    upload = session.get(SalesUpload, upload_id)
    if upload is None:
        raise UploadUnknown(f"There is no upload {upload_id}; nothing was changed.")
    return upload


def _keep_profile(session: Session, *, by: Actor, upload: SalesUpload, study: Study) -> int:
    """Return the profile the file is read by; a new or changed layout, confirmed by the uploader, becomes one."""
    signature = compute_signature(study.table.headers)
    standing = find_profile(session, partner_id=upload.partner_id, signature=signature)
    if standing is not None and standing.layout == study.layout.to_json():
        return standing.id
    profile = add_profile(
        session, by=by, partner_id=upload.partner_id, name=upload.name, layout=study.layout, signature=signature
    )
    return profile.id


def _post_study(session: Session, *, by: Actor, upload: SalesUpload, study: Study, decision: Overlap) -> None:
    """Read the rows of a studied file into the books.

    The partner is locked first. Lines go straight into the sales, unless something is posted for one of their store-days:
    then they are staged, and what stands already is taken out.
    """
    places = find_places(
        session,
        partner_id=upload.partner_id,
        stores=study.codes[Role.STORE],
        barcodes=study.codes[Role.BARCODE],
        codes=study.codes[Role.CODE],
    )
    reader = Reader(study, today=clock.today(ZONES[-1]), stated_day=upload.stated_until)  # where a day begins first
    for_ever = study.layout.receipts is Receipts.FOR_EVER
    lock_partner(session, upload.partner_id)
    upload.profile_id = _keep_profile(session, by=by, upload=upload, study=study)
    stores = _stores_of(places, upload)
    staged = for_ever or overlap.may_overlap(session, partner_id=upload.partner_id, stores=stores, days=reader.days)
    number = posting.next_number(session, upload.partner_id)
    make_staging(session)
    terms = TermsTable(session, partner_id=upload.partner_id, stores=stores, producers=places.producers)
    target = Target(upload.id, upload.partner_id, upload.stated_store_id, study.layout.receipts, number, staged)
    with Copier(session) as copier:
        writer = LineWriter(copier, places=places, terms=terms, target=target)
        for batch in reader.read():
            writer.write(batch)
    known, reversed_rows = 0, 0
    if staged:
        known, reversed_rows = _settle_overlap(session, by=by, upload=upload, decision=decision, for_ever=for_ever)
        number = posting.next_number(session, upload.partner_id)
        posting.insert_plain(session, writer.sums, partner_id=upload.partner_id, number=number)
    posting.insert_returns(session, writer.sums, partner_id=upload.partner_id, number=number)
    posted = posting.record_posting(
        session, writer.sums, partner_id=upload.partner_id, number=number, kind="file", upload_id=upload.id,
        known_rows=known, by_user_id=by.user_id,
    )  # fmt: skip
    upload.rows_read, upload.rows_ignored, upload.status = reader.rows_read, reader.ignored, "posted"
    upload.outcome = {
        "evidence": study.evidence, "price_differs": posted.price_differs, "reversed_rows": reversed_rows
    }  # fmt: skip
    session.flush()
    _tell_about_parked(session, upload)
    record_event(
        session, by=by, act="sales file posted", subject=f"upload:{upload.id}", posting=number, rows=posted.rows,
        known=known, sales_rp=posted.sales_rp,
    )  # fmt: skip


def _stores_of(places: Places, upload: SalesUpload) -> set[int]:
    return {upload.stated_store_id} if upload.stated_store_id else set(places.stores.values())


def _settle_overlap(
    session: Session, *, by: Actor, upload: SalesUpload, decision: Overlap, for_ever: bool
) -> tuple[int, int]:
    """Take out staged lines that stand already; return how many, and how many standing ones were replaced.

    Raises:
        NeedsDecision: something differs and nothing was decided about it.

    """
    postings = overlap.find_postings(session, partner_id=upload.partner_id)
    known = overlap.match_known(session, partner_id=upload.partner_id, upload_id=upload.id, postings=postings)
    clash = overlap.find_clash(session, upload_id=upload.id, for_ever=for_ever)
    if clash and decision is Overlap.ASK:
        why = f"{clash.describe()}. Add them besides, replace what stands, or cancel?"
        raise NeedsDecision((Question("overlap", why, (Overlap.ADD, Overlap.REPLACE, "cancel")),))
    reversed_rows = 0
    if clash.standing_lines and decision is Overlap.REPLACE:
        reversed_rows = _reverse_clashing(session, by=by, upload=upload)
        overlap.load_standing(session, partner_id=upload.partner_id, upload_id=upload.id, postings=postings)
    overlap.drop_known(session)
    overlap.number_behind(session)
    return known, reversed_rows


def _reverse_clashing(session: Session, *, by: Actor, upload: SalesUpload) -> int:
    """Reverse the standing lines that differ from the file, one posting for each upload they came from."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.to_reverse"))
    session.execute(
        text("CREATE TEMPORARY TABLE to_reverse ON COMMIT DROP AS SELECT posting_no, row_no, upload_id FROM clashing")
    )
    rows = 0
    for upload_id in session.scalars(text("SELECT DISTINCT upload_id FROM to_reverse ORDER BY 1")).all():
        number = posting.next_number(session, upload.partner_id)
        sums = posting.reverse_lines(session, partner_id=upload.partner_id, upload_id=upload_id, number=number)
        rows += posting.record_posting(
            session, sums, partner_id=upload.partner_id, number=number, kind="reversal", upload_id=upload_id, known_rows=0,
            by_user_id=by.user_id, reason=f"replaced by upload {upload.id}",
        ).rows  # fmt: skip
    return rows


def _choose_lines_of(session: Session, upload: SalesUpload) -> None:
    """Put into `to_reverse` the standing lines that only *upload* still speaks for."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.to_reverse"))
    session.execute(
        text("""
        CREATE TEMPORARY TABLE to_reverse ON COMMIT DROP AS
        SELECT sale.posting_no, sale.row_no, CAST(:upload AS bigint) AS upload_id
        FROM sale
        JOIN sales_posting AS posting ON posting.partner_id = sale.partner_id AND posting.number = sale.posting_no
        JOIN sales_upload AS owner ON owner.id = posting.upload_id
        LEFT JOIN sales_known AS own ON own.upload_id = :upload
          AND own.sale_posting_no = sale.posting_no AND own.sale_row_no = sale.row_no
        WHERE sale.partner_id = :partner AND sale.version > 0
          AND (owner.id = :upload OR (owner.status = 'reversed' AND own.row_no IS NOT NULL))
          AND NOT EXISTS (SELECT 1 FROM sale AS back WHERE back.partner_id = sale.partner_id
            AND back.reverses_posting_no = sale.posting_no AND back.reverses_row_no = sale.row_no)
          AND NOT EXISTS (
            SELECT 1 FROM sales_known AS known JOIN sales_upload AS other ON other.id = known.upload_id
            WHERE other.partner_id = :partner AND other.status = 'posted' AND other.id <> :upload
              AND known.sale_posting_no = sale.posting_no AND known.sale_row_no = sale.row_no)"""),
        {"upload": upload.id, "partner": upload.partner_id},
    )


def _place_upload(session: Session, *, by: Actor, partner_id: int, upload_id: int) -> int:
    """Post what can be placed of one upload's parked lines; return how many rows are parked no longer."""
    upload = session.get_one(SalesUpload, upload_id)
    places = _find_parked_places(session, upload)
    if not places.producers:
        return 0
    lock_partner(session, partner_id)
    number = posting.next_number(session, partner_id)
    make_staging(session)
    stores = _stores_of(places, upload)
    terms = TermsTable(session, partner_id=partner_id, stores=stores, producers=places.producers)
    target = Target(upload.id, partner_id, upload.stated_store_id, Receipts.PER_TILL, number, staged=True)
    with Copier(session) as copier:
        writer = LineWriter(copier, places=places, terms=terms, target=target)
        for rows in read_parked(session, copier, upload_id=upload_id):
            settle_parked(session, copier, rows, writer.write_lines(rows), upload_id=upload_id)
    known = _match_parked(session, partner_id=partner_id, upload_id=upload_id)
    overlap.drop_known(session)
    overlap.number_behind(session)
    posting.insert_plain(session, writer.sums, partner_id=partner_id, number=number)
    posting.insert_returns(session, writer.sums, partner_id=partner_id, number=number)
    if writer.sums.days or known:
        posted = posting.record_posting(
            session, writer.sums, partner_id=partner_id, number=number, kind="parked", upload_id=upload_id,
            known_rows=known, by_user_id=by.user_id,
        )  # fmt: skip
        known += posted.rows
        _mark_placed(session, partner_id=partner_id, upload_id=upload_id, number=number)
        record_event(
            session, by=by, act="parked lines placed", subject=f"upload:{upload_id}", posting=number, rows=posted.rows
        )
    return known


def _match_parked(session: Session, *, partner_id: int, upload_id: int) -> int:
    """Find the staged lines that stand already; those that clash with what stands go on waiting for a person."""
    postings = overlap.find_postings(session, partner_id=partner_id)
    while True:
        savepoint = session.begin_nested()
        known = overlap.match_known(session, partner_id=partner_id, upload_id=upload_id, postings=postings)
        if not overlap.find_clash(session, upload_id=upload_id, for_ever=False):
            savepoint.commit()
            return known
        rows = overlap.find_clashing_rows(session, upload_id=upload_id)
        savepoint.rollback()
        overlap.put_back(session, rows, upload_id=upload_id)


def _find_parked_places(session: Session, upload: SalesUpload) -> Places:
    distinct = session.execute(
        text("""
        SELECT array_agg(DISTINCT store_code) FILTER (WHERE store_code IS NOT NULL) AS stores,
          array_agg(DISTINCT product_barcode) FILTER (WHERE product_barcode <> '') AS barcodes,
          array_agg(DISTINCT product_code) FILTER (WHERE product_code <> '') AS codes
        FROM sales_parked WHERE upload_id = :upload AND state = 'open' AND readable"""),
        {"upload": upload.id},
    ).one()
    return find_places(
        session, partner_id=upload.partner_id, stores=distinct.stores or [], barcodes=distinct.barcodes or [],
        codes=distinct.codes or [],
    )  # fmt: skip


def _mark_placed(session: Session, *, partner_id: int, upload_id: int, number: int) -> None:
    facts = {"upload": upload_id, "partner": partner_id, "number": number}
    session.execute(
        text("""
        UPDATE sales_parked SET state = 'placed', posting_no = :number FROM sale
        WHERE sales_parked.upload_id = :upload AND sales_parked.state = 'open' AND sale.partner_id = :partner
          AND sale.posting_no = :number AND sale.row_no = sales_parked.row_no"""),
        facts,
    )
    session.execute(
        text("""
        UPDATE sales_parked SET state = 'known', posting_no = :number FROM sales_known
        WHERE sales_parked.upload_id = :upload AND sales_parked.state = 'open'
          AND sales_known.upload_id = :upload AND sales_known.row_no = sales_parked.row_no"""),
        facts,
    )


def _tell_about_parked(session: Session, upload: SalesUpload) -> None:
    """Tell the dinas and the partner how many lines of a file wait, and for what."""
    rows = session.execute(
        text("SELECT reason, count(*) AS lines FROM sales_parked WHERE upload_id = :upload GROUP BY reason"),
        {"upload": upload.id},
    )
    waiting = Counter({row.reason: row.lines for row in rows})
    if waiting:
        facts = {"upload": upload.id, "name": upload.name, "lines": dict(waiting)}
        recipients = ("role:dinas_finance", f"partner:{upload.partner_id}")
        record_notices(session, [Message("sales.parked", recipient, facts) for recipient in recipients])


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
