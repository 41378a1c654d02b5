"""What stores sold, as movements: one for each posting, store, product and day."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.stock.moving import lock_stores, settle

_RECORD = """
    WITH sold AS ({lines}),
    written AS (
      INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, partner_id, posting_no)
      SELECT store_id, product_id, day, 'sold', -quantity, :partner, :number FROM sold WHERE quantity <> 0
      ORDER BY store_id, day, product_id
      RETURNING store_id, product_id, day)
    SELECT store_id, product_id, min(day) AS first FROM written JOIN stock_level AS level USING (store_id, product_id)
    WHERE written.day >= level.begins_on GROUP BY 1, 2"""


def record_sold(
    session: Session,
    *,
    store_ids: Collection[int],
    partner_id: int,
    posting_no: int,
    lines: str,
) -> None:
    """Write what a posting sold in some stores. The partner is locked; its stores are from here on.

    *lines* is a SELECT of `store_id`, `product_id`, `day` and `quantity` (negative where more was given back than sold),
    one row for each, of the posting `:number` of `:partner`.
    """
    if not store_ids:
        return
    lock_stores(session, store_ids)
    key = {"partner": partner_id, "number": posting_no}
    # The server has no figures about lines of this very transaction, and would compare each with every level.
    session.execute(text("SET LOCAL enable_nestloop = off"))
    kept = session.execute(text(_RECORD.format(lines=lines)), key).all()
    session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))
    if kept:
        settle(session, pairs=[(row.store_id, row.product_id) for row in kept], first=min(row.first for row in kept))
