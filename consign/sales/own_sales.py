"""What stores sold of one producer's goods, for the producer: by day, by product and store, and line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, select, text, tuple_
from sqlalchemy.orm import Session

from consign.errors import NotFound
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Product, ProductPrice
from consign.models.partners import Partner, Store
from consign.models.sales import Sale
from consign.sales.queries import LINE_KIND
from consign.sentence import say

# Only the postings that can hold a sale of these days at a partner with whom the producer ever agreed are looked into.
_INSIDE = """
    sale.producer_id = :producer AND sale.sold_on BETWEEN :first AND :last
    AND (sale.partner_id, sale.posting_no) IN (
      SELECT partner_id, number FROM sales_posting WHERE first_on <= :last AND last_on >= :first
        AND partner_id IN (SELECT partner_id FROM agreement WHERE producer_id = :producer))
    AND (CAST(:product AS integer) IS NULL OR sale.product_id = :product)
    AND (CAST(:store AS integer) IS NULL OR sale.store_id = :store)"""
_SUMS = text(f"""
    SELECT sold_on, product_id, store_id, GROUPING(sold_on) AS no_day, GROUPING(product_id) AS no_product,
      count(*) AS line_count, sum(quantity) AS quantity, sum(sales_rp)::bigint AS sales_rp, sum(fee_rp)::bigint AS fee_rp,
      max(sold_on) FILTER (WHERE quantity > 0 AND version > 0) AS last_sold_on
    FROM sale WHERE {_INSIDE} GROUP BY GROUPING SETS ((sold_on), (product_id, store_id), ())""")  # noqa: S608  # constants
_PLACES = text("""
    SELECT store.id, store.code, store.name, partner.name AS partner FROM store JOIN partner ON partner.id = store.partner_id
    WHERE store.id = ANY(:stores)""")


class NotOwn(NotFound):
    """There is no such product or store with sales of this producer's goods; nothing was read."""

    code = "sales.not_own"


@dataclass(frozen=True)
class Span:
    """Which sales are asked for: the days from *first* to *last*, inside, of one product and store where given."""

    first: date
    last: date
    product_id: int | None = None
    store_id: int | None = None


@dataclass(frozen=True)
class OwnSum:
    """What some sales of a producer's goods come to."""

    line_count: int
    quantity: Decimal
    sales_rp: int
    fee_rp: int

    @property
    def left_rp(self) -> int:
        """Return what is left after the stores' fees, before taxes on them."""
        return self.sales_rp - self.fee_rp


@dataclass(frozen=True)
class OwnSales:
    """The sales of one producer's goods in a span."""

    total: OwnSum
    by_day: Mapping[date, int]
    """Sales in rupiah, for each day that has any lines."""
    places: Sequence[Mapping[str, Any]]
    """Where what was sold: product_code, product, price_rp (today's), store_id, store, partner, quantity, sales_rp, fee_rp,
    left_rp and last_sold_on (blank where there were only returns); by product and store."""
    unsold: Sequence[Mapping[str, Any]]
    """Products of which nothing was sold in the span: product_code, product and price_rp; by name."""


def find_own_sales(session: Session, *, by: Actor, span: Span, today: date) -> OwnSales:
    """Return what was sold in *span* of the goods of the producer that *by* is, or acts for."""
    producer_id = _get_producer_id(by)
    products = _find_products(session, producer_id, today=today)
    total, by_day, places = OwnSum(0, Decimal(0), 0, 0), {}, []
    for row in session.execute(_SUMS, _facts(producer_id, span)):
        own = OwnSum(row.line_count, row.quantity or Decimal(0), row.sales_rp or 0, row.fee_rp or 0)
        if not row.no_day:
            by_day[row.sold_on] = own.sales_rp
        elif not row.no_product:
            places.append((row, own))
        else:
            total = own
    stores = {row.id: row for row in session.execute(_PLACES, {"stores": sorted({row.store_id for row, _ in places})})}
    told = [
        {
            **products[row.product_id],
            "store_id": row.store_id,
            "store": stores[row.store_id].name,
            "partner": stores[row.store_id].partner,
            "quantity": own.quantity,
            "sales_rp": own.sales_rp,
            "fee_rp": own.fee_rp,
            "left_rp": own.left_rp,
            "last_sold_on": row.last_sold_on,
        }
        for row, own in places
    ]
    told.sort(key=lambda place: (place["product"], place["product_code"], place["partner"], place["store"]))
    sold = {row.product_id for row, _ in places if row.last_sold_on}
    unsold = [product for product_id, product in products.items() if product_id not in sold]
    return OwnSales(total, by_day, told, unsold)


