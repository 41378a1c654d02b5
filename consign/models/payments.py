"""What partners say they paid, what producers answer, and which line of a bank's statement is which payment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase


class PaymentNotice(RegionBase):
    """A partner's word that it paid, with the list of what. Only that it was withdrawn may be written later."""

    __tablename__ = "payment_notice"
    __table_args__ = (
        CheckConstraint("route IN ('direct', 'collecting', 'cooperative')", name="route"),
        CheckConstraint("amount_rp > 0", name="amount"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index("ix_payment_notice_partner_id", "partner_id", "paid_on"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """`BY-2026-000001`; without gaps in a year."""
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    route: Mapped[str]
    """Straight to the producer, into an account of the office, or to the producers' cooperative."""
    bank_account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_account.id"))
    """Into which account of the office; blank for other routes."""
    paid_on: Mapped[date]
    amount_rp: Mapped[int]
    """The sum of its lines."""
    reference: Mapped[str]
    """What stands on the transfer; may be blank."""
    sha256: Mapped[str | None]
    """The proof that was handed in with it, such as a transfer slip; blank where there is none."""
    file_name: Mapped[str]
    remark: Mapped[str] = mapped_column(server_default="")
    noted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_reason: Mapped[str | None]


class PaymentNoticeLine(RegionBase):
    """How much of a notice is for which statement."""

    __tablename__ = "payment_notice_line"
    __table_args__ = (
        CheckConstraint("amount_rp > 0", name="amount"),
        Index("ix_payment_notice_line_statement_id", "statement_id"),
        {"info": ADD_ONLY},
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("payment_notice.id"), primary_key=True, autoincrement=False)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), primary_key=True, autoincrement=False)
    amount_rp: Mapped[int]


class PaymentAnswer(RegionBase):
    """What a producer, or its cooperative, says to a payment that went past the office; the last answer counts."""

    __tablename__ = "payment_answer"
    __table_args__ = (
        CheckConstraint("answer IN ('received', 'not_received', 'taken_as_received')", name="answer"),
        Index("ix_payment_answer_notice_id", "notice_id", "producer_id"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("payment_notice.id"))
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    answer: Mapped[str]
    """`taken_as_received` is finance's, after the producer's silence."""
    remark: Mapped[str]
    answered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PaymentReminder(RegionBase):
    """That a producer who had not answered to a payment was asked once more."""

    __tablename__ = "payment_reminder"
    __table_args__ = ({"info": ADD_ONLY},)

    notice_id: Mapped[int] = mapped_column(ForeignKey("payment_notice.id"), primary_key=True, autoincrement=False)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"), primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NoticeCounter(RegionBase):
    """The last number of a year's payment notices; numbers have no gaps."""

    __tablename__ = "notice_counter"
    __table_args__ = ({"info": CHANGING},)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class BankMatch(RegionBase):
    """What lines of a bank's statement are. Only that it was undone may be written later."""

    __tablename__ = "bank_match"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('payment', 'payout', 'payout_returned', 'charge', 'refund', 'own_transfer')", name="kind"
        ),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"), index=True)
    kind: Mapped[str]
    rule: Mapped[str]
    """By which rule it was proposed, such as `reference` or `name`; `person` where somebody chose it without a proposal."""
    certain: Mapped[bool]
    """Whether reference and amount tied, so that it was posted without a person."""
    why: Mapped[list[Any]] = mapped_column(JSONB)
    """The reasons that were shown, each a template with its facts."""
    reason_code: Mapped[str | None]
    """Why the amount is near and not the same: transfer_cost, rounding, short, over; blank where it is the same."""
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("payment_notice.id"), index=True)
    """The partner's notice that it pays; blank where it pays statements without one."""
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_reason: Mapped[str | None]


class BankMatchLine(RegionBase):
    """How much of a bank line a match takes; what no match takes is unallocated."""

    __tablename__ = "bank_match_line"
    __table_args__ = (
        CheckConstraint("amount_rp <> 0", name="amount"),
        Index("ix_bank_match_line_bank_line_id", "bank_line_id"),
        {"info": ADD_ONLY},
    )

    match_id: Mapped[int] = mapped_column(ForeignKey("bank_match.id"), primary_key=True, autoincrement=False)
    bank_line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), primary_key=True, autoincrement=False)
    amount_rp: Mapped[int]
    """Signed as the line is."""


class WriteOff(RegionBase):
    """A small rest of a statement that will not be paid, proposed by one person and decided by another."""

    __tablename__ = "write_off"
    __table_args__ = (
        CheckConstraint("amount_rp > 0", name="amount"),
        CheckConstraint("borne_by IN ('producer', 'office')", name="borne_by"),
        CheckConstraint("outcome IN ('waiting', 'approved', 'refused')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    amount_rp: Mapped[int]
    reason_code: Mapped[str]
    """transfer_cost, rounding or short."""
    borne_by: Mapped[str]
    remark: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
