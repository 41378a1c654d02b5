"""Room in the pages of accounts, whose sums change in place."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE account SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE account RESET (fillfactor)")
