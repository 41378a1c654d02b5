"""Closings and the statements they produced."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase


class Closing(RegionBase):
    """The cut of a partner's sales: those until a day and up to a posting, less those of the closing before.

    Both only grow, so every sale falls into exactly one closing.
    """

    __tablename__ = "closing"
    __table_args__ = (
        CheckConstraint("until_on > before_on AND posting_no >= before_posting_no", name="grows"),
        UniqueConstraint("partner_id", "until_on"),
        UniqueConstraint("partner_id", "before_on"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    until_on: Mapped[date]
    """Last day inside the cut."""
    posting_no: Mapped[int]
    """Last posting inside the cut."""
    before_on: Mapped[date]
    """`until_on` of the closing before; for the first one the day before its period."""
    before_posting_no: Mapped[int]
    """`posting_no` of the closing before; 0 for the first."""
    missing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was known to be missing: store-days, parked lines, open uploads."""
    incomplete_reason: Mapped[str | None]
    """Why it was closed over what was missing."""
    closed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Statement(RegionBase):
    """What one partner owes one producer for one period. Never changed once written."""

    __tablename__ = "statement"
    __table_args__ = (
        CheckConstraint("net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp + losses_rp", name="net"),
        CheckConstraint("carried_rp <= 0 AND carry_rp <= 0 AND due_rp >= 0", name="signs"),
        CheckConstraint("due_rp + carry_rp = net_rp + carried_rp", name="due"),
        CheckConstraint("due_rp = 0 OR carry_rp = 0", name="one_side"),
        UniqueConstraint("closing_id", "producer_id"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    closing_id: Mapped[int] = mapped_column(ForeignKey("closing.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    line_count: Mapped[int]
    """Sale lines inside the cut."""
    sales_rp: Mapped[int]
    """What was sold, less returns, late lines included; before the fee."""
    returns_rp: Mapped[int]
    """The part of `sales_rp` that was given back; zero or negative."""
    late_rp: Mapped[int]
    """The part of `sales_rp` that belongs to days of earlier, closed periods."""
    fee_rp: Mapped[int]
    fee_tax_rp: Mapped[int]
    """Tax on the fee, rounded once."""
    pph23_rp: Mapped[int]
    """PPh 23 on the fee, rounded once; the producer remits it himself, so the partner owes it to him."""
    losses_rp: Mapped[int]
    """What the store bears of goods lost in its care; negative where goods were found again or losses taken back."""
    net_rp: Mapped[int]
    carried_rp: Mapped[int]
    """A negative rest of earlier statements that this one takes over; zero or negative."""
    due_rp: Mapped[int]
    """What is to be paid on this statement."""
    carry_rp: Mapped[int]
    """A negative rest that the next statement takes over; zero or negative."""
    due_on: Mapped[date]
    audit_seq: Mapped[int]
    """Length of the audit chain when this was written."""
    audit_hash: Mapped[str]
    """Head of the audit chain when this was written, in hexadecimal: a kept statement betrays a cut chain."""


class StatementLoss(RegionBase):
    """That a statement settled a loss of goods: each is in one at most."""

    __tablename__ = "statement_loss"
    __table_args__ = ({"info": ADD_ONLY},)

    loss_id: Mapped[int] = mapped_column(ForeignKey("stock_loss.id"), primary_key=True, autoincrement=False)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    store_rp: Mapped[int]
    """What the store bears of it, in rupiah."""


class StatementCounter(RegionBase):
    """The last statement number of a year; numbers have no gaps."""

    __tablename__ = "statement_counter"
    __table_args__ = ({"info": CHANGING},)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
