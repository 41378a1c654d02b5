"""Notes about goods as people look at them: only those within the reader's reach, and of them only the reader's goods."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Session, aliased

from consign.catalogue.queries import find_numbers
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, fetch_page
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer, Store
from consign.models.stock import StockBatch, StockMovement, StockNote, StockNoteLine, StockRefusal
from consign.money import divide_half_away
from consign.stock.cautions import Caution, find_cautions
from consign.stock.note_acts import find_open_acts
from consign.stock.notes import get_note, notes_within
from consign.stock.rules import NoteState

_MAKERS, _CONFIRMERS, _ENDERS = (
    aliased(UserAccount, name="makers"),
    aliased(UserAccount, name="confirmers"),
    aliased(UserAccount, name="enders"),
)
_ASKED, _ANSWER = aliased(StockNote, name="asked"), aliased(StockNote, name="answer")
ToStore = aliased(Store, name="to_store")
WAITING = (NoteState.ASKED, NoteState.SENT, NoteState.OPEN)
MILLI = 1000
UNMOVED = frozenset({NoteState.ASKED, NoteState.ANSWERED, NoteState.OPEN})
"""States in which a note has moved nothing."""


@dataclass(frozen=True)
class RefusedPart:
    """What was not taken of a line, for one reason: a code of `refusal`."""

    reason: str
    quantity: Decimal


@dataclass(frozen=True)
class NoteLineSeen:
    """One line as a page or a paper shows it."""

    line_no: int
    product_id: int
    product_code: str
    product: str
    net_content: int
    net_unit: str
    number: str | None
    """The barcode that the product bears on the note's day; blank where it has none."""
    producer_code: str
    producer: str
    batch: str
    """Blank where nobody said which."""
    expires_on: date | None
    sent: Decimal
    """As sent, asked for, written off or counted."""
    accepted: Decimal | None
    """Blank until the receiver said it."""
    refused: tuple[RefusedPart, ...]
    price_rp: int | None
    amount_rp: int | None
    """Of what was sent, rounded half away from zero; blank without a price. *accepted_rp* is that of what was taken."""
    accepted_rp: int | None
    reason: str | None
    """A code of `stock_reason`."""
    opens: bool


@dataclass(frozen=True)
class NoteTotals:
    """The sums of lines. What was accepted and refused is blank until the receiver said it."""

    lines: int
    quantity: Decimal
    amount_rp: int
    """Of the lines that have a price."""
    accepted: Decimal | None
    refused: Decimal | None
    accepted_rp: int | None


@dataclass(frozen=True)
class NoteView:
    """One note with all that a page or a paper of it says."""

    note: StockNote
    partner: Partner
    store: Store
    to_store: Store | None
    producer: Producer | None
    made_by: str
    confirmed_by: str | None
    ended_by: str | None
    answers: str | None
    """Number of the pull-back that it answers."""
    answered_by: str | None
    """Number of the return that answers it, and counts."""
    lines: tuple[NoteLineSeen, ...]
    totals: NoteTotals
    movements: Sequence[RowMapping]
    """Each has id, line_no, store, product_code, product, day, kind, quantity, batch, expires_on and reverses_id."""
    cautions: tuple[Caution, ...]
    acts: frozenset[str]
    """Which of `confirm`, `cancel` and `reverse` the reader may do now."""


