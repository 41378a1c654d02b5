"""Batches near their end: what is sold of each in time, what is left, and what its producer loses."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.insight.expiring import (
    Advice,
    Ending,
    ShelfBatch,
    Stage,
    advise,
    assess_endings,
    count_stages,
    find_expiring,
    find_stage,
)
from consign.insight.forecast import Forecast
from consign.listing import Wish
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import NewLine, NoteKind, NoteState
from tests.builders import City
from tests.insight.shelves import MARCH, TODAY, sell_days
from tests.stock.test_moving import deliver, line

TWO_A_DAY = Forecast([2_000] * 7, 2_000_000, 14)


def find(city: City, **filters: str) -> list[Any]:
    return list(find_expiring(city.session, by=city.admin, on=TODAY, wish=Wish(filters=filters)).rows)


@pytest.fixture
def shelf(city: City, tmp_path: Path) -> City:
    """Deliver three batches; two a day are sold of the one that expires first: of its 38, ten are left."""
    deliver(
        city, MARCH, line(city, 38, "A", date(2026, 3, 27)), line(city, 9, "B", date(2026, 3, 29)),
        line(city, 50, "C", date(2026, 12, 1)),
    )  # fmt: skip
    sell_days(city, tmp_path, {MARCH + timedelta(n): 2 for n in range(14)})
    return city


def test_what_expires_first_is_sold_first_until_the_day_it_is_to_be_off_the_shelf(shelf: City):
    first, second = find(shelf)
    # A is to be off the shelf on the 20th, seven days before its end: from the 16th to the 19th eight are sold, two are left.
    # B on the 22nd: until the 21st twelve are sold, of which eight are A's; of its nine, four are sold and five are left.
    assert (first["batch"], first["pull_back_on"], first["days_left"]) == ("A", date(2026, 3, 20), 4)
    assert (first["quantity"], first["expected_sold"], first["expected_left"]) == (10, 8, 2)
    assert (second["batch"], second["expected_sold"], second["expected_left"]) == ("B", 4, 5)
    # Two at Rp15.000 are Rp30.000, less 2,5 % of it, which is Rp750.
    assert first["expected_loss_rp"] == 29_250
    assert [row["advice"] for row in (first, second)] == [Advice.SELL_FIRST, Advice.SELL_FIRST]


def test_what_is_past_its_day_comes_first_and_is_not_sold_any_more(shelf: City):
    deliver(shelf, MARCH, line(shelf, 3, "X", TODAY - timedelta(1)), store=1)
    deliver(shelf, MARCH, line(shelf, 4, "Y", TODAY + timedelta(7)), store=1)
    found = [(row["batch"], row["stage"], row["expected_left"], row["advice"]) for row in find(shelf)]
    assert found[:2] == [("X", Stage.EXPIRED, None, Advice.REMOVE), ("Y", Stage.PULL_BACK, None, Advice.GIVE_BACK)]
    counts = count_stages(shelf.session, by=shelf.admin, on=TODAY)
    assert counts == {Stage.EXPIRED: 1, Stage.PULL_BACK: 1, Stage.WEEK: 2, Stage.LATER: 0}
    assert [row["batch"] for row in find(shelf, stage="expired")] == ["X"]
    assert [row["batch"] for row in find(shelf, store=str(shelf.stores[1].id))] == ["X", "Y"]
    assert find(shelf, producer="P2") == []


def test_a_pull_back_that_waits_is_named(shelf: City):
    note = add_note(
        shelf.session, by=shelf.admin, kind=NoteKind.PULL_BACK, state=NoteState.ASKED, store=shelf.stores[0], day=TODAY,
        producer_id=shelf.producers[0].id,
    )  # fmt: skip
    add_lines(shelf.session, note, [NewLine(shelf.products[0].id, line(shelf, 2).quantity)])
    assert {row["asked"] for row in find(shelf)} == {note.number}


def test_where_nobody_knows_what_is_sold_nobody_says_what_is_left(city: City):
    deliver(city, MARCH, line(city, 9, "B", date(2026, 3, 29)))
    (row,) = find(city)
    assert (row["expected_sold"], row["expected_left"], row["expected_loss_rp"]) == (None, None, None)
    assert row["advice"] == Advice.WATCH


@pytest.mark.parametrize(
    ("days", "stage"),
    [(-1, "expired"), (0, "pull_back"), (7, "pull_back"), (8, "week"), (14, "week"), (15, "later")],
)
def test_stages_begin_and_end_on_their_days(days: int, stage: str):
    assert find_stage(TODAY + timedelta(days), on=TODAY, pull_back_days=7) == stage


def test_what_is_sold_in_time_needs_nothing():
    assert advise(Stage.WEEK, Ending(5_000, 0)) is Advice.NOTHING
    assert advise(Stage.WEEK, Ending(4_000, 1_000)) is Advice.SELL_FIRST
    assert advise(Stage.WEEK, Ending(None, None)) is Advice.WATCH


@given(st.lists(st.tuples(st.integers(-20, 60), st.integers(1, 90_000)), min_size=1, max_size=8))
def test_no_more_of_all_batches_is_sold_than_is_asked_for_until_the_last_day(given_batches: list[tuple[int, int]]):
    standing = [
        ShelfBatch(number, TODAY + timedelta(days), quantity) for number, (days, quantity) in enumerate(given_batches)
    ]
    found = assess_endings(standing, TWO_A_DAY, on=TODAY, pull_back_days=7)
    for one in standing:
        assert found[one.batch_id].sold + found[one.batch_id].left == one.quantity  # type: ignore[operator]
    last = max(one.expires_on for one in standing if one.expires_on) - timedelta(8)
    assert sum(one.sold or 0 for one in found.values()) <= TWO_A_DAY.expect(TODAY, last)
