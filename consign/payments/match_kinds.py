"""What lines of a bank's statement can be."""

from enum import StrEnum


class MatchKind(StrEnum):
    """What lines of a bank's statement are."""

    PAYMENT = "payment"
    """A partner paid statements."""
    PAYOUT = "payout"
    """The bank paid a payout."""
    PAYOUT_RETURNED = "payout_returned"
    """A payout came back."""
    CHARGE = "charge"
    """The bank took it for itself."""
    REFUND = "refund"
    """Money that came in by mistake was sent back: a line in and a line out."""
    OWN_TRANSFER = "own_transfer"
    """The office moved money between its own accounts."""
