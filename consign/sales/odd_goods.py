"""Goods that were sold though they should not have been there: without papers, not listed, retired, more than stood."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, text

from consign.catalogue.goods import as_goods
from consign.documents.looking_back import find_blocked, find_blocked_days
from consign.models.catalogue import Product, ProductListing
from consign.models.partners import Store
from consign.sales.posted_lines import POSTED_SALES, SUMS, Finding, PostedLines, figures_of
from consign.sentence import dump_sentence
from consign.stock.rules import shorten
from consign.stock.short import find_short, suspect

MOST_STORES = 5
MOST_LACKING = 3

_BLOCKED = text(f"""
    SELECT sale.product_id, span.place, {SUMS}
    FROM sale JOIN unnest(CAST(:products AS integer[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
      WITH ORDINALITY AS span(product_id, first, last, place)
      ON span.product_id = sale.product_id AND sale.sold_on BETWEEN span.first AND span.last
    WHERE sale.partner_id = :partner AND sale.posting_no = :number AND quantity > 0 GROUP BY 1, 2 ORDER BY 1, 2""")  # noqa: S608  # constants
_UNLISTED = text(f"""
    SELECT sale.product_id, array_agg(DISTINCT sale.store_id) AS stores, {SUMS}
    FROM sale JOIN unnest(CAST(:stores AS integer[]), CAST(:since AS date[])) AS keeping(store_id, since)
      ON keeping.store_id = sale.store_id AND sale.sold_on >= keeping.since
    WHERE sale.partner_id = :partner AND sale.posting_no = :number AND quantity > 0 AND NOT EXISTS (
      SELECT FROM product_listing AS listed WHERE listed.product_id = sale.product_id
        AND listed.store_id = sale.store_id AND listed.days @> sale.sold_on) GROUP BY 1 ORDER BY 1""")  # noqa: S608  # constants
_RETIRED = text(f"""
    SELECT sale.product_id, product.sold_until, max(sold_on) AS last, {SUMS}
    FROM sale JOIN product ON product.id = sale.product_id AND sale.sold_on > product.sold_until
    WHERE sale.partner_id = :partner AND sale.posting_no = :number AND quantity > 0 AND sale.product_id = ANY(:products)
    GROUP BY 1, 2 ORDER BY 1""")  # noqa: S608  # constants
_SOLD = text(f"""
    SELECT store_id, product_id, {SUMS} {POSTED_SALES} AND store_id = ANY(CAST(:stores AS integer[]))
    GROUP BY 1, 2""")  # constants
_OVERSOLD = text(f"""
    SELECT sale.store_id, sale.product_id, {SUMS}
    FROM sale JOIN unnest(CAST(:stores AS integer[]), CAST(:products AS integer[]), CAST(:since AS date[]))
      AS short(store_id, product_id, since)
      ON short.store_id = sale.store_id AND short.product_id = sale.product_id AND sale.sold_on >= short.since
    WHERE sale.partner_id = :partner AND sale.posting_no = :number GROUP BY 1, 2 HAVING sum(quantity) > 0""")  # noqa: S608  # constants


def find_not_eligible(posted: PostedLines) -> Iterator[Finding]:
    """Find products that were sold on days on which their papers did not allow to deliver them."""
    blocked = find_blocked(posted.session, sorted(posted.places.producers))
    if not blocked or not posted.sums.days:
        return
    query = select(
        Product.id, Product.producer_id, Product.name, Product.goods_class, Product.food_group, Product.net_unit
    ).where(Product.id == func.any(blocked))
    goods = [as_goods(row) for row in posted.session.execute(query).mappings()]
    days = posted.days
    spans = [
        (product_id, span)
        for product_id, found in find_blocked_days(posted.session, goods=goods, first=days[0], last=days[-1]).items()
        for span in found
    ]
    facts = {
        "products": [product_id for product_id, _ in spans],
        "firsts": [span.first for _, span in spans],
        "lasts": [span.last for _, span in spans],
    }
    for row in posted.read(_BLOCKED, **facts) if spans else ():
        span = spans[row["place"] - 1][1]
        lacks = [dump_sentence(one) for one in span.lacks[:MOST_LACKING]]
        detail = {"first": span.first.isoformat(), "last": span.last.isoformat(), "lacks": lacks}
        yield Finding("product.not_eligible", **figures_of(row), product_id=row["product_id"], detail=detail)


def find_not_listed(posted: PostedLines) -> Iterator[Finding]:
    """Find products that were sold in stores that do not offer them; only stores that say what they offer are judged."""
    stores = sorted({store_id for store_id, _, _ in posted.sums.days})
    query = select(ProductListing.store_id, func.min(func.lower(ProductListing.days)).label("since")).where(
        ProductListing.store_id.in_(stores)
    )
    keeping = {row.store_id: row.since for row in posted.session.execute(query.group_by(ProductListing.store_id))}
    if not keeping:
        return
    rows = posted.read(_UNLISTED, stores=list(keeping), since=list(keeping.values()))
    named = sorted({store for row in rows for store in row["stores"][:MOST_STORES]})
    found = posted.session.execute(select(Store.id, Store.name).where(Store.id.in_(named)))
    names = {row.id: row.name for row in found}
    for row in rows:
        first = row["stores"][:MOST_STORES]
        detail = {"stores": [names[store] for store in first], "more": len(row["stores"]) - len(first)}
        yield Finding("product.not_listed", **figures_of(row), product_id=row["product_id"], detail=detail)


def find_retired(posted: PostedLines) -> Iterator[Finding]:
    """Find products that were sold after the last day on which they are offered; goods on the shelf still count."""
    products = sorted(posted.places.producers)
    if not products or not posted.sums.days:
        return
    ended = select(Product.id).where(Product.id == func.any(products), Product.sold_until < posted.days[-1])
    gone = posted.session.scalars(ended).all()
    for row in posted.read(_RETIRED, products=gone) if gone else ():
        detail = {"until": row["sold_until"].isoformat(), "last": row["last"].isoformat()}
        yield Finding("product.retired", **figures_of(row), product_id=row["product_id"], detail=detail)


def find_oversold(posted: PostedLines) -> Iterator[Finding]:
    """Find goods that stand below zero now that these lines were sold; what was sold before their last count does not count."""
    stores = {store_id for store_id, _, _ in posted.sums.days}
    short = {(one.store_id, one.product_id): one for one in find_short(posted.session, stores)} if stores else {}
    if not short:
        return
    since = [
        one.begins_on if one.counted_on is None else max(one.begins_on, one.counted_on + timedelta(1))
        for one in short.values()
    ]
    rows = posted.read(
        _OVERSOLD, stores=[store for store, _ in short], products=[product for _, product in short], since=since
    )
    if not rows:
        return
    below = [short[row["store_id"], row["product_id"]] for row in rows]
    sold = {
        (row["store_id"], row["product_id"]): row["quantity"]
        for row in posted.read(_SOLD, stores=sorted({one.store_id for one in below}))
    }
    suspected = suspect(posted.session, below, sold=sold, on=posted.days[-1])
    for row, one, likely in zip(rows, below, suspected, strict=True):
        detail = {
            "on_hand": str(shorten(one.on_hand)),
            "sold": str(shorten(row["quantity"])),
            "cause": likely.cause.value,
            "named": likely.named,
        }
        yield Finding(
            "stock.oversold", **figures_of(row), product_id=one.product_id, store_id=one.store_id, detail=detail
        )
