"""Parked lines as a table again, so that they take the same way as lines that come from a file."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.sales.copying import Copier
from consign.sales.parking import PLACED

ROWS_AT_ONCE = 50_000
TEXTS = ("store_code", "product_barcode", "product_code", "till", "receipt", "returns_receipt")

_OPEN = text("""
    SELECT row_no, reason, store_code, product_barcode, product_code, till, receipt, returns_receipt,
      sold_on - date '1970-01-01' AS day, (quantity * 1000)::bigint AS quantity_milli, unit_price_rp, gross_rp, discount_rp
    FROM sales_parked
    WHERE upload_id = :upload AND state = 'open' AND readable AND reason <> 'store.other_than_stated' AND row_no > :after
    ORDER BY row_no LIMIT :most""")
_REASONS = text("""
    UPDATE sales_parked SET reason = found.reason, cell = CASE WHEN found.reason LIKE 'store.%' THEN store_code
      ELSE COALESCE(NULLIF(product_barcode, ''), product_code) END
    FROM unnest(CAST(:rows AS bigint[]), CAST(:reasons AS text[])) AS found(row_no, reason)
    WHERE sales_parked.upload_id = :upload AND sales_parked.row_no = found.row_no""")


def read_parked(session: Session, copier: Copier, *, upload_id: int) -> Iterator[pd.DataFrame]:
    """Yield the open, readable lines of an upload in their order, with the columns of `ReadBatch.lines`."""
    after = 0
    while True:
        copier.end()
        found = session.execute(_OPEN, {"upload": upload_id, "after": after, "most": ROWS_AT_ONCE}).mappings().all()
        if not found:
            return
        after = found[-1]["row_no"]
        rows = pd.DataFrame([dict(row) for row in found])
        for name in TEXTS:
            if rows[name].isna().all():
                rows = rows.drop(columns=name)
            else:
                rows[name] = rows[name].fillna("")
        rows["day"] = rows["day"].astype(np.int32)
        rows["problem"] = np.int8(0)
        yield rows


def settle_parked(
    session: Session, copier: Copier, rows: pd.DataFrame, reasons: NDArray[np.str_], *, upload_id: int
) -> None:
    """Note for lines that still wait what they wait for now."""
    changed = (reasons != PLACED) & (reasons != rows["reason"].to_numpy(dtype=str))
    if changed.any():
        copier.end()
        facts = {"rows": rows["row_no"].to_numpy()[changed].tolist(), "reasons": reasons[changed].tolist()}
        session.execute(_REASONS, {"upload": upload_id, **facts})
