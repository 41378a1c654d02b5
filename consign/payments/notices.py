"""Payment notices: a partner says what it paid, with its list; and takes it back where that was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason, tidy_remark
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount
from consign.models.partners import Partner
from consign.models.payments import NoticeCounter, PaymentNotice
from consign.outbox import Message, record_notices
from consign.partners.queries import get_office_day
from consign.partners.rules import Route
from consign.payments.expected import LAST_ANSWERS, lock_payables
from consign.payments.notice_rules import (
    COUNTS_AS_RECEIVED,
    LONGEST_REFERENCE,
    MOST_LINES,
    PAST_THE_OFFICE,
    PREFIX,
    NoticeAccountWrong,
    NoticeAnswered,
    NoticeEmpty,
    NoticeUnknown,
    NoticeWithdrawn,
    Payable,
    refuse_line,
    refuse_paid_on,
    refuse_repeats,
)
from consign.payments.proof_files import ProofFile
from consign.sentence import say
from consign.settlement.shares import Share

OFFICE = "role:dinas_finance"
"""Who looks for the money on the bank's statements, and so is told."""

FOUND_SINCE = text("""
    SELECT COALESCE(sum(allocation.amount_rp), 0)::bigint FROM allocation
    JOIN payment_notice_line AS line ON line.statement_id = allocation.statement_id
    JOIN payment_notice AS notice ON notice.id = line.notice_id
    WHERE notice.id = :notice AND allocation.source = 'collecting' AND allocation.allocated_at >= notice.noted_at""")


@dataclass(frozen=True)
class _Told:
    """What is told of a notice, by producer."""

    amount_rp: int
    statements: list[str]


def note_payment(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    route: str,
    paid_on: date,
    lines: Sequence[Share],
    reference: str,
    bank_account_id: int | None = None,
    proof: ProofFile | None = None,
    remark: str = "",
) -> PaymentNotice:
    """Note that a partner paid *lines* of its statements by one *route*. Tell who is to say, or to see, that it came.

    Nothing is paid by it alone: the producer's answer, or the bank's statement, is what counts. *bank_account_id* is the
    office's account that it went into; where that is left out and the office has one, it is that.

    Raises:
        NotAllowed: *by* does not note payments of this partner.
        NoticeEmpty: there is no line, or there are more than 2,000.
        NoticeDayWrong: the day is to come, or more than a year ago.
        NoticeAccountWrong: the route goes over no account of the office, or there is no such account.
        NoticeLineUnknown, NoticeOtherRoute, NoticeLineTwice, NoticeTooMuch, AnnouncedAlready: a line cannot be.
        BadInput: an amount is not above zero, or a text is too long.

    """
    authorize(by, Act.NOTE_PAYMENTS, partner_id=partner_id)
    today = get_office_day(session)
    refuse_paid_on(paid_on, today=today)
    tidied = tidy_remark(reference, longest=LONGEST_REFERENCE), tidy_remark(remark)
    _refuse_count(len(lines))
    account_id = _find_account(session, Route(route), bank_account_id, on=paid_on)
    payables = lock_payables(session, {one.statement_id for one in lines})
    for one in lines:
        refuse_line(
            payables.get(one.statement_id), one.amount_rp, partner_id=partner_id, route=route,
            said=str(one.statement_id),
        )  # fmt: skip
    refuse_repeats(payables[one.statement_id].number for one in lines)
    notice = PaymentNotice(
        number=_take_number(session, year=today.year), partner_id=partner_id, route=route, bank_account_id=account_id,
        paid_on=paid_on, amount_rp=sum(one.amount_rp for one in lines), reference=tidied[0], remark=tidied[1],
        sha256=proof.sha256 if proof else None, file_name=proof.file_name if proof else "", noted_by=by.user_id,
        noted_at=clock.now(),
    )  # fmt: skip
    session.add(notice)
    session.flush()
    rows = [{"notice_id": notice.id, "statement_id": one.statement_id, "amount_rp": one.amount_rp} for one in lines]
    insert_rows(session, "payment_notice_line", rows)
    _tell_noted(session, notice, lines, payables)
    record_event(
        session, by=by, act="payment noted", subject=f"payment_notice:{notice.id}", number=notice.number,
        partner=partner_id, route=route, amount_rp=notice.amount_rp, paid_on=str(paid_on), lines=len(lines),
        sha256=notice.sha256, before={}, after={"state": "announced"},
    )  # fmt: skip
    return notice


def _refuse_count(count: int) -> None:
    if not count:
        raise NoticeEmpty(
            say(
                "No statement is chosen, or no amount is filled in; nothing was noted. Say what was paid of which statement."
            )
        )
    if count > MOST_LINES:
        raise NoticeEmpty(
            say("A notice has at most {most} statements; nothing was noted. Write several.", most=MOST_LINES)
        )


def _find_account(session: Session, route: Route, given: int | None, *, on: date) -> int | None:
    """Return the office's account that a payment goes into; blank for other routes, or where it is not known."""
    if route is not Route.COLLECTING:
        if given is not None:
            raise NoticeAccountWrong(
                say("This route goes over no account of the office, so none is named; nothing was noted.")
            )
        return None
    still = (BankAccount.closed_on.is_(None)) | (BankAccount.closed_on >= on)
    usable = list(session.scalars(select(BankAccount.id).where(still).order_by(BankAccount.id)))
    if given is None:
        return usable[0] if len(usable) == 1 else None
    if given not in usable:
        raise NoticeAccountWrong(
            say("The office has no such account on {day}; nothing was noted. Choose one of the list.", day=on)
        )
    return given


