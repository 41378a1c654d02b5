"""Who is paid how much and why not others, and what is refused about accounts and payouts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from consign.errors import BadInput, Conflict, NotFound
from consign.money import Rupiah
from consign.sentence import Sentence, say

HAND_OVER_STATES = frozenset({"approved", "sent"})
"""Batches whose files may go to the bank."""


class PayeeAccountUnknown(NotFound):
    """There is no such payee account that this person may see; nothing was changed."""

    code = "payouts.account_unknown"


class AccountNumberRefused(BadInput):
    """The number cannot be one of a bank account; nothing was changed."""

    code = "payouts.number_refused"


class BankUnknown(BadInput):
    """No bank has this code; nothing was changed."""

    code = "payouts.bank_unknown"


class AccountStands(Conflict):
    """This very account stands or waits already; nothing was changed."""

    code = "payouts.account_stands"


class AccountDecided(Conflict):
    """The account was confirmed, refused or replaced before; nothing was changed."""

    code = "payouts.account_decided"


class AccountByOne(Conflict):
    """Who stated an account may not confirm it; nothing was changed."""

    code = "payouts.account_by_one"


class NothingToPay(Conflict):
    """Nobody can be paid now; no payouts were planned."""

    code = "payouts.nothing_to_pay"


class BatchUnknown(NotFound):
    """There is no such batch of payouts; nothing was changed."""

    code = "payouts.batch_unknown"


class PayoutUnknown(NotFound):
    """There is no such payout that this person may see; nothing was changed."""

    code = "payouts.payout_unknown"


class BatchState(Conflict):
    """The batch is not in the state this needs; nothing was changed."""

    code = "payouts.batch_state"


class PayoutState(Conflict):
    """The payout is not in the state this needs; nothing was changed."""

    code = "payouts.payout_state"


class BatchByOne(Conflict):
    """Who planned a batch may not approve it; nothing was changed."""

    code = "payouts.batch_by_one"


class BatchEmpty(Conflict):
    """Every payout of the batch was taken out; nothing was changed."""

    code = "payouts.batch_empty"


class PayeeChanged(Conflict):
    """The account of somebody in the batch may not be paid to any more; nothing was changed."""

    code = "payouts.payee_changed"


class PayableGone(Conflict):
    """Less is payable to somebody than the batch pays; nothing was changed."""

    code = "payouts.payable_gone"


class PaidAgain(Conflict):
    """The money of a return was paid out again meanwhile, so the return cannot be undone; nothing was changed."""

    code = "payouts.paid_again"


class NotInBank(Conflict):
    """The bank account holds less than the batch pays; nothing was changed."""

    code = "payouts.not_in_bank"


class LinesDoNotFit(Conflict):
    """The lines of the bank's statement are not these payouts; nothing was posted."""

    code = "payouts.lines_do_not_fit"


class ReturnLineNeeded(Conflict):
    """The bank's line on which the payout came back is missing; nothing was posted."""

    code = "payouts.return_line_needed"


class LeftOut(StrEnum):
    """Why somebody is not paid now."""

    BELOW_MINIMUM = "below_minimum"
    NO_ACCOUNT = "no_account"
    ACCOUNT_WAITS = "account_waits"
    PLANNED = "planned"
    NOT_IN_BANK = "not_in_bank"
    PARTNER_HAS_NOT_PAID = "partner_has_not_paid"


@dataclass(frozen=True)
class Payee:
    """Who is paid: a producer, or a cooperative for its members."""

    kind: str
    """`producer` or `cooperative`."""
    id: int
    code: str
    name: str

    @property
    def key(self) -> str:
        """Return how lists and notices name it, such as `producer:17`."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class PairMoney:
    """What is payable of one partner's money to one producer, and to whom it is paid."""

    partner_id: int
    producer_id: int
    payee: Payee
    payable_rp: int
    reserved_rp: int
    """Of it, what stands in batches that are not with the bank yet."""
    minimum_rp: int
    """The smallest minimum of the producer's agreements in force; 0 where none is: whoever leaves is paid everything."""
    batch: str = ""
    """The batch in which the reserved money stands."""

    @property
    def available_rp(self) -> int:
        """Return what may be planned; never negative."""
        return max(self.payable_rp - self.reserved_rp, 0)


@dataclass(frozen=True)
class PayeeState:
    """The confirmed account of a payee as planning needs it."""

    account_id: int
    payable_from: date


@dataclass(frozen=True)
class Part:
    """How much of a payout is for what which partner paid for which producer."""

    partner_id: int
    producer_id: int
    amount_rp: int


