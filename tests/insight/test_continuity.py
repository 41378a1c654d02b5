"""How steadily producers supply: shares, score, and what is kept of it."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import consign.insight.places
from consign.identity.rules import Actor, Role
from consign.insight.continuity import Continuity, find_accepted, find_continuity, is_kept, keep_continuity
from consign.insight.places import TooMany
from consign.models.stock import StockRefusal
from tests.builders import City
from tests.insight.shelves import MARCH, TODAY, sell_days
from tests.stock.test_moving import deliver, line


def continuity(**changed: int) -> Continuity:
    facts = {"places": 1, "at_risk": 0, "in_stock_days": 0, "out_days": 0}
    sums = {name: Decimal(changed.pop(name, 0)) for name in ("sold", "missed", "sent", "accepted")}
    return Continuity(**{**facts, **changed}, **sums)


def test_the_score_is_the_weighted_mean_of_the_shares():
    found = continuity(in_stock_days=9, out_days=1, sold=80, missed=20, sent=50, accepted=25)
    # 90 %, 80 % and 50 %: (50 x 90 + 30 x 80 + 20 x 50) / 100 = 45 + 24 + 10 = 79.
    assert found.shares == {"in_stock": 9_000, "filled": 8_000, "accepted": 5_000}
    assert found.score == 79


def test_a_share_that_is_not_known_is_left_out():
    # (50 x 90 + 30 x 80) / 80 = 6900 / 80 = 86.25.
    assert continuity(in_stock_days=9, out_days=1, sold=80, missed=20).score == 86
    assert continuity().score is None


def test_half_a_point_rounds_up():
    # (50 x 99 + 30 x 100) / 80 = 7950 / 80 = 99.375; (50 x 100 + 20 x 85) / 70 = 6700 / 70 = 95.71; 20 x 12.5 / 20 = 12.5.
    assert continuity(sent=8, accepted=1).score == 13


def test_stores_add_up():
    one, other = continuity(in_stock_days=3, sold=5, sent=1, accepted=1), continuity(out_days=4, missed=2)
    assert one.add(other) == continuity(places=2, in_stock_days=3, out_days=4, sold=5, missed=2, sent=1, accepted=1)


@pytest.fixture
def supplied(city: City, tmp_path: Path) -> City:
    """Deliver twenty, of which a store takes fourteen; two a day are sold for a week, then there are none for a week."""
    note_id = deliver(city, MARCH, line(city, 14))
    city.session.add(StockRefusal(note_id=note_id, line_no=1, reason="damaged", quantity=Decimal("3.5")))
    city.session.flush()
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(7)})
    sell_days(city, tmp_path, {MARCH + timedelta(n): 1 for n in range(7, 14)}, goods="sambal")
    return city


def test_a_week_with_and_a_week_without(supplied: City):
    (seen,) = find_continuity(supplied.session, by=supplied.admin, on=TODAY)
    found = seen.continuity
    assert (seen.code, seen.day) == ("P1", TODAY)
    assert (found.places, found.at_risk, found.in_stock_days, found.out_days) == (1, 1, 7, 7)
    # 14 were sold; two a day would have been on the seven days without any. Of the 14 sent, 10.5 were taken: 75 %.
    assert (found.sold, found.missed, found.sent, found.accepted) == (14, 14, 14, Decimal("10.5"))
    # (50 x 50 + 30 x 50 + 20 x 75) / 100 = 25 + 15 + 15.
    assert found.score == 55


def test_days_that_nobody_reported_are_no_days_without_any(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 100))
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(7)})
    (seen,) = find_continuity(city.session, by=city.admin, on=TODAY)
    assert (seen.continuity.in_stock_days, seen.continuity.out_days, seen.continuity.score) == (14, 0, 100)


def test_too_much_for_a_page_is_read_as_it_was_kept(supplied: City, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(consign.insight.places, "MOST_PLACES", 0)
    session, producer_id = supplied.session, supplied.producers[0].id
    assert find_continuity(session, by=supplied.admin, on=TODAY) == []
    yesterday = TODAY - timedelta(1)
    keep_continuity(session, {producer_id: continuity(in_stock_days=1)}, day=date(2026, 3, 1))
    keep_continuity(session, {producer_id: continuity(in_stock_days=5)}, day=yesterday)
    keep_continuity(
        session, {producer_id: continuity(in_stock_days=9)}, day=yesterday
    )  # another worker, a moment later
    assert is_kept(session, day=yesterday)
    assert not is_kept(session, day=TODAY)
    (seen,) = find_continuity(session, by=supplied.admin, on=TODAY)
    assert (seen.day, seen.continuity) == (yesterday, continuity(in_stock_days=5))
    store = supplied.stores[0]
    manager = Actor(1, "x", Role.STORE_MANAGER, partner_id=store.partner_id, store_id=store.id)
    with pytest.raises(TooMany):
        find_continuity(session, by=manager, on=TODAY)


def test_only_what_was_confirmed_counts_as_delivered(supplied: City):
    producer_id = supplied.producers[0].id
    assert find_accepted(supplied.session, on=TODAY) == {producer_id: (14, Decimal("10.5"))}
    assert find_accepted(supplied.session, on=MARCH) == {}  # of the days before
    assert find_accepted(supplied.session, on=TODAY, producer_id=supplied.producers[1].id) == {}
