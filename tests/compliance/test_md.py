from datetime import date

import pytest

from compliance import md
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("BPOM RI MD 240935001200027", "MD240935001200027"),
        ("MD 2 4 09 35 0012 00027", "MD240935001200027"),
        ("BPOM RI MD 123456789012", "MD123456789012"),
        ("Izin Edar BPOM RI No. MD 123.456.789-012", "MD123456789012"),
        ("POM RI ml 123456789012", "ML123456789012"),
        ("md l23456789O12", "MD123456789012"),
        ("MD BPOM RI 123456789012", "MD123456789012"),
        ("MD RI BPOM 123456789012", "MD123456789012"),
        ("BPOM RI MD No 123456789012", "MD123456789012"),
        ("MD No. 123456789012", "MD123456789012"),
        ("NIE: MD 123456789012", "MD123456789012"),
        ("No. Registrasi BPOM RI MD 123456789012", "MD123456789012"),
        ("No. Register: ML 123456789012", "ML123456789012"),
        ("Nomor Pendaftaran MD 123456789012", "MD123456789012"),
        ("“MD 123456789012”", "MD123456789012"),
    ],
)
def test_both_forms_are_read_however_they_are_written(text: str, number: str):
    assert md.parse(text).compact == number


@pytest.mark.parametrize(
    ("number", "says", "printed"),
    [
        ("MD123456789012", {"origin": "domestic", "form": "old"}, "BPOM RI MD 123456789012"),
        ("ML240935001200027", {"origin": "imported", "form": "by_risk"}, "BPOM RI ML 240935001200027"),
    ],
)
def test_a_permit_says_where_the_food_comes_from(number: str, says: dict[str, str], printed: str):
    assert md.parse(number).says() == says
    assert md.format(md.parse(number)) == printed


@pytest.mark.parametrize("text", ["", "123456789012", "NA18190100123", "MX123456789012"])
def test_a_permit_begins_with_its_letters(text: str):
    assert "begins with MD or ML" in refusal(md.parse, text)


@pytest.mark.parametrize("text", ["MD", "MD12345678901", "MD1234567890123", "MD1234567890123456", "MD12345678901X"])
def test_a_permit_has_12_or_15_digits(text: str):
    assert "12 or 15 digits" in refusal(md.parse, text)


def judge(**facts):
    return by_code(md.assess(Paper(Kind.MD, **facts), on=TODAY))


def test_a_permit_in_force_is_valid():
    found = judge(number="MD123456789012", issued_on=date(2022, 1, 1), valid_until=date(2027, 1, 1))
    assert found == {"md.form_right": Verdict.VALID, "md.in_force": Verdict.VALID}


def test_a_wrong_form_and_a_past_end_are_invalid():
    assert judge(number="MD1", valid_until=date(2026, 11, 21)) == {
        "md.form": Verdict.INVALID,
        "md.expired": Verdict.INVALID,
    }


def test_without_a_last_day_five_years_are_a_hint():
    assert judge(number="MD123456789012") == {
        "md.form_right": Verdict.VALID,
        "md.end_unknown": Verdict.UNVERIFIABLE,
    }
    # Five years from 22 November 2021 end today, which still counts.
    assert judge(issued_on=date(2021, 11, 22)) == {}
    assert judge(issued_on=date(2021, 11, 21)) == {"md.term_over": Verdict.WARNING}
