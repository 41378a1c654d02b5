"""Which products stand or are offered in which stores, with what is on its way there and how often its producer comes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.errors import BadInput, NotFound
from consign.identity.rules import Act, Actor, Reach, get_reach
from consign.sentence import say

LEAD_DAYS = 3
"""Days until a producer can bring goods to a store, where it has come too seldom to say: the region's for everybody."""
LONGEST_LEAD_DAYS = 28
LEAST_DELIVERIES = 3
"""From so many deliveries to a store on, the median of the days between them says when the next one can be there."""
RHYTHM_DAYS = 180
"""How many days back deliveries are looked at for that."""
OVERDUE_DAYS = 14
"""What was announced for a day longer ago and is not confirmed does not come any more."""
MOST_PLACES = 2_000
"""Of how many products in stores a page tells what is to come; whoever sees more picks a store or a producer."""

_PLACES = """
    WITH transit AS (
      SELECT COALESCE(note.to_store_id, note.store_id) AS store_id, line.product_id, sum(line.quantity) AS quantity
      FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id
      WHERE note.state = 'sent' AND note.kind IN ('delivery', 'transfer') AND note.day >= CAST(:on AS date) - :overdue
      GROUP BY 1, 2),
    came AS (
      SELECT DISTINCT store_id, producer_id, confirmed_on AS day FROM stock_note
      WHERE kind = 'delivery' AND state = 'confirmed' AND confirmed_on BETWEEN CAST(:on AS date) - :rhythm AND :on
        AND (CAST(:producer AS bigint) IS NULL OR producer_id = :producer)
        AND (CAST(:store AS bigint) IS NULL OR store_id = :store)),
    rhythm AS (
      SELECT store_id, producer_id, count(*) AS deliveries, percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) AS days
      FROM (SELECT *, day - lag(day) OVER (PARTITION BY store_id, producer_id ORDER BY day) AS gap FROM came) AS each
      GROUP BY 1, 2),
    pair AS (
      SELECT store_id, product_id FROM stock_level WHERE CAST(:store AS bigint) IS NULL OR store_id = :store
      UNION SELECT store_id, product_id FROM product_listing
      WHERE days @> CAST(:on AS date) AND (CAST(:store AS bigint) IS NULL OR store_id = :store))
    SELECT pair.store_id, pair.product_id, store.code AS store_code, store.name AS store, store.partner_id,
      partner.name AS partner, product.code AS product_code, product.name AS product, product.producer_id,
      producer.code AS producer_code, producer.name AS producer, product.shelf_life_days, level.begins_on, level.on_hand,
      COALESCE(transit.quantity, 0) AS in_transit, COALESCE(rhythm.deliveries, 0) AS deliveries,
      rhythm.days AS rhythm_days
    FROM pair JOIN store ON store.id = pair.store_id JOIN partner ON partner.id = store.partner_id
    JOIN product ON product.id = pair.product_id JOIN producer ON producer.id = product.producer_id
    LEFT JOIN stock_level AS level ON level.store_id = pair.store_id AND level.product_id = pair.product_id
    LEFT JOIN transit ON transit.store_id = pair.store_id AND transit.product_id = pair.product_id
    LEFT JOIN rhythm ON rhythm.store_id = pair.store_id AND rhythm.producer_id = product.producer_id
    WHERE (CAST(:partner AS bigint) IS NULL OR store.partner_id = :partner)
      AND (CAST(:store AS bigint) IS NULL OR store.id = :store)
      AND (CAST(:producer AS bigint) IS NULL OR product.producer_id = :producer)
      AND {narrowed}
      AND (store.closed_on IS NULL OR store.closed_on >= :on) AND (product.sold_until IS NULL OR product.sold_until >= :on)
    ORDER BY partner.name, store.name, product.name, pair.store_id, pair.product_id LIMIT :most"""


class PlaceUnknown(NotFound):
    """The product never stood in the store, or it is not for this person to see; nothing was read."""

    code = "insight.place_unknown"


class TooMany(BadInput):
    """More products in stores are asked for than a page tells about; nothing was worked out."""

    code = "insight.too_many"


