"""what producers say to payouts, and layouts of the files that banks want."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('received', 'not_received')", name=op.f("ck_payout_answer_answer")),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"], name=op.f("fk_payout_answer_answered_by")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_answer_payout_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_payout_answer_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_answer")),
    )
    op.create_index("ix_payout_answer_payout_id", "payout_answer", ["payout_id", "producer_id"])
    op.create_table(
        "payout_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("separator", sa.String(), nullable=False),
        sa.Column("header_lines", postgresql.JSONB(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('csv', 'xlsx', 'txt')", name=op.f("ck_payout_template_kind")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_payout_template_name")),
        sa.ForeignKeyConstraint(["changed_by"], ["user_account.id"], name=op.f("fk_payout_template_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_template")),
        sa.UniqueConstraint("name", name=op.f("uq_payout_template_name")),
    )


def downgrade() -> None:
    op.drop_table("payout_template")
    op.drop_table("payout_answer")
