"""Scans have a key, so that one which is sent again after the line was down counts once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_scan", sa.Column("key", sa.String(), nullable=True))
    op.create_index(
        "uq_stock_scan_key",
        "stock_scan",
        ["note_id", "key"],
        unique=True,
        postgresql_where=sa.text("key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_stock_scan_key", table_name="stock_scan", postgresql_where=sa.text("key IS NOT NULL"))
    op.drop_column("stock_scan", "key")
