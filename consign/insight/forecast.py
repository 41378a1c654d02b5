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
RUN_DAYS = 7
"""Over so many known days in a row it is looked at whether good and bad days come together."""
LONGEST_DAYS = 365
"""How far ahead anything is told."""
_SERVICE = NormalDist().inv_cdf(SERVICE_PERCENT / 100)


@dataclass(frozen=True)
class Forecast:
    """What a store is expected to sell of a product. Thousandths of its unit."""

    weekdays: Sequence[float]
    """On each weekday, from Monday."""
    variance: float
    """Of one day, in square thousandths: so many days together spread by it times their count."""
    known_days: int
    """Of how many days the sales are known."""

    def expect(self, first: date, last: date) -> float:
        """Return what is sold from *first* to *last*, both inside; nothing where *last* lies before."""
        days = max(0, (last - first).days + 1)
        weeks, rest = divmod(days, 7)
        return weeks * sum(self.weekdays) + sum(self.weekdays[(first.weekday() + n) % 7] for n in range(rest))

    def need(self, *, first: date, last: date) -> int:
        """Return how much is to be there on *first*, so that it lasts until *last* as surely as it is to."""
        return self.cover(self.expect(first, last), open_days=self._count_open(first, last))

    def cover(self, expected: float, *, open_days: int) -> int:
        """Return how much is to be there, as surely as it is to be enough, where so much is expected of so many open days."""
        if not expected:
            return 0
        variance = self._spread(open_days)
        lean = variance / (9 * expected**2)
        even = expected + _SERVICE * sqrt(variance)
        skewed = expected * (1 - lean + _SERVICE * sqrt(lean)) ** 3
        return ceil(max(even, skewed))

    def assess_shortage(self, stands: int, *, first: date, last: date) -> int:
        """Return how likely more is asked for from *first* to *last* than *stands*, in percent.

        Sales never fall below none, but now and then are many: they spread further upwards. Of the normal distribution and
        the gamma distribution of the same mean and variance that one counts by which more is asked for.

        Source: E. B. Wilson and M. M. Hilferty, The distribution of chi-square, 1931: the cube root of a gamma is near normal.
        """
        expected = self.expect(first, last)
        if not stands or not expected:
            return 0 if stands else 100
        variance = self._spread(self._count_open(first, last))
        lean = variance / (9 * expected**2)
        even = (stands - expected) / sqrt(variance)
        skewed = ((stands / expected) ** (1 / 3) - 1 + lean) / sqrt(lean)
        return round(100 * (1 - NormalDist().cdf(min(even, skewed))))

    def _count_open(self, first: date, last: date) -> int:
        weeks, rest = divmod(max(0, (last - first).days + 1), 7)
        is_open = [one > 0 for one in self.weekdays]
        return weeks * sum(is_open) + sum(is_open[(first.weekday() + n) % 7] for n in range(rest))

    def _spread(self, days: int) -> float:
        """Return the variance of so many days together: their own, and that of a mean of no more than the known days."""
        return self.variance * days * (1 + days / self.known_days)

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

    The days come in their order. The spread of a day is that around its weekday's mean; at least as if shoppers came one by
    one and by themselves, and at least as its share in that of whole runs of days, which is more where good days come together.
    """
    days = list(known)
    by_weekday: list[list[int]] = [[] for _ in range(7)]
    for weekday, sold in days:
        by_weekday[weekday].append(sold)
    count = sum(len(one) for one in by_weekday)
    if count < LEAST_KNOWN_DAYS:
        return None
    mean = sum(sum(one) for one in by_weekday) / count
    weekdays = [
        (sum(one) + MEAN_DAYS * mean) / (len(one) + MEAN_DAYS) if place in open_weekdays else 0
        for place, one in enumerate(by_weekday)
    ]
    off = [sold - weekdays[weekday] for weekday, sold in days]
    spread = sum(one**2 for one in off) / count
    runs = [sum(off[end - RUN_DAYS : end]) for end in range(count, RUN_DAYS - 1, -RUN_DAYS)]
    spread_of_runs = sum(one**2 for one in runs) / len(runs) / RUN_DAYS
    return Forecast(weekdays, max(spread, spread_of_runs, mean * MILLI), count)
