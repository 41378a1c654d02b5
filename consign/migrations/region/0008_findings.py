"""findings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ALIASES = ("product_alias", "store_alias")


def upgrade() -> None:
    for table in ALIASES:
        op.add_column(table, sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("ended_reason", sa.String(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_ended"), table, "(ended_at IS NULL) = (ended_reason IS NULL)")
    op.create_table(
        "sales_finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("posting_no", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("lines > 0", name=op.f("ck_sales_finding_lines")),
        sa.ForeignKeyConstraint(
            ["partner_id", "posting_no"],
            ["sales_posting.partner_id", "sales_posting.number"],
            name=op.f("fk_sales_finding_partner_id_posting_no"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sales_finding_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sales_finding_store_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["sales_upload.id"], name=op.f("fk_sales_finding_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_finding")),
    )
    op.create_index("ix_sales_finding_upload_id", "sales_finding", ["upload_id", "code"])


def downgrade() -> None:
    op.drop_table("sales_finding")
    for table in ALIASES:
        op.drop_constraint(op.f(f"ck_{table}_ended"), table)
        for column in ("ended_reason", "ended_at", "added_at"):
            op.drop_column(table, column)
