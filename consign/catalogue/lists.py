"""Products as people look at them: only those within the reader's reach."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, RowMapping, Select, String, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from consign.catalogue.rules import ProductUnknown
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Barcode, Product, ProductAlias, ProductPrice
from consign.models.documents import ProductEligibility
from consign.models.partners import Partner, Producer
from consign.sentence import say

_EARLIER, _LATER = aliased(Product, name="earlier"), aliased(Product, name="later")


def _is_printed(on: date) -> ColumnElement[bool]:
    """Return the condition under which a number is in use on the day *on*."""
    goes_on = or_(Barcode.until_on.is_(None), Barcode.until_on >= on)
    return Barcode.retired_at.is_(None) & (Barcode.from_on <= on) & goes_on


def _select_products(by: Actor, *, on: date) -> Select[Any]:
    """Return the products *by* may see, with their price and the number in use on the day *on*."""
    reach = get_reach(by, Act.READ_PRODUCTS)
    price = select(ProductPrice.price_rp).where(ProductPrice.product_id == Product.id, ProductPrice.days.contains(on))
    number = select(func.max(Barcode.number)).where(Barcode.product_id == Product.id, _is_printed(on))
    aliases = (
        select(func.count())
        .where(ProductAlias.product_id == Product.id, ProductAlias.ended_at.is_(None))
        .scalar_subquery()
    )
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
        number.scalar_subquery().label("number"),
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

    Filters: `producer` (a code), `lacks` (`price`, `barcode`: a number in use, `class` or `photo`) and `standing` (as
    computed last; `none` where it was not judged yet). A row has id, code, name, producer_code, producer, content,
    goods_class, food_group, price_rp and number (both on the day *on*), aliases and standing. A search finds all numbers.
    """
    query = _select_products(by, on=on)
    if wish.filters.get("producer"):
        query = query.where(Producer.code == wish.filters["producer"])
    match wish.filters.get("lacks"):
        case "price":
            priced = exists().where(ProductPrice.product_id == Product.id, ProductPrice.days.contains(on))
            query = query.where(~priced)
        case "barcode":
            query = query.where(~exists().where(Barcode.product_id == Product.id, _is_printed(on)))
        case "class":
            query = query.where(Product.goods_class.is_(None))
        case "photo":
            query = query.where(Product.photo_sha256.is_(None))
    if wish.filters.get("standing"):
        asked = wish.filters["standing"]
        query = query.where(ProductEligibility.standing.is_not_distinct_from(None if asked == "none" else asked))
    numbers = select(func.string_agg(Barcode.number, " ")).where(Barcode.product_id == Product.id).scalar_subquery()
    sorts = columns_of(query)
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
    """Return one product as a row of the list of products, with all that is known of it.

    Besides a list's columns it has brand, packaging, pieces, shelf_life_days, ingredients, photo_sha256, thumb_sha256,
    sold_from, sold_until, is_public (whether everybody may see it by its number), earlier and earlier_code (the product it follows; blank without one), and later: the products
    that follow it, each with code and name (blank without one).

    Raises:
        ProductUnknown: there is none that *by* may see.

    """
    named = func.json_build_object("code", _LATER.code, "name", _LATER.name)
    followers = select(func.json_agg(named)).where(_LATER.follows_id == Product.id)
    more: list[Value] = [
        Product.brand,
        Product.packaging,
        Product.pieces,
        Product.shelf_life_days,
        Product.ingredients,
        Product.photo_sha256,
        Product.thumb_sha256,
        Product.sold_from,
        Product.sold_until,
        Producer.confirmed_at.is_not(None).label("is_public"),
        _EARLIER.code.label("earlier_code"),
        _EARLIER.name.label("earlier"),
        followers.scalar_subquery().label("later"),
    ]
    query = _select_products(by, on=on).add_columns(*more).outerjoin(_EARLIER, _EARLIER.id == Product.follows_id)
    row = session.execute(query.where(Product.code == code)).mappings().one_or_none()
    if row is None:
        raise ProductUnknown(say("There is no product '{code}'.", code=code))
    return row


def find_prices(session: Session, product_id: int) -> Sequence[RowMapping]:
    """Return a product's prices, the newest first: first, last (blank while it holds) and price_rp."""
    first, after = func.lower(ProductPrice.days, type_=Date), func.upper(ProductPrice.days, type_=Date)
    query = select(first.label("first"), cast(after - 1, Date).label("last"), ProductPrice.price_rp)
    return session.execute(query.where(ProductPrice.product_id == product_id).order_by(first.desc())).mappings().all()


def state_of_number(on: date) -> ColumnElement[str]:
    """Return how a number stands on the day *on*: `in_use`, `ahead`, `replaced` or `retired`."""
    today = literal(on, Date)
    return case(
        (Barcode.retired_at.is_not(None), "retired"),
        (Barcode.from_on > today, "ahead"),
        (Barcode.until_on < today, "replaced"),
        else_="in_use",
    )


def find_barcodes(session: Session, product_id: int, *, on: date) -> Sequence[RowMapping]:
    """Return a product's numbers, the newest first.

    A row has number, kind (`gtin` or `city`), first, last (the last day on which it is printed; blank while it goes on),
    reason (of taking it out of use) and state on the day *on*: `in_use`, `ahead`, `replaced` or `retired`.
    """
    query = select(
        Barcode.number,
        Barcode.kind,
        state_of_number(on).label("state"),
        Barcode.from_on.label("first"),
        Barcode.until_on.label("last"),
        Barcode.retired_reason.label("reason"),
    )
    ordered = query.where(Barcode.product_id == product_id).order_by(Barcode.from_on.desc(), Barcode.number)
    return session.execute(ordered).mappings().all()


def find_aliases(session: Session, product_id: int) -> Sequence[RowMapping]:
    """Return the codes that partners' tills use for a product: partner, partner_code and alias."""
    query = select(Partner.name.label("partner"), Partner.code.label("partner_code"), ProductAlias.alias).join(
        Partner, Partner.id == ProductAlias.partner_id
    )
    ordered = query.where(ProductAlias.product_id == product_id, ProductAlias.ended_at.is_(None)).order_by(
        Partner.name, ProductAlias.alias
    )
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
