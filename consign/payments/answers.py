"""What producers say to payments that went past the office; and what finance does where they say nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_remark
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Producer
from consign.models.payments import PaymentAnswer, PaymentNotice, PaymentNoticeLine
from consign.models.settlement import Statement
from consign.outbox import Message, record_notices
from consign.partners.queries import get_office_day, get_region_terms
from consign.payments.notice_rules import (
    COUNTS_AS_RECEIVED,
    PAST_THE_OFFICE,
    Answer,
    AnswerNotAsked,
    AnswerNotFitting,
    NoticeUnknown,
    find_first_taken_on,
    name_cause,
    refuse_silence,
)
from consign.payments.notices import OFFICE, describe_notice, lock_notice, refuse_withdrawn
from consign.sentence import say
from consign.settlement.allocating import PaidTwice, Source, allocate, lock_open, take_back
from consign.settlement.shares import Share


def answer_payment(
    session: Session, *, by: Actor, notice_id: int, producer_id: int, answer: Answer, remark: str = ""
) -> PaymentAnswer:
    """Say as the producer, or for it, whether the money of a notice came. The last answer counts.

    What came is posted as paid straight to the producer; where a later answer says that it did not come, that is taken
    back. The same answer again changes nothing.

    Raises:
        NoticeUnknown: there is no such notice, or none of its statements is the producer's; nothing was changed.
        NotAllowed: *by* does not answer for this producer.
        BadInput: the answer is not a producer's to give, or the remark is too long.
        AnswerNotAsked: the money goes over the office's account.
        NoticeWithdrawn: the notice was withdrawn.
        AnswerNotFitting: less of the statements is open than the notice says.

    """
    authorize(by, Act.ANSWER_PAYMENTS, producer_id=producer_id)
    if answer is Answer.TAKEN:
        raise BadInput(
            say("Only the dinas takes a payment as received; nothing was changed. Say what you know yourself.")
        )
    notice, shares = _hold(session, notice_id, producer_id)
    last = find_last_answer(session, notice_id=notice.id, producer_id=producer_id)
    if last is not None and last.answer == answer:
        return last
    return _keep(
        session, notice, shares, by=by, producer_id=producer_id, last=last, answer=answer, remark=tidy_remark(remark)
    )


def take_as_received(
    session: Session, *, by: Actor, notice_id: int, producer_id: int, remark: str = ""
) -> PaymentAnswer:
    """Take a payment with proof as received, because its producer has been silent for long enough.

    The producer may still say that it did not come; then it is taken back.

    Raises:
        NoticeUnknown, NotAllowed, AnswerNotAsked, NoticeWithdrawn, AnswerNotFitting: see `answer_payment`.
        AnswerStands: the producer has answered.
        ProofMissing: the notice came without a proof.
        NotSilentYet: too few days have gone by since it was noted.

    """
    authorize(by, Act.TAKE_AS_RECEIVED)
    notice, shares = _hold(session, notice_id, producer_id)
    last = find_last_answer(session, notice_id=notice.id, producer_id=producer_id)
    if last is not None and last.answer == Answer.TAKEN:
        return last
    terms = get_region_terms(session)
    refuse_silence(
        first_on=find_first_taken_on(notice.noted_at, zone=terms.zone, silent_days=terms.silent_days),
        today=clock.today(terms.zone), has_proof=notice.sha256 is not None, answer=last.answer if last else None,
    )  # fmt: skip
    return _keep(
        session, notice, shares, by=by, producer_id=producer_id, last=last, answer=Answer.TAKEN,
        remark=tidy_remark(remark),
    )  # fmt: skip


def find_last_answer(session: Session, *, notice_id: int, producer_id: int) -> PaymentAnswer | None:
    """Return the answer that counts; blank where there is none."""
    query = select(PaymentAnswer).where(PaymentAnswer.notice_id == notice_id, PaymentAnswer.producer_id == producer_id)
    return session.scalars(query.order_by(PaymentAnswer.id.desc()).limit(1)).first()


def _hold(session: Session, notice_id: int, producer_id: int) -> tuple[PaymentNotice, list[Share]]:
    """Return a notice that producers answer to, its row locked, with what of it is this producer's."""
    notice = lock_notice(session, notice_id)
    query = (
        select(PaymentNoticeLine.statement_id, PaymentNoticeLine.amount_rp)
        .join(Statement, Statement.id == PaymentNoticeLine.statement_id)
        .where(PaymentNoticeLine.notice_id == notice.id, Statement.producer_id == producer_id)
        .order_by(PaymentNoticeLine.statement_id)
    )
    shares = [Share(row.statement_id, row.amount_rp) for row in session.execute(query)]
    if not shares:
        raise NoticeUnknown(say("There is no such payment notice; nothing was changed."))
    refuse_withdrawn(notice)
    if notice.route not in PAST_THE_OFFICE:
        raise AnswerNotAsked(
            say(
                "The money of {number} goes over the office's account: the bank's statement shows whether it came. Nothing"
                " was changed.",
                number=notice.number,
            )
        )
    return notice, shares


