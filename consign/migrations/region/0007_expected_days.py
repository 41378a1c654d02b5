"""expected days of stores, and reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store_week",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.SmallInteger(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_store_week_weekdays")),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"], name=op.f("fk_store_week_set_by")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_week_store_id")),
        sa.PrimaryKeyConstraint("store_id", "from_on", name=op.f("pk_store_week")),
    )
    op.create_table(
        "store_closure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_store_closure_days")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_store_closure_reason")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_store_closure_partner_id")),
        sa.ForeignKeyConstraint(["said_by"], ["user_account.id"], name=op.f("fk_store_closure_said_by")),
        sa.ForeignKeyConstraint(
            ["store_id", "partner_id"],
            ["store.id", "store.partner_id"],
            name=op.f("fk_store_closure_store_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_closure")),
    )
    op.create_index("ix_store_closure_partner_id", "store_closure", ["partner_id", "until_on"], unique=False)
    op.create_table(
        "store_closure_end",
        sa.Column("closure_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closure_id"], ["store_closure.id"], name=op.f("fk_store_closure_end_closure_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_store_closure_end_ended_by")),
        sa.PrimaryKeyConstraint("closure_id", name=op.f("pk_store_closure_end")),
    )
    op.create_table(
        "sales_reminder",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("missing > 0 AND until_on < day", name=op.f("ck_sales_reminder_missing")),
        sa.CheckConstraint("step IN (1, 2, 3)", name=op.f("ck_sales_reminder_step")),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_sales_reminder_sent_by")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sales_reminder_store_id")),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_sales_reminder")),
    )


def downgrade() -> None:
    op.drop_table("sales_reminder")
    op.drop_table("store_closure_end")
    op.drop_index("ix_store_closure_partner_id", table_name="store_closure")
    op.drop_table("store_closure")
    op.drop_table("store_week")
