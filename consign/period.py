"""Settlement cycles: on which days a partner's period ends. Its first and last day both belong to it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
"""WIB (UTC+7), WITA (UTC+8) and WIT (UTC+9), the three time zones of Indonesia."""
PROVINCES = {
    "Asia/Jakarta": (*range(11, 22), *range(31, 37), 61, 62),
    "Asia/Makassar": (*range(51, 54), *range(63, 66), *range(71, 77)),
    "Asia/Jayapura": (81, 82, *range(91, 98)),
}
"""Which provinces keep which time, by the first two digits of a region's code.

Source: Keppres 41/1987; provinces made since keep the time of the one they were part of.
"""


FIRST_TWO_WEEKS = date(2024, 1, 1)
"""A Monday on which two weeks begin. Years have no even number of weeks, so that some day must say which weeks belong together."""


class Cycle(StrEnum):
    """How often a partner's sales are settled."""

    WEEK = "week"
    """Monday to Sunday."""
    TWO_WEEKS = "two_weeks"
    """Monday to the Sunday after the next, always the same pairs of weeks, see `FIRST_TWO_WEEKS`."""
    HALF_MONTH = "half_month"
    """The 1st to the 15th, and the 16th to the month's last day."""
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """Days from *first* to *last*, both inside."""

    first: date
    last: date

    def days(self) -> list[date]:
        """Return every day of the period in order."""
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]

    def __str__(self) -> str:
        return f"{self.first:%d/%m/%Y} - {self.last:%d/%m/%Y}"


def period_of(day: date, cycle: Cycle) -> Period:
    """Return the period of *cycle* that *day* falls in."""
    if cycle is Cycle.WEEK:
        first = day - timedelta(day.weekday())
        return Period(first, first + timedelta(6))
    if cycle is Cycle.TWO_WEEKS:
        first = day - timedelta((day - FIRST_TWO_WEEKS).days % 14)
        return Period(first, first + timedelta(13))
    month_end = day.replace(day=monthrange(day.year, day.month)[1])
    if cycle is Cycle.MONTH:
        return Period(day.replace(day=1), month_end)
    if day.day <= 15:
        return Period(day.replace(day=1), day.replace(day=15))
    return Period(day.replace(day=16), month_end)


def find_zone(region_code: str) -> str | None:
    """Return the time zone of a region by its code, `64.71` or `6471`; blank where its province is not known."""
    province = int(region_code[:2])
    return next((zone for zone, provinces in PROVINCES.items() if province in provinces), None)


def is_over(day: date, *, zones: list[str], now: datetime) -> bool:
    """Say whether *day* has ended in every one of *zones* at the instant *now*."""
    return all(now.astimezone(ZoneInfo(zone)).date() > day for zone in zones)
