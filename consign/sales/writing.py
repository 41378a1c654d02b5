"""From read rows to the database by COPY: lines to the sales or to the staging table; the others are parked."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.sales.cancelled import CancelledLines
from consign.sales.column_values import MILLI, day_of
from consign.sales.copying import Copier, as_decimals
from consign.sales.layout import Receipts
from consign.sales.parking import PLACED, Target, keep_ignored, park
from consign.sales.places import Places
from consign.sales.reading import ReadBatch
from consign.sales.sums import StoreDay, Sums
from consign.sales.terms import NONE, Amounts, TermsTable

STAGED = text("""
    CREATE TEMPORARY TABLE staged (
      row_no integer NOT NULL, store_id integer NOT NULL, producer_id integer NOT NULL, product_id integer NOT NULL,
      agreement_id integer NOT NULL, sold_on date NOT NULL, till text COLLATE "C" NOT NULL, receipt text COLLATE "C" NOT NULL,
      nth integer NOT NULL, version integer NOT NULL, quantity numeric(12,3) NOT NULL, unit_price_rp bigint NOT NULL,
      gross_rp bigint NOT NULL, discount_rp bigint NOT NULL, agreed_price_rp bigint, sales_rp bigint NOT NULL,
      fee_base_rp bigint NOT NULL, fee_rate_bp smallint NOT NULL, fee_rp bigint NOT NULL, fee_rate_from text NOT NULL,
      returns_receipt text COLLATE "C" NOT NULL
    ) ON COMMIT DROP""")
LINE_COLUMNS = (
    "row_no, store_id, producer_id, product_id, agreement_id, sold_on, till, receipt, nth, version, quantity, unit_price_rp,"
    " gross_rp, discount_rp, agreed_price_rp, sales_rp, fee_base_rp, fee_rate_bp, fee_rp, fee_rate_from"
)
UNKNOWN = 0
ANOTHER = -1
MOST_MERGED = 1 << 20
"""Keys in a run to which others are merged."""
HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Twins:
    """Numbers equal lines of a receipt in their order, across the whole file: twins are real.

    A line is known by a hash of its key. Should two different lines ever share one, the later is numbered as if it were a
    twin; that is a valid number, too, and no line is lost or merged.

    This is what grows with the lines of a file: eight bytes for each.
    """

    def __init__(self) -> None:
        self._seen: list[NDArray[np.uint64]] = []

    def number(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each key how many equal ones came before it, plus one."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        begins = np.flatnonzero(first)
        earlier = np.zeros(len(begins), dtype=np.int64)
        for seen in self._seen:
            earlier += np.searchsorted(seen, ordered[begins], "right") - np.searchsorted(seen, ordered[begins], "left")
        group = np.cumsum(first) - 1
        nth = np.empty(len(keys), dtype=np.int64)
        nth[order] = np.arange(len(keys)) - begins[group] + earlier[group] + 1
        self._keep(ordered)
        return nth

    def _keep(self, ordered: NDArray[np.uint64]) -> None:
        """Keep the sorted keys; runs of similar length are merged, so that there are few to look into.

        Long runs are left alone: merging takes as much memory again.
        """
        self._seen.append(ordered)
        while len(self._seen) > 1 and len(self._seen[-2]) < min(2 * len(self._seen[-1]), MOST_MERGED):
            last = self._seen.pop()
            self._seen[-1] = np.concatenate([self._seen[-1], last])
            self._seen[-1].sort(kind="stable")


def make_staging(session: Session) -> None:
    """Make the empty staging table of this transaction."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.staged"))
    session.execute(STAGED)


