"""What stands of each product and batch in each store, kept beside the movements it follows from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.stock.batches import keep_batches
from consign.stock.first_expired import Event, Shelf

MILLI = 1000
PAIRS_AT_ONCE = 5_000
ROWS_AT_ONCE = 50_000

_EVENTS = text("""
    SELECT movement.store_id, movement.product_id, movement.day, (movement.quantity * 1000)::bigint AS milli, movement.batch_id
    FROM unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
    JOIN stock_level AS level USING (store_id, product_id)
    JOIN stock_movement AS movement USING (store_id, product_id)
    WHERE movement.day >= level.begins_on
    ORDER BY movement.store_id, movement.product_id, movement.day,
      CASE WHEN movement.kind IN ('opening', 'counted') THEN 2 WHEN movement.quantity > 0 THEN 0 ELSE 1 END, movement.id""")
"""A pair's movements in the order they are taken: what came on a day goes before what left on it, a count ends the day."""

_COUNTED = text("""
    SELECT note.store_id, line.product_id, note.day, line.batch_id, (line.quantity * 1000)::bigint AS milli
    FROM unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[])) AS wanted(store_id, product_id)
    JOIN stock_note AS note ON note.store_id = wanted.store_id AND note.kind = 'count' AND note.state = 'recorded'
    JOIN stock_note_line AS line ON line.note_id = note.id AND line.product_id = wanted.product_id
    WHERE NOT EXISTS (
      SELECT FROM stock_note AS later JOIN stock_note_line AS again ON again.note_id = later.id
      WHERE later.store_id = note.store_id AND later.kind = 'count' AND later.state = 'recorded' AND later.day = note.day
        AND later.id > note.id AND again.product_id = line.product_id)
    ORDER BY 1, 2, 3, line.line_no""")
"""What the last count of each day found of each batch."""

_BATCHES = text("""
    SELECT store_id, product_id, batch_id, quantity, arrived_on FROM stock_batch_level
    JOIN unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[])) AS wanted(store_id, product_id)
      USING (store_id, product_id)""")

_KEEP = """ON CONFLICT (store_id, product_id) DO UPDATE SET last_on = EXCLUDED.last_on, on_hand = EXCLUDED.on_hand,
    short = EXCLUDED.short"""
_KEEP_BATCHES = """ON CONFLICT (store_id, product_id, batch_id) DO UPDATE SET quantity = EXCLUDED.quantity,
    arrived_on = EXCLUDED.arrived_on"""

Pair = tuple[int, int]


@dataclass(frozen=True)
class ComputedLevel:
    """What stands of a product in a store, worked out from its movements. Quantities in thousandths."""

    store_id: int
    product_id: int
    begins_on: date
    last_on: date
    on_hand: int
    short: int
    batches: Mapping[int | None, tuple[int, date]]
    """Of each batch how much stands, and on which day the first of it came."""


def refresh_levels(session: Session, pairs: Iterable[Pair]) -> None:
    """Work out anew what stands of *pairs* of store and product of which stock is kept, and keep it.

    Their stores are locked.
    """
    rest = iter(sorted(set(pairs)))
    while chunk := list(islice(rest, PAIRS_AT_ONCE)):
        levels = list(compute_levels(session, chunk))
        blank = keep_batches(session, [(one.product_id, "", None) for one in levels if None in one.batches])
        insert_rows(session, "stock_level", [_as_level(one) for one in levels], rest=_KEEP)
        rows = [row for one in levels for row in _as_batches(one, blank)]
        insert_rows(session, "stock_batch_level", _find_changed(session, chunk, rows), rest=_KEEP_BATCHES)


