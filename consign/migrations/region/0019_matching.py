"""which payment notice a match is of."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_match", sa.Column("notice_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_bank_match_notice_id"), "bank_match", "payment_notice", ["notice_id"], ["id"])
    op.create_index("ix_bank_match_notice_id", "bank_match", ["notice_id"])


def downgrade() -> None:
    op.drop_index("ix_bank_match_notice_id", table_name="bank_match")
    op.drop_constraint(op.f("fk_bank_match_notice_id"), "bank_match")
    op.drop_column("bank_match", "notice_id")
