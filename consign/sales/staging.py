"""Bringing read rows into the database by COPY: lines to the staging table, the rest to their own tables."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.sales.layout import Receipts
from consign.sales.places import Places
from consign.sales.reading import MILLI, Ignored, Problem, ReadBatch
from consign.tabular.cells import TYPED
from consign.tabular.table import Batch

STAGED = text("""
    CREATE TEMPORARY TABLE staged (
      row_no integer NOT NULL, store_id integer NOT NULL, product_id integer NOT NULL, producer_id integer NOT NULL,
      sold_on date NOT NULL, till text COLLATE "C" NOT NULL, receipt text COLLATE "C" NOT NULL,
      returns_receipt text COLLATE "C" NOT NULL, quantity numeric(12,3) NOT NULL, unit_price_rp bigint NOT NULL,
      gross_rp bigint NOT NULL, discount_rp bigint NOT NULL, nth integer NOT NULL DEFAULT 1, version integer NOT NULL DEFAULT 1
    ) ON COMMIT DROP""")
STAGED_COLUMNS = (
    "row_no, store_id, product_id, producer_id, sold_on, till, receipt, returns_receipt, quantity, unit_price_rp, gross_rp,"
    " discount_rp"
)
PARKED_COLUMNS = (
    "upload_id, partner_id, state, readable, row_no, reason, \"column\", cell, raw, store_code, product_barcode, product_code,"
    " product_name, sold_on, till, receipt, returns_receipt, quantity, unit_price_rp, gross_rp, discount_rp"
)


@dataclass(frozen=True)
class Target:
    """Whose file it is, and what its uploader stated."""

    upload_id: int
    partner_id: int
    store_id: int | None
    """The store the uploader stated; lines of another store are parked."""
    receipts: Receipts


def make_staging(session: Session) -> None:
    """Make the empty staging table of this transaction."""
    session.execute(text("DROP TABLE IF EXISTS pg_temp.staged"))
    session.execute(STAGED)


class Stager:
    """Stages the batches of one file, and numbers equal lines of a receipt at the end."""

    def __init__(self, session: Session, *, places: Places, target: Target) -> None:
        self._session = session
        self._places = places
        self._target = target
        self._keys: list[NDArray[np.uint64]] = []
        self._rows: list[NDArray[np.int32]] = []
        self.lines = 0
        self.has_returns = False

    def stage(self, batch: ReadBatch) -> None:
        """Stage the lines whose store and product are known; park the others and the problems; keep what was ignored."""
        lines = batch.lines
        store_id = _resolve_stores(lines, self._places, self._target)
        product_id = _resolve_products(lines, self._places)
        good = lines["problem"].to_numpy() == 0
        reasons = np.select(
            [~good, store_id == UNKNOWN, store_id == ANOTHER, product_id == UNKNOWN],
            ["", "store.unknown", "store.other_than_stated", "product.unknown"],
            default=PLACED,
        )
        placed = reasons == PLACED
        if placed.any():
            self._stage_lines(lines[placed], store_id=store_id[placed], product_id=product_id[placed])
        if not placed.all() or batch.problems:
            _park(self._session, batch, reasons=reasons, target=self._target)
        if batch.ignored:
            _keep_ignored(self._session, batch.ignored, self._target.upload_id)

    def _stage_lines(self, rows: pd.DataFrame, *, store_id: NDArray[np.int64], product_id: NDArray[np.int64]) -> None:
        per_till = self._target.receipts is Receipts.PER_TILL
        till = _text(rows, "till") if per_till else _blank(len(rows))
        receipt = _text(rows, "receipt")
        row_no = rows["row_no"].to_numpy()
        columns = [
            pa.array(row_no),
            pa.array(store_id),
            pa.array(product_id),
            pa.array(_take(product_id, self._places.producers)),
            pa.array(rows["day"]).cast(pa.date32()),
            till,
            receipt,
            _text(rows, "returns_receipt"),
            _quantities(rows["quantity_milli"].to_numpy()),
            pa.array(rows["unit_price_rp"]),
            pa.array(rows["gross_rp"]),
            pa.array(rows["discount_rp"]),
        ]
        _copy(self._session, f"COPY staged ({STAGED_COLUMNS}) FROM STDIN (FORMAT csv)", columns)
        numbers = [store_id, product_id, rows["day"].to_numpy(), rows["unit_price_rp"].to_numpy()]
        self._keys.append(_hash_keys([receipt, till] if per_till else [receipt], numbers))
        self._rows.append(row_no)
        self.lines += len(rows)
        self.has_returns = self.has_returns or bool((rows["quantity_milli"].to_numpy() < 0).any())

    def number_twins(self) -> None:
        """Number equal lines of a receipt in their order: twins are real. Nearly always there are few to look at."""
        if not self._keys:
            return
        keys, rows = np.concatenate(self._keys), np.concatenate(self._rows)
        order = np.argsort(keys, kind="stable")
        equal = keys[order][1:] == keys[order][:-1]
        suspects = rows[order[np.concatenate([equal, [False]]) | np.concatenate([[False], equal])]]
        if len(suspects):
            self._session.execute(NUMBER_TWINS, {"rows": suspects.tolist()})


NUMBER_TWINS = text("""
    UPDATE staged SET nth = numbered.nth FROM (
      SELECT row_no, row_number() OVER (
        PARTITION BY store_id, receipt, till, sold_on, product_id, unit_price_rp ORDER BY row_no) AS nth
      FROM staged WHERE row_no = ANY(:rows)) AS numbered
    WHERE staged.row_no = numbered.row_no AND numbered.nth > 1""")

PLACED = "placed"
HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
UNKNOWN = 0
ANOTHER = -1


def _hash_keys(texts: list[pa.Array], numbers: list[NDArray[np.int64]]) -> NDArray[np.uint64]:
    """Return for each line a number that is equal for equal lines; that it may be equal for others costs only a look."""
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
    return pa.array(rows[column], pa.string()) if column in rows else _blank(len(rows))


def _blank(count: int) -> pa.Array:
    return pa.repeat("", count)


def _quantities(milli: NDArray[np.int64]) -> pa.Array:
    """Return thousandths as decimal text."""
    if not (milli % MILLI).any():
        return pa.array(milli // MILLI)
    distinct, places = np.unique(milli, return_inverse=True)
    return pa.array([str(Decimal(int(value)) / MILLI) for value in distinct]).take(pa.array(places))


def _park(session: Session, batch: ReadBatch, *, reasons: NDArray[np.str_], target: Target) -> None:
    """Park the problems of *batch* and its lines that have a reason."""
    waiting = (reasons != PLACED) & (reasons != "")
    _copy_parked(session, batch, batch.lines[waiting], reasons=reasons[waiting], target=target)
    typed = batch.lines.assign(place=batch.lines.index).set_index("row_no", drop=False)
    known_rows = [problem for problem in batch.problems if problem.row in typed.index]
    if known_rows:
        _copy_problems(session, typed.loc[[problem.row for problem in known_rows]], known_rows, target=target)
    broken = [problem for problem in batch.problems if problem.row not in typed.index]
    if broken:
        session.execute(
            text("""
            INSERT INTO sales_parked (upload_id, partner_id, state, readable, row_no, reason, raw)
            VALUES (:upload, :partner, 'open', false, :row, :code, :raw)"""),
            [
                {"upload": target.upload_id, "partner": target.partner_id, "row": row.row, "code": row.code, "raw": row.raw}
                for row in broken
            ],
        )


def _copy_parked(
    session: Session, batch: ReadBatch, rows: pd.DataFrame, *, reasons: NDArray[np.str_], target: Target
) -> None:
    if rows.empty:
        return
    cells = [
        pa.array([_code_at_fault(reason, index, rows) for index, reason in enumerate(reasons)], pa.string()),
        _raw(batch.batch, rows.index.to_numpy()),
    ]
    nothing = pa.nulls(len(rows), pa.string())
    _copy_rows(session, rows, head=[pa.array(list(reasons)), nothing, *cells], readable=True, target=target)


def _code_at_fault(reason: str, index: int, rows: pd.DataFrame) -> str | None:
    names = ("store_code",) if reason.startswith("store") else ("product_barcode", "product_code")
    values = [str(rows[name].iloc[index]) for name in names if name in rows]
    return next((value for value in values if value), None)


def _copy_problems(session: Session, rows: pd.DataFrame, problems: Sequence[Problem], *, target: Target) -> None:
    head = [
        pa.array([getattr(problem, name) for problem in problems], pa.string()) for name in ("code", "column", "cell", "raw")
    ]
    _copy_rows(session, rows, head=head, readable=False, target=target)


def _copy_rows(session: Session, rows: pd.DataFrame, *, head: list[pa.Array], readable: bool, target: Target) -> None:
    """Copy *rows* into the parked lines; values that could not be read stay blank."""
    count = len(rows)
    numbers_ok = pa.array(rows["numbers_ok"])
    blank_number = pa.nulls(count, pa.int64())

    def number(name: str) -> pa.Array:
        return pc.if_else(numbers_ok, pa.array(rows[name]), blank_number)

    def words(name: str) -> pa.Array:
        return pa.array(rows[name], pa.string()) if name in rows else pa.nulls(count, pa.string())

    columns = [
        pa.repeat(target.upload_id, count),
        pa.repeat(target.partner_id, count),
        pa.repeat("open", count),
        pa.repeat("t" if readable else "f", count),
        pa.array(rows["row_no"]),
        *head,
        words("store_code"),
        words("product_barcode"),
        words("product_code"),
        words("product_name"),
        pc.if_else(pa.array(rows["day_ok"]), pa.array(rows["day"]).cast(pa.date32()), pa.nulls(count, pa.date32())),
        words("till") if target.receipts is Receipts.PER_TILL else pa.nulls(count, pa.string()),
        words("receipt"),
        words("returns_receipt"),
        pc.if_else(numbers_ok, _quantities(rows["quantity_milli"].to_numpy()).cast(pa.string()), pa.nulls(count, pa.string())),
        number("unit_price_rp"),
        number("gross_rp"),
        number("discount_rp"),
    ]
    _copy(session, f"COPY sales_parked ({PARKED_COLUMNS}) FROM STDIN (FORMAT csv)", columns)


def _raw(batch: Batch, places: NDArray[np.int64]) -> pa.Array:
    """Return the whole rows at *places*, their cells parted by tabs."""
    chosen = pa.array(places)
    joined = pc.binary_join_element_wise(*[cells.take(chosen) for cells in batch.cells], "\t")
    return pc.replace_substring(joined, TYPED, "")


def _keep_ignored(session: Session, ignored: Sequence[Ignored], upload_id: int) -> None:
    session.execute(
        text("INSERT INTO sales_ignored (upload_id, row_no, reason, raw) VALUES (:upload, :row, :reason, :raw)"),
        [{"upload": upload_id, "row": row.row, "reason": row.reason, "raw": row.raw} for row in ignored],
    )


def _copy(session: Session, statement: str, columns: list[pa.Array]) -> None:
    """Send *columns* to the server; text is quoted, so a blank text is not taken for a missing one."""
    table = pa.table(columns, names=[str(place) for place in range(len(columns))])
    buffer = io.BytesIO()
    pa.csv.write_csv(table, buffer, pa.csv.WriteOptions(include_header=False, quoting_style="needed"))
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"COPY needs psycopg, not {type(driver)}")
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getbuffer())
