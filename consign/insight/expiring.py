"""Batches near their end: what of each is still sold in time, what is to go back, and what its producer loses by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, Select, case, func, select, text, type_coerce
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.insight.demand_days import LOOKED_BACK_DAYS, Pair, find_pair_days
from consign.insight.forecast import Forecast
from consign.insight.outlook import forecast_place, round_quantity
from consign.listing import Found, Row, Value, Wish, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.partners import Partner, Producer, Store
from consign.models.stock import StockBatch, StockBatchLevel
from consign.partners.queries import get_region_terms
from consign.stock.rules import compute_loss_value

NEAR_DAYS = 30
"""A batch is near its end when it is to be off the shelf within so many days."""
ASKED_DAYS = 60
"""A pull-back that was asked for longer ago and not answered is no more waited for."""


class Stage(StrEnum):
    """How near the end of a batch is."""

    EXPIRED = "expired"
    """Its last day is over."""
    PULL_BACK = "pull_back"
    """Today or earlier it was to be off the shelf."""
    WEEK = "week"
    """That day is within seven days."""
    LATER = "later"


class Advice(StrEnum):
    """What the store should do about a batch."""

    REMOVE = "remove"
    """Take it off the shelf at once, and give it back or write it off."""
    GIVE_BACK = "give_back"
    """Take it off the shelf today, and give it back."""
    SELL_FIRST = "sell_first"
    """Put it in front: not all of it is expected to be sold in time."""
    NOTHING = "nothing"
    """It is expected to be sold in time."""
    WATCH = "watch"
    """Nobody knows what is sold; look after it."""


WEEK_DAYS = 7


@dataclass(frozen=True)
class ShelfBatch:
    """What stands of one batch. Thousandths of its unit."""

    batch_id: int
    expires_on: date | None
    quantity: int


@dataclass(frozen=True)
class Ending:
    """What becomes of a batch until it is to be off the shelf. Thousandths; blank where nobody knows what is sold."""

    sold: int | None
    left: int | None


_FACTS = text("""
    SELECT wanted.store_id, wanted.product_id, price.price_rp, COALESCE(terms.fee_rate_bp, 0) AS fee_rate_bp, asked.number,
      standing.ids, standing.ends, standing.quantities
    FROM unnest(CAST(:stores AS bigint[]), CAST(:products AS bigint[])) AS wanted(store_id, product_id)
    JOIN store ON store.id = wanted.store_id JOIN product ON product.id = wanted.product_id
    LEFT JOIN product_price AS price ON price.product_id = wanted.product_id AND price.days @> CAST(:on AS date)
    LEFT JOIN LATERAL (
      SELECT fee_rate_bp FROM agreement
      WHERE partner_id = store.partner_id AND producer_id = product.producer_id AND days @> CAST(:on AS date)
        AND COALESCE(store_id, wanted.store_id) = wanted.store_id
        AND COALESCE(product_id, wanted.product_id) = wanted.product_id
      ORDER BY product_id IS NULL, store_id IS NULL LIMIT 1) AS terms ON true
    LEFT JOIN LATERAL (
      SELECT note.number FROM stock_note AS note JOIN stock_note_line AS line ON line.note_id = note.id
      WHERE note.store_id = wanted.store_id AND note.kind = 'pull_back' AND note.state = 'asked'
        AND note.day >= CAST(:on AS date) - :asked AND line.product_id = wanted.product_id
      ORDER BY note.day DESC, note.id DESC LIMIT 1) AS asked ON true
    CROSS JOIN LATERAL (
      SELECT array_agg(batch.id) AS ids, array_agg(batch.expires_on) AS ends,
        array_agg((level.quantity * 1000)::bigint) AS quantities
      FROM stock_batch_level AS level JOIN stock_batch AS batch ON batch.id = level.batch_id
      WHERE level.store_id = wanted.store_id AND level.product_id = wanted.product_id AND level.quantity > 0) AS standing""")
"""Price and terms as in `consign.stock.losses`."""


def assess_endings(
    standing: Sequence[ShelfBatch], forecast: Forecast | None, *, on: date, pull_back_days: int
) -> dict[int, Ending]:
    """Return by batch what is sold of it from *on* until the day before it is to be off the shelf, and what is left then.

    What expires first is sold first; of batches with the same end, and of those without one, the older.
    """
    taken, found = 0, {}
    for batch in sorted(standing, key=lambda one: (one.expires_on or date.max, one.batch_id)):
        if forecast is None:
            found[batch.batch_id] = Ending(None, None)
            continue
        last = (batch.expires_on or date.max) - timedelta(pull_back_days + 1)
        asked = round(forecast.expect(on, last)) if batch.expires_on else taken + batch.quantity
        sold = min(batch.quantity, max(0, asked - taken))
        taken += sold
        found[batch.batch_id] = Ending(sold, batch.quantity - sold)
    return found


def find_stage(expires_on: date, *, on: date, pull_back_days: int) -> Stage:
    """Return how near the end of a batch is on a day; its last day still counts."""
    if expires_on < on:
        return Stage.EXPIRED
    left = (expires_on - on).days - pull_back_days
    if left <= 0:
        return Stage.PULL_BACK
    return Stage.WEEK if left <= WEEK_DAYS else Stage.LATER


def advise(stage: Stage, ending: Ending) -> Advice:
    """Return what the store should do about a batch."""
    if stage is Stage.EXPIRED:
        return Advice.REMOVE
    if stage is Stage.PULL_BACK:
        return Advice.GIVE_BACK
    if ending.left is None:
        return Advice.WATCH
    return Advice.SELL_FIRST if ending.left else Advice.NOTHING


def find_expiring(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the batches that *by* may see and that are to be off the shelf within thirty days, or were.

    Filters: `stage`, `store` (an id), `producer` (a code). A row has store_id, store_code, store, partner, product_code,
    product, producer_code, producer, batch, expires_on, pull_back_on, days_left (until then), quantity, stage, expected_sold,
    expected_left, expected_loss_rp (blank where nobody knows), advice, asked (number of a pull-back that waits).
    """
    pull_back_days = get_region_terms(session).pull_back_days
    query, sorts = _select(by, on=on, pull_back_days=pull_back_days, wish=wish)
    searched = (StockBatch.code, Product.name, Product.code, Store.name, Producer.name)
    tie = StockBatchLevel.batch_id * (1 << 24) + StockBatchLevel.store_id
    found = fetch_page(session, query, wish=wish, sorts=sorts, default_sort="expires_on", searched=searched, tie=tie)
    pairs = sorted({(row["store_id"], row["product_id"]) for row in found.rows})
    facts = _find_facts(session, pairs, on=on)
    endings = _find_endings(session, facts, on=on, pull_back_days=pull_back_days)
    rows = [
        _tell(row, facts[row["store_id"], row["product_id"]], endings, on=on, days=pull_back_days) for row in found.rows
    ]
    return replace(found, rows=rows)


