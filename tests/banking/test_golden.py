"""One golden pair for each layout: a file as a bank exports it, and what is read of it."""

import json
from datetime import date
from pathlib import Path

import pytest

from consign.banking.columns import BankAnswers
from consign.banking.layouts import LAYOUTS
from consign.banking.reading import inspect_bank_file
from tests.banking.writers import WITHOUT_OPENING

FOLDER = Path(__file__).parent / "files"
PAIRS = sorted(path for path in FOLDER.iterdir() if path.suffix not in {".json", ".md"})
STATED = BankAnswers(opening_rp=10_000_000, closing_rp=11_283_600)
"""What a person states of files that lack it."""


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name)
def test_a_file_of_each_layout_is_read_as_expected(path: Path):
    answers = STATED if path.stem in WITHOUT_OPENING else None
    found = inspect_bank_file(path, number=None, today=date(2026, 11, 29), answers=answers)
    assert found.to_json() == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_every_known_layout_has_its_golden_pair():
    read = {json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["layout"] for path in PAIRS}
    assert read == {*LAYOUTS, "mt940", "camt053", "ofx"}
