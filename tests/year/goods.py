"""Goods that are brought, counted, given back and lost, and what stands where. Imports nothing of consign."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.year.people import BEGIN, City
from tests.year.truth import Line

CONTEST_DAYS = 7
BROUGHT_DAY, BROKEN_DAY, BACK_DAY, COUNT_DAY = 3, 17, 21, 11
DECIDED_BP = 5_000


@dataclass(frozen=True)
class Moved:
    """What happens to goods: *what* is brought, broken, given_back or counted; quantities by product.

    A refused delivery lacks a permit. Of what is brought *refused* pieces of the first product are not taken.
    """

    on: date
    what: str
    store: str
    producer: str
    day: date
    quantities: tuple[tuple[str, int], ...]
    refused: int = 0
    is_permitted: bool = True


@dataclass
class Loss:
    """Goods lost, with what they are worth and who bears it."""

    partner: str
    producer: str
    store: str
    product: str
    day: date
    value: int
    share_bp: int | None
    contest_until: date
    contested: bool = False
    is_decided: bool = False


@dataclass
class Bases:
    """What stands in stores of the goods that are kept in stock."""

    city: City
    moves: dict[tuple[str, str], list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    sold: dict[tuple[str, str], list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    losses: list[Loss] = field(default_factory=list)
    kept: frozenset[tuple[str, str]] = frozenset()
    renewed: set[str] = field(default_factory=set)
    """Producers whose permit had ended and was renewed when a store refused their goods."""

    def __post_init__(self) -> None:
        self.kept = frozenset(
            (store, product.code)
            for store, producers in self.city.brought.items()
            for product in self.city.products.values()
            if product.producer in producers
        )

    def sell(self, line: Line) -> None:
        """Take a sale of goods that are kept in stock."""
        if (line.store, line.product) in self.kept:
            self.sold[line.store, line.product].append((line.day, -line.quantity))

    def find_on_hand(self, store: str, product: str, *, on: date) -> int:
        """Return what stands at the end of a day: all since the first movement that is no sale."""
        moves = self.moves[store, product]
        if not moves:
            return 0
        first = min(day for day, _ in moves)
        return sum(many for day, many in (*moves, *self.sold[store, product]) if first <= day <= on)

    def find_standing(self) -> dict[tuple[str, str], int]:
        """Return all that stands, by store and product."""
        return {key: self.find_on_hand(*key, on=date.max) for key, moves in self.moves.items() if moves}

    def plan(self, on: date) -> Iterator[Moved]:
        """Yield what is done with goods on a day, each to be taken before the next.

        Counts are of the month before, when all of its files are in.
        """
        for place, (store, producers) in enumerate(self.city.brought.items()):
            draw = random.Random(f"{self.city.seed}:goods:{store}:{on}")  # noqa: S311  # invented data
            for number, producer in enumerate(producers):
                products = [one.code for one in self.city.products.values() if one.producer == producer]
                if on.day == BROUGHT_DAY + number * 5 and on <= self.city.last:
                    owner = self.city.producers[producer]
                    brought = tuple((code, draw.randint(6, 15)) for code in products)
                    permitted = not owner.is_food or owner.permit_until >= on or producer in self.renewed
                    yield Moved(on, "brought", store, producer, on, brought, int(draw.random() < 0.1), permitted)
                if number == place % 4 and on.day in {BROKEN_DAY, BACK_DAY} and on <= self.city.last:
                    standing = [code for code in products if self.find_on_hand(store, code, on=on) > 2]
                    what = "broken" if on.day == BROKEN_DAY else "given_back"
                    if standing:
                        yield Moved(on, what, store, producer, on, ((standing[0], 1 + draw.randrange(2)),))
            if on.day == COUNT_DAY and on > BEGIN + timedelta(20):
                yield from self._plan_count(store, on, draw)

    def _plan_count(self, store: str, on: date, draw: random.Random) -> Iterator[Moved]:
        last = on.replace(day=1) - timedelta(1)
        found = []
        for product in sorted(code for at, code in self.kept if at == store):
            if any(day <= last for day, _ in self.moves[store, product]):
                standing = self.find_on_hand(store, product, on=last)
                found.append((product, max(standing - draw.choice((0, 0, 0, 1, 2)), 0)))
        if found:
            yield Moved(on, "counted", store, "", last, tuple(found))

    def take(self, moved: Moved) -> None:
        """Take what happened."""
        if not moved.is_permitted:
            self.renewed.add(moved.producer)
        for place, (product, many) in enumerate(moved.quantities):
            key = moved.store, product
            match moved.what:
                case "brought" if moved.is_permitted:
                    taken = many - (moved.refused if place == 0 else 0)
                    self.moves[key].append((moved.day, taken))
                case "broken" | "given_back":
                    self.moves[key].append((moved.day, -many))
                    if moved.what == "broken":
                        self._lose(key, moved, many)
                case "counted":
                    missing = self.find_on_hand(*key, on=moved.day) - many
                    if missing:
                        self.moves[key].append((moved.day, -missing))
                        self._lose(key, moved, missing)

    def _lose(self, key: tuple[str, str], moved: Moved, many: int) -> None:
        product = self.city.products[key[1]]
        partner = self.city.partner_of[key[0]].code
        terms = self.city.terms_on(partner, product.producer, moved.day).terms
        gross = product.price_on(moved.day) * many
        fee = (abs(gross) * terms.fee_bp + 5_000) // 10_000
        value = gross - (fee if gross >= 0 else -fee)
        self.losses.append(
            Loss(
                partner, product.producer, *key, moved.day, value, terms.loss_bp, moved.on + timedelta(CONTEST_DAYS),
                contested=len(self.losses) % 9 == 4,
            )
        )  # fmt: skip

    def settle(self, partner: str, *, until: date, on: date) -> dict[str, int]:
        """Take the losses that are due; return what the stores bear of them by producer."""
        due: dict[str, int] = defaultdict(int)
        left = []
        for one in self.losses:
            is_due = one.is_decided or (not one.contested and one.contest_until < on and one.share_bp is not None)
            if one.partner != partner or one.day > until or not is_due:
                left.append(one)
                continue
            share = DECIDED_BP if one.is_decided else one.share_bp or 0
            part = (abs(one.value) * share + 5_000) // 10_000
            due[one.producer] += part if one.value >= 0 else -part
        self.losses = left
        return due

    def find_contested(self, *, recorded_on: date) -> list[Loss]:
        """Return the losses of a day that are contested; the dinas decides about them three days later."""
        return [
            one
            for one in self.losses
            if one.contested and not one.is_decided and one.contest_until == recorded_on + timedelta(CONTEST_DAYS)
        ]
