"""What a party says against a statement, and what the office answers. A statement itself is never changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, null, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason, tidy_remark
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.partners import Store
from consign.models.settlement import Adjustment, Closing, Dispute, Statement, StatementLoss
from consign.models.stock import StockLoss
from consign.outbox import Message, record_notices
from consign.partners.queries import get_region_terms, lock_partner
from consign.sentence import say
from consign.settlement.correcting import propose_adjustment
from consign.settlement.cuts import CUT, find_cut
from consign.settlement.dispute_rules import (
    DisputedLine,
    DisputedLineUnknown,
    DisputeEnded,
    DisputeOutcome,
    DisputeStands,
    DisputeUnknown,
    find_last_dispute_day,
    refuse_late_dispute,
)
from consign.settlement.queries import get_statement

OFFICE = "role:dinas_finance"
"""Who answers, and so is told of a dispute."""
_SOLD = text(f"""
    SELECT DISTINCT sale.store_id, sale.product_id FROM sale WHERE {CUT} AND sale.producer_id = :producer""")  # noqa: S608  # a constant


@dataclass(frozen=True)
class DisputableLine:
    """A product in a store of which a statement says something."""

    store_id: int
    store_code: str
    store: str
    product_id: int
    product_code: str
    product: str


def find_dispute_day(session: Session, closing: Closing) -> date:
    """Return the last day, in the region's zone, on which the statements of *closing* may be disputed."""
    terms = get_region_terms(session)
    return find_last_dispute_day(closing.closed_at, zone=terms.zone, dispute_days=terms.dispute_days)


def find_disputable_lines(session: Session, found: RowMapping) -> list[DisputableLine]:
    """Return what of the statement *found* by `get_statement` may be doubted: what was sold, given back or lost."""
    statement: Statement = found["Statement"]
    pairs = {
        (row.store_id, row.product_id)
        for row in session.execute(_SOLD, {**find_cut(session, found["Closing"]), "producer": statement.producer_id})
    }
    lost = select(StockLoss.store_id, StockLoss.product_id).join(StatementLoss, StatementLoss.loss_id == StockLoss.id)
    pairs |= {
        (row.store_id, row.product_id)
        for row in session.execute(lost.where(StatementLoss.statement_id == statement.id))
    }
    stores = {one.id: one for one in session.scalars(select(Store).where(Store.id.in_({store for store, _ in pairs})))}
    goods = {one.id: one for one in session.scalars(select(Product).where(Product.id.in_({one for _, one in pairs})))}
    lines = [
        DisputableLine(store, stores[store].code, stores[store].name, product, goods[product].code, goods[product].name)
        for store, product in pairs
    ]
    return sorted(lines, key=lambda one: (one.store_code, one.product, one.product_code))


def raise_dispute(
    session: Session, *, by: Actor, number: str, line: DisputedLine | None, expected: str, reason: str
) -> Dispute:
    """Say as the producer or for the partner that a statement, or a *line* of it, is not right. Tell the others.

    *expected* is what the party holds to be right, in its own words; it may be blank. Said again just so it changes nothing.

    Raises:
        StatementUnknown: there is none with this number, or it is not for this person to see.
        NotAllowed: *by* does not dispute statements.
        DisputedLineUnknown: the statement has no such line.
        DisputeTooLate: the time for it is over.
        DisputeStands: just this is disputed and not answered yet.
        BadInput: the reason is blank, or a text too long.

    """
    found = get_statement(session, by=by, number=number)
    statement: Statement = found["Statement"]
    authorize(by, Act.DISPUTE_STATEMENTS, partner_id=statement.partner_id, producer_id=statement.producer_id)
    said, wanted = tidy_reason(reason), tidy_remark(expected)
    _refuse_strange_line(session, found, line)
    # Of two who dispute it at once one waits here, and sees the other's then.
    lock_partner(session, statement.partner_id)
    standing = _find_waiting(session, statement, line)
    if standing is not None:
        if (standing.raised_by, standing.reason, standing.expected) == (by.user_id, said, wanted):
            return standing
        raise DisputeStands(say("This is disputed already and waits for the office's answer; nothing was changed."))
    terms = get_region_terms(session)
    refuse_late_dispute(
        find_dispute_day(session, found["Closing"]), on=clock.today(terms.zone), number=statement.number
    )
    raised = Dispute(
        statement_id=statement.id,
        side=_side_of(by), store_id=line.store_id if line else None, product_id=line.product_id if line else None,
        expected=wanted, reason=said, raised_by=by.user_id, raised_at=clock.now(), outcome=DisputeOutcome.WAITING.value,
    )  # fmt: skip
    session.add(raised)
    session.flush()
    told = _describe(session, raised, statement) | {"reason": said, "expected": wanted}
    record_event(session, by=by, act="statement disputed", subject=f"dispute:{raised.id}", **told)
    _tell(session, "settlement.disputed", statement, told, except_for=_side_of(by), office=True)
    return raised


def _refuse_strange_line(session: Session, found: RowMapping, line: DisputedLine | None) -> None:
    if line is None:
        return
    lines = find_disputable_lines(session, found)
    known = {(one.store_id, one.product_id) for one in lines} | {(one.store_id, None) for one in lines}
    if (line.store_id, line.product_id) not in known:
        raise DisputedLineUnknown(
            say(
                "Statement {number} says nothing of this product in this store; nothing was changed. Choose one of its lines.",
                number=found["Statement"].number,
            )
        )