def _take_number(session: Session, *, year: int) -> str:
    """Take the next number of the year; others wait until this transaction ends, so that none is left out."""
    counter = postgresql.insert(NoticeCounter).values(year=year, last=1)
    last = session.execute(
        counter.on_conflict_do_update(
            index_elements=["year"], set_={"last": NoticeCounter.last + counter.excluded.last}
        ).returning(NoticeCounter.last)
    ).scalar_one()
    return f"{PREFIX}-{year}-{last:06d}"


def _tell_noted(session: Session, notice: PaymentNotice, lines: Sequence[Share], payables: dict[int, Payable]) -> None:
    """Tell each producer what is to have come, or the office what is to be looked for on its bank's statement."""
    by_producer: dict[int, _Told] = {}
    for one in lines:
        payable = payables[one.statement_id]
        told = by_producer.get(payable.producer_id, _Told(0, []))
        by_producer[payable.producer_id] = _Told(told.amount_rp + one.amount_rp, [*told.statements, payable.number])
    facts = describe_notice(session, notice)
    if notice.route not in PAST_THE_OFFICE:
        record_notices(session, [Message("payments.noted", OFFICE, facts | {"amount_rp": notice.amount_rp})])
        return
    record_notices(
        session,
        [
            Message("payments.noted", f"producer:{producer_id}", facts | vars(told))
            for producer_id, told in sorted(by_producer.items())
        ],
    )


def describe_notice(session: Session, notice: PaymentNotice) -> dict[str, Any]:
    """Return what messages and the audit trail say of a notice: plain values."""
    return {
        "number": notice.number,
        "partner": session.get_one(Partner, notice.partner_id).name,
        "paid_on": str(notice.paid_on),
        "route": notice.route,
        "reference": notice.reference,
    }


def lock_notice(session: Session, notice_id: int) -> PaymentNotice:
    """Return a notice; nobody answers, matches or withdraws it until the transaction ends.

    Raises:
        NoticeUnknown: there is none.

    """
    notice = session.get(PaymentNotice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None:
        raise NoticeUnknown(say("There is no such payment notice; nothing was changed."))
    return notice


def refuse_withdrawn(notice: PaymentNotice) -> None:
    """Refuse what cannot be done with a notice that was taken back.

    Raises:
        NoticeWithdrawn: it was.

    """
    if notice.withdrawn_at is not None:
        raise NoticeWithdrawn(say("The notice {number} was withdrawn; nothing was changed.", number=notice.number))


def withdraw_notice(session: Session, *, by: Actor, notice_id: int, reason: str) -> PaymentNotice:
    """Take a notice back that was wrong, before its money came; those who were told are told.

    Raises:
        NoticeUnknown: there is none; nothing was changed.
        NotAllowed: *by* does not note payments of this partner.
        BadInput: the reason is blank or too long.
        NoticeWithdrawn: it was withdrawn before.
        NoticeAnswered: a producer says that the money came, or it was found on a bank's statement.

    """
    notice = lock_notice(session, notice_id)
    authorize(by, Act.NOTE_PAYMENTS, partner_id=notice.partner_id)
    said = tidy_reason(reason)
    refuse_withdrawn(notice)
    _refuse_came(session, notice)
    notice.withdrawn_by, notice.withdrawn_at, notice.withdrawn_reason = by.user_id, clock.now(), said
    session.flush()
    facts = describe_notice(session, notice) | {"reason": said, "amount_rp": notice.amount_rp}
    told = [f"producer:{one}" for one in find_producers(session, notice.id)]
    recipients = told if notice.route in PAST_THE_OFFICE else [OFFICE]
    record_notices(session, [Message("payments.withdrawn", one, facts) for one in recipients])
    record_event(
        session, by=by, act="payment notice withdrawn", subject=f"payment_notice:{notice.id}", number=notice.number,
        reason=said, before={"state": "announced"}, after={"state": "withdrawn"},
    )  # fmt: skip
    return notice


def _refuse_came(session: Session, notice: PaymentNotice) -> None:
    """Refuse to withdraw what came.

    Raises:
        NoticeAnswered: accordingly.

    """
    query = text(f"SELECT count(*) FROM {LAST_ANSWERS} AS last WHERE notice_id = :notice AND answer = ANY(:came)")  # noqa: S608  # a constant
    if session.scalar(query, {"notice": notice.id, "came": sorted(COUNTS_AS_RECEIVED)}):
        raise NoticeAnswered(
            say(
                "A producer of {number} says that the money came, so it cannot be withdrawn; nothing was changed. If that"
                " answer is wrong, have the producer change it first.",
                number=notice.number,
            )
        )
    if notice.route == Route.COLLECTING and session.scalar(FOUND_SINCE, {"notice": notice.id}):
        raise NoticeAnswered(
            say(
                "Money of {number} was found on the bank's statement, so it cannot be withdrawn; nothing was changed. If it"
                " was matched wrongly, have the dinas undo that first.",
                number=notice.number,
            )
        )


def find_producers(session: Session, notice_id: int) -> list[int]:
    """Return the ids of the producers whose statements a notice pays."""
    query = text("""SELECT DISTINCT statement.producer_id FROM payment_notice_line AS line
        JOIN statement ON statement.id = line.statement_id WHERE line.notice_id = :notice ORDER BY 1""")
    return list(session.scalars(query, {"notice": notice_id}))
