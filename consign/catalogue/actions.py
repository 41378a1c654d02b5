"""Adding products, prices, barcodes and tills' codes."""

from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign.catalogue.rules import BarcodeTaken, PriceOverlaps, ProductCodeTaken, parse_gtin
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Barcode, Product, ProductAlias, ProductPrice


def add_product(
    session: Session, *, by: Actor, producer_id: int, code: str, name: str, net_content: int, net_unit: str
) -> Product:
    """Add one product in one size and packaging.

    Raises:
        ProductCodeTaken: another product has this code.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=producer_id)
    product = Product(producer_id=producer_id, code=code, name=name, net_content=net_content, net_unit=net_unit)
    try:
        with session.begin_nested():
            session.add(product)
    except IntegrityError as error:
        raise ProductCodeTaken(f"Another product has the code {code!r}; no product was added.") from error
    record_event(session, by=by, act="product added", subject=f"product:{product.id}", code=code)
    return product


def set_price(session: Session, *, by: Actor, product: Product, price_rp: int, from_on: date) -> None:
    """Let the consumer price be *price_rp* from *from_on* on; the price before ends on the day before.

    Raises:
        BadInput: the price is not above zero.
        PriceOverlaps: a price that begins on the same day or later stands already.

    """
    authorize(by, Act.MANAGE_PRODUCTS, producer_id=product.producer_id)
    if price_rp <= 0:
        raise BadInput(f"A price must be above zero, {price_rp} is not; no price was set.")
    for price in session.scalars(select(ProductPrice).where(ProductPrice.product_id == product.id)):
        if price.days.lower is not None and price.days.lower >= from_on:
            raise PriceOverlaps(f"{product.name} has a price from {from_on} or later already; no price was set.")
        if price.days.contains(from_on):
            price.days = Range(price.days.lower, from_on)
    session.flush()
    session.add(ProductPrice(product_id=product.id, days=Range(from_on, None), price_rp=price_rp))
    session.flush()
    record_event(
        session,
        by=by,
        act="price set",
        subject=f"product:{product.id}",
        price_rp=price_rp,
        from_on=str(from_on),
    )


def add_gtin(session: Session, *, by: Actor, product: Product, gtin: str, from_on: date) -> str:
    """Give the product the producer's own GTIN from *from_on* on.

    A number before it is printed until the day before, and goes on finding the product.

    Raises:
        GtinInvalid: the number is no GTIN.
        BarcodeTaken: it names another product.

    """
    authorize(by, Act.MANAGE_CODES, producer_id=product.producer_id)
    number = parse_gtin(gtin)
    standing = session.get(Barcode, number)
    if standing is not None:
        raise BarcodeTaken(f"The number {number} is in use for a product, for ever; no barcode was added.")
    session.execute(
        update(Barcode)
        .where(Barcode.product_id == product.id, Barcode.until_on.is_(None), Barcode.from_on < from_on)
        .values(until_on=from_on - timedelta(1))
    )
    session.add(Barcode(number=number, product_id=product.id, from_on=from_on, until_on=None))
    session.flush()
    record_event(session, by=by, act="barcode added", subject=f"product:{product.id}", number=number)
    return number


def add_product_alias(session: Session, *, by: Actor, partner_id: int, product: Product, alias: str) -> None:
    """Let *partner_id*'s tills call the product *alias*; matched to the letter, also in its case.

    Raises:
        ProductCodeTaken: the partner uses this code for another product.

    """
    authorize(by, Act.MANAGE_CODES, producer_id=product.producer_id)
    standing = session.get(ProductAlias, (partner_id, alias))
    if standing is not None and standing.product_id == product.id:
        return
    if standing is not None:
        raise ProductCodeTaken(f"The partner uses {alias!r} for another product; no alias was added.")
    session.add(ProductAlias(partner_id=partner_id, alias=alias, product_id=product.id))
    session.flush()
    record_event(
        session,
        by=by,
        act="product alias added",
        subject=f"product:{product.id}",
        partner_id=partner_id,
        alias=alias,
    )
