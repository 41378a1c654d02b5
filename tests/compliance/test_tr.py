from datetime import date

import pytest

from compliance import tr
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("POM TR 233 312 345", "TR233312345"),
        ("BPOM RI tr233312345", "TR233312345"),
        ("Izin Edar No. TR 23331234S", None),
        ("POM SD 233 312 345", "SD233312345"),
        ("POM HT 233312345", "HT233312345"),
        ("FF 23331234O", "FF233312340"),
        ("POM BTR 233312345", "BTR233312345"),
    ],
)
def test_a_permit_is_read_however_it_is_written(text: str, number: str | None):
    if number is None:
        assert "9 digits" in refusal(tr.parse, text)
    else:
        assert tr.parse(text).compact == number


@pytest.mark.parametrize("prefix", ["TR", "TI", "TL", "HT", "FF", "SD", "SI", "SL", "BTR"])
def test_all_prefixes_are_known(prefix: str):
    number = tr.parse(f"{prefix}233312345")
    assert (number.prefix, number.year) == (prefix, 2023)
    assert tr.format(number) == f"POM {prefix} 233312345"


def test_a_permit_says_what_sort_of_medicine_it_is():
    assert tr.parse("SD233312345").says() == {"sort": "supplement", "year": "2023"}


@pytest.mark.parametrize("text", ["", "233312345", "XX233312345", "NA18240100123"])
def test_a_permit_begins_with_its_letters(text: str):
    assert "begins with TR" in refusal(tr.parse, text)


@pytest.mark.parametrize("text", ["TR", "TR23331234", "TR2333123456"])
def test_a_permit_has_9_digits(text: str):
    assert "9 digits" in refusal(tr.parse, text)


def judge(**facts):
    return by_code(tr.assess(Paper(Kind.TR, **facts), on=TODAY))


def test_a_permit_in_force_is_valid():
    found = judge(number="TR233312345", issued_on=date(2023, 5, 1), valid_until=date(2028, 5, 1))
    assert found == {"tr.form_right": Verdict.VALID, "tr.in_force": Verdict.VALID}


def test_a_wrong_form_is_invalid():
    assert judge(number="TR1", issued_on=TODAY) == {"tr.form": Verdict.INVALID}


def test_five_years_are_a_hint():
    assert judge(issued_on=date(2021, 11, 21)) == {"tr.term_over": Verdict.WARNING}
    # Given in 2020, five years are over on 31 December 2025 at the latest.
    assert judge(number="TR203312345")["tr.year_past"] is Verdict.WARNING
    assert "tr.year_past" not in judge(number="TR213312345")
    assert judge(number="TR273312345")["tr.year_ahead"] is Verdict.WARNING
