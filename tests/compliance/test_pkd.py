from datetime import date

import pytest

from compliance import pkd
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    "text",
    [
        "KEMENKES RI PKD 20501712345",
        "Kemenkes RI. PKD. 20501712345",
        "DEPKES RI No. PKD 2050171 2345",
        "PKD2O5O1712345",
        "Nomor Izin Edar PKRT: PKD 20501712345",
        "20501712345",
        "PKD No. 20501712345",
        "PKD KEMENKES RI 20501712345",
        "Kementerian Kesehatan RI PKD 20501712345",
        "NIE PKD 20501712345",
    ],
)
def test_a_permit_is_read_however_it_is_written(text: str):
    assert pkd.parse(text).compact == "PKD20501712345"


def test_a_permit_says_where_the_goods_come_from():
    assert pkd.parse("PKD20501712345").says() == {"origin": "domestic"}
    imported = pkd.parse("KEMENKES RI PKL 20501712345")
    assert imported.says() == {"origin": "imported"}
    assert pkd.format(imported) == "KEMENKES RI PKL 20501712345"


@pytest.mark.parametrize("text", ["", "PKD", "PKD2050171234", "PKD205017123456", "AKD20501712345", "2050171234"])
def test_what_is_not_11_digits_is_no_permit(text: str):
    assert "11 digits" in refusal(pkd.parse, text)


def judge(**facts):
    return by_code(pkd.assess(Paper(Kind.PKD, **facts), on=TODAY))


def test_form_and_days_are_judged():
    assert judge(number="PKD20501712345", valid_until=TODAY) == {
        "pkd.form_right": Verdict.VALID,
        "pkd.in_force": Verdict.VALID,
    }
    assert judge(number="PKD1", issued_on=date(2021, 11, 21)) == {
        "pkd.form": Verdict.INVALID,
        "pkd.term_over": Verdict.WARNING,
    }
