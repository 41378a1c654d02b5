"""The city register as people look at it: numbers with what they stand for, and numbers that partners use themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, String, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from consign.catalogue.lists import state_of_number
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Barcode, NumberSeries, Product, ReservedRange
from consign.models.partners import Agreement, Partner, Producer

_OTHER = aliased(Barcode, name="other")
STATES = ("in_use", "replaced", "retired", "ahead")
KINDS = ("city", "gtin")


def find_number_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of all numbers, as they stand on the day *on*.

    People of a partner see the numbers of producers that have or had an agreement with it. Filters: `state`, `kind`,
    `begins` (digits that they begin with), `taken` (`yes`: in use, and among numbers that a partner uses itself; for people
    of a partner, that theirs does) and `range` (the id of such numbers).
    A row has number, product, product_code, producer, producer_code, brand, content, kind, from_on, until_on, state and
    reason.
    """
    query = _select_numbers(by, on=on)
    for name, value in (("state", state_of_number(on)), ("kind", Barcode.kind)):
        if wish.filters.get(name):
            query = query.where(value == wish.filters[name])
    if wish.filters.get("begins"):
        query = query.where(Barcode.number.startswith(wish.filters["begins"], autoescape=True))
    partner_id = get_reach(by, Act.READ_NUMBERS).partner_id
    if wish.filters.get("range"):
        query = query.where(_is_taken(partner_id, range_id=parse_id(wish.filters["range"])))
    if wish.filters.get("taken") == "yes":
        query = query.where(_is_taken(partner_id), Barcode.until_on.is_(None))
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="number",
        searched=[Barcode.number, Product.name, Product.code, Producer.name, Producer.code, Product.brand],
        tie=Barcode.number,
    )


def find_ranges(session: Session) -> Sequence[RowMapping]:
    """Return the numbers that partners use themselves: id, partner, first, last, note, added_at and in_way.

    *in_way* counts the numbers in use that lie among them.
    """
    in_way = (
        select(func.count())
        .where(_OTHER.kind == "city", _OTHER.until_on.is_(None), _lies_in_range(_OTHER.number))
        .scalar_subquery()
    )
    columns: list[Value] = [
        ReservedRange.id,
        Partner.name.label("partner"),
        ReservedRange.first,
        ReservedRange.last,
        ReservedRange.note,
        ReservedRange.added_at,
        in_way.label("in_way"),
    ]
    query = (
        select(*columns)
        .join(Partner, Partner.id == ReservedRange.partner_id)
        .where(ReservedRange.withdrawn_at.is_(None))
    )
    return session.execute(query.order_by(ReservedRange.first, ReservedRange.id)).mappings().all()


def find_range(session: Session, *, by: Actor, range_id: int | None) -> RowMapping | None:
    """Return the first and last of the numbers that a partner uses itself; for people of a partner, of those of theirs."""
    partner_id = get_reach(by, Act.READ_NUMBERS).partner_id
    query = select(ReservedRange.id, ReservedRange.first, ReservedRange.last).where(
        ReservedRange.id == range_id,
        ReservedRange.withdrawn_at.is_(None),
        *(() if partner_id is None else (ReservedRange.partner_id == partner_id,)),
    )
    return session.execute(query).mappings().one_or_none()


def find_series(session: Session) -> Sequence[RowMapping]:
    """Return the series of the register by prefix: prefix, used and passed.

    *used*: how many numbers were given of it; *passed*: how many were passed over, since a partner uses them itself.
    """
    used = select(func.count()).where(Barcode.prefix == NumberSeries.prefix).scalar_subquery()
    query = select(
        NumberSeries.prefix, used.label("used"), (NumberSeries.next_serial - 1 - used).label("passed")
    ).order_by(NumberSeries.prefix)
    return session.execute(query).mappings().all()


def _select_numbers(by: Actor, *, on: date) -> Select[Any]:
    reach = get_reach(by, Act.READ_NUMBERS)
    columns: list[Value] = [
        Barcode.number,
        Product.name.label("product"),
        Product.code.label("product_code"),
        Producer.name.label("producer"),
        Producer.code.label("producer_code"),
        Product.brand,
        func.concat(Product.net_content, " ", Product.net_unit).label("content"),
        Barcode.kind,
        Barcode.from_on,
        Barcode.until_on,
        state_of_number(on).label("state"),
        Barcode.retired_reason.label("reason"),
    ]
    query = (
        select(*columns)
        .join(Product, Product.id == Barcode.product_id)
        .join(Producer, Producer.id == Product.producer_id)
    )
    if reach.partner_id is not None:
        agreed = exists().where(Agreement.partner_id == reach.partner_id, Agreement.producer_id == Producer.id)
        query = query.where(agreed)
    return query


def _is_taken(partner_id: int | None, *, range_id: int | None = None) -> ColumnElement[bool]:
    """Return whether a partner uses a number itself; with *partner_id*, whether that one does; with a range, among those."""
    return (Barcode.kind == "city") & exists().where(
        ReservedRange.withdrawn_at.is_(None),
        _lies_in_range(Barcode.number),
        *(() if partner_id is None else (ReservedRange.partner_id == partner_id,)),
        *(() if range_id is None else (ReservedRange.id == range_id,)),
    )


def _lies_in_range(number: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return whether a number of the city lies in the range; compared as texts of thirteen digits, by their index."""
    first = cast(ReservedRange.first, String) + "0"
    return number.between(first, cast(ReservedRange.last, String) + "9")
