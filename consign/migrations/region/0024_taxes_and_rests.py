"""Whether a partner is a firm and a PKP, and rests below zero of before these books."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ROW = "carry_over_row"


def upgrade() -> None:
    op.add_column("partner", sa.Column("is_entity", sa.Boolean(), nullable=True))
    op.add_column("partner", sa.Column("npwp", sa.String(), nullable=True))
    op.add_column("partner", sa.Column("is_pkp", sa.Boolean(), nullable=True))
    op.add_column("partner", sa.Column("pkp_since", sa.Date(), nullable=True))
    op.create_check_constraint(op.f("ck_partner_npwp"), "partner", "npwp IS NULL OR npwp ~ '^[0-9]{15,16}$'")
    op.create_check_constraint(op.f("ck_partner_pkp_since"), "partner", "(is_pkp IS TRUE) = (pkp_since IS NOT NULL)")
    op.create_check_constraint(op.f("ck_partner_pkp_number"), "partner", "is_pkp IS NOT TRUE OR npwp IS NOT NULL")
    _replace_row_checks(
        kind="kind IN ('statement', 'received', 'rest')",
        amount="amount_rp <> 0 AND (amount_rp < 0) = (kind = 'rest')",
        facts="(kind <> 'received') = (earlier_number <> '') AND (kind <> 'received') = (until_on IS NOT NULL)"
        " AND (until_on IS NULL) = (from_on IS NULL) AND (kind = 'statement') = (due_on IS NOT NULL)",
    )


def _replace_row_checks(**checks: str) -> None:
    for name, condition in checks.items():
        op.drop_constraint(op.f(f"ck_{ROW}_{name}"), ROW, type_="check")
        op.create_check_constraint(op.f(f"ck_{ROW}_{name}"), ROW, condition)


def downgrade() -> None:
    _replace_row_checks(
        kind="kind IN ('statement', 'received')",
        amount="amount_rp > 0",
        facts="(kind = 'statement') = (earlier_number <> '') AND (kind = 'statement') = (until_on IS NOT NULL)"
        " AND (until_on IS NULL) = (from_on IS NULL) AND (until_on IS NULL) = (due_on IS NULL)",
    )
    for name in ("pkp_number", "pkp_since", "npwp"):
        op.drop_constraint(op.f(f"ck_partner_{name}"), "partner", type_="check")
    for name in ("pkp_since", "is_pkp", "npwp", "is_entity"):
        op.drop_column("partner", name)
