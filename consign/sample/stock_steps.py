"""Goods in the sample city's stores: what stood there first, what was brought, refused, given back, moved, counted, lost.

Everything is done by the acts of its people, on the days on which they would have done it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.models.catalogue import Product
from consign.models.partners import Partner, Producer, Store
from consign.models.stock import StockNote
from consign.partners.queries import get_partner, get_store
from consign.sample.months import Months
from consign.sample.people import ADMIN, OTHERS, find_manager, get_partner_finance
from consign.sample.stock_plan import (
    DELIVERED_PRODUCERS,
    Days,
    Sold,
    find_days,
    may_be_brought,
    plan_delivery,
    plan_opening,
)
from consign.sample.stores import SamplePartner, SampleStore
from consign.stock.confirming import confirm_note
from consign.stock.counting import count_at_once
from consign.stock.deliverable import find_lacks
from consign.stock.delivering import send_delivery
from consign.stock.rules import LONGEST_BACK_DAYS, NewLine, Refusal, Refused

FIRST_COUNT = "Hitungan pertama sebelum penjualan dicatat"
BROUGHT_BY = "Diantar sendiri oleh produsen"
ALWAYS = "UMKM-001"
"""A producer that brings its goods to every store that sells them, as somebody can sign in for it."""
REFUSED: dict[tuple[str, int], tuple[Refusal, int]] = {
    ("ENG02", 0): (Refusal.DAMAGED, 2),
    ("ENG04", 1): (Refusal.SHORT, 1),
    ("P01", 0): (Refusal.NOT_ORDERED, 3),
    ("LOBI", 1): (Refusal.NEAR_EXPIRY, 1),
}
"""What stores did not take of the second delivery, by store and the producer's place."""
OVERSOLD, OVERSOLD_BY = "P05", 2
"""A store that sold more of something than anybody brought: somebody must look."""

_SOLD = text("""
    SELECT product_id, COALESCE(-sum(quantity) FILTER (WHERE day < :first), 0) AS before,
      COALESCE(-sum(quantity) FILTER (WHERE day >= :first AND day < :second), 0) AS between,
      COALESCE(-sum(quantity) FILTER (WHERE day >= :second), 0) AS after
    FROM stock_movement WHERE store_id = :store AND kind = 'sold' GROUP BY 1""")


def ensure_stock(session: Session, partner: SamplePartner, sample: SampleStore, months: Months, *, on: date) -> bool:
    """Let goods stand in a store as its sales need them; return whether none stood there.

    Nothing is done in a city that was loaded so long ago that its months cannot be entered any more.
    """
    store = get_store(session, partner_id=get_partner(session, partner.code).id, code=sample.code)
    has_notes = select(StockNote.id).where(StockNote.store_id == store.id).limit(1)
    if session.scalar(has_notes) is not None or (on - months.began_on).days >= LONGEST_BACK_DAYS:
        return False
    days = find_days(months, on=on)
    products = {one.id: one for one in session.scalars(select(Product))}
    sold = _find_sold(session, store, days)
    brought = _choose_brought(session, store, [products[one] for one in sold], sold, days)
    delivered = frozenset(one.id for chosen in brought.values() for one in chosen)
    opening = plan_opening(sold, products, delivered=delivered, months=months, days=days)
    if sample.code == OVERSOLD:
        place = next(place for place, one in enumerate(opening) if one.product_id not in delivered)
        kept = sold[opening[place].product_id].total - OVERSOLD_BY
        opening[place] = replace(opening[place], quantity=max(kept, Decimal(0)))
    count_at_once(
        session,
        by=get_keeper(session, store),
        store_id=store.id,
        day=months.began_on - timedelta(1),
        is_full=True,
        lines=opening,
        remark=FIRST_COUNT,
    )
    for day in (days.first, days.second):
        for place, (producer_id, chosen) in enumerate(brought.items()):
            lines = plan_delivery(sold, chosen, day=day, days=days)
            refused = REFUSED.get((sample.code, place)) if day == days.second else None
            bring(session, store, producer_id=producer_id, day=day, lines=lines, refused=refused)
    return True


def bring(
    session: Session,
    store: Store,
    *,
    producer_id: int,
    day: date,
    lines: Sequence[NewLine],
    refused: tuple[Refusal, int] | None = None,
) -> None:
    """Send goods to a store, which takes them in on the same day, but for what of the first line is *refused*."""
    producer = session.get_one(Producer, producer_id)
    note = send_delivery(
        session,
        by=get_sender(session, producer.code),
        producer_id=producer_id,
        store_id=store.id,
        day=day,
        lines=lines,
        remark=BROUGHT_BY,
    )
    refusals = [Refused(1, refused[0], Decimal(refused[1]))] if refused else []
    confirm_note(session, by=get_keeper(session, store), note_id=note.id, on=day, refusals=refusals)


def get_keeper(session: Session, store: Store) -> Actor:
    """Return who keeps a store's goods: its manager, or the partner's finance where nobody else can sign in."""
    partner = session.get_one(Partner, store.partner_id)
    return get_actor(session, find_manager(store.code) or get_partner_finance(partner.code))


def get_sender(session: Session, producer: str) -> Actor:
    """Return who sends a producer's goods: itself, or the dinas where it has no account."""
    return get_actor(session, next((one.login for one in OTHERS if one.producer == producer), ADMIN))


def _find_sold(session: Session, store: Store, days: Days) -> dict[int, Sold]:
    facts = {"store": store.id, "first": days.first, "second": days.second}
    return {row.product_id: Sold(row.before, row.between, row.after) for row in session.execute(_SOLD, facts)}


def _choose_brought(
    session: Session, store: Store, products: Sequence[Product], sold: dict[int, Sold], days: Days
) -> dict[int, list[Product]]:
    """Return by producer what is brought to a store on both days: what sells best of what may be brought."""
    lacking = {
        product_id
        for day in (days.first, days.second)
        for product_id in find_lacks(session, products=products, store=store, on=day, papers=True)
    }
    by_producer: defaultdict[int, list[Product]] = defaultdict(list)
    for one in sorted(products, key=lambda product: product.code):
        if one.id not in lacking and may_be_brought(one, days):
            by_producer[one.producer_id].append(one)
    always = session.scalar(select(Producer.id).where(Producer.code == ALWAYS))
    best = sorted(
        by_producer, key=lambda one: (one != always, -sum(sold[each.id].total for each in by_producer[one]), one)
    )
    return {one: by_producer[one] for one in best[:DELIVERED_PRODUCERS]}
