"""How far a loss of goods has come, and who bears what of it. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consign.errors import BadInput
from consign.money import BP_WHOLE, format_rate
from consign.sentence import Code, say
from consign.stock.rules import LossNotOpen, compute_share


class LossState(StrEnum):
    """What may still be said about a loss."""

    OPEN = "open"
    """Producer and store may contest it."""
    CONTESTED = "contested"
    """One of them did in time; the dinas decides."""
    UNDECIDED = "undecided"
    """Nobody contested it, but nobody agreed who bears it either; the dinas decides."""
    DUE = "due"
    """It stands, and the next statement takes it."""
    SETTLED = "settled"
    """It is in a statement; nothing of it changes any more."""


@dataclass(frozen=True)
class LossFacts:
    """What decides how far a loss has come. See `models.stock.StockLoss` for each figure."""

    value_rp: int
    agreed_bp: int | None
    """Share that the store bears as agreed; blank where nothing was."""
    decided_bp: int | None
    """That as the dinas decided; blank while it has not."""
    contest_until: date
    contested: bool
    mirrored: bool
    """Whether the loss that takes it back, or the one it takes back, waits for a statement as well."""
    settled: bool

    @property
    def share_bp(self) -> int | None:
        """Return the share that the store bears: as decided, else as agreed; blank where neither is."""
        return self.agreed_bp if self.decided_bp is None else self.decided_bp

    @property
    def store_rp(self) -> int:
        """Return what the store bears, in rupiah; nothing while nobody said who does."""
        return 0 if self.share_bp is None else compute_share(self.value_rp, self.share_bp)


def assess_loss(loss: LossFacts, *, on: date) -> LossState:
    """Return how far a loss has come on a day.

    The last day for contesting still counts. A decision ends the contest whenever it is made. A loss that was taken back
    before any statement took it comes to nothing together with what took it back, whoever bears it: both fall due at once.
    """
    if loss.settled:
        return LossState.SETTLED
    if loss.mirrored or loss.decided_bp is not None:
        return LossState.DUE
    if loss.contested:
        return LossState.CONTESTED
    if on <= loss.contest_until:
        return LossState.OPEN
    return LossState.UNDECIDED if loss.agreed_bp is None else LossState.DUE


def is_decidable(loss: LossFacts, *, on: date) -> bool:
    """Say whether the dinas may decide who bears a loss: it was contested, or nobody agreed on a share."""
    state = assess_loss(loss, on=on)
    return state in {LossState.CONTESTED, LossState.UNDECIDED} or (state is LossState.OPEN and loss.agreed_bp is None)


def refuse_contest(loss: LossFacts, *, on: date) -> None:
    """Refuse to contest a loss that was contested or decided, whose time is over, or that is settled or taken back.

    Raises:
        LossNotOpen: accordingly.

    """
    state = assess_loss(loss, on=on)
    if state is not LossState.OPEN:
        raise LossNotOpen(
            say(
                "The loss could be contested until {day}, and once. It is not open any more ({state}); nothing was changed."
                " Ask the dinas if it is wrong.",
                day=loss.contest_until, state=Code("loss_state", state),
            )
        )  # fmt: skip


def refuse_decision(loss: LossFacts, *, on: date) -> None:
    """Refuse to decide about a loss that nobody contested though its share is agreed, or that is decided or settled.

    Raises:
        LossNotOpen: accordingly.

    """
    if not is_decidable(loss, on=on):
        raise LossNotOpen(
            say(
                "The loss waits for no decision ({state}); nothing was changed."
                " The dinas decides about losses that were contested in time, or for which no share is agreed.",
                state=Code("loss_state", assess_loss(loss, on=on)),
            )
        )  # fmt: skip


def refuse_share(store_bp: int) -> None:
    """Refuse a share outside 0 to 100 %, both ends inside.

    Raises:
        BadInput: accordingly; nothing was decided.

    """
    if not 0 <= store_bp <= BP_WHOLE:
        share = format_rate(store_bp)
        raise BadInput(say("A share of {share} cannot be, from 0% to 100% can; nothing was decided.", share=share))
