"""What people were told of goods that near their end or run out, and how steadily each producer supplied."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, RegionBase

SUM = Numeric(15, 3)
STAGES = "'week', 'pull_back', 'expired'"


class BatchReminder(RegionBase):
    """That store and producer were told how near its end a batch is; once for each stage."""

    __tablename__ = "batch_reminder"
    __table_args__ = (CheckConstraint(f"stage IN ({STAGES})", name="stage"), {"info": ADD_ONLY})

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("stock_batch.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    """`week`: to be off the shelf within seven days; `pull_back`: today or earlier; `expired`: its last day is over."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ShortageReminder(RegionBase):
    """That a producer was told that a product runs out in a store; once for what came there last."""

    __tablename__ = "shortage_reminder"
    __table_args__ = (
        CheckConstraint("risk_percent BETWEEN 0 AND 100", name="risk"),
        {"info": ADD_ONLY},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    came_on: Mapped[date] = mapped_column(primary_key=True)
    """Day on which goods last came there."""
    risk_percent: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ProducerContinuity(RegionBase):
    """How steadily a producer supplied the stores in the ninety days before a day, as far as it is known."""

    __tablename__ = "producer_continuity"
    __table_args__ = (
        CheckConstraint("accepted <= sent", name="accepted"),
        Index("ix_producer_continuity_day", "day"),
        {"info": ADD_ONLY},
    )

    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """On which it was worked out."""
    places: Mapped[int]
    """Its products in stores where stock is kept, each product in each store counted."""
    at_risk: Mapped[int]
    """How many of them are likely to run out before the next delivery can be there."""
    in_stock_days: Mapped[int]
    """Days on which they stood there, summed over the places."""
    out_days: Mapped[int]
    """Days on which a store was open and none stood there, summed likewise."""
    sold: Mapped[Decimal] = mapped_column(SUM)
    missed: Mapped[Decimal] = mapped_column(SUM)
    """What would have been sold on those days without any."""
    sent: Mapped[Decimal] = mapped_column(SUM)
    """Of deliveries that stores confirmed."""
    accepted: Mapped[Decimal] = mapped_column(SUM)
