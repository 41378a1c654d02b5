"""Headers of several rows: groups above names, and names that stand in the upper row alone."""

from pathlib import Path

import pytest

from consign.tabular.headers import Header, read_header
from tests.tabular.books import WRITERS, Sheet
from tests.tabular.reading import WORDS, look, look_at

DATA = ["2026-10-05", "0012", "3", "15000", "45000", "1", "15000"]


def names_of(*rows: str, merged: tuple[tuple[int, int, int, int], ...] = ()) -> tuple[int, list[str]]:
    """Return the header's place and its names; cells are parted by strokes."""
    header = read_header([[cell.strip() for cell in row.split("|")] for row in rows], words=WORDS, merged=merged)
    assert header is not None
    return header.place, list(header.names)


GROUPED = ["Tanggal", "Barcode", "Penjualan Qty", "Harga", "Penjualan Total", "Retur Qty", "Retur Total"]


@pytest.mark.parametrize(
    "rows",
    [
        ("Tanggal | Barcode | Penjualan | | | Retur |", " | | Qty | Harga | Total | Qty | Total"),
        (" | | Penjualan | | | Retur |", "Tanggal | Barcode | Qty | Harga | Total | Qty | Total"),
    ],
)
def test_names_that_stand_twice_are_told_apart_by_their_group(rows: tuple[str, str]):
    below = "2026-10-05 | 0012 | 3 | 15000 | 45000 | 1 | 15000"
    assert names_of(*rows, below) == (1, GROUPED)
    assert names_of("BERUANG MART", "Toko | Gerai 1", "", *rows, below) == (4, GROUPED)


def test_the_upper_row_may_be_the_better_known_one():
    # "Tanggal", "Barcode", "Jumlah" and "Total" are known, nothing below them is.
    rows = ("Tanggal | Barcode | Jumlah | | | Total", " | | Jual | Retur | Sisa | ")
    below = "2026-10-05 | 0012 | 3 | 1 | 2 | 45000"
    assert names_of(*rows, below) == (1, ["Tanggal", "Barcode", "Jual", "Retur", "Sisa", "Total"])


def test_three_rows_name_columns_from_the_outer_group_inwards():
    header = (
        "Tanggal | Barcode | 2025 | | | | 2026 | | | ",
        " | | Jual | | Retur | | Jual | | Retur | ",
        " | | Qty | Total | Qty | Total | Qty | Total | Qty | Total",
    )
    place, names = names_of(*header, "2026-10-05 | 0012 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8")
    assert place == 2
    assert names == [
        *("Tanggal", "Barcode"),
        *(f"{year} {kind} {name}" for year in (2025, 2026) for kind in ("Jual", "Retur") for name in ("Qty", "Total")),
    ]


@pytest.mark.parametrize(
    ("above", "header", "names"),
    [
        # Names that are told apart already stay as they are.
        ("Penjualan | | Retur", "Tanggal | Jumlah | Total", ["Tanggal", "Jumlah", "Total"]),
        # A title over all columns tells nothing apart.
        ("LAPORAN", "Tanggal | Jumlah | Jumlah", ["Tanggal", "Jumlah", "Jumlah"]),
        ("Laporan | Penjualan", "Tanggal | Total | Jumlah | Jumlah", ["Tanggal", "Total", "Jumlah", "Jumlah"]),
        # Words above names are no groups, and what stands beside the table names none of its columns.
        ("Toko: | Gerai 1 | | Kasir: | Ani", "Tanggal | Qty | | Qty | Total", ["Tanggal", "Qty", "", "Qty", "Total"]),
        ("Mart | Jaya | | Dicetak | Ani", "Tanggal | Barcode | Total", ["Tanggal", "Barcode", "Total"]),
        ("Mart | Jaya | Abadi", "Tanggal | Barcode | | Total", ["Tanggal", "Barcode", "", "Total"]),
        ("1 | 2 | 3", "Tanggal | | Total", ["Tanggal", "", "Total"]),
        ("Kode Mata Uang : IDR", "Tanggal | Cabang | Jumlah | | Total", ["Tanggal", "Cabang", "Jumlah", "", "Total"]),
    ],
)  # fmt: skip
def test_what_stands_above_a_plain_header_changes_nothing(above: str, header: str, names: list[str]):
    assert names_of(above, header, "2026-10-05 | a | 5 | b | 7") == (1, names)


