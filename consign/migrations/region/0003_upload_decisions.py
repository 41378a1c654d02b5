"""upload decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sales_upload",
        sa.Column("decisions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index("ix_sales_upload_received", "sales_upload", ["id"], postgresql_where=sa.text("status = 'received'"))


def downgrade() -> None:
    op.drop_index("ix_sales_upload_received", table_name="sales_upload")
    op.drop_column("sales_upload", "decisions")
