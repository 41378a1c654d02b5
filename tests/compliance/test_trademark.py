from datetime import date

import pytest

from compliance import trademark
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from compliance.wording import Term
from tests.compliance.judging import TODAY, by_code, in_full_width, refusal


@pytest.mark.parametrize(
    "text",
    [
        "IDM000123456",
        "idm 000.123.456",
        "IDMOOO123456",
        "lDM000l23456",
        "1DM000123456",
        "No. Merek IDM000123456",
        "Sertifikat Merek Nomor: IDM-000123456",
        "000123456",
        in_full_width("IDM000123456"),
    ],
)
def test_a_registered_mark_is_read_however_it_is_written(text: str):
    number = trademark.parse(text)
    assert number.compact == trademark.format(number) == "IDM000123456"
    assert number.says() == {"stage": Term("trademark_stage", "registered")}


@pytest.mark.parametrize(
    ("text", "compact", "year"),
    [
        ("DID2025012345", "DID2025012345", "2025"),
        ("Permohonan JID 2024 O12345", "JID2024012345", "2024"),
        ("d1d2025012345", "DID2025012345", "2025"),
        ("D00.2012.012345", "D002012012345", "2012"),
        ("JOO2015012345", "J002015012345", "2015"),
    ],
)
def test_an_application_says_its_year(text: str, compact: str, year: str):
    number = trademark.parse(text)
    assert number.compact == compact
    assert number.says() == {"stage": Term("trademark_stage", "applied_for"), "applied_in": year}


@pytest.mark.parametrize(
    "text",
    ["", "IDM", "IDM00012345", "IDM0001234567", "DID202501234", "XYZ000123456", "12345678", "IDM00012345A", "IDMOOO"],
)
def test_other_texts_are_no_trademark(text: str):
    assert "IDM and 9 digits" in refusal(trademark.parse, text)


def judge(**facts: object) -> dict[str, Verdict]:
    paper = Paper(**{"kind": Kind.TRADEMARK, "number": "IDM000123456", "valid_until": date(2030, 1, 1)} | facts)
    return by_code(trademark.assess(paper, on=TODAY))


def test_a_good_trademark_is_valid():
    found = {"trademark.form_right": Verdict.VALID, "trademark.in_force": Verdict.VALID}
    assert judge() == found
    assert judge(details={"nice_class": "30"}) == judge(details={"nice_class": " 030 "}) == found


@pytest.mark.parametrize("nice_class", ["0", "46", "kelas", "3O0"])
def test_a_class_that_is_none_is_looked_at(nice_class: str):
    assert judge(details={"nice_class": nice_class})["trademark.class"] is Verdict.WARNING


def test_an_application_is_no_registration_yet():
    assert judge(number="DID2025012345")["trademark.applied_for"] is Verdict.WARNING


def test_a_wrong_form_and_a_past_end_are_invalid():
    assert judge(number="x")["trademark.form"] is Verdict.INVALID
    assert judge(valid_until=date(2026, 11, 21))["trademark.expired"] is Verdict.INVALID


def test_ten_years_after_issue_without_a_last_day_is_looked_at():
    assert judge(valid_until=None, issued_on=date(2016, 11, 21))["trademark.term_over"] is Verdict.WARNING
    assert "trademark.term_over" not in judge(valid_until=None, issued_on=date(2016, 11, 22))
    assert judge(valid_until=None)["trademark.end_unknown"] is Verdict.UNVERIFIABLE
