"""Labels and what can be labelled, as people look at them: only those within the reader's reach."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page
from consign.models.catalogue import Barcode, LabelOrder, LabelStock, Product
from consign.models.identity import UserAccount
from consign.models.partners import Producer


def find_order_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the labels that were asked for and that *by* may see.

    Filters: `state` and `producer` (a code). A row has id, made_at, made_by, producer, producer_code, stock, copies, state.
    """
    reach = get_reach(by, Act.READ_LABELS)
    columns: list[Value] = [
        LabelOrder.id,
        LabelOrder.made_at,
        UserAccount.name.label("made_by"),
        Producer.name.label("producer"),
        Producer.code.label("producer_code"),
        LabelStock.name.label("stock"),
        LabelOrder.copies,
        LabelOrder.state,
    ]
    query: Select[Any] = (
        select(*columns)
        .join(Producer, Producer.id == LabelOrder.producer_id)
        .join(LabelStock, LabelStock.id == LabelOrder.stock_id)
        .join(UserAccount, UserAccount.id == LabelOrder.made_by)
    )
    if reach.producer_id is not None:
        query = query.where(LabelOrder.producer_id == reach.producer_id)
    if wish.filters.get("state"):
        query = query.where(LabelOrder.state == wish.filters["state"])
    if wish.filters.get("producer"):
        query = query.where(Producer.code == wish.filters["producer"])
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=columns_of(query),
        default_sort="-made_at",
        searched=[Producer.name, Producer.code, LabelStock.name],
        tie=LabelOrder.id.desc(),
    )


def find_labelled(session: Session, *, producer_id: int, on: date) -> Sequence[RowMapping]:
    """Return a producer's products that may get labels on the day *on*, by code: those offered, with a number in use.

    A row has id, code, name, number and shelf_life_days.
    """
    number = (
        select(func.max(Barcode.number))
        .where(Barcode.product_id == Product.id, Barcode.from_on <= on)
        .where(Barcode.until_on.is_(None) | (Barcode.until_on >= on))
        .scalar_subquery()
    )
    query = (
        select(Product.id, Product.code, Product.name, Product.shelf_life_days, number.label("number"))
        .where(Product.producer_id == producer_id, number.is_not(None))
        .where(Product.sold_until.is_(None) | (Product.sold_until >= on))
        .order_by(Product.code)
    )
    return session.execute(query).mappings().all()
