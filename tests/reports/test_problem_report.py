"""The workbook of rows to mend, written row by row."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports import problem_report
from reports.problem_report import MARK, Counts, ProblemRow, Words, write_problem_report

LEADS = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\uff1d1")
WORDS = Words(
    problems="To mend", ignored="No sales", summary="Summary", told=("Row", "Why"), ignored_heads=("Row", "Why", "All"),
    counts=("Read", "Posted", "Known", "Ignored", "Not posted", "Together", "Ties?"), ties='y"es', differs="no",
    facts=(("File", "=kasir.csv"),), cut="There are more.",
)  # fmt: skip


def write(
    *problems: ProblemRow, ignored: tuple[tuple[str | int | None, ...], ...] = (), counts: Counts | None = None
) -> list[Worksheet]:
    target = io.BytesIO()
    write_problem_report(
        target, headers=["Tanggal", "=Total"], problems=problems, ignored=ignored,
        counts=counts or Counts(10, 4, 3, 2, 1), words=WORDS,
    )  # fmt: skip
    return list(load_workbook(target).worksheets)


def test_text_stays_text_whatever_it_looks_like():
    rows = [ProblemRow([lead, lead], 1, [1, lead]) for lead in LEADS]
    problems, ignored, summary = write(*rows, ignored=tuple((2, lead, lead) for lead in LEADS))
    cells = [cell for sheet in (problems, ignored) for row in sheet.iter_rows() for cell in row if cell.value]
    assert len(cells) == 4 + 4 * len(LEADS) + 3 + 3 * len(LEADS)
    assert {cell.data_type for cell in cells} == {"s", "n"}
    formulas = [cell.value for row in summary.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == ["=SUM(B2:B5)", '=IF(B1=B6,"y""es","no")']


def test_numbers_and_days_stay_what_they_are():
    problems, _, _ = write(ProblemRow([date(2026, 9, 5), Decimal("1.125")], None, [1, None]),
                           ProblemRow([datetime.fromisoformat("2026-09-05T08:30"), ""], 1, [2, "x"]))  # fmt: skip
    assert [cell.value for cell in problems[2]] == [datetime.fromisoformat("2026-09-05"), 1.125, 1, None]
    assert problems["A3"].value == datetime.fromisoformat("2026-09-05T08:30")
    assert problems["B3"].fill.start_color.rgb == "FFF8D7DA"  # a blank cell can be at fault, too
    assert [cell.value for cell in problems[1]] == ["Tanggal", "=Total", f"{MARK}Row", f"{MARK}Why"]


def test_more_rows_than_a_sheet_holds_are_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(problem_report, "MOST_ROWS", 3)
    rows = [ProblemRow(["x", "y"], None, [n, None]) for n in range(4)]
    for problems, ignored in ((rows, ()), ((), tuple((n, "x", "y") for n in range(4)))):
        first, second, summary = write(*problems, ignored=ignored)
        assert max(first.max_row, second.max_row) == 4
        assert summary["A10"].value == "There are more."
    assert write(*rows[:3])[2]["A10"].value is None
