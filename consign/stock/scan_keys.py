"""Scans that are sent again, because nobody knows whether they arrived: each counts once."""

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from consign.models.stock import StockScan


def find_keyed(session: Session, note_id: int, key: str) -> StockScan | None:
    """Return the scan of a count that has the key."""
    return session.scalar(select(StockScan).where(StockScan.note_id == note_id, StockScan.key == key))


def add_keyed(session: Session, scanned: StockScan, *, key: str | None) -> int | None:
    """Write a scan and return its id; nothing is written, and nothing returned, where one with its key stands.

    One that another person's request is about to write is waited for.
    """
    if key is None:
        session.add(scanned)
        session.flush()
        return scanned.id
    added = postgresql.insert(StockScan).values(
        note_id=scanned.note_id,
        product_id=scanned.product_id,
        batch_id=scanned.batch_id,
        quantity=scanned.quantity,
        scanned_by=scanned.scanned_by,
        scanned_at=scanned.scanned_at,
        key=key,
    )
    kept = added.on_conflict_do_nothing(index_elements=["note_id", "key"], index_where=text("key IS NOT NULL"))
    return session.scalar(kept.returning(StockScan.id))
