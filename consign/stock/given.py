"""What acts about goods are given: a store, a producer and products, each looked at before anything is written."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.catalogue.rules import ProductUnknown
from consign.models.catalogue import Product
from consign.models.partners import Producer, Store
from consign.partners.rules import UnknownCode
from consign.sentence import say


def get_store_given(session: Session, store_id: int) -> Store:
    """Return the store that an act names.

    Raises:
        UnknownCode: there is none.

    """
    store = session.get(Store, store_id)
    if store is None:
        raise UnknownCode(say("There is no such store."))
    return store


def refuse_unknown_products(session: Session, product_ids: Collection[int]) -> None:
    """Refuse to go on where one of the products is not there.

    Raises:
        ProductUnknown: one is not; nothing was recorded.

    """
    wanted = sorted(set(product_ids))
    known = session.scalar(select(func.count()).select_from(Product).where(Product.id == func.any(wanted)))
    if known != len(wanted):
        raise ProductUnknown(say("One of the products is not known; nothing was recorded."))


def get_producer_given(session: Session, producer_id: int) -> Producer:
    """Return the producer that an act names.

    Raises:
        UnknownCode: there is none.

    """
    producer = session.get(Producer, producer_id)
    if producer is None:
        raise UnknownCode(say("There is no such producer."))
    return producer