def _find_changed(session: Session, pairs: Sequence[Pair], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that are kept otherwise, with those that stand no more at all."""
    facts = {"stores": [store for store, _ in pairs], "products": [product for _, product in pairs]}
    kept = {tuple(row[:3]): (row.quantity, row.arrived_on) for row in session.execute(_BATCHES, facts)}
    changed = []
    for row in rows:
        stood = kept.pop((row["store_id"], row["product_id"], row["batch_id"]), None)
        if stood != (Decimal(row["quantity"]), row["arrived_on"]):
            changed.append(row)
    gone = [(key, arrived_on) for key, (quantity, arrived_on) in kept.items() if quantity]
    names = ("store_id", "product_id", "batch_id")
    return changed + [
        {**dict(zip(names, key, strict=True)), "quantity": "0", "arrived_on": arrived_on} for key, arrived_on in gone
    ]


def compute_levels(session: Session, pairs: Sequence[Pair]) -> Iterator[ComputedLevel]:
    """Yield what stands of each of *pairs* by its movements; pairs of which no stock is kept are left out."""
    facts = {"stores": [store for store, _ in pairs], "products": [product for _, product in pairs]}
    begins = {
        (row.store_id, row.product_id): row.begins_on
        for row in session.execute(
            text("""
            SELECT store_id, product_id, begins_on FROM stock_level
            JOIN unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[])) AS wanted(store_id, product_id)
              USING (store_id, product_id)"""),
            facts,
        )
    }
    counted = _find_counted(session, facts)
    ends = _find_ends(session, facts["products"])
    seen = set()
    rows = (row for part in session.execute(_EVENTS, facts).partitions(ROWS_AT_ONCE) for row in part)
    for pair, events in groupby(rows, key=itemgetter(0, 1)):
        seen.add(pair)
        yield _stand(pair, list(events), begins=begins[pair], counted=counted.get(pair, {}), ends=ends)
    for pair in sorted(set(begins) - seen):  # a count that found just what nobody had moved
        yield _stand(pair, [], begins=begins[pair], counted=counted.get(pair, {}), ends=ends)


def _stand(
    pair: Pair,
    rows: Sequence[Any],
    *,
    begins: date,
    counted: Mapping[date, Mapping[int | None, int]],
    ends: Mapping[int, date | None],
) -> ComputedLevel:
    shelf = Shelf(ends)
    left = sorted(counted.items())
    for _, _, day, milli, batch_id in rows:
        while left and left[0][0] < day:
            _restate(shelf, left)
        shelf.move(day, milli, batch_id)
    while left:
        _restate(shelf, left)
    last = rows[-1].day if rows else begins
    batches = {batch: (quantity, shelf.arrived[batch]) for batch, quantity in shelf.batches.items()}
    return ComputedLevel(*pair, begins, last, shelf.on_hand, shelf.short, batches)


def _restate(shelf: Shelf, left: list[tuple[date, Mapping[int | None, int]]]) -> None:
    """Let stand what the first of the counts that are *left* found: all before it and on its day has happened."""
    day, stands = left.pop(0)
    shelf.take_in([Event(day, 0, stands=stands)])


def _find_counted(session: Session, facts: Mapping[str, Any]) -> dict[Pair, dict[date, dict[int | None, int]]]:
    """Return by pair and day what a count found, where it names a batch."""
    found: dict[Pair, dict[date, dict[int | None, int]]] = {}
    for row in session.execute(_COUNTED, facts):
        by_batch = found.setdefault((row.store_id, row.product_id), {}).setdefault(row.day, {})
        by_batch[row.batch_id] = by_batch.get(row.batch_id, 0) + row.milli
    return {
        pair: {day: stands for day, stands in days.items() if set(stands) != {None}} for pair, days in found.items()
    }


def _find_ends(session: Session, products: Sequence[int]) -> dict[int, date | None]:
    query = text("SELECT id, expires_on FROM stock_batch WHERE product_id = ANY(:products)")
    return {row.id: row.expires_on for row in session.execute(query, {"products": sorted(set(products))})}


def _as_level(one: ComputedLevel) -> dict[str, Any]:
    return {
        "store_id": one.store_id,
        "product_id": one.product_id,
        "begins_on": one.begins_on,
        "last_on": one.last_on,
        "on_hand": str(Decimal(one.on_hand) / MILLI),
        "short": str(Decimal(one.short) / MILLI),
    }


def _as_batches(one: ComputedLevel, blank: Mapping[tuple[int, str, date | None], int]) -> list[dict[str, Any]]:
    """Return the rows of its batches; goods of an unknown batch go with those delivered without one."""
    summed: dict[int, tuple[int, date]] = {}
    for batch, (quantity, arrived) in one.batches.items():
        batch_id = blank[one.product_id, "", None] if batch is None else batch
        before = summed.get(batch_id, (0, arrived))
        summed[batch_id] = (before[0] + quantity, min(before[1], arrived))
    return [
        {
            "store_id": one.store_id,
            "product_id": one.product_id,
            "batch_id": batch_id,
            "quantity": str(Decimal(quantity) / MILLI),
            "arrived_on": arrived,
        }
        for batch_id, (quantity, arrived) in sorted(summed.items())
    ]