@dataclass(frozen=True)
class Place:
    """A product in a store. Quantities in its unit."""

    store_id: int
    product_id: int
    store_code: str
    store: str
    partner_id: int
    partner: str
    product_code: str
    product: str
    producer_id: int
    producer_code: str
    producer: str
    shelf_life_days: int | None
    begins_on: date | None
    """Since when stock is kept there; blank where none is."""
    on_hand: Decimal | None
    """Blank where no stock is kept."""
    in_transit: Decimal
    """On its way there: sent, and neither confirmed nor given up."""
    deliveries: int
    """On how many days of the last half year the producer brought something to the store."""
    rhythm_days: int | None
    """The median of the days between them."""

    @property
    def lead_days(self) -> int:
        """Return in how many days the next delivery can be there."""
        if self.deliveries < LEAST_DELIVERIES or self.rhythm_days is None:
            return LEAD_DAYS
        return min(max(1, self.rhythm_days), LONGEST_LEAD_DAYS)


def find_places(
    session: Session, *, by: Actor, on: date, store_id: int | None = None, producer_code: str = ""
) -> list[Place]:
    """Return what stands or is offered on a day in the stores *by* may see; of one store or producer where given.

    Goods that are no more offered, and stores that are closed for good, are left out.

    Raises:
        TooMany: there is more than a page tells about.

    """
    reach = get_reach(by, Act.READ_STOCK)
    narrowed = _narrow(reach, store_id=store_id)
    if narrowed is None:
        return []
    facts = {"code": producer_code}
    where = "producer.code = :code" if producer_code else "true"
    found = _find(session, narrowed, on=on, most=MOST_PLACES + 1, where=where, facts=facts)
    if len(found) > MOST_PLACES:
        raise TooMany(
            say("More than {most} products stand in these stores. Choose a store or a producer.", most=MOST_PLACES)
        )
    return found


def find_all_places(session: Session, *, on: date, store_id: int) -> list[Place]:
    """Return what stands or is offered on a day in one store, for what nobody in particular asks."""
    return _find(session, Reach(None, store_id, None), on=on, most=None, where="true", facts={})


def get_place(session: Session, *, by: Actor, on: date, store_id: int, product_code: str) -> Place:
    """Return a product in a store.

    Raises:
        PlaceUnknown: it neither stands nor is offered there, or *by* may not see it.

    """
    reach = _narrow(get_reach(by, Act.READ_STOCK), store_id=store_id)
    where, facts = "product.code = :code", {"code": product_code}
    found = _find(session, reach, on=on, most=1, where=where, facts=facts) if reach else []
    if not found:
        raise PlaceUnknown(say("There is no stock of such a product under this address."))
    return found[0]


def _narrow(reach: Reach, *, store_id: int | None) -> Reach | None:
    """Return *reach* narrowed to a store; nothing where that lies outside of it."""
    if store_id is None:
        return reach
    if reach.store_id not in (None, store_id):
        return None
    return Reach(reach.partner_id, store_id, reach.producer_id)


def _find(
    session: Session, reach: Reach, *, on: date, most: int | None, where: str, facts: dict[str, Any]
) -> list[Place]:
    wish = {
        **facts,
        "on": on,
        "most": most,
        "partner": reach.partner_id,
        "store": reach.store_id,
        "producer": reach.producer_id,
        "overdue": OVERDUE_DAYS,
        "rhythm": RHYTHM_DAYS,
    }
    rows = session.execute(text(_PLACES.format(narrowed=where)), wish)
    return [Place(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for it


def find_place_stores(session: Session, *, by: Actor) -> list[tuple[int, str]]:
    """Return the stores with stock that *by* may see, as id and name, by partner and name."""
    reach = get_reach(by, Act.READ_STOCK)
    query = text("""
        SELECT store.id, store.name || ', ' || partner.name AS name FROM store JOIN partner ON partner.id = store.partner_id
        WHERE (CAST(:partner AS bigint) IS NULL OR store.partner_id = :partner)
          AND (CAST(:store AS bigint) IS NULL OR store.id = :store)
          AND EXISTS (
            SELECT FROM stock_level AS level JOIN product ON product.id = level.product_id
            WHERE level.store_id = store.id AND (CAST(:producer AS bigint) IS NULL OR product.producer_id = :producer))
        ORDER BY partner.name, store.name, store.id""")
    facts = {"partner": reach.partner_id, "store": reach.store_id, "producer": reach.producer_id}
    return [(row.id, row.name) for row in session.execute(query, facts)]
