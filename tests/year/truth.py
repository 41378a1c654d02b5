"""What stores sell and hand in, day by day, always the same for the same city. Imports nothing of consign."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from tests.year.people import BEGIN, City, Partner

WITHOUT_RECEIPTS = frozenset({"workbook", "edi"})
WITH_ORIGIN = frozenset({"comma", "semicolon"})
"""Layouts that name the receipt of the sale that a return gives back."""
BACK_DAYS = 5
"""After how many days customers bring goods back."""
LATE_DAYS = 8
BOOK_LAYOUTS = frozenset({"workbook", "old_workbook"})


class Line(NamedTuple):
    """A line of a receipt, or of a day's summary; *gives_back* is the sale of a return."""

    store: str
    day: date
    till: int
    receipt: str
    product: str
    quantity: int
    price_rp: int
    discount_rp: int
    gives_back: "Line | None" = None
    is_named: bool = False
    """Whether the file says which sale it gives back."""

    @property
    def gross_rp(self) -> int:
        return self.quantity * self.price_rp

    @property
    def key(self) -> tuple[str, str, bool]:
        """What makes it the same line of its store and day: receipt, product, and whether it comes back."""
        return self.receipt, self.product, self.quantity < 0


@dataclass(frozen=True)
class Handed:
    """A file that is handed in on a day. *fate* is posted, again, refused or damaged; of a damaged one *bad* lines wait."""

    on: date
    name: str
    partner: Partner
    store: str | None
    """Stated with the file, where it holds one store's lines and does not name it."""
    layout: str
    lines: tuple[Line, ...]
    days: tuple[tuple[str, date], ...]
    fate: str
    bad: frozenset[int] = frozenset()


