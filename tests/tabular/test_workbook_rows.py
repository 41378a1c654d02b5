"""Cells of a workbook on their way: as text, column by column, and from the child that reads them to the process that asked."""

import math
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from consign.tabular.cells import TYPED
from consign.tabular.headers import Header
from consign.tabular.row_numbers import MOST_PARTS, number_row
from consign.tabular.workbook_cells import Cell, as_text, column_as_text
from consign.tabular.workbook_child import Candidate, write_rows
from consign.tabular.workbook_rows import BATCH_ROWS, read_rows
from consign.tabular.workbook_sheets import Sheet

MOMENT = datetime(2026, 10, 5, 14, 3, 59, tzinfo=UTC).replace(tzinfo=None)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=5)
CELLS = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


@given(cells=st.one_of(*(st.lists(one, min_size=1, max_size=5) for one in (TEXTS, st.datetimes(), st.floats(), CELLS))))
def test_a_column_is_written_like_its_cells(cells: list[Cell]):
    texts = list(column_as_text(cells))
    assert texts == list(map(as_text, cells))
    assert not any("\0" in text for text in texts)


def test_parts_of_a_second_are_left_out():
    assert as_text(MOMENT.replace(microsecond=999_999)) == f"{TYPED}2026-10-05 14:03:59"
    assert column_as_text([MOMENT.replace(microsecond=1), date(2026, 10, 5)]) == [
        f"{TYPED}2026-10-05 14:03:59",
        f"{TYPED}2026-10-05",
    ]
    assert as_text(time(14, 3, 59, 999_999)) == "14:03:59"


def test_a_duration_is_hours_minutes_and_seconds():
    assert as_text(timedelta(days=1, hours=2, minutes=3, seconds=4)) == "26:03:04"
    assert as_text(-timedelta(seconds=61)) == "-0:01:01"


def test_what_is_no_number_is_no_amount():
    assert [as_text(number) for number in (math.nan, math.inf, -math.inf)] == ["NAN", "INF", "-INF"]


def carry(
    rows: list[list[Cell]], *, width: int, part: int = 0, errors: dict[tuple[int, int], str] | None = None
) -> dict[int, tuple[str, ...]]:
    """Write *rows*, the first being a header, and read them again."""
    sheet = Sheet(len(rows), (), lambda: iter(rows), lambda: errors or {})
    candidate = Candidate("Data", sheet, Header(0, ("x",) * width, 0), (), ())
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder) / "0.rows", candidate, may_have_failed=errors is not None)
        for batch in read_rows(Path(folder) / "0.rows", columns=width, part=part):
            found.update({int(row): tuple(batch.cells_of(index)) for index, row in enumerate(batch.rows)})
    return found


@given(rows=st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=6), part=st.integers(0, MOST_PARTS - 1))
def test_all_rows_arrive_but_blank_ones_at_the_end(rows: list[list[Cell]], part: int):
    wanted = {
        number_row(row, part=part): tuple(map(as_text, cells)) for row, cells in enumerate(rows, start=2)
    }  # fmt: skip
    last = max((row for row, cells in enumerate(rows, start=2) if any(cells)), default=1)
    assert carry([["a"], *rows], width=3, part=part) == {
        number: cells for number, cells in wanted.items() if number <= number_row(last, part=part)
    }


def test_long_tables_arrive_in_the_right_order_with_their_blank_rows():
    # More rows than a batch holds, and more blank ones than a piece of 65,536 cells.
    count = BATCH_ROWS + 3
    rows: list[list[Cell]] = [["a"], *([number] for number in range(count)), *[[""]] * 70_000, ["z"], *[[""]] * 70_000]
    found = carry(rows, width=1)
    assert list(found) == list(range(2, count + 70_000 + 3))
    assert [found[2], found[count + 1], found[count + 2], found[count + 70_002]] == [
        ("0",),
        (f"{count - 1}",),
        ("",),
        ("z",),
    ]


def test_a_row_in_which_a_formula_failed_is_not_blank():
    rows: list[list[Cell]] = [["a", "b"], ["", ""], ["", ""], ["", ""]]
    assert carry(rows, width=2, errors={(3, 2): "#REF!", (1, 1): "#N/A", (2, 9): "#N/A"}) == {
        2: ("", ""),
        3: ("", "#REF!"),
    }
