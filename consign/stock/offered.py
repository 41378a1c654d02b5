"""What a note can be written about: the stores, the producers, and the goods that somebody may choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, or_, select
from sqlalchemy.orm import Session

from consign.catalogue.rules import ProductUnknown
from consign.identity.rules import Act, Actor, get_reach
from consign.models.catalogue import Barcode, Product, ProductPrice
from consign.models.documents import ProductEligibility
from consign.models.partners import Agreement, Partner, Producer, Store
from consign.models.stock import StockBatch, StockBatchLevel, StockLevel
from consign.partners.lists import stores_within
from consign.sentence import say
from consign.stock.rules import NoteKind

WRITES = {
    NoteKind.DELIVERY: Act.SEND_DELIVERIES,
    NoteKind.RETURN: Act.MOVE_STOCK,
    NoteKind.PULL_BACK: Act.ASK_GOODS_BACK,
    NoteKind.TRANSFER: Act.MOVE_STOCK,
    NoteKind.WRITE_OFF: Act.MOVE_STOCK,
}
"""Which act it is to write a note of each kind."""


@dataclass(frozen=True)
class Goods:
    """Goods to choose from: a product, or what stands of one batch of it in a store."""

    product_id: int
    code: str
    name: str
    content: str
    producer: str
    number: str | None
    """Under its bars; blank where it has none in use."""
    keeps_days: int | None
    """How many days it keeps after it was made."""
    price_rp: int | None
    blocked: bool
    """Whether its papers do not allow to deliver it now."""
    on_hand: Decimal | None = None
    """What stands of it in the store; blank where the store does not matter."""
    batch_id: int | None = None
    batch: str = ""
    expires_on: date | None = None

    @property
    def key(self) -> str:
        """Return what names these goods in a form."""
        return self.code if self.batch_id is None else f"{self.code}~{self.batch_id}"


def find_note_stores(
    session: Session, *, by: Actor, kind: NoteKind, on: date, producer_id: int | None = None
) -> Sequence[tuple[Store, Partner]]:
    """Return the stores that *by* may write a note about, by name, with their partners.

    Of a producer's deliveries those with which it has an agreement on the day *on*, of pull-backs those where goods of it
    stand.
    """
    reach = get_reach(by, WRITES[kind])
    query = (
        select(Store, Partner)
        .join(Partner, Partner.id == Store.partner_id)
        .where(or_(Store.closed_on.is_(None), Store.closed_on >= on), stores_within(reach))
        .order_by(Store.name, Store.id)
    )
    if kind in {NoteKind.DELIVERY, NoteKind.PULL_BACK}:
        own = reach.producer_id if reach.producer_id is not None else producer_id
        query = query.where(_stands_of(own) if kind is NoteKind.PULL_BACK else _is_agreed(own, on))
    return [(row[0], row[1]) for row in session.execute(query)]


def _is_agreed(producer_id: int | None, on: date) -> ColumnElement[bool]:
    """Return the condition under which a producer has an agreement with a store's partner on a day."""
    return (
        select(Agreement.id)
        .where(Agreement.partner_id == Store.partner_id, Agreement.producer_id == producer_id)
        .where(Agreement.days.contains(on), or_(Agreement.store_id.is_(None), Agreement.store_id == Store.id))
        .exists()
    )


def _stands_of(producer_id: int | None) -> ColumnElement[bool]:
    """Return the condition under which goods of a producer stand in a store."""
    return (
        select(StockLevel.store_id)
        .join(Product, Product.id == StockLevel.product_id)
        .where(StockLevel.store_id == Store.id, Product.producer_id == producer_id, StockLevel.on_hand > 0)
        .exists()
    )


def find_sister_stores(session: Session, *, store: Store, on: date) -> Sequence[tuple[Store, Partner]]:
    """Return the other open stores of a store's partner, by name: whither goods may be moved from it."""
    query = select(Store, Partner).join(Partner, Partner.id == Store.partner_id)
    query = query.where(Store.partner_id == store.partner_id, Store.id != store.id)
    query = query.where(or_(Store.closed_on.is_(None), Store.closed_on >= on)).order_by(Store.name, Store.id)
    return [(row[0], row[1]) for row in session.execute(query)]


