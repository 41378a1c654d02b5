"""Reading disputes and corrections: lists for pages, and one with what hangs on it."""

from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer, Store
from consign.models.settlement import Adjustment, Dispute, Statement, StatementAdjustment
from consign.sentence import say
from consign.settlement.debts import rows_within
from consign.settlement.dispute_rules import AdjustmentState, AdjustmentUnknown, DisputeOutcome, DisputeUnknown

_RAISER, _ANSWERER = aliased(UserAccount, name="raiser"), aliased(UserAccount, name="answerer")
_PROPOSER, _DECIDER = aliased(UserAccount, name="proposer"), aliased(UserAccount, name="decider")
_TAKING = aliased(Statement, name="taking")
_STATE = case((StatementAdjustment.statement_id.is_not(None), AdjustmentState.TAKEN.value), else_=Adjustment.outcome)


def _select_disputes(by: Actor) -> Select[Any]:
    columns: list[Value] = [
        Dispute.id, Statement.number, Statement.from_on, Statement.until_on, Partner.code.label("partner_code"),
        Partner.name.label("partner"), Producer.code.label("producer_code"), Producer.name.label("producer"),
        Store.name.label("store"), Product.name.label("product"), Dispute.side, Dispute.expected, Dispute.reason,
        Dispute.raised_at, _RAISER.name.label("raised_by"), Dispute.outcome, Dispute.answer, Dispute.answered_at,
        _ANSWERER.name.label("answered_by"), Statement.partner_id, Statement.producer_id,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Statement, Statement.id == Dispute.statement_id)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .join(_RAISER, _RAISER.id == Dispute.raised_by)
        .outerjoin(_ANSWERER, _ANSWERER.id == Dispute.answered_by)
        .outerjoin(Store, Store.id == Dispute.store_id)
        .outerjoin(Product, Product.id == Dispute.product_id)
        .where(rows_within(get_reach(by, Act.READ_STATEMENTS), Statement))
    )


def find_dispute_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the disputes that *by* may see. Filters: `outcome`, `side` and `partner` (a code)."""
    query = _select_disputes(by)
    columns = columns_of(query)
    for name, column in (("outcome", Dispute.outcome), ("side", Dispute.side), ("partner", Partner.code)):
        if wish.filters.get(name):
            query = query.where(column == wish.filters[name])
    searched = [Statement.number, Partner.name, Producer.name, Store.name, Product.name, Dispute.reason]
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="-raised_at", searched=searched, tie=Dispute.id
    )


def get_dispute(session: Session, *, by: Actor, dispute_id: int) -> Row:
    """Return a dispute with its statement and both parties.

    Raises:
        DisputeUnknown: there is no such one, or it is not for this person to see.

    """
    found = session.execute(_select_disputes(by).where(Dispute.id == dispute_id)).mappings().first()
    if found is None:
        raise DisputeUnknown(say("There is no dispute {number} that you may see.", number=dispute_id))
    return found


def count_waiting(session: Session) -> tuple[int, int]:
    """Return how many disputes wait for an answer, and how many corrections for a decision."""
    disputes = select(func.count()).where(Dispute.outcome == DisputeOutcome.WAITING.value).scalar_subquery()
    adjustments = select(func.count()).where(Adjustment.outcome == AdjustmentState.WAITING.value).scalar_subquery()
    row = session.execute(select(disputes.label("disputes"), adjustments.label("adjustments"))).one()
    return row.disputes, row.adjustments


def find_disputes_of(session: Session, *, by: Actor, statement_id: int) -> list[Row]:
    """Return the disputes of one statement, the first raised first."""
    query = _select_disputes(by).where(Dispute.statement_id == statement_id).order_by(Dispute.id)
    return list(session.execute(query).mappings())


def _select_adjustments(by: Actor) -> Select[Any]:
    columns: list[Value] = [
        Adjustment.id, Partner.code.label("partner_code"), Partner.name.label("partner"),
        Producer.code.label("producer_code"), Producer.name.label("producer"), Adjustment.amount_rp, Adjustment.reason,
        Adjustment.dispute_id, Adjustment.proposed_by.label("proposed_by_id"), _PROPOSER.name.label("proposed_by"),
        Adjustment.proposed_at, Adjustment.remark, _DECIDER.name.label("decided_by"), Adjustment.decided_at,
        _STATE.label("state"), _TAKING.number,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Partner, Partner.id == Adjustment.partner_id)
        .join(Producer, Producer.id == Adjustment.producer_id)
        .join(_PROPOSER, _PROPOSER.id == Adjustment.proposed_by)
        .outerjoin(_DECIDER, _DECIDER.id == Adjustment.decided_by)
        .outerjoin(StatementAdjustment, StatementAdjustment.adjustment_id == Adjustment.id)
        .outerjoin(_TAKING, _TAKING.id == StatementAdjustment.statement_id)
        .where(rows_within(get_reach(by, Act.READ_CLOSINGS), Adjustment))
    )


def find_adjustment_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the corrections that *by* may see. Filters: `state` and `partner` (a code)."""
    query = _select_adjustments(by)
    columns = columns_of(query)
    for name, column in (("state", _STATE), ("partner", Partner.code)):
        if wish.filters.get(name):
            query = query.where(column == wish.filters[name])
    searched = [Partner.code, Partner.name, Producer.code, Producer.name, Adjustment.reason]
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="-proposed_at", searched=searched, tie=Adjustment.id
    )


def get_adjustment(session: Session, *, by: Actor, adjustment_id: int) -> Row:
    """Return a correction with both parties and the statement that took it.

    Raises:
        AdjustmentUnknown: there is no such one, or it is not for this person to see.

    """
    found = session.execute(_select_adjustments(by).where(Adjustment.id == adjustment_id)).mappings().first()
    if found is None:
        raise AdjustmentUnknown(say("There is no correction {number} that you may see.", number=adjustment_id))
    return found


def find_adjustments_of(session: Session, *, dispute_id: int) -> list[Row]:
    """Return the corrections that answer a dispute: id, amount_rp, state and the number of the statement that took it."""
    query = (
        select(Adjustment.id, Adjustment.amount_rp, _STATE.label("state"), _TAKING.number)
        .outerjoin(StatementAdjustment, StatementAdjustment.adjustment_id == Adjustment.id)
        .outerjoin(_TAKING, _TAKING.id == StatementAdjustment.statement_id)
        .where(Adjustment.dispute_id == dispute_id)
        .order_by(Adjustment.id)
    )
    return list(session.execute(query).mappings())
