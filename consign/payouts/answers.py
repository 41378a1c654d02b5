"""What producers say to a payout: that the money came, or that it did not."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.remarks import LONGEST_REMARK
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text
from consign.models.payouts import Payout, PayoutAnswer, PayoutPart
from consign.outbox import Message, record_notices
from consign.payouts.rules import PayoutState, PayoutUnknown
from consign.sentence import Code, say

ANSWERS = ("received", "not_received")


def answer_payout(
    session: Session, *, by: Actor, payout_id: int, producer_id: int, answer: str, remark: str = ""
) -> PayoutAnswer:
    """Say as a producer whether the money of a payout came. The last answer counts; finance is told of money that did not come.

    Raises:
        PayoutUnknown: there is none with money of this producer.
        PayoutState: it was not paid.
        BadInput: the answer is neither `received` nor `not_received`, or the remark is too long.

    """
    authorize(by, Act.ANSWER_PAYMENTS, producer_id=producer_id)
    said = clean_text(remark)
    if answer not in ANSWERS or len(said) > LONGEST_REMARK:
        raise BadInput(
            say(
                "Answer whether the money came, in at most {longest} characters; nothing was changed.",
                longest=LONGEST_REMARK,
            )
        )
    part = select(PayoutPart.payout_id).where(PayoutPart.payout_id == payout_id, PayoutPart.producer_id == producer_id)
    payout = session.scalar(select(Payout).where(Payout.id.in_(part)).with_for_update(read=True))
    if payout is None:
        raise PayoutUnknown(say("There is no such payout to you; nothing was changed."))
    if payout.state != "paid":
        raise PayoutState(
            say(
                "Payout {reference} is {state}; nothing was changed.",
                reference=payout.reference,
                state=Code("payout", payout.state),
            )
        )
    row = PayoutAnswer(
        payout_id=payout_id,
        producer_id=producer_id,
        answer=answer,
        remark=said,
        answered_by=by.user_id,
        answered_at=clock.now(),
    )
    session.add(row)
    session.flush()
    facts = {"reference": payout.reference, "answer": answer, "remark": said}
    record_event(session, by=by, act="payout answered", subject=f"payout:{payout_id}", producer=producer_id, **facts)
    if answer == "not_received":
        record_notices(session, [Message("payouts.not_received", "role:dinas_finance", facts)])
    return row
