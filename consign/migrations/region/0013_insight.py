"""What people were told of goods that near their end or run out, and how steadily producers supplied."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_reminder",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage IN ('week', 'pull_back', 'expired')", name=op.f("ck_batch_reminder_stage")),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_batch_reminder_batch_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_batch_reminder_store_id")),
        sa.PrimaryKeyConstraint("store_id", "batch_id", "stage", name=op.f("pk_batch_reminder")),
    )
    op.create_table(
        "shortage_reminder",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("risk_percent", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("risk_percent BETWEEN 0 AND 100", name=op.f("ck_shortage_reminder_risk")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_shortage_reminder_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_shortage_reminder_store_id")),
        sa.PrimaryKeyConstraint("store_id", "product_id", "came_on", name=op.f("pk_shortage_reminder")),
    )
    op.create_table(
        "producer_continuity",
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("places", "at_risk", "in_stock_days", "out_days")
        ),
        *(
            sa.Column(name, sa.Numeric(precision=15, scale=3), nullable=False)
            for name in ("sold", "missed", "sent", "accepted")
        ),
        sa.CheckConstraint("accepted <= sent", name=op.f("ck_producer_continuity_accepted")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_continuity_producer_id")),
        sa.PrimaryKeyConstraint("producer_id", "day", name=op.f("pk_producer_continuity")),
    )
    op.create_index("ix_producer_continuity_day", "producer_continuity", ["day"], unique=False)


def downgrade() -> None:
    for table in ("producer_continuity", "shortage_reminder", "batch_reminder"):
        op.drop_table(table)
