"""What stores sell, receipt by receipt, always the same for the same store and days."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from consign.period import Period
from consign.sample.goods import Goods

SEED = "kota contoh"
LATE_RECEIPT = 901
"""Receipts that were handed in late are counted from here on."""
STRAY_RECEIPT = 951
"""Receipts with goods that nobody registered are counted from here on."""


@dataclass(frozen=True)
class Sold:
    """A line of a receipt; quantity and discount are negative where goods came back."""

    day: date
    time: str
    till: int
    receipt: str
    goods: Goods
    quantity: int
    price_rp: int
    discount_rp: int

    @property
    def gross_rp(self) -> int:
        """Return what was sold before the discount."""
        return self.quantity * self.price_rp

    @property
    def net_rp(self) -> int:
        """Return what was paid."""
        return self.gross_rp - self.discount_rp


class SellingStore:
    """The shelf of one store, its prices and its customers in one period."""

    def __init__(self, goods: Sequence[Goods], *, code: str, period: Period, new_prices_from: date) -> None:
        self._goods = goods
        self._weights = [1_000_000 // one.price_rp + 1 for one in goods]
        self._new_prices_from = new_prices_from
        self._period = period
        self._random = random.Random(f"{SEED}:{code}:{period.first}")  # noqa: S311  # sales, not secrets

    def sell(self, *, receipts_a_day: int) -> list[Sold]:
        """Return everything sold in the period: more at weekends, and on a few days nothing."""
        lines: list[Sold] = []
        for day in self._period.days():
            busy = receipts_a_day * 3 // 2 if day.weekday() >= 5 else receipts_a_day
            if self._one_in(30):
                continue
            for number in range(1, self._random.randint(busy // 2 + 1, busy + 2) + 1):
                lines += self._ring_up(day, number)
        return lines

    def sell_late(self, *, receipts: int) -> list[Sold]:
        """Return receipts of the day before the period, handed in after it was settled."""
        day = self._period.first - timedelta(1)
        return [line for number in range(receipts) for line in self._ring_up(day, LATE_RECEIPT + number)]

    def sell_stray(self, goods: Goods, *, receipts: int) -> list[Sold]:
        """Return receipts of the period's first days with *goods* that do not belong on the shelf."""
        return [
            self._line(self._period.first + timedelta(number), STRAY_RECEIPT + number, goods)
            for number in range(receipts)
        ]

    def _ring_up(self, day: date, number: int) -> Iterator[Sold]:
        """Yield the lines of one receipt; now and then the first of them comes back at once."""
        chosen = self._random.choices(self._goods, weights=self._weights, k=self._random.choice((1, 1, 2, 2, 3)))
        first, *more = [self._line(day, number, one) for one in chosen]
        yield first
        for line in more:
            yield replace(line, time=first.time, till=first.till)
        if self._one_in(40):
            yield replace(first, quantity=-first.quantity, discount_rp=-first.discount_rp)

    def _line(self, day: date, number: int, goods: Goods) -> Sold:
        quantity, price = self._random.choice((1, 1, 1, 1, 2, 2, 3)), self._price(goods, day)
        tenth_rp = quantity * price // 10
        return Sold(
            day=day,
            time=f"{8 + number % 13:02d}:{self._random.randrange(60):02d}:{self._random.randrange(60):02d}",
            till=self._random.randint(1, 2),
            receipt=f"{day:%y%m%d}{number:03d}",
            goods=goods,
            quantity=quantity,
            price_rp=price,
            discount_rp=tenth_rp - tenth_rp % 100 if self._one_in(12) else 0,
        )

    def _price(self, goods: Goods, day: date) -> int:
        if goods.new_price_rp is not None and day >= self._new_prices_from:
            return goods.new_price_rp
        return goods.price_rp

    def _one_in(self, many: int) -> bool:
        return self._random.randrange(many) == 0
