"""What acts about goods are given: a store, products and a remark, each looked at before anything is written."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.catalogue.rules import ProductUnknown
from consign.errors import BadInput
from consign.identity.rules import clean_text
from consign.models.catalogue import Product
from consign.models.partners import Store
from consign.partners.rules import UnknownCode
from consign.sentence import say
from consign.stock.rules import LONGEST_REMARK


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


def tidy_remark(given: str) -> str:
    """Return a remark on one line, without signs that cannot be seen.

    Raises:
        BadInput: it is too long.

    """
    remark = clean_text(given)
    if len(remark) > LONGEST_REMARK:
        raise BadInput(say("A remark has at most {most} characters; nothing was recorded.", most=LONGEST_REMARK))
    return remark