class LineWriter:
    """Writes the batches of one file. Returns go to the staging table, for their sales may stand further down."""

    def __init__(self, copier: Copier, *, places: Places, terms: TermsTable, target: Target) -> None:
        self._copier = copier
        self._places = places
        self._terms = terms
        self._target = target
        self._twins = Twins()
        self.cancelled = CancelledLines()
        self.sums = Sums()
        """What went into the sales table so far."""

    def write(self, batch: ReadBatch) -> None:
        """Write the lines that can be placed and priced; park the others and the problems; keep what was ignored."""
        reasons = self.write_lines(batch.lines)
        if (reasons != PLACED).any() or batch.problems:
            park(self._copier, batch, reasons=reasons, target=self._target)
        if len(batch.cancelled):
            self.cancelled.add(
                batch.cancelled,
                store_id=_resolve_stores(batch.cancelled, self._places, self._target),
                product_id=_resolve_products(batch.cancelled, self._places),
            )
        if batch.ignored:
            keep_ignored(self._copier, batch.ignored, self._target.upload_id)

    def write_lines(self, lines: pd.DataFrame) -> NDArray[np.str_]:
        """Write the lines that can be placed and priced; return for each line why it cannot, blank for a problem."""
        store_id = _resolve_stores(lines, self._places, self._target)
        product_id = _resolve_products(lines, self._places)
        reasons = np.select(
            [
                lines["problem"].to_numpy() != 0,
                store_id == UNKNOWN,
                store_id == ANOTHER,
                product_id == UNKNOWN,
            ],
            ["", "store.unknown", "store.other_than_stated", "product.unknown"],
            default=PLACED,
        ).astype("U32")
        found = np.flatnonzero(reasons == PLACED)
        rows = lines.iloc[found]
        amounts = self._terms.price(
            store_id=store_id[found],
            product_id=product_id[found],
            day=rows["day"].to_numpy(np.int64),
            quantity_milli=rows["quantity_milli"].to_numpy(),
            gross_rp=rows["gross_rp"].to_numpy(),
            discount_rp=rows["discount_rp"].to_numpy(),
        )
        reasons[found[amounts.lacks_price]] = "price.missing"
        reasons[found[amounts.agreement_id == 0]] = "agreement.missing"
        priced = reasons[found] == PLACED
        if priced.any():
            kept = found[priced]
            columns = self._columns(lines.iloc[kept], store_id[kept], product_id[kept], amounts, priced)
            self._copy_lines(columns)
        return reasons

    def _columns(
        self,
        rows: pd.DataFrame,
        store_id: NDArray[np.int64],
        product_id: NDArray[np.int64],
        amounts: Amounts,
        priced: NDArray[np.bool_],
    ) -> pa.Table:
        per_till = self._target.receipts is Receipts.PER_TILL
        till = _text(rows, "till") if per_till else _blank(len(rows))
        receipt = _text(rows, "receipt")
        day, price = rows["day"].to_numpy(), rows["unit_price_rp"].to_numpy()
        keys = _hash_keys([receipt, till] if per_till else [receipt], [store_id, product_id, day, price])
        agreed = amounts.agreed_price_rp[priced]
        quantity = rows["quantity_milli"].to_numpy()
        columns = {
            "row_no": pa.array(rows["row_no"].to_numpy()),
            "store_id": pa.array(store_id),
            "producer_id": pa.array(_take(product_id, self._places.producers)),
            "product_id": pa.array(product_id),
            "agreement_id": pa.array(amounts.agreement_id[priced]),
            "sold_on": pa.array(day).cast(pa.date32()),
            "till": till,
            "receipt": receipt,
            "nth": pa.array(self._twins.number(keys)),
            "version": pa.repeat(1, len(rows)),
            "quantity": as_decimals(quantity),
            "unit_price_rp": pa.array(price),
            "gross_rp": pa.array(rows["gross_rp"].to_numpy()),
            "discount_rp": pa.array(rows["discount_rp"].to_numpy()),
            "agreed_price_rp": pa.array(agreed, mask=agreed == NONE),
            "sales_rp": pa.array(amounts.sales_rp[priced]),
            "fee_base_rp": pa.array(amounts.fee_base_rp[priced]),
            "fee_rate_bp": pa.array(amounts.fee_rate_bp[priced]),
            "fee_rp": pa.array(amounts.fee_rp[priced]),
            "fee_rate_from": pc.if_else(pa.array(quantity < 0), "day_of_return", "day"),
            "returns_receipt": _text(rows, "returns_receipt"),
            "quantity_milli": pa.array(quantity),
        }
        return pa.table(columns)

    def _copy_lines(self, lines: pa.Table) -> None:
        """Copy plain lines into the sales, and returns into the staging table; all into it where days overlap."""
        plain = lines.drop_columns(["quantity_milli"])
        if self._target.staged:
            self._copier.send(f"staged ({LINE_COLUMNS}, returns_receipt)", plain.columns)
            return
        negative = lines["quantity_milli"].to_numpy() < 0
        if negative.any():
            named = pc.or_(pc.not_equal(lines["receipt"], ""), pc.not_equal(lines["returns_receipt"], "")).to_numpy()
            back = negative & named
            self._copier.send(f"staged ({LINE_COLUMNS}, returns_receipt)", plain.filter(pa.array(back)).columns)
            lines = lines.filter(pa.array(~back))
            plain = lines.drop_columns(["quantity_milli"])
        self._sum(lines)
        who = [pa.repeat(self._target.partner_id, len(lines)), pa.repeat(self._target.number, len(lines))]
        columns = [*who, *plain.drop_columns(["returns_receipt"]).columns]
        self._copier.send(f"sale (partner_id, posting_no, {LINE_COLUMNS})", columns)

    def _sum(self, lines: pa.Table) -> None:
        """Add up whole numbers by store, day and kind of cover."""
        if not len(lines):
            return
        store, day = lines["store_id"].to_numpy(), lines["sold_on"].cast(pa.int32()).to_numpy().astype(np.int64)
        summary = pc.equal(lines["receipt"], "").to_numpy().astype(np.int64)
        key = (store << 33) + ((day + 1_000_000) << 1) + summary
        order = np.argsort(key, kind="stable")
        begins = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]]))
        differs = pc.fill_null(pc.not_equal(lines["unit_price_rp"], lines["agreed_price_rp"]), fill_value=False)
        milli = lines["quantity_milli"].to_numpy()
        values = [milli, *(lines[name].to_numpy() for name in ("sales_rp", "fee_rp"))]
        # What comes this way with a minus is a return that names no receipt, and so no sale.
        values += [one.astype(np.int64) for one in (differs.to_numpy(), milli % MILLI != 0, milli < 0)]
        sums = [np.add.reduceat(column[order], begins) for column in values]
        most = np.maximum.reduceat(milli[order], begins)
        first_row = np.minimum.reduceat(lines["row_no"].to_numpy()[order], begins)
        counts = np.diff(np.append(begins, len(order)))
        for place, first in enumerate(order[begins]):
            quantity, sales, fee, other, fractions, unpaired = (int(column[place]) for column in sums)
            part = StoreDay(
                int(counts[place]), Decimal(quantity) / MILLI, sales, fee, other, int(first_row[place]), fractions,
                Decimal(int(most[place])) / MILLI, unpaired,
            )  # fmt: skip
            self.sums.add((int(store[first]), day_of(int(day[first])), bool(summary[first])), part)


