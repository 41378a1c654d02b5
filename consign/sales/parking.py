"""Lines of a file that wait, and rows that were left out, on their way to the database by COPY."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from consign.sales.copying import Copier, as_decimals
from consign.sales.layout import Receipts
from consign.sales.problems import Problem
from consign.sales.reading import Ignored, ReadBatch
from consign.tabular.cells import TYPED
from consign.tabular.table import Batch

PARKED_COLUMNS = (
    'upload_id, partner_id, state, readable, row_no, reason, "column", cell, raw, store_code, product_barcode, product_code,'
    " product_name, sold_on, till, receipt, returns_receipt, quantity, unit_price_rp, gross_rp, discount_rp"
)
PLACED = "placed"


@dataclass(frozen=True)
class Target:
    """Whose file it is, what its uploader stated, and where its lines go."""

    upload_id: int
    partner_id: int
    store_id: int | None
    """The store the uploader stated; lines of another store are parked."""
    receipts: Receipts
    number: int
    """Number of the posting."""
    staged: bool
    """Whether all lines go to the staging table, to be held against what stands for the same days."""


def park(copier: Copier, batch: ReadBatch, *, reasons: NDArray[np.str_], target: Target) -> None:
    """Park the problems of *batch* and its lines that have a reason."""
    waiting = (reasons != PLACED) & (reasons != "")
    _copy_parked(copier, batch, batch.lines[waiting], reasons=reasons[waiting], target=target)
    typed = batch.lines.set_index("row_no", drop=False)
    known_rows = [problem for problem in batch.problems if problem.row in typed.index]
    if known_rows:
        _copy_problems(copier, typed.loc[[problem.row for problem in known_rows]], known_rows, target=target)
    broken = [problem for problem in batch.problems if problem.row not in typed.index]
    if broken:
        copier.send(
            "sales_parked (upload_id, partner_id, state, readable, row_no, reason, raw)",
            [
                pa.repeat(target.upload_id, len(broken)),
                pa.repeat(target.partner_id, len(broken)),
                pa.repeat("open", len(broken)),
                pa.repeat("f", len(broken)),
                pa.array([problem.row for problem in broken]),
                pa.array([problem.code for problem in broken]),
                pa.array([problem.raw for problem in broken]),
            ],
        )


def _copy_parked(
    copier: Copier, batch: ReadBatch, rows: pd.DataFrame, *, reasons: NDArray[np.str_], target: Target
) -> None:
    if rows.empty:
        return
    cells = [
        pa.array([_code_at_fault(reason, index, rows) for index, reason in enumerate(reasons)], pa.string()),
        _raw(batch.batch, rows.index.to_numpy()),
    ]
    nothing = pa.nulls(len(rows), pa.string())
    _copy_rows(copier, rows, head=[pa.array(list(reasons)), nothing, *cells], readable=True, target=target)


def _code_at_fault(reason: str, index: int, rows: pd.DataFrame) -> str | None:
    names = ("store_code",) if reason.startswith("store") else ("product_barcode", "product_code")
    values = [str(rows[name].iloc[index]) for name in names if name in rows]
    return next((value for value in values if value), None)


def _copy_problems(copier: Copier, rows: pd.DataFrame, problems: Sequence[Problem], *, target: Target) -> None:
    head = [
        pa.array([getattr(problem, name) for problem in problems], pa.string())
        for name in ("code", "column", "cell", "raw")
    ]
    _copy_rows(copier, rows, head=head, readable=False, target=target)


def _copy_rows(copier: Copier, rows: pd.DataFrame, *, head: list[pa.Array], readable: bool, target: Target) -> None:
    """Copy *rows* into the parked lines; values that could not be read stay blank."""
    count = len(rows)

    def number(name: str, readable: str) -> pa.Array:
        return pc.if_else(pa.array(rows[readable]), pa.array(rows[name]), pa.nulls(count, pa.int64()))

    def words(name: str) -> pa.Array:
        return pa.array(rows[name], pa.string()) if name in rows else pa.nulls(count, pa.string())

    quantities = as_decimals(rows["quantity_milli"].to_numpy()).cast(pa.string())
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
        pc.if_else(pa.array(rows["quantity_ok"]), quantities, pa.nulls(count, pa.string())),
        number("unit_price_rp", "price_ok"),
        number("gross_rp", "gross_ok"),
        number("discount_rp", "discount_ok"),
    ]
    copier.send(f"sales_parked ({PARKED_COLUMNS})", columns)


def _raw(batch: Batch, places: NDArray[np.int64]) -> pa.Array:
    """Return the whole rows at *places*, their cells parted by tabs."""
    chosen = pa.array(places)
    joined = pc.binary_join_element_wise(*[cells.take(chosen) for cells in batch.cells], "\t")
    return pc.replace_substring(joined, TYPED, "")


def keep_ignored(copier: Copier, ignored: Sequence[Ignored], upload_id: int) -> None:
    """Keep the rows that were left out, each with its reason."""
    columns = [
        pa.repeat(upload_id, len(ignored)),
        pa.array([row.row for row in ignored]),
        pa.array([row.reason for row in ignored]),
        pa.array([row.raw for row in ignored]),
    ]
    copier.send("sales_ignored (upload_id, row_no, reason, raw)", columns)
