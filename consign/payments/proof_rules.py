"""How far a statement is proven: by its files, its fee, the transfer, and the producer's word. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from consign.payments.notice_rules import PAST_THE_OFFICE


class ProofState(StrEnum):
    """How far one side of a statement is proven."""

    MISSING = "missing"
    STATED = "stated"
    """Somebody says so, and nothing of another hand shows it yet."""
    PROVEN = "proven"
    CONTRADICTED = "contradicted"


class Overall(StrEnum):
    """How a statement stands, all sides together."""

    OPEN = "open"
    PARTLY = "partly"
    ANNOUNCED = "announced"
    PAID = "paid"
    """In full, by what others say than the producer."""
    CONFIRMED = "confirmed"
    """In full, and the producer says so."""
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Sold:
    """What the sales behind a statement come to, added up again from what each line froze."""

    lines: int
    filed: int
    """Lines that stand in a file of a till."""
    typed: int
    """Lines of sheets that a person typed."""
    wrong: int
    """Lines whose fee is not what their frozen base and rate give."""
    fee_rp: int
    """The fee of all lines, as booked."""


@dataclass(frozen=True)
class Paid:
    """What was paid of a statement, and what is said of it; all positive."""

    due_rp: int
    route: str
    bank_rp: int
    """Found on a statement of the office's bank."""
    written_off_rp: int
    direct_rp: int
    """Counted as received by the producer, or its cooperative."""
    said_rp: int
    """Of that, what the producer says itself."""
    waiting_rp: int
    """Announced, and neither answered nor found."""
    noted_rp: int
    """In notices that stand."""
    with_proof_rp: int
    """In notices that stand and came with a proof."""
    is_contradicted: bool
    """Whether the producer says of a standing notice that its money did not come."""

    @property
    def open_rp(self) -> int:
        """Return what is not paid."""
        return self.due_rp - self.bank_rp - self.written_off_rp - self.direct_rp

    @property
    def to_come_rp(self) -> int:
        """Return what was to be paid in money."""
        return self.due_rp - self.written_off_rp


def assess_files(sold: Sold, *, line_count: int, carried_over: bool) -> ProofState:
    """Judge whether every line of a statement stands in a file; what was carried over, or typed, is only stated."""
    if carried_over:
        return ProofState.STATED
    if sold.lines != line_count:
        return ProofState.CONTRADICTED
    if sold.filed == sold.lines:
        return ProofState.PROVEN
    return ProofState.STATED if sold.filed + sold.typed == sold.lines else ProofState.MISSING


def assess_fee(sold: Sold, *, fee_rp: int, carried_over: bool) -> ProofState:
    """Judge whether a statement's fee is what the frozen rates give."""
    if carried_over:
        return ProofState.STATED
    return ProofState.PROVEN if not sold.wrong and sold.fee_rp == fee_rp else ProofState.CONTRADICTED


def assess_transfer(paid: Paid) -> ProofState:
    """Judge whether a transfer is shown: by the bank's statement, or by slips that notices came with."""
    if paid.to_come_rp <= 0 or paid.bank_rp + min(paid.with_proof_rp, paid.to_come_rp) >= paid.to_come_rp:
        return ProofState.PROVEN
    return ProofState.STATED if paid.noted_rp or paid.bank_rp or paid.direct_rp else ProofState.MISSING


def assess_word(paid: Paid) -> ProofState:
    """Judge what the producer says; where the office pays out, nobody has asked it yet."""
    if paid.is_contradicted:
        return ProofState.CONTRADICTED
    if paid.route not in PAST_THE_OFFICE:
        return ProofState.MISSING
    if paid.to_come_rp <= 0 or paid.said_rp >= paid.to_come_rp:
        return ProofState.PROVEN
    return ProofState.STATED if paid.direct_rp else ProofState.MISSING


def assess_overall(paid: Paid) -> Overall:
    """Say how a statement stands; what contradicts comes first."""
    if paid.is_contradicted and paid.open_rp > 0:
        return Overall.CONTRADICTED
    if paid.open_rp <= 0:
        return Overall.CONFIRMED if paid.said_rp and paid.said_rp >= paid.to_come_rp else Overall.PAID
    if paid.waiting_rp:
        return Overall.ANNOUNCED
    return Overall.PARTLY if paid.open_rp < paid.due_rp else Overall.OPEN
