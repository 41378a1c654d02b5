"""What acts about goods are given: a store and a producer, each looked for before anything is written."""

from sqlalchemy.orm import Session

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


def get_producer_given(session: Session, producer_id: int) -> Producer:
    """Return the producer that an act names.

    Raises:
        UnknownCode: there is none.

    """
    producer = session.get(Producer, producer_id)
    if producer is None:
        raise UnknownCode(say("There is no such producer."))
    return producer
