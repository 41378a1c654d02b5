"""A second book in the plainest way there is: what people did, and what statements and balances must come of it.

Nothing of the application is called here; amounts are worked out with decimals and fractions.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

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


@dataclass
class PlainLine:
    """A line of a sales file, or one that takes such a line back."""

    pair: Pair
    day: date
    amount_rp: int
    fee_rp: int
    reported_by: set[int] = field(default_factory=set)
    taken: bool = False


@dataclass
class PlainStatement:
    """What a statement must say, and what was paid of it."""

    number: str
    id: int
    pair: Pair
    due_on: date
    figures: dict[str, int]
    paid_rp: int = 0
    written_off_rp: int = 0

    @property
    def open_rp(self) -> int:
        return self.figures["due_rp"] - self.paid_rp


@dataclass
class PlainPayout:
    """What is, or is to be, paid to one producer."""

    batch: int
    parts: dict[Pair, int]
    state: str = "planned"

    @property
    def amount_rp(self) -> int:
        return sum(self.parts.values())


@dataclass
class PlainBook:
    """Everything that people did."""

    terms: dict[Pair, PlainTerms]
    lines: list[PlainLine] = field(default_factory=list)
    adjustments: list[tuple[Pair, int]] = field(default_factory=list)
    statements: dict[int, PlainStatement] = field(default_factory=dict)
    carried: defaultdict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    closed: dict[int, date] = field(default_factory=dict)
    net: defaultdict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    payable: defaultdict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    free: dict[int, int] = field(default_factory=dict)
    """What of each bank line nobody said what it is."""
    bank_rp: int = 0
    in_transit_rp: int = 0
    charges_rp: int = 0
    written_off_rp: int = 0
    payouts: dict[int, PlainPayout] = field(default_factory=dict)

    def report(self, pair: Pair, day: date, amount_rp: int, upload: int) -> PlainLine:
        line = PlainLine(pair, day, amount_rp, take(amount_rp, self.terms[pair].fee_rate_bp), {upload})
        self.lines.append(line)
        return line

    def reverse(self, upload: int) -> int:
        """Take back what an upload alone reported; return how many lines."""
        own = [one for one in self.lines if upload in one.reported_by]
        alone = [one for one in own if one.reported_by == {upload}]
        for one in own:
            one.reported_by.discard(upload)
        self.lines += [PlainLine(one.pair, one.day, -one.amount_rp, -one.fee_rp) for one in alone]
        return len(alone)

    def close(self, partner: int, until: date) -> dict[Pair, dict[str, int]]:
        """Return what each statement of a closing must say."""
        before = self.closed.get(partner)
        self.closed[partner] = until
        return {pair: self._settle(pair, until, before) for pair in self.terms if pair[0] == partner}

    def _settle(self, pair: Pair, until: date, before: date | None) -> dict[str, int]:
        lines = [one for one in self.lines if one.pair == pair and one.day <= until and not one.taken]
        for one in lines:
            one.taken = True
        sales, fee = sum(one.amount_rp for one in lines), sum(one.fee_rp for one in lines)
        late = sum(one.amount_rp for one in lines if before is not None and one.day <= before)
        tax, pph = take(fee, self.terms[pair].fee_tax_bp), take(fee, self.terms[pair].pph23_bp)
        corrected = sum(amount for owner, amount in self.adjustments if owner == pair)
        self.adjustments = [one for one in self.adjustments if one[0] != pair]
        net, carried = sales - fee - tax + pph + corrected, self.carried[pair]
        self.carried[pair] = min(net + carried, 0)
        self.net[pair] += net
        return {
            "line_count": len(lines), "sales_rp": sales, "late_rp": late, "fee_rp": fee, "fee_tax_rp": tax, "pph23_rp": pph,
            "losses_rp": 0, "adjustments_rp": corrected, "net_rp": net, "carried_rp": carried,
            "due_rp": max(net + carried, 0), "carry_rp": self.carried[pair],
        }  # fmt: skip

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

    def move(self, payout: PlainPayout, sign: int) -> None:
        """Take a payout's money from what is payable, or put it back where *sign* is -1."""
        for pair, amount in payout.parts.items():
            self.payable[pair] -= sign * amount

    def owed(self, pair: Pair) -> int:
        return self.net[pair] - sum(one.paid_rp for one in self.statements.values() if one.pair == pair)