class Truth:
    """What happens in a city."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.sell = lru_cache(maxsize=60 * 12)(self._sell)

    def layout_of(self, store: str) -> str:
        """Return in which layout the sales of a store come."""
        partner = self.city.partner_of[store]
        return partner.layouts[partner.stores.index(store) % len(partner.layouts)]

    def _sell(self, store: str, day: date) -> tuple[Line, ...]:
        """Return what a store sells on a day, returns left out: no product twice on a receipt."""
        city, layout = self.city, self.layout_of(store)
        shelf = city.shelves[city.partner_of[store].code]
        draw = random.Random(f"{city.seed}:{store}:{day}")  # noqa: S311  # invented data
        if not shelf or draw.random() < 0.01:
            return ()
        busy = city.receipts * (3 if day.weekday() >= 5 else 2) // 2
        if layout in WITHOUT_RECEIPTS:
            chosen = draw.sample(range(len(shelf)), min(len(shelf), busy * 2))
            return tuple(self._line(draw, (store, day, 0, ""), shelf[place]) for place in sorted(chosen))
        lines = []
        for number in range(1, busy + 1):
            receipt = f"{store}{day:%y%m%d}{number:03d}"
            chosen = draw.sample(range(len(shelf)), min(len(shelf), draw.choice((1, 1, 2, 2, 3))))
            lines += [self._line(draw, (store, day, 1 + number % 2, receipt), shelf[place]) for place in chosen]
        return tuple(lines)

    def _line(self, draw: random.Random, where: tuple[str, date, int, str], product: str) -> Line:
        """Return a line of a receipt; tills go on with an old price for two days, and some lines have a discount."""
        quantity = draw.choice((1, 1, 1, 2, 2, 3))
        price = self.city.products[product].price_on(where[1] - timedelta(2))
        discount = quantity * price // 1000 * 100 if draw.random() < 0.08 and where[3] else 0
        return Line(*where, product, quantity, price, discount)

    def find_lines(self, store: str, day: date) -> tuple[Line, ...]:
        """Return all lines of a store's day: its sales, a void on the same receipt, and what comes back of days before."""
        sold, layout = self.sell(store, day), self.layout_of(store)
        if layout in WITHOUT_RECEIPTS:
            return sold
        lines = list(sold)
        for place, one in enumerate(sold):
            if place % 31 == 30:  # voided at once, on its own receipt
                lines.append(_give_back(one, one.receipt, one.till, day, is_named=True))
        before = day - timedelta(BACK_DAYS)
        if before >= BEGIN:
            for place, one in enumerate(self.sell(store, before)):
                if place % 23 == 11 and place % 31 != 30:
                    receipt = f"{store}{day:%y%m%d}R{place:02d}"
                    lines.append(_give_back(one, receipt, one.till, day, is_named=layout in WITH_ORIGIN))
        return tuple(lines)

    def find_files(self, on: date) -> Iterator[Handed]:
        """Yield the files that are handed in on a day, in their order."""
        for partner in self.city.partners:
            for group in self._groups(partner):
                for day, fate in self._plan(group, on):
                    yield from self._make(partner, group, day, on, fate)

    def _groups(self, partner: Partner) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield what comes in one file: layout and stores."""
        if partner.by_store:
            yield from ((self.layout_of(store), (store,)) for store in partner.stores)
            return
        for layout in partner.layouts:
            yield layout, tuple(store for store in partner.stores if self.layout_of(store) == layout)

    def _plan(self, group: tuple[str, tuple[str, ...]], on: date) -> Iterator[tuple[date, str]]:
        """Yield which days' files come *on* a day, and what is the matter with them; late ones come before."""
        for days in (LATE_DAYS, 2, 1):
            day = on - timedelta(days)
            if not BEGIN <= day <= self.city.last:
                continue
            chance = random.Random(f"{self.city.seed}:{group}:{day}").random()  # noqa: S311  # invented data
            matter = next((name for bound, name in _MATTERS if chance < bound), "")
            if matter == "late" and days == LATE_DAYS:
                yield day, "posted"
            elif matter in {"refused", "damaged"} and days == 2:
                yield day, "posted"  # the good one follows
            elif matter in {"again", "overlap"} and days == 2:
                if matter == "again":
                    yield day, "again"
            elif matter != "late" and days == 1:
                yield day, matter if matter in {"refused", "damaged", "overlap"} else "posted"

    def _make(
        self, partner: Partner, group: tuple[str, tuple[str, ...]], day: date, on: date, fate: str
    ) -> Iterator[Handed]:
        layout, stores = group
        overlaps = fate == "overlap" and layout not in WITHOUT_RECEIPTS and day > BEGIN
        days = [day - timedelta(1), day] if overlaps else [day]
        lines = tuple(line for one in days for store in stores for line in self.find_lines(store, one))
        bad: frozenset[int] = frozenset()
        if fate == "damaged" and (layout in BOOK_LAYOUTS or layout == "edi" or len(lines) < 20):
            fate = "refused"
        if fate == "damaged":
            # No line that something else in the file gives back, so that returns find their sales.
            back = {(line.gives_back.receipt, line.gives_back.product) for line in lines if line.gives_back}
            fit = [place for place, line in enumerate(lines) if line.quantity > 0 and line.key[:2] not in back]
            bad = frozenset(fit[:: max(len(fit) // 2, 1)][:2])
        if not lines:
            return
        name = f"{partner.code}-{layout}-{stores[0]}-{day:%Y%m%d}"
        own = stores[0] if partner.by_store else None
        spoken = tuple((store, one) for one in days for store in stores)
        yield Handed(on, name, partner, own, layout, lines, spoken, "posted" if fate == "overlap" else fate, bad)


_MATTERS = ((0.02, "late"), (0.04, "refused"), (0.06, "damaged"), (0.08, "again"), (0.12, "overlap"))
"""How often what is the matter with a file."""


def _give_back(sale: Line, receipt: str, till: int, day: date, *, is_named: bool) -> Line:
    return Line(
        sale.store, day, till, receipt, sale.product, -sale.quantity, sale.price_rp, -sale.discount_rp, sale, is_named
    )
