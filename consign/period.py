"""Settlement cycles: on which days a partner's period ends. Its first and last day both belong to it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
"""WIB (UTC+7), WITA (UTC+8) and WIT (UTC+9), the three time zones of Indonesia."""


class Cycle(StrEnum):
    """How often a partner's sales are settled."""

    WEEK = "week"
    """Monday to Sunday."""
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
    month_end = day.replace(day=monthrange(day.year, day.month)[1])
    if cycle is Cycle.MONTH:
        return Period(day.replace(day=1), month_end)
    if day.day <= 15:
        return Period(day.replace(day=1), day.replace(day=15))
    return Period(day.replace(day=16), month_end)


def is_over(day: date, *, zones: list[str], now: datetime) -> bool:
    """Say whether *day* has ended in every one of *zones* at the instant *now*."""
    return all(now.astimezone(ZoneInfo(zone)).date() > day for zone in zones)
