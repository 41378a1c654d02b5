"""Encodings, separators and rows of text files."""

from pathlib import Path

import pytest

from consign.tabular.refusals import (
    FileDamaged,
    FileEmpty,
    FileMixedEncodings,
    FileNotATable,
    FileWithoutHeader,
)
from tests.tabular.reading import HEADER, look, look_at, write_bytes

ROW = ("2026-10-05", "8992761002015", "3", "45000")
PLAIN = "Tanggal,Barcode,Jumlah,Total\n2026-10-05,8992761002015,3,45000\n"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_separator_and_line_end(tmp_path: Path, sign: str, end: str):
    seen = look_at(tmp_path, PLAIN.replace(",", sign).replace("\n", end))
    assert (seen.delimiter, seen.headers, seen.rows) == (sign, HEADER, {2: ROW})


def test_a_last_line_needs_no_end(tmp_path: Path):
    assert look_at(tmp_path, PLAIN.rstrip("\n")).rows == {2: ROW}


def test_decimal_commas_do_not_make_a_comma_the_separator(tmp_path: Path):
    seen = look_at(tmp_path, "Tanggal;Barcode;Total\n2026-10-05;1;45.000,00\n2026-10-06;2;15.000,00\n")
    assert seen.delimiter == ";"
    assert seen.rows[3] == ("2026-10-06", "2", "15.000,00")


def test_commas_above_the_table_do_not_make_a_comma_the_separator(tmp_path: Path):
    seen = look_at(tmp_path, "Toko: Gerai 1, Balikpapan\n" * 9 + PLAIN.replace(",", ";"))
    assert (seen.delimiter, seen.headers, seen.rows) == (";", HEADER, {11: ROW})


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_each_encoding(tmp_path: Path, encoding: str, name: str):
    seen = look_at(tmp_path, PLAIN + "2026-10-06,Kué Lumpur Café,1,1000\n", encoding)
    assert seen.encoding == name
    assert seen.headers == HEADER
    assert seen.rows == {2: ROW, 3: ("2026-10-06", "Kué Lumpur Café", "1", "1000")}


def test_utf_16_of_either_order(tmp_path: Path):
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert look(write_bytes(tmp_path, mark + PLAIN.encode(encoding))).rows == {2: ROW}


def test_mixed_encodings_are_refused_with_the_line(tmp_path: Path):
    mixed = PLAIN.encode() + "Kué\n".encode() + "Café\n".encode("cp1252")
    with pytest.raises(FileMixedEncodings, match="Line 4 is not UTF-8"):
        look(write_bytes(tmp_path, mixed))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b"\xef\xbb\xbf", FileEmpty),
        (b" \r\n\t\n", FileEmpty),
        (b"Tanggal\n2026-10-05\n", FileWithoutHeader),
        (b"1,2,3\n4,5,6\n", FileWithoutHeader),
        (bytes(range(256)) * 8, FileNotATable),
        (b"Tanggal,Total\n2026-10-05,1\0\n", FileNotATable),
        (b"Tanggal,Total\n2026-10-05,\x011.5\n", FileNotATable),
        (b"Tanggal,Total\n\x81\x8d\x8f\n", FileNotATable),
        (b"\xff\xfeT\x00a\x00", FileWithoutHeader),
        (b"\xff\xfeT\x00a\x00,", FileDamaged),
        ("Tanggal,Total\n".encode("utf-32"), FileNotATable),
        (b"x" * 300_000, FileDamaged),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", FileNotATable),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileNotATable),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", FileNotATable),
        (b"<table><tr><td>Tanggal,Total</td></tr></table>", FileNotATable),
        (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook/>', FileNotATable),
        (b"{\\rtf1 Tanggal,Total}", FileNotATable),
        (b"PK\x05\x06" + bytes(18), FileNotATable),
    ],
)
def test_what_holds_no_table_is_refused(tmp_path: Path, content: bytes, refusal: type[Exception]):
    with pytest.raises(refusal) as refused:
        look(write_bytes(tmp_path, content))
    assert type(refused.value) is refusal


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path):
    seen = look_at(tmp_path, "Tanggal,Barcode,Jumlah,Total\n")
    assert (seen.headers, seen.rows, seen.broken) == (HEADER, {}, {})


def test_blank_lines_are_left_out_and_counted(tmp_path: Path):
    seen = look_at(tmp_path, "Tanggal,Total\n\n2026-10-05,1\n   \n\n2026-10-06,2\n\n")
    assert seen.rows == {3: ("2026-10-05", "1"), 6: ("2026-10-06", "2")}
    assert seen.broken == {}


def test_rows_of_another_width_are_broken_and_named(tmp_path: Path):
    seen = look_at(tmp_path, "Tanggal,Barcode,Total\na,b,1\nc,2\nd,e,3,4\nf,g,5\n")
    assert seen.rows == {2: ("a", "b", "1"), 5: ("f", "g", "5")}
    assert seen.broken == {3: ("c", "2"), 4: ("d", "e", "3", "4")}


def test_no_word_is_taken_for_a_missing_value(tmp_path: Path):
    seen = look_at(tmp_path, "Tanggal,Total\nNA,null\nNaN,\n")
    assert seen.rows == {2: ("NA", "null"), 3: ("NaN", "")}


def test_a_broken_row_far_down_leaves_all_others_with_their_numbers(tmp_path: Path):
    # More than one block of 8 MiB, so the fast reader is well under way when it meets the broken row.
    lines = [f"2026-10-05,{'x' * 90},{number}" for number in range(2, 100_002)]
    lines[95_000] = "2026-10-05,too short"
    seen = look_at(tmp_path, "\n".join(["Tanggal,Barcode,Total", *lines]))
    assert len(seen.rows) == 99_999
    assert seen.broken == {95_002: ("2026-10-05", "too short")}
    assert all(cells[2] == str(row) for row, cells in seen.rows.items())
