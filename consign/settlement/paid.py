"""What was paid of a statement, and what is still open."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.models.identity import UserAccount
from consign.models.settlement import Allocation, Statement


@dataclass(frozen=True)
class Payment:
    """One part of a statement that was paid, written off, or taken back again."""

    booked_on: date
    amount_rp: int
    """Negative where it takes another back."""
    source: str
    cause: str
    """What it came from: `match:17`, `notice:BY-2026-000001` or `write_off:3`."""
    allocated_by: str


@dataclass(frozen=True)
class Paid:
    """What was paid of a statement."""

    payments: tuple[Payment, ...]
    open_rp: int
    """What is still to be paid."""


def find_paid(session: Session, statement: Statement) -> Paid:
    """Return what was paid of a statement, in the order in which it was booked."""
    query = (
        select(Allocation, UserAccount.name)
        .join(UserAccount, UserAccount.id == Allocation.allocated_by)
        .where(Allocation.statement_id == statement.id)
        .order_by(Allocation.id)
    )
    payments = tuple(
        Payment(one.booked_on, one.amount_rp, one.source, one.cause, name) for one, name in session.execute(query)
    )
    return Paid(payments, statement.due_rp - sum(one.amount_rp for one in payments))
