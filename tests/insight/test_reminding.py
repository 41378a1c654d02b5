"""Telling by itself of batches near their end and of what runs out: whom, when, and each once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from consign.identity.actions import add_user
from consign.identity.rules import Role
from consign.insight.reminding import remind_of_stock
from consign.models.insight import ProducerContinuity
from tests.builders import City
from tests.insight.shelves import MARCH, TODAY, sell_days
from tests.stock.test_moving import deliver, line

MORNING = datetime(2026, 3, 16, 2, tzinfo=UTC)
"""Ten in the morning of the office, by WITA."""


@pytest.fixture(autouse=True)
def managed(city: City) -> None:
    """Give the first store a manager; the second has none."""
    store = city.stores[0]
    add_user(
        city.session, by=city.admin, login="t1@beruang.example", name="Orang T1", role=Role.STORE_MANAGER,
        partner_id=store.partner_id, store_id=store.id,
    )  # fmt: skip


def notices(city: City, kind: str, part: str) -> dict[str, list[Any]]:
    rows = city.session.execute(
        text("SELECT recipient, facts FROM notice WHERE kind = :kind ORDER BY id"), {"kind": kind}
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.recipient, []).extend(row.facts[part])
    return found


def told_of_ends(city: City) -> dict[str, list[tuple[str, str]]]:
    found = notices(city, "stock.expiring", "batches")
    return {who.partition(":")[0]: [(one["batch"], one["stage"]) for one in rows] for who, rows in found.items()}


def test_store_and_producer_are_told_a_week_ahead_on_the_day_and_when_it_is_expired(city: City):
    end = TODAY + timedelta(14)  # to be off the shelf in seven days
    deliver(city, MARCH, line(city, 10, "A", end), line(city, 3, "B", end + timedelta(1)))
    assert remind_of_stock(city.session, now=MORNING) == 1
    assert told_of_ends(city) == {"store": [("A", "week")], "producer": [("A", "week")]}
    assert remind_of_stock(city.session, now=MORNING) == 0
    facts = notices(city, "stock.expiring", "batches")[f"producer:{city.producers[0].id}"][0]
    assert (facts["expires_on"], facts["pull_back_on"], facts["quantity"]) == ("2026-03-30", "2026-03-23", "10")
    remind_of_stock(city.session, now=MORNING + timedelta(1))
    remind_of_stock(city.session, now=MORNING + timedelta(7))
    remind_of_stock(city.session, now=MORNING + timedelta(14))
    assert told_of_ends(city)["store"] == [("A", "week"), ("B", "week"), ("A", "pull_back"), ("B", "pull_back")]
    remind_of_stock(city.session, now=MORNING + timedelta(16))
    assert told_of_ends(city)["store"][4:] == [("A", "expired"), ("B", "expired")]


def test_a_store_that_nobody_manages_is_told_through_its_partner(city: City):
    deliver(city, MARCH, line(city, 10, "A", TODAY), store=1)
    remind_of_stock(city.session, now=MORNING)
    assert told_of_ends(city) == {"partner": [("A", "pull_back")], "producer": [("A", "pull_back")]}


def test_what_is_sold_out_is_not_told(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 2, "A", TODAY))
    sell_days(city, tmp_path, {MARCH: 2})
    assert remind_of_stock(city.session, now=MORNING) == 0


def test_nobody_is_told_before_eight_in_the_morning(city: City):
    deliver(city, MARCH, line(city, 10, "A", TODAY))
    assert remind_of_stock(city.session, now=datetime(2026, 3, 15, 23, 59, tzinfo=UTC)) == 0
    assert remind_of_stock(city.session, now=datetime(2026, 3, 16, 0, 0, tzinfo=UTC)) == 1


def test_a_producer_is_told_once_of_what_runs_out_until_something_comes(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 14))
    sell_days(city, tmp_path, {MARCH + timedelta(n): 1 for n in range(14)})
    assert remind_of_stock(city.session, now=MORNING) == 1
    (told,) = notices(city, "stock.runs_out", "products")[f"producer:{city.producers[0].id}"]
    # At one a day 17 spread by 17 x (1 + 17 / 14) = 37.64: 17 x (1 - 0.0145 + 1.645 x 0.1203) cubed = 28.17 last for them.
    assert (told["product_code"], told["on_hand"], told["risk_percent"]) == ("PRD-1", "0", 100)
    assert (told["quantity"], told["latest_on"]) == ("29", "2026-03-16")
    assert remind_of_stock(city.session, now=MORNING + timedelta(1)) == 0
    deliver(city, date(2026, 3, 17), line(city, 1))
    assert remind_of_stock(city.session, now=MORNING + timedelta(2)) == 1


def test_what_producers_come_to_is_kept_once_a_day(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 28))
    deliver(city, MARCH, line(city, 10), store=1)
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(14)})
    remind_of_stock(city.session, now=MORNING)
    remind_of_stock(city.session, now=MORNING + timedelta(hours=3))
    (kept,) = city.session.scalars(select(ProducerContinuity)).all()
    assert (kept.producer_id, kept.day, kept.places) == (city.producers[0].id, TODAY, 2)
    # Fourteen days in each store; in the second nobody reported anything, and ten stood there.
    assert (kept.in_stock_days, kept.out_days, kept.sold, kept.sent, kept.accepted) == (28, 0, 28, 38, 38)
