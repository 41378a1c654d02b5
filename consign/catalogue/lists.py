"""Products as people look at them: only those within the reader's reach."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, RowMapping, Select, String, cast, exists, func, select
from sqlalchemy.orm import Session

from consign.catalogue.rules import ProductUnknown
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, fetch_page
from consign.models.catalogue import Barcode, Product, ProductAlias, ProductPrice
from consign.models.documents import ProductEligibility
from consign.models.partners import Partner, Producer
from consign.sentence import say


def _select_products(by: Actor, *, on: date) -> Select[Any]:
    """Return the products *by* may see, with their price on the day *on*."""
    reach = get_reach(by, Act.READ_PRODUCTS)
    price = select(ProductPrice.price_rp).where(ProductPrice.product_id == Product.id, ProductPrice.days.contains(on))
    barcodes = select(func.count()).where(Barcode.product_id == Product.id).scalar_subquery()
    aliases = select(func.count()).where(ProductAlias.product_id == Product.id).scalar_subquery()
    columns: list[Value] = [
        Product.id,
        Product.code,
        Product.name,
        Product.producer_id,
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        Product.net_content,
        Product.net_unit,
        Product.goods_class,
        Product.food_group,
        (cast(Product.net_content, String) + " " + Product.net_unit).label("content"),
        price.scalar_subquery().label("price_rp"),
        barcodes.label("barcodes"),
        aliases.label("aliases"),
        ProductEligibility.standing,
    ]
    query = (
        select(*columns)
        .select_from(Product)
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(ProductEligibility, ProductEligibility.product_id == Product.id)
    )
    return query if reach.producer_id is None else query.where(Product.producer_id == reach.producer_id)


def find_product_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the products that *by* may see.

    Filters: `producer` (a code), `lacks` (`price`, `barcode` or `class`) and `standing` (as computed last; `none` where
    it was not judged yet). A row has id, code, name, producer_code, producer, content, goods_class, food_group, price_rp
    (on the day *on*), barcodes, aliases and standing. A search finds barcodes as well.
    """
    query = _select_products(by, on=on)
    if wish.filters.get("producer"):
        query = query.where(Producer.code == wish.filters["producer"])
    match wish.filters.get("lacks"):
        case "price":
            priced = exists().where(ProductPrice.product_id == Product.id, ProductPrice.days.contains(on))
            query = query.where(~priced)
        case "barcode":
            query = query.where(~exists().where(Barcode.product_id == Product.id))
        case "class":
            query = query.where(Product.goods_class.is_(None))
    if wish.filters.get("standing"):
        asked = wish.filters["standing"]
        query = query.where(ProductEligibility.standing.is_not_distinct_from(None if asked == "none" else asked))
    numbers = select(func.string_agg(Barcode.number, " ")).where(Barcode.product_id == Product.id).scalar_subquery()
    sorts = {column.name: column for column in query.selected_columns}
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="code",
        searched=[Product.code, Product.name, Producer.code, Producer.name, numbers],
        tie=Product.id,
    )


def get_product_seen(session: Session, *, by: Actor, code: str) -> Product:
    """Return the product with *code*.

    Raises:
        ProductUnknown: there is none that *by* may see.

    """
    reach = get_reach(by, Act.READ_PRODUCTS)
    product = session.scalar(select(Product).where(Product.code == code))
    if product is None or reach.producer_id not in {None, product.producer_id}:
        raise ProductUnknown(say("There is no product '{code}'.", code=code))
    return product


def get_product_facts(session: Session, *, by: Actor, code: str, on: date) -> RowMapping:
    """Return one product as a row of the list of products.

    Raises:
        ProductUnknown: there is none that *by* may see.

    """
    row = session.execute(_select_products(by, on=on).where(Product.code == code)).mappings().one_or_none()
    if row is None:
        raise ProductUnknown(say("There is no product '{code}'.", code=code))
    return row


def find_prices(session: Session, product_id: int) -> Sequence[RowMapping]:
    """Return a product's prices, the newest first: first, last (blank while it holds) and price_rp."""
    first, after = func.lower(ProductPrice.days, type_=Date), func.upper(ProductPrice.days, type_=Date)
    query = select(first.label("first"), cast(after - 1, Date).label("last"), ProductPrice.price_rp)
    return session.execute(query.where(ProductPrice.product_id == product_id).order_by(first.desc())).mappings().all()


def find_barcodes(session: Session, product_id: int) -> Sequence[RowMapping]:
    """Return a product's numbers, the newest first: number, first, and the last day on which it is printed."""
    query = select(Barcode.number, Barcode.from_on.label("first"), Barcode.until_on.label("last"))
    ordered = query.where(Barcode.product_id == product_id).order_by(Barcode.from_on.desc(), Barcode.number)
    return session.execute(ordered).mappings().all()


def find_aliases(session: Session, product_id: int) -> Sequence[RowMapping]:
    """Return the codes that partners' tills use for a product: partner, partner_code and alias."""
    query = select(Partner.name.label("partner"), Partner.code.label("partner_code"), ProductAlias.alias).join(
        Partner, Partner.id == ProductAlias.partner_id
    )
    ordered = query.where(ProductAlias.product_id == product_id).order_by(Partner.name, ProductAlias.alias)
    return session.execute(ordered).mappings().all()


def find_products_of(session: Session, producer_id: int) -> Sequence[Product]:
    """Return the products of a producer by code."""
    return session.scalars(select(Product).where(Product.producer_id == producer_id).order_by(Product.code)).all()


def find_free_code(session: Session, producer: Producer) -> str:
    """Return a product code that is not in use: the producer's own, and the next number after its products'."""
    start = f"{producer.code}-"
    taken = session.scalars(select(Product.code).where(Product.code.startswith(start, autoescape=True))).all()
    numbers = [int(code[len(start) :]) for code in taken if code[len(start) :].isdecimal()]
    return f"{start}{max(numbers, default=0) + 1:02d}"
