"""Which stores offer a product, from which day until which."""

from collections.abc import Sequence
from datetime import date, timedelta

from psycopg.errors import ExclusionViolation
from sqlalchemy import ColumnElement, Date, RowMapping, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign.catalogue.rules import ListingMissing, ListingOverlaps
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Product, ProductListing
from consign.models.partners import Partner, Producer, Store
from consign.partners.rules import UnknownCode
from consign.sentence import say


def list_product(session: Session, *, by: Actor, product: Product, store_id: int, first: date) -> ProductListing:
    """Note that a store offers *product* from the day *first* on, until somebody ends it.

    Raises:
        UnknownCode: there is no such store.
        BadInput: the store is closed by then.
        ListingOverlaps: it offers the product on some of these days already.

    """
    store = session.get(Store, store_id)
    if store is None:
        raise UnknownCode(say("There is no such store."))
    authorize(by, Act.MANAGE_LISTINGS, partner_id=store.partner_id, store_id=store.id, producer_id=product.producer_id)
    if store.closed_on is not None and first > store.closed_on:
        raise BadInput(
            say(
                "{store} sells consigned goods until {last} only; nothing was changed.",
                store=store.name,
                last=store.closed_on,
            )
        )
    listing = ProductListing(product_id=product.id, store_id=store.id, days=Range(first, None))
    try:
        with session.begin_nested():
            session.add(listing)
    except IntegrityError as error:
        raise _told(error, product_name=product.name, store_name=store.name) from error
    subject = f"product:{product.id}"
    record_event(session, by=by, act="product listed", subject=subject, store_id=store.id, from_on=str(first))
    return listing


def end_listing(session: Session, *, by: Actor, listing_id: int, last: date) -> ProductListing:
    """Set the last day on which a store offers a product; done again it changes nothing.

    Raises:
        ListingMissing: there is no such listing.
        BadInput: the day lies before the first.
        ListingOverlaps: the store offers the product again before that day.

    """
    listing = session.get(ProductListing, listing_id, with_for_update={"key_share": True}, populate_existing=True)
    if listing is None:
        raise ListingMissing(say("There is no such listing; nothing was changed."))
    store, product = session.get_one(Store, listing.store_id), session.get_one(Product, listing.product_id)
    authorize(by, Act.MANAGE_LISTINGS, partner_id=store.partner_id, store_id=store.id, producer_id=product.producer_id)
    first, before = listing.days.lower, listing.days.upper
    if first is not None and last < first:
        raise BadInput(say("It begins on {first}, after {last}; nothing was changed.", first=first, last=last))
    after = last + timedelta(1)
    if before == after:
        return listing
    try:
        with session.begin_nested():
            listing.days = Range(first, after)
    except IntegrityError as error:
        raise _told(error, product_name=product.name, store_name=store.name) from error
    subject = f"product:{product.id}"
    record_event(session, by=by, act="listing ended", subject=subject, store_id=store.id, last=str(last))
    return listing


def find_listings(session: Session, *, product_id: int, on: date, most: int) -> Sequence[RowMapping]:
    """Return which stores offer a product: those that do so on the day *on* first, then what begins later, then the rest.

    At most *most* rows. A row has store_id, store, partner, first, last (blank while it goes on), state (`now`, `ahead`
    or `over`), and how many there are in all: `total`, and `total_now` on the day *on*.
    """
    state = _select_state(on)
    query = (
        select(
            ProductListing.store_id,
            Store.name.label("store"),
            Partner.name.label("partner"),
            *_select_days(),
            state.label("state"),
            func.count().over().label("total"),
            func.count().filter(state == "now").over().label("total_now"),
        )
        .join(Store, Store.id == ProductListing.store_id)
        .join(Partner, Partner.id == Store.partner_id)
        .where(ProductListing.product_id == product_id)
        .order_by(
            case((state == "now", 0), (state == "ahead", 1), else_=2),
            Partner.name,
            Store.name,
            func.lower(ProductListing.days).desc(),
            ProductListing.id,
        )
        .limit(most)
    )
    return session.execute(query).mappings().all()


def find_listed_page(session: Session, *, store_id: int, on: date, wish: Wish) -> Found:
    """Return a page of what a store offers on the day *on*, or will: code, name, producer, content, first, last."""
    columns: list[Value] = [
        Product.code,
        Product.name,
        Producer.name.label("producer"),
        func.concat(Product.net_content, " ", Product.net_unit).label("content"),
        *_select_days(),
    ]
    query = (
        select(*columns)
        .select_from(ProductListing)
        .join(Product, Product.id == ProductListing.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .where(ProductListing.store_id == store_id, or_(_upper().is_(None), _upper() > on))
    )
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="name",
        searched=[Product.code, Product.name, Producer.name],
        tie=ProductListing.id,
    )


def find_places(session: Session, *, product_id: int, partner_id: int, on: date) -> Sequence[RowMapping]:
    """Return a partner's stores that are not closed by the day *on*, by name, with the product's listings not yet over.

    A row has store_id, code, store, listing_id, first and last; of a store that does not offer it the last three are
    blank, and one that offers it again later has two rows.
    """
    listed = and_(
        ProductListing.store_id == Store.id,
        ProductListing.product_id == product_id,
        or_(_upper().is_(None), _upper() > on),
    )
    query = (
        select(
            Store.id.label("store_id"),
            Store.code,
            Store.name.label("store"),
            ProductListing.id.label("listing_id"),
            *_select_days(),
        )
        .outerjoin(ProductListing, listed)
        .where(Store.partner_id == partner_id, or_(Store.closed_on.is_(None), Store.closed_on >= on))
        .order_by(Store.name, Store.id, ProductListing.id)
    )
    return session.execute(query).mappings().all()


def _upper() -> ColumnElement[date]:
    return func.upper(ProductListing.days, type_=Date)


def _select_days() -> tuple[Value, Value]:
    """Return the first and the last day of a listing, both inside; the last is blank while it goes on."""
    return func.lower(ProductListing.days, type_=Date).label("first"), cast(_upper() - 1, Date).label("last")


def _select_state(on: date) -> ColumnElement[str]:
    today = literal(on, Date)
    first = func.lower(ProductListing.days, type_=Date)
    return case((first > today, "ahead"), (_upper() <= today, "over"), else_="now")


def _told(error: IntegrityError, *, product_name: str, store_name: str) -> Exception:
    """Return what the database refused as our own error, or the error itself where it is another."""
    if not isinstance(error.orig, ExclusionViolation):
        return error
    return ListingOverlaps(
        say(
            "{store} offers {product} on some of these days already; nothing was changed.",
            store=store_name,
            product=product_name,
        )
    )
