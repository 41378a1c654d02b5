"""Settlement cycles: every day belongs to one period, and a period is over when its last store has slept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.period import ZONES, Cycle, Period, is_over, period_of

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
WIB, WITA, WIT = ZONES


@pytest.mark.parametrize(
    ("day", "cycle", "first", "last"),
    [
        # 5 October 2026 is a Monday.
        (date(2026, 10, 5), Cycle.WEEK, date(2026, 10, 5), date(2026, 10, 11)),
        (date(2026, 10, 4), Cycle.WEEK, date(2026, 9, 28), date(2026, 10, 4)),
        (date(2027, 1, 1), Cycle.WEEK, date(2026, 12, 28), date(2027, 1, 3)),
        # 144 weeks, 72 times two, after Monday 1 January 2024.
        (date(2026, 10, 5), Cycle.TWO_WEEKS, date(2026, 10, 5), date(2026, 10, 18)),
        (date(2026, 10, 4), Cycle.TWO_WEEKS, date(2026, 9, 21), date(2026, 10, 4)),
        (date(2023, 12, 31), Cycle.TWO_WEEKS, date(2023, 12, 18), date(2023, 12, 31)),
        (date(2026, 10, 15), Cycle.HALF_MONTH, date(2026, 10, 1), date(2026, 10, 15)),
        (date(2026, 10, 16), Cycle.HALF_MONTH, date(2026, 10, 16), date(2026, 10, 31)),
        (date(2026, 2, 28), Cycle.HALF_MONTH, date(2026, 2, 16), date(2026, 2, 28)),
        (date(2028, 2, 29), Cycle.HALF_MONTH, date(2028, 2, 16), date(2028, 2, 29)),
        (date(2026, 10, 31), Cycle.MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (date(2028, 2, 1), Cycle.MONTH, date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_periods(day: date, cycle: Cycle, first: date, last: date):
    assert period_of(day, cycle) == Period(first, last)


@given(DAYS, st.sampled_from(Cycle))
def test_a_day_lies_in_its_period_and_so_do_all_its_days(day: date, cycle: Cycle):
    period = period_of(day, cycle)
    assert day in period.days()
    assert {period_of(other, cycle) for other in period.days()} == {period}


@given(DAYS, st.sampled_from(Cycle))
def test_periods_tile_the_calendar_without_gap_or_overlap(day: date, cycle: Cycle):
    period = period_of(day, cycle)
    after = period_of(period.last + timedelta(1), cycle)
    before = period_of(period.first - timedelta(1), cycle)
    assert after.first == period.last + timedelta(1)
    assert before.last == period.first - timedelta(1)


@pytest.mark.parametrize(("cycle", "count"), [(Cycle.MONTH, 12), (Cycle.HALF_MONTH, 24), (Cycle.WEEK, 53)])
def test_a_year_has_its_number_of_periods(cycle: Cycle, count: int):
    # 2026 begins on a Thursday and ends on one: parts of 53 weeks.
    year = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    periods = list(dict.fromkeys(period_of(day, cycle) for day in year))
    assert len(periods) == count
    inside = [day for period in periods for day in period.days() if day.year == 2026]
    assert inside == year


def test_a_period_is_written_with_both_its_days():
    assert str(Period(date(2026, 10, 1), date(2026, 10, 31))) == "01/10/2026 - 31/10/2026"


@pytest.mark.parametrize(
    ("hour", "zones", "over"),
    [
        # Midnight after 31 October is 15:00 UTC in WIT (UTC+9), 16:00 in WITA (UTC+8) and 17:00 in WIB (UTC+7).
        (14, [WIT], False),
        (15, [WIT], True),
        (15, [WITA], False),
        (16, [WITA], True),
        (16, [WIB], False),
        (17, [WIB], True),
        (16, [WIT, WITA, WIB], False),
        (17, [WIT, WITA, WIB], True),
    ],
)
def test_a_day_is_over_when_it_has_ended_in_every_zone(hour: int, zones: list[str], over: bool):
    now = datetime(2026, 10, 31, hour, tzinfo=UTC)
    assert is_over(date(2026, 10, 31), zones=zones, now=now) is over
    just_before = now - timedelta(microseconds=1)
    assert not (over and is_over(date(2026, 10, 31), zones=[zones[-1]], now=just_before))


@given(DAYS, st.sampled_from(ZONES))
def test_a_day_that_is_over_stays_over(day: date, zone: str):
    midnight = (
        datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(1) - timedelta(hours=7 + ZONES.index(zone))
    )
    assert is_over(day, zones=[zone], now=midnight)
    assert is_over(day, zones=[zone], now=midnight + timedelta(days=400))
    assert not is_over(day, zones=[zone], now=midnight - timedelta(seconds=1))
