"""Who pays what when, and who is paid: decided by the books alone. Imports nothing of consign."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.year.books import Books, Pair, Stated
from tests.year.people import CITY_BANKS, City

Key = tuple[str, str, date]
Shares = tuple[tuple[Key, int], ...]
SHORT_RP, CHARGE_RP, STRANGE_RP = 2_500, 15_000, 75_000
LATE_DAYS = 20
PAYOUT_DAYS = (6, 21)
BANK_WEEKDAYS = {"BCA": (0, 1, 2, 3, 4, 5, 6), "BRI": (0,), "MDR": (0, 3)}
"""On which weekdays the office fetches the statements of its accounts."""


@dataclass(frozen=True)
class Noted:
    """A partner says by which route it paid what; *label* names the notice."""

    label: str
    partner: str
    route: str
    bank: str
    shares: Shares


@dataclass(frozen=True)
class Answered:
    """A producer, its cooperative, or finance after silence, says whether the money of a notice came."""

    label: str
    producer: str
    answer: str
    by: str
    shares: Shares


@dataclass(frozen=True)
class Came:
    """Money on an account of the office: *names* are a notice or a statement that its words name, blank where they do not."""

    bank: str
    partner: str
    amount: int
    shares: Shares
    notice: str = ""
    statement: Key | None = None
    is_certain: bool = False


@dataclass(frozen=True)
class WrittenOff:
    """A rest that two people write off."""

    key: Key
    amount: int
    borne_by: str


@dataclass(frozen=True)
class Corrected:
    """A producer doubts its statement, and two people correct it."""

    key: Key
    amount: int


Event = Noted | Answered | Came | WrittenOff | Corrected


@dataclass(frozen=True)
class Paid:
    """A payout as the books plan it; *payee* is a producer or a cooperative."""

    payee: str
    parts: tuple[tuple[Pair, int], ...]

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.parts)


@dataclass
class Plans:
    """What is to happen with money on which day."""

    city: City
    due: dict[date, list[Event]] = field(default_factory=lambda: defaultdict(list))
    notices: int = 0

    def take_closing(self, statements: Sequence[Stated], *, on: date) -> None:
        """Plan how the statements of a closing are paid, and which of them are doubted."""
        by_route: dict[str, list[Stated]] = defaultdict(list)
        for one in statements:
            if one.open:
                by_route[one.route].append(one)
        for route, own in by_route.items():
            partner = self.city.partner_of[own[0].partner + "01"]
            pay_on = on + timedelta(partner.terms.term_days)
            if route == "collecting":
                self._plan_collecting(partner.habit, partner.bank, own, pay_on)
            else:
                self._plan_straight(route, own, pay_on)
        draw = random.Random(f"{self.city.seed}:doubts:{statements[0].key}")  # noqa: S311  # invented data
        if draw.random() < 0.3:
            doubted = draw.choice(statements)
            amount = draw.choice((12_500, -7_500, -400_000))
            self.due[on + timedelta(2)].append(Corrected(doubted.key, amount))

    def _plan_collecting(self, habit: str, bank: str, own: list[Stated], on: date) -> None:
        shares = tuple((one.key, one.open) for one in own)
        partner, total = own[0].partner, sum(one.open for one in own)
        match habit:
            case "late":
                self.due[on + timedelta(LATE_DAYS)].append(Came(bank, partner, total, shares))
            case "parts" if own[0].open > 1:
                key, whole = shares[0]
                first, rest = ((key, whole // 3),), ((key, whole - whole // 3), *shares[1:])
                self.due[on].append(Came(bank, partner, whole // 3, first))
                self.due[on + timedelta(1)].append(Came(bank, partner, total - whole // 3, rest))
            case "short" if own[0].open > SHORT_RP:
                key, whole = shares[0]
                paid = ((key, whole - SHORT_RP), *shares[1:])
                self.due[on].append(Came(bank, partner, total - SHORT_RP, paid))
                bearer = "office" if on.day % 2 else "producer"
                self.due[on + timedelta(12)].append(WrittenOff(key, SHORT_RP, bearer))
            case "single":
                for one in shares[:5]:
                    self.due[on].append(Came(bank, partner, one[1], (one,), statement=one[0], is_certain=True))
                self._plan_together(bank, partner, shares[5:], on)
            case _:
                self._plan_together(bank, partner, shares, on)

    def _plan_together(self, bank: str, partner: str, shares: Shares, on: date) -> None:
        """Plan one payment for many statements, with a notice that lists them."""
        if shares:
            label = self._label()
            total = sum(amount for _, amount in shares)
            self.due[on].append(Noted(label, partner, "collecting", bank, shares))
            self.due[on].append(Came(bank, partner, total, shares, notice=label, is_certain=True))

    def _plan_straight(self, route: str, own: list[Stated], on: date) -> None:
        """Plan a payment past the office: most say soon that it came, some first that it did not, some say nothing."""
        label, partner = self._label(), own[0].partner
        shares = tuple((one.key, one.open) for one in own)
        self.due[on].append(Noted(label, partner, route, "", shares))
        for place, one in enumerate(own):
            mine = (shares[place],)
            by = self.city.producers[one.producer].cooperative or "" if route == "cooperative" else one.producer
            if route == "direct" and place % 10 == 3:
                self.due[on + timedelta(1)].append(Answered(label, one.producer, "not_received", by, ()))
                self.due[on + timedelta(6)].append(Answered(label, one.producer, "received", by, mine))
            elif route == "direct" and place % 10 == 7:
                self.due[on + timedelta(9)].append(Answered(label, one.producer, "taken_as_received", "finance", mine))
            else:
                self.due[on + timedelta(1)].append(Answered(label, one.producer, "received", by, mine))

    def _label(self) -> str:
        self.notices += 1
        return f"notice {self.notices}"


def plan_payouts(books: Books, bank: str, *, on: date) -> list[Paid]:
    """Return who is paid from an account on a day: small payouts first as long as the account holds enough."""
    by_payee: dict[str, list[tuple[Pair, int]]] = defaultdict(list)
    for name, amount in books.accounts.items():
        if name[0] == "producer_payable" and amount > 0:
            pair = name[1], name[2]
            by_payee[books.city.producers[pair[1]].cooperative or pair[1]].append((pair, amount))
    left = books.accounts["bank", bank] - books.accounts["in_transit", bank]
    chosen = []
    for payee, parts in sorted(by_payee.items(), key=lambda item: (sum(amount for _, amount in item[1]), item[0])):
        one = Paid(payee, tuple(sorted(parts)))
        if one.amount >= min(_find_minimum(books.city, pair[1], on) for pair, _ in parts) and one.amount <= left:
            left -= one.amount
            chosen.append(one)
    return chosen


def _find_minimum(city: City, producer: str, on: date) -> int:
    return min(
        city.terms_on(partner, producer, on).terms.minimum_rp for partner, code in city.agreements if code == producer
    )


def send(books: Books, bank: str, payouts: Sequence[Paid]) -> None:
    """Take that payouts are on their way."""
    for one in payouts:
        for pair, amount in one.parts:
            books.accounts["producer_payable", *pair] -= amount
            books.accounts["in_transit", bank] += amount


def find(books: Books, bank: str, one: Paid) -> None:
    """Take that a payout was found on the bank's statement, whose line was booked before."""
    books.accounts["in_transit", bank] -= one.amount
    books.accounts["unallocated", bank] += one.amount


def give_back(books: Books, bank: str, one: Paid) -> None:
    """Take that a payout came back by a line that was booked before."""
    books.accounts["unallocated", bank] -= one.amount
    for pair, amount in one.parts:
        books.accounts["producer_payable", *pair] += amount


def find_strange(on: date) -> Iterator[tuple[str, int, str]]:
    """Yield lines of a day that pay nothing: what banks take, and money of strangers."""
    for bank in CITY_BANKS:
        if (on + timedelta(1)).day == 1:
            yield bank, -CHARGE_RP, "BIAYA ADM"
        if on.day == 14:
            yield bank, STRANGE_RP, f"SETORAN TUNAI {on:%m%y} TANPA KETERANGAN"
