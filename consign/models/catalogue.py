"""Products, where they are listed, their prices, their barcodes, and the codes that partners' tills use for them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase

PACKAGINGS = "'glass', 'plastic', 'paper', 'can', 'foil', 'other', 'composite', 'double'"
CLASSES = "'dry_food', 'chilled_food', 'ready_to_eat', 'fresh_produce', 'cosmetic', 'traditional_medicine', 'household', 'craft'"


class Product(RegionBase):
    """One product of one producer in one size and packaging."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("net_content > 0", name="net_content"),
        CheckConstraint("net_unit IN ('g', 'kg', 'ml', 'l', 'pcs')", name="net_unit"),
        CheckConstraint(f"goods_class IS NULL OR goods_class IN ({CLASSES})", name="goods_class"),
        CheckConstraint("food_group IS NULL OR food_group ~ '^(0[1-9]|1[0-5])$'", name="food_group"),
        CheckConstraint(f"packaging IS NULL OR packaging IN ({PACKAGINGS})", name="packaging"),
        CheckConstraint("pieces > 0", name="pieces"),
        CheckConstraint("shelf_life_days IS NULL OR shelf_life_days > 0", name="shelf_life"),
        CheckConstraint("sold_until IS NULL OR sold_from IS NULL OR sold_until >= sold_from", name="sold"),
        CheckConstraint("(photo_sha256 IS NULL) = (thumb_sha256 IS NULL)", name="photo"),
        Index("ix_product_follows_id", "follows_id"),
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
    brand: Mapped[str | None]
    packaging: Mapped[str | None]
    """What it is packed in, by the words of SPP-IRT numbers; blank while nobody has said it."""
    pieces: Mapped[int] = mapped_column(server_default="1")
    """How many pieces one pack holds, such as six sachets in a box."""
    shelf_life_days: Mapped[int | None]
    """How many days it keeps after it was made."""
    ingredients: Mapped[str | None]
    """As they stand on the label, the most of it first."""
    photo_sha256: Mapped[str | None]
    """The photo, written anew without what a camera adds; *thumb_sha256* is the same small."""
    thumb_sha256: Mapped[str | None]
    sold_from: Mapped[date | None]
    """First day on which it is offered; blank where nobody said one."""
    sold_until: Mapped[date | None]
    """Last day; goods on the shelf are settled also later."""
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    """The product that it takes the place of, after a change that needed a new number."""


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
        Index("ix_product_price_product_id", "product_id"),  # which the ranges of the line above are no help to find
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """First day inside, last day outside."""
    price_rp: Mapped[int]


