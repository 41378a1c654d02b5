"""What a store offers on some days: products that it lists, or that an agreement lets it sell, with number and price."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.models.partners import Store
from consign.period import Period

# A number that tills scan goes before the partner's own code; of several the one in use, then the producer's own.
# A code that a barcode of another product equals, or that a spreadsheet would take for a formula, names nothing here.
_PRODUCTS = text("""
    WITH offered AS (
      SELECT product_id, true AS listed FROM product_listing
      WHERE store_id = :store AND days && daterange(:first, :last, '[]')
      UNION ALL
      SELECT product.id, false FROM agreement
      JOIN product ON product.producer_id = agreement.producer_id
        AND (agreement.product_id IS NULL OR agreement.product_id = product.id)
      WHERE agreement.partner_id = :partner AND (agreement.store_id IS NULL OR agreement.store_id = :store)
        AND agreement.days && daterange(:first, :last, '[]'))
    SELECT product.id, product.code, product.name, producer.name AS producer, bool_or(offered.listed) AS listed,
      COALESCE(
        (SELECT number FROM barcode WHERE barcode.product_id = product.id
         ORDER BY (until_on IS NULL OR until_on >= :first) DESC, kind = 'gtin' DESC, from_on DESC, number LIMIT 1),
        (SELECT alias FROM product_alias
         WHERE partner_id = :partner AND product_alias.product_id = product.id AND alias !~ '^\\s*[-=+@\uff1d\uff0b\uff0d\uff20]'
           AND NOT EXISTS (SELECT FROM barcode WHERE barcode.number = alias) ORDER BY alias LIMIT 1)) AS number
    FROM offered JOIN product ON product.id = offered.product_id JOIN producer ON producer.id = product.producer_id
    GROUP BY product.id, producer.id ORDER BY listed DESC, product.name, product.code""")
_PRICES = text("""
    SELECT product_id, lower(days) AS first, upper(days) AS after, price_rp FROM product_price
    WHERE product_id = ANY(:products) AND days && daterange(:first, :last, '[]') ORDER BY product_id, lower(days)""")


@dataclass(frozen=True)
class Priced:
    """An agreed price and the days on which it holds, both inside; those of the asked span alone."""

    price_rp: int
    days: Period


@dataclass(frozen=True)
class StoreProduct:
    """A product that a store may sell."""

    id: int
    code: str
    name: str
    producer: str
    listed: bool
    """Whether the store lists it; else only an agreement covers it."""
    number: str | None
    """What names it in a file: a barcode, else the partner's own code; blank where it has neither."""
    prices: tuple[Priced, ...]

    @property
    def reportable(self) -> bool:
        """Say whether its sales can be reported on a sheet."""
        return self.number is not None and bool(self.prices)


def find_store_products(session: Session, *, store: Store, span: Period) -> Sequence[StoreProduct]:
    """Return what *store* may sell on the days of *span*: those that it lists first, each kind by name."""
    facts = {"store": store.id, "partner": store.partner_id, "first": span.first, "last": span.last}
    rows = session.execute(_PRODUCTS, facts).all()
    prices: defaultdict[int, list[Priced]] = defaultdict(list)
    for row in session.execute(_PRICES, {**facts, "products": [one.id for one in rows]}):
        last = span.last if row.after is None else min(span.last, date.fromordinal(row.after.toordinal() - 1))
        prices[row.product_id].append(Priced(row.price_rp, Period(max(span.first, row.first), last)))
    return [
        StoreProduct(row.id, row.code, row.name, row.producer, row.listed, row.number, tuple(prices[row.id]))
        for row in rows
    ]
