"""Products, their prices, their barcodes, and the codes that partners' tills use for them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import CHANGING, RegionBase

CLASSES = "'dry_food', 'chilled_food', 'ready_to_eat', 'fresh_produce', 'cosmetic', 'traditional_medicine', 'household', 'craft'"


class Product(RegionBase):
    """One product of one producer in one size and packaging."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("net_content > 0", name="net_content"),
        CheckConstraint("net_unit IN ('g', 'kg', 'ml', 'l', 'pcs')", name="net_unit"),
        CheckConstraint(f"goods_class IS NULL OR goods_class IN ({CLASSES})", name="goods_class"),
        CheckConstraint("food_group IS NULL OR food_group ~ '^(0[1-9]|1[0-5])$'", name="food_group"),
        UniqueConstraint("id", "producer_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    """The region's own code of the product; not a barcode."""
    name: Mapped[str]
    net_content: Mapped[int]
    """Declared content of one pack in *net_unit*."""
    net_unit: Mapped[str]
    goods_class: Mapped[str | None]
    """What sort of goods it is, which decides the papers it needs; blank while nobody has said it."""
    food_group: Mapped[str | None]
    """Group of home-industry food, `01` to `15`; blank for other goods."""


class ProductPrice(RegionBase):
    """The consumer price of a product during some days."""

    __tablename__ = "product_price"
    __table_args__ = (
        CheckConstraint("price_rp > 0", name="price"),
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name="days"),
        ExcludeConstraint(
            (text("int8range(product_id, product_id, '[]')"), "&&"),
            ("days", "&&"),
            name="ex_product_price_days",
        ),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """First day inside, last day outside."""
    price_rp: Mapped[int]


class Barcode(RegionBase):
    """A number that tills scan. It names one product for ever, also after a later number took over."""

    __tablename__ = "barcode"
    __table_args__ = (
        CheckConstraint("number ~ '^([0-9]{8}|[0-9]{12,14})$'", name="number"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="days"),
        Index("ix_barcode_product_id", "product_id"),
        {"info": CHANGING},
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    """All digits as text, with leading zeros and check digit."""
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """Last day on which it is printed; sales on it find the product for ever."""


class ProductAlias(RegionBase):
    """A partner's own code for a product; matched to the letter."""

    __tablename__ = "product_alias"
    __table_args__ = (Index("ix_product_alias_product_id", "product_id"), {"info": CHANGING})

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
