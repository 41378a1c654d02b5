"""XLSX, XLSM, XLS, XLSB and ODS: the same sheets come out of each as the same table."""

import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from consign.tabular.cells import TYPED, is_error_value
from consign.tabular.opening import open_table
from consign.tabular.refusals import FileTooLarge, FileWithManyTables, FileWithoutHeader
from consign.tabular.row_numbers import MOST_PARTS, number_row, split_number
from tests.tabular.books import (
    WRITERS,
    BookWriter,
    Failed,
    Sheet,
    write_archive,
    write_ods_tables,
    write_xlsb,
    write_xlsx,
)
from tests.tabular.reading import HEADER, WORDS, look, rows_of, write_bytes

HEAD = list(HEADER)
ROW = ["2026-10-05", "8992761002015", 3, 45000]
ALL = pytest.mark.parametrize("kind", WRITERS)


def write(folder: Path, kind: str, *sheets: Sheet) -> Path:
    """Write *sheets* to a file whose name says nothing."""
    return WRITERS[kind](folder / "file", sheets)


def read_parts(path: Path) -> tuple[tuple[str, ...], dict[tuple[str | None, int], tuple[str, ...]], list[str]]:
    """Return the names of the parts, the rows by part and number, and the evidence."""
    with open_table(path, words=WORDS) as table:
        rows, broken = rows_of(table.batches())
        assert not broken
        placed = {split_number(number, table.parts): cells for number, cells in rows.items()}
        return table.parts, placed, [str(one) for one in table.evidence]


@ALL
def test_every_kind_reads_the_same_rows(tmp_path: Path, kind: str):
    rows = [
        [None, "BERUANG MART"],
        [],
        ["Tanggal", "Jam", "Barcode", "Nama\nProduk", "Jumlah", "Total", "Lunas"],
        [date(2026, 10, 5), time(14, 3, 7), "0012345", "Sambal <Ijo> & co", 3, 45000, True],
        [datetime.fromisoformat("2026-10-05 14:03:00"), time(0), 8992761002015, "Keripik", 1.5, -12500.25, False],
        [],
        ["2026-10-06", None, "7", 'dua "kata"', 0, 0.1 + 0.2, None],
    ]
    seen = look(write(tmp_path, kind, Sheet("Oktober", rows)))
    assert (seen.container, seen.sheet, seen.header_row) == (kind, "Oktober", 3)
    assert seen.headers == ("Tanggal", "Jam", "Barcode", "Nama\nProduk", "Jumlah", "Total", "Lunas")
    assert seen.rows == {
        4: (f"{TYPED}2026-10-05", "14:03:07", "0012345", "Sambal <Ijo> & co", "3", "45000", "TRUE"),
        5: (f"{TYPED}2026-10-05 14:03:00", "00:00:00", "8992761002015", "Keripik", f"{TYPED}1.5", f"{TYPED}-12500.25", "FALSE"),
        6: ("", "", "", "", "", "", ""),
        7: ("2026-10-06", "", "7", 'dua "kata"', "0", f"{TYPED}0.3", ""),
    }  # fmt: skip


@ALL
def test_columns_and_rows_that_begin_further_in_keep_their_place(tmp_path: Path, kind: str):
    rows = [[], [None, None, *HEAD], [None, None, *ROW]]
    seen = look(write(tmp_path, kind, Sheet("Data", rows)))
    assert seen.headers == ("", "", *HEADER)
    assert seen.rows == {3: ("", "", "2026-10-05", "8992761002015", "3", "45000")}


@ALL
def test_failed_formulas_stay_visible_in_every_kind(tmp_path: Path, kind: str):
    shown = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]
    rows = [HEAD, *(["2026-10-05", "1", 3, Failed(error)] for error in shown), [None, None, Failed("#REF!"), None]]
    seen = look(write(tmp_path, kind, Sheet("Sampul", [["Toko"]]), Sheet("Data", rows)))
    assert [cells[3] for cells in seen.rows.values()] == [*shown, ""]
    assert seen.rows[9] == ("", "", "#REF!", "")
    assert all(map(is_error_value, shown))


