from datetime import date

import pytest

from compliance import na
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    "text",
    [
        "NA18240100123",
        "BPOM NA 18240100123",
        "BPOM RI No. NA18240100123",
        "Notifikasi Kosmetika: na 18.24.01.00123",
        "POM NA l824O1OO123",
    ],
)
def test_a_notification_is_read_however_it_is_written(text: str):
    assert na.parse(text).compact == "NA18240100123"


def test_a_notification_says_where_and_when():
    number = na.parse("NC18240100123")
    assert number.says() == {"made_in": "europe", "year": "2024"}
    assert na.format(number) == "BPOM NC18240100123"


@pytest.mark.parametrize("text", ["", "18240100123", "NF18240100123", "TR182401001"])
def test_a_notification_begins_with_its_letters(text: str):
    assert "begins with NA" in refusal(na.parse, text)


@pytest.mark.parametrize("text", ["NA", "NA1824010012", "NA182401001234", "NA1824010012X"])
def test_a_notification_has_11_digits(text: str):
    assert "11 digits" in refusal(na.parse, text)


def judge(**facts):
    return by_code(na.assess(Paper(Kind.NA, **facts), on=TODAY))


def test_a_notification_in_force_is_valid():
    found = judge(number="NA18240100123", issued_on=date(2024, 5, 1), valid_until=date(2027, 5, 1))
    assert found == {"na.form_right": Verdict.VALID, "na.in_force": Verdict.VALID}


def test_a_wrong_form_is_invalid():
    assert judge(number="NA1", valid_until=TODAY) == {"na.form": Verdict.INVALID, "na.in_force": Verdict.VALID}


def test_three_years_are_a_hint():
    assert judge(issued_on=date(2023, 11, 21)) == {"na.term_over": Verdict.WARNING}


def test_the_year_in_the_number_is_a_hint_where_nothing_else_is_known():
    # Given in 2022, three years are over on 31 December 2025 at the latest; given in 2023, on that of 2026.
    assert judge(number="NA18220100123") == {
        "na.form_right": Verdict.VALID,
        "na.end_unknown": Verdict.UNVERIFIABLE,
        "na.year_past": Verdict.WARNING,
    }
    assert "na.year_past" not in judge(number="NA18230100123")
    assert "na.year_past" not in judge(number="NA18220100123", valid_until=date(2027, 1, 1))
    assert "na.year_past" not in judge(number="NA18220100123", issued_on=date(2025, 1, 1))


def test_a_year_that_has_not_come_is_looked_at():
    assert judge(number="NA18270100123", valid_until=date(2029, 1, 1))["na.year_ahead"] is Verdict.WARNING
