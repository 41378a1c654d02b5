"""Goods in stores: notes about them, every movement, what stands where, and losses."""

from datetime import date, datetime
from decimal import Decimal

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
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase

QUANTITY = Numeric(12, 3)
SUM = Numeric(15, 3)
PLAIN = Text(collation="C")
KINDS = "'delivery', 'return', 'pull_back', 'transfer', 'write_off', 'count'"
STATES = "'asked', 'sent', 'open', 'recorded', 'confirmed', 'answered', 'cancelled', 'reversed'"
REASONS = "'unsold', 'near_expiry', 'expired', 'damaged', 'missing', 'recalled', 'papers', 'sample', 'rotation'"
REFUSALS = "'short', 'damaged', 'near_expiry', 'expired', 'price', 'papers', 'not_ordered', 'other'"
MOVEMENTS = "'received', 'sold', 'returned', 'transferred', 'written_off', 'opening', 'counted'"


class StockBatch(RegionBase):
    """Goods of a product that were made together; without code and day it stands for those of which neither is known."""

    __tablename__ = "stock_batch"
    __table_args__ = (
        Index("uq_stock_batch_same", "product_id", "code", text("COALESCE(expires_on, 'infinity')"), unique=True),
        Index("ix_stock_batch_expires_on", "expires_on"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    code: Mapped[str]
    """As printed on the pack, in capitals; blank where none is."""
    expires_on: Mapped[date | None]
    """Last day on which it may be sold; blank where none is known."""


class StockCounter(RegionBase):
    """The last number of a kind of note in a year; numbers have no gaps."""

    __tablename__ = "stock_counter"
    __table_args__ = ({"info": CHANGING},)

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class StockNote(RegionBase):
    """A paper about goods: delivery, return, pull-back, transfer, write-off or count. Only its state moves on."""

    __tablename__ = "stock_note"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("(kind = 'transfer') = (to_store_id IS NOT NULL)", name="to_store"),
        CheckConstraint("to_store_id <> store_id", name="two_stores"),
        CheckConstraint("kind NOT IN ('delivery', 'return', 'pull_back') OR producer_id IS NOT NULL", name="producer"),
        CheckConstraint("(kind = 'count') = (is_full IS NOT NULL)", name="full"),
        CheckConstraint("answers_id IS NULL OR kind = 'return'", name="answers"),
        CheckConstraint(
            "(state IN ('cancelled', 'reversed')) = (ended_reason IS NOT NULL AND ended_by IS NOT NULL)", name="ended"
        ),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_on IS NULL)", name="confirmed"),
        ForeignKeyConstraint(["store_id", "partner_id"], ["store.id", "store.partner_id"]),
        ForeignKeyConstraint(["to_store_id", "partner_id"], ["store.id", "store.partner_id"]),
        Index("ix_stock_note_store", "store_id", "kind", "day"),
        Index("ix_stock_note_to_store", "to_store_id", postgresql_where=text("to_store_id IS NOT NULL")),
        Index("ix_stock_note_producer", "producer_id", "kind", "day"),
        Index("ix_stock_note_waiting", "store_id", postgresql_where=text("state IN ('asked', 'sent', 'open')")),
        Index("ix_stock_note_answers", "answers_id", postgresql_where=text("answers_id IS NOT NULL")),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """Such as `SJ-2026-000001`, without gaps in its kind and year."""
    kind: Mapped[str]
    state: Mapped[str]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    store_id: Mapped[int]
    """Where the goods go, of a delivery; where they stand, of any other."""
    to_store_id: Mapped[int | None]
    """Where they go, of a transfer."""
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    """Whose goods they are; blank where a note may hold those of several."""
    day: Mapped[date]
    """On which they are handed over, are to be off the shelf, were written off or counted; the store's local day."""
    is_full: Mapped[bool | None]
    """Whether all goods of the store were counted: what is not named then is not there."""
    remark: Mapped[str] = mapped_column(server_default="")
    """What the sender adds, such as who brings the goods."""
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("stock_note.id"))
    """The pull-back that a return answers."""
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_on: Mapped[date | None]
    """The receiver's local day on which the goods arrived."""
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_reason: Mapped[str | None]
    """Why it was given up or reversed."""
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StockNoteLine(RegionBase):
    """One product, of one batch where that is known, on a note."""

    __tablename__ = "stock_note_line"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("price_rp IS NULL OR price_rp > 0", name="price"),
        CheckConstraint(f"reason IS NULL OR reason IN ({REASONS})", name="reason"),
        Index("ix_stock_note_line_product_id", "product_id"),
        {"info": ADD_ONLY},
    )

    note_id: Mapped[int] = mapped_column(ForeignKey("stock_note.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """From 1, in the order of the paper."""
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("stock_batch.id"))
    """Blank where nobody said which."""
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    """As sent, asked for, written off or counted; zero only of a count."""
    price_rp: Mapped[int | None]
    """Consumer price of one unit that was agreed for the day; blank where none was."""
    reason: Mapped[str | None]
    """Why goods go back, are asked back or are written off."""
    opens: Mapped[bool] = mapped_column(server_default=false())
    """Whether stock of the product begins in the store with this count: what it differs by is no loss."""


class StockRefusal(RegionBase):
    """What the receiver did not take of a line, and why; it stays the sender's. The rest of the line was taken."""

    __tablename__ = "stock_refusal"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(f"reason IN ({REFUSALS})", name="reason"),
        ForeignKeyConstraint(["note_id", "line_no"], ["stock_note_line.note_id", "stock_note_line.line_no"]),
        {"info": ADD_ONLY},
    )

    note_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)


