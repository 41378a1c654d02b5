"""Which corrections a closing takes, and what statements took of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.models.settlement import Adjustment, Statement, StatementAdjustment
from consign.partners.queries import get_region_terms
from reports.statement import StatementAdjustmentLine


@dataclass(frozen=True)
class DueAdjustment:
    """An approved adjustment that no statement took."""

    adjustment_id: int
    producer_id: int
    amount_rp: int
    """Positive in the producer's favour."""
    reason: str
    decided_at: datetime


def find_due_adjustments(session: Session, partner_id: int) -> tuple[DueAdjustment, ...]:
    """Return a partner's approved adjustments that are in no statement, in the order of their ids."""
    taken = select(StatementAdjustment.adjustment_id)
    query = select(Adjustment).where(
        Adjustment.partner_id == partner_id, Adjustment.outcome == "approved", Adjustment.id.not_in(taken)
    )
    return tuple(
        DueAdjustment(one.id, one.producer_id, one.amount_rp, one.reason, one.decided_at)
        for one in session.scalars(query.order_by(Adjustment.id))
        if one.decided_at is not None  # always so of what was approved
    )


def sum_by_producer(adjustments: Sequence[DueAdjustment]) -> Mapping[int, int]:
    """Return what the adjustments of each producer come to."""
    sums: defaultdict[int, int] = defaultdict(int)
    for one in adjustments:
        sums[one.producer_id] += one.amount_rp
    return sums


def record_taken(session: Session, adjustments: Sequence[DueAdjustment], statements: Sequence[Statement]) -> None:
    """Write which of a closing's *statements* took each of its *adjustments*."""
    by_producer = {one.producer_id: one.id for one in statements}
    rows = [{"adjustment_id": one.adjustment_id, "statement_id": by_producer[one.producer_id]} for one in adjustments]
    insert_rows(session, "statement_adjustment", rows)


def find_adjustment_sums(session: Session, closing_id: int) -> Mapping[int, int]:
    """Return what the adjustments that a closing took come to, by producer."""
    query = (
        select(Statement.producer_id, func.sum(Adjustment.amount_rp).label("amount_rp"))
        .join(StatementAdjustment, StatementAdjustment.statement_id == Statement.id)
        .join(Adjustment, Adjustment.id == StatementAdjustment.adjustment_id)
        .where(Statement.closing_id == closing_id)
        .group_by(Statement.producer_id)
    )
    return {row.producer_id: int(row.amount_rp) for row in session.execute(query)}


def find_taken_lines(
    session: Session, statement_ids: Collection[int]
) -> Mapping[int, tuple[StatementAdjustmentLine, ...]]:
    """Return by statement the corrections it took, as it prints them; statements without any are left out."""
    query = (
        select(StatementAdjustment.statement_id, Adjustment.decided_at, Adjustment.reason, Adjustment.amount_rp)
        .join(Adjustment, Adjustment.id == StatementAdjustment.adjustment_id)
        .where(StatementAdjustment.statement_id.in_(statement_ids))
        .order_by(Adjustment.id)
    )
    rows = session.execute(query).all()
    zone = ZoneInfo(get_region_terms(session).zone)
    lines: defaultdict[int, list[StatementAdjustmentLine]] = defaultdict(list)
    for row in rows:
        day = row.decided_at.astimezone(zone).date()
        lines[row.statement_id].append(StatementAdjustmentLine(day, row.reason, row.amount_rp))
    return {statement_id: tuple(own) for statement_id, own in lines.items()}


def list_due(
    session: Session, adjustments: Sequence[DueAdjustment], *, producer_id: int
) -> tuple[StatementAdjustmentLine, ...]:
    """Return the corrections of a producer as a statement that took them would print them."""
    zone = ZoneInfo(get_region_terms(session).zone)
    return tuple(
        StatementAdjustmentLine(one.decided_at.astimezone(zone).date(), one.reason, one.amount_rp)
        for one in adjustments
        if one.producer_id == producer_id
    )
