"""Until when a statement may be disputed, and how corrections are decided. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from consign.errors import BadInput, Conflict, NotFound
from consign.money import Rupiah
from consign.sentence import say

LARGEST_RP = 999_999_999_999


class DisputeOutcome(StrEnum):
    """What became of a dispute."""

    WAITING = "waiting"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AdjustmentOutcome(StrEnum):
    """What became of a correction."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class AdjustmentState(StrEnum):
    """How a correction stands: its outcome, and whether a statement took it."""

    WAITING = "waiting"
    APPROVED = "approved"
    """No statement has taken it yet; the next one does."""
    TAKEN = "taken"
    REFUSED = "refused"


class DisputeTooLate(Conflict):
    """The time for disputing the statement is over; nothing was changed."""

    code = "settlement.dispute_too_late"


class DisputeStands(Conflict):
    """Somebody disputes just this already and waits for an answer; nothing was changed."""

    code = "settlement.dispute_stands"


class DisputeUnknown(NotFound):
    """There is no such dispute, or it is not for this person to see; nothing was changed."""

    code = "settlement.dispute_unknown"


class DisputeEnded(Conflict):
    """The dispute was answered or withdrawn before; nothing was changed."""

    code = "settlement.dispute_ended"


class DisputedLineUnknown(BadInput):
    """The statement has no such line; nothing was changed."""

    code = "settlement.disputed_line_unknown"


class AdjustmentAmountRefused(BadInput):
    """A correction cannot come to this; nothing was proposed."""

    code = "settlement.adjustment_amount"


class AdjustmentUnknown(NotFound):
    """There is no such correction, or it is not for this person to see; nothing was changed."""

    code = "settlement.adjustment_unknown"


class AdjustmentDecided(Conflict):
    """The correction was decided before; nothing was changed."""

    code = "settlement.adjustment_decided"


class AdjustmentBySame(Conflict):
    """Whoever proposed a correction may not approve it; nothing was changed."""

    code = "settlement.adjustment_by_same"


class AdjustmentPairUnknown(BadInput):
    """The partner and the producer have nothing with each other; nothing was proposed."""

    code = "settlement.adjustment_pair"


@dataclass(frozen=True)
class DisputedLine:
    """What of a statement is doubted: a product in a store, or all of a store where no product is named."""

    store_id: int
    product_id: int | None = None


def find_last_dispute_day(closed_at: datetime, *, zone: str, dispute_days: int) -> date:
    """Return the last day, inside, in *zone* on which a statement that was closed at an instant may be disputed."""
    return closed_at.astimezone(ZoneInfo(zone)).date() + timedelta(dispute_days)


def refuse_late_dispute(last_day: date, *, on: date, number: str) -> None:
    """Refuse a dispute after *last_day*.

    Raises:
        DisputeTooLate: accordingly.

    """
    if on > last_day:
        raise DisputeTooLate(
            say(
                "Statement {number} could be disputed until {day}; nothing was changed. Ask the office for a correction.",
                number=number,
                day=last_day,
            )
        )


def refuse_adjustment_amount(amount_rp: int) -> None:
    """Refuse a correction of nothing, or of more than a trillion rupiah.

    Raises:
        AdjustmentAmountRefused: accordingly.

    """
    if amount_rp == 0 or abs(amount_rp) > LARGEST_RP:
        raise AdjustmentAmountRefused(
            say(
                "A correction is not of nothing and of at most {most}, up or down; nothing was proposed.",
                most=Rupiah(LARGEST_RP),
            )
        )
