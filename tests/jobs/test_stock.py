"""What the worker does for goods in stores: what nears its end is told, in every region, once however many look."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from consign import clock
from consign.db import Database
from consign.files import Files
from consign.jobs.rounds import look_after_stock
from consign.regions import add_region
from tests.builders import build_city
from tests.conftest import REGION
from tests.jobs.working import wait_until, working
from tests.stock.test_moving import deliver, line

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
OTHER = "64.72"


@pytest.fixture
def two_cities(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Build a city in two regions, at noon of the 20th of November, each with a batch that is expired and one that is not."""
    add_region(database, code=OTHER, name="Kota Samarinda")
    for region in (REGION, OTHER):
        with database.transaction(region) as session:
            city = build_city(session)
            deliver(
                city, date(2026, 11, 1), line(city, 4, "A", date(2026, 11, 19)), line(city, 6, "B", date(2027, 11, 1))
            )
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return database


def count(database: Database, table: str) -> list[int]:
    found = []
    for region in (REGION, OTHER):
        with database.transaction(region) as session:
            found.append(int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0))
    return found


def test_what_nears_its_end_is_told_once_however_many_look(two_cities: Database):
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: look_after_stock(two_cities), range(12)))
    assert sum(told) == 2  # one batch in each of two regions
    assert count(two_cities, "batch_reminder") == [1, 1]
    # Nobody manages the store, so its partner is told, and the producer.
    assert count(two_cities, "notice WHERE kind = 'stock.expiring'") == [2, 2]
    assert count(two_cities, "producer_continuity") == [1, 1]


def test_a_worker_tells_by_itself(two_cities: Database, files: Files):
    with working(two_cities, files):
        wait_until(lambda: count(two_cities, "batch_reminder") == [1, 1])
