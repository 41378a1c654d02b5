"""Lists of movements that were handed in, and what each said of its notes, so that none is recorded twice."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("handed_in_by", sa.BigInteger(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["handed_in_by"], ["user_account.id"], name=op.f("fk_stock_import_handed_in_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_import")),
    )
    op.create_table(
        "stock_import_note",
        sa.Column("note_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["stock_import.id"], name=op.f("fk_stock_import_note_import_id")),
        sa.ForeignKeyConstraint(["note_id"], ["stock_note.id"], name=op.f("fk_stock_import_note_note_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_stock_import_note_producer_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_stock_import_note_store_id")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_stock_import_note")),
    )
    op.create_index(
        "uq_stock_import_note_same",
        "stock_import_note",
        ["store_id", "kind", "reference", sa.literal_column("COALESCE(producer_id, 0)"), "sha256"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("stock_import_note")
    op.drop_table("stock_import")
