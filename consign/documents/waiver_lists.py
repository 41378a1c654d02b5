"""Waivers as people look at them."""

from datetime import date
from typing import Any

from sqlalchemy import Date, RowMapping, Select, case, literal, select
from sqlalchemy.orm import Session

from consign.documents.rules import WaiverMissing
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.documents import PaperWaiver
from consign.models.identity import UserAccount
from consign.models.partners import Producer
from consign.sentence import say

_FILTERED = {"producer": "producer_code", "kind": "kind", "state": "state"}


def find_waiver_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the waivers; filters `producer` (a code), `kind` and `state` (`ahead`, `in_force` or `over`).

    A row has id, producer_code, producer, product_code and product (blank for all), kind, reason, from_on, until_on,
    granted_by (a name), granted_at and state as of *on*. One that was ended before its first day is over.
    """
    query = _select_waivers(by, on=on)
    columns = columns_of(query)
    for name, column in _FILTERED.items():
        if wish.filters.get(name):
            query = query.where(columns[column] == wish.filters[name])
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns,
        default_sort="until_on",
        searched=[Producer.code, Producer.name, Product.code, Product.name, PaperWaiver.reason],
        tie=PaperWaiver.id,
    )


def get_waiver_seen(session: Session, *, by: Actor, waiver_id: int | str, on: date) -> RowMapping:
    """Return the waiver whose id stands in an address, as a row of `find_waiver_page`.

    Raises:
        WaiverMissing: there is none that *by* may see.

    """
    query = _select_waivers(by, on=on).where(PaperWaiver.id == parse_id(str(waiver_id)))
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise WaiverMissing(say("There is no such waiver."))
    return row


def _select_waivers(by: Actor, *, on: date) -> Select[Any]:
    """Return the waivers *by* may see; *on* is the day that tells whether one holds."""
    reach = get_reach(by, Act.READ_WAIVERS)
    today = literal(on, Date)
    state = case(
        ((PaperWaiver.until_on < today) | (PaperWaiver.until_on < PaperWaiver.from_on), "over"),
        (PaperWaiver.from_on > today, "ahead"),
        else_="in_force",
    )
    columns: list[Value] = [
        PaperWaiver.id,
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        Product.code.label("product_code"),
        Product.name.label("product"),
        PaperWaiver.kind,
        PaperWaiver.reason,
        PaperWaiver.from_on,
        PaperWaiver.until_on,
        UserAccount.name.label("granted_by"),
        PaperWaiver.granted_at,
        state.label("state"),
    ]
    query = (
        select(*columns)
        .select_from(PaperWaiver)
        .join(Producer, Producer.id == PaperWaiver.producer_id)
        .join(UserAccount, UserAccount.id == PaperWaiver.granted_by)
        .outerjoin(Product, Product.id == PaperWaiver.product_id)
    )
    if reach.producer_id is not None:
        query = query.where(PaperWaiver.producer_id == reach.producer_id)
    return query
