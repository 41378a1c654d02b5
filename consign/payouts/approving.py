"""What a second person does with a planned batch: approve it, take single payouts out, or cancel it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason
from consign.identity.rules import PERMITTED, Act, Actor, authorize
from consign.models.payouts import Payout, PayoutBatch
from consign.outbox import Message, record_notices
from consign.payouts.batches import lock_batch, lock_payouts, lock_planned, refuse_changed
from consign.payouts.rules import BatchByOne, PayoutState, PayoutUnknown
from consign.sentence import Code, say

BEFORE_SENDING = ("planned", "approved")


def approve_batch(session: Session, *, by: Actor, batch_id: int) -> PayoutBatch:
    """Approve a batch that another person planned; it may then be handed to the bank.

    Raises:
        BatchUnknown: there is none.
        BatchState: it is not planned any more.
        BatchByOne: the same person planned it.
        BatchEmpty: every payout was taken out.
        PayeeChanged: somebody's bank account was changed since.

    """
    authorize(by, Act.APPROVE_PAYOUTS)
    batch = lock_batch(session, batch_id, states=("planned",))
    if batch.planned_by == by.user_id:
        raise BatchByOne(
            say(
                "You planned batch {number} yourself; another person approves it. Nothing was changed.",
                number=batch.number,
            )
        )
    payouts = lock_planned(session, batch)
    refuse_changed(session, payouts)
    batch.state, batch.approved_by, batch.approved_at = "approved", by.user_id, clock.now()
    session.flush()
    facts = {"number": batch.number, "payouts": len(payouts), "total_rp": sum(one.amount_rp for one in payouts)}
    record_event(
        session, by=by, act="payouts approved", subject=f"payout_batch:{batch.id}", before={"state": "planned"},
        after={"state": "approved"}, **facts,
    )  # fmt: skip
    record_notices(session, [Message("payouts.approved", "role:dinas_finance", facts)])
    return batch


def take_out(session: Session, *, by: Actor, payout_id: int, reason: str) -> Payout:
    """Take one payout out of a batch that was not sent; its money may be planned again.

    Raises:
        PayoutUnknown: there is none.
        BatchState: its batch was sent or cancelled.
        PayoutState: it was taken out before.
        BadInput: the reason is blank or too long.

    """
    _authorize_either(by)
    said = tidy_reason(reason)
    found = session.get(Payout, payout_id)
    if found is None:
        raise PayoutUnknown(say("There is no such payout; nothing was changed."))
    batch = lock_batch(session, found.batch_id, states=BEFORE_SENDING)
    (payout,) = lock_payouts(session, [payout_id])
    if payout.state != "planned":
        raise PayoutState(
            say(
                "Payout {reference} is {state}; nothing was changed.",
                reference=payout.reference,
                state=Code("payout", payout.state),
            )
        )
    payout.state = "cancelled"
    session.flush()
    record_event(
        session, by=by, act="payout taken out", subject=f"payout_batch:{batch.id}", reference=payout.reference,
        amount_rp=payout.amount_rp, reason=said, before={"state": "planned"}, after={"state": "cancelled"},
    )  # fmt: skip
    return payout


def cancel_batch(session: Session, *, by: Actor, batch_id: int, reason: str) -> PayoutBatch:
    """Cancel a batch that was not sent; its money may be planned again.

    Raises:
        BatchUnknown: there is none.
        BatchState: it was sent or cancelled.
        BadInput: the reason is blank or too long.

    """
    _authorize_either(by)
    said = tidy_reason(reason)
    batch = lock_batch(session, batch_id, states=BEFORE_SENDING)
    before = batch.state
    query = select(Payout).where(Payout.batch_id == batch.id, Payout.state == "planned").order_by(Payout.id)
    for one in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        one.state = "cancelled"
    batch.state, batch.cancelled_by, batch.cancelled_at = "cancelled", by.user_id, clock.now()
    batch.cancelled_reason = said
    session.flush()
    record_event(
        session, by=by, act="payouts cancelled", subject=f"payout_batch:{batch.id}", number=batch.number, reason=said,
        before={"state": before}, after={"state": "cancelled"},
    )  # fmt: skip
    return batch


def _authorize_either(by: Actor) -> None:
    """Let whoever plans or approves stop what is not with the bank yet.

    Raises:
        NotAllowed: the role does neither.

    """
    if by.role in PERMITTED[Act.PLAN_PAYOUTS]:
        authorize(by, Act.PLAN_PAYOUTS)
    else:
        authorize(by, Act.APPROVE_PAYOUTS)
