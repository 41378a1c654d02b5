"""Days of which a table with a column for each says that a store sold nothing.

That is so where every product of the store has a 0 on the day, or the row for it has one and no product a quantity. A
blank cell says nothing.
"""

from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consign.sales.column_values import day_of
from consign.sales.layout import Role
from consign.sales.own_layout import NO_SALES_CODE
from consign.sales.study import Study
from consign.tabular.row_numbers import PART_ROWS
from consign.tabular.table import Across

StoreDay = tuple[str | None, int]
"""The store as the file names it, blank where it names none, and the day since 1970."""


class ZeroDays:
    """Gathers what the rows of such a table say, batch by batch."""

    def __init__(self, study: Study, across: Across) -> None:
        self._study = study
        self._across = across
        self._products: defaultdict[str | None, set[int]] = defaultdict(set)
        self._zeros: defaultdict[StoreDay, set[int]] = defaultdict(set)
        self._said: set[StoreDay] = set()
        self._sold: set[StoreDay] = set()

    def add(self, lines: pd.DataFrame, *, sold: NDArray[np.bool_], nothing: NDArray[np.bool_]) -> None:
        """Take in the rows that are *sold* or could not be read, and those that say *nothing* was."""
        code = next(name for name in ("product_barcode", "product_code") if name in lines)
        for is_zero, chosen in ((True, lines[nothing]), (False, lines[sold])):
            stores = chosen["store_code"].tolist() if "store_code" in chosen else [None] * len(chosen)
            rows = zip(chosen["row_no"].tolist(), stores, chosen["day"].tolist(), chosen[code].tolist(), strict=True)
            for number, store, day, name in rows:
                self._take(number, (store, day), says_none=name == NO_SALES_CODE, is_zero=is_zero)

    def _take(self, number: int, key: StoreDay, *, says_none: bool, is_zero: bool) -> None:
        if not is_zero:
            self._sold.add(key)
        if says_none:
            self._said |= {key} if is_zero else set()
            return
        part, row = divmod(number, PART_ROWS)
        product = part // self._across.days * PART_ROWS + row
        self._products[key[0]].add(product)
        if is_zero:
            self._zeros[key].add(product)

    def find(self) -> set[tuple[str | None, date]]:
        """Return the stores, as the file names them, and days without sales; to be asked once all rows were taken in."""
        silent = self._find_silent_stores()
        found = {key for key, zeros in self._zeros.items() if key[0] not in silent and zeros == self._products[key[0]]}
        return {(store, day_of(day)) for store, day in (found | self._said) - self._sold}

    def _find_silent_stores(self) -> set[str | None]:
        """Return the stores that have a product without any filled day: it has no 0 on any of them."""
        places = self._study.places
        codes = [places[role] for role in (Role.BARCODE, Role.CODE) if role in places]
        store = places.get(Role.STORE)
        found: set[str | None] = set()
        for cells in self._across.unfilled:
            named = [cells[place].strip() for place in codes if place < len(cells) and cells[place].strip()]
            if named and named != [NO_SALES_CODE]:
                found.add(cells[store].strip() if store is not None else None)
        return found
