"""main job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_waiting", "notice", ["id"], unique=False, postgresql_where=sa.text("sent_at IS NULL"))
    op.create_table(
        "partner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cycle", sa.String(), nullable=False),
        sa.CheckConstraint("cycle IN ('week', 'half_month', 'month')", name=op.f("ck_partner_cycle")),
        sa.CheckConstraint("kind IN ('supermarket', 'minimarket', 'hotel')", name=op.f("ck_partner_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_table(
        "producer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("nib", sa.String(), nullable=True),
        sa.CheckConstraint("nib IS NULL OR nib ~ '^[0-9]{13}$'", name=op.f("ck_producer_nib")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer")),
        sa.UniqueConstraint("code", name=op.f("uq_producer_code")),
        sa.UniqueConstraint("nib", name=op.f("uq_producer_nib")),
    )
    op.create_table(
        "region_terms",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fee_from_bp", sa.BigInteger(), nullable=False),
        sa.Column("fee_to_bp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= fee_from_bp AND fee_from_bp <= fee_to_bp AND fee_to_bp <= 10000",
            name=op.f("ck_region_terms_fee_bounds"),
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_region_terms_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_terms")),
    )
    op.create_table(
        "sale",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("posting_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("till", sa.Text(collation="C"), nullable=False),
        sa.Column("receipt", sa.Text(collation="C"), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price_rp", sa.BigInteger(), nullable=False),
        sa.Column("gross_rp", sa.BigInteger(), nullable=False),
        sa.Column("discount_rp", sa.BigInteger(), nullable=False),
        sa.Column("agreed_price_rp", sa.BigInteger(), nullable=True),
        sa.Column("sales_rp", sa.BigInteger(), nullable=False),
        sa.Column("fee_base_rp", sa.BigInteger(), nullable=False),
        sa.Column("fee_rate_bp", sa.SmallInteger(), nullable=False),
        sa.Column("fee_rp", sa.BigInteger(), nullable=False),
        sa.Column("fee_rate_from", sa.Text(collation="C"), nullable=False),
        sa.Column("returns_posting_no", sa.Integer(), nullable=True),
        sa.Column("returns_row_no", sa.Integer(), nullable=True),
        sa.Column("reverses_posting_no", sa.Integer(), nullable=True),
        sa.Column("reverses_row_no", sa.Integer(), nullable=True),
        sa.CheckConstraint("fee_rate_from IN ('day', 'sale', 'day_of_return')", name=op.f("ck_sale_fee_rate_from")),
        sa.CheckConstraint("(version < 0) = (reverses_row_no IS NOT NULL)", name=op.f("ck_sale_reversal")),
        sa.CheckConstraint("fee_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_sale_fee_rate")),
        sa.CheckConstraint("nth > 0 AND version <> 0", name=op.f("ck_sale_key")),
        sa.PrimaryKeyConstraint("partner_id", "posting_no", "row_no", name=op.f("pk_sale")),
    )
    op.create_index(
        "ix_sale_returns",
        "sale",
        ["partner_id", "returns_posting_no", "returns_row_no"],
        unique=False,
        postgresql_where=sa.text("returns_row_no IS NOT NULL"),
    )
    op.create_index(
        "uq_sale_line",
        "sale",
        ["store_id", "receipt", "till", "sold_on", "product_id", "unit_price_rp", "nth", "version"],
        unique=True,
    )
    op.create_index(
        "uq_sale_reverses",
        "sale",
        ["partner_id", "reverses_posting_no", "reverses_row_no"],
        unique=True,
        postgresql_where=sa.text("reverses_row_no IS NOT NULL"),
    )
    op.create_table(
        "sales_known",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sale_posting_no", sa.Integer(), nullable=False),
        sa.Column("sale_row_no", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "row_no", name=op.f("pk_sales_known")),
    )
    op.create_table(
        "statement_counter",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_statement_counter")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("debits_rp", sa.BigInteger(), nullable=False),
        sa.Column("credits_rp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('partner_owes', 'producer_is_owed')", name=op.f("ck_account_kind")),
        sa.CheckConstraint("debits_rp >= 0 AND credits_rp >= 0", name=op.f("ck_account_sides")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_account_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_account_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("kind", "partner_id", "producer_id", name=op.f("uq_account_kind_partner_id_producer_id")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("net_content", sa.BigInteger(), nullable=False),
        sa.Column("net_unit", sa.String(), nullable=False),
        sa.CheckConstraint("net_unit IN ('g', 'kg', 'ml', 'l', 'pcs')", name=op.f("ck_product_net_unit")),
        sa.CheckConstraint("net_content > 0", name=op.f("ck_product_net_content")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_product_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("code", name=op.f("uq_product_code")),
        sa.UniqueConstraint("id", "producer_id", name=op.f("uq_product_id_producer_id")),
    )
    op.create_index(op.f("ix_product_producer_id"), "product", ["producer_id"], unique=False)
    op.create_table(
        "store",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')", name=op.f("ck_store_zone")),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_store_days")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_store_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("id", "partner_id", name=op.f("uq_store_id_partner_id")),
        sa.UniqueConstraint("partner_id", "code", name=op.f("uq_store_partner_id_code")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        sa.Column("fee_rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("fee_on", sa.String(), nullable=False),
        sa.Column("discount_borne_by", sa.String(), nullable=False),
        sa.Column("fee_tax_bp", sa.BigInteger(), nullable=False),
        sa.Column("pph23_bp", sa.BigInteger(), nullable=False),
        sa.Column("payment_term_days", sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(partner_id, partner_id, '[]')"), "&&"),
            (sa.text("int8range(producer_id, producer_id, '[]')"), "&&"),
            (sa.text("int8range(COALESCE(store_id, 0), COALESCE(store_id, 0), '[]')"), "&&"),
            (sa.text("int8range(COALESCE(product_id, 0), COALESCE(product_id, 0), '[]')"), "&&"),
            (sa.column("days"), "&&"),
            using="gist",
            name="ex_agreement_scope",
        ),
        sa.CheckConstraint("discount_borne_by IN ('store', 'producer')", name=op.f("ck_agreement_discount_borne_by")),
        sa.CheckConstraint(
            "fee_on IN ('agreed_price', 'reported_gross', 'reported_net')", name=op.f("ck_agreement_fee_on")
        ),
        sa.CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name=op.f("ck_agreement_days")),
        sa.CheckConstraint("fee_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_agreement_fee_rate")),
        sa.CheckConstraint("fee_tax_bp BETWEEN 0 AND 10000", name=op.f("ck_agreement_fee_tax")),
        sa.CheckConstraint("payment_term_days BETWEEN 0 AND 365", name=op.f("ck_agreement_payment_term")),
        sa.CheckConstraint("pph23_bp BETWEEN 0 AND 10000", name=op.f("ck_agreement_pph23")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_agreement_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_agreement_producer_id")),
        sa.ForeignKeyConstraint(
            ["product_id", "producer_id"],
            ["product.id", "product.producer_id"],
            name=op.f("fk_agreement_product_id_producer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "partner_id"], ["store.id", "store.partner_id"], name=op.f("fk_agreement_store_id_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_table(
        "barcode",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("number ~ '^([0-9]{8}|[0-9]{12,14})$'", name=op.f("ck_barcode_number")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_barcode_days")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_barcode_product_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_barcode")),
    )
    op.create_index("ix_barcode_product_id", "barcode", ["product_id"], unique=False)
    op.create_table(
        "product_alias",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_product_alias_partner_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_alias_product_id")),
        sa.PrimaryKeyConstraint("partner_id", "alias", name=op.f("pk_product_alias")),
    )
    op.create_index("ix_product_alias_product_id", "product_alias", ["product_id"], unique=False)
    op.create_table(
        "product_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        sa.Column("price_rp", sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(product_id, product_id, '[]')"), "&&"),
            (sa.column("days"), "&&"),
            using="gist",
            name="ex_product_price_days",
        ),
        sa.CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name=op.f("ck_product_price_days")),
        sa.CheckConstraint("price_rp > 0", name=op.f("ck_product_price_price")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_price_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_price")),
    )
    op.create_table(
        "store_alias",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_store_alias_partner_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "partner_id"],
            ["store.id", "store.partner_id"],
            name=op.f("fk_store_alias_store_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("partner_id", "alias", name=op.f("pk_store_alias")),
    )
    op.create_table(
        "transfer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("debit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_transfer_amount")),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_transfer_two_accounts")),
        sa.ForeignKeyConstraint(["credit_account_id"], ["account.id"], name=op.f("fk_transfer_credit_account_id")),
        sa.ForeignKeyConstraint(["debit_account_id"], ["account.id"], name=op.f("fk_transfer_debit_account_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["transfer.id"], name=op.f("fk_transfer_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("key", name=op.f("uq_transfer_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_transfer_reverses_id")),
    )
    op.create_index("ix_transfer_credit", "transfer", ["credit_account_id"], unique=False)
    op.create_index("ix_transfer_debit", "transfer", ["debit_account_id"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'producer') = (producer_id IS NOT NULL)", name=op.f("ck_user_account_producer_scope")
        ),
        sa.CheckConstraint(
            "(role = 'store_manager') = (store_id IS NOT NULL)", name=op.f("ck_user_account_store_scope")
        ),
        sa.CheckConstraint(
            "(role IN ('store_manager', 'partner_finance')) = (partner_id IS NOT NULL)",
            name=op.f("ck_user_account_partner_scope"),
        ),
        sa.CheckConstraint("login = lower(login) AND login <> ''", name=op.f("ck_user_account_login")),
        sa.CheckConstraint(
            "role IN ('producer', 'store_manager', 'partner_finance', 'verifier', 'dinas_finance', 'head',"
            " 'auditor', 'admin')",
            name=op.f("ck_user_account_role"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_user_account_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_user_account_producer_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "partner_id"],
            ["store.id", "store.partner_id"],
            name=op.f("fk_user_account_store_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("login", name=op.f("uq_user_account_login")),
    )
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_audit_event_user_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    op.create_table(
        "closing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("posting_no", sa.BigInteger(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("before_posting_no", sa.BigInteger(), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("incomplete_reason", sa.String(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on > before_on AND posting_no >= before_posting_no", name=op.f("ck_closing_grows")),
        sa.ForeignKeyConstraint(["closed_by"], ["user_account.id"], name=op.f("fk_closing_closed_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_closing_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
        sa.UniqueConstraint("partner_id", "before_on", name=op.f("uq_closing_partner_id_before_on")),
        sa.UniqueConstraint("partner_id", "until_on", name=op.f("uq_closing_partner_id_until_on")),
    )
    op.create_table(
        "sales_profile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("layout", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user_account.id"], name=op.f("fk_sales_profile_confirmed_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_sales_profile_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_profile")),
        sa.UniqueConstraint(
            "partner_id", "signature", "version", name=op.f("uq_sales_profile_partner_id_signature_version")
        ),
    )
    op.create_table(
        "sales_upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stated_store_id", sa.BigInteger(), nullable=True),
        sa.Column("stated_from", sa.Date(), nullable=True),
        sa.Column("stated_until", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=True),
        sa.Column("rows_read", sa.BigInteger(), nullable=True),
        sa.Column("rows_ignored", sa.BigInteger(), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_by", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('received', 'needs_mapping', 'refused', 'read', 'posted', 'reversed', 'cancelled')",
            name=op.f("ck_sales_upload_status"),
        ),
        sa.CheckConstraint("(stated_from IS NULL) = (stated_until IS NULL)", name=op.f("ck_sales_upload_stated_both")),
        sa.CheckConstraint(
            "stated_from IS NULL OR stated_until >= stated_from", name=op.f("ck_sales_upload_stated_days")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_sales_upload_partner_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["sales_profile.id"], name=op.f("fk_sales_upload_profile_id")),
        sa.ForeignKeyConstraint(["received_by"], ["user_account.id"], name=op.f("fk_sales_upload_received_by")),
        sa.ForeignKeyConstraint(["stated_store_id"], ["store.id"], name=op.f("fk_sales_upload_stated_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_upload")),
    )
    op.create_index("ix_sales_upload_at", "sales_upload", ["received_at"], unique=False)
    op.create_index(
        "uq_sales_upload_same",
        "sales_upload",
        [
            "partner_id",
            "sha256",
            sa.literal_column("COALESCE(stated_store_id, 0)"),
            sa.literal_column("COALESCE(stated_from, '-infinity')"),
            sa.literal_column("COALESCE(stated_until, 'infinity')"),
        ],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('refused', 'reversed', 'cancelled')"),
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("closing_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("sales_rp", sa.BigInteger(), nullable=False),
        sa.Column("returns_rp", sa.BigInteger(), nullable=False),
        sa.Column("late_rp", sa.BigInteger(), nullable=False),
        sa.Column("fee_rp", sa.BigInteger(), nullable=False),
        sa.Column("fee_tax_rp", sa.BigInteger(), nullable=False),
        sa.Column("pph23_rp", sa.BigInteger(), nullable=False),
        sa.Column("net_rp", sa.BigInteger(), nullable=False),
        sa.Column("carried_rp", sa.BigInteger(), nullable=False),
        sa.Column("due_rp", sa.BigInteger(), nullable=False),
        sa.Column("carry_rp", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_hash", sa.String(), nullable=False),
        sa.CheckConstraint("carried_rp <= 0 AND carry_rp <= 0 AND due_rp >= 0", name=op.f("ck_statement_signs")),
        sa.CheckConstraint("due_rp + carry_rp = net_rp + carried_rp", name=op.f("ck_statement_due")),
        sa.CheckConstraint("due_rp = 0 OR carry_rp = 0", name=op.f("ck_statement_one_side")),
        sa.CheckConstraint("net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp", name=op.f("ck_statement_net")),
        sa.ForeignKeyConstraint(["closing_id"], ["closing.id"], name=op.f("fk_statement_closing_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_statement_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_statement_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("closing_id", "producer_id", name=op.f("uq_statement_closing_id_producer_id")),
        sa.UniqueConstraint("number", name=op.f("uq_statement_number")),
    )
    op.create_index(op.f("ix_statement_producer_id"), "statement", ["producer_id"], unique=False)
    op.create_table(
        "sales_ignored",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["sales_upload.id"], name=op.f("fk_sales_ignored_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "row_no", name=op.f("pk_sales_ignored")),
    )
    op.create_table(
        "sales_parked",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("column", sa.String(), nullable=True),
        sa.Column("cell", sa.String(), nullable=True),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("store_code", sa.String(), nullable=True),
        sa.Column("product_barcode", sa.String(), nullable=True),
        sa.Column("product_code", sa.String(), nullable=True),
        sa.Column("product_name", sa.String(), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=True),
        sa.Column("till", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("returns_receipt", sa.String(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("unit_price_rp", sa.BigInteger(), nullable=True),
        sa.Column("gross_rp", sa.BigInteger(), nullable=True),
        sa.Column("discount_rp", sa.BigInteger(), nullable=True),
        sa.Column("posting_no", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'placed', 'known', 'dismissed', 'withdrawn')",
            name=op.f("ck_sales_parked_state"),
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_sales_parked_partner_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["sales_upload.id"], name=op.f("fk_sales_parked_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", "row_no", name=op.f("pk_sales_parked")),
    )
    op.create_index(
        "ix_sales_parked_open",
        "sales_parked",
        ["partner_id", "reason"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "sales_posting",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_rows", sa.BigInteger(), nullable=False),
        sa.Column("known_rows", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("sales_rp", sa.BigInteger(), nullable=False),
        sa.Column("fee_rp", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("posted_by", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('file', 'parked', 'reversal', 'no_sales')", name=op.f("ck_sales_posting_kind")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_sales_posting_partner_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["user_account.id"], name=op.f("fk_sales_posting_posted_by")),
        sa.ForeignKeyConstraint(["upload_id"], ["sales_upload.id"], name=op.f("fk_sales_posting_upload_id")),
        sa.PrimaryKeyConstraint("partner_id", "number", name=op.f("pk_sales_posting")),
    )
    op.create_index("ix_sales_posting_upload_id", "sales_posting", ["upload_id"], unique=False)
    op.create_table(
        "sales_cover",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("posting_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('receipts', 'summary', 'no_sales')", name=op.f("ck_sales_cover_kind")),
        sa.ForeignKeyConstraint(
            ["partner_id", "posting_no"],
            ["sales_posting.partner_id", "sales_posting.number"],
            name=op.f("fk_sales_cover_partner_id_posting_no"),
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sales_cover_store_id")),
        sa.PrimaryKeyConstraint("store_id", "sold_on", "partner_id", "posting_no", "kind", name=op.f("pk_sales_cover")),
    )
    op.create_index("ix_sales_cover_posting", "sales_cover", ["partner_id", "posting_no"], unique=False)
    op.execute("INSERT INTO region_terms (id, fee_from_bp, fee_to_bp) VALUES (1, 200, 500)")
    op.execute("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'))")


def downgrade() -> None:
    op.drop_index("ix_sales_cover_posting", table_name="sales_cover")
    op.drop_table("sales_cover")
    op.drop_index("ix_sales_posting_upload_id", table_name="sales_posting")
    op.drop_table("sales_posting")
    op.drop_index("ix_sales_parked_open", table_name="sales_parked", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("sales_parked")
    op.drop_table("sales_ignored")
    op.drop_index(op.f("ix_statement_producer_id"), table_name="statement")
    op.drop_table("statement")
    op.drop_index(
        "uq_sales_upload_same",
        table_name="sales_upload",
        postgresql_where=sa.text("status NOT IN ('refused', 'reversed', 'cancelled')"),
    )
    op.drop_index("ix_sales_upload_at", table_name="sales_upload")
    op.drop_table("sales_upload")
    op.drop_table("sales_profile")
    op.drop_table("closing")
    op.drop_table("audit_event")
    op.drop_table("user_account")
    op.drop_index("ix_transfer_debit", table_name="transfer")
    op.drop_index("ix_transfer_credit", table_name="transfer")
    op.drop_table("transfer")
    op.drop_table("store_alias")
    op.drop_table("product_price")
    op.drop_index("ix_product_alias_product_id", table_name="product_alias")
    op.drop_table("product_alias")
    op.drop_index("ix_barcode_product_id", table_name="barcode")
    op.drop_table("barcode")
    op.drop_table("agreement")
    op.drop_table("store")
    op.drop_index(op.f("ix_product_producer_id"), table_name="product")
    op.drop_table("product")
    op.drop_table("account")
    op.drop_table("statement_counter")
    op.drop_table("sales_known")
    op.drop_index("uq_sale_reverses", table_name="sale", postgresql_where=sa.text("reverses_row_no IS NOT NULL"))
    op.drop_index("uq_sale_line", table_name="sale")
    op.drop_index("ix_sale_returns", table_name="sale", postgresql_where=sa.text("returns_row_no IS NOT NULL"))
    op.drop_table("sale")
    op.drop_table("region_terms")
    op.drop_table("producer")
    op.drop_table("partner")
    op.drop_index("ix_notice_waiting", table_name="notice", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_table("notice")
    op.drop_table("audit_head")
