"""Web pages and XML that tills export as XLS: read as the tables they are, or refused with the reason."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consign.sales.inspecting import Inspection, inspect_file
from consign.sales.mapping import Answers
from consign.sales.reading import ControlTotalDiffers
from consign.tabular.cells import TYPED
from consign.tabular.dates import DateOrder
from consign.tabular.numbers import NumberStyle
from consign.tabular.refusals import (
    FileDamaged,
    FileMixedEncodings,
    FileNotATable,
    FileRefused,
    FileWithManyTables,
)
from consign.tabular.row_numbers import number_row
from consign.tabular.web_pages import read_web_page
from consign.tabular.xml_sheets import as_cell
from tests.tabular.reading import HEADER, look, look_at, write_bytes

HEAD = "<tr><th>Tanggal</th><th>Barcode</th><th>Jumlah</th><th>Total</th></tr>"
PAGE = f"""<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><title>Laporan</title><style>td {{ color: red }}</style></head>
<body><table border="1">
<tr><td colspan="4">Toko Maju &amp; Jaya</td></tr>
<tr><td colspan="4">Periode 05/10/2026</td></tr>
{HEAD}
<tr><td>05/10/2026</td><td style="mso-number-format:'@'">8990001</td><td>2</td><td>Rp&nbsp;30.000</td></tr>
<tr><td>05/10/2026<td>8990002<td>1<td>Rp 22.500
<tr><td colspan="3">Total</td><td>Rp 52.500</td></tr>
</table></body></html>"""
SHEET = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Penjualan"><Table>
<Row><Cell ss:MergeAcross="3"><Data ss:Type="String">Toko Maju</Data></Cell></Row>
<Row ss:Index="3">{head}</Row>
<Row><Cell><Data ss:Type="DateTime">2026-10-05T00:00:00.000</Data></Cell><Cell><Data ss:Type="String">0089901</Data></Cell>
<Cell><Data ss:Type="Number">2.5</Data></Cell><Cell><Data ss:Type="Number">37500</Data></Cell></Row>
<Row><Cell ss:Index="2"><Data ss:Type="Number">8990000000013</Data></Cell><Cell><Data ss:Type="Error">#REF!</Data></Cell></Row>
</Table></Worksheet>{more}</Workbook>"""


ONE = f"<table>{HEAD}<tr><td>05/10/2026</td><td>1</td><td>1</td><td>1</td></tr></table>"


def cells_of(names: tuple[str, ...]) -> str:
    return "".join(f'<Cell><Data ss:Type="String">{name}</Data></Cell>' for name in names)


def sheet(more: str = "") -> str:
    return SHEET.format(head=cells_of(HEADER), more=more)


def test_a_web_page_is_read_as_the_table_it_shows(tmp_path: Path):
    seen = look_at(tmp_path, PAGE)
    assert (seen.container, seen.encoding, seen.header_row, seen.headers) == ("html", "utf-8", 3, HEADER)
    assert seen.rows == {
        4: ("05/10/2026", "8990001", "2", "Rp 30.000"),
        5: ("05/10/2026", "8990002", "1", "Rp 22.500"),
        6: ("Total", "", "", "Rp 52.500"),
    }


def test_its_rows_are_sales_its_total_ties_and_a_shifted_row_waits(tmp_path: Path):
    answers = Answers(accept_suggestion=True, number_style=NumberStyle.INDONESIAN, date_order=DateOrder.DAY_FIRST)

    def inspect(page: str) -> Inspection:
        path = write_bytes(tmp_path, page.encode())
        return inspect_file(path, layout=None, answers=answers, store_stated=True, first=None, last=None)

    found = inspect(PAGE)
    assert (found.accepted, found.gross_total_rp, found.problem_rows) == (2, 52_500, [])
    assert [(row["row"], row["reason"]) for row in found.ignored_rows] == [(6, "total_row")]
    found = inspect(PAGE.replace("<td>2</td>", ""))
    assert (found.accepted, found.gross_total_rp) == (1, 22_500)
    assert [(row["row"], row["code"]) for row in found.problem_rows] == [(4, "row.width")]
    with pytest.raises(ControlTotalDiffers):
        inspect(PAGE.replace("Rp 52.500", "Rp 52.501"))


def test_a_long_table_that_is_cut_in_pages_is_one(tmp_path: Path):
    row = "<tr><td>05/10/2026</td><td>1</td><td>1</td><td>1</td></tr>"
    seen = look_at(tmp_path, f"<table>{HEAD}{row}{row}</table><p>Halaman 2</p><table>{HEAD}{row}</table>")
    assert list(seen.rows) == [2, 3, 5]


def test_tables_that_only_set_out_the_page_are_passed_over(tmp_path: Path):
    row = "<tr><td>05/10/2026</td><td>1</td><td>1</td><td>1</td></tr>"
    seen = look_at(tmp_path, f"<table><tr><td>Menu</td><td><table>{HEAD}{row}</table></td></tr></table>")
    assert (seen.headers, len(seen.rows)) == (HEADER, 1)


