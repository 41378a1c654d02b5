"""The terms of staged lines as set-based SQL: agreement by scope and day, agreed price by day, amounts and fee.

The arithmetic is that of `rules.compute_line`, to the rupiah; a test holds one against the other.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_SCOPES = text("""
    SELECT DISTINCT store_id IS NOT NULL AS by_store, product_id IS NOT NULL AS by_product
    FROM agreement WHERE partner_id = :partner""")
GENERAL = (False, False)

FEE_SQL = "CASE WHEN {base} < 0 THEN -1 ELSE 1 END * ((abs({base}) * {rate} + 5000) / 10000)"
"""The fee on a line in whole rupiah, rounded half away from zero; all operands are bigint."""


class Pricing:
    """The joins that one partner's agreements need: those limited to a store or product come before the general one."""

    def __init__(self, session: Session, partner_id: int) -> None:
        found = {tuple(row) for row in session.execute(_SCOPES, {"partner": partner_id})} | {GENERAL}
        self._scopes = sorted(found, key=lambda scope: (scope[1], scope[0]), reverse=True)

    def priced(self, source: str) -> str:
        """Return a query for the lines of *source* with their terms and amounts, which are blank without an agreement.

        It takes the parameter `:partner`.
        """
        counted = (
            "CASE WHEN fee_on = 'agreed_price' THEN round(quantity * agreed_price_rp)::bigint"
            " WHEN agreement_id IS NOT NULL THEN gross_rp END"
        )
        return f"""
        SELECT line.*, {FEE_SQL.format(base="fee_base_rp", rate="fee_rate_bp")} AS fee_rp FROM (
          SELECT termed.*,
            {counted} - CASE WHEN discount_borne_by = 'producer' THEN discount_rp ELSE 0 END AS sales_rp,
            CASE WHEN fee_on = 'reported_net' THEN gross_rp - discount_rp ELSE {counted} END AS fee_base_rp
          FROM ({self._termed(source)}) AS termed
        ) AS line"""  # noqa: S608  # built from constants of this module

    def _termed(self, source: str) -> str:
        names = [f"scope{place}" for place in range(len(self._scopes))]
        joins = [
            f"""
            LEFT JOIN agreement AS {name} ON {name}.partner_id = :partner AND {name}.producer_id = source.producer_id
             AND {name}.store_id {"= source.store_id" if by_store else "IS NULL"}
             AND {name}.product_id {"= source.product_id" if by_product else "IS NULL"}
             AND source.sold_on <@ {name}.days"""
            for name, (by_store, by_product) in zip(names, self._scopes, strict=True)
        ]
        columns = {"agreement_id": "id", "fee_rate_bp": "fee_rate_bp", "fee_on": "fee_on", "discount_borne_by": "discount_borne_by"}
        terms = ", ".join(
            f"COALESCE({', '.join(f'{name}.{column}' for name in names)}) AS {alias}" for alias, column in columns.items()
        )
        return f"""
            SELECT source.*, product_price.price_rp AS agreed_price_rp, {terms}
            FROM {source} AS source {"".join(joins)}
            LEFT JOIN product_price ON product_price.product_id = source.product_id
             AND source.sold_on <@ product_price.days"""  # noqa: S608  # built from constants of this module