def count_stages(session: Session, *, by: Actor, on: date) -> dict[Stage, int]:
    """Return how many batches stand in each stage, of those that *by* may see."""
    pull_back_days = get_region_terms(session).pull_back_days
    query, _ = _select(by, on=on, pull_back_days=pull_back_days, wish=Wish())
    staged = query.add_columns(_stage_of(on, pull_back_days).label("stage")).subquery()
    stages = select(staged.c.stage, func.count()).group_by(staged.c.stage)
    counts = {Stage(stage): number for stage, number in session.execute(stages)}
    return {stage: counts.get(stage, 0) for stage in Stage}


def _stage_of(on: date, pull_back_days: int) -> Any:  # noqa: ANN401  # an expression of SQLAlchemy
    ends = StockBatch.expires_on
    return case(
        (ends < on, Stage.EXPIRED.value),
        (ends <= on + timedelta(pull_back_days), Stage.PULL_BACK.value),
        (ends <= on + timedelta(pull_back_days + WEEK_DAYS), Stage.WEEK.value),
        else_=Stage.LATER.value,
    )


def _select(
    by: Actor, *, on: date, pull_back_days: int, wish: Wish
) -> tuple[Select[*tuple[Any, ...]], Mapping[str, Value]]:
    reach = get_reach(by, Act.READ_STOCK)
    columns: dict[str, Value] = {
        "store": Store.name,
        "store_code": Store.code,
        "partner": Partner.name,
        "product": Product.name,
        "product_code": Product.code,
        "producer": Producer.name,
        "producer_code": Producer.code,
        "batch": StockBatch.code,
        "expires_on": StockBatch.expires_on,
        "pull_back_on": type_coerce(StockBatch.expires_on - pull_back_days, Date),
        "quantity": StockBatchLevel.quantity,
    }
    query = (
        select(
            StockBatchLevel.store_id, StockBatchLevel.product_id, StockBatchLevel.batch_id,
            *(column.label(name) for name, column in columns.items()),
        )
        .join(StockBatch, StockBatch.id == StockBatchLevel.batch_id)
        .join(Store, Store.id == StockBatchLevel.store_id)
        .join(Partner, Partner.id == Store.partner_id)
        .join(Product, Product.id == StockBatchLevel.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .where(StockBatchLevel.quantity > 0, StockBatch.expires_on <= on + timedelta(pull_back_days + NEAR_DAYS))
    )  # fmt: skip
    limits = (
        (Store.partner_id, reach.partner_id),
        (Store.id, reach.store_id),
        (Product.producer_id, reach.producer_id),
    )
    for column, held in limits:
        if held is not None:
            query = query.where(column == held)
    asked = wish.filters
    if asked.get("stage"):
        query = query.where(_stage_of(on, pull_back_days) == asked["stage"])
    if asked.get("store"):
        query = query.where(Store.id == (parse_id(asked["store"]) or 0))
    if asked.get("producer"):
        query = query.where(Producer.code == asked["producer"].upper())
    return query, columns


def _find_facts(session: Session, pairs: Sequence[Pair], *, on: date) -> dict[Pair, Any]:
    if not pairs:
        return {}
    facts = {
        "stores": [store for store, _ in pairs],
        "products": [product for _, product in pairs],
        "on": on,
        "asked": ASKED_DAYS,
    }
    return {(row.store_id, row.product_id): row for row in session.execute(_FACTS, facts)}


def _find_endings(
    session: Session, facts: Mapping[Pair, Any], *, on: date, pull_back_days: int
) -> dict[tuple[int, int], Ending]:
    """Return by store and batch what becomes of it."""
    found: dict[tuple[int, int], Ending] = {}
    if not facts:
        return found
    first, last = on - timedelta(LOOKED_BACK_DAYS), on - timedelta(1)
    for days in find_pair_days(session, facts, first=first, last=last):
        row = facts[days.store_id, days.product_id]
        standing = [ShelfBatch(*one) for one in zip(row.ids, row.ends, row.quantities, strict=True)]
        endings = assess_endings(standing, forecast_place(days), on=on, pull_back_days=pull_back_days)
        found.update({(days.store_id, batch): ending for batch, ending in endings.items()})
    return found


def _tell(
    row: Row,
    facts: Any,  # noqa: ANN401  # a row of _FACTS
    endings: Mapping[tuple[int, int], Ending],
    *,
    on: date,
    days: int,
) -> dict[str, Any]:
    ending = endings[row["store_id"], row["batch_id"]]
    stage = find_stage(row["expires_on"], on=on, pull_back_days=days)
    left = None if ending.left is None else round_quantity(ending.left)
    loss = None
    if left is not None and facts.price_rp is not None:
        loss = compute_loss_value(left, price_rp=facts.price_rp, fee_rate_bp=facts.fee_rate_bp)
    return {
        **row,
        "days_left": (row["pull_back_on"] - on).days,
        "stage": stage,
        "expected_sold": None if ending.sold is None else round_quantity(ending.sold),
        "expected_left": left,
        "expected_loss_rp": loss,
        "advice": advise(stage, ending),
        "asked": facts.number,
    }
