"""Producers, retail partners, their stores, and the agreements between them."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, RegionBase


class RegionTerms(RegionBase):
    """What the dinas has set for its region; one row."""

    __tablename__ = "region_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')", name="zone"),
        CheckConstraint("0 <= fee_from_bp AND fee_from_bp <= fee_to_bp AND fee_to_bp <= 10000", name="fee_bounds"),
        CheckConstraint("loss_contest_days BETWEEN 0 AND 90", name="loss_contest_days"),
        CheckConstraint("pull_back_days BETWEEN 0 AND 90", name="pull_back_days"),
        CheckConstraint("dispute_days BETWEEN 0 AND 90", name="dispute_days"),
        CheckConstraint("silent_days BETWEEN 1 AND 90", name="silent_days"),
        CheckConstraint("account_wait_days BETWEEN 0 AND 90", name="account_wait_days"),
        CheckConstraint("near_amount_rp BETWEEN 0 AND 100000", name="near_amount"),
        CheckConstraint("legal_term_days BETWEEN 0 AND 365", name="legal_term_days"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fee_from_bp: Mapped[int]
    """Lowest fee an agreement may take, in basis points; inside."""
    fee_to_bp: Mapped[int]
    """Highest fee an agreement may take, in basis points; inside."""
    office_name: Mapped[str] = mapped_column(server_default="Dinas")
    """What the office calls itself on pages, notices and in the privacy notice."""
    office_contact: Mapped[str] = mapped_column(server_default="")
    """Where people reach the office about their personal data: an address, e-mail or phone."""
    zone: Mapped[str] = mapped_column(server_default="Asia/Jakarta")
    """The office's own time zone, for moments that belong to no store."""
    halal_blocks: Mapped[bool] = mapped_column(server_default=true())
    """Whether food without a halal paper may not be delivered; else its producer is only warned."""
    rulesets_hash: Mapped[str] = mapped_column(server_default="")
    """By which rulesets about papers its products were judged; after an upgrade with others all are judged again."""
    second_factor_required: Mapped[bool] = mapped_column(server_default=true())
    """Whether dinas finance and admin must use an authenticator app; only the sample city goes without."""
    loss_contest_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("7"))
    """For how many days after it was recorded a loss may be contested."""
    pull_back_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("7"))
    """How many days before its last day a batch is to be off the shelf."""
    fee_source: Mapped[str] = mapped_column(server_default="")
    """Which rule sets the bounds of the fee, such as a decree with its number; blank where nobody has said."""
    closes_by_two: Mapped[bool] = mapped_column(server_default=false())
    """Whether one person prepares a closing and another countersigns it."""
    dispute_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("7"))
    """For how many days after its closing a line of a statement may be disputed."""
    silent_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("7"))
    """After how many days of a producer's silence finance may take a proven direct payment as received."""
    account_wait_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))
    """For how many days after its confirming a changed bank account is not paid to."""
    near_amount_rp: Mapped[int] = mapped_column(server_default=text("6500"))
    """By how much at most a payment may miss what is open and still be proposed, in rupiah: a bank's transfer cost."""
    legal_term_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("15"))
    """Calendar days from a statement until the law wants it paid, whatever was agreed. Source: Permendag 70/2013."""


