"""What is remarked on a payment notice, and whom of the producers it asked once more."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_notice", sa.Column("remark", sa.String(), server_default="", nullable=False))
    op.create_table(
        "payment_reminder",
        sa.Column("notice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("producer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["payment_notice.id"], name=op.f("fk_payment_reminder_notice_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_payment_reminder_producer_id")),
        sa.PrimaryKeyConstraint("notice_id", "producer_id", name=op.f("pk_payment_reminder")),
    )


def downgrade() -> None:
    op.drop_table("payment_reminder")
    op.drop_column("payment_notice", "remark")
