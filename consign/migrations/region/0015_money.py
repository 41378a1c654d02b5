"""the money's whole way: routes, payments, bank statements and payouts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CHECKS = (
    (
        "account",
        "kind",
        "kind IN ('partner_owes', 'producer_is_owed')",
        "kind IN ('partner_owes', 'producer_is_owed', 'producer_payable', 'bank', 'unallocated', 'in_transit', 'bank_charges', 'written_off', 'opening')",
    ),
    (
        "account",
        "owner",
        None,
        "(kind IN ('partner_owes', 'producer_is_owed', 'producer_payable')) = (partner_id IS NOT NULL) AND (partner_id IS NULL) = (producer_id IS NULL) AND (kind IN ('bank', 'unallocated', 'in_transit')) = (bank_account_id IS NOT NULL)",
    ),
    (
        "partner",
        "cycle",
        "cycle IN ('week', 'half_month', 'month')",
        "cycle IN ('week', 'two_weeks', 'half_month', 'month')",
    ),
    ("closing", "carries_over", None, "NOT carries_over OR posting_no = 0"),
    (
        "statement",
        "net",
        "net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp + losses_rp",
        "net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp + losses_rp + adjustments_rp + opening_rp",
    ),
    ("statement", "route", None, "route IN ('direct', 'collecting', 'cooperative')"),
    ("agreement", "route", None, "route IN ('direct', 'collecting', 'cooperative')"),
    ("agreement", "receives", None, "route <> 'cooperative' OR cooperative_id IS NOT NULL"),
    ("agreement", "min_payout", None, "min_payout_rp BETWEEN 0 AND 100000000"),
    ("region_terms", "dispute_days", None, "dispute_days BETWEEN 0 AND 90"),
    ("region_terms", "silent_days", None, "silent_days BETWEEN 1 AND 90"),
    ("region_terms", "account_wait_days", None, "account_wait_days BETWEEN 0 AND 90"),
    ("region_terms", "near_amount", None, "near_amount_rp BETWEEN 0 AND 100000"),
    ("region_terms", "legal_term_days", None, "legal_term_days BETWEEN 0 AND 365"),
)
"""Table, name, and what it demanded before and demands now; blank where it did not stand."""

COLUMNS = {
    "account": ("bank_account_id",),
    "agreement": ("route", "min_payout_rp", "cooperative_id", "replaces_id"),
    "closing": ("carries_over", "prepared_by"),
    "region_terms": (
        "fee_source", "closes_by_two", "dispute_days", "silent_days", "account_wait_days", "near_amount_rp",
        "legal_term_days",
    ),
    "statement": ("adjustments_rp", "opening_rp", "earlier_number", "route"),
}  # fmt: skip
TABLES = (
    "statement_adjustment", "adjustment", "dispute", "write_off", "payout_part", "payout", "payout_batch", "payee_account",
    "batch_counter", "payment_answer", "payment_notice_line", "payment_notice", "notice_counter", "bank_match_line",
    "bank_match", "bank_line", "bank_file", "bank_profile", "allocation", "closing_plan", "cooperative_member", "cooperative",
    "bank_account",
)  # fmt: skip


def upgrade() -> None:  # noqa: PLR0915  # tables, one after the other
    op.create_table(
        "bank_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("bank_code", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("bank_code ~ '^[0-9]{3}$'", name=op.f("ck_bank_account_bank_code")),
        sa.CheckConstraint("number ~ '^[0-9]{5,20}$'", name=op.f("ck_bank_account_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint("bank_code", "number", name=op.f("uq_bank_account_bank_code_number")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_account_code")),
    )
    op.create_table(
        "batch_counter",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_batch_counter")),
    )
    op.create_table(
        "cooperative",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperative")),
        sa.UniqueConstraint("code", name=op.f("uq_cooperative_code")),
    )
    op.create_table(
        "notice_counter",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_notice_counter")),
    )
    op.create_table(
        "cooperative_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("cooperative_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(producer_id, producer_id, '[]')"), "&&"),
            (sa.column("days"), "&&"),
            using="gist",
            name="ex_cooperative_member_one",
        ),
        sa.CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name=op.f("ck_cooperative_member_days")),
        sa.ForeignKeyConstraint(
            ["cooperative_id"], ["cooperative.id"], name=op.f("fk_cooperative_member_cooperative_id")
        ),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_cooperative_member_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperative_member")),
    )
    op.create_index(
        op.f("ix_cooperative_member_cooperative_id"), "cooperative_member", ["cooperative_id"], unique=False
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("statement_no", sa.SmallInteger(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("opening_rp", sa.BigInteger(), nullable=False),
        sa.Column("closing_rp", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("new_lines", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("posted_by", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lines >= new_lines AND new_lines >= 0 AND pending >= 0", name=op.f("ck_bank_file_lines")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_bank_file_days")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_bank_file_account_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["user_account.id"], name=op.f("fk_bank_file_posted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint(
            "account_id", "sha256", "statement_no", name=op.f("uq_bank_file_account_id_sha256_statement_no")
        ),
    )
    op.create_index(op.f("ix_bank_file_account_id"), "bank_file", ["account_id"], unique=False)
    op.create_table(
        "bank_match",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('payment', 'payout', 'payout_returned', 'charge', 'refund', 'own_transfer')",
            name=op.f("ck_bank_match_kind"),
        ),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_bank_match_undone")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_bank_match_account_id")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_bank_match_made_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["user_account.id"], name=op.f("fk_bank_match_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
    )
    op.create_index(op.f("ix_bank_match_account_id"), "bank_match", ["account_id"], unique=False)
    op.create_table(
        "bank_profile",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("headers", sa.String(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_bank_profile_account_id")),
        sa.ForeignKeyConstraint(["said_by"], ["user_account.id"], name=op.f("fk_bank_profile_said_by")),
        sa.PrimaryKeyConstraint("account_id", "headers", name=op.f("pk_bank_profile")),
    )
    op.create_table(
        "closing_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("incomplete_reason", sa.String(), nullable=True),
        sa.Column("prepared_by", sa.BigInteger(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), server_default="waiting", nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'waiting') = (ended_at IS NULL)", name=op.f("ck_closing_plan_ended")),
        sa.CheckConstraint("outcome IN ('waiting', 'closed', 'withdrawn')", name=op.f("ck_closing_plan_outcome")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_closing_plan_ended_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_closing_plan_partner_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["user_account.id"], name=op.f("fk_closing_plan_prepared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_plan")),
    )
    op.create_index(
        "uq_closing_plan_waiting",
        "closing_plan",
        ["partner_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'waiting'"),
    )
    op.create_table(
        "payee_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("cooperative_id", sa.BigInteger(), nullable=True),
        sa.Column("bank_code", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("stated_by", sa.BigInteger(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_reason", sa.String(), nullable=True),
        sa.Column("payable_from", sa.Date(), nullable=True),
        sa.CheckConstraint("(outcome = 'waiting') = (decided_at IS NULL)", name=op.f("ck_payee_account_decided")),
        sa.CheckConstraint("bank_code ~ '^[0-9]{3}$'", name=op.f("ck_payee_account_bank_code")),
        sa.CheckConstraint("number ~ '^[0-9]{5,20}$'", name=op.f("ck_payee_account_number")),
        sa.CheckConstraint(
            "outcome <> 'confirmed' OR decided_by <> stated_by", name=op.f("ck_payee_account_two_people")
        ),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'confirmed', 'refused', 'ended')", name=op.f("ck_payee_account_outcome")
        ),
        sa.CheckConstraint(
            "outcome NOT IN ('confirmed', 'ended') OR payable_from IS NOT NULL",
            name=op.f("ck_payee_account_payable_from"),
        ),
        sa.CheckConstraint("(producer_id IS NULL) <> (cooperative_id IS NULL)", name=op.f("ck_payee_account_owner")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_payee_account_cooperative_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_payee_account_decided_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_payee_account_producer_id")),
        sa.ForeignKeyConstraint(["stated_by"], ["user_account.id"], name=op.f("fk_payee_account_stated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_account")),
    )
    op.create_index(
        "uq_payee_account_cooperative",
        "payee_account",
        ["cooperative_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'confirmed'"),
    )
    op.create_index(
        "uq_payee_account_producer",
        "payee_account",
        ["producer_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'confirmed'"),
    )
    op.create_table(
        "payment_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.CheckConstraint("route IN ('direct', 'collecting', 'cooperative')", name=op.f("ck_payment_notice_route")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_payment_notice_withdrawn")),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_payment_notice_amount")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_payment_notice_bank_account_id")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["user_account.id"], name=op.f("fk_payment_notice_noted_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_payment_notice_partner_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["user_account.id"], name=op.f("fk_payment_notice_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_notice_number")),
    )
    op.create_index("ix_payment_notice_partner_id", "payment_notice", ["partner_id", "paid_on"], unique=False)
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(), nullable=False),
        sa.Column("planned_by", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("cancelled_by", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_payout_batch_sent")),
        sa.CheckConstraint("state IN ('planned', 'approved', 'sent', 'cancelled')", name=op.f("ck_payout_batch_state")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'sent') OR approved_by <> planned_by", name=op.f("ck_payout_batch_two_people")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_payout_batch_approved_by")),
        sa.ForeignKeyConstraint(["bank_account_id"], ["bank_account.id"], name=op.f("fk_payout_batch_bank_account_id")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["user_account.id"], name=op.f("fk_payout_batch_cancelled_by")),
        sa.ForeignKeyConstraint(["planned_by"], ["user_account.id"], name=op.f("fk_payout_batch_planned_by")),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_payout_batch_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_batch_number")),
    )
    op.create_index(op.f("ix_payout_batch_bank_account_id"), "payout_batch", ["bank_account_id"], unique=False)
    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("balance_rp", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_rp <> 0", name=op.f("ck_bank_line_amount")),
        sa.CheckConstraint("occurrence >= 1", name=op.f("ck_bank_line_occurrence")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_bank_line_account_id")),
        sa.ForeignKeyConstraint(["file_id"], ["bank_file.id"], name=op.f("fk_bank_line_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint(
            "account_id", "fingerprint", "occurrence", name=op.f("uq_bank_line_account_id_fingerprint_occurrence")
        ),
    )
    op.create_index("ix_bank_line_day", "bank_line", ["account_id", "booked_on"], unique=False)
    op.create_index(op.f("ix_bank_line_file_id"), "bank_line", ["file_id"], unique=False)
    op.create_table(
        "payment_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answer IN ('received', 'not_received', 'taken_as_received')", name=op.f("ck_payment_answer_answer")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"], name=op.f("fk_payment_answer_answered_by")),
        sa.ForeignKeyConstraint(["notice_id"], ["payment_notice.id"], name=op.f("fk_payment_answer_notice_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_payment_answer_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_answer")),
    )
    op.create_index("ix_payment_answer_notice_id", "payment_answer", ["notice_id", "producer_id"], unique=False)
    op.create_table(
        "payout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("cooperative_id", sa.BigInteger(), nullable=True),
        sa.Column("payee_account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("returned_reason", sa.String(), nullable=True),
        sa.Column("return_match_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'paid', 'returned', 'cancelled')", name=op.f("ck_payout_state")
        ),
        sa.CheckConstraint("(producer_id IS NULL) <> (cooperative_id IS NULL)", name=op.f("ck_payout_payee")),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_payout_amount")),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"], name=op.f("fk_payout_batch_id")),
        sa.ForeignKeyConstraint(["cooperative_id"], ["cooperative.id"], name=op.f("fk_payout_cooperative_id")),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_payout_match_id")),
        sa.ForeignKeyConstraint(["payee_account_id"], ["payee_account.id"], name=op.f("fk_payout_payee_account_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_payout_producer_id")),
        sa.ForeignKeyConstraint(["return_match_id"], ["bank_match.id"], name=op.f("fk_payout_return_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_reference")),
    )
    op.create_index(op.f("ix_payout_batch_id"), "payout", ["batch_id"], unique=False)
    op.create_index("ix_payout_producer_id", "payout", ["producer_id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("allocated_by", sa.BigInteger(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('collecting', 'direct', 'written_off_producer', 'written_off_office')",
            name=op.f("ck_allocation_source"),
        ),
        sa.CheckConstraint(
            "amount_rp <> 0 AND (amount_rp < 0) = (reverses_id IS NOT NULL)", name=op.f("ck_allocation_amount")
        ),
        sa.ForeignKeyConstraint(["allocated_by"], ["user_account.id"], name=op.f("fk_allocation_allocated_by")),
        sa.ForeignKeyConstraint(["reverses_id"], ["allocation.id"], name=op.f("fk_allocation_reverses_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_allocation_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_allocation_reverses_id")),
    )
    op.create_index("ix_allocation_cause", "allocation", ["cause"], unique=False)
    op.create_index("ix_allocation_statement_id", "allocation", ["statement_id"], unique=False)
    op.create_table(
        "bank_match_line",
        sa.Column("match_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bank_line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_rp <> 0", name=op.f("ck_bank_match_line_amount")),
        sa.ForeignKeyConstraint(["bank_line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_bank_line_id")),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_bank_match_line_match_id")),
        sa.PrimaryKeyConstraint("match_id", "bank_line_id", name=op.f("pk_bank_match_line")),
    )
    op.create_index("ix_bank_match_line_bank_line_id", "bank_match_line", ["bank_line_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("raised_by", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), server_default="waiting", nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'waiting') = (answered_at IS NULL)", name=op.f("ck_dispute_answered")),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'upheld', 'rejected', 'withdrawn')", name=op.f("ck_dispute_outcome")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_dispute_reason")),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"], name=op.f("fk_dispute_answered_by")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_dispute_product_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["user_account.id"], name=op.f("fk_dispute_raised_by")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_dispute_statement_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_dispute_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_statement_id", "dispute", ["statement_id"], unique=False)
    op.create_table(
        "payment_notice_line",
        sa.Column("notice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_payment_notice_line_amount")),
        sa.ForeignKeyConstraint(["notice_id"], ["payment_notice.id"], name=op.f("fk_payment_notice_line_notice_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_payment_notice_line_statement_id")),
        sa.PrimaryKeyConstraint("notice_id", "statement_id", name=op.f("pk_payment_notice_line")),
    )
    op.create_index("ix_payment_notice_line_statement_id", "payment_notice_line", ["statement_id"], unique=False)
    op.create_table(
        "payout_part",
        sa.Column("payout_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("producer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_payout_part_amount")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_payout_part_partner_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_part_payout_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_payout_part_producer_id")),
        sa.PrimaryKeyConstraint("payout_id", "partner_id", "producer_id", name=op.f("pk_payout_part")),
    )
    op.create_index("ix_payout_part_pair", "payout_part", ["partner_id", "producer_id"], unique=False)
    op.create_table(
        "write_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("borne_by", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'waiting') = (decided_at IS NULL)", name=op.f("ck_write_off_decided")),
        sa.CheckConstraint("borne_by IN ('producer', 'office')", name=op.f("ck_write_off_borne_by")),
        sa.CheckConstraint("outcome IN ('waiting', 'approved', 'refused')", name=op.f("ck_write_off_outcome")),
        sa.CheckConstraint("amount_rp > 0", name=op.f("ck_write_off_amount")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_write_off_two_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_write_off_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user_account.id"], name=op.f("fk_write_off_proposed_by")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_write_off_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off")),
    )
    op.create_index(op.f("ix_write_off_statement_id"), "write_off", ["statement_id"], unique=False)
    op.create_table(
        "adjustment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_rp", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), server_default="waiting", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'waiting') = (decided_at IS NULL)", name=op.f("ck_adjustment_decided")),
        sa.CheckConstraint("outcome IN ('waiting', 'approved', 'refused')", name=op.f("ck_adjustment_outcome")),
        sa.CheckConstraint("amount_rp <> 0", name=op.f("ck_adjustment_amount")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_adjustment_two_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_adjustment_decided_by")),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_adjustment_dispute_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_adjustment_partner_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_adjustment_producer_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user_account.id"], name=op.f("fk_adjustment_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    op.create_index(op.f("ix_adjustment_partner_id"), "adjustment", ["partner_id"], unique=False)
    op.create_table(
        "statement_adjustment",
        sa.Column("adjustment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["adjustment.id"], name=op.f("fk_statement_adjustment_adjustment_id")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_adjustment_statement_id")),
        sa.PrimaryKeyConstraint("adjustment_id", name=op.f("pk_statement_adjustment")),
    )
    op.create_index(
        op.f("ix_statement_adjustment_statement_id"), "statement_adjustment", ["statement_id"], unique=False
    )
    op.add_column("account", sa.Column("bank_account_id", sa.BigInteger(), nullable=True))
    op.alter_column("account", "partner_id", existing_type=sa.BIGINT(), nullable=True)
    op.alter_column("account", "producer_id", existing_type=sa.BIGINT(), nullable=True)
    op.drop_constraint(op.f("uq_account_kind_partner_id_producer_id"), "account", type_="unique")
    op.create_index("ix_account_partner", "account", ["partner_id", "producer_id"], unique=False)
    op.create_index(
        "uq_account_owner",
        "account",
        [
            "kind",
            sa.literal_column("COALESCE(partner_id, 0)"),
            sa.literal_column("COALESCE(producer_id, 0)"),
            sa.literal_column("COALESCE(bank_account_id, 0)"),
        ],
        unique=True,
    )
    op.create_foreign_key(op.f("fk_account_bank_account_id"), "account", "bank_account", ["bank_account_id"], ["id"])
    op.add_column("agreement", sa.Column("route", sa.String(), server_default="direct", nullable=False))
    op.add_column("agreement", sa.Column("min_payout_rp", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("agreement", sa.Column("cooperative_id", sa.BigInteger(), nullable=True))
    op.add_column("agreement", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f("uq_agreement_replaces_id"), "agreement", ["replaces_id"])
    op.create_foreign_key(op.f("fk_agreement_replaces_id"), "agreement", "agreement", ["replaces_id"], ["id"])
    op.create_foreign_key(op.f("fk_agreement_cooperative_id"), "agreement", "cooperative", ["cooperative_id"], ["id"])
    op.add_column("closing", sa.Column("carries_over", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("closing", sa.Column("prepared_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_closing_prepared_by"), "closing", "user_account", ["prepared_by"], ["id"])
    op.add_column("region_terms", sa.Column("fee_source", sa.String(), server_default="", nullable=False))
    op.add_column(
        "region_terms", sa.Column("closes_by_two", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "region_terms", sa.Column("dispute_days", sa.SmallInteger(), server_default=sa.text("7"), nullable=False)
    )
    op.add_column(
        "region_terms", sa.Column("silent_days", sa.SmallInteger(), server_default=sa.text("7"), nullable=False)
    )
    op.add_column(
        "region_terms", sa.Column("account_wait_days", sa.SmallInteger(), server_default=sa.text("3"), nullable=False)
    )
    op.add_column(
        "region_terms", sa.Column("near_amount_rp", sa.BigInteger(), server_default=sa.text("6500"), nullable=False)
    )
    op.add_column(
        "region_terms", sa.Column("legal_term_days", sa.SmallInteger(), server_default=sa.text("15"), nullable=False)
    )
    op.add_column(
        "statement", sa.Column("adjustments_rp", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("statement", sa.Column("opening_rp", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("statement", sa.Column("earlier_number", sa.String(), server_default="", nullable=False))
    op.add_column("statement", sa.Column("route", sa.String(), server_default="direct", nullable=False))
    op.drop_constraint(op.f("uq_statement_closing_id_producer_id"), "statement", type_="unique")
    op.create_index("ix_statement_partner_id", "statement", ["partner_id", "producer_id", "due_on"], unique=False)
    op.create_unique_constraint(
        op.f("uq_statement_closing_id_producer_id_earlier_number"),
        "statement",
        ["closing_id", "producer_id", "earlier_number"],
    )
    op.create_index("ix_transfer_cause", "transfer", ["cause"], unique=False)
    for table, name, before, after in CHECKS:
        if before:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, after)


def downgrade() -> None:
    for table, name, before, _ in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        if before:
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, before)
    op.drop_index("ix_transfer_cause", table_name="transfer")
    op.drop_constraint(op.f("uq_statement_closing_id_producer_id_earlier_number"), "statement")
    op.create_unique_constraint(op.f("uq_statement_closing_id_producer_id"), "statement", ["closing_id", "producer_id"])
    op.drop_index("ix_statement_partner_id", table_name="statement")
    op.drop_index("uq_account_owner", table_name="account")
    op.drop_index("ix_account_partner", table_name="account")
    op.create_unique_constraint(
        op.f("uq_account_kind_partner_id_producer_id"), "account", ["kind", "partner_id", "producer_id"]
    )
    op.alter_column("account", "producer_id", nullable=False)
    op.alter_column("account", "partner_id", nullable=False)
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
    for table in TABLES:
        op.drop_table(table)