class Producer(RegionBase):
    """A small producer (UMKM) whose goods stand in the stores."""

    __tablename__ = "producer"
    __table_args__ = (
        CheckConstraint("nib IS NULL OR nib ~ '^[0-9]{13}$'", name="nib"),
        CheckConstraint("regency IS NULL OR regency ~ '^[0-9]{4}$'", name="regency"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    nib: Mapped[str | None] = mapped_column(unique=True)
    """Business identification number, 13 digits as text."""
    owner_name: Mapped[str | None]
    """The person who owns the business."""
    phone: Mapped[str | None]
    """Where the dinas reaches the owner, `+62…`; blank for owners without one."""
    regency: Mapped[str | None]
    """Kemendagri code of the regency or city where it produces, four digits; blank for the region's own."""
    is_entity: Mapped[bool] = mapped_column(server_default=false())
    """Whether it is a firm (badan), not a person."""
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the dinas added it or looked at its registration; blank while that waits."""


class Cooperative(RegionBase):
    """A cooperative (koperasi) that signs agreements and receives payments for those of its members who mandated it."""

    __tablename__ = "cooperative"
    __table_args__ = ({"info": CHANGING},)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    """Where the dinas reaches it, `+62…`."""
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CooperativeMember(RegionBase):
    """From when until when a producer has mandated a cooperative. Only its end may change."""

    __tablename__ = "cooperative_member"
    __table_args__ = (
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name="days"),
        ExcludeConstraint(
            (text("int8range(producer_id, producer_id, '[]')"), "&&"),
            ("days", "&&"),
            name="ex_cooperative_member_one",
        ),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    cooperative_id: Mapped[int] = mapped_column(ForeignKey("cooperative.id"), index=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """First day inside, last day outside, open while it goes on; a producer has one cooperative at a time."""
    mandate: Mapped[str]
    """The paper that says so, such as the number and day of a letter of mandate (surat kuasa)."""


class Partner(RegionBase):
    """A retail partner: a chain, a minimarket or a hotel."""

    __tablename__ = "partner"
    __table_args__ = (
        CheckConstraint("kind IN ('supermarket', 'minimarket', 'hotel')", name="kind"),
        CheckConstraint("cycle IN ('week', 'two_weeks', 'half_month', 'month')", name="cycle"),
        CheckConstraint("npwp IS NULL OR npwp ~ '^[0-9]{15,16}$'", name="npwp"),
        CheckConstraint("(is_pkp IS TRUE) = (pkp_since IS NOT NULL)", name="pkp_since"),
        CheckConstraint("is_pkp IS NOT TRUE OR npwp IS NOT NULL", name="pkp_number"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    cycle: Mapped[str]
    """How often its sales are settled."""
    is_entity: Mapped[bool | None]
    """Whether it is a firm (badan), not a natural person; blank while nobody has said."""
    npwp: Mapped[str | None]
    """Its tax number, 15 or 16 digits as text; personal where it is a natural person."""
    is_pkp: Mapped[bool | None]
    """Whether it is confirmed as taxable for PPN (PKP) now; blank while nobody has said."""
    pkp_since: Mapped[date | None]
    """First day on which it is a PKP; blank where it is none."""


class Store(RegionBase):
    """One outlet of a partner, with the time zone that decides when its day ends."""

    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint("zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')", name="zone"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="days"),
        UniqueConstraint("partner_id", "code"),
        UniqueConstraint("id", "partner_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    code: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str]
    opened_on: Mapped[date]
    """First day on which it sells consigned goods."""
    closed_on: Mapped[date | None]
    """Last such day; blank while it goes on."""


class StoreAlias(RegionBase):
    """Another name that a partner's files use for a store; matched to the letter."""

    __tablename__ = "store_alias"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["store.id", "store.partner_id"]),
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended"),
        {"info": CHANGING},
    )

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[int]
    added_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it holds; blank for the oldest."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When somebody found it wrong; from then on it names nothing. Blank while it holds."""
    ended_reason: Mapped[str | None]