class StockScan(RegionBase):
    """Goods that were found during a count that goes on; a mistake is one with a negative quantity."""

    __tablename__ = "stock_scan"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        Index("ix_stock_scan_note_id", "note_id"),
        Index("uq_stock_scan_key", "note_id", "key", unique=True, postgresql_where=text("key IS NOT NULL")),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("stock_note.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("stock_batch.id"))
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    scanned_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    scanned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    key: Mapped[str | None]
    """What whoever sent it calls it, so that a scan that is sent again counts once; `undo:` and an id for what takes one back."""


class StockMovement(RegionBase):
    """Goods that came onto a store's shelf or left it. Never changed; a mistake is taken back by a linked reversal.

    No foreign keys, as in `Sale`, and for sales no index but the key: a posting writes hundreds of thousands. `consign check`
    looks for one that names what is not there.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint(f"kind IN ({MOVEMENTS})", name="kind"),
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint(
            "(kind = 'sold') = (posting_no IS NOT NULL) AND (posting_no IS NULL) = (partner_id IS NULL)"
            " AND (kind = 'sold') = (note_id IS NULL) AND (note_id IS NULL) = (line_no IS NULL)",
            name="cause",
        ),
        Index("uq_stock_movement_id", "id", unique=True, postgresql_where=text("note_id IS NOT NULL")),
        Index("ix_stock_movement_note", "note_id", "line_no", postgresql_where=text("note_id IS NOT NULL")),
        Index(
            "uq_stock_movement_reverses", "reverses_id", unique=True, postgresql_where=text("reverses_id IS NOT NULL")
        ),
        {"info": ADD_ONLY},
    )

    store_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    """The store's local day."""
    product_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    """Its number among all movements, in the order of writing; sales are not looked for by it."""
    kind: Mapped[str] = mapped_column(PLAIN)
    quantity: Mapped[Decimal] = mapped_column(SUM)
    """Positive onto the shelf, negative off it."""
    batch_id: Mapped[int | None] = mapped_column(Integer)
    """Blank where nobody said which: then the batch that expires first is taken for it."""
    note_id: Mapped[int | None] = mapped_column(Integer)
    line_no: Mapped[int | None] = mapped_column(SmallInteger)
    """The line of the note that moved it."""
    partner_id: Mapped[int | None] = mapped_column(Integer)
    posting_no: Mapped[int | None] = mapped_column(Integer)
    """The posting whose sales it sums up."""
    reverses_id: Mapped[int | None]
    """The movement that this one takes back."""


class StockLevel(RegionBase):
    """What stands of a product in a store, kept from its first delivery, transfer or count on."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("short >= 0", name="short"),
        CheckConstraint("last_on >= begins_on", name="days"),
        Index("ix_stock_level_product_id", "product_id"),
        Index("ix_stock_level_short", "store_id", postgresql_where=text("on_hand < 0")),
        {"info": CHANGING},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    begins_on: Mapped[date]
    """Day of the first movement that is no sale; sales before it left a shelf of which nobody knows what stood on it."""
    last_on: Mapped[date]
    """Day of the last movement."""
    on_hand: Mapped[Decimal] = mapped_column(SUM)
    """Sum of its movements from `begins_on` on; negative where more left the shelf than came."""
    short: Mapped[Decimal] = mapped_column(SUM)
    """What left the shelf without a batch it can have come from; `on_hand` is what stands of all batches less this."""


class StockBatchLevel(RegionBase):
    """What stands of a batch in a store. Where nobody said which batch left the shelf, it is the one that expires first."""

    __tablename__ = "stock_batch_level"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        ForeignKeyConstraint(["store_id", "product_id"], ["stock_level.store_id", "stock_level.product_id"]),
        Index("ix_stock_batch_level_batch_id", "batch_id", postgresql_where=text("quantity > 0")),
        {"info": CHANGING},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_id: Mapped[int] = mapped_column(ForeignKey("stock_batch.id"), primary_key=True, autoincrement=False)
    quantity: Mapped[Decimal] = mapped_column(SUM)
    arrived_on: Mapped[date]
    """Day on which the first of it came to this store."""


class StockLoss(RegionBase):
    """Goods that a store had in its care and no more has, with who bears what of it, frozen. Found again it is negative."""

    __tablename__ = "stock_loss"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("store_bp IS NULL OR store_bp BETWEEN 0 AND 10000", name="share"),
        CheckConstraint(f"reason IN ({REASONS})", name="reason"),
        CheckConstraint("fee_rate_bp BETWEEN 0 AND 10000", name="fee_rate"),
        Index("ix_stock_loss_partner", "partner_id", "contest_until"),
        Index("ix_stock_loss_producer", "producer_id", "day"),
        Index("ix_stock_loss_note_id", "note_id"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    movement_id: Mapped[int] = mapped_column(unique=True)
    """The movement of its note that it comes from."""
    note_id: Mapped[int] = mapped_column(ForeignKey("stock_note.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    """The agreement of the day; blank where there was none."""
    day: Mapped[date]
    reason: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(SUM)
    """Positive for goods lost."""
    price_rp: Mapped[int | None]
    """Agreed consumer price of one unit on the day; blank where none was, then nothing can be owed."""
    fee_rate_bp: Mapped[int] = mapped_column(SmallInteger)
    """What the store would have kept of a sale, in basis points."""
    value_rp: Mapped[int]
    """What the producer would have got had it been sold: price times quantity less the fee, each rounded half away from zero."""
    store_bp: Mapped[int | None] = mapped_column(SmallInteger)
    """Share of the value that the store bears, in basis points; blank where nothing was agreed."""
    contest_until: Mapped[date]
    """Last day on which producer and store may contest it."""


class StockContest(RegionBase):
    """That a producer or a store says that a loss, or who bears it, is not right."""

    __tablename__ = "stock_contest"
    __table_args__ = (
        CheckConstraint("side IN ('producer', 'store')", name="side"),
        CheckConstraint("reason <> ''", name="reason"),
        {"info": ADD_ONLY},
    )

    loss_id: Mapped[int] = mapped_column(ForeignKey("stock_loss.id"), primary_key=True, autoincrement=False)
    side: Mapped[str]
    reason: Mapped[str]
    contested_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    contested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StockLossDecision(RegionBase):
    """What the dinas decided about a loss that was contested, or whose share nobody had agreed on."""

    __tablename__ = "stock_loss_decision"
    __table_args__ = (
        CheckConstraint("store_bp BETWEEN 0 AND 10000", name="share"),
        CheckConstraint("reason <> ''", name="reason"),
        {"info": ADD_ONLY},
    )

    loss_id: Mapped[int] = mapped_column(ForeignKey("stock_loss.id"), primary_key=True, autoincrement=False)
    store_bp: Mapped[int] = mapped_column(SmallInteger)
    """Share that the store bears, in basis points, instead of the loss's own."""
    reason: Mapped[str]
    decided_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StockImport(RegionBase):
    """A list of movements that was handed in, and of which something was recorded."""

    __tablename__ = "stock_import"
    __table_args__ = ({"info": ADD_ONLY},)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sha256: Mapped[str]
    file_name: Mapped[str]
    handed_in_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    handed_in_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StockImportNote(RegionBase):
    """What a list called a note, and what it said of it, so that it is not recorded twice."""

    __tablename__ = "stock_import_note"
    __table_args__ = (
        Index(
            "uq_stock_import_note_same",
            "store_id", "kind", "reference", text("COALESCE(producer_id, 0)"), "sha256",
            unique=True,
        ),
        {"info": ADD_ONLY},
    )  # fmt: skip

    note_id: Mapped[int] = mapped_column(ForeignKey("stock_note.id"), primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("stock_import.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    kind: Mapped[str]
    """As the list says it: a kind of note, or a full count."""
    reference: Mapped[str]
    """What the list calls the note, in capitals."""
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("producer.id"))
    sha256: Mapped[str]
    """Of all that the list said of the note."""
