"""Notices that are to leave the process after the transaction that caused them."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Identity, Index, text
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
