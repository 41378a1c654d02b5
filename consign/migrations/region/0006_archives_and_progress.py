"""archives and progress."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUSES = "'received', 'needs_mapping', 'refused', 'read', 'posted', 'reversed', 'cancelled'"


def upgrade() -> None:
    op.create_table(
        "sales_progress",
        sa.Column("upload_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("rows_total", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('reading', 'deciding', 'posting')", name=op.f("ck_sales_progress_step")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_sales_progress")),
    )
    op.add_column("sales_upload", sa.Column("archive_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_sales_upload_archive_id"), "sales_upload", "sales_upload", ["archive_id"], ["id"])
    op.create_index(
        "ix_sales_upload_archive_id",
        "sales_upload",
        ["archive_id"],
        unique=False,
        postgresql_where=sa.text("archive_id IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_sales_upload_status"), "sales_upload")
    op.create_check_constraint(op.f("ck_sales_upload_status"), "sales_upload", f"status IN ({STATUSES}, 'unpacked')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_sales_upload_status"), "sales_upload")
    op.create_check_constraint(op.f("ck_sales_upload_status"), "sales_upload", f"status IN ({STATUSES})")
    op.drop_index(
        "ix_sales_upload_archive_id", table_name="sales_upload", postgresql_where=sa.text("archive_id IS NOT NULL")
    )
    op.drop_constraint(op.f("fk_sales_upload_archive_id"), "sales_upload", type_="foreignkey")
    op.drop_column("sales_upload", "archive_id")
    op.drop_table("sales_progress")
