"""What is to come of a product in a store: how long it lasts, what to bring, and from which facts."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import consign.insight.places
from consign.catalogue.listings import list_product
from consign.identity.rules import Actor, Role
from consign.insight.outlook import Outlook, find_outlooks
from consign.insight.places import PlaceUnknown, TooMany, find_place_stores, find_places, get_place
from consign.models.stock import StockNote
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import NoteKind, NoteState
from tests.builders import City
from tests.insight.shelves import MARCH, TODAY, sell_days
from tests.stock.test_moving import deliver, line


def look(city: City, *, pull_back_days: int = 7) -> list[Outlook]:
    places = find_places(city.session, by=city.admin, on=TODAY)
    return list(find_outlooks(city.session, places, on=TODAY, pull_back_days=pull_back_days))


def send(city: City, quantity: int, day: date) -> StockNote:
    """Send goods that have not come yet."""
    note = add_note(
        city.session, by=city.admin, kind=NoteKind.DELIVERY, state=NoteState.SENT, store=city.stores[0], day=day,
        producer_id=city.producers[0].id,
    )  # fmt: skip
    add_lines(city.session, note, [line(city, quantity)])
    return note


@pytest.fixture
def two_a_day(city: City, tmp_path: Path) -> City:
    """Deliver 38, of which two are sold on each of fourteen days: ten are left."""
    deliver(city, MARCH, line(city, 38))
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(14)})
    return city


def test_ten_at_two_a_day_last_five_days_and_40_are_to_be_brought_within_three(two_a_day: City):
    (found,) = look(two_a_day)
    assert found.place.on_hand == 10
    assert (found.cover_days, found.risk_percent, found.expected_a_week) == (5, 8, Decimal(14))
    # By `test_forecast`: 49.41 last 3 days until it can be there and 14 more with 95 %; 10 stand there. 10 last until
    # the third day with 95 %.
    suggestion = found.suggestion
    assert suggestion is not None
    assert (suggestion.quantity, suggestion.latest_on, suggestion.until_on) == (40, date(2026, 3, 18), date(2026, 4, 1))


def test_what_is_on_its_way_is_counted_but_not_what_is_long_overdue(two_a_day: City):
    send(two_a_day, 4, TODAY)
    send(two_a_day, 99, TODAY - timedelta(15))
    (found,) = look(two_a_day)
    assert found.place.in_transit == 4
    assert found.suggestion is not None
    assert found.suggestion.quantity == 36
    assert found.cover_days == 5  # of what stands there


def test_no_more_is_suggested_than_can_be_sold_before_its_end(two_a_day: City):
    two_a_day.products[0].shelf_life_days = 11
    two_a_day.session.flush()
    (found,) = look(two_a_day)
    # 11 days less the 7 before its end are 4: 3 + 4 days spread by 14 x (1 + 7 / 14) = 21, by
    # `test_forecast` 14 x (1 - 0.0119 + 1.645 x 0.1091) cubed = 22.28, less 10.
    assert found.suggestion is not None
    assert found.suggestion.quantity == 13


def test_days_that_nobody_reported_do_not_make_it_less(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 38))
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(0, 14, 2)})
    (found,) = look(city)
    assert found.expected_a_week == 14
    assert found.forecast is not None
    assert found.forecast.known_days == 7


def test_days_without_any_do_not_make_it_less(city: City, tmp_path: Path):
    deliver(city, MARCH, line(city, 14))
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(7)})
    sell_days(city, tmp_path, {MARCH + timedelta(n): 1 for n in range(7, 14)}, goods="sambal")
    (found,) = look(city)
    assert (found.in_stock_days, found.out_days, found.expected_a_week) == (7, 7, Decimal(14))
    assert (found.cover_days, found.risk_percent) == (0, 100)
    assert found.suggestion is not None
    # Seven known days: 17 spread by 34 x (1 + 17 / 7) = 116.6: 34 x (1 - 0.0112 + 1.645 x 0.1059) cubed = 53.47.
    assert (found.suggestion.quantity, found.suggestion.latest_on) == (54, TODAY)


def test_a_product_that_was_never_delivered_is_known_but_nothing_is_said_of_it(city: City):
    list_product(city.session, by=city.admin, product=city.products[1], store_id=city.stores[0].id, first=MARCH)
    (found,) = look(city)
    assert found.place.product_code == "PRD-2"
    assert (found.place.on_hand, found.forecast, found.cover_days, found.suggestion) == (None, None, None, None)


def test_a_producer_that_came_three_times_has_a_rhythm_of_its_own(city: City):
    for day in (2, 4):
        deliver(city, date(2026, 3, day), line(city, 1))
    assert find_places(city.session, by=city.admin, on=TODAY)[0].lead_days == 3
    deliver(city, date(2026, 3, 9), line(city, 1))
    deliver(city, date(2026, 3, 14), line(city, 1))
    (place,) = find_places(city.session, by=city.admin, on=TODAY)
    # Two, five and five days lie between them.
    assert (place.deliveries, place.rhythm_days, place.lead_days) == (4, 5, 5)


def test_everybody_sees_one_s_own(city: City):
    deliver(city, MARCH, line(city, 5))
    store, other = city.stores[0], city.stores[1]

    def seen(**held: int) -> int:
        by = Actor(1, "x", Role.PRODUCER if "producer_id" in held else Role.STORE_MANAGER, **held)
        return len(find_places(city.session, by=by, on=TODAY)) + 10 * len(find_place_stores(city.session, by=by))

    assert seen(producer_id=city.producers[0].id) == 11
    assert seen(producer_id=city.producers[1].id) == 0
    assert seen(partner_id=store.partner_id, store_id=store.id) == 11
    assert seen(partner_id=other.partner_id, store_id=other.id) == 0
    by = Actor(1, "x", Role.STORE_MANAGER, partner_id=store.partner_id, store_id=other.id)
    assert find_places(city.session, by=by, on=TODAY, store_id=store.id) == []
    with pytest.raises(PlaceUnknown):
        get_place(city.session, by=by, on=TODAY, store_id=store.id, product_code="PRD-1")
    assert get_place(city.session, by=city.admin, on=TODAY, store_id=store.id, product_code="PRD-1").on_hand == 5


def test_what_is_no_more_offered_is_left_out(city: City):
    deliver(city, MARCH, line(city, 5))
    city.products[0].sold_until = TODAY - timedelta(1)
    city.session.flush()
    assert find_places(city.session, by=city.admin, on=TODAY) == []


def test_too_many_are_refused_and_a_store_s_own_are_not(city: City, monkeypatch: pytest.MonkeyPatch):
    deliver(city, MARCH, line(city, 5))
    deliver(city, MARCH, line(city, 5), store=1)
    monkeypatch.setattr(consign.insight.places, "MOST_PLACES", 1)
    with pytest.raises(TooMany):
        find_places(city.session, by=city.admin, on=TODAY)
    assert len(find_places(city.session, by=city.admin, on=TODAY, store_id=city.stores[1].id)) == 1
