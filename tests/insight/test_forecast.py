"""What is expected of days that are known."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.insight.forecast import Forecast, estimate

MONDAY = date(2026, 3, 16)
WEEK = range(7)


def every_day(*sold: int) -> Forecast:
    found = estimate([(place % 7, one * 1000) for place, one in enumerate(sold)], open_weekdays=WEEK)
    assert found is not None
    return found


def test_two_a_day_are_two_a_day():
    found = every_day(*[2] * 14)
    assert [round(one) for one in found.weekdays] == [2_000] * 7
    assert found.expect(MONDAY, date(2026, 3, 25)) == 20_000  # ten days
    assert found.expect(MONDAY, date(2026, 3, 15)) == 0


def test_a_weekday_is_drawn_to_the_mean_of_all():
    # Two weeks of 1 a day and 8 on Sundays: the mean is (6 + 8) / 7 = 2. A Monday: (1 + 1 + 2 x 2) / 4 = 1.5; a Sunday:
    # (8 + 8 + 2 x 2) / 4 = 5.
    found = every_day(*[1, 1, 1, 1, 1, 1, 8] * 2)
    assert [round(one) for one in found.weekdays] == [1_500] * 6 + [5_000]


def test_nothing_is_expected_on_weekdays_on_which_the_store_is_closed():
    found = estimate([(day, 2_000) for day in range(6)] * 2, open_weekdays=range(6))
    assert found is not None
    assert found.expect(MONDAY, date(2026, 3, 22)) == 12_000


def test_six_days_are_too_few():
    assert estimate([(day, 1_000) for day in range(6)], open_weekdays=WEEK) is None


def test_how_long_ten_last_at_two_a_day():
    found = every_day(*[2] * 14)
    assert found.count_days(10_000, first=MONDAY) == 5
    assert found.count_days(11_000, first=MONDAY) == 5
    assert found.count_days(0, first=MONDAY) == 0
    # n days spread by 2n (1 + n / 14), as 14 are known. By Wilson and Hilferty, with l = spread / (9 x expected squared),
    # expected x (1 - l + 1.645 x root of l) cubed are to be there. Two days: 4 x (1 - 0.0317 + 1.645 x 0.1782) cubed = 8.03;
    # three: 6 x (1 - 0.0225 + 1.645 x 0.1500) cubed = 11.01.
    assert found.find_shortage(10_000, first=MONDAY) == date(2026, 3, 18)
    # More than ten in three days: (cube root of 10 / 6 - 1 + 0.0225) / 0.1500 = 1.388 spreads above the mean, 8.3 %.
    assert found.assess_shortage(10_000, first=MONDAY, last=date(2026, 3, 18)) == 8
    assert found.assess_shortage(0, first=MONDAY, last=date(2026, 3, 18)) == 100
    # 17 days: 34 x (1 - 0.00724 + 1.645 x 0.08507) cubed = 49.41.
    assert found.need(first=MONDAY, last=date(2026, 4, 1)) == pytest.approx(49_409, abs=2)


def test_the_fewer_days_are_known_the_more_is_to_be_there():
    # 28 known days: 17 spread by 34 x (1 + 17 / 28) = 54.64: 34 x (1 - 0.0053 + 1.645 x 0.0725) cubed = 47.00, not 49.41.
    assert every_day(*[2] * 28).need(first=MONDAY, last=date(2026, 4, 1)) == pytest.approx(46_998, abs=2)


def test_good_and_bad_weeks_spread_more_than_good_and_bad_days():
    # Each weekday's mean is 2, a day is 2 off it: 4. A week of such days in a row is 14 off: 196 / 7 = 28.
    assert round(every_day(*[0] * 7, *[4] * 7).variance) == 28_000_000
    # The odd one out first and last: a week is 2 or 0 off, so the days alone count.
    assert round(every_day(*[0, 4] * 3, 0, *[4, 0] * 3, 4).variance) == 4_000_000


def test_days_on_which_the_store_is_closed_need_nothing():
    found = estimate([(day, 2_000) for day in range(6)] * 2, open_weekdays=range(6))
    assert found is not None
    saturday, sunday = date(2026, 3, 21), date(2026, 3, 22)
    assert found.need(first=MONDAY, last=sunday) == found.need(first=MONDAY, last=saturday)
    assert found.assess_shortage(9_000, first=sunday, last=sunday) == 0


@pytest.mark.parametrize("sold", [[2] * 14, [1, 3] * 14, [0] * 13 + [28], [0] * 60 + [90]], ids=str)
def test_what_is_needed_falls_short_one_time_in_twenty(sold: list[int]):
    found = every_day(*sold)
    last = date(2026, 3, 29)
    need = found.need(first=MONDAY, last=last)
    assert found.assess_shortage(need, first=MONDAY, last=last) == 5


def test_what_was_never_sold_needs_nothing_and_lasts():
    found = every_day(*[0] * 14)
    assert found.need(first=MONDAY, last=date(2026, 4, 1)) == 0
    assert found.count_days(1_000, first=MONDAY) is None
    assert found.find_shortage(1_000, first=MONDAY) is None
    assert found.assess_shortage(1_000, first=MONDAY, last=MONDAY) == 0


@given(st.lists(st.integers(0, 20), min_size=7, max_size=40), st.integers(0, 100), st.integers(0, 30))
def test_more_on_the_shelf_never_lasts_less(sold: list[int], stands: int, more: int):
    found = every_day(*sold)
    last = date(2026, 3, 25)
    less_risk = found.assess_shortage((stands + more) * 1000, first=MONDAY, last=last)
    assert less_risk <= found.assess_shortage(stands * 1000, first=MONDAY, last=last)
    days = [found.count_days(one * 1000, first=MONDAY) for one in (stands, stands + more)]
    assert days[1] is None or (days[0] is not None and days[0] <= days[1])
