"""What a single cell may hold besides plain text."""

import pytest

from consign.tabular.cells import TYPED, is_error_value, is_scientific, shown


def test_our_marks_are_never_shown():
    assert shown(f"{TYPED}0.375") == "0.375"
    assert shown(f"a\t{TYPED}2026-10-05\t{TYPED}0.5") == "a\t2026-10-05\t0.5"


@pytest.mark.parametrize("cell", ["#REF!", " #n/a ", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_failed_formulas(cell: str):
    assert is_error_value(cell)


@pytest.mark.parametrize(
    ("cell", "lost"),
    [
        ("8,99E+12", True),
        ("8.99276E+12", True),
        ("-1e-05", True),
        ("8.992761002015E12", True),
        ("12E5", False),  # a code
        ("8992761002015", False),
        ("E+12", False),
        ("", False),
    ],
)
def test_a_long_number_that_lost_its_last_digits_is_told_from_a_code(cell: str, lost: bool):
    assert is_scientific(cell) is lost
