"""People of cooperatives, who act for the members that mandated theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROLES_NOW = (
    "'producer', 'cooperative', 'store_manager', 'partner_finance', 'field_officer', 'verifier', 'dinas_finance',"
    " 'head', 'auditor', 'admin'"
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_user_account_role"), "user_account", type_="check")
    op.create_check_constraint(op.f("ck_user_account_role"), "user_account", f"role IN ({ROLES_NOW})")
    op.add_column("user_account", sa.Column("cooperative_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_user_account_cooperative_id"), "user_account", "cooperative", ["cooperative_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_user_account_cooperative_scope"),
        "user_account",
        "(role = 'cooperative') = (cooperative_id IS NOT NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_user_account_cooperative_scope"), "user_account", type_="check")
    op.drop_column("user_account", "cooperative_id")
    op.drop_constraint(op.f("ck_user_account_role"), "user_account", type_="check")
    before = ROLES_NOW.replace("'cooperative', ", "")
    op.create_check_constraint(op.f("ck_user_account_role"), "user_account", f"role IN ({before})")
