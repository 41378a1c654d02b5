"""The one place that reads the time."""

from datetime import UTC, datetime, timedelta

from consign import clock
from consign.period import ZONES


def test_now_is_aware_and_in_utc():
    now = clock.now()
    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=10)


def test_today_is_the_local_date_of_the_zone():
    for hours, zone in enumerate(ZONES, start=7):
        before = (datetime.now(UTC) + timedelta(hours=hours)).date()
        today = clock.today(zone)
        after = (datetime.now(UTC) + timedelta(hours=hours)).date()
        assert before <= today <= after
