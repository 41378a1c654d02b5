"""Notes about goods: numbered, written, found, and held while something is decided about them."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.remarks import tidy_remark
from consign.identity.rules import Act, Actor, get_reach
from consign.models.catalogue import Product, ProductPrice
from consign.models.partners import Store
from consign.models.stock import StockCounter, StockNote, StockNoteLine
from consign.sentence import Code, say
from consign.stock.batches import keep_batches
from consign.stock.rules import (
    PREFIXES,
    NewLine,
    NoteKind,
    NoteNotOpen,
    NoteState,
    NoteUnknown,
    describe_kind,
    tidy_batch,
)


def add_note(
    session: Session,
    *,
    by: Actor,
    kind: NoteKind,
    state: NoteState,
    store: Store,
    day: date,
    to_store_id: int | None = None,
    producer_id: int | None = None,
    is_full: bool | None = None,
    remark: str = "",
    answers_id: int | None = None,
) -> StockNote:
    """Write a note without lines, with the next number of its kind in the year of its *day*."""
    note = StockNote(
        number=_take_number(session, kind=kind, year=day.year),
        kind=kind,
        state=state,
        partner_id=store.partner_id,
        store_id=store.id,
        to_store_id=to_store_id,
        producer_id=producer_id,
        day=day,
        is_full=is_full,
        remark=tidy_remark(remark),
        answers_id=answers_id,
        made_by=by.user_id,
        made_at=clock.now(),
    )
    session.add(note)
    session.flush()
    return note


def add_lines(
    session: Session, note: StockNote, lines: Sequence[NewLine], *, opens: Collection[int] = ()
) -> list[StockNoteLine]:
    """Write the lines of a note in their order, with the price of its day; a batch that is named is kept.

    *lines* were looked at by `rules.refuse_lines`. *opens* are the products whose stock begins with this count.
    """
    products = sorted({line.product_id for line in lines})
    prices = find_prices(session, product_ids=products, on=note.day)
    batches = keep_batches(
        session, [(one.product_id, one.batch, one.expires_on) for one in lines if one.batch.strip() or one.expires_on]
    )
    rows = [
        StockNoteLine(
            note_id=note.id,
            line_no=line_no,
            product_id=line.product_id,
            batch_id=batches.get((line.product_id, tidy_batch(line.batch), line.expires_on)),
            quantity=line.quantity,
            price_rp=prices.get(line.product_id),
            reason=line.reason,
            opens=line.product_id in opens,
        )
        for line_no, line in enumerate(lines, 1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def find_prices(session: Session, *, product_ids: Sequence[int], on: date) -> dict[int, int]:
    """Return the consumer prices of products on a day, in rupiah; a product without one is left out."""
    query = select(ProductPrice.product_id, ProductPrice.price_rp)
    rows = session.execute(query.where(ProductPrice.product_id.in_(product_ids), ProductPrice.days.contains(on)))
    return {row.product_id: row.price_rp for row in rows}


def get_note(session: Session, number: str, *, by: Actor) -> StockNote:
    """Return the note with *number*, if it is for this person to see.

    Raises:
        NoteUnknown: there is none, or it is not.

    """
    note = session.scalar(select(StockNote).where(StockNote.number == number.strip().upper(), notes_within(by)))
    if note is None:
        raise NoteUnknown(say("There is no note {number}; nothing was changed.", number=number))
    return note


def notes_within(by: Actor) -> ColumnElement[bool]:
    """Return the condition under which *by* may see a note; one of several producers' goods is seen by each of them.

    Raises:
        NotAllowed: the person may see none at all.

    """
    reach = get_reach(by, Act.READ_STOCK)
    conditions: list[ColumnElement[bool]] = []
    if reach.partner_id is not None:
        conditions.append(StockNote.partner_id == reach.partner_id)
    if reach.store_id is not None:
        conditions.append(or_(StockNote.store_id == reach.store_id, StockNote.to_store_id == reach.store_id))
    if reach.producer_id is not None:
        own = (
            select(StockNoteLine.note_id)
            .join(Product, Product.id == StockNoteLine.product_id)
            .where(StockNoteLine.note_id == StockNote.id, Product.producer_id == reach.producer_id)
        )
        several = and_(StockNote.producer_id.is_(None), own.exists())
        conditions.append(or_(StockNote.producer_id == reach.producer_id, several))
    return and_(true(), *conditions)


def lock_note(session: Session, note_id: int) -> StockNote:
    """Return the note as it stands now and hold it until the transaction ends, before its stores are locked.

    Raises:
        NoteUnknown: there is none.

    """
    query = select(StockNote).where(StockNote.id == note_id).with_for_update(key_share=True)
    note = session.scalars(query.execution_options(populate_existing=True)).first()
    if note is None:
        raise NoteUnknown(say("There is no note {number}; nothing was changed.", number=note_id))
    return note


def refuse_state(note: StockNote, *wanted: NoteState) -> None:
    """Refuse to go on with a note that stands otherwise than *wanted*.

    Raises:
        NoteNotOpen: it does.

    """
    if note.state not in wanted:
        raise NoteNotOpen(
            say(
                "{kind} {number} is {state}; nothing was changed.",
                kind=describe_kind(note.kind), number=note.number, state=Code("note_state", note.state),
            )
        )  # fmt: skip


def find_lines(session: Session, note_id: int) -> list[StockNoteLine]:
    """Return the lines of a note in their order."""
    query = select(StockNoteLine).where(StockNoteLine.note_id == note_id).order_by(StockNoteLine.line_no)
    return list(session.scalars(query))


def sum_quantities(lines: Sequence[StockNoteLine]) -> dict[int, Decimal]:
    """Return the quantity of each line by its number."""
    return {line.line_no: line.quantity for line in lines}


def _take_number(session: Session, *, kind: NoteKind, year: int) -> str:
    """Take the next number of a kind in a year; others wait until this transaction ends."""
    prefix = PREFIXES[kind]
    counter = postgresql.insert(StockCounter).values(prefix=prefix, year=year, last=1)
    last = session.execute(
        counter.on_conflict_do_update(
            index_elements=["prefix", "year"], set_={"last": StockCounter.last + 1}
        ).returning(StockCounter.last)
    ).scalar_one()
    return f"{prefix}-{year}-{last:06d}"
