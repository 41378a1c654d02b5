"""Writing off a small rest of a statement: one person proposes it, another decides."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput, Conflict, NotAllowed, NotFound
from consign.identity.actions import record_event
from consign.identity.remarks import LONGEST_REMARK, tidy_reason
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text
from consign.ledger.rules import AccountKind, AccountName
from consign.models.payments import WriteOff
from consign.money import Rupiah
from consign.partners.queries import get_office_day, get_region_terms
from consign.payments.match_facts import ReasonCode
from consign.sentence import say
from consign.settlement.allocating import Source, allocate, lock_open
from consign.settlement.shares import OpenStatement, Share

WRITTEN_OFF_FOR = (ReasonCode.TRANSFER_COST, ReasonCode.ROUNDING, ReasonCode.SHORT)
BEARERS = ("producer", "office")


class WriteOffUnknown(NotFound):
    """There is no such write-off or statement; nothing was changed."""

    code = "payments.write_off_unknown"


class WriteOffTooLarge(Conflict):
    """The rest is larger than what may be written off, or than what is open; nothing was changed."""

    code = "payments.write_off_too_large"


class WriteOffDecided(Conflict):
    """The write-off was decided before; nothing was changed."""

    code = "payments.write_off_decided"


class WriteOffBySame(NotAllowed):
    """Who proposed a write-off does not decide about it; nothing was changed."""

    code = "payments.write_off_by_same"


def propose_write_off(
    session: Session, *, by: Actor, statement_id: int, amount_rp: int, reason_code: str, borne_by: str, remark: str = ""
) -> WriteOff:
    """Propose that so much of a statement will not be paid; nothing is posted before another person approves it.

    Raises:
        NotAllowed: *by* may not propose it.
        BadInput: the amount is not positive, or reason or bearer is none of the known ones.
        WriteOffUnknown: there is no such statement.
        WriteOffTooLarge: less is open, or with what was proposed or written off before it is more than the region allows.

    """
    authorize(by, Act.PROPOSE_WRITE_OFFS)
    if amount_rp <= 0 or reason_code not in WRITTEN_OFF_FOR or borne_by not in BEARERS:
        raise BadInput(say("A write-off has a positive amount, a known reason and a bearer; nothing was changed."))
    statement = lock_open(session, [statement_id]).get(statement_id)
    if statement is None:
        raise WriteOffUnknown(say("There is no such statement; nothing was changed."))
    _refuse_too_large(session, statement, amount_rp)
    row = WriteOff(
        statement_id=statement_id,
        amount_rp=amount_rp,
        reason_code=reason_code,
        borne_by=borne_by,
        remark=clean_text(remark)[:LONGEST_REMARK],
        proposed_by=by.user_id,
        proposed_at=clock.now(),
        outcome="waiting",
    )
    session.add(row)
    session.flush()
    record_event(
        session, by=by, act="write-off proposed", subject=f"write_off:{row.id}", statement=statement.number,
        amount_rp=amount_rp, reason_code=reason_code, borne_by=borne_by,
    )  # fmt: skip
    return row


def _refuse_too_large(session: Session, statement: OpenStatement, amount_rp: int) -> None:
    """Refuse more than is open, and more than the region allows for one statement, however often it is asked."""
    rows = session.execute(
        select(WriteOff.outcome, func.sum(WriteOff.amount_rp).label("amount_rp"))
        .where(WriteOff.statement_id == statement.id, WriteOff.outcome != "refused")
        .group_by(WriteOff.outcome)
    )
    before = {row.outcome: int(row.amount_rp) for row in rows}
    most = get_region_terms(session).near_amount_rp
    left = statement.open_rp - before.get("waiting", 0)
    if amount_rp > left:
        raise WriteOffTooLarge(
            say(
                "Of {number} {open} is open and not proposed to be written off yet, less than {amount}; nothing was changed.",
                number=statement.number,
                open=Rupiah(left),
                amount=Rupiah(amount_rp),
            )
        )
    if sum(before.values()) + amount_rp > most:
        raise WriteOffTooLarge(
            say(
                "Of one statement at most {most} may be written off, and {before} of {number} was before; nothing was changed."
                " The settings say how much.",
                most=Rupiah(most),
                before=Rupiah(sum(before.values())),
                number=statement.number,
            )
        )


def decide_write_off(session: Session, *, by: Actor, write_off_id: int, approve: bool, reason: str = "") -> WriteOff:
    """Approve a write-off, which posts it, or refuse it for a *reason*.

    Raises:
        NotAllowed: *by* may not decide about it.
        BadInput: it is refused without a reason.
        WriteOffUnknown: there is none.
        WriteOffBySame: *by* proposed it.
        WriteOffDecided: it was decided before.
        PaidTwice: less of the statement is open by now.

    """
    authorize(by, Act.DECIDE_WRITE_OFFS)
    said = clean_text(reason)[:LONGEST_REMARK] if approve else tidy_reason(reason)
    row = session.get(WriteOff, write_off_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise WriteOffUnknown(say("There is no such write-off; nothing was changed."))
    if row.outcome != "waiting":
        raise WriteOffDecided(say("The write-off was decided before; nothing was changed."))
    if row.proposed_by == by.user_id:
        raise WriteOffBySame(
            say("You proposed this write-off, so another person decides about it; nothing was changed.")
        )
    statement = lock_open(session, [row.statement_id], others=[AccountName(AccountKind.WRITTEN_OFF)])[row.statement_id]
    row.outcome = "approved" if approve else "refused"
    row.decided_by, row.decided_at = by.user_id, clock.now()
    session.flush()
    after = statement.open_rp
    if approve:
        source = Source.WRITTEN_OFF_OFFICE if row.borne_by == "office" else Source.WRITTEN_OFF_PRODUCER
        on = get_office_day(session)
        shares = [Share(row.statement_id, row.amount_rp)]
        allocate(session, shares, by=by, source=source, cause=f"write_off:{row.id}", booked_on=on)
        after -= row.amount_rp
    record_event(
        session, by=by, act="write-off approved" if approve else "write-off refused", subject=f"write_off:{row.id}",
        statement=statement.number, amount_rp=row.amount_rp, borne_by=row.borne_by, reason=said,
        before={"open_rp": statement.open_rp}, after={"open_rp": after},
    )  # fmt: skip
    return row
