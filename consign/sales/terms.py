"""The terms of lines, column at a time: agreement by scope and day, agreed price by day, amounts and fee.

A test holds the arithmetic against the same one done line by line, to the rupiah.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.money import BP_WHOLE
from consign.partners.rules import DiscountBorneBy, FeeOn
from consign.sales.column_values import MILLI, multiply

Ints = NDArray[np.int64]
Value = TypeVar("Value", np.int64, np.bool_)

_AGREEMENTS = text("""
    SELECT id, producer_id, COALESCE(store_id, 0) AS store_id, COALESCE(product_id, 0) AS product_id,
      lower(days) - date '1970-01-01' AS first, COALESCE(upper(days) - date '1970-01-01', :open) AS after,
      fee_rate_bp, fee_on, discount_borne_by
    FROM agreement WHERE partner_id = :partner AND producer_id = ANY(:producers) ORDER BY id""")
_PRICES = text("""
    SELECT product_id, lower(days) - date '1970-01-01' AS first,
      COALESCE(upper(days) - date '1970-01-01', :open) AS after, price_rp
    FROM product_price WHERE product_id = ANY(:products)""")
OPEN_DAY = 1_000_000
"""Stands for the end of what has none; far beyond any sale."""
DAY_OFFSET = 1_000_000
"""Makes days before 1970 positive."""
NONE = -1


@dataclass(frozen=True)
class Amounts:
    """What some lines come to, a value for each line. Lines that no agreement covers have *agreement_id* 0."""

    agreement_id: Ints
    agreed_price_rp: Ints
    """-1 where none is set."""
    fee_rate_bp: Ints
    sales_rp: Ints
    fee_base_rp: Ints
    fee_rp: Ints
    lacks_price: NDArray[np.bool_]
    """Lines whose agreement needs an agreed price that is not set; their amounts are void."""


class Intervals:
    """Values that hold for a key during some days; days of one key do not overlap."""

    def __init__(self, rows: Iterable[tuple[int, int, int, int]]) -> None:
        """Take rows of key, first day (inside), day after the last, and place of the value."""
        table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
        self._keys, self._after, self._places = table[:, 0], table[:, 2], table[:, 3]
        self._starts = _with_day(table[:, 0], table[:, 1])

    def find(self, keys: Ints, days: Ints) -> Ints:
        """Return for each key and day the place of the value in force, -1 where there is none."""
        if not len(self._starts):
            return np.full(len(keys), NONE, dtype=np.int64)
        at = np.searchsorted(self._starts, _with_day(keys, days), side="right") - 1
        found = (at >= 0) & (self._keys[at] == keys) & (days < self._after[at])
        return np.where(found, self._places[at], NONE)


def _with_day(keys: Ints, days: Ints) -> Ints:
    return (keys << 32) + days + DAY_OFFSET


class TermsTable:
    """The agreements and prices that can matter for some products in some stores of a partner."""

    def __init__(self, session: Session, *, partner_id: int, stores: Iterable[int], producers: dict[int, int]) -> None:
        """Load them; *producers* maps each product to its producer."""
        self._stores = np.array(sorted(set(stores)), dtype=np.int64)
        self._products = np.array(sorted(producers), dtype=np.int64)
        self._producers = np.array([producers[int(product)] for product in self._products], dtype=np.int64)
        facts = {
            "partner": partner_id,
            "producers": sorted(set(producers.values())),
            "products": sorted(producers),
            "open": OPEN_DAY,
        }
        agreements = session.execute(_AGREEMENTS, facts).all()
        self._ids = np.array([row.id for row in agreements], dtype=np.int64)
        self._rates = np.array([row.fee_rate_bp for row in agreements], dtype=np.int64)
        self._on_agreed = np.array([row.fee_on == FeeOn.AGREED_PRICE for row in agreements], dtype=bool)
        self._on_net = np.array([row.fee_on == FeeOn.REPORTED_NET for row in agreements], dtype=bool)
        self._by_producer = np.array(
            [row.discount_borne_by == DiscountBorneBy.PRODUCER for row in agreements], dtype=bool
        )
        scopes: dict[tuple[bool, bool], list[tuple[int, int, int, int]]] = {}
        for place, row in enumerate(agreements):
            keys = self._keys_of(row.producer_id, row.product_id, row.store_id)
            rows = scopes.setdefault((row.product_id != 0, row.store_id != 0), [])
            rows += [(key, row.first, row.after, place) for key in keys]
        # What is agreed for a product goes before what is agreed for a store, and both before what is agreed for all.
        self._scopes = [(by_store, Intervals(rows)) for (_, by_store), rows in sorted(scopes.items(), reverse=True)]
        prices = session.execute(_PRICES, facts).all()
        self._prices = Intervals(
            (int(np.searchsorted(self._products, row.product_id)), row.first, row.after, row.price_rp) for row in prices
        )

    def _keys_of(self, producer_id: int, product_id: int, store_id: int) -> list[int]:
        """Return the keys of the products, and the store if one is named, that an agreement covers."""
        covered = np.flatnonzero(self._producers == producer_id)
        if product_id:
            covered = covered[self._products[covered] == product_id]
        if not store_id:
            return covered.tolist()
        store = np.flatnonzero(self._stores == store_id)
        return [] if not len(store) else (covered * len(self._stores) + store[0]).tolist()

    def price(
        self, *, store_id: Ints, product_id: Ints, day: Ints, quantity_milli: Ints, gross_rp: Ints, discount_rp: Ints
    ) -> Amounts:
        """Return what each line comes to under the agreement of its store, product and day."""
        product = np.searchsorted(self._products, product_id)
        store = np.searchsorted(self._stores, store_id)
        place = np.full(len(product), NONE, dtype=np.int64)
        for by_store, intervals in self._scopes:
            open_lines = np.flatnonzero(place == NONE)
            keys = product[open_lines] * len(self._stores) + store[open_lines] if by_store else product[open_lines]
            place[open_lines] = intervals.find(keys, day[open_lines])
        price = self._prices.find(product, day)
        covered = place != NONE
        on_agreed = _pick(self._on_agreed, place)
        counted = np.where(on_agreed, multiply(np.maximum(price, 0) * MILLI, quantity_milli), gross_rp)
        sales = counted - np.where(_pick(self._by_producer, place), discount_rp, 0)
        base = np.where(_pick(self._on_net, place), gross_rp - discount_rp, counted)
        rate = _pick(self._rates, place)
        return Amounts(
            agreement_id=np.where(covered, _pick(self._ids, place), 0),
            agreed_price_rp=price,
            fee_rate_bp=rate,
            sales_rp=sales,
            fee_base_rp=base,
            fee_rp=np.sign(base) * ((abs(base) * rate + BP_WHOLE // 2) // BP_WHOLE),
            lacks_price=covered & on_agreed & (price == NONE),
        )


def _pick(values: NDArray[Value], place: Ints) -> NDArray[Value]:
    """Return the value at each place; what stands at -1 does not matter."""
    return values[place] if len(values) else np.zeros(len(place), dtype=values.dtype)
