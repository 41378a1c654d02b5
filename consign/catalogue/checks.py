"""The invariants of the catalogue: barcodes with a right check digit, one price a day."""

from collections.abc import Iterator

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.catalogue.rules import GtinInvalid, parse_gtin
from consign.models.catalogue import Barcode


def check_barcodes(session: Session) -> Iterator[Breach]:
    """Find barcodes that are no GTINs; that none is used twice is held by their key."""
    for number in session.scalars(select(Barcode.number).order_by(Barcode.number)):
        try:
            parse_gtin(number)
        except GtinInvalid as error:
            yield Breach("barcode.invalid", f"barcode {number}", str(error))


def check_price_overlap(session: Session) -> Iterator[Breach]:
    """Find products with two prices on one day."""
    rows = session.execute(
        text("""
        SELECT one.id, other.id AS other FROM product_price AS one JOIN product_price AS other
          ON one.id < other.id AND one.product_id = other.product_id AND one.days && other.days
        ORDER BY one.id""")
    )
    for row in rows:
        yield Breach("price.overlap", f"product_price {row.id}", f"holds on days of product_price {row.other}")


CHECKS = (check_barcodes, check_price_overlap)
