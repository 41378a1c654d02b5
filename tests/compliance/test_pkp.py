from datetime import date

import pytest

from compliance import pkp
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


def test_a_number_of_the_usual_form_says_where_and_when():
    number = pkp.parse("No. 123 / 6471 / 2024")
    assert (number.compact, pkp.format(number)) == ("123/6471/2024", "123/6471/2024")
    assert number.says() == {"regency": "Kota Balikpapan", "year": "2024"}


@pytest.mark.parametrize("text", ["123/9999/2024", "440/PKP/123", "123/6471/1999"])
def test_another_form_is_as_good_and_says_nothing(text: str):
    assert pkp.parse(text).says() == {}


def test_a_number_has_a_digit():
    assert "at least one digit" in refusal(pkp.parse, "PKP")


def judge(**facts):
    return by_code(pkp.assess(Paper(Kind.PKP, **facts), on=TODAY))


def test_a_certificate_has_no_end_by_law():
    assert judge(number="123/6471/2010", issued_on=date(2010, 1, 1)) == {"pkp.form_right": Verdict.VALID}
    assert judge(valid_until=TODAY) == {}
    assert judge(number="-", valid_until=date(2026, 11, 21)) == {
        "pkp.form": Verdict.INVALID,
        "pkp.printed_end_past": Verdict.WARNING,
    }
