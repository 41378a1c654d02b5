"""Batches: kept once for each product, code and last day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.stock.rules import tidy_batch

Key = tuple[int, str, date | None]
_FIND = text("""
    SELECT batch.id, wanted.place FROM unnest(
      CAST(:products AS bigint[]), CAST(:codes AS text[]), CAST(:ends AS date[])) WITH ORDINALITY
      AS wanted(product_id, code, expires_on, place)
    JOIN stock_batch AS batch ON batch.product_id = wanted.product_id AND batch.code = wanted.code
      AND batch.expires_on IS NOT DISTINCT FROM wanted.expires_on""")


def keep_batches(session: Session, wanted: Iterable[tuple[int, str, date | None]]) -> dict[Key, int]:
    """Return the ids of batches by product, code as it is kept, and last day; those not known yet are added.

    Raises:
        BadInput: a code is too long.

    """
    keys = sorted({(product, tidy_batch(code), end) for product, code, end in wanted}, key=str)
    found = _find(session, keys)
    missing = [key for key in keys if key not in found]
    if missing:
        rows = [{"product_id": product, "code": code, "expires_on": end} for product, code, end in missing]
        insert_rows(
            session, "stock_batch", rows, rest="ON CONFLICT DO NOTHING"
        )  # somebody may add it at the same moment
        found |= _find(session, missing)
    return found


def _find(session: Session, keys: list[Key]) -> dict[Key, int]:
    facts = {
        "products": [product for product, _, _ in keys],
        "codes": [code for _, code, _ in keys],
        "ends": [end for _, _, end in keys],
    }
    return {keys[row.place - 1]: row.id for row in session.execute(_FIND, facts)}
