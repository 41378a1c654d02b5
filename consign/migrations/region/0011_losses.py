"""losses of goods are settled with statements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NET = conv("ck_statement_net")


def upgrade() -> None:
    op.add_column("statement", sa.Column("losses_rp", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.alter_column("statement", "losses_rp", server_default=None)
    op.drop_constraint(NET, "statement")
    op.create_check_constraint(NET, "statement", "net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp + losses_rp")
    op.create_table(
        "statement_loss",
        sa.Column("loss_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("store_rp", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["loss_id"], ["stock_loss.id"], name=op.f("fk_statement_loss_loss_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_loss_statement_id")),
        sa.PrimaryKeyConstraint("loss_id", name=op.f("pk_statement_loss")),
    )
    op.create_index("ix_statement_loss_statement_id", "statement_loss", ["statement_id"], unique=False)


def downgrade() -> None:
    op.drop_table("statement_loss")
    op.drop_constraint(NET, "statement")
    op.create_check_constraint(NET, "statement", "net_rp = sales_rp - fee_rp - fee_tax_rp + pph23_rp")
    op.drop_column("statement", "losses_rp")
