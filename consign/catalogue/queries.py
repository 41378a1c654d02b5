"""Reading products."""

from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.catalogue.rules import Details, ProductUnknown
from consign.models.catalogue import Product
from consign.sentence import say


def get_product(session: Session, code: str) -> Product:
    """Return the product with the region's *code*.

    Raises:
        ProductUnknown: there is none.

    """
    product = session.scalar(select(Product).where(Product.code == code))
    if product is None:
        raise ProductUnknown(say("There is no product '{code}'.", code=code))
    return product


def as_details(product: Product) -> Details:
    """Return what else is known of *product*."""
    return Details(**{one.name: getattr(product, one.name) for one in fields(Details)})