def find_producers_in(session: Session, store_id: int) -> Sequence[tuple[str, str, Decimal]]:
    """Return code and name of the producers of which stock is kept in a store, and how much stands there, by name."""
    query = (
        select(Producer.code, Producer.name, func.sum(StockLevel.on_hand).label("on_hand"))
        .join(Product, Product.id == StockLevel.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .where(StockLevel.store_id == store_id)
        .group_by(Producer.code, Producer.name)
        .order_by(Producer.name, Producer.code)
    )
    return [(row.code, row.name, row.on_hand) for row in session.execute(query)]


def find_own_goods(session: Session, *, producer_id: int, on: date) -> list[Goods]:
    """Return the products that a producer offers on a day, by name; those that may not be delivered come last."""
    query = _select_goods(on).where(
        Product.producer_id == producer_id, or_(Product.sold_until.is_(None), Product.sold_until >= on)
    )
    goods = [
        Goods(**_facts_of(row))
        for row in session.execute(query.order_by(func.lower(Product.name), Product.id)).mappings()
    ]
    return sorted(goods, key=lambda one: one.blocked)


def find_shelf_goods(session: Session, *, store_id: int, producer_id: int | None, on: date) -> list[Goods]:
    """Return what stands in a store, batch by batch, by name and then what expires first; of one producer where it is named.

    Products whose books say nothing stands there come last: the shelf may hold them all the same.
    """
    query = (
        _select_goods(on)
        .add_columns(
            StockLevel.on_hand, StockBatch.id.label("batch_id"), StockBatch.code.label("batch"), StockBatch.expires_on,
            StockBatchLevel.quantity,
        )
        .join(StockLevel, StockLevel.product_id == Product.id)
        .outerjoin(
            StockBatchLevel,
            (StockBatchLevel.product_id == Product.id)
            & (StockBatchLevel.store_id == StockLevel.store_id)
            & (StockBatchLevel.quantity > 0),
        )
        .outerjoin(StockBatch, StockBatch.id == StockBatchLevel.batch_id)
        .where(StockLevel.store_id == store_id)
        .order_by(func.lower(Product.name), Product.id, StockBatch.expires_on.nulls_last(), StockBatch.id)
    )  # fmt: skip
    if producer_id is not None:
        query = query.where(Product.producer_id == producer_id)
    goods = [_as_shelf_goods(row) for row in session.execute(query).mappings()]
    return sorted(goods, key=lambda one: not one.on_hand or one.on_hand <= 0)


def get_goods(goods: Sequence[Goods], given: str) -> Goods:
    """Return the goods that somebody chose or scanned: by their key, the product's code, or the number under its bars.

    Raises:
        ProductUnknown: none of *goods* is called so.

    """
    wanted = given.strip().upper()
    for attribute in ("key", "code", "number"):
        found = next((one for one in goods if (getattr(one, attribute) or "").upper() == wanted), None)
        if found is not None:
            return found
    raise ProductUnknown(say("“{given}” is not among the goods to choose from.", given=given[:80]))


def _select_goods(on: date) -> Select[Any]:
    price = select(ProductPrice.price_rp).where(ProductPrice.product_id == Product.id, ProductPrice.days.contains(on))
    number = select(func.max(Barcode.number)).where(
        Barcode.product_id == Product.id,
        Barcode.retired_at.is_(None),
        Barcode.from_on <= on,
        or_(Barcode.until_on.is_(None), Barcode.until_on >= on),
    )
    return (
        select(
            Product.id.label("product_id"), Product.code, Product.name, Product.net_content, Product.net_unit,
            Producer.name.label("producer"), Product.shelf_life_days.label("keeps_days"),
            price.scalar_subquery().label("price_rp"), number.scalar_subquery().label("number"),
            (ProductEligibility.standing == "blocked").label("blocked"),
        )
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(ProductEligibility, ProductEligibility.product_id == Product.id)
    )  # fmt: skip


def _facts_of(row: RowMapping) -> dict[str, Any]:
    facts: dict[str, Any] = {str(name): value for name, value in row.items()}
    content = f"{facts.pop('net_content')} {facts.pop('net_unit')}"
    return {**facts, "content": content, "blocked": bool(facts["blocked"])}


def _as_shelf_goods(row: RowMapping) -> Goods:
    facts = _facts_of(row)
    quantity = facts.pop("quantity")
    known = bool(facts["batch"] or facts["expires_on"])
    if not known:
        facts |= {"batch_id": None, "batch": "", "expires_on": None}
    return Goods(**{**facts, "on_hand": facts["on_hand"] if quantity is None else quantity})
