"""Stub until the real one comes."""

from sqlalchemy.orm import Session

from consign.identity.rules import Actor
from consign.models.stock import StockContest, StockLossDecision


def contest_loss(session: Session, *, by: Actor, loss_id: int, reason: str) -> StockContest:
    """Stub."""
    from consign import clock

    c = StockContest(
        loss_id=loss_id,
        side="producer" if by.producer_id else "store",
        reason=reason,
        contested_by=by.user_id,
        contested_at=clock.now(),
    )
    session.add(c)
    session.flush()
    return c


def decide_loss(session: Session, *, by: Actor, loss_id: int, store_bp: int, reason: str) -> StockLossDecision:
    """Stub."""
    from consign import clock

    c = StockLossDecision(
        loss_id=loss_id, store_bp=store_bp, reason=reason, decided_by=by.user_id, decided_at=clock.now()
    )
    session.add(c)
    session.flush()
    return c
