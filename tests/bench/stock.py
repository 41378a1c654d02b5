"""Goods in stores: a million movements, and how long what is asked of them takes.

    python -m tests.bench.stock [--stores N]

200 products stand in each of 200 stores: four deliveries in batches, sales on 21 days, and one count. Measured are
what stands in one store by its movements and as it is kept, its pages, a posting that sells of all goods in all stores, and
the invariants of stock. It ends with 1 where one takes longer than its bar, or finds a breach. The database is the embedded
one, of about 1 GB below /var/tmp, and is removed.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.listing import Wish
from consign.regions import add_region
from consign.sales.posting import SOLD_BY_DAY
from consign.stock.checks import CHECKS
from consign.stock.levels import compute_levels
from consign.stock.moving import begin_stock, settle
from consign.stock.selling import record_sold
from consign.stock.stock_lists import find_product_moves, find_stock_page
from tests.bench.generate import LOGIN, PRODUCTS, STORES, fill_city, make_folder

REGION = "64.71"
FIRST = date(2026, 3, 1)
IN_EACH, DAYS, DELIVERIES, EVERY_DAYS = 200, 21, 4, 5
COUNTED_ON = FIRST + timedelta(14)
BAR_BALANCE_S, BAR_CHECKS_S = 0.05, 20.0

_STANDS = """
    CREATE TEMPORARY TABLE stands ON COMMIT DROP AS
    SELECT store.id AS store_id, product.id AS product_id, product.producer_id
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM store ORDER BY id LIMIT :stores) AS store
    CROSS JOIN generate_series(0, :in_each - 1) AS k
    JOIN (SELECT id, producer_id, row_number() OVER (ORDER BY id) - 1 AS n FROM product) AS product
      ON product.n = (store.n * 10 + k) % :products"""
_SELL = """
    INSERT INTO sale (partner_id, posting_no, row_no, store_id, producer_id, product_id, agreement_id, sold_on, till, receipt,
      nth, version, quantity, unit_price_rp, gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp, fee_rate_bp, fee_rp,
      fee_rate_from)
    SELECT 1, :number, row_number() OVER (), store_id, producer_id, product_id, 1, CAST(:first AS date) + day, '', '', 1, 1, 3,
      5000, 15000, 0, 5000, 15000, 15000, 250, 375, 'day'
    FROM stands CROSS JOIN generate_series(0, :days - 1) AS day"""
_DELIVER = (
    """INSERT INTO stock_batch (product_id, code, expires_on)
       SELECT product.id, 'B' || n, CAST(:first AS date) + 200 - n * 10
       FROM product CROSS JOIN generate_series(1, :deliveries) AS n""",
    """INSERT INTO stock_note (number, kind, state, partner_id, store_id, producer_id, day, made_by, made_at, confirmed_by,
         confirmed_on)
       SELECT 'SJ-2026-' || lpad((row_number() OVER ())::text, 6, '0'), 'delivery', 'confirmed', 1, store.id, 1,
         CAST(:first AS date) + (n - 1) * :every, 1, now(), 1, CAST(:first AS date) + (n - 1) * :every
       FROM (SELECT DISTINCT store_id AS id FROM stands) AS store CROSS JOIN generate_series(1, :deliveries) AS n""",
    """INSERT INTO stock_note_line (note_id, line_no, product_id, batch_id, quantity)
       SELECT note.id, row_number() OVER (PARTITION BY note.id ORDER BY stands.product_id), stands.product_id, batch.id, 25
       FROM stock_note AS note JOIN stands USING (store_id)
       JOIN stock_batch AS batch ON batch.product_id = stands.product_id
         AND batch.code = 'B' || ((note.day - CAST(:first AS date)) / :every + 1)""",
    """INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, batch_id, note_id, line_no)
       SELECT note.store_id, line.product_id, note.day, 'received', line.quantity, line.batch_id, note.id, line.line_no
       FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id""",
    """INSERT INTO stock_counter (prefix, year, last) SELECT left(number, 2), 2026, count(*) FROM stock_note GROUP BY 1""",
)
_COUNT = (
    """INSERT INTO stock_note (number, kind, state, partner_id, store_id, day, is_full, made_by, made_at)
       SELECT 'SO-2026-' || lpad((row_number() OVER ())::text, 6, '0'), 'count', 'recorded', 1, store.id, :counted, true, 1, now()
       FROM (SELECT DISTINCT store_id AS id FROM stands) AS store""",
    """INSERT INTO stock_note_line (note_id, line_no, product_id, quantity)
       SELECT note.id, row_number() OVER (PARTITION BY note.id ORDER BY moved.product_id), moved.product_id,
         moved.quantity - CASE WHEN moved.product_id % 5 = 0 THEN 1 ELSE 0 END
       FROM stock_note AS note JOIN (
         SELECT store_id, product_id, sum(quantity) AS quantity FROM stock_movement WHERE day <= :counted GROUP BY 1, 2)
         AS moved USING (store_id)
       WHERE note.kind = 'count'""",
    "INSERT INTO stock_counter (prefix, year, last) SELECT 'SO', 2026, count(*) FROM stock_note WHERE kind = 'count'",
)


@contextmanager
def told(what: str, *, bar_s: float | None = None, over: list[str] | None = None) -> Iterator[None]:
    """Print how long something takes; note it in *over* where that is more than *bar_s*."""
    begun = time.perf_counter()
    yield
    seconds = time.perf_counter() - begun
    bar = "" if bar_s is None else f" (bar {bar_s:g} s)"
    print(f"{what:<64} {seconds:9.3f} s{bar}", flush=True)
    if bar_s is not None and over is not None and seconds > bar_s:
        over.append(what)


def fill(session: Session, *, stores: int) -> list[tuple[int, int]]:
    """Write what was sold, delivered and counted; return the pairs of store and product."""
    fill_city(session)
    facts = {
        "stores": stores, "in_each": IN_EACH, "products": PRODUCTS, "first": FIRST, "days": DAYS, "number": 1,
        "deliveries": DELIVERIES, "every": EVERY_DAYS, "counted": COUNTED_ON,
    }  # fmt: skip
    session.execute(text(_STANDS), facts)
    session.execute(text(_SELL), facts)
    pairs = [tuple(row) for row in session.execute(text("SELECT store_id, product_id FROM stands ORDER BY 1, 2"))]
    with told("sales of 21 days written as movements, no stock kept"):
        record_sold(session, store_ids={store for store, _ in pairs}, partner_id=1, posting_no=1, lines=SOLD_BY_DAY)
    for statement in (*_DELIVER, *_COUNT):
        session.execute(text(statement), facts)
    return pairs


def settle_all(session: Session, pairs: list[tuple[int, int]]) -> None:
    """Bring what stands up to date with all that was written."""
    begin_stock(session, [(store, product, FIRST) for store, product in pairs])
    with told(f"all {len(pairs)} products in stores counted and brought up to date"):
        settle(session, pairs=pairs, first=FIRST)


BALANCES = text("""
    SELECT level.product_id, COALESCE(sum(movement.quantity), 0) AS quantity
    FROM stock_level AS level LEFT JOIN stock_movement AS movement ON movement.store_id = level.store_id
      AND movement.product_id = level.product_id AND movement.day >= level.begins_on
    WHERE level.store_id = :store GROUP BY 1""")


def measure(session: Session, by: Actor, pairs: list[tuple[int, int]], over: list[str]) -> int:
    """Measure what is asked of the movements; return how many breaches were found."""
    moved = session.execute(text("SELECT count(*) FROM stock_movement")).scalar_one()
    print(f"{moved} movements")
    store_id, product_id = pairs[len(pairs) // 2]
    code = session.execute(text("SELECT code FROM product WHERE id = :id"), {"id": product_id}).scalar_one()
    of_store = Wish(filters={"store": str(store_id)}, rows=IN_EACH)
    acts: dict[str, Callable[[], object]] = {
        "the page of one store, all its goods": lambda: find_stock_page(session, by=by, on=FIRST, wish=of_store),
        "what stands in one store, by its movements": lambda: session.execute(BALANCES, {"store": store_id}).all(),
        "movements of one product in one store": lambda: find_product_moves(
            session, by=by, store_id=store_id, product_code=code, wish=Wish()
        ),
    }
    for what, act in acts.items():
        act()
        with told(what, bar_s=BAR_BALANCE_S, over=over):
            act()
    for what, wish in {
        "the first page of all stores": Wish(),
        "what is below zero in all stores": Wish(filters={"show": "negative"}),
        "what was sold in all stores and never delivered": Wish(filters={"show": "unkept"}),
    }.items():
        with told(what):
            find_stock_page(session, by=by, on=FIRST, wish=wish)
    with told("all of it worked out anew from the movements"):
        sum(1 for _ in compute_levels(session, pairs))
    breaches = 0
    begun = time.perf_counter()
    for check in CHECKS:
        with told(f"  {check.__name__}"):
            found = list(check(session))
        breaches += len(found)
        for one in found[:3]:
            print(one)
    seconds = time.perf_counter() - begun
    print(f"all checks of stock{'':45} {seconds:9.3f} s (bar {BAR_CHECKS_S:g} s)")
    if seconds > BAR_CHECKS_S:
        over.append("all checks of stock")
    return breaches


def post_more(session: Session, pairs: list[tuple[int, int]]) -> None:
    """Measure what a posting costs that sells of all goods in all stores, and one of a single store."""
    for number, stores, what in ((2, len(pairs), "all stores"), (3, 1, "one store")):
        wanted = sorted({store for store, _ in pairs})[:stores]
        facts = {"number": number, "first": FIRST + timedelta(DAYS + number), "days": 1, "stores": wanted}
        session.execute(text(f"{_SELL} WHERE store_id = ANY(:stores)"), facts)
        with told(f"movements and what stands after a posting of {what}"):
            record_sold(session, store_ids=wanted, partner_id=1, posting_no=number, lines=SOLD_BY_DAY)


def refresh_figures(database: Database) -> None:
    """Let the server look at what its tables hold, as it does by itself after a while."""
    with database.owner() as connection:
        connection.execute(text("ANALYZE"))


def main() -> int:
    """Fill a region, measure, and say whether all keep within their bars."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--stores", type=int, default=STORES)
    stores = options.parse_args().stores
    database = Database.open(url=None, data_dir=Path(make_folder()))
    add_region(database, code=REGION, name="Bench")
    over: list[str] = []
    with database.transaction(REGION) as session:
        pairs = fill(session, stores=stores)
    refresh_figures(database)
    with database.transaction(REGION) as session:
        settle_all(session, pairs)
    refresh_figures(database)
    with database.transaction(REGION) as session:
        breaches = measure(session, get_actor(session, LOGIN), pairs, over)
    with database.transaction(REGION) as session:
        session.execute(text(_STANDS), {"stores": stores, "in_each": IN_EACH, "products": PRODUCTS})
        post_more(session, pairs)
    database.close()
    print(f"breaches: {breaches}; over the bar: {', '.join(over) or 'nothing'}")
    return 1 if breaches or over else 0


if __name__ == "__main__":
    sys.exit(main())
