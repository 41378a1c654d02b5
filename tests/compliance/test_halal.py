from datetime import date

import pytest

from compliance import halal
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, refusal


@pytest.mark.parametrize(
    "text",
    [
        "ID35110000214820324",
        "id 3511 0000 2148 20324",
        "No. ID35110000214820324",
        "Sertifikat Halal BPJPH Nomor: ID35110000214820324",
        "lD351I0000214820324",
        "1D35110000214820324",
        "35110000214820324",
        "HALAL INDONESIA ID35110000214820324",
        "ID No. 35110000214820324",
        "Halal MUI ID35110000214820324",
        "LPPOM MUI ID No. 35110000214820324",
        "Fatwa KH.001/2026, ID35110000214820324",
    ],
)
def test_a_certificate_is_read_however_it_is_written(text: str):
    assert not halal.is_fatwa(text)
    number = halal.parse(text)
    assert number.compact == "ID35110000214820324"
    assert halal.format(number) == "ID35110000214820324"
    assert number.says() == {}


@pytest.mark.parametrize(
    "text", ["", "ID", "ID351100002148", "ID351100002148203245678", "351100002148203", "IDX5110000214820324"]
)
def test_what_is_not_13_to_20_digits_is_no_certificate(text: str):
    assert "17 digits" in refusal(halal.parse, text)


@pytest.mark.parametrize(
    "text",
    [
        "KH.001/2026",
        "KH-0012345",
        "KF 0012345",
        "Ketetapan Halal No. 12/2025",
        "Fatwa 12/2025",
        "LPPOM-00160012345612",
        "MUI 00160012345612",
        "00012/DP-MUI/2024",
    ],
)
def test_the_fatwa_is_told_apart(text: str):
    assert halal.is_fatwa(text)
    assert "fatwa" in refusal(halal.parse, text)
    found = halal.assess(Paper(Kind.HALAL, number=text), on=TODAY)
    assert by_code(found) == {"halal.fatwa_number": Verdict.INVALID}
    assert "ID" in str(found[0].next_step)


def judge(**facts):
    return by_code(halal.assess(Paper(Kind.HALAL, **facts), on=TODAY))


def test_a_certificate_is_valid_without_a_last_day():
    assert judge(number="ID35110000214820324", issued_on=date(2019, 1, 1)) == {"halal.form_right": Verdict.VALID}


def test_a_printed_last_day_never_ends_a_certificate():
    found = judge(number="ID35110000214820324", issued_on=date(2019, 1, 1), valid_until=date(2023, 1, 1))
    assert found == {"halal.form_right": Verdict.VALID, "halal.end_printed": Verdict.VALID}


@pytest.mark.parametrize("digits", [13, 14, 16, 18, 20])
def test_an_unusual_length_is_looked_at(digits: int):
    assert judge(number="ID1" + "3" * (digits - 1)) == {
        "halal.form_right": Verdict.VALID,
        "halal.length_unusual": Verdict.WARNING,
    }


def test_of_two_certificates_none_is_taken():
    assert judge(number="MUI ID35110000214820324 MUI ID35110000214820325") == {"halal.fatwa_number": Verdict.INVALID}


def test_a_wrong_form_is_invalid():
    assert judge(number="ID1") == {"halal.form": Verdict.INVALID}


def test_nothing_is_said_of_a_paper_that_says_nothing():
    assert judge() == {}
    assert judge(number=" ") == {}


def test_a_certificate_of_tomorrow_is_looked_at():
    assert judge(issued_on=date(2026, 11, 23)) == {"halal.issued_ahead": Verdict.WARNING}
