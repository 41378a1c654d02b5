"""How long the questions about what runs out take: 200 stores, 200 products in each, ninety days of sales and deliveries."""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from consign.db import Database, region_name, start_embedded
from consign.identity.queries import get_actor
from consign.insight.demand_days import LOOKED_BACK_DAYS, find_pair_days
from consign.insight.expiring import find_expiring
from consign.insight.outlook import find_outlooks
from consign.insight.places import find_places
from consign.insight.reminding import remind_of_stock
from consign.listing import Wish
from consign.regions import add_region
from tests.builders import ADMIN, build_city

REGION = "64.71"
TODAY = date(2026, 6, 1)
MORNING = datetime(2026, 6, 1, 2, tzinfo=UTC)
TIMES = 5
_FILL = (
    """
    INSERT INTO store (partner_id, code, name, zone, opened_on)
    SELECT partner_id, 'G' || n, 'Gerai ' || n, zone, opened_on FROM store, generate_series(3, :stores) AS n WHERE code = 'T1'""",
    """
    INSERT INTO producer (code, name) SELECT 'UP' || n, 'Dapur ' || n FROM generate_series(3, :products / 5) AS n""",
    """
    INSERT INTO product (producer_id, code, name, net_content, net_unit)
    SELECT producer.id, 'X' || n, 'Produk ' || n, 100, 'g' FROM generate_series(3, :products) AS n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS producers FROM producer) AS producer
      ON producer.place = n % producer.producers""",
    """
    INSERT INTO sales_posting (partner_id, number, kind, posted_rows, known_rows, quantity, sales_rp, fee_rp, first_on, last_on,
      posted_by, posted_at)
    SELECT id, 1, 'file', 1, 0, 1, 1, 1, CAST(:today AS date) - 100, CAST(:today AS date), (SELECT min(id) FROM user_account), now()
    FROM partner""",
    """
    INSERT INTO sales_cover (store_id, sold_on, partner_id, posting_no, kind, lines)
    SELECT store.id, CAST(:today AS date) - n, partner_id, 1, 'receipts', 40 FROM store, generate_series(1, 95) AS n
    WHERE (store.id + n) % 23 <> 0""",
    """
    INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, partner_id, posting_no)
    SELECT store.id, product.id, CAST(:today AS date) - n, 'sold', -(1 + (store.id + product.id + n) % 3), partner_id, 1
    FROM store, product, generate_series(1, 95) AS n
    WHERE (store.id + n) % 23 <> 0 AND (store.id * 7 + product.id * 3 + n) % 4 <> 0 ORDER BY store.id, n, product.id""",
    """
    INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, note_id, line_no)
    SELECT store.id, product.id, CAST(:today AS date) - 14 * n, 'received', 18 + (product.id + store.id) % 5, 1, 1
    FROM store, product, generate_series(1, 7) AS n ORDER BY store.id, n, product.id""",
    """
    INSERT INTO stock_level (store_id, product_id, begins_on, last_on, on_hand, short)
    SELECT store_id, product_id, CAST(:today AS date) - 98, max(day), sum(quantity), 0 FROM stock_movement GROUP BY 1, 2""",
    """
    INSERT INTO stock_batch (product_id, code, expires_on)
    SELECT id, 'B' || n, CAST(:today AS date) + (id % 30)::int + 20 * n FROM product, generate_series(0, 2) AS n""",
    """
    INSERT INTO stock_batch_level (store_id, product_id, batch_id, quantity, arrived_on)
    SELECT level.store_id, level.product_id, batch.id, 5, begins_on FROM stock_level AS level
    JOIN stock_batch AS batch ON batch.product_id = level.product_id""",
)


def main() -> int:
    """Fill a region, ask, and print how many milliseconds the fastest of five took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=int, default=200)
    parser.add_argument("--products", type=int, default=200)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="consign-bench-"))
    try:
        url = start_embedded(folder)
        database = Database.open(url=url, data_dir=folder)
        add_region(database, code=REGION, name="Kota Balikpapan")
        with database.transaction(REGION) as session:
            build_city(session)
        fill(url, stores=given.stores, products=given.products)
        print(json.dumps(measure(database), indent=1))
        database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def fill(url: str, *, stores: int, products: int) -> None:
    """Write the rows, as the owner."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text(f"SET search_path = {region_name(REGION)}, public"))
        connection.execute(text("SET session_replication_role = replica"))
        for statement in _FILL:
            connection.execute(text(statement), {"stores": stores, "products": products, "today": TODAY})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET search_path = {region_name(REGION)}, public"))
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def measure(database: Database) -> dict[str, object]:
    """Return by question how many milliseconds it took."""
    with database.transaction(REGION) as session:
        admin = get_actor(session, ADMIN)
        stores: Sequence[int] = session.scalars(text("SELECT id FROM store ORDER BY id")).all()
        products: Sequence[int] = session.scalars(text("SELECT id FROM product ORDER BY id")).all()
        rows = session.scalar(text("SELECT count(*) FROM stock_movement"))
        first, last = TODAY - timedelta(LOOKED_BACK_DAYS), TODAY - timedelta(1)
        whole = [(stores[0], product) for product in products]
        spread = [(store, products[0]) for store in stores]

        def look(**asked: Any) -> int:
            places = find_places(session, by=admin, on=TODAY, **asked)
            return len(list(find_outlooks(session, places, on=TODAY, pull_back_days=7)))

        return {
            "movements": rows,
            "days of a whole store": time_of(
                session, lambda: len(list(find_pair_days(session, whole, first=first, last=last)))
            ),
            "days of a product everywhere": time_of(
                session, lambda: len(list(find_pair_days(session, spread, first=first, last=last)))
            ),
            "what is to come of a whole store": time_of(session, lambda: look(store_id=stores[0])),
            "what is to come of a producer's goods": time_of(session, lambda: look(producer_code="UP9")),
            "what nears its end, a page": time_of(
                session, lambda: len(find_expiring(session, by=admin, on=TODAY, wish=Wish()).rows)
            ),
            "what is told by itself, the whole region": time_of(
                session, lambda: remind_of_stock(session, now=MORNING), times=1
            ),
        }


def time_of(session: Session, ask: Callable[[], int], *, times: int = TIMES) -> str:
    """Return the fastest of a few tries, in milliseconds, and how many it found."""
    fastest, found = float("inf"), 0
    for _ in range(times):
        session.expire_all()
        begun = time.perf_counter()
        found = ask()
        fastest = min(fastest, time.perf_counter() - begun)
    return f"{fastest * 1000:.0f} ms for {found}"


if __name__ == "__main__":
    raise SystemExit(main())