def _find_waiting(session: Session, statement: Statement, line: DisputedLine | None) -> Dispute | None:
    query = select(Dispute).where(
        Dispute.statement_id == statement.id,
        Dispute.outcome == DisputeOutcome.WAITING.value,
        Dispute.store_id.is_not_distinct_from(line.store_id if line else null()),
        Dispute.product_id.is_not_distinct_from(line.product_id if line else null()),
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def answer_dispute(
    session: Session, *, by: Actor, dispute_id: int, uphold: bool, answer: str, adjustment_rp: int | None = None
) -> Dispute:
    """Answer a dispute for the office. An upheld one may propose a correction in the same act: *adjustment_rp*.

    Another person decides about the correction, and the next statement takes it. Said again just so it changes nothing.

    Raises:
        NotAllowed: *by* does not answer disputes.
        DisputeUnknown: there is no such one.
        DisputeEnded: it was answered otherwise, or withdrawn.
        AdjustmentAmountRefused: the correction is of nothing, or too large.
        BadInput: the answer is blank or too long, or a rejected one would be corrected.

    """
    authorize(by, Act.ANSWER_DISPUTES)
    said = tidy_reason(answer)
    if adjustment_rp is not None and not uphold:
        raise BadInput(
            say("A statement that is right is not corrected; nothing was changed. Leave the correction out.")
        )
    dispute = _hold(session, dispute_id)
    outcome = DisputeOutcome.UPHELD if uphold else DisputeOutcome.REJECTED
    if (dispute.outcome, dispute.answer) == (outcome.value, said):
        return dispute
    _refuse_ended(dispute)
    statement = session.get_one(Statement, dispute.statement_id)
    _end(session, dispute, by=by, outcome=outcome, answer=said)
    proposed: Adjustment | None = None
    if adjustment_rp is not None:
        proposed = propose_adjustment(
            session, by=by, partner_id=statement.partner_id, producer_id=statement.producer_id, amount_rp=adjustment_rp,
            reason=say("Dispute {number} of statement {statement}: {answer}", number=dispute.id,
                       statement=statement.number, answer=said)[:_LONGEST],
            dispute_id=dispute.id,
        )  # fmt: skip
    told = _describe(session, dispute, statement) | {"outcome": outcome.value, "answer": said}
    record_event(
        session, by=by, act="dispute answered", subject=f"dispute:{dispute.id}",
        adjustment=proposed.id if proposed else None, **told,
    )  # fmt: skip
    _tell(session, "settlement.dispute_answered", statement, told)
    return dispute


_LONGEST = 500


def withdraw_dispute(session: Session, *, by: Actor, dispute_id: int) -> Dispute:
    """Take a dispute back, for the party that raised it; it may be raised again while there is time.

    Raises:
        NotAllowed: *by* does not dispute statements.
        DisputeUnknown: there is no such one, or it is another party's.
        DisputeEnded: it was answered or withdrawn before.

    """
    dispute = _hold(session, dispute_id)
    statement = session.get_one(Statement, dispute.statement_id)
    authorize(by, Act.DISPUTE_STATEMENTS, partner_id=statement.partner_id, producer_id=statement.producer_id)
    if dispute.side != _side_of(by):
        raise DisputeUnknown(say("There is no dispute {number} of yours; nothing was changed.", number=dispute_id))
    _refuse_ended(dispute)
    _end(session, dispute, by=by, outcome=DisputeOutcome.WITHDRAWN, answer=None)
    told = _describe(session, dispute, statement)
    record_event(session, by=by, act="dispute withdrawn", subject=f"dispute:{dispute.id}", **told)
    _tell(session, "settlement.dispute_withdrawn", statement, told, except_for=_side_of(by), office=True)
    return dispute


def _side_of(by: Actor) -> str:
    return "partner" if by.producer_id is None else "producer"


def _hold(session: Session, dispute_id: int) -> Dispute:
    query = select(Dispute).where(Dispute.id == dispute_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise DisputeUnknown(say("There is no dispute {number}; nothing was changed.", number=dispute_id))
    return found


def _refuse_ended(dispute: Dispute) -> None:
    if dispute.outcome != DisputeOutcome.WAITING:
        raise DisputeEnded(say("This dispute was answered or withdrawn before; nothing was changed."))


def _end(session: Session, dispute: Dispute, *, by: Actor, outcome: DisputeOutcome, answer: str | None) -> None:
    dispute.outcome, dispute.answer = outcome.value, answer
    dispute.answered_by, dispute.answered_at = by.user_id, clock.now()
    session.flush()


def _describe(session: Session, dispute: Dispute, statement: Statement) -> dict[str, Any]:
    """Return what notices and the audit trail say of a dispute: plain values."""
    return {
        "dispute": dispute.id,
        "number": statement.number,
        "store": session.get_one(Store, dispute.store_id).name if dispute.store_id else None,
        "product": session.get_one(Product, dispute.product_id).name if dispute.product_id else None,
    }


def _tell(
    session: Session,
    kind: str,
    statement: Statement,
    told: dict[str, Any],
    *,
    except_for: str = "",
    office: bool = False,
) -> None:
    """Tell both parties, except the one that acted, and the *office* where it has to know."""
    others = [] if except_for == "partner" else [f"partner:{statement.partner_id}"]
    others += [] if except_for == "producer" else [f"producer:{statement.producer_id}"]
    others += [OFFICE] if office else []
    record_notices(session, [Message(kind, one, told) for one in others])
