"""Uploads and their rows as people look at them: only those within the reader's reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, null, select, true
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Store
from consign.models.sales import Sale, SalesIgnored, SalesKnown, SalesParked, SalesPosting, SalesUpload
from consign.sales.uploads import OPEN_STATUSES, UploadUnknown
from consign.sentence import say

Archive = aliased(SalesUpload, name="archive")
ADDING = ("file", "parked")
"""Kinds of postings that add what a file reported."""


@dataclass(frozen=True)
class UploadSeen:
    """One upload with the names that are shown beside it."""

    upload: SalesUpload
    partner: Partner
    store: Store | None
    """The store that its uploader stated."""
    received_by: str
    archive: str | None
    """Name of the archive it came in."""


@dataclass(frozen=True)
class UploadSums:
    """What the postings of one upload added; what was reversed later is not taken off."""

    quantity: Decimal
    sales_rp: int
    fee_rp: int
    first_on: date | None
    last_on: date | None


def uploads_within(by: Actor) -> ColumnElement[bool]:
    """Return the condition under which *by* may see an upload: a store manager sees those of the own store alone."""
    reach = get_reach(by, Act.READ_SALES)
    if reach.store_id is not None:
        return and_(SalesUpload.partner_id == reach.partner_id, SalesUpload.stated_store_id == reach.store_id)
    return true() if reach.partner_id is None else SalesUpload.partner_id == reach.partner_id


def find_upload_page(session: Session, *, by: Actor, wish: Wish, zone: str) -> Found:
    """Return a page of the uploads that *by* may see.

    Filters: `partner` and `store` (codes), `status`, `open` (anything: may still bring sales), `waiting` (anything: with
    lines that wait), `from` and `until` (days on which it was received by the clock of *zone*, both inside). A row has id,
    name, received_at, received_by, partner, partner_code, store, status, archive, archive_id, rows_read, posted, known, ignored, waiting and sales_rp.
    """
    posted = select(func.sum(SalesPosting.posted_rows)).where(_adds()).scalar_subquery()
    known = select(func.sum(SalesPosting.known_rows)).where(_adds()).scalar_subquery()
    sales = select(func.sum(SalesPosting.sales_rp)).where(_adds()).scalar_subquery()
    dismissed = _count_parked("dismissed")
    waiting = _count_parked("open")
    columns: list[Value] = [
        SalesUpload.id,
        SalesUpload.name,
        SalesUpload.received_at,
        UserAccount.name.label("received_by"),
        Partner.name.label("partner"),
        Partner.code.label("partner_code"),
        Store.name.label("store"),
        SalesUpload.status,
        Archive.name.label("archive"),
        SalesUpload.archive_id,
        SalesUpload.rows_read,
        posted.label("posted"),
        known.label("known"),
        (SalesUpload.rows_ignored + dismissed).label("ignored"),
        waiting.label("waiting"),
        sales.label("sales_rp"),
    ]
    query = _narrow(_select_uploads(columns).where(uploads_within(by)), wish, waiting, zone)
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="-received_at",
        searched=[SalesUpload.name, Archive.name, Partner.name, Store.name, UserAccount.name],
        tie=SalesUpload.id.desc(),
    )


def _select_uploads(columns: Sequence[Value]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(SalesUpload)
        .join(Partner, Partner.id == SalesUpload.partner_id)
        .join(Store, Store.id == SalesUpload.stated_store_id, isouter=True)
        .join(UserAccount, UserAccount.id == SalesUpload.received_by)
        .join(Archive, Archive.id == SalesUpload.archive_id, isouter=True)
    )


def _narrow(query: Select[Any], wish: Wish, waiting: ColumnElement[int], zone: str) -> Select[Any]:
    for name, column in (("partner", Partner.code), ("store", Store.code), ("status", SalesUpload.status)):
        if wish.filters.get(name):
            query = query.where(column == wish.filters[name])
    if wish.filters.get("open"):
        query = query.where(SalesUpload.status.in_(OPEN_STATUSES))
    if wish.filters.get("waiting"):
        query = query.where(waiting > 0)
    if wish.filters.get("from"):
        first = date.fromisoformat(wish.filters["from"])
        query = query.where(SalesUpload.received_at >= datetime.combine(first, time.min, ZoneInfo(zone)))
    if wish.filters.get("until"):
        after = date.fromisoformat(wish.filters["until"]) + timedelta(1)
        query = query.where(SalesUpload.received_at < datetime.combine(after, time.min, ZoneInfo(zone)))
    return query


def _adds() -> ColumnElement[bool]:
    return and_(SalesPosting.upload_id == SalesUpload.id, SalesPosting.kind.in_(ADDING))


def _count_parked(state: str) -> ColumnElement[int]:
    query = select(func.count()).where(SalesParked.upload_id == SalesUpload.id, SalesParked.state == state)
    return query.scalar_subquery()


def get_upload_seen(session: Session, *, by: Actor, upload_id: str) -> UploadSeen:
    """Return the upload whose id stands in an address.

    Raises:
        UploadUnknown: there is none that *by* may see.

    """
    columns: list[Any] = [SalesUpload, Partner, Store, UserAccount.name, Archive.name.label("archive")]
    query = _select_uploads(columns).where(SalesUpload.id == parse_id(upload_id), uploads_within(by))
    row = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise UploadUnknown(say("There is no upload {upload}; nothing was changed.", upload=upload_id))
    return UploadSeen(row[0], row[1], row[2], row[3], row[4])


def find_state(session: Session, *, by: Actor, upload_id: str) -> str:
    """Return how far an upload is: its status, and of an archive how many files of it are still read.

    Raises:
        UploadUnknown: there is none that *by* may see.

    """
    query = select(SalesUpload.status, SalesUpload.outcome["members"].label("members")).where(
        SalesUpload.id == parse_id(upload_id), uploads_within(by)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise UploadUnknown(say("There is no upload {upload}; nothing was changed.", upload=upload_id))
    if row.status != "unpacked":
        return str(row.status)
    ids = {one["upload"] for one in row.members if "upload" in one}
    waiting = select(func.count()).where(SalesUpload.id.in_(ids), SalesUpload.status == "received")
    return tell_archive_state(session.scalar(waiting) or 0)


def tell_archive_state(waiting: int) -> str:
    """Return the state of an unpacked archive of which so many files are still read."""
    return f"unpacked, {waiting} being read" if waiting else "unpacked"


def find_upload_sums(session: Session, upload_id: int) -> UploadSums:
    """Return what the postings of an upload added."""
    row = session.execute(
        select(
            func.coalesce(func.sum(SalesPosting.quantity), 0).label("quantity"),
            func.coalesce(func.sum(SalesPosting.sales_rp), 0).label("sales_rp"),
            func.coalesce(func.sum(SalesPosting.fee_rp), 0).label("fee_rp"),
            func.min(SalesPosting.first_on).label("first_on"),
            func.max(SalesPosting.last_on).label("last_on"),
        ).where(SalesPosting.upload_id == upload_id, SalesPosting.kind.in_(ADDING))
    ).one()
    return UploadSums(Decimal(row.quantity), int(row.sales_rp), int(row.fee_rp), row.first_on, row.last_on)


def find_problem_page(session: Session, *, upload_id: int, wish: Wish) -> Found:
    """Return a page of the rows of an upload that could not be posted when it was read.

    Filters: `state` and `reason`. A row has row_no, reason, column, cell, raw, state, note, sold_on and product_name.
    """
    columns: list[Value] = [
        SalesParked.row_no,
        SalesParked.reason,
        SalesParked.column,
        SalesParked.cell,
        func.replace(SalesParked.raw, "\t", " | ").label("raw"),
        SalesParked.state,
        SalesParked.note,
        SalesParked.sold_on,
        SalesParked.product_name,
    ]
    query = select(*columns).where(SalesParked.upload_id == upload_id)
    for name, column in (("state", SalesParked.state), ("reason", SalesParked.reason)):
        if wish.filters.get(name):
            query = query.where(column == wish.filters[name])
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="row_no",
        searched=[SalesParked.cell, SalesParked.raw, SalesParked.product_name],
        tie=SalesParked.row_no,
    )


def find_ignored_page(session: Session, *, upload_id: int, wish: Wish) -> Found:
    """Return a page of the rows of an upload that count as no sales.

    A row has row_no, reason (blank where a person dismissed it), note (why the person did) and raw.
    """
    left_out = select(SalesIgnored.row_no, SalesIgnored.reason, null().label("note"), SalesIgnored.raw).where(
        SalesIgnored.upload_id == upload_id
    )
    dismissed = select(SalesParked.row_no, null(), SalesParked.note, SalesParked.raw).where(
        SalesParked.upload_id == upload_id, SalesParked.state == "dismissed"
    )
    rows = left_out.union_all(dismissed).subquery()
    query = select(rows.c.row_no, rows.c.reason, rows.c.note, func.replace(rows.c.raw, "\t", " | ").label("raw"))
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="row_no",
        searched=[rows.c.raw, rows.c.note],
        tie=rows.c.row_no,
    )


def find_line_page(session: Session, *, upload: SalesUpload, wish: Wish) -> Found:
    """Return a page of the sales that an upload reported: those it posted, or with `what` = `known` those that stood.

    With `price` = `differs` only those whose price at the till is not the agreed one, with `row` only that row. A row has row_no, sold_on, store,
    receipt, product, product_code, quantity, unit_price_rp, agreed_price_rp, gross_rp, discount_rp, sales_rp and fee_rp.
    """
    if wish.filters.get("what") == "known":
        row_no: Value = SalesKnown.row_no
        met = and_(
            SalesKnown.upload_id == upload.id,
            Sale.posting_no == SalesKnown.sale_posting_no,
            Sale.row_no == SalesKnown.sale_row_no,
        )
        source: Any = SalesKnown.__table__.join(Sale.__table__, met)
    else:
        row_no = Sale.row_no
        own = and_(
            SalesPosting.partner_id == upload.partner_id,
            SalesPosting.upload_id == upload.id,
            SalesPosting.kind.in_(ADDING),
            Sale.posting_no == SalesPosting.number,
        )
        source = SalesPosting.__table__.join(Sale.__table__, own)
    return _fetch_lines(session, source, row_no, partner_id=upload.partner_id, wish=wish)


def _fetch_lines(session: Session, source: Any, row_no: Value, *, partner_id: int, wish: Wish) -> Found:  # noqa: ANN401  # a join of tables
    columns: list[Value] = [
        row_no.label("row_no"),
        Sale.sold_on,
        Store.name.label("store"),
        Sale.receipt,
        Product.name.label("product"),
        Product.code.label("product_code"),
        Sale.quantity,
        Sale.unit_price_rp,
        Sale.agreed_price_rp,
        Sale.gross_rp,
        Sale.discount_rp,
        Sale.sales_rp,
        Sale.fee_rp,
    ]
    query = (
        select(*columns)
        .select_from(source)
        .join(Store, Store.id == Sale.store_id)
        .join(Product, Product.id == Sale.product_id)
        .where(Sale.partner_id == partner_id)
    )
    if wish.filters.get("price"):
        query = query.where(Sale.unit_price_rp != Sale.agreed_price_rp)
    if wish.filters.get("row"):
        query = query.where(row_no == (parse_id(wish.filters["row"]) or 0))
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="row_no",
        searched=[Product.name, Product.code, Store.name, Sale.receipt],
        tie=row_no,
    )


def find_reversals(session: Session, upload_id: int) -> Sequence[RowMapping]:
    """Return when, by whom and why lines of an upload were taken out of the books again: posted_at, by, reason and rows."""
    query = (
        select(
            SalesPosting.posted_at,
            UserAccount.name.label("by"),
            SalesPosting.reason,
            SalesPosting.posted_rows.label("rows"),
        )
        .join(UserAccount, UserAccount.id == SalesPosting.posted_by)
        .where(SalesPosting.upload_id == upload_id, SalesPosting.kind == "reversal")
        .order_by(SalesPosting.number)
    )
    return session.execute(query).mappings().all()


def find_row_places(session: Session, upload_id: int, *, limit: int) -> Sequence[RowMapping]:
    """Return the first rows of an upload that wait, with what is wrong with each."""
    query = (
        select(SalesParked.row_no, SalesParked.reason, SalesParked.column, SalesParked.cell)
        .where(SalesParked.upload_id == upload_id, SalesParked.state == "open")
        .order_by(SalesParked.row_no)
        .limit(limit)
    )
    return session.execute(query).mappings().all()
