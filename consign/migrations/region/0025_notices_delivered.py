"""How each person wants to be reached, and each notice on its way to each of its people."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("notice_channel", sa.String(), nullable=True))
    op.add_column("user_account", sa.Column("notice_address", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_user_account_notice_channel"),
        "user_account",
        "notice_channel IN ('none', 'email', 'whatsapp', 'telegram')",
    )
    op.create_check_constraint(
        op.f("ck_user_account_notice_address"),
        "user_account",
        "(notice_address IS NOT NULL) = (coalesce(notice_channel, 'none') <> 'none')",
    )
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')", name=op.f("ck_notice_delivery_state")
        ),
        sa.CheckConstraint("channel IN ('email', 'whatsapp', 'telegram')", name=op.f("ck_notice_delivery_channel")),
        sa.CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name=op.f("ck_notice_delivery_next_at")),
        sa.CheckConstraint("(state = 'sending') = (taken_at IS NOT NULL)", name=op.f("ck_notice_delivery_taken_at")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notice_delivery_sent_at")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_notice_delivery_attempts")),
        sa.CheckConstraint(
            "state NOT IN ('sending', 'sent') OR attempts > 0", name=op.f("ck_notice_delivery_attempted")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_delivery_notice_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_notice_delivery_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("notice_id", "user_id", name=op.f("uq_notice_delivery_notice_id_user_id")),
    )
    op.create_index(
        "ix_notice_delivery_open",
        "notice_delivery",
        ["user_id", "id"],
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(
        "ix_notice_delivery_failed", "notice_delivery", ["id"], postgresql_where=sa.text("state = 'failed'")
    )


def downgrade() -> None:
    op.drop_table("notice_delivery")
    op.drop_constraint(op.f("ck_user_account_notice_address"), "user_account", type_="check")
    op.drop_constraint(op.f("ck_user_account_notice_channel"), "user_account", type_="check")
    op.drop_column("user_account", "notice_address")
    op.drop_column("user_account", "notice_channel")
