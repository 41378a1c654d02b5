"""Accounts and transfers, the only tables that hold money."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase

PAIR_KINDS = "'partner_owes', 'producer_is_owed', 'producer_payable'"
BANK_KINDS = "'bank', 'unallocated', 'in_transit'"


class Account(RegionBase):
    """What has been debited and credited to one account; its balance is the difference."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"kind IN ({PAIR_KINDS}, {BANK_KINDS}, 'bank_charges', 'written_off', 'opening')", name="kind"),
        CheckConstraint("debits_rp >= 0 AND credits_rp >= 0", name="sides"),
        CheckConstraint(
            f"(kind IN ({PAIR_KINDS})) = (partner_id IS NOT NULL) AND (partner_id IS NULL) = (producer_id IS NULL)"
            f" AND (kind IN ({BANK_KINDS})) = (bank_account_id IS NOT NULL)",
            name="owner",
        ),
        Index(
            "uq_account_owner",
            "kind",
            text("COALESCE(partner_id, 0)"),
            text("COALESCE(producer_id, 0)"),
            text("COALESCE(bank_account_id, 0)"),
            unique=True,
        ),
        Index("ix_account_partner", "partner_id", "producer_id"),
        Index("ix_account_producer_id", "producer_id"),
        {"info": CHANGING, "postgresql_with": {"fillfactor": 50}},  # a closing changes the sums of all of a page
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    bank_account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_account.id"))
    """Of which of the office's bank accounts; blank for accounts of a pair, or of the whole region."""
    debits_rp: Mapped[int]
    """Sum of the transfers that debit this account, in rupiah."""
    credits_rp: Mapped[int]
    """Sum of the transfers that credit this account, in rupiah."""


class Transfer(RegionBase):
    """One positive amount from a debit to a credit account. Balanced by its shape, never changed."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("amount_rp > 0", name="amount"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        Index("ix_transfer_debit", "debit_account_id"),
        Index("ix_transfer_credit", "credit_account_id"),
        Index("ix_transfer_cause", "cause"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What makes this transfer the only one of its kind, such as `statement:NP-2026-000001:sales`."""
    kind: Mapped[str]
    debit_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    credit_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount_rp: Mapped[int]
    booked_on: Mapped[date]
    cause: Mapped[str]
    """The document that caused it, such as a statement's number."""
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("transfer.id"), unique=True)
    """The transfer this one takes back."""
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