def _hash_keys(texts: list[pa.Array], numbers: list[NDArray[np.int64]]) -> NDArray[np.uint64]:
    """Return for each line a number that is equal for equal lines."""
    mixed = np.zeros(len(numbers[0]), dtype=np.uint64)
    for column in texts:
        encoded = column.dictionary_encode()
        hashed = pd.util.hash_array(encoded.dictionary.to_numpy(zero_copy_only=False), categorize=False)
        mixed = mixed * HASH_FACTOR ^ hashed[encoded.indices.to_numpy(zero_copy_only=False)]
    for values in numbers:
        mixed = (mixed ^ (mixed >> np.uint64(29))) * HASH_FACTOR ^ values.astype(np.uint64)
    return mixed


def _take(ids: NDArray[np.int64], of: dict[int, int]) -> NDArray[np.int64]:
    """Return what each id maps to."""
    distinct, places = np.unique(ids, return_inverse=True)
    return np.array([of[int(one)] for one in distinct], dtype=np.int64)[places]


def _resolve_stores(lines: pd.DataFrame, places: Places, target: Target) -> NDArray[np.int64]:
    if "store_code" not in lines:
        return np.full(len(lines), target.store_id or UNKNOWN, dtype=np.int64)
    found = _look_up(lines["store_code"], places.stores)
    if target.store_id is not None:
        found = np.where((found != UNKNOWN) & (found != target.store_id), ANOTHER, found)
    return found


def _resolve_products(lines: pd.DataFrame, places: Places) -> NDArray[np.int64]:
    """Return the product of each line: by its barcode, else by the store's own code."""
    found = np.full(len(lines), UNKNOWN, dtype=np.int64)
    for column, known in (("product_barcode", places.barcodes), ("product_code", places.codes)):
        if column in lines:
            found = np.where(found == UNKNOWN, _look_up(lines[column], known), found)
    return found


def _look_up(codes: "pd.Series[str]", known: dict[str, int]) -> NDArray[np.int64]:
    places, distinct = pd.factorize(codes)
    ids = np.array([known.get(code, UNKNOWN) for code in distinct], dtype=np.int64)
    return ids[places] if len(distinct) else np.zeros(len(codes), dtype=np.int64)


def _text(rows: pd.DataFrame, column: str) -> pa.Array:
    if column not in rows:
        return _blank(len(rows))
    found = pa.array(rows[column], pa.string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _blank(count: int) -> pa.Array:
    return pa.repeat("", count)
