from datetime import date

import pytest

from compliance import slhs
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("No. 503/0123/SLHS/2024", "503/0123/SLHS/2024"),
        ("nomor : 503 / 0123 / slhs / 2024.", "503/0123/SLHS/2024"),
        ("PB-UMKU: 0220001234567 0001", "PB-UMKU:02200012345670001"),
        ("Nova-1", "NOVA-1"),
    ],
)
def test_a_number_is_kept_as_the_office_writes_it(text: str, number: str):
    parsed = slhs.parse(text)
    assert (parsed.compact, slhs.format(parsed), parsed.says()) == (number, number, {})


def test_a_number_has_a_digit_and_an_end():
    assert "at least one digit" in refusal(slhs.parse, "ada")
    assert "too long" in refusal(slhs.parse, "1" * 101)
    assert slhs.parse("1" * 100).compact == "1" * 100


def judge(**facts):
    return by_code(slhs.assess(Paper(Kind.SLHS, **facts), on=TODAY))


def test_a_printed_last_day_decides():
    assert judge(number="1/2020", issued_on=date(2020, 1, 1), valid_until=TODAY) == {
        "slhs.form_right": Verdict.VALID,
        "slhs.in_force": Verdict.VALID,
    }
    assert judge(number="-", valid_until=date(2026, 11, 21)) == {
        "slhs.form": Verdict.INVALID,
        "slhs.expired": Verdict.INVALID,
    }


def test_without_one_three_years_are_a_hint():
    assert judge(issued_on=date(2023, 11, 22)) == {}
    assert judge(issued_on=date(2023, 11, 21)) == {"slhs.term_over": Verdict.WARNING}
    assert judge() == {"slhs.end_unknown": Verdict.UNVERIFIABLE}
