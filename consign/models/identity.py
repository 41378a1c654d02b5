"""Users, how they sign in, and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, PASSING, RegionBase


class UserAccount(RegionBase):
    """A person with one role, and the one partner, store, producer or cooperative it is held for, where it needs one."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(
            "role IN ('producer', 'cooperative', 'store_manager', 'partner_finance', 'field_officer', 'verifier',"
            " 'dinas_finance', 'head', 'auditor', 'admin')",
            name="role",
        ),
        CheckConstraint("(role = 'producer') = (producer_id IS NOT NULL)", name="producer_scope"),
        CheckConstraint("(role = 'cooperative') = (cooperative_id IS NOT NULL)", name="cooperative_scope"),
        CheckConstraint("(role = 'store_manager') = (store_id IS NOT NULL)", name="store_scope"),
        CheckConstraint(
            "(role IN ('store_manager', 'partner_finance')) = (partner_id IS NOT NULL)", name="partner_scope"
        ),
        CheckConstraint("login = lower(login) AND login <> ''", name="login"),
        CheckConstraint("language IN ('id', 'en')", name="language"),
        CheckConstraint("notice_channel IN ('none', 'email', 'whatsapp', 'telegram')", name="notice_channel"),
        CheckConstraint(
            "(notice_address IS NOT NULL) = (coalesce(notice_channel, 'none') <> 'none')", name="notice_address"
        ),
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
    cooperative_id: Mapped[int | None] = mapped_column(ForeignKey("cooperative.id"))
    active: Mapped[bool]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    password_hash: Mapped[str | None]
    """Argon2id with its salt and costs; blank until the person has chosen a password."""
    totp_secret: Mapped[str | None]
    """Base32 secret of the authenticator app; blank without a second factor."""
    totp_last_step: Mapped[int | None]
    """The 30-second step of the last code that was taken, so that no code is taken twice."""
    language: Mapped[str] = mapped_column(server_default="id")
    """Language of the person's pages and notices."""
    notice_channel: Mapped[str | None]
    """How notices reach the person; `none` is by these pages alone. Blank: by e-mail where that is the login."""
    notice_address: Mapped[str | None]
    """The e-mail address, phone number or Telegram chat that the channel takes."""


class UserSession(RegionBase):
    """One signing-in of a person on one device; ends by itself, by the person, or when the account changes."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id", "user_id"), {"info": CHANGING})

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the 256-bit token in the person's cookie; the token itself is kept nowhere."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    """The producer that a field officer, or a person of its cooperative, acts for at the moment."""
    agent: Mapped[str]
    """What the browser calls itself, at most 200 characters; shown to the person."""
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """Last use, exact to a minute."""
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When it ends whatever happens."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was ended; blank while it may be used."""


class UserLink(RegionBase):
    """What its holder may do once.

    Choose a password, by an invitation or after a forgotten one; or give the code that completes a signing-in whose
    password was right.
    """

    __tablename__ = "user_link"
    __table_args__ = (
        CheckConstraint("kind IN ('invitation', 'reset', 'code')", name="kind"),
        Index("ix_user_link_user_id", "user_id"),
        {"info": CHANGING},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the 256-bit token in the link."""
    kind: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was used, or made useless by a newer one."""


class LoginFailure(RegionBase):
    """One failed try to sign in; enough of them make the next one wait."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_login", "login", "at"),
        Index("ix_login_failure_address", "address", "at"),
        {"info": PASSING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    login: Mapped[str]
    """The login, of which there may be no user; with `reset ` before it where a new password was asked for.

    What is no login may be a password in the wrong field: of that only the beginning of a hash is kept.
    """
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Consent(RegionBase):
    """A person's word that they read the privacy notice and agree (UU 27/2022 on personal data)."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (producer_id IS NULL)", name="one_of"),
        Index("ix_consent_user_id", "user_id"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    """A producer without an account of its own, whose signed consent a field officer holds."""
    notice: Mapped[str]
    """Version of the notice that was agreed to."""
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


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
