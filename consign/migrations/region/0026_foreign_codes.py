"""Codes of a partner's tills that are none of the goods on consignment."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "foreign_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code <> '' AND note <> ''", name=op.f("ck_foreign_code_said")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_foreign_code_ended")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_foreign_code_partner_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_foreign_code_store_id")),
        sa.ForeignKeyConstraint(["said_by"], ["user_account.id"], name=op.f("fk_foreign_code_said_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_foreign_code_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_code")),
    )
    op.create_index(
        "uq_foreign_code_same",
        "foreign_code",
        ["partner_id", sa.text("COALESCE(store_id, 0)"), "code"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("foreign_code")
