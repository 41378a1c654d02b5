"""What is odd about lines by themselves: prices, fractions, large quantities, returns without a sale."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import RowMapping, select, text

from consign.catalogue.rules import is_by_weight
from consign.models.catalogue import Product
from consign.sales.posted_lines import POSTED_SALES, SUMS, Finding, PostedLines, figures_of
from consign.sales.rules import is_far_off

MOST_PRICES = 5
"""Pairs of prices that a finding names; it counts the others."""
UNUSUAL_FROM, UNUSUAL_TIMES = 50, 20
"""A line is unusual from so many pieces on, if that is also so many times what is usual."""
USUAL_LINES = 6
"""So many lines of a product in a store must be known before anything is called usual."""
USUAL_DAYS = 90
MOST_UNUSUAL = 200

_PRICES = text(f"""
    SELECT product_id, unit_price_rp, agreed_price_rp, count(*) AS lines, sum(quantity) AS quantity,
      sum(round((unit_price_rp - agreed_price_rp) * quantity))::bigint AS amount_rp, min(row_no) AS first_row
    {POSTED_SALES} AND unit_price_rp <> agreed_price_rp GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3""")  # constants
_FRACTIONS = text(f"""
    SELECT product_id, {SUMS} {POSTED_SALES} AND quantity <> trunc(quantity) GROUP BY 1 ORDER BY 1""")  # constants
_UNPAIRED = text(f"""
    SELECT product_id, {SUMS} {POSTED_SALES} AND fee_rate_from = 'day_of_return' GROUP BY 1 ORDER BY 1""")  # constants
_LARGE = text(f"""
    SELECT row_no AS first_row, product_id, store_id, sold_on, quantity, sales_rp AS amount_rp, receipt = '' AS summary
    {POSTED_SALES} AND quantity >= :least ORDER BY quantity DESC, row_no LIMIT :most""")  # constants
_USUAL = text("""
    SELECT sale.store_id, sale.product_id, sale.receipt = '' AS summary,
      percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity) AS quantity
    FROM sale JOIN unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
      ON wanted.store_id = sale.store_id AND wanted.product_id = sale.product_id
    WHERE sale.partner_id = :partner AND quantity > 0 AND version > 0 AND sold_on > :since
    GROUP BY 1, 2, 3 HAVING count(*) >= :least""")


def find_prices(posted: PostedLines) -> Iterator[Finding]:
    """Find products that a till sold at another price than was agreed for the day."""
    if not posted.any(lambda day: day.price_differs):
        return
    grouped: defaultdict[tuple[int, str], list[RowMapping]] = defaultdict(list)
    for row in posted.read(_PRICES):
        far = is_far_off(row["unit_price_rp"], row["agreed_price_rp"])
        grouped[row["product_id"], "price.far_off" if far else "price.differs"].append(row)
    for (product_id, code), rows in grouped.items():
        pairs = [[row["unit_price_rp"], row["agreed_price_rp"], row["lines"]] for row in rows[:MOST_PRICES]]
        yield Finding(
            code,
            lines=sum(row["lines"] for row in rows),
            quantity=sum((row["quantity"] for row in rows), Decimal(0)),
            amount_rp=sum(row["amount_rp"] for row in rows),
            first_row=min(row["first_row"] for row in rows),
            product_id=product_id,
            detail={"prices": pairs, "more": len(rows) - len(pairs)},
        )


def find_fractions(posted: PostedLines) -> Iterator[Finding]:
    """Find fractions of goods that are sold by the piece."""
    rows = posted.read(_FRACTIONS) if posted.any(lambda day: day.fractions) else ()
    if not rows:
        return
    query = select(Product.id, Product.net_content, Product.net_unit)
    contents = posted.session.execute(query.where(Product.id.in_([row["product_id"] for row in rows])))
    by_weight = {one.id for one in contents if is_by_weight(one.net_content, one.net_unit)}
    for row in rows:
        if row["product_id"] not in by_weight:
            yield Finding("quantity.fraction", **figures_of(row), product_id=row["product_id"])


def find_unusual(posted: PostedLines) -> Iterator[Finding]:
    """Find lines of far more than is usual of the product in the store; each is a finding of its own."""
    if not posted.any(lambda day: day.most >= UNUSUAL_FROM):
        return
    large = posted.read(_LARGE, least=UNUSUAL_FROM, most=MOST_UNUSUAL)
    pairs = sorted({(row["store_id"], row["product_id"]) for row in large})
    stores, products = [store for store, _ in pairs], [product for _, product in pairs]
    since = posted.days[0] - timedelta(USUAL_DAYS)
    rows = posted.read(_USUAL, stores=stores, products=products, since=since, least=USUAL_LINES)
    usual = {(row["store_id"], row["product_id"], row["summary"]): row["quantity"] for row in rows}
    for row in large:
        median = usual.get((row["store_id"], row["product_id"], row["summary"]))
        if median is not None and row["quantity"] > UNUSUAL_TIMES * median:
            yield Finding(
                "quantity.unusual",
                lines=1,
                quantity=row["quantity"],
                amount_rp=row["amount_rp"],
                first_row=row["first_row"],
                product_id=row["product_id"],
                store_id=row["store_id"],
                detail={"usual": str(median), "first": row["sold_on"].isoformat()},
            )


def find_unpaired(posted: PostedLines) -> Iterator[Finding]:
    """Find returns whose sale was not found; they take the rate of their own day."""
    rows = posted.read(_UNPAIRED) if posted.any(lambda day: day.unpaired) else ()
    for row in rows:
        yield Finding("return.without_sale", **figures_of(row), product_id=row["product_id"])
