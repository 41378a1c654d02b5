"""Where producers and cooperatives are paid to, and the payouts in their batches."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase


class PayeeAccount(RegionBase):
    """A bank account to which a producer or a cooperative is paid, stated by one person and confirmed by another."""

    __tablename__ = "payee_account"
    __table_args__ = (
        CheckConstraint("(producer_id IS NULL) <> (cooperative_id IS NULL)", name="owner"),
        CheckConstraint("bank_code ~ '^[0-9]{3}$'", name="bank_code"),
        CheckConstraint("number ~ '^[0-9]{5,20}$'", name="number"),
        CheckConstraint("outcome IN ('waiting', 'confirmed', 'refused', 'ended')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("outcome NOT IN ('confirmed', 'ended') OR payable_from IS NOT NULL", name="payable_from"),
        CheckConstraint("outcome <> 'confirmed' OR decided_by <> stated_by", name="two_people"),
        Index("uq_payee_account_producer", "producer_id", unique=True, postgresql_where=text("outcome = 'confirmed'")),
        Index(
            "uq_payee_account_cooperative",
            "cooperative_id",
            unique=True,
            postgresql_where=text("outcome = 'confirmed'"),
        ),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    cooperative_id: Mapped[int | None] = mapped_column(ForeignKey("cooperative.id"))
    bank_code: Mapped[str]
    number: Mapped[str]
    """The account's digits, as text: zeros at its front count."""
    holder: Mapped[str]
    """In whose name it stands at the bank."""
    stated_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    stated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str]
    """`ended`: another one was confirmed in its place."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_reason: Mapped[str | None]
    payable_from: Mapped[date | None]
    """First day on which it may be paid to; the waiting time of a changed account lies before it."""


class PayoutBatch(RegionBase):
    """Payouts that are planned, approved, and handed to the bank together."""

    __tablename__ = "payout_batch"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'approved', 'sent', 'cancelled')", name="state"),
        CheckConstraint("state NOT IN ('approved', 'sent') OR approved_by <> planned_by", name="two_people"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """`PB-2026-0001`; without gaps in a year."""
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    """The office's account that pays."""
    state: Mapped[str]
    left_out: Mapped[list[Any]] = mapped_column(JSONB)
    """Who has money to come and was not planned, how much, and why not."""
    planned_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    planned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_on: Mapped[date | None]
    """The day on which the bank was to pay."""
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_reason: Mapped[str | None]


class Payout(RegionBase):
    """One transfer of a batch, to a producer or to a cooperative for several."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("(producer_id IS NULL) <> (cooperative_id IS NULL)", name="payee"),
        CheckConstraint("amount_rp > 0", name="amount"),
        CheckConstraint("state IN ('planned', 'sent', 'paid', 'returned', 'cancelled')", name="state"),
        Index("ix_payout_producer_id", "producer_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batch.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """What stands on the transfer, 18 characters at most, such as `PB20260001-003`."""
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    cooperative_id: Mapped[int | None] = mapped_column(ForeignKey("cooperative.id"))
    payee_account_id: Mapped[int] = mapped_column(ForeignKey("payee_account.id"))
    amount_rp: Mapped[int]
    state: Mapped[str]
    match_id: Mapped[int | None] = mapped_column(ForeignKey("bank_match.id"))
    """The match that found it on the bank's statement."""
    returned_on: Mapped[date | None]
    returned_reason: Mapped[str | None]
    return_match_id: Mapped[int | None] = mapped_column(ForeignKey("bank_match.id"))
    """The match that found its return on the bank's statement."""


class PayoutPart(RegionBase):
    """How much of a payout is for what which partner paid for which producer."""

    __tablename__ = "payout_part"
    __table_args__ = (
        CheckConstraint("amount_rp > 0", name="amount"),
        Index("ix_payout_part_pair", "partner_id", "producer_id"),
        {"info": ADD_ONLY},
    )

    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"), primary_key=True, autoincrement=False)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True, autoincrement=False)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"), primary_key=True, autoincrement=False)
    amount_rp: Mapped[int]


class BatchCounter(RegionBase):
    """The last number of a year's payout batches; numbers have no gaps."""

    __tablename__ = "batch_counter"
    __table_args__ = ({"info": CHANGING},)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class PayoutAnswer(RegionBase):
    """What a producer says to a payout that went to it, or to its cooperative for it; the last answer counts."""

    __tablename__ = "payout_answer"
    __table_args__ = (
        CheckConstraint("answer IN ('received', 'not_received')", name="answer"),
        Index("ix_payout_answer_payout_id", "payout_id", "producer_id"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"))
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    answer: Mapped[str]
    remark: Mapped[str]
    answered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PayoutTemplate(RegionBase):
    """A layout of a file of payouts that a bank wants, as somebody wrote it down."""

    __tablename__ = "payout_template"
    __table_args__ = (
        CheckConstraint("kind IN ('csv', 'xlsx', 'txt')", name="kind"),
        CheckConstraint("name <> ''", name="name"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    separator: Mapped[str]
    """What stands between the columns of a text file; blank where they have widths."""
    header_lines: Mapped[list[Any]] = mapped_column(JSONB)
    """Lines before the first payout, with names of fields in braces."""
    columns: Mapped[list[Any]] = mapped_column(JSONB)
    """The columns in their order: field, title, fixed text, width, limit, and whether in upper case."""
    changed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
