"""Papers as people look at them: only those within the reader's reach, personal numbers only for those who need them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, RowMapping, Select, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from compliance.assessment import ReferenceHit
from compliance.facts import Kind
from compliance.findings import Verdict
from compliance.standing import State
from consign.documents.masked import is_personal, sees_personal, select_number, show_masked, show_number, show_values
from consign.documents.parts import find_hits
from consign.documents.rules import DocumentMissing
from consign.documents.wording import ShownFinding, load_findings
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.documents import Document, DocumentEvent, DocumentPage, DocumentProduct
from consign.models.identity import UserAccount
from consign.models.partners import Producer
from consign.sentence import say

_SUBMITTER, _HOLDER, _DECIDER = (
    aliased(UserAccount, name="submitter"),
    aliased(UserAccount, name="holder"),
    aliased(UserAccount, name="decider"),
)
_LATER = aliased(Document, name="later")
ENDS = ("past", "7", "30", "60")
"""What lists of papers filter by: those that have ended, or end within so many days."""
MONTHS_AHEAD = 12


@dataclass(frozen=True)
class PageSeen:
    """The picture of a page; *number* counts from 1, *width* and *height* are in pixels."""

    number: int
    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class ProductSeen:
    """A product that a paper is for."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that happened to a paper; *by* is the person's name, blank where no person did it."""

    at: datetime
    by: str | None
    what: str
    note: str | None


@dataclass(frozen=True)
class SeenDocument:
    """Everything for the page of a paper. What the reader may not see is masked or left out."""

    id: int
    producer_id: int
    producer_code: str
    producer: str
    producer_nib: str | None
    owner_name: str | None
    kind: Kind
    state: State
    stage: str | None
    number: str | None
    """As typed; masked where `masked` says so."""
    issued_on: date | None
    valid_until: date | None
    """Last day that is printed on it."""
    ends_on: date | None
    """Last day on which it can be valid; blank where it has no end or none is known."""
    holder: str | None
    details: dict[str, str]
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    """The file; blank where there is none or the reader may not see it."""
    pages: tuple[PageSeen, ...]
    values: list[dict[str, Any]]
    """What was read from the file: field, value, text, sure, confidence, page, box, source."""
    findings: list[ShownFinding]
    verdict: Verdict
    hits: list[ReferenceHit]
    """What the lists of other offices say about the number now."""
    products: tuple[ProductSeen, ...]
    history: list[HistoryEntry]
    replaces_id: int | None
    replaced_by_id: int | None
    """A later paper that is handed in to replace this one and not decided about."""
    submitted_by: int
    submitted_by_name: str
    submitted_at: datetime
    claimed_by: int | None
    claimed_by_name: str | None
    claimed_at: datetime | None
    first_by: int | None
    decided_by_name: str | None
    decided_at: datetime | None
    reason: str | None
    consulted: str | None
    masked: bool
    """Whether personal numbers are hidden from the reader, and with them file, pages and what was read."""


def find_document_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the papers that *by* may see.

    Filters: `state`, `kind`, `producer` (a code), `ends` (`past`, `7`, `30` or `60`: of those in force). A row has id,
    kind, state, stage, number, producer_code, producer, products (how many; 0: the business as a whole), holder,
    issued_on, valid_until (the last day on which it can be valid; blank without an end), verdict, submitted_at, days_left.
    """
    return _fetch(session, _filter(_select_documents(by, on=on), wish, on=on), by=by, wish=wish, sort="-submitted_at")


def find_notes(session: Session, document_ids: Collection[int]) -> dict[int, str]:
    """Return by id what the dinas wrote to be corrected on papers that were found as the reader's own; some have nothing."""
    query = select(Document.id, Document.reason).where(
        Document.id.in_(document_ids), Document.state == State.NEEDS_CORRECTION, Document.reason.is_not(None)
    )
    return {row.id: row.reason for row in session.execute(query)} if document_ids else {}


