"""barcodes and labels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHECKS = (
    (
        "product",
        "packaging",
        "packaging IS NULL OR packaging IN ('glass', 'plastic', 'paper', 'can', 'foil', 'other', 'composite', 'double')",
    ),
    ("product", "pieces", "pieces > 0"),
    ("product", "shelf_life", "shelf_life_days IS NULL OR shelf_life_days > 0"),
    ("product", "sold", "sold_until IS NULL OR sold_from IS NULL OR sold_until >= sold_from"),
    ("product", "photo", "(photo_sha256 IS NULL) = (thumb_sha256 IS NULL)"),
    ("barcode", "days", "until_on IS NULL OR until_on >= from_on - 1"),
    ("barcode", "kind", "kind IN ('gtin', 'city')"),
    ("barcode", "serial", "(kind = 'city') = (serial IS NOT NULL)"),
    ("barcode", "prefix", "(prefix IS NULL) = (serial IS NULL)"),
    ("barcode", "city_number", "kind <> 'city' OR number ~ '^2[0-9]{12}$'"),
    ("barcode", "retired", "(retired_at IS NULL) = (retired_reason IS NULL)"),
    ("barcode", "retired_until", "retired_at IS NULL OR until_on IS NOT NULL"),
)
STOCK_COLUMNS = (
    "name", "is_roll", "page_width_um", "page_height_um", "label_width_um", "label_height_um", "columns", "rows",
    "left_um", "top_um", "pitch_x_um", "pitch_y_um", "dpi", "note",
)  # fmt: skip
GUESSED = "Ukuran label menurut kemasannya; letaknya di lembar belum pasti. Cetak halaman kalibrasi dahulu."
MEASURED = "Ukuran lembar dan jarak menurut ukuran yang dipakai banyak orang. Cetak halaman kalibrasi dahulu."
COMMON = "Ukuran umum di pasaran."
STOCKS = (
    (
        "Tom & Jerry 103",
        False,
        165_000,
        210_000,
        64_000,
        32_000,
        2,
        6,
        16_000,
        5_000,
        69_000,
        34_000,
        600,
        GUESSED,
    ),
    (
        "Tom & Jerry 107",
        False,
        165_000,
        210_000,
        50_000,
        18_000,
        3,
        10,
        3_000,
        7_000,
        55_000,
        20_000,
        600,
        MEASURED,
    ),
    (
        "Tom & Jerry 121",
        False,
        165_000,
        210_000,
        75_000,
        38_000,
        2,
        5,
        5_000,
        7_000,
        80_000,
        40_000,
        600,
        GUESSED,
    ),
    (
        "A4 3x7",
        False,
        210_000,
        297_000,
        63_500,
        38_100,
        3,
        7,
        7_250,
        15_150,
        66_000,
        38_100,
        600,
        COMMON,
    ),
    ("A4 3x8", False, 210_000, 297_000, 70_000, 37_000, 3, 8, 0, 500, 70_000, 37_000, 600, COMMON),
    (
        "A4 2x7",
        False,
        210_000,
        297_000,
        99_100,
        38_100,
        2,
        7,
        4_650,
        15_150,
        101_600,
        38_100,
        600,
        COMMON,
    ),
    ("Termal 33x15 3 lajur", True, 105_000, 15_000, 33_000, 15_000, 3, 1, 1_000, 0, 35_000, 17_000, 203, COMMON),
    ("Termal 40x30", True, 40_000, 30_000, 40_000, 30_000, 1, 1, 0, 0, 42_000, 32_000, 203, COMMON),
    ("Termal 50x20", True, 50_000, 20_000, 50_000, 20_000, 1, 1, 0, 0, 52_000, 22_000, 203, COMMON),
    ("Termal 50x30", True, 50_000, 30_000, 50_000, 30_000, 1, 1, 0, 0, 52_000, 32_000, 203, COMMON),
    ("Termal 58x40", True, 58_000, 40_000, 58_000, 40_000, 1, 1, 0, 0, 60_000, 42_000, 203, COMMON),
)
"""Papers with their measures in micrometres. Sources: counts and the grid of 107 as label software states them, sizes as
on the packs and in shops; read 2026-11-22."""


def upgrade() -> None:
    op.create_table(
        "label_stock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_roll", sa.Boolean(), nullable=False),
        sa.Column("page_width_um", sa.BigInteger(), nullable=False),
        sa.Column("page_height_um", sa.BigInteger(), nullable=False),
        sa.Column("label_width_um", sa.BigInteger(), nullable=False),
        sa.Column("label_height_um", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("left_um", sa.BigInteger(), nullable=False),
        sa.Column("top_um", sa.BigInteger(), nullable=False),
        sa.Column("pitch_x_um", sa.BigInteger(), nullable=False),
        sa.Column("pitch_y_um", sa.BigInteger(), nullable=False),
        sa.Column("dpi", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("in_use", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("columns BETWEEN 1 AND 50 AND rows BETWEEN 1 AND 100", name=op.f("ck_label_stock_grid")),
        sa.CheckConstraint("dpi IN (203, 300, 600)", name=op.f("ck_label_stock_dpi")),
        sa.CheckConstraint("label_width_um > 0 AND label_height_um > 0", name=op.f("ck_label_stock_label")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_stock")),
        sa.UniqueConstraint("name", name=op.f("uq_label_stock_name")),
    )
    op.create_table(
        "product_listing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(product_id, product_id, '[]')"), "&&"),
            (sa.text("int8range(store_id, store_id, '[]')"), "&&"),
            (sa.column("days"), "&&"),
            using="gist",
            name="ex_product_listing_days",
        ),
        sa.CheckConstraint("NOT isempty(days) AND NOT lower_inf(days)", name=op.f("ck_product_listing_days")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_listing_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_product_listing_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_listing")),
    )
    op.create_index("ix_product_listing_store_id", "product_listing", ["store_id"], unique=False)
    op.create_table(
        "label_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stock_id", sa.BigInteger(), nullable=False),
        sa.Column("stock", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dpi", sa.BigInteger(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("small", sa.Boolean(), nullable=False),
        sa.Column("runs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("notices", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("decoded", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("preview_sha256", sa.String(), nullable=True),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'ready') = (sha256 IS NOT NULL)", name=op.f("ck_label_order_ready")),
        sa.CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name=op.f("ck_label_order_refused")),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'refused')", name=op.f("ck_label_order_state")),
        sa.CheckConstraint("dpi IN (203, 300, 600)", name=op.f("ck_label_order_dpi")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_label_order_made_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_label_order_producer_id")),
        sa.ForeignKeyConstraint(["stock_id"], ["label_stock.id"], name=op.f("fk_label_order_stock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_order")),
    )
    op.create_index("ix_label_order_producer_id", "label_order", ["producer_id"], unique=False)
    op.create_index(
        "ix_label_order_waiting", "label_order", ["id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "number_series",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("next_serial", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("prefix ~ '^2[0-9]{1,6}$'", name=op.f("ck_number_series_prefix")),
        sa.CheckConstraint("next_serial > 0", name=op.f("ck_number_series_next_serial")),
        sa.ForeignKeyConstraint(["opened_by"], ["user_account.id"], name=op.f("fk_number_series_opened_by")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_number_series")),
    )
    op.create_table(
        "product_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rows_sha256", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("handed_in_by", sa.BigInteger(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("(state = 'taken') = (taken_at IS NOT NULL)", name=op.f("ck_product_import_taken")),
        sa.CheckConstraint("state IN ('tried', 'taken')", name=op.f("ck_product_import_state")),
        sa.ForeignKeyConstraint(["handed_in_by"], ["user_account.id"], name=op.f("fk_product_import_handed_in_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_product_import_producer_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["user_account.id"], name=op.f("fk_product_import_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_import")),
    )
    op.create_index("ix_product_import_producer_id", "product_import", ["producer_id"], unique=False)
    op.create_table(
        "reserved_range",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "first BETWEEN 200000000000 AND last AND last <= 299999999999", name=op.f("ck_reserved_range_bounds")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["user_account.id"], name=op.f("fk_reserved_range_added_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_reserved_range_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserved_range")),
    )
    op.create_index("ix_reserved_range_partner_id", "reserved_range", ["partner_id"], unique=False)
    op.create_table(
        "scan_test",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stock_id", sa.BigInteger(), nullable=False),
        sa.Column("dpi", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("dpi IN (203, 300, 600)", name=op.f("ck_scan_test_dpi")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_scan_test_made_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_scan_test_producer_id")),
        sa.ForeignKeyConstraint(["stock_id"], ["label_stock.id"], name=op.f("fk_scan_test_stock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_test")),
    )
    op.create_index("ix_scan_test_stock_id", "scan_test", ["stock_id", "dpi"], unique=False)
    op.create_table(
        "number_skipped",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("first_serial", sa.BigInteger(), nullable=False),
        sa.Column("last_serial", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("first_serial > 0 AND last_serial >= first_serial", name=op.f("ck_number_skipped_serials")),
        sa.ForeignKeyConstraint(["prefix"], ["number_series.prefix"], name=op.f("fk_number_skipped_prefix")),
        sa.PrimaryKeyConstraint("prefix", "first_serial", name=op.f("pk_number_skipped")),
    )
    op.create_table(
        "register_terms",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prefix", sa.String(), nullable=True),
        sa.Column("before_papers", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("public_address", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_register_terms_one_row")),
        sa.ForeignKeyConstraint(["prefix"], ["number_series.prefix"], name=op.f("fk_register_terms_prefix")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_terms")),
    )
    op.add_column("barcode", sa.Column("kind", sa.String(), server_default="gtin", nullable=False))
    op.add_column("barcode", sa.Column("prefix", sa.String(), nullable=True))
    op.add_column("barcode", sa.Column("serial", sa.BigInteger(), nullable=True))
    op.add_column("barcode", sa.Column("added_by", sa.BigInteger(), nullable=True))
    op.add_column("barcode", sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("barcode", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("barcode", sa.Column("retired_reason", sa.String(), nullable=True))
    op.create_index(
        "uq_barcode_city_in_use",
        "barcode",
        ["product_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'city' AND until_on IS NULL"),
    )
    op.create_unique_constraint(op.f("uq_barcode_prefix_serial"), "barcode", ["prefix", "serial"])
    op.create_foreign_key(op.f("fk_barcode_added_by"), "barcode", "user_account", ["added_by"], ["id"])
    op.create_foreign_key(op.f("fk_barcode_prefix"), "barcode", "number_series", ["prefix"], ["prefix"])
    op.add_column("product", sa.Column("brand", sa.String(), nullable=True))
    op.add_column("product", sa.Column("packaging", sa.String(), nullable=True))
    op.add_column("product", sa.Column("pieces", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("product", sa.Column("shelf_life_days", sa.BigInteger(), nullable=True))
    op.add_column("product", sa.Column("ingredients", sa.String(), nullable=True))
    op.add_column("product", sa.Column("photo_sha256", sa.String(), nullable=True))
    op.add_column("product", sa.Column("thumb_sha256", sa.String(), nullable=True))
    op.add_column("product", sa.Column("sold_from", sa.Date(), nullable=True))
    op.add_column("product", sa.Column("sold_until", sa.Date(), nullable=True))
    op.add_column("product", sa.Column("follows_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_product_follows_id", "product", ["follows_id"], unique=False)
    op.create_foreign_key(op.f("fk_product_follows_id"), "product", "product", ["follows_id"], ["id"])
    op.drop_constraint(op.f("ck_barcode_days"), "barcode")
    for table, name, condition in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    op.execute("INSERT INTO register_terms (id) VALUES (1)")
    insert_stocks()


def insert_stocks() -> None:
    """Add the label papers that people really buy; each region may change them."""
    table = sa.table("label_stock", *(sa.column(one) for one in STOCK_COLUMNS))
    op.bulk_insert(table, [dict(zip(STOCK_COLUMNS, stock, strict=True)) for stock in STOCKS])


def downgrade() -> None:
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f("ck_barcode_days"), "barcode", "until_on IS NULL OR until_on >= from_on")
    op.drop_constraint(op.f("fk_product_follows_id"), "product", type_="foreignkey")
    op.drop_index("ix_product_follows_id", table_name="product")
    op.drop_column("product", "follows_id")
    op.drop_column("product", "sold_until")
    op.drop_column("product", "sold_from")
    op.drop_column("product", "thumb_sha256")
    op.drop_column("product", "photo_sha256")
    op.drop_column("product", "ingredients")
    op.drop_column("product", "shelf_life_days")
    op.drop_column("product", "pieces")
    op.drop_column("product", "packaging")
    op.drop_column("product", "brand")
    op.drop_constraint(op.f("fk_barcode_prefix"), "barcode", type_="foreignkey")
    op.drop_constraint(op.f("fk_barcode_added_by"), "barcode", type_="foreignkey")
    op.drop_constraint(op.f("uq_barcode_prefix_serial"), "barcode", type_="unique")
    op.drop_index(
        "uq_barcode_city_in_use", table_name="barcode", postgresql_where=sa.text("kind = 'city' AND until_on IS NULL")
    )
    op.drop_column("barcode", "retired_reason")
    op.drop_column("barcode", "retired_at")
    op.drop_column("barcode", "added_at")
    op.drop_column("barcode", "added_by")
    op.drop_column("barcode", "serial")
    op.drop_column("barcode", "prefix")
    op.drop_column("barcode", "kind")
    op.drop_table("register_terms")
    op.drop_table("number_skipped")
    op.drop_index("ix_scan_test_stock_id", table_name="scan_test")
    op.drop_table("scan_test")
    op.drop_index("ix_reserved_range_partner_id", table_name="reserved_range")
    op.drop_table("reserved_range")
    op.drop_index("ix_product_import_producer_id", table_name="product_import")
    op.drop_table("product_import")
    op.drop_table("number_series")
    op.drop_index("ix_label_order_waiting", table_name="label_order", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_label_order_producer_id", table_name="label_order")
    op.drop_table("label_order")
    op.drop_index("ix_product_listing_store_id", table_name="product_listing")
    op.drop_table("product_listing")
    op.drop_table("label_stock")
