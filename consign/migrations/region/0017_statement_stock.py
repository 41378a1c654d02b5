"""A closing keeps which movements of goods lie inside its cut, so that a statement's stock never changes afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

LAST = "(SELECT COALESCE(max(id), 0) FROM stock_movement WHERE note_id IS NOT NULL)"


def upgrade() -> None:
    for name in ("movement_id", "before_movement_id"):
        op.add_column("closing", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    # Nobody knows which movements older closings knew; taking all of today keeps each next one from counting them again.
    op.execute(f"UPDATE closing SET movement_id = {LAST}, before_movement_id = {LAST} WHERE NOT carries_over")


def downgrade() -> None:
    op.drop_column("closing", "before_movement_id")
    op.drop_column("closing", "movement_id")
