"""Goods in stores: notes, movements, what stands where, losses; sales posted before are carried over as movements."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CARRY_OVER = """
    INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, partner_id, posting_no)
    SELECT store_id, product_id, sold_on, 'sold', -sum(quantity), partner_id, posting_no FROM sale
    GROUP BY store_id, product_id, sold_on, partner_id, posting_no HAVING sum(quantity) <> 0
    ORDER BY store_id, sold_on, product_id, posting_no"""


def upgrade() -> None:
    op.add_column("agreement", sa.Column("loss_store_bp", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_agreement_loss_share"), "agreement", "loss_store_bp IS NULL OR loss_store_bp BETWEEN 0 AND 10000"
    )
    for column in ("loss_contest_days", "pull_back_days"):
        op.add_column("region_terms", sa.Column(column, sa.SmallInteger(), server_default=sa.text("7"), nullable=False))
        op.create_check_constraint(op.f(f"ck_region_terms_{column}"), "region_terms", f"{column} BETWEEN 0 AND 90")
    op.create_table(
        "stock_counter",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_stock_counter")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("store_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("line_no", sa.SmallInteger(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("posting_no", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'sold') = (posting_no IS NOT NULL) AND (posting_no IS NULL) = (partner_id IS NULL) AND (kind = 'sold') = (note_id IS NULL) AND (note_id IS NULL) = (line_no IS NULL)",
            name=op.f("ck_stock_movement_cause"),
        ),
        sa.CheckConstraint(
            "kind IN ('received', 'sold', 'returned', 'transferred', 'written_off', 'opening', 'counted')",
            name=op.f("ck_stock_movement_kind"),
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movement_quantity")),
        sa.PrimaryKeyConstraint("store_id", "day", "product_id", "id", name=op.f("pk_stock_movement")),
    )
    op.create_index(
        "ix_stock_movement_note",
        "stock_movement",
        ["note_id", "line_no"],
        unique=False,
        postgresql_where=sa.text("note_id IS NOT NULL"),
    )
    op.create_index(
        "uq_stock_movement_id", "stock_movement", ["id"], unique=True, postgresql_where=sa.text("note_id IS NOT NULL")
    )
    op.create_index(
        "uq_stock_movement_reverses",
        "stock_movement",
        ["reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "stock_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_batch_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_batch")),
    )
    op.create_index("ix_stock_batch_expires_on", "stock_batch", ["expires_on"], unique=False)
    op.create_index(
        "uq_stock_batch_same",
        "stock_batch",
        ["product_id", "code", sa.literal_column("COALESCE(expires_on, 'infinity')")],
        unique=True,
    )
    op.create_table(
        "stock_level",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("on_hand", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("short", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.CheckConstraint("last_on >= begins_on", name=op.f("ck_stock_level_days")),
        sa.CheckConstraint("short >= 0", name=op.f("ck_stock_level_short")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_level_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_stock_level_store_id")),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("pk_stock_level")),
    )
    op.create_index("ix_stock_level_product_id", "stock_level", ["product_id"], unique=False)
    op.create_index(
        "ix_stock_level_short", "stock_level", ["store_id"], unique=False, postgresql_where=sa.text("on_hand < 0")
    )
    op.create_table(
        "stock_batch_level",
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_batch_level_quantity")),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_stock_batch_level_batch_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "product_id"],
            ["stock_level.store_id", "stock_level.product_id"],
            name=op.f("fk_stock_batch_level_store_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "product_id", "batch_id", name=op.f("pk_stock_batch_level")),
    )
    op.create_index(
        "ix_stock_batch_level_batch_id",
        "stock_batch_level",
        ["batch_id"],
        unique=False,
        postgresql_where=sa.text("quantity > 0"),
    )
    op.create_table(
        "stock_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("to_store_id", sa.BigInteger(), nullable=True),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("answers_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'count') = (is_full IS NOT NULL)", name=op.f("ck_stock_note_full")),
        sa.CheckConstraint("(kind = 'transfer') = (to_store_id IS NOT NULL)", name=op.f("ck_stock_note_to_store")),
        sa.CheckConstraint(
            "(state IN ('cancelled', 'reversed')) = (ended_reason IS NOT NULL AND ended_by IS NOT NULL)",
            name=op.f("ck_stock_note_ended"),
        ),
        sa.CheckConstraint("answers_id IS NULL OR kind = 'return'", name=op.f("ck_stock_note_answers")),
        sa.CheckConstraint(
            "kind IN ('delivery', 'return', 'pull_back', 'transfer', 'write_off', 'count')",
            name=op.f("ck_stock_note_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('delivery', 'return', 'pull_back') OR producer_id IS NOT NULL",
            name=op.f("ck_stock_note_producer"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'sent', 'open', 'recorded', 'confirmed', 'answered', 'cancelled', 'reversed')",
            name=op.f("ck_stock_note_state"),
        ),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_on IS NULL)", name=op.f("ck_stock_note_confirmed")),
        sa.CheckConstraint("to_store_id <> store_id", name=op.f("ck_stock_note_two_stores")),
        sa.ForeignKeyConstraint(["answers_id"], ["stock_note.id"], name=op.f("fk_stock_note_answers_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user_account.id"], name=op.f("fk_stock_note_confirmed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_stock_note_ended_by")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_stock_note_made_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_stock_note_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_stock_note_producer_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "partner_id"], ["store.id", "store.partner_id"], name=op.f("fk_stock_note_store_id_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_store_id", "partner_id"],
            ["store.id", "store.partner_id"],
            name=op.f("fk_stock_note_to_store_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_note")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_note_number")),
    )
    op.create_index(
        "ix_stock_note_answers",
        "stock_note",
        ["answers_id"],
        unique=False,
        postgresql_where=sa.text("answers_id IS NOT NULL"),
    )
    op.create_index("ix_stock_note_producer", "stock_note", ["producer_id", "kind", "day"], unique=False)
    op.create_index("ix_stock_note_store", "stock_note", ["store_id", "kind", "day"], unique=False)
    op.create_index(
        "ix_stock_note_to_store",
        "stock_note",
        ["to_store_id"],
        unique=False,
        postgresql_where=sa.text("to_store_id IS NOT NULL"),
    )
    op.create_index(
        "ix_stock_note_waiting",
        "stock_note",
        ["store_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'sent', 'open')"),
    )
    op.create_table(
        "stock_loss",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("movement_id", sa.BigInteger(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("price_rp", sa.BigInteger(), nullable=True),
        sa.Column("fee_rate_bp", sa.SmallInteger(), nullable=False),
        sa.Column("value_rp", sa.BigInteger(), nullable=False),
        sa.Column("store_bp", sa.SmallInteger(), nullable=True),
        sa.Column("contest_until", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('unsold', 'near_expiry', 'expired', 'damaged', 'missing', 'recalled', 'papers', 'sample', 'rotation')",
            name=op.f("ck_stock_loss_reason"),
        ),
        sa.CheckConstraint("fee_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_stock_loss_fee_rate")),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_loss_quantity")),
        sa.CheckConstraint("store_bp IS NULL OR store_bp BETWEEN 0 AND 10000", name=op.f("ck_stock_loss_share")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_stock_loss_agreement_id")),
        sa.ForeignKeyConstraint(["note_id"], ["stock_note.id"], name=op.f("fk_stock_loss_note_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_stock_loss_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_stock_loss_producer_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_loss_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_stock_loss_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_loss")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_stock_loss_movement_id")),
    )
    op.create_index("ix_stock_loss_note_id", "stock_loss", ["note_id"], unique=False)
    op.create_index("ix_stock_loss_partner", "stock_loss", ["partner_id", "contest_until"], unique=False)
    op.create_index("ix_stock_loss_producer", "stock_loss", ["producer_id", "day"], unique=False)
    op.create_table(
        "stock_note_line",
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.SmallInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("price_rp", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("opens", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "reason IS NULL OR reason IN ('unsold', 'near_expiry', 'expired', 'damaged', 'missing', 'recalled', 'papers', 'sample', 'rotation')",
            name=op.f("ck_stock_note_line_reason"),
        ),
        sa.CheckConstraint("price_rp IS NULL OR price_rp > 0", name=op.f("ck_stock_note_line_price")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_note_line_quantity")),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_stock_note_line_batch_id")),
        sa.ForeignKeyConstraint(["note_id"], ["stock_note.id"], name=op.f("fk_stock_note_line_note_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_note_line_product_id")),
        sa.PrimaryKeyConstraint("note_id", "line_no", name=op.f("pk_stock_note_line")),
    )
    op.create_index("ix_stock_note_line_product_id", "stock_note_line", ["product_id"], unique=False)
    op.create_table(
        "stock_scan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("scanned_by", sa.BigInteger(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_scan_quantity")),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_stock_scan_batch_id")),
        sa.ForeignKeyConstraint(["note_id"], ["stock_note.id"], name=op.f("fk_stock_scan_note_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_scan_product_id")),
        sa.ForeignKeyConstraint(["scanned_by"], ["user_account.id"], name=op.f("fk_stock_scan_scanned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_scan")),
    )
    op.create_index("ix_stock_scan_note_id", "stock_scan", ["note_id"], unique=False)
    op.create_table(
        "stock_contest",
        sa.Column("loss_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("contested_by", sa.BigInteger(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_stock_contest_reason")),
        sa.CheckConstraint("side IN ('producer', 'store')", name=op.f("ck_stock_contest_side")),
        sa.ForeignKeyConstraint(["contested_by"], ["user_account.id"], name=op.f("fk_stock_contest_contested_by")),
        sa.ForeignKeyConstraint(["loss_id"], ["stock_loss.id"], name=op.f("fk_stock_contest_loss_id")),
        sa.PrimaryKeyConstraint("loss_id", name=op.f("pk_stock_contest")),
    )
    op.create_table(
        "stock_loss_decision",
        sa.Column("loss_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_bp", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_stock_loss_decision_reason")),
        sa.CheckConstraint("store_bp BETWEEN 0 AND 10000", name=op.f("ck_stock_loss_decision_share")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_stock_loss_decision_decided_by")),
        sa.ForeignKeyConstraint(["loss_id"], ["stock_loss.id"], name=op.f("fk_stock_loss_decision_loss_id")),
        sa.PrimaryKeyConstraint("loss_id", name=op.f("pk_stock_loss_decision")),
    )
    op.create_table(
        "stock_refusal",
        sa.Column("note_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.CheckConstraint(
            "reason IN ('short', 'damaged', 'near_expiry', 'expired', 'price', 'papers', 'not_ordered', 'other')",
            name=op.f("ck_stock_refusal_reason"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_refusal_quantity")),
        sa.ForeignKeyConstraint(
            ["note_id", "line_no"],
            ["stock_note_line.note_id", "stock_note_line.line_no"],
            name=op.f("fk_stock_refusal_note_id_line_no"),
        ),
        sa.PrimaryKeyConstraint("note_id", "line_no", "reason", name=op.f("pk_stock_refusal")),
    )
    op.execute(CARRY_OVER)


def downgrade() -> None:
    for table in (
        "stock_refusal",
        "stock_loss_decision",
        "stock_contest",
        "stock_scan",
        "stock_note_line",
        "stock_loss",
        "stock_note",
        "stock_batch_level",
        "stock_level",
        "stock_batch",
        "stock_movement",
        "stock_counter",
    ):
        op.drop_table(table)
    for column in ("loss_contest_days", "pull_back_days"):
        op.drop_constraint(op.f(f"ck_region_terms_{column}"), "region_terms")
        op.drop_column("region_terms", column)
    op.drop_constraint(op.f("ck_agreement_loss_share"), "agreement")
    op.drop_column("agreement", "loss_store_bp")
