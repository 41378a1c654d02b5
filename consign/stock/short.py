"""Goods that stand below zero: more left a shelf than came onto it, so something was not entered, or was entered wrong."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNT_DUE_DAYS = 90
"""A store that did not count a product for longer hardly knows what it has of it."""

_SHORT = text("""
    SELECT level.store_id, level.product_id, level.on_hand, level.begins_on, counted.day AS counted_on
    FROM stock_level AS level CROSS JOIN LATERAL (
      SELECT max(note.day) AS day FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id
      WHERE note.store_id = level.store_id AND note.kind = 'count' AND note.state = 'recorded'
        AND line.product_id = level.product_id) AS counted
    WHERE level.store_id = ANY(CAST(:stores AS integer[])) AND level.on_hand < 0 ORDER BY 1, 2""")

_COMING = text("""
    SELECT COALESCE(note.to_store_id, note.store_id) AS store_id, line.product_id, min(note.number) AS number
    FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id
    WHERE note.state = 'sent' AND note.kind IN ('delivery', 'transfer')
      AND COALESCE(note.to_store_id, note.store_id) = ANY(CAST(:stores AS integer[]))
      AND line.product_id = ANY(CAST(:products AS integer[])) GROUP BY 1, 2""")

_MISTAKEN = text("""
    SELECT DISTINCT ON (wanted.store_id, wanted.product_id) wanted.store_id, wanted.product_id, other.name
    FROM unnest(CAST(:stores AS integer[]), CAST(:products AS integer[]), CAST(:missing AS numeric[]))
      AS wanted(store_id, product_id, missing)
    JOIN product ON product.id = wanted.product_id JOIN product AS other ON other.producer_id = product.producer_id
    JOIN stock_level AS level ON level.store_id = wanted.store_id AND level.product_id = other.id
    WHERE level.on_hand >= wanted.missing
      AND EXISTS (SELECT FROM product_alias AS alias JOIN store ON store.partner_id = alias.partner_id
        WHERE store.id = wanted.store_id AND alias.product_id = product.id AND alias.ended_at IS NULL)
      AND NOT EXISTS (
        SELECT FROM unnest(CAST(:sold_stores AS integer[]), CAST(:sold_products AS integer[]), CAST(:sold AS numeric[]))
          AS sold(store_id, product_id, quantity)
        WHERE sold.store_id = wanted.store_id AND sold.product_id = other.id AND sold.quantity >= level.on_hand)
    ORDER BY 1, 2, level.on_hand DESC, other.id""")
"""Of several products that may be meant, the one of which most is left."""


class Cause(StrEnum):
    """Why goods may stand below zero."""

    DELIVERY_OPEN = "delivery_open"
    """They are on their way by the papers, and the store has not confirmed them."""
    ALIAS = "alias"
    """The till's own code may mean another product of the producer, of which enough is left."""
    COUNT_DUE = "count_due"
    """Nobody counted them for long."""
    DELIVERY_MISSING = "delivery_missing"
    """Nothing else is known: they came without a paper."""


@dataclass(frozen=True)
class Short:
    """A product that stands below zero in a store."""

    store_id: int
    product_id: int
    on_hand: Decimal
    begins_on: date
    counted_on: date | None
    """Day of its last count in the store."""


@dataclass(frozen=True)
class Suspected:
    """What is likely wrong, with the number of a note or the name of a product where the cause has one."""

    cause: Cause
    named: str = ""


def find_short(session: Session, store_ids: Collection[int]) -> list[Short]:
    """Return what stands below zero in some stores, in the order of stores and products."""
    rows = session.execute(_SHORT, {"stores": sorted(store_ids)}).mappings()
    return [Short(**row) for row in rows]


def suspect(
    session: Session, short: Sequence[Short], *, sold: Mapping[tuple[int, int], Decimal], on: date
) -> list[Suspected]:
    """Return for each of *short* what is likely wrong.

    *sold* says by store and product how much was sold just now; *on* is the last day of that.
    """
    facts: dict[str, Any] = {
        "stores": [one.store_id for one in short],
        "products": [one.product_id for one in short],
    }
    coming = {(row.store_id, row.product_id): row.number for row in session.execute(_COMING, facts)}
    mistaken = {
        (row.store_id, row.product_id): row.name
        for row in session.execute(
            _MISTAKEN,
            {
                **facts,
                "missing": [-one.on_hand for one in short],
                "sold_stores": [store for store, _ in sold],
                "sold_products": [product for _, product in sold],
                "sold": list(sold.values()),
            },
        )
    }
    return [
        _judge(one, coming=coming.get(key), other=mistaken.get(key), on=on)
        for one in short
        for key in [(one.store_id, one.product_id)]
    ]


def _judge(one: Short, *, coming: str | None, other: str | None, on: date) -> Suspected:
    if coming:
        return Suspected(Cause.DELIVERY_OPEN, coming)
    if other:
        return Suspected(Cause.ALIAS, other)
    if one.counted_on is None or one.counted_on < on - timedelta(COUNT_DUE_DAYS):
        return Suspected(Cause.COUNT_DUE)
    return Suspected(Cause.DELIVERY_MISSING)