def find_notes_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the notes that *by* may see, the latest first.

    Filters: `kind`, `state`, `partner`, `store` (code; sending or receiving), `producer` (codes), `waiting` (anything: not
    done yet), `from` and `until` (days, both inside). A row has id, number, kind, state, day, partner_code, partner,
    store_code, store, to_store, producer_code, producer, lines, quantity, amount_rp, made_at, confirmed_on and remark; a
    producer's count own goods alone.
    """
    query = _select_notes(by).where(notes_within(by), *_ask_notes(wish.filters))
    sorts: dict[str, Value] = {
        "number": StockNote.number, "kind": StockNote.kind, "state": StockNote.state, "day": StockNote.day,
        "partner": Partner.name, "store": Store.name, "to_store": ToStore.name, "producer": Producer.name,
        "made_at": StockNote.made_at, "confirmed_on": StockNote.confirmed_on,
    }  # fmt: skip
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-day",
        searched=[StockNote.number, Store.code, Store.name, ToStore.name, Producer.code, Producer.name, StockNote.remark],
        tie=StockNote.id.desc(),
    )  # fmt: skip


def find_note_view(session: Session, *, by: Actor, number: str) -> NoteView:
    """Return one note with all that is shown of it; a producer sees the own lines of a note with goods of several.

    Raises:
        NoteUnknown: there is none, or it is not for this person to see.

    """
    note = get_note(session, number, by=by)
    own = get_reach(by, Act.READ_STOCK).producer_id
    head = _find_head(session, note)
    rows = _find_line_rows(session, note, own=own)
    lines = _see_lines(session, note, rows)
    shown = {one.line_no for one in lines}
    products = {row.Product.id: row.Product for row in rows}
    return NoteView(
        note=note,
        partner=head.Partner,
        store=head.Store,
        to_store=head.to_store,
        producer=head.Producer,
        made_by=head.made_by,
        confirmed_by=head.confirmed_by,
        ended_by=head.ended_by,
        answers=head.answers,
        answered_by=head.answered_by,
        lines=lines,
        totals=_sum_up(lines),
        movements=_find_movements(session, note, shown) if note.state not in UNMOVED else (),
        cautions=tuple(find_cautions(session, note, [row.StockNoteLine for row in rows], products=products)),
        acts=find_open_acts(by, note),
    )


def _find_head(session: Session, note: StockNote) -> Any:  # noqa: ANN401  # a row
    """Return who is behind a note and what it has to do with others, all at once."""
    counts = [NoteState.SENT, NoteState.CONFIRMED]
    answered_by = select(func.max(_ANSWER.number)).where(_ANSWER.answers_id == StockNote.id, _ANSWER.state.in_(counts))
    return session.execute(
        select(
            Partner, Store, ToStore, Producer, _MAKERS.name.label("made_by"), _CONFIRMERS.name.label("confirmed_by"),
            _ENDERS.name.label("ended_by"), _ASKED.number.label("answers"), answered_by.scalar_subquery().label("answered_by"),
        )
        .select_from(StockNote)
        .join(Partner, Partner.id == StockNote.partner_id)
        .join(Store, Store.id == StockNote.store_id)
        .outerjoin(ToStore, ToStore.id == StockNote.to_store_id)
        .outerjoin(Producer, Producer.id == StockNote.producer_id)
        .join(_MAKERS, _MAKERS.id == StockNote.made_by)
        .outerjoin(_CONFIRMERS, _CONFIRMERS.id == StockNote.confirmed_by)
        .outerjoin(_ENDERS, _ENDERS.id == StockNote.ended_by)
        .outerjoin(_ASKED, _ASKED.id == StockNote.answers_id)
        .where(StockNote.id == note.id)
    ).one()  # fmt: skip


def _select_notes(by: Actor) -> Select[Any]:
    own = get_reach(by, Act.READ_STOCK).producer_id
    lines, quantity, amount = (
        select(column)
        .select_from(StockNoteLine)
        .join(Product, Product.id == StockNoteLine.product_id)
        .where(StockNoteLine.note_id == StockNote.id, true() if own is None else Product.producer_id == own)
        .correlate(StockNote)
        .scalar_subquery()
        for column in (
            func.count(),
            func.coalesce(func.sum(StockNoteLine.quantity), 0),
            cast(func.coalesce(func.sum(func.round(StockNoteLine.price_rp * StockNoteLine.quantity)), 0), BIGINT),
        )
    )
    columns: list[Value] = [
        StockNote.id, StockNote.number, StockNote.kind, StockNote.state, StockNote.day,
        Partner.code.label("partner_code"), Partner.name.label("partner"), Store.code.label("store_code"),
        Store.name.label("store"), ToStore.name.label("to_store"), Producer.code.label("producer_code"),
        Producer.name.label("producer"), lines.label("lines"), quantity.label("quantity"), amount.label("amount_rp"),
        StockNote.made_at, StockNote.confirmed_on, StockNote.remark,
    ]  # fmt: skip
    return (
        select(*columns)
        .select_from(StockNote)
        .join(Partner, Partner.id == StockNote.partner_id)
        .join(Store, Store.id == StockNote.store_id)
        .outerjoin(ToStore, ToStore.id == StockNote.to_store_id)
        .outerjoin(Producer, Producer.id == StockNote.producer_id)
    )


def _ask_notes(asked: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters that are asked for."""
    conditions: list[ColumnElement[bool]] = []
    if asked.get("kind"):
        conditions.append(StockNote.kind == asked["kind"])
    if asked.get("state"):
        conditions.append(StockNote.state == asked["state"])
    if asked.get("waiting"):
        conditions.append(StockNote.state.in_(WAITING))
    if asked.get("partner"):
        conditions.append(Partner.code == asked["partner"])
    if asked.get("store"):
        conditions.append(or_(Store.code == asked["store"], ToStore.code == asked["store"]))
    if asked.get("producer"):
        conditions.append(Producer.code == asked["producer"])
    if asked.get("from"):
        conditions.append(StockNote.day >= date.fromisoformat(asked["from"]))
    if asked.get("until"):
        conditions.append(StockNote.day <= date.fromisoformat(asked["until"]))
    return conditions


