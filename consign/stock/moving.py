"""Movements of goods: written, never changed, and what follows from them.

A count says what stood there at the end of its day, whatever is entered later. So where something of that day or earlier
comes in after it, the difference that the count found becomes another, and one more movement of that count says by how
much; the loss goes with it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.models.partners import Store
from consign.stock.levels import Pair, refresh_levels
from consign.stock.losses import record_losses, record_mirrored_losses
from consign.stock.rules import MovementKind

_BEGIN = text("""
    INSERT INTO stock_level AS level (store_id, product_id, begins_on, last_on, on_hand, short)
    SELECT store_id, product_id, min(day), max(day), 0, 0
    FROM unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[]), CAST(:days AS date[])) AS given(store_id, product_id, day)
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (store_id, product_id) DO UPDATE SET begins_on = LEAST(level.begins_on, EXCLUDED.begins_on)""")

_RESTATE = text("""
    WITH counted AS (
      SELECT DISTINCT ON (note.store_id, line.product_id, note.day) note.store_id, line.product_id, note.day, note.id AS note_id,
        min(line.line_no) OVER own AS line_no, bool_or(line.opens) OVER own AS opens, sum(line.quantity) OVER own AS quantity
      FROM unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[])) AS wanted(store_id, product_id)
      JOIN stock_note AS note ON note.store_id = wanted.store_id AND note.kind = 'count' AND note.state = 'recorded'
        AND note.day >= :first
      JOIN stock_note_line AS line ON line.note_id = note.id AND line.product_id = wanted.product_id
      WINDOW own AS (PARTITION BY note.id, line.product_id)
      ORDER BY 1, 2, 3, 4 DESC),
    found AS (
      SELECT counted.*, counted.quantity - COALESCE(book.quantity, 0) AS differs
      FROM counted JOIN stock_level AS level USING (store_id, product_id)
      CROSS JOIN LATERAL (
        SELECT sum(movement.quantity) AS quantity FROM stock_movement AS movement
        WHERE movement.store_id = counted.store_id AND movement.product_id = counted.product_id
          AND movement.day BETWEEN level.begins_on AND counted.day) AS book),
    changed AS (
      SELECT *, differs - COALESCE(lag(differs) OVER (PARTITION BY store_id, product_id ORDER BY day), 0) AS by
      FROM found)
    INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, note_id, line_no)
    SELECT store_id, product_id, day, CASE WHEN opens THEN 'opening' ELSE 'counted' END, by, note_id, line_no
    FROM changed WHERE by <> 0 ORDER BY store_id, product_id, day
    RETURNING id, kind""")
"""Brings the sum of movements up to each count to what it found. Of several counts on one day the last recorded stands."""

_IS_COUNTED = text("""
    SELECT EXISTS (SELECT FROM stock_note WHERE kind = 'count' AND state = 'recorded'
      AND store_id = ANY(:stores) AND day >= :first)""")


@dataclass(frozen=True)
class Move:
    """A movement to be written. See `models.stock.StockMovement` for each field."""

    store_id: int
    product_id: int
    day: date
    kind: MovementKind
    quantity: Decimal
    note_id: int
    line_no: int
    batch_id: int | None = None
    reverses_id: int | None = None


def lock_stores(session: Session, store_ids: Collection[int]) -> None:
    """Wait until nobody else moves goods of these stores, and hold them until the transaction ends.

    Whoever holds several, one after the other, holds their partner first: so no two ever wait for each other. New rows that
    only refer to a store do not wait.
    """
    query = select(Store.id).where(Store.id.in_(sorted(store_ids))).order_by(Store.id)
    session.execute(query.with_for_update(key_share=True)).all()


def record_moves(session: Session, moves: Sequence[Move]) -> None:
    """Write *moves* and what follows from them: counts restated, what stands, and losses.

    Their stores are locked and their notes flushed.
    """
    if not moves:
        return
    ids = [
        int(one) for one in insert_rows(session, "stock_movement", [_as_row(one) for one in moves], rest="RETURNING id")
    ]
    begin_stock(session, [(one.store_id, one.product_id, one.day) for one in moves])
    record_losses(session, [id_ for id_, one in zip(ids, moves, strict=True) if one.reverses_id is None])
    record_mirrored_losses(session, [id_ for id_, one in zip(ids, moves, strict=True) if one.reverses_id is not None])
    settle(session, pairs={(one.store_id, one.product_id) for one in moves}, first=min(one.day for one in moves))


def take_back(session: Session, *, note_id: int) -> int:
    """Take back all that a note moved and that stands, each by a linked movement of the same day; return how many.

    Its stores are locked, and its state says already that it counts no more.
    """
    query = text("""
        SELECT id, store_id, product_id, day, kind, quantity, line_no, batch_id FROM stock_movement AS movement
        WHERE note_id = :note AND reverses_id IS NULL AND NOT EXISTS (
          SELECT FROM stock_movement AS back WHERE back.reverses_id = movement.id) ORDER BY id""")
    moves = [
        Move(
            store_id=row.store_id,
            product_id=row.product_id,
            day=row.day,
            kind=MovementKind(row.kind),
            quantity=-row.quantity,
            note_id=note_id,
            line_no=row.line_no,
            batch_id=row.batch_id,
            reverses_id=row.id,
        )
        for row in session.execute(query, {"note": note_id})
    ]
    record_moves(session, moves)
    return len(moves)


def begin_stock(session: Session, moved: Iterable[tuple[int, int, date]]) -> None:
    """Keep stock of products in stores from a day on, where it is not kept since an earlier one."""
    given = list(moved)
    facts = {
        "stores": [store for store, _, _ in given],
        "products": [product for _, product, _ in given],
        "days": [day for _, _, day in given],
    }
    session.execute(_BEGIN, facts)


def settle(session: Session, *, pairs: Collection[Pair], first: date) -> None:
    """Restate the counts of *pairs* of store and product from the day *first* on, and bring what stands up to date.

    To be done after anything was written of these pairs, the earliest of it of the day *first*.
    """
    stores = sorted({store for store, _ in pairs})
    if stores and session.scalar(_IS_COUNTED, {"stores": stores, "first": first}):
        facts: dict[str, Any] = {
            "stores": [store for store, _ in pairs],
            "products": [product for _, product in pairs],
            "first": first,
        }
        restated = session.execute(_RESTATE, facts).all()
        record_losses(session, [row.id for row in restated if row.kind == MovementKind.COUNTED])
    refresh_levels(session, pairs)


def _as_row(move: Move) -> dict[str, Any]:
    return {**vars(move), "quantity": str(move.quantity), "kind": move.kind.value}
