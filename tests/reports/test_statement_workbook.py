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
from tests.reports.figures import LINES, NOTHING_SOLD, figures, full

SUMS = [52_500, 0, 0, 52_500, -1_313, -144, 26, 0, 0, 0, 51_069, -1_069, 50_000, 0]


def read(written: StatementFigures, *, values: bool = True) -> Worksheet:
    book = load_workbook(io.BytesIO(write_xlsx(written)), data_only=values)
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def rows(page: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in page.iter_rows()]


def compute(page: Worksheet, formula: str) -> Decimal:
    """Work a formula out from the cells it names: sums of ranges, of some of their rows, of cells, MAX and MIN with zero."""
    value = page[formula].value if re.fullmatch(r"[A-Z]+\d+", formula) else formula
    if value is None:
        return Decimal(0)
    if not isinstance(value, str):
        return Decimal(str(value))
    return _compute(page, value.removeprefix("="))


def _compute(page: Worksheet, value: str) -> Decimal:
    if value.startswith("-"):
        return -_compute(page, value.removeprefix("-"))
    if found := re.fullmatch(r"SUM\(([A-Z])(\d+):[A-Z](\d+)\)", value):
        places = range(int(found[2]), int(found[3]) + 1)
        return sum((compute(page, f"{found[1]}{place}") for place in places), Decimal(0))
    if found := re.fullmatch(r'SUMIF\(([A-Z])(\d+):[A-Z](\d+),"(\w+)",([A-Z])\d+:[A-Z]\d+\)', value):
        places = range(int(found[2]), int(found[3]) + 1)
        taken = [place for place in places if page[f"{found[1]}{place}"].value == found[4]]
        return sum((compute(page, f"{found[5]}{place}") for place in taken), Decimal(0))
    if found := re.fullmatch(r"(MAX|MIN)\((\w+)\+(\w+),0\)", value):
        pick = max if found[1] == "MAX" else min
        return pick(compute(page, found[2]) + compute(page, found[3]), Decimal(0))
    terms = re.findall(r"([+-]?)([A-Z]+\d+)", value)
    assert "".join(sign + cell for sign, cell in terms) == value.replace("SUM(0)", "")
    return sum((compute(page, cell) * (-1 if sign == "-" else 1) for sign, cell in terms), Decimal(0))


def place_of(found: list[list[Any]], label: str) -> int:
    """Return in which row a part or a sum is named."""
    return next(place for place, row in enumerate(found) if label in row)


def test_the_workbook_says_every_line_and_every_sum():
    found = rows(read(figures()))
    assert found[0][0] == "Nota perhitungan titip jual"
    assert found[1][:2] == ["Nota", "NP-2026-000001"]
    first = place_of(found, "Gerai") + 1
    assert found[first][:10] == ["T1", "Gerai T1", "PRD-1", "Keripik", "terjual", None, 3, 45_000, 0.025, 1_125]
    assert found[first + 1][6:14] == [-1, -15_000, 0.025, -375, 15_000, -15_000, 0, "gerai"]
    assert found[first + 2][:10] == ["T1", "Gerai T1", "PRD-2", "Sambal", "terjual", "ya", 0.375, 22_500, 0.025, 563]
    late = place_of(found, "Struk") + 1
    assert found[late][3:5] == ["Sambal", "terjual"]
    assert found[late][5].date() == date(2026, 9, 28)
    assert found[late][6:11] == [0.375, 22_500, "S-77", 563, "susulan.csv"]
    top = place_of(found, "Penjualan kotor menurut kasir")
    assert [row[7] for row in found[top : top + 14]] == SUMS
    assert found[top + 16][3] == "lima puluh ribu rupiah"


def test_goods_lost_stock_and_corrections_stand_below_the_sales():
    found = rows(read(full()))
    lost = found[place_of(found, "Ditanggung gerai (Rp)") + 1]
    assert lost[:5] == ["T1", "Gerai T1", "PRD-1", "Keripik", "hilang"]
    assert lost[5].date() == date(2026, 10, 20)
    assert lost[6:11] == [2, 29_250, 0.3333, 9_749, "SO-2026-000001"]
    assert found[place_of(found, "Stok awal") + 1][2:12] == ["PRD-1", "Keripik", 10, 20, 2, 4, 1, 0, 23, 0]
    corrected = found[place_of(found, "Jumlah (Rp)") + 1]
    assert (corrected[3], corrected[7]) == ("Sanggahan nota September diterima", -2_000)
    top = place_of(found, "Penjualan kotor menurut kasir")
    assert [row[7] for row in found[top + 7 : top + 13]] == [9_749, -2_000, 0, 58_818, -1_069, 57_749]


NEGATIVE = figures(
    lines=LINES[1:2], late=(), late_rp=0, sales_rp=-15_000, fee_rp=-375, fee_tax_rp=0, pph23_rp=0, net_rp=-14_625, carried_rp=0, due_rp=0,
    carry_rp=-14_625,
)  # fmt: skip
EMPTY = figures(**NOTHING_SOLD)


@pytest.mark.parametrize("written", [figures(), NEGATIVE, EMPTY, full()], ids=["usual", "negative", "empty", "full"])
def test_every_sum_is_a_formula_that_comes_to_the_value_it_holds(written: StatementFigures):
    formulas, values = read(written, values=False), read(written)
    found = [
        cell.coordinate
        for row in formulas.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    ]
    assert len(found) == 10 + len(written.stock)
    assert [compute(formulas, place) for place in found] == [Decimal(str(values[place].value)) for place in found]


def test_one_rupiah_off_is_refused():
    with pytest.raises(StatementDoesNotAddUp):
        write_xlsx(figures(due_rp=50_001))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+1", "-1", "http://x.example", "\t=1", "007"])
def test_names_are_text_and_never_run(text: str):
    line = replace(LINES[0], store=text, store_name=text, product=text, product_code=text)
    written = write_xlsx(figures(partner=text, producer=text, lines=(line, *LINES[1:])))
    page = load_workbook(io.BytesIO(written)).worksheets[0]
    row = place_of(rows(page), "Gerai") + 2
    assert [page.cell(row, place).data_type for place in range(1, 5)] == ["s"] * 4
    assert page.cell(row, 4).value == text
    assert not [name for name in zipfile.ZipFile(io.BytesIO(written)).namelist() if "rels" in name and "sheet" in name]
