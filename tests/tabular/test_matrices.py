"""Tables with a column for each day, turned into rows."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.tabular.matrix import unpivot
from consign.tabular.opening import open_table
from consign.tabular.refusals import FileWithManyTables, FileWithoutRows
from consign.tabular.row_numbers import split_number
from tests.tabular.reading import rows_of, write_bytes, write_workbook

WORDS = frozenset({"barcode", "nama produk", "toko", "harga"})
SUMS = frozenset({"total", "jumlah"})
HEADER = "Toko;Barcode;Harga;01/11/2026;02/11/2026;13/11/2026;Total"


def turn(path: Path) -> tuple[tuple[str, ...], dict[tuple[str | None, int], tuple[str, ...]]]:
    """Return the headers and the rows of the turned table, by part and row as a person counts."""
    with open_table(path, words=WORDS) as table:
        found = unpivot(table, sums=SUMS)
        rows, _ = rows_of(found.batches())
        return found.headers, {split_number(number, found.parts): cells for number, cells in rows.items()}


def test_every_filled_cell_below_a_day_is_a_row_and_a_blank_one_is_none(tmp_path: Path):
    text = f"{HEADER}\nT1;8990001;15000;2;;0;2\nT1;8990002;22500;;1,5; ;1,5\n"
    headers, rows = turn(write_bytes(tmp_path, text.encode()))
    assert headers == ("Toko", "Barcode", "Harga", "Tanggal", "Jumlah")
    assert rows == {
        ("01/11/2026", 2): ("T1", "8990001", "15000", "01/11/2026", "2"),
        ("13/11/2026", 2): ("T1", "8990001", "15000", "13/11/2026", "0"),
        ("02/11/2026", 3): ("T1", "8990002", "22500", "02/11/2026", "1,5"),
    }


def test_days_of_a_workbook_are_read_as_days(tmp_path: Path):
    head = ["Barcode", "Nama Produk", date(2026, 11, 5), date(2026, 11, 6)]
    path = write_workbook(tmp_path, ("Nov", [["Laporan mingguan"], [], head, ["8990001", "Keripik", 3, None]]))
    headers, rows = turn(path)
    assert headers == ("Barcode", "Nama Produk", "Tanggal", "Jumlah")
    (((part, row), cells),) = rows.items()
    assert (part, row) == ("2026-11-05", 4)
    assert cells == ("8990001", "Keripik", "2026-11-05", "3")


def test_rows_without_a_filled_day_are_known_once_all_is_read(tmp_path: Path):
    text = f"{HEADER}\nT1;8990001;15000;2;;;\nT1;8990002;22500;;;;\n"
    with open_table(write_bytes(tmp_path, text.encode()), words=WORDS) as table:
        found = unpivot(table, sums=SUMS)
        for _ in range(2):
            assert [len(batch) for batch in found.read()] == [1]
            assert found.across is not None
            assert found.across.unfilled == [("T1", "8990002", "22500")]


@pytest.mark.parametrize(
    "text",
    [
        "Barcode;Harga;1 Nov 2026\n8990001;15000;1\n",
        "Barcode;Harga;1 Nov 2026;1 Nov 2026\n8990001;15000;1;15000\n",
        "Barcode;Toko;01/11/2026;02/11/2026\n8990001;T1;pagi;sore\n",
        "Tanggal;Barcode;Nama Produk\n01/11/2026;8990001;Keripik\n02/11/2026;8990001;Keripik\n",
    ],
    ids=["one day", "a day twice", "no numbers beneath", "no days in the header"],
)
def test_other_tables_stay_as_they_are(tmp_path: Path, text: str):
    with open_table(write_bytes(tmp_path, text.encode()), words=WORDS) as table:
        assert unpivot(table, sums=SUMS) is table


def test_a_table_in_which_nothing_is_filled_is_refused_with_a_reason(tmp_path: Path):
    path = write_bytes(tmp_path, f"{HEADER}\nT1;8990001;15000;;;;\n".encode())
    with open_table(path, words=WORDS) as table, pytest.raises(FileWithoutRows, match="No cell below the days"):
        list(unpivot(table, sums=SUMS).batches())


def test_sheets_with_the_same_columns_for_other_days_are_refused(tmp_path: Path):
    sheets = [
        (f"Minggu {day}", [["Barcode", "Nama Produk", date(2026, 11, day), date(2026, 11, day + 1)], ["8990001", "Keripik", 1, 2]])
        for day in (2, 9)
    ]  # fmt: skip
    with pytest.raises(FileWithManyTables):
        turn(write_workbook(tmp_path, *sheets))


def test_a_period_above_the_header_is_not_taken_for_the_header(tmp_path: Path):
    text = "Periode;01/11/2026;30/11/2026\nBarcode;Nama Produk;Harga;Qty\n8990001;Keripik;15000;2\n"
    with open_table(write_bytes(tmp_path, text.encode()), words=WORDS) as table:
        assert table.header_row == 2


quantities = st.one_of(st.just(""), st.integers(0, 10_000).map(str), st.decimals(0, 99, places=3).map("{:f}".format))


@given(st.integers(2, 40), st.data())
def test_turning_is_writing_the_long_form_by_hand(
    tmp_path_factory: pytest.TempPathFactory, width: int, data: st.DataObject
):
    days = [date(2026, 10, 20) + timedelta(place) for place in range(width)]
    cells = data.draw(st.lists(st.lists(quantities, min_size=width, max_size=width), min_size=1, max_size=12))
    lines = ["Barcode;Harga;" + ";".join(map(str, days))]
    lines += [f"899{place:04d};1000;" + ";".join(row) for place, row in enumerate(cells)]
    by_hand = [
        (f"899{place:04d}", "1000", str(day), cell)
        for place, row in enumerate(cells)
        for day, cell in zip(days, row, strict=True)
        if cell
    ]
    path = write_bytes(tmp_path_factory.mktemp("matrix"), "\n".join([*lines, ""]).encode())
    with open_table(path, words=WORDS) as table:
        if not by_hand:
            return
        found = unpivot(table, sums=SUMS)
        rows, _ = rows_of(found.batches())
    assert list(rows.values()) == by_hand
    assert len(rows) == sum(len(batch) for batch in found.batches())
    assert sum(Decimal(cells[-1]) for cells in rows.values()) == sum(Decimal(cell) for *_, cell in by_hand)
