"""Days that are odd: on which a store was not open, that are long past or settled, or for which nothing was agreed."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, text

from consign import clock
from consign.models.partners import Store
from consign.models.settlement import Closing
from consign.sales.posted_lines import Finding, PostedLines, figures_of
from consign.sales.rules import find_day_oddities
from consign.sales.sums import StoreDay

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


def find_days(posted: PostedLines) -> Iterator[Finding]:
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
        yield Finding(
            code,
            lines=sum(part.lines for _, part in parts),
            quantity=sum((part.quantity for _, part in parts), Decimal(0)),
            amount_rp=sum(part.sales_rp for _, part in parts),
            first_row=min(part.first_row for _, part in parts),
            store_id=store_id,
            detail={"first": min(days).isoformat(), "last": max(days).isoformat()},
        )


def find_unagreed(posted: PostedLines) -> Iterator[Finding]:
    """Find lines that wait because they are of days before an agreement begins, or after it ended."""
    summed: dict[int, Finding] = {}
    spans: dict[int, tuple[date, date]] = {}
    for row in posted.read(_UNAGREED, upload=posted.upload_id) if posted.waits_newly else ():
        places = posted.places
        product_id = places.barcodes.get(row["barcode"] or "") or places.codes.get(row["code"] or "")
        if product_id is None:
            continue
        one = Finding("agreement.missing", **figures_of(row), product_id=product_id)
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
        yield Finding(
            one.code, one.lines, one.quantity, one.amount_rp, one.first_row, product_id=product_id, detail=detail
        )


def _together(one: Finding, other: Finding) -> Finding:
    return Finding(
        one.code, one.lines + other.lines, one.quantity + other.quantity, one.amount_rp + other.amount_rp,
        min(one.first_row, other.first_row), product_id=one.product_id,
    )  # fmt: skip
