"""What a year must come to, worked out anew: money whole rupiah, rates in basis points. Imports nothing of consign."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.year.goods import Bases
from tests.year.people import CASH_RP, CITY_BANKS, City, Terms
from tests.year.truth import Handed, Line

Pair = tuple[str, str]


def round_bp(amount: int, rate_bp: int) -> int:
    """Return so many basis points of an amount, half away from zero."""
    whole = (abs(amount) * rate_bp + 5_000) // 10_000
    return whole if amount >= 0 else -whole


@dataclass
class Sums:
    """What was sold under some terms on a day."""

    lines: int = 0
    sales: int = 0
    returns: int = 0
    fee: int = 0


@dataclass
class Stated:
    """A statement; *open* is what is to be paid of it."""

    partner: str
    producer: str
    until: date
    closed_on: date
    route: str
    figures: dict[str, int]
    open: int = 0

    @property
    def key(self) -> tuple[str, str, date]:
        return self.partner, self.producer, self.until


@dataclass(frozen=True)
class Counted:
    """What one line counts: amounts, and the first day of the version of the agreement that it falls under."""

    sales: int
    fee: int
    version: date


@dataclass
class Books:
    """All sums, as things stand."""

    city: City
    goods: Bases
    seen: dict[tuple[str, date], dict[tuple[str, str, bool], Counted]] = field(default_factory=dict)
    days: dict[tuple[str, date], list[int]] = field(default_factory=dict)
    """Of a store's day: lines, quantity, sales, fee."""
    waiting: dict[str, dict[tuple[str, date, date], Sums]] = field(default_factory=dict)
    """By partner what is in no statement: by producer, version and day."""
    closed: dict[str, date] = field(default_factory=dict)
    statements: dict[tuple[str, str, date], Stated] = field(default_factory=dict)
    carried: dict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    adjustments: dict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    accounts: dict[tuple[str, ...], int] = field(default_factory=lambda: defaultdict(int))
    """Balances by kind and owner, as the ledger signs them."""
    files: int = 0
    lines: int = 0

    def __post_init__(self) -> None:
        for bank in CITY_BANKS:
            self.open_bank(bank)

    def post(self, file: Handed) -> tuple[int, int, int]:
        """Take what a file brings; return how many lines are new, known and waiting."""
        self.files += 1
        if file.fate in {"refused", "again"}:
            return 0, 0, 0
        fresh = [
            line
            for place, line in enumerate(file.lines)
            if place not in file.bad and line.key not in self.seen.get((line.store, line.day), {})
        ]
        # Within a file a return finds its sale wherever it stands.
        for line in sorted(fresh, key=lambda one: one.quantity < 0):
            self._count(line, file.partner.code)
        return len(fresh), len(file.lines) - len(fresh) - len(file.bad), len(file.bad)

    def _count(self, line: Line, partner: str) -> None:
        product = self.city.products[line.product]
        counted = self._value(line, partner)
        self.seen.setdefault((line.store, line.day), {})[line.key] = counted
        day = self.days.setdefault((line.store, line.day), [0, 0, 0, 0])
        for place, value in enumerate((1, line.quantity, counted.sales, counted.fee)):
            day[place] += value
        sums = self.waiting.setdefault(partner, {}).setdefault((product.producer, counted.version, line.day), Sums())
        sums.lines += 1
        sums.sales += counted.sales
        sums.returns += min(counted.sales, 0)
        sums.fee += counted.fee
        self.lines += 1
        self.goods.sell(line)

    def _value(self, line: Line, partner: str) -> Counted:
        """Return what a line counts; a return whose sale is known mirrors it."""
        sale = line.gives_back
        if sale is not None and line.is_named:
            mirrored = self.seen.get((sale.store, sale.day), {}).get(sale.key)
            if mirrored is not None:
                return Counted(-mirrored.sales, -mirrored.fee, mirrored.version)
        product = self.city.products[line.product]
        version = self.city.terms_on(partner, product.producer, line.day)
        sales, base = _amounts(line, version.terms, agreed_rp=product.price_on(line.day))
        return Counted(sales, round_bp(base, version.terms.fee_bp), version.first)

    def forget(self, before: date) -> None:
        """Forget which lines of days long ago are known: no file brings them again."""
        for key in [key for key in self.seen if key[1] < before]:
            del self.seen[key]

    def close(self, partner: str, until: date, *, on: date) -> list[Stated]:
        """Return the statements of a closing made on a day; all that waits until its last day goes in."""
        before = self.closed.get(partner, date.min)
        by_producer: dict[str, list[tuple[date, date, Sums]]] = defaultdict(list)
        waiting = self.waiting.get(partner, {})
        for (producer, version, day), sums in list(waiting.items()):
            if day <= until:
                by_producer[producer].append((version, day, sums))
                del waiting[producer, version, day]
        losses = self.goods.settle(partner, until=until, on=on)
        own = {producer for code, producer in self.city.agreements if code == partner}
        statements = []
        for producer in sorted(own):
            pair = partner, producer
            figures = self._figure(pair, by_producer[producer], losses.get(producer, 0), before=before)
            route = self.city.terms_on(partner, producer, until).terms.route
            one = Stated(partner, producer, until, on, route, figures, figures["due"])
            self.carried[pair] = min(figures["net"] + figures["carried"], 0)
            self.accounts["partner_owes", *pair] += figures["net"]
            self.accounts["producer_is_owed", *pair] += figures["net"]
            self.statements[one.key] = one
            statements.append(one)
        self.closed[partner] = until
        return statements

    def _figure(self, pair: Pair, parts: list[tuple[date, date, Sums]], losses: int, *, before: date) -> dict[str, int]:
        terms = {one.first: one.terms for one in self.city.agreements[pair]}
        sales, fee = sum(sums.sales for _, _, sums in parts), sum(sums.fee for _, _, sums in parts)
        tax = round_bp(sum(sums.fee * terms[version].fee_tax_bp for version, _, sums in parts), 1)
        pph23 = round_bp(sum(sums.fee * terms[version].pph23_bp for version, _, sums in parts), 1)
        adjusted, carried = self.adjustments.pop(pair, 0), self.carried[pair]
        net = sales - fee - tax + pph23 + losses + adjusted
        return {
            "lines": sum(sums.lines for _, _, sums in parts),
            "sales": sales,
            "returns": sum(sums.returns for _, _, sums in parts),
            "late": sum(sums.sales for _, day, sums in parts if day <= before),
            "fee": fee,
            "fee_tax": tax,
            "pph23": pph23,
            "losses": losses,
            "adjustments": adjusted,
            "carried": carried,
            "net": net,
            "due": max(net + carried, 0),
        }

    def pay(self, key: tuple[str, str, date], amount: int, *, by: str, bank: str = "") -> None:
        """Take a payment of a statement: *by* is collecting, direct, written_off_producer or written_off_office."""
        one = self.statements[key]
        if not 0 < amount <= one.open:
            raise AssertionError(f"{key}: {amount} of {one.open}")
        one.open -= amount
        pair = one.partner, one.producer
        self.accounts["partner_owes", *pair] -= amount
        self.accounts["producer_is_owed", *pair] -= amount
        if by == "collecting":
            self.accounts["unallocated", bank] -= amount
        elif by == "written_off_office":
            self.accounts["written_off",] += amount
        if by in {"collecting", "written_off_office"}:
            self.accounts["producer_payable", *pair] += amount

    def book(self, bank: str, amount: int) -> None:
        """Take a line of a bank's statement."""
        self.accounts["bank", bank] += amount
        self.accounts["unallocated", bank] += amount

    def open_bank(self, bank: str) -> None:
        """Take what stood in an account before the first statement."""
        self.accounts["bank", bank] += CASH_RP
        self.accounts["opening",] -= CASH_RP

    def charge(self, bank: str, amount: int) -> None:
        """Take what a bank took for itself; positive."""
        self.accounts["unallocated", bank] += amount
        self.accounts["bank_charges",] += amount

    def find_open(self, partner: str, until: date) -> list[Stated]:
        """Return the statements of a closing of which something is open, in order."""
        return [
            one for key, one in sorted(self.statements.items()) if key[0] == partner and key[2] == until and one.open
        ]


def _amounts(line: Line, terms: Terms, *, agreed_rp: int) -> tuple[int, int]:
    """Return what the producer is owed for before the fee, and what the fee is taken on."""
    counted = agreed_rp * line.quantity if terms.fee_on == "agreed" else line.gross_rp
    sales = counted - (line.discount_rp if terms.discount_by == "producer" else 0)
    return sales, line.gross_rp - line.discount_rp if terms.fee_on == "net" else counted


def find_end(day: date, cycle: str) -> date:
    """Return the last day of the period that a day falls in."""
    if cycle == "week":
        return day + timedelta(6 - day.weekday())
    if cycle == "two_weeks":
        return day + timedelta(13 - (day - date(2024, 1, 1)).days % 14)
    month_end = (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return day.replace(day=15) if cycle == "half_month" and day.day <= 15 else month_end
