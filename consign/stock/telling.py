"""Who is told of a note: the other side of it, since whoever acted knows."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.models.identity import UserAccount
from consign.models.partners import Producer, Store
from consign.models.stock import StockNote
from consign.outbox import Message, record_notices


def tell_stores(session: Session, note: StockNote, kind: str, store_ids: Iterable[int | None], **facts: Any) -> None:
    """Tell stores of a note; one that nobody manages here is told through its partner."""
    wanted = sorted({one for one in store_ids if one is not None})
    query = select(UserAccount.store_id).where(UserAccount.store_id.in_(wanted), UserAccount.active)
    managed = set(session.scalars(query))
    recipients = [f"store:{one}" if one in managed else f"partner:{note.partner_id}" for one in wanted]
    _tell(session, note, kind, dict.fromkeys(recipients), facts)


def tell_producer(session: Session, note: StockNote, kind: str, **facts: Any) -> None:
    """Tell the producer whose goods a note is about, where they are one's."""
    if note.producer_id is not None:
        _tell(session, note, kind, [f"producer:{note.producer_id}"], facts)


def describe_note(session: Session, note: StockNote) -> dict[str, Any]:
    """Return what notices and the audit trail say of a note: plain values."""
    to_store = session.get(Store, note.to_store_id) if note.to_store_id is not None else None
    producer = session.get(Producer, note.producer_id) if note.producer_id is not None else None
    return {
        "number": note.number,
        "note_kind": note.kind,
        "day": note.day.isoformat(),
        "store": session.get_one(Store, note.store_id).name,
        **({"to_store": to_store.name} if to_store else {}),
        **({"producer": producer.name} if producer else {}),
    }


def _tell(session: Session, note: StockNote, kind: str, recipients: Iterable[str], facts: dict[str, Any]) -> None:
    told = {**describe_note(session, note), **facts}
    record_notices(session, [Message(kind, one, told) for one in recipients])