def _find_line_rows(session: Session, note: StockNote, *, own: int | None) -> Sequence[Any]:
    query = (
        select(
            StockNoteLine, Product, Producer.code.label("producer_code"), Producer.name.label("producer"),
            StockBatch.code.label("batch"), StockBatch.expires_on,
        )
        .join(Product, Product.id == StockNoteLine.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(StockBatch, StockBatch.id == StockNoteLine.batch_id)
        .where(StockNoteLine.note_id == note.id, true() if own is None else Product.producer_id == own)
        .order_by(StockNoteLine.line_no)
    )  # fmt: skip
    return session.execute(query).all()


def _see_lines(session: Session, note: StockNote, rows: Sequence[Any]) -> tuple[NoteLineSeen, ...]:
    numbers = find_numbers(session, {row.Product.id for row in rows}, on=note.day)
    refused = _find_refused(session, note.id) if note.confirmed_on is not None else {}
    told = note.confirmed_on is not None
    return tuple(_see_line(row, numbers, refused.get(row.StockNoteLine.line_no, ()), told=told) for row in rows)


def _see_line(row: Any, numbers: Mapping[int, str], refused: Sequence[RefusedPart], *, told: bool) -> NoteLineSeen:  # noqa: ANN401  # a row
    line, product = row.StockNoteLine, row.Product
    accepted = line.quantity - sum((one.quantity for one in refused), Decimal(0)) if told else None
    return NoteLineSeen(
        line_no=line.line_no,
        product_id=product.id,
        product_code=product.code,
        product=product.name,
        net_content=product.net_content,
        net_unit=product.net_unit,
        number=numbers.get(product.id),
        producer_code=row.producer_code,
        producer=row.producer,
        batch=row.batch or "",
        expires_on=row.expires_on,
        sent=line.quantity,
        accepted=accepted,
        refused=tuple(refused),
        price_rp=line.price_rp,
        amount_rp=_compute_amount(line.price_rp, line.quantity),
        accepted_rp=_compute_amount(line.price_rp, accepted),
        reason=line.reason,
        opens=line.opens,
    )


def _compute_amount(price_rp: int | None, quantity: Decimal | None) -> int | None:
    if price_rp is None or quantity is None:
        return None
    return divide_half_away(price_rp * int(quantity * MILLI), MILLI)


def _sum_up(lines: Sequence[NoteLineSeen]) -> NoteTotals:
    nothing = Decimal(0)
    told = bool(lines) and all(one.accepted is not None for one in lines)
    refused = sum((part.quantity for one in lines for part in one.refused), nothing)
    return NoteTotals(
        lines=len(lines),
        quantity=sum((one.sent for one in lines), nothing),
        amount_rp=sum(one.amount_rp or 0 for one in lines),
        accepted=sum((one.accepted or nothing for one in lines), nothing) if told else None,
        refused=refused if told else None,
        accepted_rp=sum(one.accepted_rp or 0 for one in lines) if told else None,
    )


def _find_refused(session: Session, note_id: int) -> Mapping[int, list[RefusedPart]]:
    query = select(StockRefusal).where(StockRefusal.note_id == note_id)
    found: defaultdict[int, list[RefusedPart]] = defaultdict(list)
    for one in session.scalars(query.order_by(StockRefusal.line_no, StockRefusal.reason)):
        found[one.line_no].append(RefusedPart(one.reason, one.quantity))
    return found


def _find_movements(session: Session, note: StockNote, shown: set[int]) -> Sequence[RowMapping]:
    query = (
        select(
            StockMovement.id, StockMovement.line_no, Store.name.label("store"), Product.code.label("product_code"),
            Product.name.label("product"), StockMovement.day, StockMovement.kind, StockMovement.quantity,
            StockBatch.code.label("batch"), StockBatch.expires_on, StockMovement.reverses_id,
        )
        .join(Store, Store.id == StockMovement.store_id)
        .join(Product, Product.id == StockMovement.product_id)
        .outerjoin(StockBatch, StockBatch.id == StockMovement.batch_id)
        .where(StockMovement.note_id == note.id, StockMovement.line_no.in_(shown))
        .order_by(StockMovement.id)
    )  # fmt: skip
    return session.execute(query).mappings().all()
