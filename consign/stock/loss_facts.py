"""What decides how far losses of goods have come, read together for all who need it."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, literal, or_, select
from sqlalchemy.orm import aliased

from consign.models.settlement import StatementLoss
from consign.models.stock import StockContest, StockLoss, StockLossDecision, StockMovement
from consign.stock.loss_rules import LossFacts, LossState

_own, _back = aliased(StockMovement), aliased(StockMovement)
_taken, _taking = aliased(StockLoss), aliased(StockLoss)
_settled, _taken_settled, _taking_settled = (aliased(StatementLoss) for _ in range(3))
_contest = aliased(StockContest)
SETTLED = exists().where(_settled.loss_id == StockLoss.id)
CONTESTED = exists().where(_contest.loss_id == StockLoss.id)
MIRRORED = or_(
    exists().where(
        _own.id == StockLoss.movement_id,
        _own.note_id.is_not(None),
        _taken.movement_id == _own.reverses_id,
        ~exists().where(_taken_settled.loss_id == _taken.id),
    ),
    exists().where(
        _back.reverses_id == StockLoss.movement_id,
        _taking.movement_id == _back.id,
        ~exists().where(_taking_settled.loss_id == _taking.id),
    ),
)
"""Whether what a loss takes back, or what takes it back, is in no statement."""


def state_on(on: date) -> ColumnElement[str]:
    """Return what `loss_rules.assess_loss` says on a day, of losses joined with their decisions."""
    return case(
        (SETTLED, LossState.SETTLED.value),
        (or_(MIRRORED, StockLossDecision.loss_id.is_not(None)), LossState.DUE.value),
        (CONTESTED, LossState.CONTESTED.value),
        (StockLoss.contest_until >= on, LossState.OPEN.value),
        (StockLoss.store_bp.is_(None), LossState.UNDECIDED.value),
        else_=literal(LossState.DUE.value),
    )


def select_facts() -> Select[Any]:
    """Return id, producer_id and what `LossFacts` holds of losses; the caller says of which."""
    columns: list[Any] = [
        StockLoss.id,
        StockLoss.producer_id,
        StockLoss.value_rp,
        StockLoss.store_bp.label("agreed_bp"),
        StockLossDecision.store_bp.label("decided_bp"),
        StockLoss.contest_until,
        CONTESTED.label("contested"),
        and_(~SETTLED, MIRRORED).label("mirrored"),
        SETTLED.label("settled"),
    ]
    decision = StockLossDecision.loss_id == StockLoss.id
    return select(*columns).select_from(StockLoss).outerjoin(StockLossDecision, decision)


def read_facts(row: Row[Any]) -> LossFacts:
    """Return the facts in a row of `select_facts`."""
    return LossFacts(
        value_rp=row.value_rp,
        agreed_bp=row.agreed_bp,
        decided_bp=row.decided_bp,
        contest_until=row.contest_until,
        contested=row.contested,
        mirrored=row.mirrored,
        settled=row.settled,
    )
