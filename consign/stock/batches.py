"""Batches: kept once for each product, code and last day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.models.stock import StockBatch
from consign.stock.rules import NewLine, tidy_batch

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


def complete_lines(session: Session, lines: Sequence[NewLine]) -> list[NewLine]:
    """Return *lines* with what is known of their batches: the last day where only the code is named, and the other way round.

    Where several batches fit, or none, nothing is added. For goods that stand already; a delivery names its batches whole.
    """
    partly = {line.product_id for line in lines if bool(line.batch.strip()) != bool(line.expires_on)}
    if not partly:
        return list(lines)
    known: defaultdict[tuple[int, str | date], list[StockBatch]] = defaultdict(list)
    query = select(StockBatch).where(StockBatch.product_id == func.any(sorted(partly)), StockBatch.code != "")
    for batch in session.scalars(query):
        known[batch.product_id, batch.code].append(batch)
        if batch.expires_on:
            known[batch.product_id, batch.expires_on].append(batch)
    return [_complete(line, known) for line in lines]


def _complete(line: NewLine, known: Mapping[tuple[int, str | date], Sequence[StockBatch]]) -> NewLine:
    if bool(line.batch.strip()) == bool(line.expires_on):
        return line
    fitting = known.get((line.product_id, line.expires_on or tidy_batch(line.batch)), ())
    if len(fitting) != 1:
        return line
    return replace(line, batch=fitting[0].code, expires_on=fitting[0].expires_on)


def _find(session: Session, keys: list[Key]) -> dict[Key, int]:
    facts = {
        "products": [product for product, _, _ in keys],
        "codes": [code for _, code, _ in keys],
        "ends": [end for _, _, end in keys],
    }
    return {keys[row.place - 1]: row.id for row in session.execute(_FIND, facts)}
