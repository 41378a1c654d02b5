"""Messages between computers become sales the way other files do: columns are mapped, what is not mapped asks."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from consign.sales.inspecting import Inspection, inspect_file
from consign.sales.layout import KNOWN_WORDS, Layout, Role, compute_signature
from consign.sales.mapping import Answers, Stated, map_table
from consign.tabular.opening import open_table
from tests.tabular import messages, test_edifact, test_idoc, test_x12

RETAILER = {
    Role.DATE: "Sales date",
    Role.STORE: "Store",
    Role.BARCODE: "GTIN",
    Role.QUANTITY: "QTY+153",
    Role.UNIT_PRICE: "PRI+AAE",
}
OTHER_SENDER = {
    Role.STORE: "NAD+ST",
    Role.BARCODE: "GTIN",
    Role.NAME: "Name",
    Role.QUANTITY: "QTY+152",
    Role.UNIT_PRICE: "PRI+AAA",
    Role.GROSS: "MOA+203",
}
ACTIVITY = {
    Role.DATE: "Sales date",
    Role.STORE: "Store",
    Role.BARCODE: "GTIN",
    Role.QUANTITY: "ZA+QS",
    Role.UNIT_PRICE: "CTP+UCP",
}
IDOC = {
    Role.DATE: "BELEGDATUM",
    Role.STORE: "SNDPRN",
    Role.BARCODE: "ARTNR+EANN",
    Role.QUANTITY: "UMSMENGE",
    Role.GROSS: "UMSWERT",
}


def inspect(folder: Path, text: str, columns: dict[Role, str], *, month: bool = False) -> Inspection:
    path = folder / "sales.dat"
    path.write_text(text, encoding="utf-8", newline="")
    first, last = (date(2026, 1, 1), date(2026, 1, 31)) if month else (None, None)
    return inspect_file(path, layout=Layout(columns), answers=Answers(), store_stated=False, first=first, last=last)


@pytest.mark.parametrize(
    ("text", "columns", "sums"),
    [
        # Two lines of one piece at Rp45.000 each: twins are two sales.
        (test_edifact.FILE.replace(":202610", ":202601"), RETAILER, (2, "2", 90_000)),
        # 12 at 15.000 and 3 at 20.000.
        (test_edifact.OTHER_SENDER, OTHER_SENDER, (2, "15", 240_000)),
        # 3 less 1 and 2,5 more at Rp12.290.
        (test_x12.FILE.replace("*20261005", "*20260105"), ACTIVITY, (3, "4.5", 55_305)),
        # 3 for Rp135.000, one back for Rp20.000.
        (test_idoc.FILE.replace("20261005IDR", "20260105IDR"), IDOC, (2, "2", 115_000)),
    ],
)
def test_lines_of_a_message_are_sales(tmp_path: Path, text: str, columns: dict[Role, str], sums: tuple[int, str, int]):
    seen = inspect(tmp_path, text, columns, month=Role.DATE not in columns)
    assert (seen.questions, seen.problem_rows) == ([], [])
    lines, quantity, gross_rp = sums
    assert (seen.accepted, seen.quantity_total, seen.gross_total_rp) == (lines, Decimal(quantity), gross_rp)


def test_a_span_without_a_day_asks_for_the_days(tmp_path: Path):
    seen = inspect(tmp_path, test_edifact.OTHER_SENDER, OTHER_SENDER)
    assert ([question.about for question in seen.questions], seen.accepted) == (["days"], 0)


def test_what_cannot_be_read_is_a_problem_of_its_segment(tmp_path: Path):
    text = test_edifact.FILE.replace(":202610", ":202601").replace("QTY+153:1:", "QTY+153:1 0:", 1)
    text = text.replace("DTM+356:20260105:102", "DTM+356:20260105:999", 1)
    seen = inspect(tmp_path, text, RETAILER)
    assert [(row["row"], row["column"], row["cell"], row["code"]) for row in seen.problem_rows] == [
        (13, "Sales date", "20260105:999", "date.invalid"),
        (18, "Sales date", "20260105:999", "date.invalid"),
    ]
    seen = inspect(tmp_path, text.replace(":999'", ":102'"), RETAILER)
    assert [(row["row"], row["column"], row["cell"], row["code"]) for row in seen.problem_rows] == [
        (13, "QTY+153", "1 0", "number.invalid")
    ]


def test_a_quantity_nobody_mapped_is_another_layout():
    sold = test_edifact.FILE
    more = messages.write(
        messages.interchange(messages.message(*messages.HEAD, *messages.STORE, *messages.LINES, "QTY+77:1:PCE"))
    )
    signatures = {compute_signature(messages.headers(text)) for text in (sold, more)}
    assert len(signatures) == 2


def test_an_idoc_is_a_known_layout(tmp_path: Path):
    path = tmp_path / "sales.dat"
    path.write_text(test_idoc.FILE, encoding="utf-8", newline="")
    found = inspect_file(path, layout=None, answers=Answers(), store_stated=False, first=None, last=None)
    assert found.questions == []
    assert "SAP: WPUUMS" in str(found.evidence)
    assert found.accepted > 0


def test_a_message_suggests_its_columns_and_waits_for_a_person(tmp_path: Path):
    path = tmp_path / "sales.dat"
    path.write_text(test_edifact.FILE, encoding="utf-8", newline="")
    with open_table(path, words=KNOWN_WORDS) as table:
        layout, _, questions = map_table(table, layout=None, answers=Answers(), stated=Stated())
    assert layout.columns == RETAILER | {
        role: header for role, header in layout.columns.items() if role not in RETAILER
    }
    assert [one.about for one in questions] == ["mapping"]
