"""A count while it goes on, and the sheet to count by. Neither says what the books hold: who counts must not know it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

_FOUND = text("""
    SELECT scan.product_id, product.code AS product_code, product.name AS product, COALESCE(batch.code, '') AS batch,
      batch.expires_on, sum(scan.quantity) AS quantity, count(*) AS scans, max(scan.scanned_at) AS latest_at
    FROM stock_scan AS scan JOIN product ON product.id = scan.product_id
    LEFT JOIN stock_batch AS batch ON batch.id = scan.batch_id
    WHERE scan.note_id = :note GROUP BY 1, 2, 3, 4, 5 ORDER BY latest_at DESC, max(scan.id) DESC""")

_SHEET = text("""
    SELECT product.id AS product_id, product.code AS product_code, product.name AS product, producer.name AS producer,
      (SELECT max(number) FROM barcode WHERE barcode.product_id = product.id AND retired_at IS NULL AND from_on <= :day
        AND COALESCE(until_on, 'infinity') >= :day) AS number,
      COALESCE(batch.code, '') AS batch, batch.expires_on
    FROM (SELECT product_id FROM stock_level WHERE store_id = :store AND begins_on <= :day
      UNION SELECT product_id FROM product_listing WHERE store_id = :store AND days @> CAST(:day AS date)) AS wanted
    JOIN product ON product.id = wanted.product_id JOIN producer ON producer.id = product.producer_id
    LEFT JOIN stock_batch_level AS standing ON standing.store_id = :store AND standing.product_id = product.id
      AND standing.quantity > 0
    LEFT JOIN stock_batch AS batch ON batch.id = standing.batch_id
    ORDER BY lower(producer.name), lower(product.name), product.id, batch.expires_on, batch.id""")


def find_found(session: Session, note_id: int) -> Sequence[RowMapping]:
    """Return what was found so far in a count by product and batch, what was entered last first.

    A row has product_id, product_code, product, batch, expires_on, quantity, scans (how many entries it comes from) and
    latest_at.
    """
    return session.execute(_FOUND, {"note": note_id}).mappings().all()


def find_sheet_rows(session: Session, *, store_id: int, day: date) -> Sequence[RowMapping]:
    """Return the products to look for in a store: all of which stock is kept there, or that it offers on the day.

    A row for each batch that may stand there has product_id, product_code, product, producer, number, batch and
    expires_on; a product without one has one row.
    """
    return session.execute(_SHEET, {"store": store_id, "day": day}).mappings().all()
