"""Notes that wait for somebody to act on them: what a store, a chain or a producer has to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import PERMITTED, Act, Actor
from consign.models.partners import Producer, Store
from consign.models.stock import StockNote
from consign.stock.rules import NoteKind, NoteState

ToStore = aliased(Store, name="to_store")


@dataclass(frozen=True)
class Waiting:
    """How many notes of a kind wait, since when, and the number of the oldest."""

    kind: str
    count: int
    oldest_on: date
    number: str


def count_waiting(session: Session, *, by: Actor) -> Sequence[Waiting]:
    """Return by kind what waits for *by*; nothing for people of the dinas, who act where others do not."""
    waits = _waits_for(by)
    if waits is None:
        return ()
    query = (
        select(
            StockNote.kind,
            func.count().label("count"),
            func.min(StockNote.day).label("oldest_on"),
            func.min(StockNote.number).label("number"),
        )
        .where(waits)
        .group_by(StockNote.kind)
        .order_by(func.min(StockNote.day), StockNote.kind)
    )
    return [Waiting(row.kind, row.count, row.oldest_on, row.number) for row in session.execute(query)]  # type: ignore[arg-type]  # a row's count is its column here


def find_waiting(session: Session, *, by: Actor, most: int) -> Sequence[RowMapping]:
    """Return the first notes that wait for *by*, the oldest first: number, kind, day, store, to_store and producer."""
    waits = _waits_for(by)
    if waits is None:
        return ()
    query = (
        select(
            StockNote.number, StockNote.kind, StockNote.day, Store.name.label("store"), ToStore.name.label("to_store"),
            Producer.name.label("producer"),
        )
        .join(Store, Store.id == StockNote.store_id)
        .outerjoin(ToStore, ToStore.id == StockNote.to_store_id)
        .outerjoin(Producer, Producer.id == StockNote.producer_id)
        .where(waits)
        .order_by(StockNote.day, StockNote.id)
        .limit(most)
    )  # fmt: skip
    return session.execute(query).mappings().all()


def _waits_for(by: Actor) -> ColumnElement[bool] | None:
    """Return the condition under which a note waits for *by*; blank where none ever does."""
    if by.producer_id is not None and by.role in PERMITTED[Act.TAKE_GOODS_BACK]:
        return and_(
            StockNote.producer_id == by.producer_id,
            StockNote.kind == NoteKind.RETURN,
            StockNote.state == NoteState.SENT,
        )
    if by.partner_id is None or by.role not in PERMITTED[Act.MOVE_STOCK]:
        return None
    comes = and_(StockNote.kind == NoteKind.DELIVERY, StockNote.state == NoteState.SENT)
    asked = and_(StockNote.kind == NoteKind.PULL_BACK, StockNote.state == NoteState.ASKED)
    moved = and_(StockNote.kind == NoteKind.TRANSFER, StockNote.state == NoteState.SENT)
    here = or_(comes, asked)
    if by.store_id is not None:
        here, moved = and_(here, StockNote.store_id == by.store_id), and_(moved, StockNote.to_store_id == by.store_id)
    return and_(StockNote.partner_id == by.partner_id, or_(here, moved))
