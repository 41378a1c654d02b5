"""Rows that a till cancelled: they are no sales, but an earlier file may have reported them as such."""

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

# Of equal lines of a receipt as many are taken as were cancelled, the last ones first.
_STANDING = text("""
    CREATE TEMPORARY TABLE cancelled ON COMMIT DROP AS
    SELECT posting_no, row_no, upload_id FROM (
      SELECT sale.posting_no, sale.row_no, posting.upload_id, wanted.lines, row_number() OVER (
          PARTITION BY sale.store_id, sale.sold_on, sale.receipt, sale.product_id, sale.unit_price_rp, sale.quantity
          ORDER BY sale.nth DESC, sale.version DESC) AS place
      FROM unnest(CAST(:stores AS integer[]), CAST(:days AS integer[]), CAST(:receipts AS text[]), CAST(:products AS integer[]),
          CAST(:prices AS bigint[]), CAST(:quantities AS bigint[]), CAST(:lines AS integer[]))
        AS wanted(store_id, day, receipt, product_id, unit_price_rp, quantity_milli, lines)
      JOIN sale ON sale.store_id = wanted.store_id AND sale.receipt = wanted.receipt COLLATE "C"
        AND sale.sold_on = date '1970-01-01' + wanted.day AND sale.product_id = wanted.product_id
        AND sale.unit_price_rp = wanted.unit_price_rp AND sale.quantity = wanted.quantity_milli::numeric / 1000
      JOIN sales_posting AS posting ON posting.partner_id = sale.partner_id AND posting.number = sale.posting_no
      WHERE sale.partner_id = :partner AND sale.version > 0 AND posting.upload_id <> :upload
        AND NOT EXISTS (SELECT FROM sale AS back WHERE back.partner_id = sale.partner_id
          AND back.reverses_posting_no = sale.posting_no AND back.reverses_row_no = sale.row_no)) AS found
    WHERE place <= lines""")

Key = tuple[int, int, str, int, int, int]


class CancelledLines:
    """The cancelled lines of one file that name a known store, a known product and a receipt."""

    def __init__(self) -> None:
        self._lines: Counter[Key] = Counter()

    def add(self, lines: pd.DataFrame, *, store_id: NDArray[np.int64], product_id: NDArray[np.int64]) -> None:
        """Take in *lines* with the columns of `ReadBatch.lines`, and the store and product of each, 0 where unknown."""
        if "receipt" not in lines:
            return
        receipts = lines["receipt"].to_numpy(dtype=object)
        named = (store_id > 0) & (product_id > 0) & (receipts != "")
        rows = zip(
            store_id[named].tolist(),
            lines["day"].to_numpy()[named].tolist(),
            receipts[named].tolist(),
            product_id[named].tolist(),
            lines["unit_price_rp"].to_numpy()[named].tolist(),
            abs(lines["quantity_milli"].to_numpy()[named]).tolist(),
            strict=True,
        )
        self._lines.update(rows)

    def find_standing(self, session: Session, *, partner_id: int, upload_id: int) -> int:
        """Put the sales that stand for these lines, from other files, into the table `cancelled`; return how many."""
        session.execute(text("DROP TABLE IF EXISTS pg_temp.cancelled"))
        names = ("stores", "days", "receipts", "products", "prices", "quantities")
        columns = [list(column) for column in zip(*self._lines, strict=True)] or [[] for _ in names]
        facts = {
            "partner": partner_id,
            "upload": upload_id,
            "lines": list(self._lines.values()),
            **dict(zip(names, columns, strict=True)),
        }
        session.execute(_STANDING, facts)
        return int(session.scalar(text("SELECT count(*) FROM cancelled")) or 0)
