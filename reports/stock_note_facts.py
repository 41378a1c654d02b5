"""What a paper about goods that move says, and whether its figures tie."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from reports.stock_paper import Mark, PaperWords, Party, Signature

NOTHING = Decimal(0)


class NoteDoesNotAddUp(ValueError):
    """The figures contradict each other; nothing was written."""


class Receiving(StrEnum):
    """Whether somebody receives the goods, and whether that was told yet."""

    NONE = "none"
    OPEN = "open"
    """The paper has room to write by hand what was accepted and refused."""
    TOLD = "told"


@dataclass(frozen=True)
class Refusal:
    """What the receiver did not take of a line, and why, as it is printed."""

    quantity: Decimal
    reason: str


@dataclass(frozen=True)
class NoteLine:
    """One product, of one batch, in the order of the paper."""

    product: str
    content: str
    """Net content: `200 g`; may be blank."""
    number: str
    """Digits below its bars; blank where it has none."""
    batch: str
    expires_on: date | None
    quantity: Decimal
    unit: str
    price_rp: int | None
    """Consumer price of one unit; None where none was agreed, then there is no amount either."""
    amount_rp: int | None
    """Price times quantity, rounded half away from zero."""
    reason: str = ""
    """Why it goes back or is written off."""
    accepted: Decimal | None = None
    """None until the receiver told it."""
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class NoteTotals:
    """What the caller's books say of all lines together, whatever their units."""

    lines: int
    quantity: Decimal
    amount_rp: int
    """Of lines that have a price."""
    accepted: Decimal | None = None
    refused: Decimal | None = None
    accepted_rp: int | None = None
    """What was accepted, at its price, each line rounded half away from zero. All three None until it was told."""


@dataclass(frozen=True, kw_only=True)
class NoteFacts:
    """Everything a note says. Amounts in whole rupiah."""

    title: str
    """Such as `Surat jalan`."""
    number: str
    office: str
    mark: Mark | None
    parties: tuple[Party, ...]
    """Sender, receiver; of a write-off the store alone."""
    partner: str
    day: date
    made_on: date | None
    confirmed_on: date | None
    printed_on: date
    carrier: str
    """Who brings it; may be blank."""
    answers: str
    """Number of the note that this one answers; may be blank."""
    remark: str
    address: str | None
    """Where the QR code leads to; None where the region has no public address, then the code says the number."""
    receiving: Receiving
    lines: tuple[NoteLine, ...]
    totals: NoteTotals
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, kw_only=True)
class NoteWords(PaperWords):
    """Words of a note, in the reader's language."""

    day: str
    """Label of the day on which goods are handed over, or were written off."""
    made_on: str
    confirmed_on: str
    carrier: str
    answers: str
    line: str
    """Head of the line's number: `No.`."""
    product: str
    content: str
    barcode: str
    batch: str
    expires: str
    quantity: str
    unit: str
    price: str
    amount: str
    reason: str
    accepted: str
    refused: str
    refusal_reason: str
    accepted_amount: str
    total: str
    """With `{count}` for how many lines."""
    unpriced: str
    """Said where a line has no price."""
    by_hand: str
    """Tells the receiver what to write in the empty cells."""
    empty: str


def refuse_wrong_note(facts: NoteFacts) -> None:
    """Add the lines up again.

    Raises:
        NoteDoesNotAddUp: a line or a sum differs from its parts, or what was accepted is told where nobody received.

    """
    for place, line in enumerate(facts.lines, start=1):
        _refuse_wrong_line(facts, place, line)
    lines, totals, is_told = facts.lines, facts.totals, facts.receiving is Receiving.TOLD
    sums: dict[str, tuple[object, object]] = {
        "lines": (totals.lines, len(lines)),
        "quantity": (totals.quantity, sum((line.quantity for line in lines), NOTHING)),
        "amount": (totals.amount_rp, sum(line.amount_rp or 0 for line in lines)),
        "accepted": (totals.accepted, sum(map(accepted_of, lines), NOTHING) if is_told else None),
        "refused": (totals.refused, sum(map(refused_of, lines), NOTHING) if is_told else None),
        "accepted amount": (
            totals.accepted_rp,
            sum(compute_amount(line.price_rp, accepted_of(line)) or 0 for line in lines) if is_told else None,
        ),
    }
    for name, (stated, added) in sums.items():
        if stated != added:
            raise NoteDoesNotAddUp(f"{facts.number}: {name} is {stated}, the lines add up to {added}")


def _refuse_wrong_line(facts: NoteFacts, place: int, line: NoteLine) -> None:
    amount = compute_amount(line.price_rp, line.quantity)
    if line.amount_rp != amount:
        raise NoteDoesNotAddUp(f"{facts.number}, line {place}: the amount is {line.amount_rp}, it comes to {amount}")
    if facts.receiving is Receiving.TOLD:
        if line.accepted is None or line.accepted + refused_of(line) != line.quantity:
            raise NoteDoesNotAddUp(
                f"{facts.number}, line {place}: {line.accepted} accepted and {refused_of(line)} refused are not {line.quantity}"
            )
    elif line.accepted is not None or line.refusals:
        raise NoteDoesNotAddUp(
            f"{facts.number}, line {place}: something was accepted or refused before it was received"
        )


def compute_amount(price_rp: int | None, quantity: Decimal) -> int | None:
    """Return the price times the quantity, rounded half away from zero; None where there is no price."""
    return None if price_rp is None else int((price_rp * quantity).quantize(Decimal(1), ROUND_HALF_UP))


def accepted_of(line: NoteLine) -> Decimal:
    """Return what was accepted of *line*, nothing where that was not told."""
    return line.accepted or NOTHING


def refused_of(line: NoteLine) -> Decimal:
    """Return what was refused of *line* for all reasons together."""
    return sum((refusal.quantity for refusal in line.refusals), NOTHING)
