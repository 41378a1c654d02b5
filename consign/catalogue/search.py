"""Finding the product that a store's code may mean."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import RowMapping, Select, case, func, or_, select
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import LONGEST_SEARCH, Value, match_word
from consign.models.catalogue import Barcode, Product, ProductAlias
from consign.models.partners import Producer

SHORTEST_WORD = 3
"""Shorter words of a name say nothing."""


def search_products(session: Session, *, by: Actor, wanted: str, limit: int) -> Sequence[RowMapping]:
    """Return products whose code, name, barcode, other codes or producer hold every word of *wanted*, by name.

    A row has code, name, producer, net_content and net_unit.
    """
    numbers = select(func.string_agg(Barcode.number, " ")).where(Barcode.product_id == Product.id).scalar_subquery()
    aliases = select(func.string_agg(ProductAlias.alias, " ")).where(
        ProductAlias.product_id == Product.id, ProductAlias.ended_at.is_(None)
    )
    searched: list[Value] = [
        Product.code,
        Product.name,
        Producer.code,
        Producer.name,
        numbers,
        aliases.scalar_subquery(),
    ]
    query = _select(by)
    for word in wanted[:LONGEST_SEARCH].split():
        query = query.where(or_(*(match_word(column, word) for column in searched)))
    return session.execute(query.order_by(Product.name, Product.id).limit(limit)).mappings().all()


def find_like(session: Session, *, by: Actor, name: str, limit: int) -> Sequence[RowMapping]:
    """Return the products that share most words with *name*, as a store's file calls one; none where no word is shared."""
    words = [word for word in name[:LONGEST_SEARCH].split() if len(word) >= SHORTEST_WORD]
    if not words:
        return []
    met = [case((match_word(Product.name, word), 1), else_=0) for word in words]
    shared = reduce(add, met)
    query = _select(by).where(shared > 0).order_by(shared.desc(), func.length(Product.name), Product.id).limit(limit)
    return session.execute(query).mappings().all()


def _select(by: Actor) -> Select[Any]:
    reach = get_reach(by, Act.READ_PRODUCTS)
    columns: list[Value] = [
        Product.code,
        Product.name,
        Producer.name.label("producer"),
        Product.net_content,
        Product.net_unit,
    ]
    query = select(*columns).join(Producer, Producer.id == Product.producer_id)
    return query if reach.producer_id is None else query.where(Product.producer_id == reach.producer_id)
