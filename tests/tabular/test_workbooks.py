"""Tables in XLSX workbooks: what stands in a cell comes out as text that has lost nothing, or says what it lost."""

from datetime import date, datetime
from pathlib import Path
from random import Random

import openpyxl
import pytest

from consign.tabular.cells import TYPED
from consign.tabular.refusals import FileWithoutHeader
from tests.tabular.reading import HEADER, look, replace_part, write_workbook

HEAD = list(HEADER)


def read_cell(folder: Path, value: object) -> str:
    """Write *value* into a cell below a header and read it."""
    seen = look(write_workbook(folder, ("Data", [HEAD, ["x", value, "y", "z"]])))
    return seen.rows[2][1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("8992761002015", "8992761002015"),
        (8992761002015, "8992761002015"),
        ("0012345", "0012345"),
        (45000, "45000"),
        (45000.0, "45000"),
        (-3, "-3"),
        (0.375, f"{TYPED}0.375"),
        (0.1 + 0.2, f"{TYPED}0.3"),  # 0.30000000000000004 as a binary fraction
        (45000.00000000001, "45000"),
        (0.3 - 0.1 - 0.2, "0"),  # -2.8e-17 is left of it, a person sees 0
        (0.0000125, f"{TYPED}0.0000125"),
        (1234567890123450, "1.234567890123450E+15"),  # a spreadsheet keeps fifteen digits
        (datetime.fromisoformat("2026-10-05 14:03:00"), f"{TYPED}2026-10-05 14:03:00"),
        (date(2026, 10, 5), f"{TYPED}2026-10-05"),
        (True, "TRUE"),
        (None, ""),
        ("1.234", "1.234"),
        ("a\r\nb", "a\r\nb"),
        ("a\rb", "a\rb"),
        ('"Super", ya', '"Super", ya'),
        ("x_x0000_y", "xy"),  # how a workbook writes a null byte
        ("_x0001_1.5", "1.5"),  # our own mark cannot be handed in
        ("a_x000D_b", "a\rb"),
        ("_x000D_\n", "\r\n"),
        ("NA", "NA"),
    ],
)
def test_cells(tmp_path: Path, value: object, text: str):
    assert read_cell(tmp_path, value) == text


def test_rows_have_the_numbers_a_person_sees(tmp_path: Path):
    rows = [[], ["Beruang Mart"], [], HEAD, ["2026-10-05", "1", 3, 45000], [], ["2026-10-06", "2", 1, 15000]]
    seen = look(write_workbook(tmp_path, ("Oktober", rows)))
    assert (seen.container, seen.sheet, seen.header_row, seen.headers) == ("xlsx", "Oktober", 4, HEADER)
    assert seen.rows == {
        5: ("2026-10-05", "1", "3", "45000"),
        6: ("", "", "", ""),
        7: ("2026-10-06", "2", "1", "15000"),
    }


def test_short_rows_are_filled_and_cells_beside_the_table_left_out(tmp_path: Path):
    seen = look(write_workbook(tmp_path, ("Data", [HEAD, ["2026-10-05"], ["a", "b", 1, 2, "catatan"]])))
    assert seen.rows == {2: ("2026-10-05", "", "", ""), 3: ("a", "b", "1", "2")}


def test_columns_that_begin_further_right_keep_their_place(tmp_path: Path):
    seen = look(write_workbook(tmp_path, ("Data", [[None, "Tanggal", "Total"], [None, "2026-10-05", 5]])))
    assert seen.headers == ("", "Tanggal", "Total")
    assert seen.rows == {2: ("", "2026-10-05", "5")}


def write_failed_formulas(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    for row in range(2, 5):
        sheet.append(["2026-10-05", "1", 3, 45000])
        sheet.cell(row, 4).value = ("#REF!", "#DIV/0!", "#N/A")[row - 2]
    path = folder / "file"
    book.save(path)
    return path


def test_failed_formulas_stay_visible(tmp_path: Path):
    seen = look(write_failed_formulas(tmp_path))
    assert [cells[3] for cells in seen.rows.values()] == ["#REF!", "#DIV/0!", "#N/A"]


def write_sheet(folder: Path, rows: str) -> Path:
    """Write a workbook whose sheet holds just *rows*, as XML."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    path = write_workbook(folder, ("Data", [HEAD]))
    return replace_part(path, "xl/worksheets/sheet1.xml", sheet.encode())


HEAD_ROW = '<row><c t="str"><v>Tanggal</v></c><c t="str"><v>Total</v></c></row>'


def test_failed_formulas_stay_visible_where_cells_do_not_say_their_place(tmp_path: Path):
    good = '<row><c t="str"><v>a</v></c><c><v>5</v></c></row>'
    failed = "<row><c t='str'><v>b</v></c><c t='e'><v>#REF!</v></c></row>"
    assert look(write_sheet(tmp_path, HEAD_ROW + good + failed)).rows == {2: ("a", "5"), 3: ("b", "#REF!")}


def test_a_failed_formula_stays_visible_wherever_the_sheet_is_cut_while_it_is_looked_through(tmp_path: Path):
    chance = Random(20261005)  # noqa: S311  # a trial, no secret
    noise = "".join(f"{chance.randrange(16):x}" for _ in range(1 << 20))
    rows = f"{HEAD_ROW}<!--{{noise}}--><row><c><v>1</v></c><c t="
    before = len(f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}')
    # The mark begins before the first mebibyte ends, and ends after it.
    for inside in (1, 2, 3, 4):
        filled = rows.replace("{noise}", noise[: (1 << 20) - before + len("{noise}") - inside + 3])
        seen = look(write_sheet(tmp_path, f'{filled}"e"><v>#N/A</v></c></row>'))
        assert seen.rows == {2: ("1", "#N/A")}


def test_a_hidden_sheet_is_not_read(tmp_path: Path):
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("Data")
    for sheet, total in ((hidden, 1), (shown, 2)):
        sheet.append(HEAD)
        sheet.append(["2026-10-05", "1", 3, total])
    book.save(tmp_path / "file")
    seen = look(tmp_path / "file")
    assert (seen.sheet, seen.rows[2][3]) == ("Data", "2")


def test_the_sheet_with_the_best_header_is_read(tmp_path: Path):
    cover: list[list[object]] = [["Laporan", "Penjualan"], ["Toko", "Gerai 1"]]
    path = write_workbook(tmp_path, ("Sampul", cover), ("Data", [HEAD, ["2026-10-05", "1", 3, 45000]]))
    assert look(path).sheet == "Data"


def test_a_second_sheet_with_the_header_alone_is_nothing_to_lose(tmp_path: Path):
    path = write_workbook(tmp_path, ("Okt", [HEAD, ["2026-10-05", "1", 3, 45000]]), ("Nov", [HEAD]))
    assert look(path).sheet == "Okt"


def test_a_workbook_without_a_header_is_refused(tmp_path: Path):
    with pytest.raises(FileWithoutHeader):
        look(write_workbook(tmp_path, ("Data", [["catatan"], [1, 2]])))
