"""Sales files, their postings, the sales themselves, and the rows that wait or were left out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, PASSING, RegionBase

QUANTITY = Numeric(12, 3)
PLAIN = Text(collation="C")
"""Text compared byte by byte: an order that never changes with the operating system, and fast."""


class SalesProfile(RegionBase):
    """How one partner's file of one layout is read; confirmed once by a person, found again by its header."""

    __tablename__ = "sales_profile"
    __table_args__ = (UniqueConstraint("partner_id", "signature", "version"), {"info": ADD_ONLY})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    name: Mapped[str]
    signature: Mapped[str]
    """SHA-256 of the header's words in their order."""
    version: Mapped[int]
    """The highest version is the one in use."""
    headers: Mapped[list[str] | None] = mapped_column(JSONB)
    """The header's cells in their order; blank in profiles that were kept before headers were."""
    layout: Mapped[dict[str, Any]] = mapped_column(JSONB)
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SalesUpload(RegionBase):
    """One sales file as it was handed in, and how far it came."""

    __tablename__ = "sales_upload"
    __table_args__ = (
        CheckConstraint(
            "status IN ('received', 'needs_mapping', 'refused', 'read', 'posted', 'reversed', 'cancelled', 'unpacked')",
            name="status",
        ),
        CheckConstraint("stated_from IS NULL OR stated_until >= stated_from", name="stated_days"),
        CheckConstraint("(stated_from IS NULL) = (stated_until IS NULL)", name="stated_both"),
        Index(
            "uq_sales_upload_same",
            "partner_id",
            "sha256",
            text("COALESCE(stated_store_id, 0)"),
            text("COALESCE(stated_from, '-infinity')"),
            text("COALESCE(stated_until, 'infinity')"),
            unique=True,
            postgresql_where=text("status NOT IN ('refused', 'reversed', 'cancelled')"),
        ),
        Index("ix_sales_upload_at", "received_at"),
        Index("ix_sales_upload_received", "id", postgresql_where=text("status = 'received'")),
        Index("ix_sales_upload_archive_id", "archive_id", postgresql_where=text("archive_id IS NOT NULL")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    sha256: Mapped[str]
    name: Mapped[str]
    """The file's name as handed in; shown, never used as a path."""
    size_bytes: Mapped[int]
    stated_store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    stated_from: Mapped[date | None]
    stated_until: Mapped[date | None]
    status: Mapped[str]
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("sales_profile.id"))
    rows_read: Mapped[int | None]
    """Rows below the header that hold anything; blank until it was read."""
    rows_ignored: Mapped[int | None]
    """Rows that are no sales, such as totals; each is kept with its reason."""
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Evidence, warnings, the reason it was refused, or the questions it waits for with a preview and counts.

    `parts` names the sheets or columns a posted file's rows are numbered in, where there are several; `members` says of an
    archive what became of each file in it.
    """
    decisions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What a person decided about it: `answers`, `overlap`, `confirmed`, and `by`, the id of who decided last."""
    received_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    archive_id: Mapped[int | None] = mapped_column(ForeignKey("sales_upload.id"))
    """The archive it came in; that one is `unpacked` and has no rows of its own."""


class SalesProgress(RegionBase):
    """How far a file is that is being read this moment; told from a connection of its own, and gone once it was read.

    Without a foreign key: checking one would take a lock on the upload, which the reading transaction may hold.
    """

    __tablename__ = "sales_progress"
    __table_args__ = (
        CheckConstraint("step IN ('reading', 'deciding', 'posting')", name="step"),
        {"info": PASSING},
    )

    upload_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str]
    rows_done: Mapped[int]
    rows_total: Mapped[int | None]
    """Blank while nobody has counted them yet."""
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SalesPosting(RegionBase):
    """One numbered act that added sales of a partner: a file, parked lines placed later, or a reversal."""

    __tablename__ = "sales_posting"
    __table_args__ = (
        CheckConstraint("kind IN ('file', 'parked', 'reversal', 'no_sales')", name="kind"),
        Index("ix_sales_posting_upload_id", "upload_id"),
        {"info": ADD_ONLY},
    )

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts from 1 for each partner without gaps, in the order of posting."""
    kind: Mapped[str]
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("sales_upload.id"))
    """The file it belongs to; blank for a day without sales."""
    posted_rows: Mapped[int]
    known_rows: Mapped[int]
    """Rows that an earlier posting already held; counted, not posted."""
    quantity: Mapped[Decimal] = mapped_column(Numeric(15, 3))
    sales_rp: Mapped[int]
    fee_rp: Mapped[int]
    first_on: Mapped[date | None]
    """Earliest sales day in it; blank when it posted nothing."""
    last_on: Mapped[date | None]
    reason: Mapped[str | None]
    posted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Sale(RegionBase):
    """One line a store sold, with everything its fee depends on frozen. Never changed.

    No foreign keys: checking one costs about 4 µs a line, as much as two thirds of the whole insert, and every
    id comes from a join against its own table in the same statement. Those tables delete nothing, and
    `consign check` looks for a sale without its store, product, agreement or posting.
    """

    __tablename__ = "sale"
    __table_args__ = (
        CheckConstraint("fee_rate_bp BETWEEN 0 AND 10000", name="fee_rate"),
        CheckConstraint("nth > 0 AND version <> 0", name="key"),
        CheckConstraint("(version < 0) = (reverses_row_no IS NOT NULL)", name="reversal"),
        CheckConstraint("fee_rate_from IN ('day', 'sale', 'day_of_return')", name="fee_rate_from"),
        Index(
            "uq_sale_line",
            "store_id",
            "receipt",
            "till",
            "sold_on",
            "product_id",
            "unit_price_rp",
            "nth",
            "version",
            unique=True,
        ),
        Index(
            "uq_sale_reverses",
            "partner_id",
            "reverses_posting_no",
            "reverses_row_no",
            unique=True,
            postgresql_where=text("reverses_row_no IS NOT NULL"),
        ),
        Index(
            "ix_sale_returns",
            "partner_id",
            "returns_posting_no",
            "returns_row_no",
            postgresql_where=text("returns_row_no IS NOT NULL"),
        ),
        {"info": ADD_ONLY},
    )

    partner_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    posting_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Row in the file as a person counts it, the first being 1."""
    store_id: Mapped[int] = mapped_column(Integer)
    producer_id: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(Integer)
    agreement_id: Mapped[int] = mapped_column(Integer)
    sold_on: Mapped[date]
    """The store's local day."""
    till: Mapped[str] = mapped_column(PLAIN)
    """Blank where the file names none, or where receipts are not numbered per till."""
    receipt: Mapped[str] = mapped_column(PLAIN)
    """Blank for a summary by day."""
    nth: Mapped[int] = mapped_column(Integer)
    """Which of the equal lines of its receipt it is, from 1: twins are real."""
    version: Mapped[int] = mapped_column(Integer)
    """Which time this line was posted, from 1; a reversal carries the negative of what it reverses."""
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    """Negative for goods given back."""
    unit_price_rp: Mapped[int]
    """The till's price of one unit, rounded half away from zero to the rupiah."""
    gross_rp: Mapped[int]
    """As reported, before discount."""
    discount_rp: Mapped[int]
    """As reported; has the sign of the gross."""
    agreed_price_rp: Mapped[int | None]
    """Catalogue price of one unit on the day; blank where none was set."""
    sales_rp: Mapped[int]
    """What the producer is owed for before the fee."""
    fee_base_rp: Mapped[int]
    """What the fee was taken on."""
    fee_rate_bp: Mapped[int] = mapped_column(SmallInteger)
    fee_rp: Mapped[int]
    fee_rate_from: Mapped[str] = mapped_column(PLAIN)
    """`day`: the agreement of its day; `sale`: the sale it gives back; `day_of_return`: that was not found."""
    returns_posting_no: Mapped[int | None] = mapped_column(Integer)
    returns_row_no: Mapped[int | None] = mapped_column(Integer)
    """The sale that this return gives back."""
    reverses_posting_no: Mapped[int | None] = mapped_column(Integer)
    reverses_row_no: Mapped[int | None] = mapped_column(Integer)
    """The sale that this line takes out of the books."""


