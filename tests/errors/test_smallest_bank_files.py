"""Each error code of a bank's file has its smallest failing file here, named for the code.

`bank` are refused whole, `bank_rows` have one row that cannot be right.
"""

from datetime import date
from pathlib import Path

import pytest

from consign.banking import rules
from consign.banking.reading import inspect_bank_file
from consign.banking.rules import BankFileRefused, RowsUnreadable
from consign.web.words import WORDS
from tests.banking.writers import NUMBER

FOLDER = Path(__file__).parent
FILES, ROWS = (sorted((FOLDER / name).iterdir()) for name in ("bank", "bank_rows"))
TODAY = date(2026, 11, 29)
MADE_HERE = {"bank.refused"}
"""Codes that no file has: the kind of all kinds."""


def code_of(path: Path) -> str:
    return path.name.rpartition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=code_of)
def test_a_bank_file_is_refused_for_its_reason(path: Path):
    with pytest.raises(BankFileRefused) as refused:
        inspect_bank_file(path, number=NUMBER, today=TODAY)
    assert refused.value.code == code_of(path)
    assert "nothing" in str(refused.value).lower()  # it says what did not happen


@pytest.mark.parametrize("path", ROWS, ids=code_of)
def test_a_row_of_a_bank_file_is_a_problem_for_its_reason(path: Path):
    with pytest.raises(RowsUnreadable) as refused:
        inspect_bank_file(path, number=NUMBER, today=TODAY)
    (problem,) = refused.value.problems
    assert problem.code == code_of(path)
    assert problem.code in WORDS["bank_problem"]


def test_every_code_of_a_refused_file_has_its_smallest_file():
    kinds = [one for one in vars(rules).values() if isinstance(one, type) and issubclass(one, BankFileRefused)]
    assert {one.code for one in kinds} - MADE_HERE == {code_of(path) for path in FILES}
