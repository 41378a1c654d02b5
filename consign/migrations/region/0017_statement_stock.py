"""A closing keeps which movements of goods lie inside its cut, so that a statement's stock never changes afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TAKE_ALL = """
    UPDATE closing SET movement_id = last.id, before_movement_id = last.id
    FROM (SELECT COALESCE(max(id), 0) AS id FROM stock_movement WHERE note_id IS NOT NULL) AS last
    WHERE NOT closing.carries_over"""


def upgrade() -> None:
    for name in ("movement_id", "before_movement_id"):
        op.add_column("closing", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    # Nobody knows which movements older closings knew; taking all of today keeps each next one from counting them again.
    op.execute(TAKE_ALL)


def downgrade() -> None:
    op.drop_column("closing", "before_movement_id")
    op.drop_column("closing", "movement_id")
