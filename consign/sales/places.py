"""Which store and product a partner's codes name. Matched to the letter: a difference in case only suggests.

A code is a registered barcode or the partner's own. In a column of barcodes the registered one goes first, in a column of
the partner's own codes the partner's.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_STORES = text("""
    SELECT code, id FROM store WHERE partner_id = :partner AND code = ANY(:codes)
    UNION ALL SELECT alias, store_id FROM store_alias
    WHERE partner_id = :partner AND alias = ANY(:codes) AND ended_at IS NULL""")
_BARCODES = text("SELECT number, product_id FROM barcode WHERE number = ANY(:codes)")
_ALIASES = text("""
    SELECT alias, product_id FROM product_alias
    WHERE partner_id = :partner AND alias = ANY(:codes) AND ended_at IS NULL""")
_PRODUCERS = text("SELECT id, producer_id FROM product WHERE id = ANY(:products)")


@dataclass(frozen=True)
class Places:
    """What the codes of one file or of some parked lines name. A partner's own code may also be a barcode."""

    stores: dict[str, int]
    barcodes: dict[str, int]
    codes: dict[str, int]
    producers: dict[int, int]
    """The producer of each product found."""


def find_places(
    session: Session,
    *,
    partner_id: int,
    stores: Collection[str],
    barcodes: Collection[str],
    codes: Collection[str],
) -> Places:
    """Look up all distinct codes at once; what is unknown is left out."""
    stores, barcodes, codes = ([code.strip() for code in given] for given in (stores, barcodes, codes))

    def look_up(query: object, wanted: list[str]) -> dict[str, int]:
        rows = session.execute(query, {"partner": partner_id, "codes": wanted}) if wanted else ()  # type: ignore[call-overload]
        return dict(tuple(row) for row in rows)

    by_barcode = {**look_up(_ALIASES, barcodes), **look_up(_BARCODES, barcodes)}
    by_code = {**look_up(_BARCODES, codes), **look_up(_ALIASES, codes)}
    products = sorted({*by_barcode.values(), *by_code.values()})
    producers = session.execute(_PRODUCERS, {"products": products})
    return Places(look_up(_STORES, stores), by_barcode, by_code, dict(tuple(row) for row in producers))
