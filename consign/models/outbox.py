"""Notices that are to leave the process after the transaction that caused them, and how each reached its people."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import CHANGING, RegionBase


class Notice(RegionBase):
    """One message to one recipient; written with its cause, sent later."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_waiting", "id", postgresql_where=text("sent_at IS NULL")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str]
    recipient: Mapped[str]
    """Whom it is for, such as `producer:17`, `partner:3` or `role:dinas_finance`."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was dealt out to its people; blank as long as the office has set up no way to reach anybody."""


class NoticeDelivery(RegionBase):
    """One notice on its way to one person: waiting, being sent, sent, failed for good, or dropped."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')", name="state"),
        CheckConstraint("channel IN ('email', 'whatsapp', 'telegram')", name="channel"),
        CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name="next_at"),
        CheckConstraint("(state = 'sending') = (taken_at IS NOT NULL)", name="taken_at"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("state NOT IN ('sending', 'sent') OR attempts > 0", name="attempted"),
        UniqueConstraint("notice_id", "user_id"),
        Index("ix_notice_delivery_open", "user_id", "id", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index("ix_notice_delivery_failed", "id", postgresql_where=text("state = 'failed'")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    channel: Mapped[str]
    """How the person wanted to be reached when it was last looked at."""
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    """How often it was handed to the channel, counted before it is."""
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Before this nobody tries; blank once it no longer waits."""
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it is being sent; who took it may have died."""
    last_error: Mapped[str] = mapped_column(server_default="")
    """What the channel said last, without secrets and addresses; kept after a later success, too."""
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
