from datetime import date

import pytest

from compliance import nib
from compliance.facts import Kind, Paper
from compliance.findings import Verdict
from tests.compliance.judging import TODAY, by_code, in_full_width, refusal


@pytest.mark.parametrize(
    "text",
    [
        "9120001234567",
        " 9120 0012 34567 ",
        "9120.0012.34567",
        "NIB: 9120001234567",
        "Nomor Induk Berusaha 9120-0012-34567",
        "NlB No. 912OOO1234567",
        "٩١٢٠٠٠١٢٣٤٥٦٧",
        in_full_width("9120001234567"),
        "9120001234\u200b567",
        "912000I234567",
        "9120001234567 (NIB)",
        "NIB “9120001234567”",
        "\N{LEFT SINGLE QUOTATION MARK}9120001234567\N{RIGHT SINGLE QUOTATION MARK}",
        "PB-UMKU 12, NIB 9120 0012 34567 (2021)",
    ],
)
def test_a_nib_is_read_however_it_is_written(text: str):
    assert nib.parse(text).compact == "9120001234567"


def test_a_nib_may_begin_with_zero():
    assert nib.format(nib.parse("0220001234567")) == "0220001234567"


@pytest.mark.parametrize(
    "text", ["", "912000123456", "91200012345678", "9120001A34567", "OOOOOOOOOOOOO", "9120001?34567", "A9120001234567"]
)
def test_what_is_not_13_digits_is_no_nib(text: str):
    assert "13 digits" in refusal(nib.parse, text)


@pytest.mark.parametrize("text", ["9120001234567 / 9120001234568", "9120001234567 (NIB) 9120001234567 (NIB)"])
def test_of_two_numbers_none_is_taken(text: str):
    assert "13 digits" in refusal(nib.parse, text)


def test_a_long_text_is_cut_in_the_refusal():
    assert len(refusal(nib.parse, "x" * 5000)) < 100


def test_a_nib_says_nothing():
    assert nib.parse("9120001234567").says() == {}


def test_a_good_nib_is_valid():
    paper = Paper(Kind.NIB, number="9120001234567", issued_on=date(2021, 3, 1))
    assert by_code(nib.assess(paper, on=TODAY)) == {"nib.form_right": Verdict.VALID}


def test_a_wrong_form_is_invalid():
    assert by_code(nib.assess(Paper(Kind.NIB, number="912"), on=TODAY)) == {"nib.form": Verdict.INVALID}


@pytest.mark.parametrize("number", [None, "", "  "])
def test_a_blank_number_is_not_judged(number: str | None):
    assert nib.assess(Paper(Kind.NIB, number=number), on=TODAY) == []


def test_a_nib_never_ends_even_where_a_day_was_typed():
    paper = Paper(Kind.NIB, number="9120001234567", valid_until=date(2020, 1, 1))
    assert by_code(nib.assess(paper, on=TODAY))["nib.end_printed"] is Verdict.WARNING


def test_a_nib_of_tomorrow_is_looked_at():
    paper = Paper(Kind.NIB, issued_on=date(2026, 11, 23))
    assert by_code(nib.assess(paper, on=TODAY)) == {"nib.issued_ahead": Verdict.WARNING}
