"""Closings and the statements they produced."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, UniqueConstraint, false, text
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
        CheckConstraint("NOT carries_over OR posting_no = 0", name="carries_over"),
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
    movement_id: Mapped[int] = mapped_column(server_default=text("0"))
    """Last movement of goods inside the cut that a note made; those of sales are inside by their posting."""
    before_movement_id: Mapped[int] = mapped_column(server_default=text("0"))
    """`movement_id` of the closing before; for the first one its own, so that what stood before its period is its opening."""
    missing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was known to be missing: store-days, parked lines, open uploads."""
    incomplete_reason: Mapped[str | None]
    """Why it was closed over what was missing."""
    carries_over: Mapped[bool] = mapped_column(server_default=false())
    """Whether it takes no sales but what stood open before these books began."""
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who prepared it for another to countersign; blank where the region does without."""
    closed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ClosingPlan(RegionBase):
    """A closing that one person prepared and that waits for another to countersign it. Only its end is written later."""

    __tablename__ = "closing_plan"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'closed', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (ended_at IS NULL)", name="ended"),
        Index("uq_closing_plan_waiting", "partner_id", unique=True, postgresql_where=text("outcome = 'waiting'")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    until_on: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What its statements came to together when it was prepared; a closing that comes to anything else is refused."""
    incomplete_reason: Mapped[str | None]
    prepared_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    prepared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(server_default="waiting")
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Statement(RegionBase):
    """What one partner owes one producer for one period. Never changed once written."""

    __tablename__ = "statement"
    __table_args__ = (
        CheckConstraint(
            "net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp + losses_rp + adjustments_rp + opening_rp", name="net"
        ),
        CheckConstraint("carried_rp <= 0 AND carry_rp <= 0 AND due_rp >= 0", name="signs"),
        CheckConstraint("due_rp + carry_rp = net_rp + carried_rp", name="due"),
        CheckConstraint("due_rp = 0 OR carry_rp = 0", name="one_side"),
        CheckConstraint("route IN ('direct', 'collecting', 'cooperative')", name="route"),
        UniqueConstraint("closing_id", "producer_id", "earlier_number"),
        Index("ix_statement_partner_id", "partner_id", "producer_id", "due_on"),
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
    adjustments_rp: Mapped[int] = mapped_column(server_default=text("0"))
    """Corrections that two people agreed on; positive in the producer's favour."""
    opening_rp: Mapped[int] = mapped_column(server_default=text("0"))
    """What stood open before these books began; only a closing that carries over has it."""
    earlier_number: Mapped[str] = mapped_column(server_default="")
    """Its number before these books began; blank for all others."""
    net_rp: Mapped[int]
    carried_rp: Mapped[int]
    """A negative rest of earlier statements that this one takes over; zero or negative."""
    due_rp: Mapped[int]
    """What is to be paid on this statement."""
    carry_rp: Mapped[int]
    """A negative rest that the next statement takes over; zero or negative."""
    due_on: Mapped[date]
    route: Mapped[str] = mapped_column(server_default="direct")
    """How the money goes, by the pair's agreement on the last day: `direct`, `collecting` or `cooperative`."""
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


class Allocation(RegionBase):
    """That so much of a statement was paid, or will not be. Never changed; one that was wrong is taken back by a linked one."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("amount_rp <> 0 AND (amount_rp < 0) = (reverses_id IS NOT NULL)", name="amount"),
        CheckConstraint(
            "source IN ('collecting', 'direct', 'written_off_producer', 'written_off_office')", name="source"
        ),
        Index("ix_allocation_statement_id", "statement_id"),
        Index("ix_allocation_cause", "cause"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    amount_rp: Mapped[int]
    """Positive; negative where it takes another back."""
    source: Mapped[str]
    """Over an account of the office, past it, or not at all, because a small rest was written off."""
    cause: Mapped[str]
    """What it came from: `match:17`, `notice:BY-2026-000001` or `write_off:3`."""
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("allocation.id"), unique=True)
    booked_on: Mapped[date]
    allocated_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    allocated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Adjustment(RegionBase):
    """A correction of what a partner owes a producer, which the next statement takes once another person approved it."""

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("amount_rp <> 0", name="amount"),
        CheckConstraint("outcome IN ('waiting', 'approved', 'refused')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("outcome <> 'approved' OR decided_by <> proposed_by", name="two_people"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    amount_rp: Mapped[int]
    """Positive in the producer's favour."""
    reason: Mapped[str]
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("dispute.id"))
    """The dispute it answers."""
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(server_default="waiting")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Another than who proposed it; who proposed it may only take it back, which refuses it."""
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    remark: Mapped[str] = mapped_column(server_default="")
    """What was said when it was decided; may be blank."""


class StatementAdjustment(RegionBase):
    """That a statement took an adjustment: each is in one at most."""

    __tablename__ = "statement_adjustment"
    __table_args__ = ({"info": ADD_ONLY},)

    adjustment_id: Mapped[int] = mapped_column(ForeignKey("adjustment.id"), primary_key=True, autoincrement=False)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)


class Dispute(RegionBase):
    """That a party doubts a line of a statement, and what the office answered."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'upheld', 'rejected', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("side IN ('producer', 'partner')", name="side"),
        Index("ix_dispute_statement_id", "statement_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    """The store of the doubted line; blank where the whole statement is doubted."""
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    """The product of the doubted line; blank where the whole statement, or all of a store, is doubted."""
    side: Mapped[str]
    """Which party raised it; a field officer raises it for a producer."""
    expected: Mapped[str]
    """What the party holds to be right, in its own words; may be blank."""
    reason: Mapped[str]
    raised_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(server_default="waiting")
    answer: Mapped[str | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StatementCounter(RegionBase):
    """The last statement number of a year; numbers have no gaps."""

    __tablename__ = "statement_counter"
    __table_args__ = ({"info": CHANGING},)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CarryOver(RegionBase):
    """What stood open with a partner before these books began, handed in by one person and confirmed by another."""

    __tablename__ = "carry_over"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'confirmed', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("outcome <> 'confirmed' OR ended_by <> prepared_by", name="two_people"),
        CheckConstraint("(outcome = 'confirmed') = (closing_id IS NOT NULL)", name="closing"),
        Index("uq_carry_over_standing", "partner_id", unique=True, postgresql_where=text("outcome <> 'withdrawn'")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    until_on: Mapped[date]
    """The day before the first one in these books."""
    sha256: Mapped[str]
    """Of the sheet, by which the object store keeps it."""
    file_name: Mapped[str]
    prepared_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    prepared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(server_default="waiting")
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closing_id: Mapped[int | None] = mapped_column(ForeignKey("closing.id"), unique=True)
    """The closing that it became once it was confirmed."""


class CarryOverRow(RegionBase):
    """One row of the sheet: a statement of before that is not paid, money received and not paid out, or a rest below zero."""

    __tablename__ = "carry_over_row"
    __table_args__ = (
        CheckConstraint("kind IN ('statement', 'received', 'rest')", name="kind"),
        CheckConstraint("amount_rp <> 0 AND (amount_rp < 0) = (kind = 'rest')", name="amount"),
        CheckConstraint(
            "(kind <> 'received') = (earlier_number <> '') AND (kind <> 'received') = (until_on IS NOT NULL)"
            " AND (until_on IS NULL) = (from_on IS NULL) AND (kind = 'statement') = (due_on IS NOT NULL)",
            name="facts",
        ),
        UniqueConstraint("carry_over_id", "producer_id", "earlier_number"),
        {"info": ADD_ONLY},
    )

    carry_over_id: Mapped[int] = mapped_column(ForeignKey("carry_over.id"), primary_key=True, autoincrement=False)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """As a spreadsheet counts."""
    kind: Mapped[str]
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    earlier_number: Mapped[str] = mapped_column(server_default="")
    """The statement's number before these books; blank for money received."""
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    due_on: Mapped[date | None]
    """Blank for money received, and for a rest below zero: the next statement takes it over, nobody pays it."""
    amount_rp: Mapped[int]
    """What is open of the statement, or was received for the producer; below zero what the producer has had too much."""


class PaymentReminder(RegionBase):
    """That a partner was reminded of what it has not paid: which step, by whom, and of how much."""

    __tablename__ = "payment_reminder"
    __table_args__ = (
        CheckConstraint("step IN ('friendly', 'first', 'second', 'letter')", name="step"),
        CheckConstraint("amount_rp > 0", name="amount"),
        UniqueConstraint("partner_id", "day"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    step: Mapped[str]
    day: Mapped[date]
    """The region's day; a partner is reminded once a day at most."""
    amount_rp: Mapped[int]
    """What was due and open, in rupiah."""
    sent_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PaymentReminderStatement(RegionBase):
    """Of which statements a reminder was, and what was open of each."""

    __tablename__ = "payment_reminder_statement"
    __table_args__ = (CheckConstraint("open_rp > 0", name="open"), {"info": ADD_ONLY})

    reminder_id: Mapped[int] = mapped_column(ForeignKey("payment_reminder.id"), primary_key=True, autoincrement=False)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), primary_key=True, autoincrement=False)
    open_rp: Mapped[int]


class PaymentLook(RegionBase):
    """That it was looked on a day which partners are to be reminded; once a day."""

    __tablename__ = "payment_look"
    __table_args__ = (CheckConstraint("partners >= 0", name="partners"), {"info": ADD_ONLY})

    day: Mapped[date] = mapped_column(primary_key=True)
    """The region's day."""
    partners: Mapped[int]
    """How many were to be reminded."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
