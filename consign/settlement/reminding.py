"""Reminding partners of what they have not paid, step by step: the nightly look proposes, a person sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize, get_reach
from consign.models.partners import Partner
from consign.models.settlement import PaymentReminder
from consign.outbox import Message, record_notices
from consign.partners.queries import get_office_day, get_region_terms, lock_partner
from consign.sentence import Code, say
from consign.settlement.late import OpenBill, find_open_bills
from consign.settlement.late_rules import NextStep, NothingLate, ReminderTooEarly, SentStep, Step, find_next_step

FROM_HOUR = 8
"""From this hour of the office's morning on it is told which reminders are due."""
MOST_NAMED = 50
"""Statements that a notice names; it counts the others."""
DUE, REMINDED, LETTER = "settlement.reminders_due", "settlement.payment_reminder", "settlement.late_letter"
"""Kinds of notices."""
FINANCE, HEAD = "role:dinas_finance", "role:head"

_SENT = text("""
    SELECT reminder.partner_id, reminder.step, reminder.day FROM payment_reminder AS reminder
    WHERE EXISTS (SELECT FROM payment_reminder_statement AS part
      WHERE part.reminder_id = reminder.id AND part.statement_id = ANY(:open))
    ORDER BY reminder.day""")
_HISTORY = text("""
    SELECT reminder.id, reminder.step, reminder.day, reminder.amount_rp, reminder.sent_at, user_account.name AS person,
      (SELECT count(*) FROM payment_reminder_statement AS part WHERE part.reminder_id = reminder.id) AS statements
    FROM payment_reminder AS reminder JOIN user_account ON user_account.id = reminder.sent_by
    WHERE reminder.partner_id = :partner ORDER BY reminder.day DESC LIMIT 50""")
_LOOKED = text("SELECT EXISTS (SELECT FROM payment_look WHERE day = :day)")


@dataclass(frozen=True)
class Proposal:
    """The next step of reminding a partner, of what is due and open."""

    partner_id: int
    partner_code: str
    partner: str
    next: NextStep
    bills: tuple[OpenBill, ...]

    @property
    def amount_rp(self) -> int:
        """Return what is due and open."""
        return sum(one.open_rp for one in self.bills)


@dataclass(frozen=True)
class SentReminder:
    """A reminder that was sent, as pages show it."""

    id: int
    step: str
    day: date
    amount_rp: int
    sent_at: datetime
    person: str
    statements: int


def find_proposals(
    session: Session, *, on: date, partner_id: int | None = None, bills: Sequence[OpenBill] | None = None
) -> list[Proposal]:
    """Return which step is next for each partner of whose statements something is due on the day *on*, by name.

    A step counts as sent while something of what it was about is still open. *bills* are those that are open, where they
    are at hand.
    """
    by_partner: dict[int, list[OpenBill]] = {}
    for one in find_open_bills(session, partner_id=partner_id) if bills is None else bills:
        if one.due_on <= on:
            by_partner.setdefault(one.partner_id, []).append(one)
    due = [one.id for own in by_partner.values() for one in own]
    sent: dict[int, list[SentStep]] = {}
    for row in session.execute(_SENT, {"open": due}):
        sent.setdefault(row.partner_id, []).append(SentStep(Step(row.step), row.day))
    found = [
        Proposal(
            partner, own[0].partner_code, own[0].partner,
            find_next_step(sent.get(partner, []), oldest_due_on=min(one.due_on for one in own)), tuple(own),
        )
        for partner, own in by_partner.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.partner, one.partner_id))


