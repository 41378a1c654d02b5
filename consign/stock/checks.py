"""The invariants of stock: what stands equals its movements, counts found what the sum says, nothing without its cause."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.stock.levels import PAIRS_AT_ONCE, compute_levels


def check_levels(session: Session) -> Iterator[Breach]:
    """Find products in stores of which another quantity is kept than their movements come to, or from another day on."""
    rows = session.execute(
        text("""
        WITH begun AS (
          SELECT store_id, product_id, min(day) AS begins_on FROM (
            SELECT store_id, product_id, day FROM stock_movement WHERE kind <> 'sold'
            UNION ALL SELECT note.store_id, line.product_id, note.day FROM stock_note AS note
            JOIN stock_note_line AS line ON line.note_id = note.id
            WHERE note.kind = 'count' AND note.state IN ('recorded', 'reversed')) AS given GROUP BY 1, 2),
        summed AS (
          SELECT begun.store_id, begun.product_id, begun.begins_on, COALESCE(sum(movement.quantity), 0) AS quantity,
            GREATEST(max(movement.day), begun.begins_on) AS last_on
          FROM begun LEFT JOIN stock_movement AS movement ON movement.store_id = begun.store_id
            AND movement.product_id = begun.product_id AND movement.day >= begun.begins_on GROUP BY 1, 2, 3)
        SELECT COALESCE(level.store_id, summed.store_id) AS store, COALESCE(level.product_id, summed.product_id) AS product,
          level.on_hand, summed.quantity
        FROM stock_level AS level FULL JOIN summed USING (store_id, product_id)
        WHERE (level.on_hand, level.begins_on, level.last_on) IS DISTINCT FROM (summed.quantity, summed.begins_on, summed.last_on)
        ORDER BY 1, 2 LIMIT 100""")
    )
    for row in rows:
        what = f"keeps {row.on_hand}, its movements come to {row.quantity}"
        yield Breach("stock.level", f"stock_level {row.store}/{row.product}", what)


def check_batches(session: Session) -> Iterator[Breach]:
    """Find products in stores whose batches stand otherwise than the first to expire having left first."""
    pairs = [
        (row.store_id, row.product_id)
        for row in session.execute(text("SELECT store_id, product_id FROM stock_level ORDER BY 1, 2"))
    ]
    query = text("""
        SELECT level.store_id, level.product_id, batch.batch_id, (batch.quantity * 1000)::bigint AS milli, batch.arrived_on,
          kept.code = '' AND kept.expires_on IS NULL AS is_blank
        FROM unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[])) AS level(store_id, product_id)
        JOIN stock_batch_level AS batch USING (store_id, product_id) JOIN stock_batch AS kept ON kept.id = batch.batch_id
        WHERE batch.quantity > 0""")
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        chunk = pairs[first : first + PAIRS_AT_ONCE]
        facts = {"stores": [store for store, _ in chunk], "products": [product for _, product in chunk]}
        kept: dict[tuple[int, int], dict[int | None, int]] = {}
        for row in session.execute(query, facts):
            by_batch = kept.setdefault((row.store_id, row.product_id), {})
            by_batch[None if row.is_blank else row.batch_id] = row.milli
        blank = _find_blank(session, facts["products"])
        for one in compute_levels(session, chunk):
            expected: dict[int | None, int] = {}
            for batch, (milli, _) in one.batches.items():
                key = None if batch in blank else batch
                expected[key] = expected.get(key, 0) + milli
            if kept.get((one.store_id, one.product_id), {}) != {
                batch: milli for batch, milli in expected.items() if milli
            }:
                place = f"stock_level {one.store_id}/{one.product_id}"
                yield Breach("stock.batches", place, "keeps other batches than its movements leave")


def _find_blank(session: Session, products: list[int]) -> set[int]:
    query = text("SELECT id FROM stock_batch WHERE product_id = ANY(:products) AND code = '' AND expires_on IS NULL")
    return set(session.scalars(query, {"products": sorted(set(products))}))


def check_counts(session: Session) -> Iterator[Breach]:
    """Find counts that found something else than the movements up to their day come to."""
    rows = session.execute(
        text("""
        WITH counted AS (
          SELECT DISTINCT ON (store_id, product_id, day) store_id, product_id, day, number, quantity FROM (
            SELECT note.store_id, line.product_id, note.day, note.id, note.number, sum(line.quantity) AS quantity
            FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id
            WHERE note.kind = 'count' AND note.state = 'recorded' GROUP BY 1, 2, 3, 4, 5) AS each
          ORDER BY store_id, product_id, day, id DESC)
        SELECT counted.number, counted.product_id, counted.quantity, COALESCE(sum(movement.quantity), 0) AS book
        FROM counted LEFT JOIN stock_level AS level USING (store_id, product_id)
        LEFT JOIN stock_movement AS movement ON movement.store_id = counted.store_id
          AND movement.product_id = counted.product_id AND movement.day BETWEEN level.begins_on AND counted.day
        GROUP BY counted.store_id, 1, 2, 3, counted.day HAVING counted.quantity <> COALESCE(sum(movement.quantity), 0)
        ORDER BY 1, 2 LIMIT 100""")
    )
    for row in rows:
        what = f"found {row.quantity} of product {row.product_id}, its movements come to {row.book}"
        yield Breach("stock.count", f"stock_note {row.number}", what)


def check_sold(session: Session) -> Iterator[Breach]:
    """Find postings whose movements are not what they sold by store, product and day."""
    rows = session.execute(
        text("""
        SELECT COALESCE(sold.partner_id, moved.partner_id) AS partner, COALESCE(sold.posting_no, moved.posting_no) AS number
        FROM (SELECT partner_id, posting_no, store_id, product_id, sold_on AS day, sum(quantity) AS quantity FROM sale
          GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0) AS sold
        FULL JOIN (SELECT partner_id, posting_no, store_id, product_id, day, quantity FROM stock_movement
          WHERE kind = 'sold') AS moved USING (partner_id, posting_no, store_id, product_id, day)
        WHERE sold.quantity IS DISTINCT FROM -moved.quantity GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 100""")
    )
    for row in rows:
        yield Breach("stock.sold", f"sales_posting {row.partner}/{row.number}", "moved other goods than it sold")


def check_notes(session: Session) -> Iterator[Breach]:
    """Find notes that moved other goods than their lines and state say."""
    rows = session.execute(
        text("""
        WITH line AS (
          SELECT note.id, note.number, note.kind, note.state, note.store_id, note.to_store_id, line.line_no, line.product_id,
            line.quantity AS sent, line.quantity - COALESCE((
              SELECT sum(quantity) FROM stock_refusal AS refused
              WHERE refused.note_id = line.note_id AND refused.line_no = line.line_no), 0) AS taken
          FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id WHERE note.kind <> 'count'),
        expected AS (
          SELECT id, number, line_no, product_id, store_id, CASE
            WHEN state IN ('cancelled', 'reversed', 'asked', 'answered') THEN 0
            WHEN kind = 'delivery' THEN CASE WHEN state = 'confirmed' THEN taken ELSE 0 END
            WHEN state = 'confirmed' THEN -taken ELSE -sent END AS quantity
          FROM line
          UNION ALL
          SELECT id, number, line_no, product_id, to_store_id, CASE WHEN state = 'confirmed' THEN taken ELSE 0 END
          FROM line WHERE kind = 'transfer')
        SELECT expected.number, expected.line_no, expected.quantity, COALESCE(sum(movement.quantity), 0) AS moved
        FROM expected LEFT JOIN stock_movement AS movement ON movement.note_id = expected.id
          AND movement.line_no = expected.line_no AND movement.store_id = expected.store_id
          AND movement.product_id = expected.product_id
        GROUP BY expected.number, expected.line_no, expected.store_id, expected.quantity
        HAVING expected.quantity <> COALESCE(sum(movement.quantity), 0) ORDER BY 1, 2 LIMIT 100""")
    )
    for row in rows:
        what = f"line {row.line_no} says {row.quantity}, {row.moved} was moved"
        yield Breach("stock.note", f"stock_note {row.number}", what)


def check_movements(session: Session) -> Iterator[Breach]:
    """Find movements that name what is not there, and reversals that do not mirror what they take back."""
    rows = session.execute(
        text("""
        SELECT movement.id FROM stock_movement AS movement
        LEFT JOIN store ON store.id = movement.store_id LEFT JOIN product ON product.id = movement.product_id
        LEFT JOIN stock_batch AS batch ON batch.id = movement.batch_id AND batch.product_id = movement.product_id
        LEFT JOIN stock_note_line AS line ON line.note_id = movement.note_id AND line.line_no = movement.line_no
          AND line.product_id = movement.product_id
        LEFT JOIN stock_movement AS back ON back.id = movement.reverses_id
        WHERE store.id IS NULL OR product.id IS NULL OR (movement.batch_id IS NOT NULL AND batch.id IS NULL)
          OR (movement.note_id IS NOT NULL AND line.note_id IS NULL)
          OR (movement.reverses_id IS NOT NULL AND (back.store_id, back.product_id, back.day, back.kind, -back.quantity,
            back.batch_id, back.note_id, back.line_no, back.reverses_id) IS DISTINCT FROM (movement.store_id, movement.product_id,
            movement.day, movement.kind, movement.quantity, movement.batch_id, movement.note_id, movement.line_no, NULL))
        ORDER BY 1 LIMIT 100""")
    )
    for row in rows:
        yield Breach("stock.movement", f"stock_movement {row.id}", "names what is not there, or mirrors nothing")


def check_losses(session: Session) -> Iterator[Breach]:
    """Find goods written off or missing without a loss of that quantity, and losses without such a movement."""
    rows = session.execute(
        text("""
        SELECT COALESCE(movement.id, loss.movement_id) AS id FROM (
          SELECT id, quantity FROM stock_movement WHERE kind IN ('counted', 'written_off')) AS movement
        FULL JOIN stock_loss AS loss ON loss.movement_id = movement.id
        WHERE loss.quantity IS DISTINCT FROM -movement.quantity
          OR loss.value_rp <> COALESCE(round(loss.price_rp * loss.quantity)
            - round(round(loss.price_rp * loss.quantity) * loss.fee_rate_bp / 10000), 0) ORDER BY 1 LIMIT 100""")
    )
    for row in rows:
        yield Breach("stock.loss", f"stock_movement {row.id}", "is no loss of its quantity and value")


def check_numbers(session: Session) -> Iterator[Breach]:
    """Find kinds and years whose note numbers have gaps."""
    rows = session.execute(
        text("""
        SELECT prefix, year, last, count(note.id) AS written FROM stock_counter
        LEFT JOIN stock_note AS note ON note.number LIKE prefix || '-' || year || '-%' GROUP BY 1, 2, 3
        HAVING count(note.id) <> last ORDER BY 1, 2""")
    )
    for row in rows:
        what = f"{row.last} numbers were taken, {row.written} are used"
        yield Breach("stock.numbers", f"notes {row.prefix} of {row.year}", what)


CHECKS = (
    check_levels, check_batches, check_counts, check_sold, check_notes, check_movements, check_losses, check_numbers,
)  # fmt: skip