class ProductListing(RegionBase):
    """That a store offers a product during some days."""

    __tablename__ = "product_listing"
    __table_args__ = (
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name="days"),
        ExcludeConstraint(
            (text("int8range(product_id, product_id, '[]')"), "&&"),
            (text("int8range(store_id, store_id, '[]')"), "&&"),
            ("days", "&&"),
            name="ex_product_listing_days",
        ),
        Index("ix_product_listing_product_id", "product_id"),
        Index("ix_product_listing_store_id", "store_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """First day inside, last day outside, open while it goes on."""


class RegisterTerms(RegionBase):
    """How the city register of numbers works; one row."""

    __tablename__ = "register_terms"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"info": CHANGING})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prefix: Mapped[str | None] = mapped_column(ForeignKey("number_series.prefix"))
    """What new numbers begin with; blank while the dinas has not agreed on it with its partners."""
    before_papers: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether a product gets its number also while its papers do not allow to deliver it."""
    public_address: Mapped[str] = mapped_column(server_default="")
    """Where everybody reaches the pages, `https://…`, for QR codes on labels; blank where labels bear none."""


class NumberSeries(RegionBase):
    """The numbers of the city register that begin alike; they are given one after the other, without a gap."""

    __tablename__ = "number_series"
    __table_args__ = (
        CheckConstraint("prefix ~ '^2[0-9]{1,6}$'", name="prefix"),
        CheckConstraint("next_serial > 0", name="next_serial"),
        {"info": CHANGING},
    )

    prefix: Mapped[str] = mapped_column(primary_key=True)
    next_serial: Mapped[int] = mapped_column(server_default="1")
    """Running number of the next number, from 1."""
    opened_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReservedRange(RegionBase):
    """Numbers that a partner uses itself, such as those of its scales; the register gives none of them."""

    __tablename__ = "reserved_range"
    __table_args__ = (
        CheckConstraint("first BETWEEN 200000000000 AND last AND last <= 299999999999", name="bounds"),
        Index("ix_reserved_range_partner_id", "partner_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    first: Mapped[int]
    """First number without its check digit, twelve digits; inside, as is *last*."""
    last: Mapped[int]
    note: Mapped[str]
    """What the partner uses them for."""
    added_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when the partner uses them no more."""


class NumberSkipped(RegionBase):
    """Running numbers of a series that were passed over because a partner uses them itself."""

    __tablename__ = "number_skipped"
    __table_args__ = (
        CheckConstraint("first_serial > 0 AND last_serial >= first_serial", name="serials"),
        {"info": ADD_ONLY},
    )

    prefix: Mapped[str] = mapped_column(ForeignKey("number_series.prefix"), primary_key=True)
    first_serial: Mapped[int] = mapped_column(primary_key=True)
    """First running number, inside; as is the last."""
    last_serial: Mapped[int]


class Barcode(RegionBase):
    """A number that tills scan. It names one product for ever, also after a later number took over."""

    __tablename__ = "barcode"
    __table_args__ = (
        CheckConstraint("number ~ '^([0-9]{8}|[0-9]{12,14})$'", name="number"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on - 1", name="days"),
        CheckConstraint("kind IN ('gtin', 'city')", name="kind"),
        CheckConstraint("(kind = 'city') = (serial IS NOT NULL)", name="serial"),
        CheckConstraint("(prefix IS NULL) = (serial IS NULL)", name="prefix"),
        CheckConstraint("kind <> 'city' OR number ~ '^2[0-9]{12}$'", name="city_number"),
        CheckConstraint("(retired_at IS NULL) = (retired_reason IS NULL)", name="retired"),
        CheckConstraint("retired_at IS NULL OR until_on IS NOT NULL", name="retired_until"),
        UniqueConstraint("prefix", "serial"),
        # A product has one number of the city that is in use, also where two ask for it at once.
        Index(
            "uq_barcode_city_in_use",
            "product_id",
            unique=True,
            postgresql_where=text("kind = 'city' AND until_on IS NULL"),
        ),
        Index("ix_barcode_product_id", "product_id"),
        {"info": CHANGING},
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    """All digits as text, with leading zeros and check digit."""
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    kind: Mapped[str] = mapped_column(server_default="gtin")
    """`gtin`: the producer's own, valid everywhere; `city`: of the city register, valid in its stores only."""
    prefix: Mapped[str | None] = mapped_column(ForeignKey("number_series.prefix"))
    """Series and running number of a city number."""
    serial: Mapped[int | None]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """Last day on which it is printed; sales on it find the product for ever. The day before its first: never printed."""
    added_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it was taken out of use without a later number; blank otherwise."""
    retired_reason: Mapped[str | None]


class ProductAlias(RegionBase):
    """A partner's own code for a product; matched to the letter."""

    __tablename__ = "product_alias"
    __table_args__ = (
        Index("ix_product_alias_product_id", "product_id"),
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended"),
        {"info": CHANGING},
    )

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    added_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it holds; blank for the oldest."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When somebody found it wrong; from then on it names nothing. Blank while it holds."""
    ended_reason: Mapped[str | None]


class LabelStock(RegionBase):
    """A label paper that people buy: a sheet or a roll. Lengths in micrometres."""

    __tablename__ = "label_stock"
    __table_args__ = (
        CheckConstraint("label_width_um > 0 AND label_height_um > 0", name="label"),
        CheckConstraint("columns BETWEEN 1 AND 50 AND rows BETWEEN 1 AND 100", name="grid"),
        CheckConstraint("dpi IN (203, 300, 600)", name="dpi"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    is_roll: Mapped[bool]
    """Whether it is a roll for a label printer: one row of labels is a page."""
    page_width_um: Mapped[int]
    page_height_um: Mapped[int]
    label_width_um: Mapped[int]
    label_height_um: Mapped[int]
    columns: Mapped[int]
    rows: Mapped[int]
    left_um: Mapped[int]
    """From the page's left edge to the first label; *top_um* from its upper edge."""
    top_um: Mapped[int]
    pitch_x_um: Mapped[int]
    """From one label's left edge to the next one's; *pitch_y_um* from upper edge to upper edge."""
    pitch_y_um: Mapped[int]
    dpi: Mapped[int]
    """Resolution of the printer that is usually used for it."""
    note: Mapped[str] = mapped_column(server_default="")
    """Where the measures come from, and how sure they are."""
    in_use: Mapped[bool] = mapped_column(server_default=text("true"))


class ScanTest(RegionBase):
    """A small symbol that was printed without its digits, to show that printer and scanner cope with it."""

    __tablename__ = "scan_test"
    __table_args__ = (
        CheckConstraint("dpi IN (203, 300, 600)", name="dpi"),
        Index("ix_scan_test_stock_id", "stock_id", "dpi"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    stock_id: Mapped[int] = mapped_column(ForeignKey("label_stock.id"))
    dpi: Mapped[int]
    number: Mapped[str]
    """What the symbol holds; it is printed nowhere, so only who scanned it knows it."""
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    """Whose printer it is; blank for the dinas's own."""
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    passed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the number was read right."""


class LabelOrder(RegionBase):
    """Labels that somebody asked for; a worker makes the sheet, and decodes every symbol before it is offered."""

    __tablename__ = "label_order"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="state"),
        CheckConstraint("dpi IN (203, 300, 600)", name="dpi"),
        CheckConstraint("(state = 'ready') = (sha256 IS NOT NULL)", name="ready"),
        CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused"),
        Index("ix_label_order_producer_id", "producer_id"),
        Index("ix_label_order_waiting", "id", postgresql_where=text("state = 'waiting'")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stock_id: Mapped[int] = mapped_column(ForeignKey("label_stock.id"))
    stock: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The paper's measures as they were then."""
    dpi: Mapped[int]
    start_at: Mapped[int]
    """Position of the first label on a sheet that was begun, from 1, row by row."""
    small: Mapped[bool]
    """Whether symbols narrower than the specification were asked for."""
    runs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What stands on each label, and how many of it."""
    copies: Mapped[int]
    """Labels in all."""
    state: Mapped[str]
    notices: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    """What is to be known before printing, such as bars that had to be shortened."""
    decoded: Mapped[int | None]
    """Symbols that were read again from the finished sheet."""
    sha256: Mapped[str | None]
    """The sheet, a PDF."""
    preview_sha256: Mapped[str | None]
    """A picture of its first page."""
    reason: Mapped[Any | None] = mapped_column(JSONB)
    """Why there is no sheet, as a stored sentence."""
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ProductImport(RegionBase):
    """A list of products that was handed in, tried, and perhaps taken over."""

    __tablename__ = "product_import"
    __table_args__ = (
        CheckConstraint("state IN ('tried', 'taken')", name="state"),
        CheckConstraint("(state = 'taken') = (taken_at IS NOT NULL)", name="taken"),
        Index("ix_product_import_producer_id", "producer_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    """Whose products it lists; blank where a column says it for each."""
    state: Mapped[str]
    sha256: Mapped[str]
    rows_sha256: Mapped[str | None]
    """What became of its rows when it was tried, or taken over; a file of its own."""
    file_name: Mapped[str]
    handed_in_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    handed_in_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    """Rows by what became of them: added, changed, unchanged, problem."""
