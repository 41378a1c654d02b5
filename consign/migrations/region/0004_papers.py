"""papers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CLASSES = "'dry_food', 'chilled_food', 'ready_to_eat', 'fresh_produce', 'cosmetic', 'traditional_medicine', 'household', 'craft'"


def upgrade() -> None:
    op.add_column("producer", sa.Column("regency", sa.String(), nullable=True))
    op.add_column("producer", sa.Column("is_entity", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("product", sa.Column("goods_class", sa.String(), nullable=True))
    op.add_column("product", sa.Column("food_group", sa.String(), nullable=True))
    op.add_column("region_terms", sa.Column("rulesets_hash", sa.String(), server_default="", nullable=False))
    op.add_column("region_terms", sa.Column("halal_blocks", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_check_constraint(
        op.f("ck_product_goods_class"), "product", f"goods_class IS NULL OR goods_class IN ({CLASSES})"
    )
    op.create_check_constraint(
        op.f("ck_product_food_group"), "product", "food_group IS NULL OR food_group ~ '^(0[1-9]|1[0-5])$'"
    )
    op.create_check_constraint(op.f("ck_producer_regency"), "producer", "regency IS NULL OR regency ~ '^[0-9]{4}$'")
    create_document()
    create_document_parts()
    create_waivers_and_demands()
    create_reference_lists()
    create_eligibility()
    op.execute("INSERT INTO eligibility_due (producer_id, since) SELECT id, now() FROM producer")


def create_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("number_compact", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("values_read", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("verdict", sa.String(), server_default="unverifiable", nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("submitted_by", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("consulted", sa.String(), nullable=True),
        sa.CheckConstraint("(state IN ('in_review')) = (claimed_by IS NOT NULL)", name=op.f("ck_document_claimed")),
        sa.CheckConstraint(
            "kind IN ('nib', 'pirt', 'md', 'na', 'tr', 'pkd', 'halal', 'non_halal', 'npwp', 'nitku', 'nik', 'slhs', 'pkp', 'psat', 'trademark', 'label', 'bank_account', 'mandate', 'pks')",
            name=op.f("ck_document_kind"),
        ),
        sa.CheckConstraint(
            "stage IS NULL OR (kind = 'pirt' AND stage IN ('issued', 'fulfilled'))", name=op.f("ck_document_stage")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_review', 'second_look', 'approved', 'needs_correction', 'rejected', 'withdrawn', 'superseded')",
            name=op.f("ck_document_state"),
        ),
        sa.CheckConstraint(
            "verdict IN ('valid', 'warning', 'invalid', 'unverifiable')", name=op.f("ck_document_verdict")
        ),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name=op.f("ck_document_claimed_at")),
        sa.ForeignKeyConstraint(["claimed_by"], ["user_account.id"], name=op.f("fk_document_claimed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_document_decided_by")),
        sa.ForeignKeyConstraint(["first_by"], ["user_account.id"], name=op.f("fk_document_first_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_document_producer_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["document.id"], name=op.f("fk_document_replaces_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["user_account.id"], name=op.f("fk_document_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(
        "ix_document_ends", "document", ["ends_on"], unique=False, postgresql_where=sa.text("state = 'approved'")
    )
    op.create_index("ix_document_number", "document", ["kind", "number_compact"], unique=False)
    op.create_index("ix_document_producer_id", "document", ["producer_id"], unique=False)
    op.create_index(
        "ix_document_queue",
        "document",
        ["submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitted', 'second_look')"),
    )
    op.create_index(
        "uq_document_in_force",
        "document",
        ["producer_id", "kind"],
        unique=True,
        postgresql_where=sa.text(
            "state = 'approved' AND kind IN ('nib', 'nik', 'npwp', 'pkp', 'bank_account', 'mandate')"
        ),
    )
    op.create_index(
        "uq_document_number_in_force",
        "document",
        ["producer_id", "kind", "number_compact"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )


def create_document_parts() -> None:
    op.create_table(
        "document_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_document_event_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_event_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_event")),
    )
    op.create_index("ix_document_event_document_id", "document_event", ["document_id", "id"], unique=False)
    op.create_table(
        "document_page",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number >= 1 AND width > 0 AND height > 0", name=op.f("ck_document_page_size")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_page_document_id")),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_document_page")),
    )
    op.create_table(
        "document_product",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_product_document_id")),
        sa.ForeignKeyConstraint(
            ["product_id", "producer_id"],
            ["product.id", "product.producer_id"],
            name=op.f("fk_document_product_product_id_producer_id"),
        ),
        sa.PrimaryKeyConstraint("document_id", "product_id", name=op.f("pk_document_product")),
    )
    op.create_index("ix_document_product_product_id", "document_product", ["product_id"], unique=False)
    op.create_table(
        "expiry_reminder",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days_ahead", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days_ahead IN (60, 30, 7, 0)", name=op.f("ck_expiry_reminder_days_ahead")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_expiry_reminder_document_id")),
        sa.PrimaryKeyConstraint("document_id", "ends_on", "days_ahead", name=op.f("pk_expiry_reminder")),
    )


def create_waivers_and_demands() -> None:
    op.create_table(
        "partner_demand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("goods_class", sa.String(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "goods_class IS NULL OR goods_class IN ('dry_food', 'chilled_food', 'ready_to_eat', 'fresh_produce', 'cosmetic', 'traditional_medicine', 'household', 'craft')",
            name=op.f("ck_partner_demand_goods_class"),
        ),
        sa.CheckConstraint(
            "kind IN ('nib', 'pirt', 'md', 'na', 'tr', 'pkd', 'halal', 'non_halal', 'npwp', 'nitku', 'nik', 'slhs', 'pkp', 'psat', 'trademark', 'label', 'bank_account', 'mandate', 'pks')",
            name=op.f("ck_partner_demand_kind"),
        ),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_partner_demand_days")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_demand_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_demand")),
    )
    op.create_index("ix_partner_demand_partner_id", "partner_demand", ["partner_id"], unique=False)
    op.create_table(
        "paper_waiver",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('nib', 'pirt', 'md', 'na', 'tr', 'pkd', 'halal', 'non_halal', 'npwp', 'nitku', 'nik', 'slhs', 'pkp', 'psat', 'trademark', 'label', 'bank_account', 'mandate', 'pks')",
            name=op.f("ck_paper_waiver_kind"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_paper_waiver_reason")),
        sa.CheckConstraint("until_on >= from_on - 1", name=op.f("ck_paper_waiver_days")),
        sa.ForeignKeyConstraint(["granted_by"], ["user_account.id"], name=op.f("fk_paper_waiver_granted_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_paper_waiver_producer_id")),
        sa.ForeignKeyConstraint(
            ["product_id", "producer_id"],
            ["product.id", "product.producer_id"],
            name=op.f("fk_paper_waiver_product_id_producer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_waiver")),
    )
    op.create_index("ix_paper_waiver_producer_id", "paper_waiver", ["producer_id"], unique=False)


def create_reference_lists() -> None:
    op.create_table(
        "reference_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('pirt', 'halal', 'nib')", name=op.f("ck_reference_list_kind")),
        sa.ForeignKeyConstraint(["imported_by"], ["user_account.id"], name=op.f("fk_reference_list_imported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_list")),
        sa.UniqueConstraint("kind", "sha256", name=op.f("uq_reference_list_kind_sha256")),
    )
    op.create_table(
        "reference_entry",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["reference_list.id"], name=op.f("fk_reference_entry_list_id")),
        sa.PrimaryKeyConstraint("list_id", "row", name=op.f("pk_reference_entry")),
    )
    op.create_index("ix_reference_entry_number", "reference_entry", ["number"], unique=False)


def create_eligibility() -> None:
    op.create_table(
        "eligibility_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_eligibility_due_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_due")),
    )
    op.create_index("ix_eligibility_due_producer_id", "eligibility_due", ["producer_id"], unique=False)
    op.create_table(
        "product_eligibility",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "standing IN ('eligible', 'warned', 'blocked')", name=op.f("ck_product_eligibility_standing")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_eligibility_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_eligibility")),
    )
    op.create_index("ix_product_eligibility_changes_on", "product_eligibility", ["changes_on"], unique=False)


def downgrade() -> None:
    op.drop_column("region_terms", "halal_blocks")
    op.drop_column("region_terms", "rulesets_hash")
    op.drop_column("product", "food_group")
    op.drop_column("product", "goods_class")
    op.drop_column("producer", "is_entity")
    op.drop_column("producer", "regency")
    op.drop_table("reference_entry")
    op.drop_table("expiry_reminder")
    op.drop_table("document_product")
    op.drop_table("document_page")
    op.drop_table("document_event")
    op.drop_table("reference_list")
    op.drop_table("paper_waiver")
    op.drop_table("document")
    op.drop_table("product_eligibility")
    op.drop_table("partner_demand")
    op.drop_table("eligibility_due")
