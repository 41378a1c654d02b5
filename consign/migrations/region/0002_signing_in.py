"""signing in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = "'producer', 'store_manager', 'partner_finance', 'verifier', 'dinas_finance', 'head', 'auditor', 'admin'"
ROLES_NOW = (
    "'producer', 'store_manager', 'partner_finance', 'field_officer', 'verifier', 'dinas_finance',"
    " 'head', 'auditor', 'admin'"
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_user_account_role"), "user_account", type_="check")
    op.create_check_constraint(op.f("ck_user_account_role"), "user_account", f"role IN ({ROLES_NOW})")
    op.add_column("user_account", sa.Column("password_hash", sa.String(), nullable=True))
    op.add_column("user_account", sa.Column("totp_secret", sa.String(), nullable=True))
    op.add_column("user_account", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    op.add_column("user_account", sa.Column("language", sa.String(), server_default="id", nullable=False))
    op.create_check_constraint(op.f("ck_user_account_language"), "user_account", "language IN ('id', 'en')")
    op.add_column("producer", sa.Column("owner_name", sa.String(), nullable=True))
    op.add_column("producer", sa.Column("phone", sa.String(), nullable=True))
    op.add_column("producer", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE producer SET confirmed_at = now()")  # those that are there were added by the dinas
    op.add_column("region_terms", sa.Column("office_name", sa.String(), server_default="Dinas", nullable=False))
    op.add_column("region_terms", sa.Column("office_contact", sa.String(), server_default="", nullable=False))
    op.add_column("region_terms", sa.Column("zone", sa.String(), server_default="Asia/Jakarta", nullable=False))
    op.add_column(
        "region_terms", sa.Column("second_factor_required", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_region_terms_zone"), "region_terms", "zone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')"
    )
    create_session_tables()
    create_failure_and_consent_tables()


def create_session_tables() -> None:
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("acting_for_id", sa.BigInteger(), nullable=True),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["producer.id"], name=op.f("fk_user_session_acting_for_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"])
    op.create_table(
        "user_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'reset', 'code')", name=op.f("ck_user_link_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_link_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_link")),
    )
    op.create_index("ix_user_link_user_id", "user_link", ["user_id"])


def create_failure_and_consent_tables() -> None:
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index("ix_login_failure_login", "login_failure", ["login", "at"])
    op.create_index("ix_login_failure_address", "login_failure", ["address", "at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (producer_id IS NULL)", name=op.f("ck_consent_one_of")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_consent_user_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_consent_producer_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["user_account.id"], name=op.f("fk_consent_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_user_id", "consent", ["user_id"])


def downgrade() -> None:
    for table in ("consent", "login_failure", "user_link", "user_session"):
        op.drop_table(table)
    for column in ("second_factor_required", "zone", "office_contact", "office_name"):
        op.drop_column("region_terms", column)
    for column in ("confirmed_at", "phone", "owner_name"):
        op.drop_column("producer", column)
    for column in ("language", "totp_last_step", "totp_secret", "password_hash"):
        op.drop_column("user_account", column)
    op.drop_constraint(op.f("ck_user_account_role"), "user_account", type_="check")
    op.create_check_constraint(op.f("ck_user_account_role"), "user_account", f"role IN ({ROLES})")