def _post(
    session: Session, notice: PaymentNotice, shares: Sequence[Share], *, by: Actor, producer_id: int,
    last: PaymentAnswer | None, answer: Answer,
) -> None:  # fmt: skip
    """Post what the answer changes: nothing where it counted as received before and after, or neither."""
    stood = last is not None and last.answer in COUNTS_AS_RECEIVED
    stands = answer in COUNTS_AS_RECEIVED
    if stood == stands:
        return
    cause = name_cause(notice.number, producer_id)
    opened = lock_open(session, {one.statement_id for one in shares})
    if stood:
        today = get_office_day(session)
        take_back(session, by=by, cause=cause, booked_on=today, reason=f"{cause}:{answer.value}")
        return
    try:
        allocate(session, shares, by=by, source=Source.DIRECT, cause=cause, booked_on=notice.paid_on)
    except PaidTwice as error:
        short = [opened[one.statement_id].number for one in shares if opened[one.statement_id].open_rp < one.amount_rp]
        raise AnswerNotFitting(
            say(
                "Of {statements} less is open than {number} says: it was paid or written off otherwise meanwhile. Your answer"
                " was not kept. Tell the dinas, which looks after it.",
                statements=short,
                number=notice.number,
            )
        ) from error


def _keep(
    session: Session, notice: PaymentNotice, shares: Sequence[Share], *, by: Actor, producer_id: int,
    last: PaymentAnswer | None, answer: Answer, remark: str,
) -> PaymentAnswer:  # fmt: skip
    """Post what an answer changes, write it, and tell whom it concerns."""
    _post(session, notice, shares, by=by, producer_id=producer_id, last=last, answer=answer)
    return _write(session, notice, shares, by=by, producer_id=producer_id, last=last, answer=answer, remark=remark)


def _write(
    session: Session, notice: PaymentNotice, shares: Sequence[Share], *, by: Actor, producer_id: int,
    last: PaymentAnswer | None, answer: Answer, remark: str,
) -> PaymentAnswer:  # fmt: skip
    written = PaymentAnswer(
        notice_id=notice.id, producer_id=producer_id, answer=answer.value, remark=remark, answered_by=by.user_id,
        answered_at=clock.now(),
    )  # fmt: skip
    session.add(written)
    session.flush()
    facts: dict[str, Any] = {
        **describe_notice(session, notice),
        "producer": session.get_one(Producer, producer_id).name,
        "amount_rp": sum(one.amount_rp for one in shares),
        "remark": remark,
    }
    record_notices(session, [Message(*one, facts) for one in _find_recipients(notice, producer_id, answer)])
    record_event(
        session, by=by, act="payment taken as received" if answer is Answer.TAKEN else "payment answered",
        subject=f"payment_notice:{notice.id}", number=notice.number, producer=producer_id, remark=remark,
        amount_rp=facts["amount_rp"], before={"answer": last.answer if last else None}, after={"answer": answer.value},
    )  # fmt: skip
    return written


def _find_recipients(notice: PaymentNotice, producer_id: int, answer: Answer) -> list[tuple[str, str]]:
    """Return kinds of messages and whom they are for: whoever has to do something, or lost a reason to."""
    partner = f"partner:{notice.partner_id}"
    match answer:
        case Answer.NOT_RECEIVED:
            return [("payments.contradicted", OFFICE), ("payments.contradicted", partner)]
        case Answer.TAKEN:
            return [("payments.taken_as_received", f"producer:{producer_id}"), ("payments.received", partner)]
        case Answer.RECEIVED:
            return [("payments.received", partner)]