@pytest.mark.parametrize(
    "below",
    [
        "2026-10-05 | Sambal | Ijo | 45000",
        " | Sambal | Ijo | ",  # a heading among the rows: the next row has nothing beside it alone
        "Sambal | Ijo | Pedas | Botol",
    ],
)
def test_a_row_of_cells_is_no_part_of_the_header(below: str):
    rows = ("Tanggal | Nama Produk | | Total", below, " | Keripik | Asin | ")
    assert names_of(*rows) == (0, ["Tanggal", "Nama Produk", "", "Total"])


def test_a_description_below_the_names_is_no_part_of_the_header():
    rows = ("Tanggal | Barcode | Total", "hari jual | kode di kemasan | dalam rupiah", "2026-10-05 | 0012 | 45000")
    assert names_of(*rows) == (0, ["Tanggal", "Barcode", "Total"])


def test_merged_cells_say_for_certain_where_the_header_ends_and_which_cells_a_group_covers():
    # "Tanggal" covers two rows, "Retur" one column alone; without that "Qty" at the end would be a third one of "Retur".
    rows = ("Tanggal | Jual | | Retur | ", " | Qty | Total | Qty | Qty", "a | b | c | d | e")
    merged = ((0, 0, 1, 0), (0, 1, 0, 2))
    assert names_of(*rows, merged=merged) == (1, ["Tanggal", "Jual Qty", "Total", "Retur Qty", "Qty"])


def test_a_header_merged_over_two_rows_is_read_as_one():
    rows = ("Tanggal | Barcode | Total", " | | ", "2026-10-05 | 0012 | 45000")
    merged = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2))
    assert names_of(*rows, merged=merged) == (1, ["Tanggal", "Barcode", "Total"])


def test_known_words_are_counted_once_for_the_whole_header():
    rows = [["Tanggal", "Jumlah", "", "Total"], ["", "Jual", "Retur", ""], ["2026-10-05", "3", "1", "5"]]
    header = read_header(rows, words=WORDS)
    assert header == Header(1, ("Tanggal", "Jual", "Retur", "Total"), 3)


@pytest.mark.parametrize("kind", WRITERS)
def test_two_rows_with_merged_cells_are_one_header_in_every_kind_of_workbook(tmp_path: Path, kind: str):
    rows: list[list[object]] = [
        ["BERUANG MART", None, None, None, None, None, None, None],
        ["Tanggal", "Barcode", "Penjualan", None, None, "Retur", None, "Catatan\nkasir"],
        [None, None, "Qty", "Harga", "Total", "Qty", "Total", None],
        [*DATA[:2], 3, 15000, 45000, 1, 15000, "lunas"],
    ]
    merged = [(0, 0, 0, 7), (1, 0, 2, 0), (1, 1, 2, 1), (1, 7, 2, 7), (1, 2, 1, 4), (1, 5, 1, 6)]
    seen = look(WRITERS[kind](tmp_path / "file", [Sheet("Data", rows, merged=merged)]))
    assert (seen.header_row, seen.headers) == (3, (*GROUPED, "Catatan\nkasir"))
    assert seen.rows == {4: (*DATA, "lunas")}


def test_two_rows_are_one_header_in_a_text_file(tmp_path: Path):
    text = "BERUANG MART\nTanggal,Barcode,Penjualan,,,Retur,\n,,Qty,Harga,Total,Qty,Total\n"
    seen = look_at(tmp_path, text + ",".join(DATA) + "\n")
    assert (seen.header_row, seen.headers) == (3, tuple(GROUPED))
    assert seen.rows == {4: tuple(DATA)}
