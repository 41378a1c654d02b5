"""A table is read from its file as seldom as its size allows, and never in half."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pyarrow as pa
import pytest

from consign.tabular import table as module
from consign.tabular.refusals import FileDamaged
from consign.tabular.table import Batch, Table

BATCHES = 4


class Source:
    """Rows 1 to 4, one to a batch; it counts how often it was read, and may break off before a row."""

    def __init__(self, *, breaks_before: int | None = None) -> None:
        self.readings = 0
        self.breaks_before = breaks_before

    def read(self) -> Iterator[Batch]:
        self.readings += 1
        for row in range(1, BATCHES + 1):
            if row == self.breaks_before:
                raise FileDamaged("cut off")
            yield Batch(np.array([row], dtype=np.int32), [pa.array(["x" * 100])])

    def table(self) -> Table:
        return Table("csv", "utf-8", ",", None, 1, ("a",), (), self.read)


def rows(batches: Iterator[Batch]) -> list[int]:
    return [int(batch.rows[0]) for batch in batches]


def test_looking_at_the_first_rows_and_reading_all_is_one_reading():
    source = Source()
    table = source.table()
    assert rows(islice(table.batches(), 1)) == [1]
    assert rows(table.batches()) == rows(table.batches()) == rows(table.take_batches()) == [1, 2, 3, 4]
    assert source.readings == 1
    assert rows(table.take_batches()) == [1, 2, 3, 4]
    assert source.readings == 2


def test_what_was_looked_at_is_not_lost_for_the_last_reading():
    table = Source().table()
    assert rows(islice(table.batches(), 2)) == [1, 2]
    assert rows(table.take_batches()) == [1, 2, 3, 4]


@pytest.mark.parametrize("most", [0, 150, 350])
def test_a_large_table_is_read_again_and_whole(monkeypatch: pytest.MonkeyPatch, most: int):
    monkeypatch.setattr(module, "KEPT_BYTES", most)
    source = Source()
    table = source.table()
    for _ in range(3):
        assert rows(islice(table.batches(), 1)) == [1]
        assert rows(table.batches()) == [1, 2, 3, 4]
    assert rows(table.take_batches()) == [1, 2, 3, 4]
    assert table._kept == []


@pytest.mark.parametrize("most", [0, 150, 350, 1 << 20])
def test_two_readings_at_once_each_see_all_rows(monkeypatch: pytest.MonkeyPatch, most: int):
    monkeypatch.setattr(module, "KEPT_BYTES", most)
    table = Source().table()
    one, other = table.batches(), table.batches()
    seen: tuple[list[int], list[int]] = ([], [])
    for batch, again in zip(one, other, strict=True):
        seen[0].append(int(batch.rows[0]))
        seen[1].append(int(again.rows[0]))
    assert seen == ([1, 2, 3, 4], [1, 2, 3, 4])


def test_a_table_that_broke_off_never_looks_whole():
    table = Source(breaks_before=3).table()
    for read in (table.batches, table.batches, table.take_batches, table.take_batches):
        with pytest.raises(FileDamaged):
            rows(read())
