"""A second book in the plainest way there is: what people did, and what statements and balances must come of it.

Nothing of the application is called here; amounts are worked out with decimals and fractions.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.settlement.plain_money import PlainNotice, PlainPayout

Pair = tuple[int, int]
"""Places of partner and producer."""


def round_rp(exact: Decimal) -> int:
    """Round half a rupiah away from zero."""
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def take(amount_rp: int, rate_bp: int) -> int:
    return round_rp(Decimal(amount_rp) * rate_bp / 10_000)


@dataclass(frozen=True)
class PlainTerms:
    """What a pair agreed on."""

    fee_rate_bp: int
    fee_tax_bp: int
    pph23_bp: int
    payment_term_days: int = 15
    loss_store_bp: int | None = None
    min_payout_rp: int = 0
    route: str = "direct"


@dataclass
class PlainVersion:
    """From when until when a pair agreed on something; it goes on where *last* is blank."""

    id: int
    first: date
    last: date | None
    terms: PlainTerms
    cooperative: bool = False
    """Whether the cooperative signed it, or receives the money."""
    continued: bool = False

    def holds(self, first: date, last: date) -> bool:
        """Say whether it is in force on any of these days, both inside."""
        return self.first <= last and (self.last is None or self.last >= first)


@dataclass
class PlainLine:
    """A line of a sales file, or one that takes such a line back."""

    pair: Pair
    day: date
    amount_rp: int
    fee_rp: int
    terms: PlainTerms
    reported_by: set[int] = field(default_factory=set)
    taken: bool = False
    receipt: str = ""
    quantity: int = 0
    gives_back: "PlainLine | None" = None
    backs: "list[PlainLine]" = field(default_factory=list)
    """What was given back of it and stands."""

    @property
    def left(self) -> int:
        """Return how much of it may still be given back."""
        return self.quantity + sum(one.quantity for one in self.backs)


@dataclass
class PlainLoss:
    """Goods that were lost, at what the producer would have got for them; below zero where that was taken back."""

    pair: Pair
    day: date
    value_rp: int
    store_bp: int | None
    until: date
    twin: "PlainLoss | None" = None
    contested: bool = False
    decided: bool = False
    settled: bool = False

    @property
    def is_taken_back(self) -> bool:
        """Say whether what takes it back, or what it takes back, waits as well."""
        return self.twin is not None and not self.twin.settled

    @property
    def store_rp(self) -> int:
        return take(self.value_rp, self.store_bp or 0)

    def is_due(self, today: date) -> bool:
        agreed = not self.contested and self.until < today and self.store_bp is not None
        return not self.settled and (self.is_taken_back or self.decided or agreed)


@dataclass
class PlainStatement:
    """What a statement must say, and what was paid of it."""

    number: str
    id: int
    pair: Pair
    closed_on: date
    due_on: date
    route: str
    figures: dict[str, int]
    paid_rp: int = 0
    written_off_rp: int = 0

    @property
    def open_rp(self) -> int:
        return self.figures["due_rp"] - self.paid_rp


@dataclass
class PlainBook:
    """Everything that people did."""

    versions: dict[Pair, list[PlainVersion]]
    lines: list[PlainLine] = field(default_factory=list)
    losses: dict[int, PlainLoss] = field(default_factory=dict)
    adjustments: list[tuple[Pair, int]] = field(default_factory=list)
    statements: dict[int, PlainStatement] = field(default_factory=dict)
    disputes: dict[int, int] = field(default_factory=dict)
    """Disputes that wait, with their statements."""
    carried: defaultdict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    closed: dict[int, date] = field(default_factory=dict)
    members: defaultdict[int, list[tuple[int, date, date | None]]] = field(default_factory=lambda: defaultdict(list))
    """By producer the cooperative's memberships: number, first and last day."""
    net: defaultdict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    payable: defaultdict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    free: dict[int, int] = field(default_factory=dict)
    """What of each bank line nobody said what it is."""
    bank_of: dict[int, int] = field(default_factory=dict)
    """The place of each line's bank account."""
    bank_rp: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    in_transit_rp: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    charges_rp: int = 0
    written_off_rp: int = 0
    notices: dict[int, PlainNotice] = field(default_factory=dict)
    payouts: dict[int, PlainPayout] = field(default_factory=dict)

    @property
    def pairs(self) -> list[Pair]:
        return list(self.versions)

    def version_on(self, pair: Pair, day: date) -> PlainVersion | None:
        return next((one for one in self.versions[pair] if one.holds(day, day)), None)

    def terms_on(self, pair: Pair, day: date) -> PlainTerms:
        found = self.version_on(pair, day)
        assert found is not None
        return found.terms

    def is_member(self, producer: int, day: date) -> bool:
        return any(first <= day and (last is None or day <= last) for _, first, last in self.members[producer])

    def is_mandated(self, producer: int, first: date) -> bool:
        """Say whether the cooperative has a mandate from a day on for ever, whatever it is made of."""
        for _, begins, last in self.members[producer]:
            if begins <= first and last is None:
                return True
            if last is not None and begins <= first <= last:
                return self.is_mandated(producer, last + timedelta(1))
        return False

    def report(
        self, pair: Pair, row: tuple[date, int, int, int, str], *, upload: int, of: PlainLine | None
    ) -> PlainLine:
        """Write a line down: by the terms of its day, or what it gives back of the sale *of* that it names."""
        day, _, quantity, price_rp, receipt = row
        if of is not None and -quantity <= of.left:
            returned = of.quantity - of.left - quantity
            whole = returned == of.quantity
            fee = of.fee_rp if whole else take(price_rp * returned, of.terms.fee_rate_bp)
            fee = -(fee + sum(one.fee_rp for one in of.backs))
            line = PlainLine(pair, day, quantity * price_rp, fee, of.terms, {upload}, gives_back=of)
            line.quantity = quantity
            of.backs.append(line)
        else:
            terms = self.terms_on(pair, day)
            fee = take(quantity * price_rp, terms.fee_rate_bp)
            line = PlainLine(pair, day, quantity * price_rp, fee, terms, {upload}, receipt=receipt)
            line.quantity = max(quantity, 0)
        self.lines.append(line)
        return line

    def reverse(self, upload: int) -> int:
        """Take back what an upload alone reported; return how many lines."""
        own = [one for one in self.lines if upload in one.reported_by]
        alone = [one for one in own if one.reported_by == {upload}]
        for one in own:
            one.reported_by.discard(upload)
        for one in alone:
            self.lines.append(PlainLine(one.pair, one.day, -one.amount_rp, -one.fee_rp, one.terms))
            if one.gives_back is not None:
                one.gives_back.backs.remove(one)
        return len(alone)

    def close(self, partner: int, until: date, first: date, today: date) -> dict[Pair, PlainStatement]:
        """Return what each statement of a closing must say; *first* is the first day of its period."""
        before = self.closed.get(partner)
        self.closed[partner] = until
        return {pair: self._settle(pair, until, before, first, today) for pair in self.pairs if pair[0] == partner}

    def _settle(self, pair: Pair, until: date, before: date | None, first: date, today: date) -> PlainStatement:
        lines = [one for one in self.lines if one.pair == pair and one.day <= until and not one.taken]
        due = [one for one in self.losses.values() if one.pair == pair and one.day <= until and one.is_due(today)]
        for one in lines:
            one.taken = True
        for loss in due:
            loss.settled = True
        lost = sum(one.store_rp for one in due)
        sales, fee = sum(one.amount_rp for one in lines), sum(one.fee_rp for one in lines)
        late = sum(one.amount_rp for one in lines if before is not None and one.day <= before)
        tax = round_rp(sum((Decimal(one.fee_rp) * one.terms.fee_tax_bp for one in lines), Decimal(0)) / 10_000)
        pph = round_rp(sum((Decimal(one.fee_rp) * one.terms.pph23_bp for one in lines), Decimal(0)) / 10_000)
        own = [amount for owner, amount in self.adjustments if owner == pair]
        self.adjustments = [one for one in self.adjustments if one[0] != pair]
        net, carried = sales - fee - tax + pph + lost + sum(own), self.carried[pair]
        self.carried[pair] = min(net + carried, 0)
        self.net[pair] += net
        figures = {
            "line_count": len(lines), "sales_rp": sales, "late_rp": late, "fee_rp": fee, "fee_tax_rp": tax, "pph23_rp": pph,
            "losses_rp": lost, "adjustments_rp": sum(own), "net_rp": net, "carried_rp": carried,
            "due_rp": max(net + carried, 0), "carry_rp": self.carried[pair],
        }  # fmt: skip
        current = [one for one in self.versions[pair] if one.holds(first, until)]
        idle = self.versions[pair] if carried or due or own else current
        days = min([one.terms.payment_term_days for one in lines] or [one.terms.payment_term_days for one in idle])
        newest = max(current, key=lambda one: (one.holds(until, until), one.first, one.id))
        return PlainStatement("", 0, pair, today, today + timedelta(days), newest.terms.route, figures)

    def share_out(self, amount_rp: int, partner: int) -> dict[int, int]:
        """Say what of an amount goes to which open statement: first due first, on one day in proportion, largest rests first."""
        shares: dict[int, int] = {}
        waiting = [one for one in self.statements.values() if one.pair[0] == partner and one.open_rp > 0]
        for day in sorted({one.due_on for one in waiting}):
            group = sorted((one for one in waiting if one.due_on == day), key=lambda one: one.id)
            total = sum(one.open_rp for one in group)
            given = min(amount_rp, total)
            amount_rp -= given
            exact = {one.id: Fraction(given * one.open_rp, total) for one in group}
            whole = {one: int(share) for one, share in exact.items()}
            rests = sorted(exact, key=lambda one: (whole[one] - exact[one], one))
            for one in rests[: given - sum(whole.values())]:
                whole[one] += 1
            shares.update({one: share for one, share in whole.items() if share})
        return shares

    def pay(self, shares: dict[int, int], *, payable: bool) -> None:
        """Count shares as paid; what is negative takes a payment back."""
        for statement_id, amount in shares.items():
            statement = self.statements[statement_id]
            statement.paid_rp += amount
            if payable:
                self.payable[statement.pair] += amount

    def announced_rp(self, statement_id: int) -> int:
        """Return what notices that nobody answered or withdrew say of a statement."""
        own = [one for one in self.notices.values() if one.statement_id == statement_id]
        return sum(one.amount_rp for one in own if one.state == "announced")

    def move(self, payout: PlainPayout, sign: int) -> None:
        """Take a payout's money from what is payable, or put it back where *sign* is -1."""
        for pair, amount in payout.parts.items():
            self.payable[pair] -= sign * amount
        self.in_transit_rp[payout.bank] += sign * payout.amount_rp

    def owed(self, pair: Pair) -> int:
        return self.net[pair] - sum(one.paid_rp for one in self.statements.values() if one.pair == pair)

    def reserved_rp(self, pair: Pair) -> int:
        return sum(one.parts.get(pair, 0) for one in self.payouts.values() if one.state == "planned")

    def held_rp(self, bank: int) -> int:
        """Return what a bank account holds that is not on its way to somebody."""
        return self.bank_rp[bank] - self.in_transit_rp[bank]

    def payee_of(self, pair: Pair, on: date) -> str | int:
        """Return to whom a pair's money is paid on a day: the producer's place, or the cooperative."""
        version = self.version_on(pair, on)
        signed = version is not None and version.terms.route == "cooperative"
        return "cooperative" if signed or self.is_member(pair[1], on) else pair[1]

    def plan(self, bank: int, on: date, order: dict[str | int, str]) -> dict[str | int, dict[Pair, int]]:
        """Return who would be paid what; *order* gives keys that decide between two who are paid the same."""
        waiting: dict[str | int, dict[Pair, int]] = {}
        for pair in self.pairs:
            amount = self.payable[pair] - self.reserved_rp(pair)
            if amount > 0:
                waiting.setdefault(self.payee_of(pair, on), {})[pair] = amount
        reserved = [one.amount_rp for one in self.payouts.values() if one.state == "planned" and one.bank == bank]
        left = self.held_rp(bank) - sum(reserved)
        paid = {}
        for payee, parts in sorted(waiting.items(), key=lambda one: (sum(one[1].values()), order[one[0]])):
            minimum = min(self._minimum(producer, on) for producer in {pair[1] for pair in parts})
            if minimum <= sum(parts.values()) <= left:
                left -= sum(parts.values())
                paid[payee] = parts
        return paid

    def _minimum(self, producer: int, on: date) -> int:
        """Return the smallest minimum of what is in force of a producer."""
        return min(self._minimums(producer, on), default=0)

    def _minimums(self, producer: int, on: date) -> Iterable[int]:
        for pair in self.pairs:
            version = self.version_on(pair, on) if pair[1] == producer else None
            if version is not None:
                yield version.terms.min_payout_rp
