"""The two months the sample city knows."""

from dataclasses import dataclass
from datetime import date, timedelta

from consign.period import Cycle, Period, period_of


@dataclass(frozen=True)
class Months:
    """The month in which the city began to sell, which is closed, and the month after it, which is not."""

    first: Period
    second: Period

    @property
    def began_on(self) -> date:
        """Return the first day on which anything is sold, agreed or priced."""
        return self.first.first

    def split(self, cycle: Cycle) -> list[Period]:
        """Return the settlement periods of both months in their order."""
        periods = []
        day = self.began_on
        while day <= self.second.last:
            periods.append(period_of(day, cycle))
            day = periods[-1].last + timedelta(1)
        return periods


def months_from(began_on: date) -> Months:
    """Return the month of the day *began_on* and the one after it."""
    first = period_of(began_on, Cycle.MONTH)
    return Months(first, period_of(first.last + timedelta(1), Cycle.MONTH))


def last_full_months(today: date) -> Months:
    """Return the last two months that are over on the day *today*."""
    second = period_of(today.replace(day=1) - timedelta(1), Cycle.MONTH)
    return months_from(second.first - timedelta(1))
