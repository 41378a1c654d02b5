"""Reading products."""

from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.catalogue.rules import Details, ProductUnknown
from consign.models.catalogue import Barcode, Product
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


def find_by_number(session: Session, number: str) -> Product | None:
    """Return the product that a registered number names, also one that is not printed any more."""
    return session.scalar(
        select(Product).join(Barcode, Barcode.product_id == Product.id).where(Barcode.number == number)
    )


def as_details(product: Product) -> Details:
    """Return what else is known of *product*."""
    return Details(**{one.name: getattr(product, one.name) for one in fields(Details)})
