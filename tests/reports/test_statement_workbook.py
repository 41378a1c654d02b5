"""The statement as a workbook: numbers are numbers, names are text, and every sum is a formula whose value ties."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.statement import StatementDoesNotAddUp, StatementFigures
from reports.statement_workbook import write_xlsx
from tests.reports.figures import LINES, figures, lossy

SUMS = [52_500, -1_313, -144, 26, 0, 51_069, -1_069, 50_000, 0]


def read(written: StatementFigures, *, values: bool = True) -> Worksheet:
    book = load_workbook(io.BytesIO(write_xlsx(written)), data_only=values)
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def rows(page: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in page.iter_rows()]


def compute(page: Worksheet, formula: str) -> Decimal:
    """Work a formula out from the cells it names: sums of ranges, MAX and MIN of a sum and zero."""
    value = page[formula].value if re.fullmatch(r"[A-Z]+\d+", formula) else formula
    if value is None:
        return Decimal(0)
    if not isinstance(value, str):
        return Decimal(str(value))
    value = value.removeprefix("=")
    sign = -1 if value.startswith("-") else 1
    value = value.removeprefix("-")
    if value == "SUM(0)":
        return Decimal(0)
    if found := re.fullmatch(r"SUM\(([A-Z])(\d+):[A-Z](\d+)\)", value):
        places = range(int(found[2]), int(found[3]) + 1)
        return sign * sum((compute(page, f"{found[1]}{place}") for place in places), Decimal(0))
    found = re.fullmatch(r"(MAX|MIN)\((\w+)\+(\w+),0\)", value)
    assert found, value
    pick = max if found[1] == "MAX" else min
    return pick(compute(page, found[2]) + compute(page, found[3]), Decimal(0))


def test_the_workbook_says_every_line_and_every_sum():
    found = rows(read(figures()))
    assert found[0][0] == "Nota perhitungan titip jual"
    assert found[1][:2] == ["Nota", "NP-2026-000001"]
    assert found[8][:4] == ["Gerai", "Nama gerai", "Kode produk", "Produk"]
    assert found[9] == ["T1", "Gerai T1", "PRD-1", "Keripik", "terjual", None, 3, 45_000, 0.025, 1_125]
    assert found[10] == ["T1", "Gerai T1", "PRD-1", "Keripik", "retur", None, -1, -15_000, 0.025, -375]
    assert found[11] == ["T1", "Gerai T1", "PRD-2", "Sambal", "terjual", "ya", 0.375, 22_500, 0.025, 563]
    assert [row[7] for row in found[13:22]] == SUMS
    assert found[24][3] == "lima puluh ribu rupiah"


def test_goods_lost_stand_below_the_sales():
    found = rows(read(lossy()))
    assert found[13][4:] == [
        "Alasan",
        "Tanggal",
        "Jumlah",
        "Nilai (Rp)",
        "Ditanggung gerai (%)",
        "Ditanggung gerai (Rp)",
        "Dokumen",
    ]
    assert found[14][:5] == ["T1", "Gerai T1", "PRD-1", "Keripik", "hilang"]
    assert found[14][5].date() == date(2026, 10, 20)
    assert found[14][6:] == [2, 29_250, 0.3333, 9_749, "SO-2026-000001"]
    assert [row[7] for row in found[16:25]] == [52_500, -1_313, -144, 26, 9_749, 60_818, -1_069, 59_749, 0]


NEGATIVE = figures(
    lines=LINES[1:2], sales_rp=-15_000, fee_rp=-375, fee_tax_rp=0, pph23_rp=0, net_rp=-14_625, carried_rp=0, due_rp=0,
    carry_rp=-14_625,
)  # fmt: skip
EMPTY = figures(lines=(), sales_rp=0, fee_rp=0, fee_tax_rp=0, pph23_rp=0, net_rp=0, carried_rp=0, due_rp=0)


@pytest.mark.parametrize("written", [figures(), NEGATIVE, EMPTY, lossy()], ids=["usual", "negative", "empty", "lossy"])
def test_every_sum_is_a_formula_that_comes_to_the_value_it_holds(written: StatementFigures):
    formulas, values = read(written, values=False), read(written)
    found = [
        cell.coordinate
        for row in formulas.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    ]
    assert len(found) == 6
    assert [compute(formulas, place) for place in found] == [Decimal(str(values[place].value)) for place in found]


def test_one_rupiah_off_is_refused():
    with pytest.raises(StatementDoesNotAddUp):
        write_xlsx(figures(due_rp=50_001))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+1", "-1", "http://x.example", "\t=1", "007"])
def test_names_are_text_and_never_run(text: str):
    line = replace(LINES[0], store=text, store_name=text, product=text, product_code=text)
    written = write_xlsx(figures(partner=text, producer=text, lines=(line, *LINES[1:])))
    page = load_workbook(io.BytesIO(written)).worksheets[0]
    assert [page.cell(10, place).data_type for place in range(1, 5)] == ["s"] * 4
    assert page.cell(10, 4).value == text
    assert not [name for name in zipfile.ZipFile(io.BytesIO(written)).namelist() if "rels" in name and "sheet" in name]
