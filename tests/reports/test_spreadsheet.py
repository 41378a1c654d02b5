"""Text from people is text in a spreadsheet, too; numbers stay numbers."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.spreadsheet import safe_text
from reports.statement import write_csv
from tests.reports.figures import figures
from tests.reports.test_statement import hostile

LEADS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
ATTACKS = [
    '=HYPERLINK("http://example.invalid","klik")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\n=1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
]


def is_live(cell: str) -> bool:
    """Say whether a spreadsheet may take *cell* for a formula."""
    return cell.lstrip(" \n\u00a0")[:1] in tuple(LEADS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_formula_in_a_name_is_text(attack: str):
    assert is_live(attack)
    assert not is_live(safe_text(attack))
    cells = [cell for row in csv.reader(io.StringIO(write_csv(hostile(attack)))) for cell in row]
    live = [cell for cell in cells if is_live(cell)]
    assert [cell for cell in live if not cell.removeprefix("-").isdigit()] == []


def test_negative_numbers_stay_numbers():
    rows = list(csv.reader(io.StringIO(write_csv(figures()))))
    sold = ["T1", "Gerai T1", "PRD-1", "Keripik", "retur", "", "-1", "-15000", "250", "-375"]
    assert sold in [row[: len(sold)] for row in rows]
    assert ["Komisi gerai", "", "", "", "", "", "", "-1313"] in rows


@pytest.mark.parametrize("text", ["Dapur Ani", "Roti & Kue", "1-2 porsi", "a=b", "", "Kué", "99"])
def test_harmless_text_is_left_as_it_is(text: str):
    assert safe_text(text) == text


@given(st.text(max_size=10) | st.tuples(st.sampled_from(list(LEADS)), st.text(max_size=5)).map("".join))
def test_no_text_is_live_and_none_is_lost(text: str):
    safe = safe_text(text)
    assert not is_live(safe)
    assert safe in {text, f"'{text}"}
