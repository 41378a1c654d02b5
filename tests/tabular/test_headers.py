"""Finding the row that names the columns."""

from pathlib import Path

import pytest

from consign.tabular.headers import find_header, normalize
from tests.tabular.reading import HEADER, WORDS, look_at


def test_a_header_is_compared_without_case_spaces_and_signs():
    assert normalize(" No. Struk\n(POS) ") == "no struk pos"
    assert normalize("Qty_Jual") == "qty jual"


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["Tanggal", "Total"], ["2026-10-05", "1000"]], 0),
        ([["Beruang Mart"], ["Laporan", "Penjualan"], ["Tanggal", "Barcode", "Total"]], 2),
        ([["Periode", "01/10/2026"], ["Tanggal", "Total"]], 1),  # a row with a number in it names nothing
        ([["Merek", "Rasa"], ["Pedas", "Manis", "Asin"]], 1),  # without known words the widest row
        ([["Merek", "Rasa"], ["Pedas", "Manis"]], 0),  # and then the first
        ([["Tanggal", ""], ["2026-10-05", "1000"]], None),
        ([], None),
        ([["x"]] * 50 + [["Tanggal", "Total"]], None),  # below the fiftieth row nothing is looked for
    ],
)
def test_the_header_is_the_row_with_the_most_known_words(rows: list[list[str]], place: int | None):
    assert find_header(rows, words=WORDS) == place


def test_what_a_till_prints_above_the_header_is_left_out(tmp_path: Path):
    seen = look_at(
        tmp_path,
        "BERUANG MART\nJl. Jenderal Sudirman 1, Balikpapan\nPeriode: 01/10/2026 - 31/10/2026\n\n"
        "Tanggal,Barcode,Jumlah,Total\n2026-10-05,8992761002015,3,45000\n",
    )
    assert (seen.header_row, seen.headers) == (5, HEADER)
    assert seen.rows == {6: ("2026-10-05", "8992761002015", "3", "45000")}


def test_blank_columns_behind_the_last_name_are_no_columns(tmp_path: Path):
    seen = look_at(tmp_path, "Tanggal,Total,,\n2026-10-05,1000,,\n2026-10-06,2000\n2026-10-07,3000,x,\n")
    assert seen.headers == ("Tanggal", "Total")
    assert seen.rows == {2: ("2026-10-05", "1000"), 3: ("2026-10-06", "2000")}
    assert seen.broken == {4: ("2026-10-07", "3000", "x", "")}
