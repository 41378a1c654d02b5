"""Submitted papers, their review, waivers, what partners ask for, lists from other offices, and products' eligibility."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import ADD_ONLY, CHANGING, PASSING, RegionBase
from consign.models.catalogue import CLASSES

KINDS = (
    "'nib', 'pirt', 'md', 'na', 'tr', 'pkd', 'halal', 'non_halal', 'npwp', 'nitku', 'nik', 'slhs', 'pkp', 'psat',"
    " 'trademark', 'label', 'bank_account', 'mandate', 'pks'"
)
ONE_PER_BUSINESS = "'nib', 'nik', 'npwp', 'pkp', 'bank_account', 'mandate'"
STATES = (
    "'draft', 'submitted', 'in_review', 'second_look', 'approved', 'needs_correction', 'rejected', 'withdrawn',"
    " 'superseded'"
)


class Document(RegionBase):
    """One paper that was handed in. The one in force is the approved one; each later one of its line replaces it."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("stage IS NULL OR (kind = 'pirt' AND stage IN ('issued', 'fulfilled'))", name="stage"),
        CheckConstraint("verdict IN ('valid', 'warning', 'invalid', 'unverifiable')", name="verdict"),
        CheckConstraint("(state IN ('in_review')) = (claimed_by IS NOT NULL)", name="claimed"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name="claimed_at"),
        # Of these kinds a business has one in force; of the others one with the same number.
        Index(
            "uq_document_in_force",
            "producer_id",
            "kind",
            unique=True,
            postgresql_where=text(f"state = 'approved' AND kind IN ({ONE_PER_BUSINESS})"),
        ),
        Index(
            "uq_document_number_in_force",
            "producer_id",
            "kind",
            "number_compact",
            unique=True,
            postgresql_where=text("state = 'approved'"),
        ),
        Index("ix_document_producer_id", "producer_id"),
        Index(
            "ix_document_queue", "submitted_at", "id", postgresql_where=text("state IN ('submitted', 'second_look')")
        ),
        Index("ix_document_ends", "ends_on", postgresql_where=text("state = 'approved'")),
        Index("ix_document_number", "kind", "number_compact"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    kind: Mapped[str]
    state: Mapped[str]
    stage: Mapped[str | None]
    """Only of an SPP-IRT: issued, or its commitment fulfilled."""
    number: Mapped[str | None]
    """As the person wrote it."""
    number_compact: Mapped[str | None]
    """As it is compared; blank where it has not the form of its kind."""
    issued_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    """Last day that is printed on it; blank where none is."""
    ends_on: Mapped[date | None]
    """Last day on which it can be valid: the printed one, or what its number leaves open; blank where it has no end, as
    papers of its kind, or none is known. Expiry goes by it."""
    holder: Mapped[str | None]
    """Name of the business or person printed on it."""
    details: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    """What only some kinds say, such as the bank."""
    sha256: Mapped[str | None]
    """The cleaned file; blank for papers that a dinas holds only on paper."""
    file_name: Mapped[str | None]
    """What the person called the file, cleaned; never used as a path."""
    media_type: Mapped[str | None]
    size_bytes: Mapped[int | None]
    values_read: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """What was read from the file: field, value, how sure, page and place."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """What the check said when it was handed in or decided last."""
    verdict: Mapped[str] = mapped_column(server_default="unverifiable")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The paper it is handed in to replace; that one stays in force until this is approved."""
    submitted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When its values were confirmed, or the file uploaded while they are not; the queue goes by it."""
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    first_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """The verifier who asked for a second look and may not give it."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None]
    """What the producer is told when it must correct, or was rejected."""
    consulted: Mapped[str | None]
    """The source a verifier looked it up in, such as oss.go.id."""


class DocumentProduct(RegionBase):
    """A product that a paper is for; a paper without any is for the business as a whole."""

    __tablename__ = "document_product"
    __table_args__ = (
        ForeignKeyConstraint(["product_id", "producer_id"], ["product.id", "product.producer_id"]),
        Index("ix_document_product_product_id", "product_id"),
        {"info": PASSING},
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True)
    producer_id: Mapped[int]


class DocumentPage(RegionBase):
    """A picture of one page of a paper, made by us when it was uploaded."""

    __tablename__ = "document_page"
    __table_args__ = (CheckConstraint("number >= 1 AND width > 0 AND height > 0", name="size"), {"info": ADD_ONLY})

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1."""
    sha256: Mapped[str]
    width: Mapped[int]
    """In pixels, as is *height*."""
    height: Mapped[int]


class DocumentEvent(RegionBase):
    """One thing that happened to a paper; its history."""

    __tablename__ = "document_event"
    __table_args__ = (Index("ix_document_event_document_id", "document_id", "id"), {"info": ADD_ONLY})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Blank where no person did it."""
    what: Mapped[str]
    """Stable code: uploaded, submitted, claimed, released, second_look, approved, needs_correction, rejected,
    withdrawn, superseded, stage, changed, reminded."""
    note: Mapped[str | None]
    """What the person wrote about it."""


class ExpiryReminder(RegionBase):
    """That the end of a paper was announced so many days ahead; once for each."""

    __tablename__ = "expiry_reminder"
    __table_args__ = (CheckConstraint("days_ahead IN (60, 30, 7, 0)", name="days_ahead"), {"info": ADD_ONLY})

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    days_ahead: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PaperWaiver(RegionBase):
    """The head of the dinas does without a kind of paper for a producer or one product, for a while."""

    __tablename__ = "paper_waiver"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint("until_on >= from_on - 1", name="days"),
        CheckConstraint("reason <> ''", name="reason"),
        ForeignKeyConstraint(["product_id", "producer_id"], ["product.id", "product.producer_id"]),
        Index("ix_paper_waiver_producer_id", "producer_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    product_id: Mapped[int | None]
    """Blank for all of the producer's products."""
    kind: Mapped[str]
    reason: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    """Last day; may be moved to an earlier one, not to a later. The day before its first: it never held."""
    granted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PartnerDemand(RegionBase):
    """A kind of paper that a retail partner asks for beyond the law."""

    __tablename__ = "partner_demand"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"goods_class IS NULL OR goods_class IN ({CLASSES})", name="goods_class"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="days"),
        Index("ix_partner_demand_partner_id", "partner_id"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    kind: Mapped[str]
    goods_class: Mapped[str | None]
    """Blank for goods of every class."""
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class ReferenceList(RegionBase):
    """A list of issued numbers that the dinas received from another office."""

    __tablename__ = "reference_list"
    __table_args__ = (
        CheckConstraint("kind IN ('pirt', 'halal', 'nib')", name="kind"),
        UniqueConstraint("kind", "sha256"),
        {"info": CHANGING},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    issuer: Mapped[str]
    """The office it came from."""
    as_of: Mapped[date]
    """The day on which the office drew it up."""
    sha256: Mapped[str]
    file_name: Mapped[str]
    row_count: Mapped[int]
    imported_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it is no longer looked at."""


class ReferenceEntry(RegionBase):
    """One number of such a list."""

    __tablename__ = "reference_entry"
    __table_args__ = (Index("ix_reference_entry_number", "number"), {"info": ADD_ONLY})

    list_id: Mapped[int] = mapped_column(ForeignKey("reference_list.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    """Row of the file, counted as a spreadsheet counts."""
    number: Mapped[str]
    """Compact, as the kind's `compact` makes it."""
    name: Mapped[str]
    """The holder as the office writes it."""


class ProductEligibility(RegionBase):
    """Whether a product may be delivered, as computed last; lists and notices read it, deliveries judge anew."""

    __tablename__ = "product_eligibility"
    __table_args__ = (
        CheckConstraint("standing IN ('eligible', 'warned', 'blocked')", name="standing"),
        Index("ix_product_eligibility_changes_on", "changes_on"),
        {"info": CHANGING},
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    standing: Mapped[str]
    missing: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    """Codes of the demands that stop it."""
    changes_on: Mapped[date | None]
    """First day on which the answer changes without anybody's doing."""
    computed_on: Mapped[date]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EligibilityDue(RegionBase):
    """That a producer's products are to be judged again; the row goes when that is done.

    Each act leaves a row of its own: whoever judges takes away those it saw, never one whose act it could not see yet.
    """

    __tablename__ = "eligibility_due"
    __table_args__ = (Index("ix_eligibility_due_producer_id", "producer_id"), {"info": PASSING})

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("producer.id"))
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