@ALL
def test_failed_formulas_are_told_from_those_of_other_sheets(tmp_path: Path, kind: str):
    first, second = ([HEAD, ["2026-10-05", "1", quantity, 5]] for quantity in (Failed("#REF!"), 4))
    _, rows, _ = read_parts(write(tmp_path, kind, Sheet("A", first), Sheet("B", second), Sheet("C", [*first, ROW])))
    assert [cells[2] for cells in rows.values()] == ["#REF!", "4", "#REF!", "3"]


def write_xls_formula(path: Path, result: bytes) -> Path:
    """Write an old workbook whose cell C2 is a formula with *result* as the file keeps it."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for place, name in enumerate(HEAD):
        sheet.write(0, place, name)
    sheet.write(1, 0, "2026-10-05")
    sheet.write(1, 2, xlwt.Formula("1/0"))
    sheet.write(1, 3, 45000)
    book.save(str(path))
    content, place = path.read_bytes(), 512  # the records stand right behind the container's header
    while content[place : place + 2] != b"\x06\x00":
        place += 4 + struct.unpack_from("<H", content, place + 2)[0]
    place += 4 + 6  # row, column and style stand before the result
    path.write_bytes(content[:place] + result + content[place + 8 :])
    return path


def test_a_failed_formula_of_an_old_workbook_stays_visible(tmp_path: Path):
    path = write_xls_formula(tmp_path / "file", bytes([2, 0, 0x07, 0, 0, 0, 0xFF, 0xFF]))
    assert look(path).rows == {2: ("2026-10-05", "", "#DIV/0!", "45000")}


def test_a_formula_of_an_old_workbook_that_did_not_fail_is_its_number(tmp_path: Path):
    path = write_xls_formula(tmp_path / "file", struct.pack("<d", 2.5))
    assert look(path).rows == {2: ("2026-10-05", "", f"{TYPED}2.5", "45000")}


def test_leading_zeros_of_a_formula_s_text_are_kept(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "file")
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ["2026-10-05", "007"])
    sheet.write_formula(1, 2, "=B2", None, "007")
    book.close()
    assert look(tmp_path / "file").rows[2][1:3] == ("007", "007")


def test_a_number_shown_with_zeros_before_it_is_plain_digits(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "file")
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, HEAD)
    sheet.write_number(1, 1, 12345, book.add_format({"num_format": "0000000000000"}))
    sheet.write_number(1, 2, 0.5, book.add_format({"num_format": "0%"}))
    sheet.write_number(1, 3, 1 + 1 / 24, book.add_format({"num_format": "[h]:mm:ss"}))
    book.close()
    assert look(tmp_path / "file").rows[2][1:] == ("12345", f"{TYPED}0.5", "25:00:00")


def test_a_workbook_of_nothing_but_records_is_read(tmp_path: Path):
    def text(row: int, column: int, value: str) -> bytes:
        return struct.pack("<6H", 0x204, 8 + len(value), row, column, 0, len(value)) + value.encode()

    def number(row: int, column: int, value: float) -> bytes:
        return struct.pack("<5Hd", 0x203, 14, row, column, 0, value)

    def failed(row: int, column: int, code: int) -> bytes:
        return struct.pack("<5HBB", 0x205, 8, row, column, 0, code, 1)

    records = [struct.pack("<6H", 0x809, 8, 0, 0x10, 0, 0)]
    records += [text(0, column, name) for column, name in enumerate(HEAD)]
    records += [text(1, 0, "2026-10-05"), text(1, 1, "0012"), number(1, 2, 3), number(1, 3, 45000)]
    records += [text(2, 0, "2026-10-06"), text(2, 1, "0013"), number(2, 2, 1.5), failed(2, 3, 0x17)]
    seen = look(write_bytes(tmp_path, b"".join([*records, struct.pack("<HH", 0x0A, 0)])))
    assert (seen.container, seen.headers) == ("xls", HEADER)
    assert seen.rows == {
        2: ("2026-10-05", "0012", "3", "45000"),
        3: ("2026-10-06", "0013", f"{TYPED}1.5", "#REF!"),
    }


def test_repeated_cells_and_rows_of_ods_count_as_often_as_they_say(tmp_path: Path):
    def cell(text: str, more: str = "") -> str:
        return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'

    failed = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0"{}>'
        "<office:annotation><text:p>#N/A</text:p></office:annotation><text:p>{}</text:p></table:table-cell>"
    )
    twice, blank = ' table:number-columns-repeated="2"', '<table:table-cell table:number-columns-repeated="16380"/>'
    rows = (
        f"<table:table-row>{''.join(map(cell, HEAD))}{blank}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{cell("x", twice)}{failed.format(twice, "#DIV/0!")}{blank}</table:table-row>'
        f"<table:table-row>{cell('#N/A')}{cell('y')}{failed.format('', 'Err:502')}{failed.format('', '#NAMA?')}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    )
    seen = look(write_ods_tables(tmp_path / "file", f'<table:table table:name="Data">{rows}</table:table>'))
    assert seen.rows == {
        2: ("x", "x", "#DIV/0!", "#DIV/0!"),
        3: ("x", "x", "#DIV/0!", "#DIV/0!"),
        4: ("#N/A", "y", "Err:502", "#ERROR!"),
    }
    assert is_error_value("Err:502")


@ALL
def test_sheets_with_the_same_columns_are_one_table(tmp_path: Path, kind: str):
    def day(number: int) -> list[list[object]]:
        return [HEAD, [f"2026-10-0{number}", "1", number, 1000]]

    shouted = [
        ["BERUANG MART"],
        ["TANGGAL", "Barcode ", "jumlah", "Total"],
        ["2026-10-06", "1", 6, 1000],
        ["", "2", 7, 1],
    ]
    parts, rows, evidence = read_parts(
        write(tmp_path, kind, Sheet("5 Okt", day(5)), Sheet("6 Okt", shouted), Sheet("7 Okt", [HEAD]), Sheet("8 Okt", day(8)))
    )  # fmt: skip
    assert parts == ("5 Okt", "6 Okt", "8 Okt")
    assert rows == {
        ("5 Okt", 2): ("2026-10-05", "1", "5", "1000"),
        ("6 Okt", 3): ("2026-10-06", "1", "6", "1000"),
        ("6 Okt", 4): ("", "2", "7", "1"),
        ("8 Okt", 2): ("2026-10-08", "1", "8", "1000"),
    }
    assert evidence == ["3 sheets with the same columns: 5 Okt, 6 Okt, 8 Okt", "header in row 1"]


def test_rows_of_a_single_sheet_have_plain_numbers(tmp_path: Path):
    path = write_xlsx(tmp_path / "file", [Sheet("Okt", [HEAD, ROW]), Sheet("Nov", [HEAD])])
    with open_table(path, words=WORDS) as table:
        assert (table.parts, table.sheet) == ((), "Okt")
        assert list(rows_of(table.batches())[0]) == [2]


def test_rows_of_several_sheets_can_be_read_twice(tmp_path: Path):
    path = write_xlsx(tmp_path / "file", [Sheet(name, [HEAD, [name, *ROW[1:]]]) for name in ("A", "B")])
    with open_table(path, words=WORDS) as table:
        numbers = [2, number_row(2, part=1)]
        assert [list(rows_of(table.batches())[0]) for _ in range(2)] == [numbers, numbers]
        assert list(rows_of(table.take_batches())[0]) == numbers


@ALL
def test_what_is_left_out_is_named(tmp_path: Path, kind: str):
    _, rows, evidence = read_parts(
        write(
            tmp_path,
            kind,
            Sheet("Sampul", [["Laporan bulan Oktober"]]),
            Sheet("Kosong", []),
            Sheet("Data", [HEAD, ROW]),
            Sheet("Rekap", [["Kategori", "Total"], ["Sambal", 45000]]),
            Sheet("Lama", [HEAD, ROW], hidden=True),
        )
    )
    assert list(rows) == [(None, 2)]
    assert evidence == [
        "sheet 'Data'",
        "header in row 1",
        "sheet 'Sampul' names no columns and is left out",
        "sheet 'Lama' is hidden and is left out",
        "sheet 'Rekap' has other columns and is left out",
    ]


def test_two_sheets_that_may_both_be_the_sales_are_refused_by_name(tmp_path: Path):
    other = [["Tanggal", "Barcode", "Jumlah", "Nilai", "Total"], ["2026-10-05", "1", 3, 15000, 45000]]
    with pytest.raises(FileWithManyTables, match=r"Kasir 1, Kasir 2 .*hide"):
        look(
            write_xlsx(
                tmp_path / "file",
                [Sheet("Kasir 1", [HEAD, ROW]), Sheet("Kasir 2", other), Sheet("Rekap", [["Toko", "Total"], ["A", 1]])],
            )
        )


@ALL
def test_a_copied_sheet_is_not_counted_twice(tmp_path: Path, kind: str):
    other = [HEAD, ["2026-10-06", *ROW[1:]]]
    sheets = [Sheet("5 Okt", [HEAD, ROW]), Sheet("6 Okt", other), Sheet("5 Okt (2)", [HEAD, ROW])]
    with pytest.raises(FileWithManyTables, match=r"5 Okt, 5 Okt \(2\) hold the very same rows"):
        look(write(tmp_path, kind, *sheets))
    assert len(look(write(tmp_path, kind, *sheets[:2], Sheet("5 Okt (2)", [HEAD, ROW], hidden=True))).rows) == 2


def test_a_template_without_rows_is_no_rival(tmp_path: Path):
    other = [["Tanggal", "Barcode", "Jumlah", "Nama Produk", "Total"]]
    assert look(write_xlsx(tmp_path / "file", [Sheet("Contoh", other), Sheet("Data", [HEAD, ROW])])).sheet == "Data"


def test_the_widest_of_sheets_without_known_words_is_read(tmp_path: Path):
    narrow, wide = [["Merek", "Rasa"], ["A", "Pedas"]], [["Merek", "Rasa", "Isi"], ["A", "Pedas", "x"]]
    assert look(write_xlsx(tmp_path / "file", [Sheet("A", narrow), Sheet("B", wide)])).sheet == "B"
    with pytest.raises(FileWithManyTables):
        look(write_xlsx(tmp_path / "file", [Sheet("A", narrow), Sheet("B", [["Jenis", "Rasa"], ["A", "Pedas"]])]))


def test_more_sheets_than_row_numbers_reach_are_refused(tmp_path: Path):
    sheets = [Sheet(f"{number}", [HEAD, [*ROW[:3], number]]) for number in range(MOST_PARTS + 1)]
    with pytest.raises(FileTooLarge, match="sheets"):
        look(write_xlsb(tmp_path / "file", sheets))
    seen = look(write_xlsb(tmp_path / "file", sheets[:-1]))
    assert list(seen.rows)[-1] == number_row(2, part=MOST_PARTS - 1)


def test_a_chart_sheet_is_ignored(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "file")
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ROW)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Data!$D$2:$D$2"})
    book.add_chartsheet("Grafik").set_chart(chart)
    book.close()
    _, rows, evidence = read_parts(tmp_path / "file")
    assert list(rows) == [(None, 2)]
    assert evidence == ["sheet 'Data'", "header in row 1"]


@pytest.mark.parametrize("writer", [write_xlsx, write_xlsb])
def test_names_of_parts_in_other_capitals_are_found(tmp_path: Path, writer: BookWriter):
    path = writer(tmp_path / "file", [Sheet("Data", [HEAD, ["2026-10-05", "1", Failed("#REF!"), 5]])])
    with zipfile.ZipFile(path) as archive:
        parts = {name.replace("sheet1", "Sheet1"): archive.read(name) for name in archive.namelist()}
    assert look(write_archive(path, parts)).rows == {2: ("2026-10-05", "1", "#REF!", "5")}


@ALL
def test_a_workbook_of_any_kind_without_a_header_is_refused(tmp_path: Path, kind: str):
    with pytest.raises(FileWithoutHeader):
        look(write(tmp_path, kind, Sheet("Data", [["catatan"], [1, 2]])))


@ALL
def test_a_name_that_lies_about_the_kind_does_no_harm(tmp_path: Path, kind: str):
    for other in ("xls", "xlsx", "ods"):
        path = WRITERS[kind](tmp_path / f"book.{other}", [Sheet("Data", [HEAD, ROW])])
        assert look(path).container == kind
