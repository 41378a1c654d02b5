"""What a store is expected to sell of a product, from the days of which its sales are known. Pure. In thousandths."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import NormalDist

MILLI = 1000
SERVICE_PERCENT = 95
"""How sure it is to be, in percent, that goods last as long as they are to."""
LEAST_KNOWN_DAYS = 7
"""With fewer days of which the sales are known nothing is expected."""
MEAN_DAYS = 2
"""A weekday's own days are averaged with so many days of the mean of all: one odd Sunday says little of Sundays."""
LONGEST_DAYS = 365
"""How far ahead anything is told."""
_SERVICE = NormalDist().inv_cdf(SERVICE_PERCENT / 100)


@dataclass(frozen=True)
class Forecast:
    """What a store is expected to sell of a product. Thousandths of its unit."""

    weekdays: Sequence[float]
    """On each weekday, from Monday."""
    variance: float
    """Of one day, in square thousandths."""
    known_days: int
    """Of how many days the sales are known."""

    def expect(self, first: date, last: date) -> float:
        """Return what is sold from *first* to *last*, both inside; nothing where *last* lies before."""
        days = max(0, (last - first).days + 1)
        weeks, rest = divmod(days, 7)
        return weeks * sum(self.weekdays) + sum(self.weekdays[(first.weekday() + n) % 7] for n in range(rest))

    def need(self, *, first: date, last: date) -> int:
        """Return how much is to be there on *first*, so that it lasts until *last* as surely as it is to."""
        days = max(0, (last - first).days + 1)
        return ceil(self.expect(first, last) + _SERVICE * sqrt(self.variance * days))

    def assess_shortage(self, stands: int, *, first: date, last: date) -> int:
        """Return how likely more is asked for from *first* to *last* than *stands*, in percent."""
        spread = sqrt(self.variance * max(0, (last - first).days + 1))
        expected = self.expect(first, last)
        if not spread:
            return 100 if stands < expected or not stands else 0
        return round(100 * (1 - NormalDist(expected, spread).cdf(stands))) if stands else 100

    def find_shortage(self, stands: int, *, first: date) -> date | None:
        """Return the first day for which *stands* is less than what is needed; blank where it lasts for a year."""
        days = (first + timedelta(n) for n in range(LONGEST_DAYS))
        return next((day for day in days if self.need(first=first, last=day) > stands), None)

    def count_days(self, stands: int, *, first: date) -> int | None:
        """Return for how many whole days from *first* on *stands* is expected to last; blank where it lasts for a year."""
        for count in range(LONGEST_DAYS):
            if self.expect(first, first + timedelta(count)) > stands:
                return count
        return None


def estimate(known: Iterable[tuple[int, int]], *, open_weekdays: Collection[int]) -> Forecast | None:
    """Return what is expected from *known* days, each its weekday (0 is Monday) and what was sold; blank for too few.

    The spread of a day is that around its weekday's mean, and at least as if shoppers came one by one and by themselves.
    """
    by_weekday: list[list[int]] = [[] for _ in range(7)]
    for weekday, sold in known:
        by_weekday[weekday].append(sold)
    count = sum(len(one) for one in by_weekday)
    if count < LEAST_KNOWN_DAYS:
        return None
    mean = sum(sum(one) for one in by_weekday) / count
    weekdays = [
        (sum(one) + MEAN_DAYS * mean) / (len(one) + MEAN_DAYS) if place in open_weekdays else 0
        for place, one in enumerate(by_weekday)
    ]
    spread = sum((sold - weekdays[place]) ** 2 for place, one in enumerate(by_weekday) for sold in one) / count
    return Forecast(weekdays, max(spread, mean * MILLI), count)
