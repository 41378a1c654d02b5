"""Products as papers are judged for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from consign.documents.rules import OwnGoods, make_goods
from consign.models.catalogue import Product


def find_goods(session: Session, *, producer_ids: Sequence[int] | None) -> list[OwnGoods]:
    """Return the products of *producer_ids*, one producer after the other; of all producers where that is blank.

    So whoever judges them in rounds reads the papers of each producer once or twice, not in every round.
    """
    query = select(
        Product.id, Product.producer_id, Product.name, Product.goods_class, Product.food_group, Product.net_unit
    ).order_by(Product.producer_id, Product.id)
    if producer_ids is not None:
        query = query.where(Product.producer_id.in_(producer_ids))
    return [as_goods(row) for row in session.execute(query).mappings()]


def as_goods(row: RowMapping | Mapping[str, Any]) -> OwnGoods:
    """Return a product's row as papers are judged for it: id, producer_id, name, goods_class, food_group, net_unit."""
    goods = make_goods(
        name=row["name"], goods_class=row["goods_class"], food_group=row["food_group"], net_unit=row["net_unit"]
    )
    return OwnGoods(product_id=row["id"], producer_id=row["producer_id"], goods=goods)
