"""Corrections of what a partner owes a producer: one person proposes, another decides, the next statement takes it."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason, tidy_remark
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Agreement, Partner, Producer
from consign.models.settlement import Adjustment, Statement
from consign.outbox import Message, record_notices
from consign.sentence import say
from consign.settlement.dispute_rules import (
    AdjustmentBySame,
    AdjustmentDecided,
    AdjustmentOutcome,
    AdjustmentPairUnknown,
    AdjustmentUnknown,
    refuse_adjustment_amount,
)

FINANCE, HEAD = "role:dinas_finance", "role:head"


def propose_adjustment(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    producer_id: int,
    amount_rp: int,
    reason: str,
    dispute_id: int | None = None,
) -> Adjustment:
    """Propose to correct what a partner owes a producer, by *amount_rp*: above zero in the producer's favour.

    The next closing takes it once another person approved it. *dispute_id* is the dispute that it answers.

    Raises:
        NotAllowed: *by* does not propose corrections.
        AdjustmentAmountRefused: it is of nothing, or too large.
        AdjustmentPairUnknown: the two never had an agreement or a statement.
        BadInput: the reason is blank or too long.

    """
    authorize(by, Act.PROPOSE_ADJUSTMENTS, partner_id=partner_id, producer_id=producer_id)
    refuse_adjustment_amount(amount_rp)
    said = tidy_reason(reason)
    _refuse_strangers(session, partner_id=partner_id, producer_id=producer_id)
    proposed = Adjustment(
        partner_id=partner_id, producer_id=producer_id, amount_rp=amount_rp, reason=said, dispute_id=dispute_id,
        proposed_by=by.user_id, proposed_at=clock.now(), outcome=AdjustmentOutcome.WAITING.value, remark="",
    )  # fmt: skip
    session.add(proposed)
    session.flush()
    told = _describe(session, proposed)
    record_event(session, by=by, act="adjustment proposed", subject=f"adjustment:{proposed.id}", **told)
    record_notices(session, [Message("settlement.adjustment_waits", one, told) for one in (FINANCE, HEAD)])
    return proposed


def _refuse_strangers(session: Session, *, partner_id: int, producer_id: int) -> None:
    agreed = select(Agreement.id).where(Agreement.partner_id == partner_id, Agreement.producer_id == producer_id)
    settled = select(Statement.id).where(Statement.partner_id == partner_id, Statement.producer_id == producer_id)
    if not session.scalar(select(or_(agreed.exists(), settled.exists()))):
        raise AdjustmentPairUnknown(
            say(
                "This partner and this producer have no agreement and no statement with each other; nothing was proposed."
            )
        )


def decide_adjustment(
    session: Session, *, by: Actor, adjustment_id: int, approve: bool, remark: str = ""
) -> Adjustment:
    """Approve a correction that another person proposed, or refuse it; who proposed it may refuse it to take it back.

    Decided again just so it changes nothing.

    Raises:
        NotAllowed: *by* does not decide corrections.
        AdjustmentUnknown: there is no such one.
        AdjustmentDecided: it was decided otherwise before.
        AdjustmentBySame: *by* proposed it and would approve it.
        BadInput: the remark is too long.

    """
    authorize(by, Act.DECIDE_ADJUSTMENTS)
    said = tidy_remark(remark)
    query = select(Adjustment).where(Adjustment.id == adjustment_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise AdjustmentUnknown(say("There is no correction {number}; nothing was changed.", number=adjustment_id))
    outcome = AdjustmentOutcome.APPROVED if approve else AdjustmentOutcome.REFUSED
    if found.outcome == outcome:
        return found
    if found.outcome != AdjustmentOutcome.WAITING:
        raise AdjustmentDecided(
            say("This correction was decided before; nothing was changed. Propose another one to mend it.")
        )
    if approve and found.proposed_by == by.user_id:
        raise AdjustmentBySame(
            say("You proposed this correction yourself, so another person approves it; nothing was changed.")
        )
    found.outcome, found.decided_by, found.decided_at, found.remark = outcome.value, by.user_id, clock.now(), said
    session.flush()
    told = _describe(session, found) | {"outcome": outcome.value}
    record_event(
        session, by=by, act="adjustment decided", subject=f"adjustment:{found.id}", remark=said,
        before={"outcome": AdjustmentOutcome.WAITING.value}, after={"outcome": outcome.value},
    )  # fmt: skip
    parties = (f"partner:{found.partner_id}", f"producer:{found.producer_id}") if approve else ()
    record_notices(session, [Message("settlement.adjustment_decided", one, told) for one in (FINANCE, *parties)])
    return found


def _describe(session: Session, one: Adjustment) -> dict[str, str | int]:
    """Return what notices and the audit trail say of a correction: plain values."""
    return {
        "adjustment": one.id,
        "partner": session.get_one(Partner, one.partner_id).name,
        "producer": session.get_one(Producer, one.producer_id).name,
        "amount_rp": one.amount_rp,
        "reason": one.reason,
    }
