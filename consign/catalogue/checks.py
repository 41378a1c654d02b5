"""The invariants of the catalogue: barcodes as they were given, a register without a gap, one price a day."""

from collections.abc import Iterator

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.catalogue.numbers import GtinInvalid, NumbersExhausted, make_city_number, parse_gtin
from consign.models.catalogue import Barcode


def check_barcodes(session: Session) -> Iterator[Breach]:
    """Find barcodes that are neither GTINs nor made of their series; that none is used twice is held by their key."""
    for row in session.execute(select(Barcode).order_by(Barcode.number)).scalars():
        if row.kind == "city":
            if not _is_of_its_series(row):
                what = f"is not number {row.serial} of the series {row.prefix}"
                yield Breach("barcode.not_of_its_series", f"barcode {row.number}", what)
            continue
        try:
            parse_gtin(row.number)
        except GtinInvalid as error:
            yield Breach("barcode.invalid", f"barcode {row.number}", str(error))


def _is_of_its_series(row: Barcode) -> bool:
    try:
        return row.number == make_city_number(row.prefix or "", row.serial or 0)
    except NumbersExhausted:
        return False


def check_one_number(session: Session) -> Iterator[Breach]:
    """Find products with more than one number of the city in use."""
    rows = session.execute(
        text("""
        SELECT product_id, count(*) AS numbers FROM barcode WHERE kind = 'city' AND until_on IS NULL
        GROUP BY product_id HAVING count(*) > 1 ORDER BY product_id""")
    )
    for row in rows:
        yield Breach("barcode.second", f"product {row.product_id}", f"has {row.numbers} numbers of the city in use")


def check_register_gaps(session: Session) -> Iterator[Breach]:
    """Find series whose running numbers were not given, or passed over, one after the other from 1 on."""
    rows = session.execute(
        text("""
        WITH spans AS (
          SELECT prefix, serial AS first, serial AS last FROM barcode WHERE kind = 'city'
          UNION ALL SELECT prefix, first_serial, last_serial FROM number_skipped
          UNION ALL SELECT prefix, next_serial, next_serial FROM number_series),
        placed AS (
          SELECT prefix, first, COALESCE(max(last) OVER (PARTITION BY prefix ORDER BY first, last
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM spans)
        SELECT prefix, first, before FROM placed WHERE first <> before + 1 ORDER BY prefix, first""")
    )
    for row in rows:
        what = f"number {row.first} follows on number {row.before}"
        yield Breach("register.gap", f"number_series {row.prefix}", what)


def check_reserved_numbers(session: Session) -> Iterator[Breach]:
    """Find numbers that were given although a partner had said that it uses them itself."""
    rows = session.execute(
        text("""
        SELECT number, reserved_range.id FROM barcode JOIN reserved_range
          ON kind = 'city' AND CAST(left(number, 12) AS bigint) BETWEEN first AND last
        WHERE barcode.added_at > reserved_range.added_at
          AND (withdrawn_at IS NULL OR barcode.added_at < withdrawn_at) ORDER BY number""")
    )
    for row in rows:
        yield Breach("register.reserved", f"barcode {row.number}", f"lies in reserved_range {row.id}")


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


CHECKS = (check_barcodes, check_one_number, check_register_gaps, check_reserved_numbers, check_price_overlap)
