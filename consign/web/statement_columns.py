"""The columns of lists about statements: what they come to, and what they list."""

from consign.sentence import say
from consign.web.columns import Column

NUMBER = Column("number", say("Statement"), link="/statements/{number}")
PARTNER = Column("partner", say("Partner"))
PRODUCER = Column("producer", say("Producer"))
AMOUNTS = (
    Column(
        "line_count", say("Sale lines"), kind="count", link="/statements/{number}/lines", sums="all_rows", total=True
    ),
    Column("sales_rp", say("Sales"), kind="money", link="/statements/{number}/lines", sums="sales_rp", total=True),
    Column("fee_rp", say("Fee"), kind="money", link="/statements/{number}/lines", sums="fee_rp", total=True),
    Column("net_rp", say("Net"), kind="money", link="/statements/{number}", sums="net_rp", total=True),
    Column("due_rp", say("Due"), kind="money", link="/statements/{number}", sums="due_rp", total=True),
    Column("open_rp", say("Still open"), kind="money", link="/statements/{number}", sums="open_rp", total=True),
    Column("due_on", say("Due on"), kind="day"),
    Column("state", say("State"), kind="badge", words="due_state", sort=False),
)
"""What a statement comes to, in every list of statements."""
COLUMNS = (Column("from_on", say("From"), kind="day"), Column("until_on", say("Until"), kind="day"), *AMOUNTS)
REST_COLUMNS = (
    *COLUMNS[:2],
    Column(
        "carry_rp", say("Rest below zero for the next statement"), kind="money", link="/statements/{number}", total=True
    ),
)
"""What lists show of statements whose rest below zero waits."""
FIGURE_COLUMNS = (
    Column("product", say("Product"), link="{path}"),
    Column("store", say("Store")),
    Column("kind", say("Kind")),
    Column("quantity", say("Quantity"), kind="quantity", total=True),
    Column("unit_price_rp", say("Price"), kind="money"),
    Column("sales_rp", say("Sales"), kind="money", link="{path}", sums="sales_rp", total=True),
    Column("fee_rate_bp", say("Fee rate"), kind="rate"),
    Column("fee_rp", say("Fee"), kind="money", link="{path}", sums="fee_rp", total=True),
)
LOSS_COLUMNS = (
    Column("day", say("Day"), kind="day"),
    Column("note", say("Stock note"), link="{path}"),
    Column("product", say("Product")),
    Column("store", say("Store")),
    Column("reason", say("Reason")),
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("value_rp", say("Value"), kind="money", total=True),
    Column("share_bp", say("Store's share"), kind="rate"),
    Column("store_rp", say("Store owes"), kind="money", total=True),
)
LATE_COLUMNS = (
    Column("day", say("Day"), kind="day"),
    Column("store", say("Store")),
    Column("product", say("Product")),
    Column("kind", say("Kind")),
    Column("receipt", say("Receipt")),
    Column("file", say("File")),
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("sales_rp", say("Sales"), kind="money"),
    Column("fee_rp", say("Fee"), kind="money"),
)
STOCK_COLUMNS = (
    Column("product", say("Product")),
    Column("opening", say("Opening stock"), kind="quantity"),
    Column("received", say("Received"), kind="quantity"),
    Column("sold", say("Sold"), kind="quantity"),
    Column("returned", say("Given back"), kind="quantity"),
    Column("lost", say("Lost"), kind="quantity"),
    Column("other", say("Other"), kind="quantity"),
    Column("closing", say("Closing stock"), kind="quantity"),
    Column("unkept", say("Sold before stock was kept"), kind="quantity"),
)
ADJUSTMENT_COLUMNS = (
    Column("day", say("Day"), kind="day"),
    Column("reason", say("Reason"), kind="long"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
)
PAYMENT_COLUMNS = (
    Column("booked_on", say("Day"), kind="day"),
    Column("source", say("How"), kind="word", words="allocation_source"),
    Column("cause", say("Came from"), link="{path}"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("allocated_by", say("Booked by")),
)
LINE_COLUMNS = (
    Column("sold_on", say("Day"), kind="day"),
    Column("store_name", say("Store")),
    Column("receipt", say("Receipt")),
    Column("product", say("Product")),
    Column("kind", say("Kind"), kind="word", words="line_kind"),
    Column("late", say("Of an earlier period"), kind="flag"),
    Column("quantity", say("Quantity"), kind="quantity", total=True),
    Column("unit_price_rp", say("Price"), kind="money"),
    Column("gross_rp", say("Gross"), kind="money", total=True),
    Column("discount_rp", say("Discount"), kind="money", total=True),
    Column("sales_rp", say("Sales"), kind="money", total=True),
    Column("fee_base_rp", say("Fee on"), kind="money", total=True),
    Column("fee_rate_bp", say("Rate"), kind="rate"),
    Column("fee_rp", say("Fee"), kind="money", total=True),
    Column("fee_rate_from", say("Rate by"), kind="word", words="fee_rate_from"),
)