def test_a_row_of_another_width_is_broken_and_never_shifted(tmp_path: Path):
    short, long = "<tr><td>05/10/2026</td><td>2</td><td>3</td></tr>", f"<tr>{'<td>7</td>' * 5}</tr>"
    seen = look_at(
        tmp_path,
        f"<table>{HEAD}{short}<tr><td>05/10/2026</td><td>1</td><td>1</td><td>1</td><td></td></tr>{long}</table>",
    )
    assert (list(seen.rows), seen.broken) == ([3], {2: ("05/10/2026", "2", "3"), 4: ("7",) * 5})


def test_headers_of_two_rows_name_each_column_once(tmp_path: Path):
    head = (
        "<tr><th rowspan=2>Tanggal</th><th rowspan=2>Barcode</th><th colspan=2>Penjualan</th><th colspan=2>Retur</th></tr>"
        "<tr><th>Jumlah</th><th>Total</th><th>Jumlah</th><th>Total</th></tr>"
    )
    row = "<tr><td>05/10/2026</td><td>899</td><td>2</td><td>30.000</td><td>1</td><td>15.000</td></tr>"
    seen = look_at(tmp_path, f"<table>{head}{row}</table>")
    names = ("Tanggal", "Barcode", "Penjualan Jumlah", "Penjualan Total", "Retur Jumlah", "Retur Total")
    assert (seen.headers, seen.rows) == (names, {3: ("05/10/2026", "899", "2", "30.000", "1", "15.000")})


def test_other_encodings_of_a_page(tmp_path: Path):
    text = f"<table>{HEAD}<tr><td>05/10/2026</td><td>Café</td><td>1</td><td>1</td></tr></table>"
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        assert look(write_bytes(tmp_path, text.encode(encoding))).rows[2][1] == "Café"
    with pytest.raises(FileMixedEncodings):
        look(write_bytes(tmp_path, f'<meta charset="gb2312">{text}'.encode("cp1252")))


def test_sheets_of_2003_keep_what_they_know_of_their_cells(tmp_path: Path):
    seen = look_at(tmp_path, sheet())
    assert (seen.container, seen.sheet, seen.header_row, seen.headers) == ("xml", "Penjualan", 3, HEADER)
    assert seen.rows == {
        4: (f"{TYPED}2026-10-05", "0089901", f"{TYPED}2.5", "37500"),
        5: ("", "8990000000013", "#REF!", ""),
    }


def test_several_sheets_with_the_same_columns_are_one_table(tmp_path: Path):
    row = f"<Row>{cells_of(('05/10/2026', '1', '1', '1'))}</Row>"
    more = f'<Worksheet ss:Name="Nov"><Table><Row>{cells_of(HEADER)}</Row>{row}</Table></Worksheet>'
    hidden = (
        f'<Worksheet ss:Name="Lama"><Table><Row>{cells_of(HEADER)}</Row>{row}</Table><WorksheetOptions'
        ' xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>'
    )
    assert list(look_at(tmp_path, sheet(more + hidden)).rows) == [4, 5, number_row(2, part=1)]


@pytest.mark.parametrize(
    ("kind", "text", "cell"),
    [
        ("Number", "15000", "15000"),
        ("Number", "1.5E+4", "15000"),
        ("Number", "0.1", f"{TYPED}0.1"),
        ("Number", "1234567890123456", "1.234567890123456E+15"),
        ("Number", "x", "x"),
        ("DateTime", "2026-10-05T14:05:00.000", f"{TYPED}2026-10-05 14:05:00"),
        ("String", " 007 ", "007"),
    ],
)
def test_a_cell_says_what_it_knows_and_what_it_lost(kind: str, text: str, cell: str):
    assert as_cell(text, kind=kind) == cell


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("<html><body>Sesi Anda berakhir. Masuk lagi.</body></html>", FileNotATable),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", FileNotATable),
        (sheet()[:-40], FileDamaged),
        (f'<!DOCTYPE x [<!ENTITY a "aaaa">]>{sheet()[21:]}', FileDamaged),
        (f"{ONE}{ONE.replace('Jumlah', 'Nama Produk')}", FileWithManyTables),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, text: str, refusal: type[FileRefused]):
    with pytest.raises(refusal):
        look_at(tmp_path, text)


def test_a_page_of_endless_spans_or_depth_ends_in_time(tmp_path: Path):
    wide = f"<table>{HEAD}" + "<tr><td colspan=1000 rowspan=1000>x</td></tr>" * 2_000 + "</table>"
    deep = "<table><tr><td>" * 20_000
    for text in (wide, deep):
        with suppress(FileRefused):
            look_at(tmp_path, text)


@given(text=st.text(st.sampled_from("<>/tabletrthd colspan=\"19 '&;Aé\n"), max_size=300))
@settings(max_examples=200)
def test_any_markup_is_read_without_a_fault(text: str):
    for grid in read_web_page(f"<table>{text}"):
        assert len(grid.rows) == len(grid.numbers)
