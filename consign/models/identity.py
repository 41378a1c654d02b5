"""Users and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Identity, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase


class UserAccount(RegionBase):
    """A person with one role, and the one partner, store or producer it is held for, where it needs one."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(
            "role IN ('producer', 'store_manager', 'partner_finance', 'verifier', 'dinas_finance', 'head',"
            " 'auditor', 'admin')",
            name="role",
        ),
        CheckConstraint("(role = 'producer') = (producer_id IS NOT NULL)", name="producer_scope"),
        CheckConstraint("(role = 'store_manager') = (store_id IS NOT NULL)", name="store_scope"),
        CheckConstraint(
            "(role IN ('store_manager', 'partner_finance')) = (partner_id IS NOT NULL)", name="partner_scope"
        ),
        CheckConstraint("login = lower(login) AND login <> ''", name="login"),
        ForeignKeyConstraint(["store_id", "partner_id"], ["store.id", "store.partner_id"]),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    """E-mail address or phone number, in lower case."""
    name: Mapped[str]
    role: Mapped[str]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    store_id: Mapped[int | None]
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    active: Mapped[bool]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AuditEvent(RegionBase):
    """One act, chained to the one before by its hash."""

    __tablename__ = "audit_event"
    __table_args__ = ({"info": ADD_ONLY},)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts from 1 without gaps."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Blank for the operator of the installation."""
    act: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 over the previous hash and this event's own facts."""


class AuditHead(RegionBase):
    """The end of the chain; one row. Locked last in a transaction, just before its commit."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"info": CHANGING})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
