"""Reading products."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

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


def find_numbers(session: Session, product_ids: Iterable[int], *, on: date) -> dict[int, str]:
    """Return the number that each product bears on the day *on*; the one that began last where two are in use."""
    query = (
        select(Barcode.product_id, Barcode.number)
        .where(Barcode.product_id.in_(list(product_ids)), Barcode.from_on <= on)
        .where(Barcode.until_on.is_(None) | (Barcode.until_on >= on))
        .order_by(Barcode.from_on, Barcode.number)
    )
    return {row.product_id: row.number for row in session.execute(query)}


def as_details(product: Product) -> Details:
    """Return what else is known of *product*."""
    return Details(**{one.name: getattr(product, one.name) for one in fields(Details)})