def find_reminders(session: Session, *, by: Actor, partner_id: int) -> list[SentReminder]:
    """Return the reminders that a partner was sent, the last one first.

    Raises:
        NotAllowed: *by* does not read who pays late.

    """
    get_reach(by, Act.READ_LATE)
    rows = session.execute(_HISTORY, {"partner": partner_id})
    return [SentReminder(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for it


def send_reminder(session: Session, *, by: Actor, partner_id: int, step: Step) -> PaymentReminder:
    """Remind a partner of all that is due and open, by the *step* that is next; of a letter the head is told, too.

    Sent again on the same day it changes nothing.

    Raises:
        NotAllowed: *by* does not remind partners.
        NothingLate: nothing is due and open.
        ReminderTooEarly: another step is next, or its day has not come.

    """
    authorize(by, Act.CHASE_PAYMENTS, partner_id=partner_id)
    on = get_office_day(session)
    lock_partner(session, partner_id)  # of two who send at once the second sees what the first sent
    standing = select(PaymentReminder).where(PaymentReminder.partner_id == partner_id, PaymentReminder.day == on)
    sent = session.scalars(standing).first()
    if sent is not None and sent.step == step:
        return sent
    proposal = next(iter(find_proposals(session, on=on, partner_id=partner_id)), None)
    partner = session.get_one(Partner, partner_id)
    if proposal is None:
        raise NothingLate(say("{partner} owes nothing that is due; nothing was sent.", partner=partner.name))
    if sent is not None or proposal.next.step is not step or on < proposal.next.from_on:
        raise ReminderTooEarly(
            say(
                "The next step for {partner} is “{step}”, from {day} on; nothing was sent.",
                partner=partner.name,
                step=Code("reminder_step", proposal.next.step),
                day=proposal.next.from_on,
            )
        )
    reminder = PaymentReminder(
        partner_id=partner_id, step=step.value, day=on, amount_rp=proposal.amount_rp, sent_by=by.user_id,
        sent_at=clock.now(),
    )  # fmt: skip
    session.add(reminder)
    session.flush()
    rows = [{"reminder_id": reminder.id, "statement_id": one.id, "open_rp": one.open_rp} for one in proposal.bills]
    insert_rows(session, "payment_reminder_statement", rows)
    record_event(
        session, by=by, act="partner reminded", subject=f"partner:{partner_id}", reminder=reminder.id, step=step.value,
        amount_rp=reminder.amount_rp, statements=[one.number for one in proposal.bills],
    )  # fmt: skip
    _tell(session, proposal, reminder, partner)
    return reminder


def _tell(session: Session, proposal: Proposal, reminder: PaymentReminder, partner: Partner) -> None:
    told = {
        "partner": partner.name,
        "step": reminder.step,
        "day": str(reminder.day),
        "amount_rp": reminder.amount_rp,
        "statements": [_write_bill(one) for one in proposal.bills[:MOST_NAMED]],
        "more": max(0, len(proposal.bills) - MOST_NAMED),
    }
    messages = [Message(REMINDED, f"partner:{partner.id}", told)]
    if reminder.step == Step.LETTER:
        messages.append(Message(LETTER, HEAD, {**told, "partner_code": partner.code}))
    record_notices(session, messages)


def _write_bill(one: OpenBill) -> dict[str, str | int]:
    return {
        "number": one.number,
        "producer": one.producer,
        "due_on": str(one.due_on),
        "legal_on": str(one.legal_on),
        "open_rp": one.open_rp,
    }


def propose_reminders(session: Session, *, now: datetime) -> int:
    """Tell finance once a day, from eight in the morning on, which partners are to be reminded; return how many.

    Nothing is sent to a partner: a person does that. It may run at any time, and many at once.
    """
    local = now.astimezone(ZoneInfo(get_region_terms(session).zone))
    if local.hour < FROM_HOUR:
        return 0
    on = local.date()
    if session.scalar(_LOOKED, {"day": on}):
        return 0
    proposals = [one for one in find_proposals(session, on=on) if one.next.from_on <= on]
    # The key lets one through: of two who look at once the second waits here, and tells nothing.
    look = {"day": on, "partners": len(proposals), "at": now}
    if not insert_rows(session, "payment_look", [look], rest="ON CONFLICT DO NOTHING RETURNING day"):
        return 0
    if proposals:
        told = {"day": str(on), "partners": _write_proposals(proposals)}
        record_notices(session, [Message(DUE, FINANCE, told)])
    return len(proposals)


def _write_proposals(proposals: Sequence[Proposal]) -> list[dict[str, str | int]]:
    return [
        {
            "partner_code": one.partner_code,
            "partner": one.partner,
            "step": one.next.step.value,
            "amount_rp": one.amount_rp,
        }
        for one in proposals[:MOST_NAMED]
    ]
