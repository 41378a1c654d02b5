"""What is known of each day's sales of a product in a store: sold, none sold, none there, closed, or not known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.sales.store_days import MISSING_DAYS

LOOKED_BACK_DAYS = 90
"""How many days back sales are looked at: thirteen weeks, so that each weekday stands there a dozen times."""
PAIRS_AT_ONCE = 2_000

Pair = tuple[int, int]
"""Ids of a store and a product."""


class DayState(StrEnum):
    """What is known of one day of a product in a store."""

    SOLD = "sold"
    NONE_SOLD = "none_sold"
    """The store reported the day, had it or offered it, and sold none."""
    OUT = "out"
    """By the books none stood there, and none came: nobody could buy it."""
    UNKNOWN = "unknown"
    """The store has not reported the day, lines of it wait, or its books say that less than nothing stood there: that is
    no zero, and no day without goods."""
    CLOSED = "closed"
    BEFORE = "before"
    """It was not offered there yet, or no more."""


@dataclass(frozen=True)
class PairDays:
    """The days of a product in a store from `first` on, one entry for each in every sequence. Thousandths of its unit."""

    store_id: int
    product_id: int
    first: date
    states: Sequence[DayState]
    sold: Sequence[int]
    """Sold less what shoppers gave back on the day, at least zero; zero also where it is not known: see `states`."""
    closing: Sequence[int | None]
    """What stood there at the end of the day; blank where no stock is kept yet, below zero where more was sold than came."""

    def list_days(self) -> Iterator[tuple[date, DayState, int, int | None]]:
        """Yield each day with what is known of it, what was sold, and what stood there at its end."""
        for place, (state, sold, closing) in enumerate(zip(self.states, self.sold, self.closing, strict=True)):
            yield self.first + timedelta(place), state, sold, closing

    def count(self, *states: DayState) -> int:
        """Return how many days stand in one of *states*."""
        return sum(self.states.count(state) for state in states)


# Of a count only what it finds counts, and that stands at the end of its day: it brings nothing that could be sold on it.
_PAIRS = text("""
    SELECT wanted.store_id, wanted.product_id, level.begins_on, (level.on_hand * 1000)::bigint AS on_hand,
      sale.first_on AS sold_from, listing.first_on AS listed_from, listing.end_on AS listed_before, moved.*
    FROM unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
    LEFT JOIN stock_level AS level ON level.store_id = wanted.store_id AND level.product_id = wanted.product_id
    LEFT JOIN LATERAL (
      SELECT day AS first_on FROM stock_movement AS movement
      WHERE movement.store_id = wanted.store_id AND movement.product_id = wanted.product_id AND kind = 'sold'
      GROUP BY day HAVING sum(quantity) < 0 ORDER BY day LIMIT 1) AS sale ON true
    LEFT JOIN LATERAL (
      SELECT min(lower(days)) AS first_on, max(COALESCE(upper(days), DATE '9999-12-31')) AS end_on FROM product_listing AS listing
      WHERE listing.store_id = wanted.store_id AND listing.product_id = wanted.product_id) AS listing ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(day - CAST(:first AS date) ORDER BY day) AS places, array_agg(sold ORDER BY day) AS sold,
        array_agg(came ORDER BY day) AS came, array_agg(changed ORDER BY day) AS changed
      FROM (
        SELECT day, COALESCE(sum(-milli) FILTER (WHERE kind = 'sold'), 0)::bigint AS sold,
          (GREATEST(COALESCE(sum(milli) FILTER (WHERE kind = 'received'), 0), 0)
            + GREATEST(COALESCE(sum(milli) FILTER (WHERE kind = 'transferred'), 0), 0))::bigint AS came,
          COALESCE(sum(milli) FILTER (WHERE day >= level.begins_on), 0)::bigint AS changed
        FROM (
          SELECT day, kind, quantity * 1000 AS milli FROM stock_movement AS movement
          WHERE movement.store_id = wanted.store_id AND movement.product_id = wanted.product_id
            AND movement.day >= :first) AS movement
        GROUP BY day) AS by_day) AS moved ON true""")

_STORE_DAYS = text(f"""
    WITH span AS (
      SELECT store_id, CAST(:first AS date) AS first_on, CAST(:last AS date) AS last_on
      FROM unnest(CAST(:stores AS bigint[])) AS wanted(store_id)), {MISSING_DAYS},
    waiting AS (SELECT DISTINCT store_id, day FROM waiting_day)
    SELECT expected_day.store_id, array_agg(expected_day.day - CAST(:first AS date)) AS places,
      array_agg(missing_day.day IS NULL AND waiting.day IS NULL) AS known
    FROM expected_day
    LEFT JOIN missing_day ON missing_day.store_id = expected_day.store_id AND missing_day.day = expected_day.day
    LEFT JOIN waiting ON waiting.store_id = expected_day.store_id AND waiting.day = expected_day.day
    GROUP BY expected_day.store_id""")  # noqa: S608  # constants


def find_pair_days(session: Session, pairs: Iterable[Pair], *, first: date, last: date) -> Iterator[PairDays]:
    """Yield what is known of each of *pairs* on the days from *first* to *last*, both inside and past.

    A product begins in a store with the first goods that came or were counted there, or with its first sale; where no stock
    is kept, a listing begins and ends it as well. What was listed before the first goods came could not be bought.
    """
    wanted = sorted(set(pairs))
    stores = sorted({store for store, _ in wanted})
    store_days = _find_store_days(session, stores, first=first, last=last)
    count = (last - first).days + 1
    for begin in range(0, len(wanted), PAIRS_AT_ONCE):
        chunk = wanted[begin : begin + PAIRS_AT_ONCE]
        facts = {"stores": [store for store, _ in chunk], "products": [product for _, product in chunk], "first": first}
        for row in session.execute(_PAIRS, facts):
            yield _tell(row, store_days.get(row.store_id) or [DayState.CLOSED] * count, first=first)


def _find_store_days(
    session: Session, stores: Sequence[int], *, first: date, last: date
) -> Mapping[int, Sequence[DayState]]:
    count = (last - first).days + 1
    found: dict[int, Sequence[DayState]] = {}
    for row in session.execute(_STORE_DAYS, {"stores": stores, "first": first, "last": last}):
        days = [DayState.CLOSED] * count
        for place, known in zip(row.places, row.known, strict=True):
            days[place] = DayState.NONE_SOLD if known else DayState.UNKNOWN
        found[row.store_id] = days
    return found


def _tell(row: Any, store_days: Sequence[DayState], *, first: date) -> PairDays:  # noqa: ANN401  # a row of _PAIRS
    count = len(store_days)
    sold, came, changed = [0] * count, [0] * count, [0] * count
    later = 0
    for place, out, into, by in zip(row.places or (), row.sold or (), row.came or (), row.changed or (), strict=True):
        if place < count:
            sold[place], came[place], changed[place] = max(out, 0), into, by
        else:
            later += by
    begins, ends = _find_span(row, first=first, count=count)
    closing = _stand(row, changed, later=later, first=first)
    states = list(store_days)
    for place in range(count):
        if sold[place]:
            states[place] = DayState.SOLD
        elif states[place] is DayState.CLOSED:
            continue
        elif not begins <= place < ends:
            states[place] = DayState.BEFORE
        elif (closed_with := closing[place]) is not None:
            stood = closed_with - changed[place] + came[place]
            if stood <= 0:  # less than nothing cannot stand there: the books lack something, such as a delivery
                states[place] = DayState.UNKNOWN if stood < 0 else DayState.OUT
    return PairDays(row.store_id, row.product_id, first, states, sold, closing)


def _find_span(row: Any, *, first: date, count: int) -> tuple[int, int]:  # noqa: ANN401  # a row of _PAIRS
    """Return the place of the first day on which it was offered, and the one after the last."""
    began = [day for day in (row.begins_on, row.sold_from) if day is not None]
    if row.begins_on is None and row.listed_from is not None:
        began.append(row.listed_from)
    if not began:
        return count, count
    ended = count
    if row.begins_on is None and row.listed_from is not None:
        ended = min(count, (row.listed_before - first).days)
    return (min(began) - first).days, ended


def _stand(row: Any, changed: Sequence[int], *, later: int, first: date) -> list[int | None]:  # noqa: ANN401  # the same
    """Return what stood there at the end of each day, worked back from what stands now."""
    count = len(changed)
    closing: list[int | None] = [None] * count
    if row.begins_on is None:
        return closing
    stands = row.on_hand - later
    begins = max(0, (row.begins_on - first).days)
    for place in range(count - 1, begins - 1, -1):
        closing[place] = stands
        stands -= changed[place]
    return closing
