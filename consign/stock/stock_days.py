"""What stood of a product in a store at the end of each day, and the sales files that moved it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.models.sales import SalesPosting, SalesUpload

_DAYS = text("""
    SELECT day, stood FROM (
      SELECT movement.day, sum(sum(movement.quantity)) OVER (ORDER BY movement.day) AS stood
      FROM stock_movement AS movement JOIN stock_level AS level USING (store_id, product_id)
      WHERE store_id = :store AND product_id = :product AND movement.day >= level.begins_on GROUP BY movement.day) AS days
    WHERE day >= COALESCE((SELECT max(day) FROM stock_movement WHERE store_id = :store AND product_id = :product
      AND day <= :first), :first) ORDER BY day""")


@dataclass(frozen=True)
class StoodOn:
    """What stood at the end of a day on which something moved, until the next such day."""

    day: date
    quantity: Decimal


def find_days(session: Session, *, store_id: int, product_id: int, first: date) -> Sequence[StoodOn]:
    """Return what stood at the end of each day with movements, from the last such day not after *first* on."""
    facts = {"store": store_id, "product": product_id, "first": first}
    return [StoodOn(row.day, row.stood) for row in session.execute(_DAYS, facts)]


def find_posting_uploads(
    session: Session, *, partner_id: int, numbers: Collection[int], store_id: int | None
) -> dict[int, int]:
    """Return the uploads that a partner's postings belong to, by the posting's number; what belongs to none is left out.

    With *store_id* only those that were handed in for that store alone: others are not for its people to see.
    """
    query = (
        select(SalesPosting.number, SalesPosting.upload_id)
        .join(SalesUpload, SalesUpload.id == SalesPosting.upload_id)
        .where(SalesPosting.partner_id == partner_id, SalesPosting.number.in_(numbers))
    )
    if store_id is not None:
        query = query.where(SalesUpload.stated_store_id == store_id)
    return {row.number: row.upload_id for row in session.execute(query)}