def sum_own_sales(session: Session, *, by: Actor, span: Span) -> OwnSum:
    """Return what was sold in *span* of the goods of the producer that *by* is, or acts for."""
    query = text(
        "SELECT count(*) AS line_count, COALESCE(sum(quantity), 0) AS quantity,"  # noqa: S608  # a constant
        " COALESCE(sum(sales_rp), 0)::bigint AS sales_rp, COALESCE(sum(fee_rp), 0)::bigint AS fee_rp"
        f" FROM sale WHERE {_INSIDE}"
    )
    row = session.execute(query, _facts(_get_producer_id(by), span)).one()
    return OwnSum(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it


def find_own_place(
    session: Session, *, by: Actor, product_code: str | None, store_id: int | None
) -> tuple[int | None, str | None, str | None]:
    """Return the id and name of an own product, and the name of a store with an own sale, where they are asked for.

    Raises:
        NotOwn: the product is not the producer's, or the store never sold anything of the producer's.

    """
    producer_id = _get_producer_id(by)
    product = store = None
    if product_code is not None:
        own = (Product.producer_id == producer_id, Product.code == product_code)
        product = session.execute(select(Product.id, Product.name).where(*own)).one_or_none()
    if store_id is not None:
        store = session.execute(
            text("""
            SELECT store.name || ', ' || partner.name FROM store JOIN partner ON partner.id = store.partner_id
            WHERE store.id = :store AND EXISTS (
              SELECT FROM agreement WHERE agreement.partner_id = partner.id AND agreement.producer_id = :producer
                AND (agreement.store_id IS NULL OR agreement.store_id = store.id))"""),
            {"store": store_id, "producer": producer_id},
        ).scalar_one_or_none()
    if (product_code is not None and product is None) or (store_id is not None and store is None):
        raise NotOwn(say("There are no sales of your goods under this address."))
    return (product.id if product else None, product.name if product else None, store)


def find_own_line_page(session: Session, *, by: Actor, span: Span, wish: Wish) -> Found:
    """Return a page of the sale lines in *span*.

    A row has sold_on, store (with its partner), product_code, product, kind, receipt, quantity, unit_price_rp, discount_rp,
    agreed_price_rp, sales_rp, fee_rate_bp and fee_rp.
    """
    columns: list[Value] = [
        Sale.sold_on, (Store.name + ", " + Partner.name).label("store"), Product.code.label("product_code"),
        Product.name.label("product"), literal_column(LINE_KIND).label("kind"), Sale.receipt, Sale.quantity,
        Sale.unit_price_rp, Sale.discount_rp, Sale.agreed_price_rp, Sale.sales_rp, Sale.fee_rate_bp, Sale.fee_rp,
    ]  # fmt: skip
    query: Select[Any] = (
        select(*columns)
        .join(Store, Store.id == Sale.store_id)
        .join(Partner, Partner.id == Sale.partner_id)
        .join(Product, Product.id == Sale.product_id)
        .where(text(_INSIDE).bindparams(**_facts(_get_producer_id(by), span)))
    )
    return fetch_page(
        session, query, wish=wish, sorts=columns_of(query),
        default_sort="-sold_on", searched=[Sale.receipt, Store.name, Product.name],
        tie=tuple_(Sale.partner_id, Sale.posting_no, Sale.row_no),
    )  # fmt: skip


def _get_producer_id(by: Actor) -> int:
    """Return whose sales *by* may see.

    Raises:
        NotOwn: the role is held for no producer.

    """
    reach = get_reach(by, Act.READ_OWN_SALES)
    if reach.producer_id is None:
        raise NotOwn(say("There are no sales of your goods under this address."))
    return reach.producer_id


def _facts(producer_id: int, span: Span) -> dict[str, Any]:
    return {
        "producer": producer_id,
        "first": span.first,
        "last": span.last,
        "product": span.product_id,
        "store": span.store_id,
    }


def _find_products(session: Session, producer_id: int, *, today: date) -> dict[int, dict[str, Any]]:
    """Return the producer's products by id, ordered by name, with today's price."""
    price: ColumnElement[bool] = and_(ProductPrice.product_id == Product.id, ProductPrice.days.contains(today))
    query = (
        select(Product.id, Product.code, Product.name, ProductPrice.price_rp)
        .outerjoin(ProductPrice, price)
        .where(Product.producer_id == producer_id)
        .order_by(Product.name, Product.code)
    )
    return {
        row.id: {"product_code": row.code, "product": row.name, "price_rp": row.price_rp}
        for row in session.execute(query)
    }