@dataclass(frozen=True)
class PlannedPayout:
    """One payout as it would be planned."""

    payee: Payee
    account_id: int
    amount_rp: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Omitted:
    """Somebody who has money to come and is not paid now."""

    payee: Payee
    amount_rp: int
    reason: LeftOut
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Plain values that go with the reason: `minimum_rp`, `from_on`, `batch`."""


@dataclass(frozen=True)
class Plan:
    """Who is paid, how much, and why not others."""

    payouts: tuple[PlannedPayout, ...]
    left_out: tuple[Omitted, ...]
    in_bank_rp: int
    """What the bank account holds that no batch pays yet."""

    @property
    def total_rp(self) -> int:
        """Return what the payouts come to."""
        return sum(one.amount_rp for one in self.payouts)


def compute_plan(pairs: Sequence[PairMoney], accounts: Mapping[str, PayeeState], *, in_bank_rp: int, on: date) -> Plan:
    """Return who is paid on the day *on*; *accounts* are the confirmed ones by the payee's key.

    A minimum holds for a payee's whole payout: that of a cooperative is the smallest of its members'. Where the bank account
    does not hold enough for all, small payouts go first, so that most people are paid.
    """
    by_payee: dict[Payee, list[PairMoney]] = {}
    for pair in pairs:
        by_payee.setdefault(pair.payee, []).append(pair)
    payouts: list[PlannedPayout] = []
    left_out: list[Omitted] = []
    for payee, own in by_payee.items():
        reserved = sum(min(one.reserved_rp, one.payable_rp) for one in own if one.payable_rp > 0)
        if reserved > 0:
            batch = next((one.batch for one in own if one.batch), "")
            left_out.append(Omitted(payee, reserved, LeftOut.PLANNED, {"batch": batch}))
        parts = tuple(Part(one.partner_id, one.producer_id, one.available_rp) for one in own if one.available_rp > 0)
        if not parts:
            continue
        amount = sum(part.amount_rp for part in parts)
        obstacle = _find_obstacle(payee, amount, own, accounts.get(payee.key), on=on)
        if obstacle is not None:
            left_out.append(obstacle)
        else:
            payouts.append(PlannedPayout(payee, accounts[payee.key].account_id, amount, parts))
    paid, short = _take_what_is_there(payouts, in_bank_rp)
    ordered = sorted(paid, key=lambda one: (one.payee.name.casefold(), one.payee.key))
    return Plan(tuple(ordered), tuple(sorted((*left_out, *short), key=_by_name)), in_bank_rp)


def _by_name(one: Omitted) -> tuple[str, str]:
    return one.payee.name.casefold(), one.payee.key


def _find_obstacle(
    payee: Payee, amount: int, own: Sequence[PairMoney], account: PayeeState | None, *, on: date
) -> Omitted | None:
    minimum = min(one.minimum_rp for one in own if one.available_rp > 0)
    if amount < minimum:
        return Omitted(payee, amount, LeftOut.BELOW_MINIMUM, {"minimum_rp": minimum})
    if account is None:
        return Omitted(payee, amount, LeftOut.NO_ACCOUNT)
    if account.payable_from > on:
        return Omitted(payee, amount, LeftOut.ACCOUNT_WAITS, {"from_on": account.payable_from.isoformat()})
    return None


def _take_what_is_there(payouts: Sequence[PlannedPayout], in_bank_rp: int) -> tuple[list[PlannedPayout], list[Omitted]]:
    """Return what the bank account covers, and who goes without."""
    paid, short, left = [], [], in_bank_rp
    for one in sorted(payouts, key=lambda one: (one.amount_rp, one.payee.key)):
        if one.amount_rp <= left:
            left -= one.amount_rp
            paid.append(one)
        else:
            short.append(Omitted(one.payee, one.amount_rp, LeftOut.NOT_IN_BANK, {"in_bank_rp": max(left, 0)}))
    return paid, short


def compute_payable_from(*, confirmed_on: date, is_first: bool, wait_days: int) -> date:
    """Return the first day on which an account may be paid to: a first one at once, a changed one after its waiting time."""
    return confirmed_on if is_first else confirmed_on + timedelta(wait_days)


def format_batch_number(year: int, count: int) -> str:
    """Return a batch's number, such as `PB-2026-0001`."""
    return f"PB-{year}-{count:04d}"


def format_reference(batch_number: str, place: int) -> str:
    """Return what stands on a transfer: the batch's number without dashes and the payout's place, from 1."""
    return f"{batch_number.replace('-', '')}-{place:03d}"


def explain_left_out(reason: str, facts: Mapping[str, Any]) -> Sentence:
    """Say why somebody is not paid now."""
    match LeftOut(reason):
        case LeftOut.BELOW_MINIMUM:
            return say("Below the minimum of {minimum}; it waits for more.", minimum=Rupiah(facts["minimum_rp"]))
        case LeftOut.NO_ACCOUNT:
            return say("There is no confirmed bank account to pay to.")
        case LeftOut.ACCOUNT_WAITS:
            day = date.fromisoformat(facts["from_on"])
            return say("The bank account was changed; it may be paid to from {day} on.", day=day)
        case LeftOut.PLANNED:
            return say("Planned already in batch {batch}.", batch=facts["batch"])
        case LeftOut.NOT_IN_BANK:
            return say("Of the bank account {left} is left, which is not enough.", left=Rupiah(facts["in_bank_rp"]))
        case LeftOut.PARTNER_HAS_NOT_PAID:
            return say("No partner has paid this to the office yet.")
