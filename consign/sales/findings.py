"""What is odd about the lines of a posting. They are posted all the same; a person is told.

Most files have nothing odd, so what can be seen from a posting's sums is asked there first, and the lines themselves are
only read for what may be found.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue.goods import as_goods
from consign.catalogue.rules import is_by_weight
from consign.db import insert_rows
from consign.documents.looking_back import find_blocked, find_blocked_days
from consign.models.catalogue import Product, ProductListing
from consign.models.partners import Store
from consign.models.settlement import Closing
from consign.sales.places import Places
from consign.sales.rules import find_day_oddities, is_far_off
from consign.sales.sums import StoreDay, Sums
from consign.sentence import dump_sentence
from consign.stock.rules import shorten
from consign.stock.short import find_short, suspect

MOST_PRICES = 5
"""Pairs of prices that a finding names; it counts the others."""
MOST_STORES = 5
MOST_LACKING = 3
UNUSUAL_FROM, UNUSUAL_TIMES = 50, 20
"""A line is unusual from so many pieces on, if that is also so many times what is usual."""
USUAL_LINES = 6
"""So many lines of a product in a store must be known before anything is called usual."""
USUAL_DAYS = 90
MOST_UNUSUAL = 200

_POSTED = "FROM sale WHERE sale.partner_id = :partner AND sale.posting_no = :number"
_SUMS = "count(*) AS lines, sum(quantity) AS quantity, sum(sales_rp)::bigint AS amount_rp, min(row_no) AS first_row"
_PRICES = text(f"""
    SELECT product_id, unit_price_rp, agreed_price_rp, count(*) AS lines, sum(quantity) AS quantity,
      sum(round((unit_price_rp - agreed_price_rp) * quantity))::bigint AS amount_rp, min(row_no) AS first_row
    {_POSTED} AND unit_price_rp <> agreed_price_rp GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3""")  # constants
_BLOCKED = text(f"""
    SELECT sale.product_id, span.place, {_SUMS}
    FROM sale JOIN unnest(CAST(:products AS integer[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
      WITH ORDINALITY AS span(product_id, first, last, place)
      ON span.product_id = sale.product_id AND sale.sold_on BETWEEN span.first AND span.last
    WHERE sale.partner_id = :partner AND sale.posting_no = :number AND quantity > 0 GROUP BY 1, 2 ORDER BY 1, 2""")  # noqa: S608  # constants
_UNLISTED = text(f"""
    SELECT sale.product_id, array_agg(DISTINCT sale.store_id) AS stores, {_SUMS}
    FROM sale JOIN unnest(CAST(:stores AS integer[]), CAST(:since AS date[])) AS keeping(store_id, since)
      ON keeping.store_id = sale.store_id AND sale.sold_on >= keeping.since
    WHERE sale.partner_id = :partner AND sale.posting_no = :number AND quantity > 0 AND NOT EXISTS (
      SELECT FROM product_listing AS listed WHERE listed.product_id = sale.product_id
        AND listed.store_id = sale.store_id AND listed.days @> sale.sold_on) GROUP BY 1 ORDER BY 1""")  # noqa: S608  # constants
_RETIRED = text(f"""
    SELECT sale.product_id, product.sold_until, max(sold_on) AS last, {_SUMS}
    FROM sale JOIN product ON product.id = sale.product_id AND sale.sold_on > product.sold_until
    WHERE sale.partner_id = :partner AND sale.posting_no = :number AND quantity > 0 AND sale.product_id = ANY(:products)
    GROUP BY 1, 2 ORDER BY 1""")  # noqa: S608  # constants
_FRACTIONS = text(f"""
    SELECT product_id, {_SUMS} {_POSTED} AND quantity <> trunc(quantity) GROUP BY 1 ORDER BY 1""")  # constants
_UNPAIRED = text(f"""
    SELECT product_id, {_SUMS} {_POSTED} AND fee_rate_from = 'day_of_return' GROUP BY 1 ORDER BY 1""")  # constants
_LARGE = text(f"""
    SELECT row_no AS first_row, product_id, store_id, sold_on, quantity, sales_rp AS amount_rp, receipt = '' AS summary
    {_POSTED} AND quantity >= :least ORDER BY quantity DESC, row_no LIMIT :most""")  # constants
_USUAL = text("""
    SELECT sale.store_id, sale.product_id, sale.receipt = '' AS summary,
      percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity) AS quantity
    FROM sale JOIN unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
      ON wanted.store_id = sale.store_id AND wanted.product_id = sale.product_id
    WHERE sale.partner_id = :partner AND quantity > 0 AND version > 0 AND sold_on > :since
    GROUP BY 1, 2, 3 HAVING count(*) >= :least""")
_UNAGREED = text("""
    SELECT trim(product_barcode) AS barcode, trim(product_code) AS code, count(*) AS lines, sum(quantity) AS quantity,
      sum(gross_rp)::bigint AS amount_rp, min(row_no) AS first_row, min(sold_on) AS first, max(sold_on) AS last
    FROM sales_parked WHERE upload_id = :upload AND state = 'open' AND readable AND reason = 'agreement.missing'
    GROUP BY 1, 2 ORDER BY 6""")
_AGREED = text("""
    SELECT wanted.product_id, min(lower(days)) FILTER (WHERE lower(days) > wanted.first) AS begins,
      max(upper(days) - 1) FILTER (WHERE upper(days) <= wanted.last) AS ended
    FROM unnest(CAST(:products AS integer[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
      AS wanted(product_id, first, last)
    JOIN product ON product.id = wanted.product_id
    JOIN agreement ON agreement.partner_id = :partner AND agreement.producer_id = product.producer_id
      AND COALESCE(agreement.product_id, product.id) = product.id
    GROUP BY 1""")

_SOLD = text(f"""
    SELECT store_id, product_id, {_SUMS} {_POSTED} AND store_id = ANY(CAST(:stores AS integer[]))
    GROUP BY 1, 2""")  # constants
_OVERSOLD = text(f"""
    SELECT sale.store_id, sale.product_id, {_SUMS}
    FROM sale JOIN unnest(CAST(:stores AS integer[]), CAST(:products AS integer[]), CAST(:since AS date[]))
      AS short(store_id, product_id, since)
      ON short.store_id = sale.store_id AND short.product_id = sale.product_id AND sale.sold_on >= short.since
    WHERE sale.partner_id = :partner AND sale.posting_no = :number GROUP BY 1, 2 HAVING sum(quantity) > 0""")  # noqa: S608  # constants


@dataclass(frozen=True)
class Found:
    """One thing that a posting found; the fields are those of `SalesFinding`."""

    code: str
    lines: int
    quantity: Decimal
    amount_rp: int
    first_row: int
    product_id: int | None = None
    store_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Posted:
    """A posting whose lines are looked at, before its transaction ends."""

    session: Session
    partner_id: int
    upload_id: int
    number: int
    sums: Sums
    places: Places
    waits_newly: bool
    """Whether the upload's waiting lines were parked just now; else they were looked at before."""

    @property
    def key(self) -> dict[str, int]:
        """Return what names the posting's lines."""
        return {"partner": self.partner_id, "number": self.number}

    @property
    def days(self) -> list[date]:
        """Return the days of its lines in order."""
        return sorted({day for _, day, _ in self.sums.days})

    def any(self, holds: Callable[[StoreDay], int | bool]) -> bool:
        """Say whether something holds for any store-day of it."""
        return any(holds(day) for day in self.sums.days.values())

    def read(self, query: Any, **facts: object) -> Sequence[RowMapping]:  # noqa: ANN401  # a statement
        """Return the rows of a query about its lines."""
        return self.session.execute(query, {**self.key, **facts}).mappings().all()


def keep_findings(posted: Posted) -> int:
    """Look for what is odd in a posting that was just recorded, keep it, and return how many findings there are.

    The server has no figures about lines of this very transaction, and would step through them one by one.
    """
    session = posted.session
    session.execute(text("SET LOCAL enable_nestloop = off"))
    found = [one for find in FINDERS for one in find(posted)]
    session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))
    rows = [
        {
            "upload_id": posted.upload_id,
            "partner_id": posted.partner_id,
            "posting_no": posted.number,
            "code": one.code,
            "product_id": one.product_id,
            "store_id": one.store_id,
            "lines": one.lines,
            "quantity": str(one.quantity),
            "amount_rp": one.amount_rp,
            "first_row": one.first_row,
            "detail": one.detail,
        }
        for one in found
    ]
    insert_rows(session, "sales_finding", rows)
    return len(rows)


def _of(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("lines", "quantity", "amount_rp", "first_row")}


def find_prices(posted: Posted) -> Iterator[Found]:
    """Find products that a till sold at another price than was agreed for the day."""
    if not posted.any(lambda day: day.price_differs):
        return
    grouped: defaultdict[tuple[int, str], list[RowMapping]] = defaultdict(list)
    for row in posted.read(_PRICES):
        far = is_far_off(row["unit_price_rp"], row["agreed_price_rp"])
        grouped[row["product_id"], "price.far_off" if far else "price.differs"].append(row)
    for (product_id, code), rows in grouped.items():
        pairs = [[row["unit_price_rp"], row["agreed_price_rp"], row["lines"]] for row in rows[:MOST_PRICES]]
        yield Found(
            code,
            lines=sum(row["lines"] for row in rows),
            quantity=sum((row["quantity"] for row in rows), Decimal(0)),
            amount_rp=sum(row["amount_rp"] for row in rows),
            first_row=min(row["first_row"] for row in rows),
            product_id=product_id,
            detail={"prices": pairs, "more": len(rows) - len(pairs)},
        )


def find_not_eligible(posted: Posted) -> Iterator[Found]:
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
        yield Found("product.not_eligible", **_of(row), product_id=row["product_id"], detail=detail)


def find_not_listed(posted: Posted) -> Iterator[Found]:
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
        yield Found("product.not_listed", **_of(row), product_id=row["product_id"], detail=detail)


def find_retired(posted: Posted) -> Iterator[Found]:
    """Find products that were sold after the last day on which they are offered; goods on the shelf still count."""
    products = sorted(posted.places.producers)
    if not products or not posted.sums.days:
        return
    ended = select(Product.id).where(Product.id == func.any(products), Product.sold_until < posted.days[-1])
    gone = posted.session.scalars(ended).all()
    for row in posted.read(_RETIRED, products=gone) if gone else ():
        detail = {"until": row["sold_until"].isoformat(), "last": row["last"].isoformat()}
        yield Found("product.retired", **_of(row), product_id=row["product_id"], detail=detail)


def find_fractions(posted: Posted) -> Iterator[Found]:
    """Find fractions of goods that are sold by the piece."""
    rows = posted.read(_FRACTIONS) if posted.any(lambda day: day.fractions) else ()
    if not rows:
        return
    query = select(Product.id, Product.net_content, Product.net_unit)
    contents = posted.session.execute(query.where(Product.id.in_([row["product_id"] for row in rows])))
    by_weight = {one.id for one in contents if is_by_weight(one.net_content, one.net_unit)}
    for row in rows:
        if row["product_id"] not in by_weight:
            yield Found("quantity.fraction", **_of(row), product_id=row["product_id"])


def find_unusual(posted: Posted) -> Iterator[Found]:
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
            yield Found(
                "quantity.unusual",
                lines=1,
                quantity=row["quantity"],
                amount_rp=row["amount_rp"],
                first_row=row["first_row"],
                product_id=row["product_id"],
                store_id=row["store_id"],
                detail={"usual": str(median), "first": row["sold_on"].isoformat()},
            )


def find_unpaired(posted: Posted) -> Iterator[Found]:
    """Find returns whose sale was not found; they take the rate of their own day."""
    rows = posted.read(_UNPAIRED) if posted.any(lambda day: day.unpaired) else ()
    for row in rows:
        yield Found("return.without_sale", **_of(row), product_id=row["product_id"])


def find_days(posted: Posted) -> Iterator[Found]:
    """Find days on which a store was not open, that are long past, or whose period is closed."""
    stores = {
        one.id: one
        for one in posted.session.scalars(select(Store).where(Store.id.in_({key[0] for key in posted.sums.days})))
    }
    closed = select(func.max(Closing.until_on)).where(Closing.partner_id == posted.partner_id)
    settled_until = posted.session.scalar(closed) if posted.sums.days else None
    today = {zone: clock.today(zone) for zone in {store.zone for store in stores.values()}}
    odd: defaultdict[tuple[int, str], list[tuple[date, StoreDay]]] = defaultdict(list)
    for (store_id, day, _), part in posted.sums.days.items():
        store = stores[store_id]
        for code in find_day_oddities(
            day, today=today[store.zone], opened_on=store.opened_on, closed_on=store.closed_on,
            settled_until=settled_until,
        ):  # fmt: skip
            odd[store_id, code].append((day, part))
    for (store_id, code), parts in sorted(odd.items()):
        days = [day for day, _ in parts]
        yield Found(
            code,
            lines=sum(part.lines for _, part in parts),
            quantity=sum((part.quantity for _, part in parts), Decimal(0)),
            amount_rp=sum(part.sales_rp for _, part in parts),
            first_row=min(part.first_row for _, part in parts),
            store_id=store_id,
            detail={"first": min(days).isoformat(), "last": max(days).isoformat()},
        )


def find_unagreed(posted: Posted) -> Iterator[Found]:
    """Find lines that wait because they are of days before an agreement begins, or after it ended."""
    summed: dict[int, Found] = {}
    spans: dict[int, tuple[date, date]] = {}
    for row in posted.read(_UNAGREED, upload=posted.upload_id) if posted.waits_newly else ():
        places = posted.places
        product_id = places.barcodes.get(row["barcode"] or "") or places.codes.get(row["code"] or "")
        if product_id is None:
            continue
        one = Found("agreement.missing", **_of(row), product_id=product_id)
        before, span = summed.get(product_id), spans.get(product_id, (row["first"], row["last"]))
        summed[product_id] = _together(before, one) if before else one
        spans[product_id] = (min(span[0], row["first"]), max(span[1], row["last"]))
    facts = {
        "products": list(spans),
        "firsts": [first for first, _ in spans.values()],
        "lasts": [last for _, last in spans.values()],
    }
    agreed = {row["product_id"]: row for row in posted.read(_AGREED, **facts)} if spans else {}
    for product_id, one in summed.items():
        terms = agreed.get(product_id)
        ends = {name: terms[name].isoformat() for name in ("begins", "ended") if terms[name]} if terms else {}
        first, last = spans[product_id]
        detail = {"first": first.isoformat(), "last": last.isoformat(), **ends}
        yield Found(
            one.code, one.lines, one.quantity, one.amount_rp, one.first_row, product_id=product_id, detail=detail
        )


def find_oversold(posted: Posted) -> Iterator[Found]:
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
        yield Found("stock.oversold", **_of(row), product_id=one.product_id, store_id=one.store_id, detail=detail)


def _together(one: Found, other: Found) -> Found:
    return Found(
        one.code, one.lines + other.lines, one.quantity + other.quantity, one.amount_rp + other.amount_rp,
        min(one.first_row, other.first_row), product_id=one.product_id,
    )  # fmt: skip


FINDERS: tuple[Callable[[Posted], Iterator[Found]], ...] = (
    find_prices,
    find_not_eligible,
    find_not_listed,
    find_retired,
    find_days,
    find_fractions,
    find_unusual,
    find_unpaired,
    find_oversold,
    find_unagreed,
)
"""Each looks for one kind of thing. What other slices know of a posting's lines is asked for by one more of these."""
