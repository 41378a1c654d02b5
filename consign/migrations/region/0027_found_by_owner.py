"""Prices, listings, agreements and accounts are found by whose they are.

The exclusion constraints hold ranges, and ranges are no help to find rows by an id.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_product_price_product_id", "product_price", ["product_id"]),
    ("ix_product_listing_product_id", "product_listing", ["product_id"]),
    ("ix_agreement_pair", "agreement", ["partner_id", "producer_id"]),
    ("ix_agreement_producer_id", "agreement", ["producer_id"]),
    ("ix_account_producer_id", "account", ["producer_id"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table)
