"""What can be said about goods in stores, and the errors of this slice. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from consign.errors import BadInput, Conflict, NotFound
from consign.money import BP_WHOLE, divide_half_away
from consign.sentence import Code, Sentence, say

MOST_LINES = 500
"""Lines of one note; a longer one is written as several."""
MOST_QUANTITY = Decimal(1_000_000)
LONGEST_BATCH = 40
LONGEST_AHEAD_DAYS = 60
"""How far ahead a delivery may be announced."""
LONGEST_BACK_DAYS = 366
"""How far back what happened may be entered."""


class NoteKind(StrEnum):
    """What a note is about."""

    DELIVERY = "delivery"
    RETURN = "return"
    PULL_BACK = "pull_back"
    TRANSFER = "transfer"
    WRITE_OFF = "write_off"
    COUNT = "count"


PREFIXES: Mapping[NoteKind, str] = {
    NoteKind.DELIVERY: "SJ",
    NoteKind.RETURN: "RT",
    NoteKind.PULL_BACK: "TB",
    NoteKind.TRANSFER: "PG",
    NoteKind.WRITE_OFF: "HP",
    NoteKind.COUNT: "SO",
}
"""What numbers of a kind begin with: surat jalan, retur, tarik barang, pindah gerai, hapus, stok opname."""


class NoteState(StrEnum):
    """How far a note has come."""

    ASKED = "asked"
    SENT = "sent"
    OPEN = "open"
    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


class Reason(StrEnum):
    """Why goods leave a shelf otherwise than by a sale."""

    UNSOLD = "unsold"
    NEAR_EXPIRY = "near_expiry"
    EXPIRED = "expired"
    DAMAGED = "damaged"
    MISSING = "missing"
    RECALLED = "recalled"
    PAPERS = "papers"
    SAMPLE = "sample"
    ROTATION = "rotation"


class Refusal(StrEnum):
    """Why a receiver does not take goods."""

    SHORT = "short"
    DAMAGED = "damaged"
    NEAR_EXPIRY = "near_expiry"
    EXPIRED = "expired"
    PRICE = "price"
    PAPERS = "papers"
    NOT_ORDERED = "not_ordered"
    OTHER = "other"


class MovementKind(StrEnum):
    """How goods came onto a shelf or left it."""

    RECEIVED = "received"
    SOLD = "sold"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    WRITTEN_OFF = "written_off"
    OPENING = "opening"
    COUNTED = "counted"


COUNTS = frozenset({MovementKind.OPENING, MovementKind.COUNTED})
WRITE_OFF_REASONS = (Reason.DAMAGED, Reason.MISSING, Reason.EXPIRED, Reason.RECALLED, Reason.SAMPLE)
RETURN_REASONS = (
    Reason.UNSOLD, Reason.NEAR_EXPIRY, Reason.EXPIRED, Reason.DAMAGED, Reason.RECALLED, Reason.PAPERS, Reason.ROTATION,
)  # fmt: skip
BORNE_AS_AGREED = frozenset({Reason.DAMAGED, Reason.MISSING})
"""What happened to goods in the store's care: borne as the agreement says. All else is the producer's."""


class NoteUnknown(NotFound):
    """There is no such note, or it is not for this person to see; nothing was changed."""

    code = "stock.note_unknown"


class NoteNotOpen(Conflict):
    """The note does not wait for this any more; nothing was changed."""

    code = "stock.note_not_open"


class NotDeliverable(Conflict):
    """Papers or an agreement are missing on the day; nothing was recorded. *lacks* says of each product what."""

    code = "stock.not_deliverable"

    def __init__(self, sentence: Sentence, lacks: tuple[Sentence, ...] = ()) -> None:
        super().__init__(sentence)
        self.lacks = lacks


class NothingToReverse(Conflict):
    """The note moved nothing that could be taken back; nothing was changed."""

    code = "stock.nothing_to_reverse"


class LossUnknown(NotFound):
    """There is no such loss, or it is not for this person to see; nothing was changed."""

    code = "stock.loss_unknown"


class LossNotOpen(Conflict):
    """The loss can be contested or decided no more; nothing was changed."""

    code = "stock.loss_not_open"


@dataclass(frozen=True)
class NewLine:
    """A line as somebody enters it. What is not known is blank."""

    product_id: int
    quantity: Decimal
    batch: str = ""
    expires_on: date | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Refused:
    """What a receiver did not take of a line."""

    line_no: int
    reason: Refusal
    quantity: Decimal


def tidy_batch(given: str) -> str:
    """Return a batch code as it is kept: in capitals, without signs that cannot be seen, at most 40 of them.

    Raises:
        BadInput: it is longer.

    """
    code = "".join(sign for sign in " ".join(given.split()).upper() if sign.isprintable())
    if len(code) > LONGEST_BATCH:
        raise BadInput(say("A batch code has at most {most} characters; nothing was recorded.", most=LONGEST_BATCH))
    return code


def refuse_quantity(quantity: Decimal, *, zero: bool = False) -> None:
    """Refuse a quantity that is not above zero (or, with *zero*, below it), too large, or finer than a thousandth.

    Raises:
        BadInput: accordingly; nothing was recorded.

    """
    least = Decimal(0) if zero else Decimal("0.001")
    fine = quantity.is_finite() and quantity == quantity.quantize(Decimal("0.001")) if quantity.is_finite() else False
    if not fine or not least <= quantity <= MOST_QUANTITY:
        raise BadInput(
            say(
                "The quantity {quantity} cannot be: from {least} to {most}, with at most three decimals."
                " Nothing was recorded.",
                quantity=str(quantity), least=least, most=MOST_QUANTITY,
            )
        )  # fmt: skip


def refuse_lines(lines: Sequence[NewLine], *, zero: bool = False) -> None:
    """Refuse no line, too many, two of the same product and batch, and quantities that cannot be.

    Raises:
        BadInput: accordingly; nothing was recorded.

    """
    if not lines:
        raise BadInput(say("No goods are named; nothing was recorded. Enter at least one line."))
    if len(lines) > MOST_LINES:
        raise BadInput(
            say(
                "A note has at most {most} lines, not {count}; nothing was recorded. Write several.",
                most=MOST_LINES, count=len(lines),
            )
        )  # fmt: skip
    seen = set()
    for line_no, line in enumerate(lines, 1):
        refuse_quantity(line.quantity, zero=zero)
        key = (line.product_id, tidy_batch(line.batch), line.expires_on, line.reason)
        if key in seen:
            raise BadInput(
                say(
                    "Line {line} names the same goods as one before it; nothing was recorded. Put them together.",
                    line=line_no,
                )
            )
        seen.add(key)


def refuse_reasons(lines: Sequence[NewLine], *, allowed: Collection[Reason]) -> None:
    """Refuse a line without one of the reasons that are *allowed*, or with one where none is.

    Raises:
        BadInput: there is one; nothing was recorded.

    """
    for line_no, line in enumerate(lines, 1):
        if (line.reason is None) != (not allowed) or (line.reason is not None and line.reason not in allowed):
            reasons = [Code("stock_reason", one) for one in allowed]
            sentence = (
                say(
                    "Say why for line {line}; nothing was recorded. Reasons are {reasons}.",
                    line=line_no,
                    reasons=reasons,
                )
                if reasons
                else say("Line {line} needs no reason; nothing was recorded. Leave it out.", line=line_no)
            )
            raise BadInput(sentence)


def refuse_day(day: date, *, today: date, ahead: bool = False) -> None:
    """Refuse a day to come, unless goods may be announced (*ahead*), and one more than a year back.

    Raises:
        BadInput: accordingly; nothing was recorded.

    """
    last = today + timedelta(LONGEST_AHEAD_DAYS if ahead else 0)
    first = today - timedelta(LONGEST_BACK_DAYS)
    if not first <= day <= last:
        raise BadInput(
            say(
                "The day {day} cannot be: from {first} to {last}. Nothing was recorded.",
                day=day,
                first=first,
                last=last,
            )
        )


def refuse_refusals(refusals: Iterable[Refused], *, quantities: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Return how much of each line is refused; *quantities* says how much of each was sent.

    Raises:
        BadInput: a line is named that there is not, twice for one reason, or more is refused than was sent.

    """
    refused: dict[int, Decimal] = {}
    seen = set()
    for one in refusals:
        if one.line_no not in quantities or (one.line_no, one.reason) in seen:
            raise BadInput(say("Line {line} is not there, or named twice; nothing was recorded.", line=one.line_no))
        seen.add((one.line_no, one.reason))
        refuse_quantity(one.quantity)
        refused[one.line_no] = refused.get(one.line_no, Decimal(0)) + one.quantity
    for line_no, quantity in refused.items():
        if quantity > quantities[line_no]:
            raise BadInput(
                say(
                    "Of line {line} {refused} are refused, but {sent} were sent; nothing was recorded.",
                    line=line_no, refused=shorten(quantity), sent=shorten(quantities[line_no]),
                )
            )  # fmt: skip
    return refused


def compute_loss_value(quantity: Decimal, *, price_rp: int, fee_rate_bp: int) -> int:
    """Return what a producer would have got had *quantity* been sold, in rupiah: the price less the fee.

    Each is rounded half away from zero, once, as on a sale. Negative for goods found again.
    """
    milli = int(quantity * 1000)
    gross = divide_half_away(price_rp * milli, 1000)
    return gross - divide_half_away(gross * fee_rate_bp, BP_WHOLE)


def compute_share(value_rp: int, share_bp: int) -> int:
    """Return the part of a loss that a store bears, in rupiah, rounded half away from zero; the rest is the producer's."""
    return divide_half_away(value_rp * share_bp, BP_WHOLE)


def shorten(quantity: Decimal) -> Decimal:
    """Return a quantity without zeros after its decimals, as it stands in a sentence: `2.000` is 2."""
    return Decimal(f"{quantity.normalize():f}")


def describe_kind(kind: str) -> Code:
    """Return the kind of a note as a fact of a sentence."""
    return Code("note_kind", kind)
