"""What the worker does for missing days: silent stores are reminded, in every region, once however many look."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from consign import clock
from consign.db import Database
from consign.files import Files
from consign.jobs.rounds import look_after_sales
from consign.regions import add_region
from tests.builders import build_city
from tests.conftest import REGION
from tests.jobs.working import wait_until, working

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
OTHER = "64.72"


@pytest.fixture
def two_cities(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Build a city in two regions, at noon of the 20th of November, with stores that were always silent."""
    add_region(database, code=OTHER, name="Kota Samarinda")
    for region in (REGION, OTHER):
        with database.transaction(region) as session:
            build_city(session)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return database


def count(database: Database, table: str) -> list[int]:
    found = []
    for region in (REGION, OTHER):
        with database.transaction(region) as session:
            found.append(int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0))
    return found


def test_silent_stores_of_every_region_are_reminded_once_however_many_look(two_cities: Database):
    with ThreadPoolExecutor(4) as pool:
        reminded = list(pool.map(lambda _: look_after_sales(two_cities), range(12)))
    assert sum(reminded) == 4  # two stores in each of two regions
    assert count(two_cities, "sales_reminder") == [2, 2]
    # Nobody manages the stores, so each region's partner gets a notice, and its head, ten days being over.
    assert count(two_cities, "notice WHERE kind = 'sales.missing'") == [2, 2]


def test_a_worker_reminds_by_itself(two_cities: Database, files: Files):
    with working(two_cities, files):
        wait_until(lambda: count(two_cities, "sales_reminder") == [2, 2])