class StoreWeek(RegionBase):
    """On which weekdays a store sells and reports, from a day on until its next such row; on all seven before its first."""

    __tablename__ = "store_week"
    __table_args__ = (CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"), {"info": CHANGING})

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    weekdays: Mapped[int] = mapped_column(SmallInteger)
    """A bit for each weekday on which it sells: 1 is Monday, 64 is Sunday."""
    set_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StoreClosure(RegionBase):
    """Days on which one store, or all stores of a partner, do not sell, such as those of a renovation."""

    __tablename__ = "store_closure"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="days"),
        CheckConstraint("reason <> ''", name="reason"),
        ForeignKeyConstraint(["store_id", "partner_id"], ["store.id", "store.partner_id"]),
        Index("ix_store_closure_partner_id", "partner_id", "until_on"),
        {"info": ADD_ONLY},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    store_id: Mapped[int | None]
    """Blank for all stores of the partner, those that open meanwhile as well."""
    from_on: Mapped[date]
    until_on: Mapped[date]
    """Last such day, inside."""
    reason: Mapped[str]
    said_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StoreClosureEnd(RegionBase):
    """That a closure ended earlier than was said, or was said by mistake."""

    __tablename__ = "store_closure_end"
    __table_args__ = ({"info": ADD_ONLY},)

    closure_id: Mapped[int] = mapped_column(ForeignKey("store_closure.id"), primary_key=True, autoincrement=False)
    until_on: Mapped[date]
    """Last day on which it holds, inside; the day before its first where it never held."""
    ended_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Agreement(RegionBase):
    """What a partner and a producer agreed for a scope and a time. Only its end may change."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("fee_rate_bp BETWEEN 0 AND 10000", name="fee_rate"),
        CheckConstraint("fee_tax_bp BETWEEN 0 AND 10000", name="fee_tax"),
        CheckConstraint("pph23_bp BETWEEN 0 AND 10000", name="pph23"),
        CheckConstraint("loss_store_bp IS NULL OR loss_store_bp BETWEEN 0 AND 10000", name="loss_share"),
        CheckConstraint("payment_term_days BETWEEN 0 AND 365", name="payment_term"),
        CheckConstraint("route IN ('direct', 'collecting', 'cooperative')", name="route"),
        CheckConstraint("route <> 'cooperative' OR cooperative_id IS NOT NULL", name="receives"),
        CheckConstraint("min_payout_rp BETWEEN 0 AND 100000000", name="min_payout"),
        CheckConstraint("fee_on IN ('agreed_price', 'reported_gross', 'reported_net')", name="fee_on"),
        CheckConstraint("discount_borne_by IN ('store', 'producer')", name="discount_borne_by"),
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name="days"),
        ExcludeConstraint(
            (text("int8range(partner_id, partner_id, '[]')"), "&&"),
            (text("int8range(producer_id, producer_id, '[]')"), "&&"),
            (text("int8range(COALESCE(store_id, 0), COALESCE(store_id, 0), '[]')"), "&&"),
            (text("int8range(COALESCE(product_id, 0), COALESCE(product_id, 0), '[]')"), "&&"),
            ("days", "&&"),
            name="ex_agreement_scope",
        ),
        Index("ix_agreement_pair", "partner_id", "producer_id"),
        Index("ix_agreement_producer_id", "producer_id"),
        ForeignKeyConstraint(["store_id", "partner_id"], ["store.id", "store.partner_id"]),
        ForeignKeyConstraint(["product_id", "producer_id"], ["product.id", "product.producer_id"]),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    store_id: Mapped[int | None]
    """Only this store; blank for all of the partner's."""
    product_id: Mapped[int | None]
    """Only this product; blank for all of the producer's."""
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    """First day inside, last day outside, open when no end is agreed."""
    fee_rate_bp: Mapped[int]
    """What the store keeps, in basis points."""
    fee_on: Mapped[str]
    """What the fee is taken on: the agreed price, the reported gross, or the reported net."""
    discount_borne_by: Mapped[str]
    """Who bears a discount the store gives: `store`: the price before it is owed; `producer`: that after it."""
    fee_tax_bp: Mapped[int]
    """Tax on the fee (PPN), in basis points; 0 where the store charges none."""
    pph23_bp: Mapped[int]
    """PPh 23 that the producer withholds on the fee, in basis points; 0 for natural persons."""
    payment_term_days: Mapped[int]
    """Calendar days from the statement until the money is due."""
    loss_store_bp: Mapped[int | None]
    """Share that the store bears of goods missing or damaged in its care, in basis points; blank where nothing was agreed."""
    route: Mapped[str] = mapped_column(server_default="direct")
    """How the money goes: straight to the producer, over an account of the office, or to the cooperative."""
    min_payout_rp: Mapped[int] = mapped_column(server_default=text("0"))
    """Below this much, in rupiah, the office does not pay out but waits for more."""
    cooperative_id: Mapped[int | None] = mapped_column(ForeignKey("cooperative.id"))
    """The cooperative that signed it for its member; blank where the producer signed."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), unique=True)
    """The agreement that this one continues with other terms."""