def find_expiring(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the papers in force that have an end, those that end first at the top.

    Rows and filters are those of `find_document_page`, and the filter `month` (`2026-12`).
    """
    query = _select_documents(by, on=on).where(Document.state == State.APPROVED, Document.ends_on.is_not(None))
    if month := wish.filters.get("month"):
        query = query.where(func.to_char(Document.ends_on, "YYYY-MM") == month)
    return _fetch(session, _filter(query, wish, on=on), by=by, wish=wish, sort="valid_until")


@dataclass(frozen=True)
class EndsInMonth:
    """How many papers in force end in the month that begins on *month*; blank for all that have ended before."""

    month: date | None
    papers: int


def count_ends_by_month(session: Session, *, by: Actor, on: date) -> list[EndsInMonth]:
    """Count the papers in force that have ended by *on*, and those that end in this month and the eleven after it.

    The ones that have ended stand first; every month is there.
    """
    papers = _select_documents(by, on=on).where(Document.state == State.APPROVED).subquery()
    month = cast(func.date_trunc("month", papers.c.valid_until), Date)
    query = select(month, func.count()).where(papers.c.valid_until >= on).group_by(month).order_by(month)
    ends = {row[0]: row[1] for row in session.execute(query)}
    past = session.scalar(select(func.count()).where(papers.c.valid_until < on)) or 0
    months, first = [], on.replace(day=1)
    for _ in range(MONTHS_AHEAD):
        months.append(EndsInMonth(first, ends.get(first, 0)))
        first = (first + timedelta(31)).replace(day=1)
    return [EndsInMonth(None, past), *months]


def get_document_seen(session: Session, *, by: Actor, document_id: int | str) -> SeenDocument:
    """Return everything for the page of the paper whose id stands in an address.

    Raises:
        DocumentMissing: there is none that *by* may see.

    """
    row = _get_row(session, by=by, document_id=document_id)
    document: Document = row["Document"]
    kind = Kind(document.kind)
    in_full = sees_personal(by) or document.submitted_by == by.user_id
    shown_number = show_number(kind, document.number, in_full=in_full)
    masked = not in_full and is_personal(kind)
    return SeenDocument(
        id=document.id,
        producer_id=document.producer_id,
        producer_code=row["producer_code"],
        producer=row["producer"],
        producer_nib=row["nib"],
        owner_name=row["owner_name"],
        kind=kind,
        state=State(document.state),
        stage=document.stage,
        number=shown_number,
        issued_on=document.issued_on,
        valid_until=document.valid_until,
        ends_on=document.ends_on,
        holder=document.holder,
        details=dict(document.details or {}),
        file_name=document.file_name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=None if masked else document.sha256,
        pages=() if masked else _find_pages(session, document.id),
        values=show_values(kind, document.values_read or [], in_full=in_full),
        findings=show_masked(kind, load_findings(document.findings or []), in_full=in_full),
        verdict=Verdict(document.verdict),
        hits=find_hits(session, document.kind, document.number_compact),
        products=_find_products(session, document.id),
        history=find_history(session, document_id=document.id),
        replaces_id=document.replaces_id,
        replaced_by_id=row["replaced_by_id"],
        submitted_by=document.submitted_by,
        submitted_by_name=row["submitted_by_name"],
        submitted_at=document.submitted_at,
        claimed_by=document.claimed_by,
        claimed_by_name=row["claimed_by_name"],
        claimed_at=document.claimed_at,
        first_by=document.first_by,
        decided_by_name=row["decided_by_name"],
        decided_at=document.decided_at,
        reason=document.reason,
        consulted=document.consulted,
        masked=masked,
    )


def find_history(session: Session, *, document_id: int) -> list[HistoryEntry]:
    """Return what happened to a paper, the first first; ask only for papers that the reader may see."""
    query = (
        select(DocumentEvent.at, UserAccount.name.label("by"), DocumentEvent.what, DocumentEvent.note)
        .outerjoin(UserAccount, UserAccount.id == DocumentEvent.by)
        .where(DocumentEvent.document_id == document_id)
        .order_by(DocumentEvent.id)
    )
    return [HistoryEntry(row.at, row.by, row.what, row.note) for row in session.execute(query)]


def _select_documents(by: Actor, *, on: date) -> Select[Any]:
    """Return the papers *by* may see, as rows of lists."""
    reach = get_reach(by, Act.READ_PAPERS)
    products = (
        select(func.count()).where(DocumentProduct.document_id == Document.id).correlate(Document).scalar_subquery()
    )
    columns: list[Value] = [
        Document.id,
        Document.kind,
        Document.state,
        Document.stage,
        select_number(by),
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        products.label("products"),
        Document.holder,
        Document.issued_on,
        Document.ends_on.label("valid_until"),
        Document.verdict,
        Document.submitted_at,
        (Document.ends_on - literal(on, Date)).label("days_left"),
    ]
    query = select(*columns).select_from(Document).join(Producer, Producer.id == Document.producer_id)
    if reach.producer_id is not None:
        query = query.where(Document.producer_id == reach.producer_id)
    return query


def _filter(query: Select[Any], wish: Wish, *, on: date) -> Select[Any]:
    filters = wish.filters
    if filters.get("state"):
        query = query.where(Document.state == filters["state"])
    if filters.get("kind"):
        query = query.where(Document.kind == filters["kind"])
    if filters.get("producer"):
        query = query.where(Producer.code == filters["producer"])
    if (ends := filters.get("ends")) in ENDS:
        in_force = query.where(Document.state == State.APPROVED)
        if ends == "past":
            return in_force.where(Document.ends_on < on)
        return in_force.where(Document.ends_on.between(on, on + timedelta(int(ends))))
    return query


def _fetch(session: Session, query: Select[Any], *, by: Actor, wish: Wish, sort: str) -> Found:
    sorts = columns_of(query)
    found = fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort=sort,
        searched=[sorts["number"], Document.holder, Producer.code, Producer.name],
        tie=Document.id,
    )
    if sees_personal(by):
        return found
    return replace(found, rows=_mask_rows(session, found.rows))


def _mask_rows(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Fill in the personal numbers that were left out, masked: one statement for a whole page."""
    missing = [row["id"] for row in rows if row["number"] is None]
    query = select(Document.id, Document.kind, Document.number).where(Document.id.in_(missing))
    hidden = {row.id: show_number(Kind(row.kind), row.number, in_full=False) for row in session.execute(query)}
    return [{**row, "number": row["number"] or hidden.get(row["id"])} for row in rows]


def _get_row(session: Session, *, by: Actor, document_id: int | str) -> RowMapping:
    reach = get_reach(by, Act.READ_PAPERS)
    replaced_by: ColumnElement[int | None] = (
        select(func.max(_LATER.id))
        .where(
            _LATER.replaces_id == Document.id,
            _LATER.state.in_(
                (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.SECOND_LOOK, State.NEEDS_CORRECTION)
            ),
        )
        .correlate(Document)
        .scalar_subquery()
    )
    query = (
        select(
            Document,
            Producer.code.label("producer_code"),
            Producer.name.label("producer"),
            Producer.nib,
            Producer.owner_name,
            _SUBMITTER.name.label("submitted_by_name"),
            _HOLDER.name.label("claimed_by_name"),
            _DECIDER.name.label("decided_by_name"),
            replaced_by.label("replaced_by_id"),
        )
        .join(Producer, Producer.id == Document.producer_id)
        .join(_SUBMITTER, _SUBMITTER.id == Document.submitted_by)
        .outerjoin(_HOLDER, _HOLDER.id == Document.claimed_by)
        .outerjoin(_DECIDER, _DECIDER.id == Document.decided_by)
        .where(Document.id == parse_id(str(document_id)))
    )
    if reach.producer_id is not None:
        query = query.where(Document.producer_id == reach.producer_id)
    row = session.execute(query.execution_options(populate_existing=True)).mappings().one_or_none()
    if row is None:
        raise DocumentMissing(say("There is no such paper."))
    return row


def _find_pages(session: Session, document_id: int) -> tuple[PageSeen, ...]:
    query = select(DocumentPage).where(DocumentPage.document_id == document_id).order_by(DocumentPage.number)
    return tuple(PageSeen(page.number, page.sha256, page.width, page.height) for page in session.scalars(query))


def _find_products(session: Session, document_id: int) -> tuple[ProductSeen, ...]:
    query = (
        select(Product.id, Product.code, Product.name)
        .join(DocumentProduct, DocumentProduct.product_id == Product.id)
        .where(DocumentProduct.document_id == document_id)
        .order_by(Product.code)
    )
    return tuple(ProductSeen(row.id, row.code, row.name) for row in session.execute(query))


def find_covered(session: Session, *, producer_id: int, document_id: int | None) -> set[int]:
    """Return the products that the producer's paper is for; none where there is no such paper, or it is for all."""
    query = select(DocumentProduct.product_id).where(
        DocumentProduct.document_id == document_id, DocumentProduct.producer_id == producer_id
    )
    return set(session.scalars(query))
