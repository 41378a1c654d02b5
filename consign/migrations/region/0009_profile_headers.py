"""Profiles keep the header they were confirmed for, so that a changed one can be told from a new one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales_profile", sa.Column("headers", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("sales_profile", "headers")
