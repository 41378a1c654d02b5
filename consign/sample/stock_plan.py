"""How much of what stands in the sample city's stores: planned from what they sell, so that few shelves run empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from consign.models.catalogue import Product
from consign.sample.months import Months
from consign.stock.rules import NewLine

DELIVERED_PRODUCERS = 3
"""Producers of each store that deliver; what the others brought stood there before anybody wrote notes."""
FIRST_AFTER_DAYS, SECOND_AFTER_DAYS = 13, 9
"""Days into the first and into the second month on which goods are brought."""
LEFT_AT_LEAST_DAYS = 31
"""A batch whose last day is sooner would have been sold before, so nobody wrote it down."""
FRESH_DAYS = 30
"""Goods that keep no longer are sold to the last."""
PACKED_BEFORE_DAYS = 7
"""Days before a delivery on which its goods were packed."""
RUNS_EMPTY_EVERY = 23
"""Of so many products one is sold to the last."""
SPARE, SPARE_STEPS = 3, 5


@dataclass(frozen=True)
class Sold:
    """What a store sold of a product until the first delivery, from then until the second, and after it."""

    before: Decimal
    between: Decimal
    after: Decimal

    @property
    def total(self) -> Decimal:
        """Return all that was sold; not below zero, though more may have come back."""
        return max(self.before + self.between + self.after, Decimal(0))


@dataclass(frozen=True)
class Days:
    """The days on which goods are brought to all stores, and today."""

    first: date
    second: date
    on: date


def find_days(months: Months, *, on: date) -> Days:
    """Return the days of deliveries in the city's months."""
    first = months.first.first + timedelta(FIRST_AFTER_DAYS)
    return Days(first, months.second.first + timedelta(SECOND_AFTER_DAYS), on)


def plan_opening(
    sold: Mapping[int, Sold], products: Mapping[int, Product], *, delivered: frozenset[int], months: Months, days: Days
) -> list[NewLine]:
    """Return what the first count of a store finds, the day before it begins to sell."""
    day = months.began_on - timedelta(1)
    lines = []
    for place, (product_id, one) in enumerate(sorted(sold.items())):
        product = products[product_id]
        until = max(one.before, Decimal(0)) if product_id in delivered else one.total
        is_fresh = product.shelf_life_days is not None and product.shelf_life_days <= FRESH_DAYS
        empty = product_id not in delivered and (place % RUNS_EMPTY_EVERY == 0 or is_fresh)
        spare = 0 if empty else SPARE + place % SPARE_STEPS
        ends = _find_end(product, day=day, days=days)
        batch = f"A{day:%y%m}-{place + 1:02d}" if ends else ""
        lines.append(NewLine(product_id, until + spare, batch, ends))
    return lines


def plan_delivery(sold: Mapping[int, Sold], products: Sequence[Product], *, day: date, days: Days) -> list[NewLine]:
    """Return what a producer brings to a store on *day*: about what is sold until it comes again."""
    lines = []
    for place, product in enumerate(products):
        one = sold[product.id]
        wanted = max(one.between if day == days.first else one.after, Decimal(0)) + 2 + place % 2
        lines.append(
            NewLine(product.id, wanted, f"B{day:%y%m}-{place + 1:02d}", _find_end(product, day=day, days=days))
        )
    return lines


def may_be_brought(product: Product, days: Days) -> bool:
    """Say whether what was brought on either day still keeps today."""
    return product.shelf_life_days is None or _find_end(product, day=days.first, days=days) is not None


def _find_end(product: Product, *, day: date, days: Days) -> date | None:
    """Return until when goods keep that were packed shortly before *day*; blank where nobody would have written it down."""
    if product.shelf_life_days is None:
        return None
    ends = day + timedelta(product.shelf_life_days - PACKED_BEFORE_DAYS)
    return ends if ends >= days.on + timedelta(LEFT_AT_LEAST_DAYS) else None
