"""What matching reads and what it proposes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from consign.payments.match_kinds import MatchKind
from consign.sentence import Sentence
from consign.settlement.shares import Share


class Rule(StrEnum):
    """By which rule something is proposed, the strongest first."""

    REFERENCE = "reference"
    """A statement's or notice's number or reference, and the amount."""
    REFERENCES = "references"
    """Several numbers, and the amount of all of them."""
    PARTS = "parts"
    """Several lines with one number, which come to its amount."""
    REFERENCE_NEAR = "reference_near"
    """A number, and nearly the amount."""
    AMOUNT_AND_NAME = "amount_and_name"
    LIST_AND_NAME = "list_and_name"
    """The sum of a notice's list, and the partner's name."""
    ALL_OPEN = "all_open"
    """The sum of all that a partner has open."""
    DUE_DATE = "due_date"
    """The sum of what a partner owes on one day."""
    UNTIL_DUE = "until_due"
    """The sum of all that a partner owes until a day."""
    CLOSING = "closing"
    """The sum of one closing."""
    NEAR_AND_NAME = "near_and_name"
    """Nearly the amount, and the partner's name."""
    SEVERAL = "several"
    """The only few statements of a partner that come to the amount."""
    PARTS_AND_NAME = "parts_and_name"
    """Few lines of one partner that come to the amount of one statement."""
    AMOUNT = "amount"
    """The amount alone."""
    REFERENCE_ONLY = "reference_only"
    """A number with another amount: a hint."""
    NAME_ONLY = "name_only"
    """A name with another amount: a hint."""
    CHARGE_WORDS = "charge_words"
    """The bank's words for what it takes or gives itself."""
    SENT_BACK = "sent_back"
    """A line out with the amount of an earlier line in."""
    OWN_ACCOUNTS = "own_accounts"
    """A line with the same amount the other way on another account of the office."""
    PERSON = "person"
    """Somebody chose it without a proposal."""


SCORES: Mapping[Rule, int] = {
    Rule.REFERENCE: 100, Rule.REFERENCES: 98, Rule.PARTS: 96, Rule.REFERENCE_NEAR: 88, Rule.LIST_AND_NAME: 84,
    Rule.AMOUNT_AND_NAME: 80, Rule.ALL_OPEN: 74, Rule.CLOSING: 72, Rule.DUE_DATE: 72, Rule.UNTIL_DUE: 68,
    Rule.NEAR_AND_NAME: 60, Rule.SEVERAL: 52, Rule.PARTS_AND_NAME: 48, Rule.AMOUNT: 44, Rule.CHARGE_WORDS: 70,
    Rule.SENT_BACK: 55, Rule.OWN_ACCOUNTS: 65, Rule.REFERENCE_ONLY: 30, Rule.NAME_ONLY: 15, Rule.PERSON: 0,
}  # fmt: skip
"""How strong each rule is, to rank by; no probability."""
SHAKEN = 20
"""How much weaker a proposal is that another, equal one stands against."""


class ReasonCode(StrEnum):
    """Why the amount is near and not the same."""

    TRANSFER_COST = "transfer_cost"
    ROUNDING = "rounding"
    SHORT = "short"
    OVER = "over"


KNOWN_FEES_RP = frozenset({2_500, 2_900, 3_500, 5_000, 6_500, 7_500, 25_000, 30_000, 35_000})
"""What banks take for a transfer: BI-FAST 2.500, SKN 2.900, between banks online 6.500, RTGS 30.000, and older ones."""
ROUNDING_RP = 100
"""Largest difference that is called rounding; inside."""


@dataclass(frozen=True, slots=True)
class FreeLine:
    """A line of a bank's statement with what no match takes of it."""

    id: int
    booked_on: date
    free_rp: int
    """Signed as the line is."""
    description: str
    counterparty: str = ""
    reference: str = ""
    account_id: int = 0


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A statement of which something is open."""

    id: int
    number: str
    partner_id: int
    closing_id: int
    due_on: date
    open_rp: int
    collecting: bool = True
    """Whether its money goes over the office's account by its agreement."""
    earlier_number: str = ""


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """A partner's word that it paid into the office's account, as far as no line was found for it."""

    id: int
    number: str
    partner_id: int
    reference: str
    paid_on: date
    amount_rp: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Payer:
    """A name under which a partner pays."""

    partner_id: int
    name: str
    known_as: str
    """What the partner is called here."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a payment could be for: one statement, a notice's list, or statements that belong together."""

    rule: Rule
    """By which rule it is proposed where its exact amount comes under its partner's name."""
    label: str
    partner_id: int
    amount_rp: int
    shares: tuple[Share, ...]
    """The first due first."""
    on: date
    notice_id: int | None = None
    collecting: bool = True


@dataclass(frozen=True)
class Proposal:
    """What lines could be, why, and what of them is for which statement."""

    kind: MatchKind
    rule: Rule
    score: int
    """From 0 to 100; it ranks and is no probability."""
    certain: bool
    """Whether reference and amount tie, and nothing else does as well."""
    why: tuple[Sentence, ...]
    taken: tuple[tuple[int, int], ...]
    """How much of each line, signed as the line is."""
    shares: tuple[Share, ...] = ()
    label: str = ""
    """What it is for, in short: a number, or how many statements."""
    partner_id: int | None = None
    difference_rp: int = 0
    """What came in less what was open: negative where too little came."""
    reason_code: ReasonCode | None = None
    notice_id: int | None = None

    @cached_property
    def key(self) -> str:
        """Return what tells this proposal from any other: what it would do, not why."""
        shares = [(one.statement_id, one.amount_rp) for one in self.shares]
        written = f"{self.kind}|{sorted(self.taken)}|{sorted(shares)}|{self.notice_id}"
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    def shaken(self, *why: Sentence) -> "Proposal":
        """Return the proposal as one that is not certain, because of *why*."""
        return replace(self, certain=False, score=max(self.score - SHAKEN, 1), why=(*self.why, *why))


def cut_shares(shares: Sequence[Share], amount_rp: int) -> tuple[Share, ...]:
    """Return of *shares*, the first due first, as much as *amount_rp* pays."""
    cut = []
    for share in shares:
        taken = min(share.amount_rp, amount_rp)
        amount_rp -= taken
        if taken:
            cut.append(Share(share.statement_id, taken))
    return tuple(cut)


def find_reason_code(difference_rp: int) -> ReasonCode | None:
    """Return why an amount may differ by so much; blank where it does not."""
    if difference_rp == 0:
        return None
    if abs(difference_rp) <= ROUNDING_RP:
        return ReasonCode.ROUNDING
    if abs(difference_rp) in KNOWN_FEES_RP:
        return ReasonCode.TRANSFER_COST
    return ReasonCode.SHORT if difference_rp < 0 else ReasonCode.OVER
