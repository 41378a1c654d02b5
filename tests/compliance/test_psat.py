from datetime import date

import pytest

from compliance import psat
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("KEMTAN RI PSAT-PDUK 6471-I-01-0001-01/2024", "PDUK6471-I-01-0001-01/2024"),
        ("No. Reg. PSAT PD 3171 0001", "PD31710001"),
        ("Kementan RI PL. 3171.0001", "PL3171.0001"),
        ("PDUK: ٦٤٧١-1", "PDUK6471-1"),
        ("6471/0001/2024", "6471/0001/2024"),
    ],
)
def test_a_registration_is_kept_as_it_is_written(text: str, number: str):
    assert psat.parse(text).compact == number


def test_a_registration_says_of_what_sort_it_is():
    small = psat.parse("PDUK6471-1")
    assert (small.scheme, small.says(), psat.format(small)) == (
        "PDUK",
        {"scheme": "small_producer"},
        "PSAT PDUK 6471-1",
    )
    assert psat.parse("PD1").says() == {"scheme": "domestic"}
    unsaid = psat.parse("6471-1")
    assert (unsaid.scheme, unsaid.says(), psat.format(unsaid)) == ("", {}, "6471-1")


@pytest.mark.parametrize("text", ["", "PDUK", "No. - .", "tanpa nomor"])
def test_a_number_has_a_digit(text: str):
    assert "at least one digit" in refusal(psat.parse, text)


def judge(**facts):
    return by_code(psat.assess(Paper(Kind.PSAT, **facts), on=TODAY))


def test_form_and_days_are_judged():
    assert judge(number="PD 3171", valid_until=TODAY) == {
        "psat.form_right": Verdict.VALID,
        "psat.in_force": Verdict.VALID,
    }
    assert judge(number="3171", valid_until=date(2026, 11, 21)) == {
        "psat.form_right": Verdict.VALID,
        "psat.scheme_unknown": Verdict.WARNING,
        "psat.expired": Verdict.INVALID,
    }
    assert judge(number="PD", issued_on=TODAY) == {"psat.form": Verdict.INVALID}
