"""What stood open before these books began, and reminders of what is not paid."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_carry_over()
    _add_reminders()
    op.add_column("dispute", sa.Column("side", sa.String(), nullable=False))
    op.create_check_constraint(op.f("ck_dispute_side"), "dispute", "side IN ('producer', 'partner')")
    op.add_column("adjustment", sa.Column("remark", sa.String(), server_default="", nullable=False))
    op.drop_constraint(op.f("ck_adjustment_two_people"), "adjustment", type_="check")
    op.create_check_constraint(
        op.f("ck_adjustment_two_people"), "adjustment", "outcome <> 'approved' OR decided_by <> proposed_by"
    )


def _add_carry_over() -> None:
    op.create_table(
        "carry_over",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("prepared_by", sa.BigInteger(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), server_default="waiting", nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("outcome IN ('waiting', 'confirmed', 'withdrawn')", name=op.f("ck_carry_over_outcome")),
        sa.CheckConstraint("(outcome = 'waiting') = (ended_at IS NULL)", name=op.f("ck_carry_over_ended")),
        sa.CheckConstraint("outcome <> 'confirmed' OR ended_by <> prepared_by", name=op.f("ck_carry_over_two_people")),
        sa.CheckConstraint("(outcome = 'confirmed') = (closing_id IS NOT NULL)", name=op.f("ck_carry_over_closing")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_carry_over_partner_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["user_account.id"], name=op.f("fk_carry_over_prepared_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_carry_over_ended_by")),
        sa.ForeignKeyConstraint(["closing_id"], ["closing.id"], name=op.f("fk_carry_over_closing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carry_over")),
        sa.UniqueConstraint("closing_id", name=op.f("uq_carry_over_closing_id")),
    )
    op.create_index(
        "uq_carry_over_standing",
        "carry_over",
        ["partner_id"],
        unique=True,
        postgresql_where=sa.text("outcome <> 'withdrawn'"),
    )
    op.create_table(
        "carry_over_row",
        sa.Column("carry_over_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("earlier_number", sa.String(), server_default="", nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('statement', 'received')", name=op.f("ck_carry_over_row_kind")),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_carry_over_row_amount")),
        sa.CheckConstraint(
            "(kind = 'statement') = (earlier_number <> '') AND (kind = 'statement') = (until_on IS NOT NULL)"
            " AND (until_on IS NULL) = (from_on IS NULL) AND (until_on IS NULL) = (due_on IS NULL)",
            name=op.f("ck_carry_over_row_facts"),
        ),
        sa.ForeignKeyConstraint(["carry_over_id"], ["carry_over.id"], name=op.f("fk_carry_over_row_carry_over_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_carry_over_row_producer_id")),
        sa.PrimaryKeyConstraint("carry_over_id", "row_no", name=op.f("pk_carry_over_row")),
        sa.UniqueConstraint(
            "carry_over_id", "producer_id", "earlier_number",
            name=op.f("uq_carry_over_row_carry_over_id_producer_id_earlier_number"),
        ),
    )  # fmt: skip


def _add_reminders() -> None:
    op.create_table(
        "payment_reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('friendly', 'first', 'second', 'letter')", name=op.f("ck_payment_reminder_step")),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_payment_reminder_amount")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_payment_reminder_partner_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_payment_reminder_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_reminder")),
        sa.UniqueConstraint("partner_id", "day", name=op.f("uq_payment_reminder_partner_id_day")),
    )
    op.create_table(
        "payment_reminder_statement",
        sa.Column("reminder_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("open_rp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("open_rp > 0", name=op.f("ck_payment_reminder_statement_open")),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["payment_reminder.id"], name=op.f("fk_payment_reminder_statement_reminder_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_payment_reminder_statement_statement_id")
        ),
        sa.PrimaryKeyConstraint("reminder_id", "statement_id", name=op.f("pk_payment_reminder_statement")),
    )
    op.create_table(
        "payment_look",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("partners", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("partners >= 0", name=op.f("ck_payment_look_partners")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_payment_look")),
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_adjustment_two_people"), "adjustment", type_="check")
    op.create_check_constraint(op.f("ck_adjustment_two_people"), "adjustment", "decided_by <> proposed_by")
    op.drop_column("adjustment", "remark")
    op.drop_constraint(op.f("ck_dispute_side"), "dispute", type_="check")
    op.drop_column("dispute", "side")
    for table in ("payment_look", "payment_reminder_statement", "payment_reminder", "carry_over_row", "carry_over"):
        op.drop_table(table)
