"""Bringing read lines into the books under the partner's lock: a file, or parked lines that can be placed now."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import NeedsDecision, Question
from consign.identity.actions import record_event
from consign.identity.rules import Actor
from consign.models.sales import SalesProfile, SalesUpload
from consign.outbox import Message, record_notices
from consign.partners.queries import lock_partner
from consign.period import ZONES, Period
from consign.sales import overlap, posting
from consign.sales.cancelled import CancelledLines
from consign.sales.copying import Copier
from consign.sales.findings import keep_findings
from consign.sales.foreign_codes import dismiss_foreign
from consign.sales.layout import Layout, Receipts, Role
from consign.sales.parking import Target
from consign.sales.places import Places, find_places
from consign.sales.posted_lines import PostedLines
from consign.sales.profiles import keep_profile
from consign.sales.progress import DECIDING, POSTING, Tell, tell_nobody
from consign.sales.reading import Reader
from consign.sales.rules import Overlap
from consign.sales.soundness import refuse_mostly_problems
from consign.sales.study import Study
from consign.sales.terms import TermsTable
from consign.sales.waiting import read_parked, settle_parked
from consign.sales.writing import LineWriter, make_staging
from consign.sentence import dump_sentence, say


def book_file(
    session: Session,
    *,
    by: Actor,
    upload: SalesUpload,
    study: Study,
    decision: Overlap,
    tell: Tell = tell_nobody,
    rows_total: int | None = None,
) -> None:
    """Read the rows of a studied file into the books.

    The partner is locked first. Lines go straight into the sales, unless something is posted for one of their store-days:
    then they are staged, and what stands already is taken out.
    """
    tell(DECIDING, 0, rows_total)
    places = find_places(
        session,
        partner_id=upload.partner_id,
        stores=study.codes[Role.STORE],
        barcodes=study.codes[Role.BARCODE],
        codes=study.codes[Role.CODE],
    )
    stated = Period(upload.stated_from, upload.stated_until) if upload.stated_from and upload.stated_until else None
    reader = Reader(study, today=clock.today(ZONES[-1]), stated=stated)  # where a day begins first
    for_ever = study.layout.receipts is Receipts.FOR_EVER
    lock_partner(session, upload.partner_id)
    stores = _stores_of(places, upload)
    _ask_about_spans(session, upload, stores=stores, days=reader.days, decision=decision)
    upload.profile_id = keep_profile(session, by=by, upload=upload, study=study)
    staged = for_ever or overlap.may_overlap(session, partner_id=upload.partner_id, stores=stores, days=reader.days)
    number = posting.next_number(session, upload.partner_id)
    make_staging(session)
    terms = TermsTable(session, partner_id=upload.partner_id, stores=stores, producers=places.producers)
    target = Target(upload.id, upload.partner_id, upload.stated_store_id, study.layout.receipts, number, staged)
    with Copier(session) as copier:
        writer = LineWriter(copier, places=places, terms=terms, target=target)
        _write_all(reader, writer, tell=lambda rows: tell(POSTING, rows, rows_total))
    known, reversed_rows = 0, 0
    zero_days = _place_zero_days(reader, places, upload)
    if staged:  # what stands for a cancelled row stands for one of the file's days, so the file is staged
        tell(DECIDING, reader.rows_read, rows_total)
        taken_back = _settle_cancelled(session, writer.cancelled, by=by, upload=upload, decision=decision)
        known, replaced = _settle_overlap(
            session, by=by, upload=upload, decision=decision, for_ever=for_ever, zero_days=zero_days
        )
        reversed_rows = taken_back + replaced
        number = posting.next_number(session, upload.partner_id)
        posting.insert_plain(session, writer.sums, partner_id=upload.partner_id, number=number)
    posting.insert_returns(session, writer.sums, partner_id=upload.partner_id, number=number)
    posted = posting.record_posting(
        session, writer.sums, partner_id=upload.partner_id, number=number, kind="file", upload_id=upload.id,
        known_rows=known, by_user_id=by.user_id,
    )  # fmt: skip
    keep_findings(PostedLines(session, upload.partner_id, upload.id, number, writer.sums, places, waits_newly=True))
    no_sales = posting.record_no_sales(session, zero_days, partner_id=upload.partner_id, number=number)
    upload.rows_read, upload.rows_ignored, upload.status = reader.rows_read, reader.ignored, "posted"
    upload.outcome = _tell_outcome(study, posted, reversed_rows=reversed_rows, no_sales=no_sales)
    session.flush()
    dismiss_foreign(session, partner_id=upload.partner_id, upload_id=upload.id, store_id=upload.stated_store_id)
    _tell_about_parked(session, upload)
    record_event(
        session, by=by, act="sales file posted", subject=f"upload:{upload.id}", posting=number, rows=posted.rows,
        known=known, sales_rp=posted.sales_rp,
    )  # fmt: skip


def _tell_outcome(study: Study, posted: posting.Posted, *, reversed_rows: int, no_sales: int) -> dict[str, Any]:
    """Return what the upload keeps of its posting; what there is none of is left out."""
    return {
        "evidence": [dump_sentence(one) for one in study.evidence],
        "price_differs": posted.price_differs,
        "reversed_rows": reversed_rows,
        **({"parts": list(study.table.parts)} if study.table.parts else {}),
        **({"no_sales": no_sales} if no_sales else {}),
    }


def _write_all(reader: Reader, writer: LineWriter, *, tell: Callable[[int], None]) -> None:
    """Write all rows that *reader* reads, and *tell* how many so far.

    Raises:
        FileMostlyProblems: hardly any of them can be right.

    """
    for batch in reader.read():
        writer.write(batch)
        refuse_mostly_problems(reader, whole=False)
        tell(reader.rows_read)
    refuse_mostly_problems(reader, whole=True)


def _ask_about_spans(
    session: Session, upload: SalesUpload, *, stores: set[int], days: set[date], decision: Overlap
) -> None:
    """Ask before a summary of several days meets other sales of those days, or other sales meet such a summary.

    Raises:
        NeedsDecision: they meet, and it was not decided to add them; a span cannot be replaced day by day.

    """
    if decision is Overlap.ADD:
        return
    spanned = overlap.find_spanned_days(
        session, partner_id=upload.partner_id, upload_id=upload.id, stores=stores, days=days
    )
    is_span = upload.stated_from is not None and upload.stated_from != upload.stated_until
    if spanned or (is_span and overlap.may_overlap(session, partner_id=upload.partner_id, stores=stores, days=days)):
        why = say("A summary of several days meets sales that stand for the same days. Add them besides, or cancel?")
        raise NeedsDecision((Question("overlap", why, (Overlap.ADD, "cancel")),))


def _place_zero_days(reader: Reader, places: Places, upload: SalesUpload) -> set[tuple[int, date]]:
    """Return the store-days of which the file says that nothing was sold; of another store than stated it says nothing."""
    placed = {
        (upload.stated_store_id if named is None else places.stores.get(named), day)
        for named, day in reader.find_zero_days()
    }
    return {
        (store_id, day)
        for store_id, day in placed
        if store_id is not None and upload.stated_store_id in {None, store_id}
    }


def _stores_of(places: Places, upload: SalesUpload) -> set[int]:
    return {upload.stated_store_id} if upload.stated_store_id else set(places.stores.values())


def _settle_overlap(
    session: Session,
    *,
    by: Actor,
    upload: SalesUpload,
    decision: Overlap,
    for_ever: bool,
    zero_days: Collection[tuple[int, date]],
) -> tuple[int, int]:
    """Take out staged lines that stand already; return how many, and how many standing ones were replaced.

    Raises:
        NeedsDecision: something differs and nothing was decided about it.

    """
    postings = overlap.find_postings(session, partner_id=upload.partner_id, zero_days=zero_days)
    known = overlap.match_known(session, partner_id=upload.partner_id, upload_id=upload.id, postings=postings)
    clash = overlap.find_clash(session, upload_id=upload.id, for_ever=for_ever)
    if clash.moved_lines and decision is Overlap.REPLACE:
        why = say(
            "Overlap: {clash}. These cannot be replaced by a file; reverse the upload they came with. Add, or cancel?",
            clash=clash.describe(),
        )
        raise NeedsDecision((Question("overlap", why, (Overlap.ADD, "cancel")),))
    if clash and decision is Overlap.ASK:
        why = say("Overlap: {clash}. Add them besides, replace what stands, or cancel?", clash=clash.describe())
        raise NeedsDecision((Question("overlap", why, (Overlap.ADD, Overlap.REPLACE, "cancel")),))
    reversed_rows = 0
    if clash.standing_lines and decision is Overlap.REPLACE:
        reversed_rows = _reverse_clashing(session, by=by, upload=upload)
        overlap.load_standing(session, partner_id=upload.partner_id, upload_id=upload.id, postings=postings)
    overlap.keep_new(session)
    return known, reversed_rows


def _settle_cancelled(
    session: Session, cancelled: CancelledLines, *, by: Actor, upload: SalesUpload, decision: Overlap
) -> int:
    """Take sales out of the books that an earlier file reported and this one calls cancelled; return how many.

    Raises:
        NeedsDecision: there are such, and nothing was decided about them.

    """
    lines = cancelled.find_standing(session, partner_id=upload.partner_id, upload_id=upload.id)
    if not lines or decision is Overlap.ADD:
        return 0
    if decision is Overlap.ASK:
        why = say(
            "{lines} rows are cancelled in this file, but posted from an earlier one. Take those sales back (replace),"
            " let them stand (add), or cancel?",
            lines=lines,
        )
        raise NeedsDecision((Question("overlap", why, (Overlap.ADD, Overlap.REPLACE, "cancel")),))
    return _reverse_chosen(session, by=by, upload=upload, table="cancelled")


def _reverse_clashing(session: Session, *, by: Actor, upload: SalesUpload) -> int:
    """Reverse the standing lines that differ from the file."""
    return _reverse_chosen(session, by=by, upload=upload, table="clashing")


def _reverse_chosen(session: Session, *, by: Actor, upload: SalesUpload, table: str) -> int:
    """Reverse the standing lines in the temporary *table*, one posting for each upload they came from; return how many."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.to_reverse"))
    session.execute(
        text(f"CREATE TEMPORARY TABLE to_reverse ON COMMIT DROP AS SELECT posting_no, row_no, upload_id FROM {table}")  # noqa: S608  # one of ours
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


def choose_lines_of(session: Session, upload: SalesUpload) -> None:
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


def book_parked(session: Session, *, by: Actor, partner_id: int, upload_id: int) -> int:
    """Post what can be placed of one upload's parked lines; return how many rows are parked no longer."""
    upload = session.get_one(SalesUpload, upload_id)
    places = _find_parked_places(session, upload)
    if not places.producers and not _waits_for(session, upload_id, places.stores):
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
    dismiss_foreign(session, partner_id=partner_id, upload_id=upload_id, store_id=upload.stated_store_id)
    known = _match_parked(session, partner_id=partner_id, upload_id=upload_id, for_ever=_is_for_ever(session, upload))
    overlap.keep_new(session)
    posting.insert_plain(session, writer.sums, partner_id=partner_id, number=number)
    posting.insert_returns(session, writer.sums, partner_id=partner_id, number=number)
    if writer.sums.days or known:
        posted = posting.record_posting(
            session, writer.sums, partner_id=partner_id, number=number, kind="parked", upload_id=upload_id,
            known_rows=known, by_user_id=by.user_id,
        )  # fmt: skip
        known += posted.rows
        keep_findings(PostedLines(session, partner_id, upload_id, number, writer.sums, places, waits_newly=False))
        _mark_placed(session, partner_id=partner_id, upload_id=upload_id, number=number)
        record_event(
            session, by=by, act="parked lines placed", subject=f"upload:{upload_id}", posting=number, rows=posted.rows
        )
    return known


def _is_for_ever(session: Session, upload: SalesUpload) -> bool:
    profile = session.get(SalesProfile, upload.profile_id)
    return profile is not None and Layout.from_json(profile.layout).receipts is Receipts.FOR_EVER


def _match_parked(session: Session, *, partner_id: int, upload_id: int, for_ever: bool) -> int:
    """Find the staged lines that stand already; those that clash with what stands go on waiting for a person."""
    while True:
        postings = overlap.find_postings(session, partner_id=partner_id)
        savepoint = session.begin_nested()
        known = overlap.match_known(session, partner_id=partner_id, upload_id=upload_id, postings=postings)
        if not overlap.find_clash(session, upload_id=upload_id, for_ever=for_ever):
            savepoint.commit()
            return known
        rows = overlap.find_clashing_rows(session, upload_id=upload_id) or overlap.find_staged_rows(session)
        savepoint.rollback()
        overlap.put_back(session, rows, upload_id=upload_id)


def _waits_for(session: Session, upload_id: int, stores: Collection[str]) -> bool:
    """Say whether lines of an upload wait for one of *stores*, though it is known by now."""
    query = text("""
        SELECT EXISTS (SELECT FROM sales_parked WHERE upload_id = :upload AND state = 'open' AND readable
          AND reason = 'store.unknown' AND trim(store_code) = ANY(:stores))""")
    return bool(session.scalar(query, {"upload": upload_id, "stores": list(stores)}))


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
        text(
            "SELECT reason, count(*) AS lines FROM sales_parked WHERE upload_id = :upload AND state = 'open' GROUP BY reason"
        ),
        {"upload": upload.id},
    )
    waiting = Counter({row.reason: row.lines for row in rows})
    if waiting:
        facts = {"upload": upload.id, "name": upload.name, "lines": dict(waiting)}
        recipients = ("role:dinas_finance", f"partner:{upload.partner_id}")
        record_notices(session, [Message("sales.parked", recipient, facts) for recipient in recipients])