class SalesCover(RegionBase):
    """Which store-days a posting speaks about; a reversal takes its lines back with a negative count."""

    __tablename__ = "sales_cover"
    __table_args__ = (
        CheckConstraint("kind IN ('receipts', 'summary', 'no_sales')", name="kind"),
        ForeignKeyConstraint(["partner_id", "posting_no"], ["sales_posting.partner_id", "sales_posting.number"]),
        Index("ix_sales_cover_posting", "partner_id", "posting_no"),
        {"info": ADD_ONLY},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    sold_on: Mapped[date] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    posting_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    lines: Mapped[int]


class SalesParked(RegionBase):
    """A row that could not be posted yet: it waits for a person or a new alias, product or agreement."""

    __tablename__ = "sales_parked"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'placed', 'known', 'dismissed', 'withdrawn')", name="state"),
        Index("ix_sales_parked_open", "partner_id", "reason", postgresql_where=text("state = 'open'")),
        {"info": CHANGING},
    )

    upload_id: Mapped[int] = mapped_column(ForeignKey("sales_upload.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    state: Mapped[str]
    reason: Mapped[str]
    """Stable code of what is wrong, such as `product.unknown` or `date.invalid`."""
    column: Mapped[str | None]
    """The file's own header of the cell at fault."""
    cell: Mapped[str | None]
    """The cell at fault, as it stands in the file."""
    raw: Mapped[str]
    """The whole row as text, its cells parted by tabs."""
    readable: Mapped[bool]
    """Whether all cells could be read: such a row is placed by itself once its code is known."""
    store_code: Mapped[str | None]
    product_barcode: Mapped[str | None]
    product_code: Mapped[str | None]
    product_name: Mapped[str | None]
    sold_on: Mapped[date | None]
    till: Mapped[str | None]
    receipt: Mapped[str | None]
    returns_receipt: Mapped[str | None]
    quantity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    unit_price_rp: Mapped[int | None]
    gross_rp: Mapped[int | None]
    discount_rp: Mapped[int | None]
    posting_no: Mapped[int | None]
    """The posting that placed it or found it known."""
    note: Mapped[str | None]
    """Why a person dismissed it."""


class ForeignCode(RegionBase):
    """A code of a partner's tills that is none of the goods on consignment: lines with it are dismissed as they come.

    Only while nothing has the code: once a product does, its lines are posted.
    """

    __tablename__ = "foreign_code"
    __table_args__ = (
        CheckConstraint("code <> '' AND note <> ''", name="said"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index("uq_foreign_code_same", "partner_id", text("COALESCE(store_id, 0)"), "code", unique=True),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    """The store for whose files a manager said so; blank where it holds in all files of the partner."""
    code: Mapped[str]
    note: Mapped[str]
    """Why; kept with each line that is dismissed by it."""
    said_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When somebody said that it is wrong; blank while it holds."""


class SalesKnown(RegionBase):
    """A row of a file that an earlier posting held already, and which sale it is; without foreign keys, too."""

    __tablename__ = "sales_known"
    __table_args__ = ({"info": ADD_ONLY},)

    upload_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    row_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sale_posting_no: Mapped[int] = mapped_column(Integer)
    sale_row_no: Mapped[int] = mapped_column(Integer)


class SalesIgnored(RegionBase):
    """A row of a file that is no sale, with the reason."""

    __tablename__ = "sales_ignored"
    __table_args__ = ({"info": ADD_ONLY},)

    upload_id: Mapped[int] = mapped_column(ForeignKey("sales_upload.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    raw: Mapped[str]


class SalesFinding(RegionBase):
    """What a posting found to look at: lines that were posted all the same, or that wait, and why they are odd.

    One row for each code and product, or store, of a posting. Kept as it was found: later papers or prices change nothing.
    """

    __tablename__ = "sales_finding"
    __table_args__ = (
        CheckConstraint("lines > 0", name="lines"),
        ForeignKeyConstraint(["partner_id", "posting_no"], ["sales_posting.partner_id", "sales_posting.number"]),
        Index("ix_sales_finding_upload_id", "upload_id", "code"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("sales_upload.id"))
    partner_id: Mapped[int]
    posting_no: Mapped[int]
    """The posting that found it; the lines are of it, or waited when it was made."""
    code: Mapped[str]
    """Stable code, such as `price.differs`."""
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    lines: Mapped[int]
    quantity: Mapped[Decimal] = mapped_column(Numeric(15, 3))
    amount_rp: Mapped[int]
    """What the lines come to; of prices: by how much they are above the agreed ones, or below with a minus."""
    first_row: Mapped[int]
    """The first row of the file that it is about."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The facts that its sentence names."""


class SalesReminder(RegionBase):
    """That a store was reminded of the days it has not reported; at most once on a day."""

    __tablename__ = "sales_reminder"
    __table_args__ = (
        CheckConstraint("step IN (1, 2, 3)", name="step"),
        CheckConstraint("missing > 0 AND until_on < day", name="missing"),
        {"info": ADD_ONLY},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """The store's local day on which it was reminded."""
    until_on: Mapped[date]
    """The last of the missing days."""
    missing: Mapped[int]
    """How many days were missing."""
    step: Mapped[int] = mapped_column(SmallInteger)
    """Whom it went to: 1 the store, 2 its partner's finance as well, 3 the head of the dinas as well."""
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Blank where the store was reminded by itself."""
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
