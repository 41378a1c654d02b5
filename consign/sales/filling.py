"""Filling cells that an export writes only once for several rows, such as the head of an order above its lines."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from consign.tabular.table import Batch


class Filler:
    """Fills blank cells with what stands above them, within rows of the same key, over all batches of a file.

    A row belongs to the one above it where its key is blank or the same.
    """

    def __init__(self, places: Sequence[int]) -> None:
        """Take the *places* of the columns, the key's first; with none, nothing is filled."""
        self._places = places
        self._above: dict[int, str] = dict.fromkeys(places, "")

    def fill(self, batch: Batch) -> Batch:
        """Return *batch* with its blank cells filled."""
        if not self._places or not len(batch):
            return batch
        texts = {place: self._below_last(batch, place) for place in self._places}
        key = texts[self._places[0]].where(lambda one: one.str.strip() != "").ffill().fillna("")
        group = (key != key.shift()).cumsum()
        cells = list(batch.cells)
        for place, column in texts.items():
            filled = column.where(column.str.strip() != "").groupby(group).ffill().fillna("")
            self._above[place] = filled.iloc[-1]
            cells[place] = pa.array(filled.iloc[1:].tolist(), pa.string())
        return Batch(batch.rows, cells, batch.broken)

    def _below_last(self, batch: Batch, place: int) -> "pd.Series[str]":
        """Return the column below what stood last above it."""
        return pd.Series([self._above[place], *batch.cells[place].to_pylist()], dtype=object)
