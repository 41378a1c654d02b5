"""How a file writes numbers, decided once for the whole file."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.tabular.cells import TYPED
from consign.tabular.numbers import NumberStyle, decide_number_style, parse_number

ID, EN, PLAIN = NumberStyle.INDONESIAN, NumberStyle.ENGLISH, NumberStyle.PLAIN


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (["1.234.567"], ID),
        (["15.000", "1.234,5"], ID),
        (["15.000", "0,375"], ID),  # no group of thousands begins with a zero
        (["12,50"], ID),
        (["1234,567"], ID),  # four digits before the sign, so it is no group
        (["1,234,567"], EN),
        (["1,234.50"], EN),
        (["0.375"], EN),
        (["12.5", "1,234"], EN),
        (["Rp 80.000,-"], ID),  # what ends in `,-` has no decimals, so its sign parts thousands
        (["1.000.-"], ID),
        (["15,000.-"], EN),
        (["1'234.50"], EN),
        (["1\u202f234,50"], ID),
        (["1234567", "", "abc", "15000"], PLAIN),
        (["1 234 567", "1'234"], PLAIN),  # no style takes these signs for a decimal one
        ([], PLAIN),
        ([f"{TYPED}12.5"], PLAIN),  # a workbook's own decimals say nothing about its texts
    ],
)
def test_a_style_is_decided_by_values_that_fit_only_one(values: list[str], style: NumberStyle):
    assert decide_number_style(values).choice is style


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        (["1.234"], ["1.234"]),
        (["1.234", "1,234"], ["1.234", "1,234"]),
        (["Rp 15.000", "3"], ["Rp 15.000"]),
        (["1.234.567", "12.50"], ["1.234.567", "12.50"]),
        (["1.234.567", "0.375"], ["1.234.567", "0.375"]),
    ],
)
def test_a_person_is_asked_where_values_fit_both_or_contradict(values: list[str], evidence: list[str]):
    decision = decide_number_style(values)
    assert decision.choice is None
    assert all(repr(value) in decision.evidence for value in evidence)


def test_the_evidence_does_not_depend_on_the_order_of_the_values():
    assert decide_number_style(["2,5", "1,5", "3,5"]) == decide_number_style(["3,5", "2,5", "1,5"])


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234", 1234),
        ("1.234.567,50", "1234567.50"),
        ("Rp 1.234.567,-", 1_234_567),
        ("Rp1.234.567,--", 1_234_567),
        ("Rp. 15.000,00", "15000.00"),
        ("IDR 15.000", 15_000),
        ("(1.000)", -1000),
        ("(Rp 1.000)", -1000),
        ("-1.000", -1000),
        ("1.000-", -1000),
        ("1.000,00-", "-1000.00"),
        ("Rp -1.000", -1000),
        ("-Rp1.000", -1000),
        ("\u22121.000", -1000),  # a minus sign, as word processors write it
        ("Rp\u00a01.000", 1000),  # a space that keeps the line together
        ("+5", 5),
        ("1.000.-", 1000),
        ("15.000 IDR", 15_000),
        ("15 000 IDR", 15_000),
        ("1 234 567,50", "1234567.50"),
        ("Rp 1\u00a0234\u00a0567", 1_234_567),
        ("\uff11\uff0e\uff12\uff13\uff14", 1234),  # the wide digits of an East Asian keyboard
        ("0,375", "0.375"),
        ("007", 7),
        (f"{TYPED}0.375", "0.375"),
        (f"{TYPED}-12.5", "-12.5"),
    ],
)
def test_indonesian_numbers(cell: str, number: int | str):
    assert parse_number(cell, ID) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "style", "number"),
    [
        ("1,234", EN, 1234),
        ("1,234.5", EN, "1234.5"),
        ("$1,234.00", EN, 1234),
        ("0.375", EN, "0.375"),
        ("1234", PLAIN, 1234),
        ("1'234'567", PLAIN, 1_234_567),
        ("-1\u2019234.50", EN, "-1234.50"),
        ("15,000.-", EN, 15_000),
        ("-3", PLAIN, -3),
        (f"{TYPED}2.5", PLAIN, "2.5"),
    ],
)
def test_other_numbers(cell: str, style: NumberStyle, number: int | str):
    assert parse_number(cell, style) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "style", "code"),
    [
        ("", ID, "cell.blank"),
        (" \t", ID, "cell.blank"),
        ("#REF!", ID, "cell.error_value"),
        ("#n/a", EN, "cell.error_value"),
        ("8,99E+12", ID, "number.scientific"),
        ("8.99E+12", EN, "number.scientific"),
        ("0.375", ID, "number.other_style"),  # not 375
        ("0,375", EN, "number.other_style"),
        ("12.50", ID, "number.other_style"),
        ("1,234", PLAIN, "number.other_style"),
        ("1.000,-", EN, "number.other_style"),  # not 1
        ("1,000.-", ID, "number.other_style"),
        ("1.23.456", ID, "number.invalid"),
        ("1 23", PLAIN, "number.invalid"),
        ("0 123", PLAIN, "number.invalid"),
        ("1 234 56", PLAIN, "number.invalid"),
        ("1 234'567", PLAIN, "number.invalid"),
        ("1.234 567", ID, "number.invalid"),
        ("1234 567", PLAIN, "number.invalid"),
        ("12 1 234", PLAIN, "number.invalid"),
        ("12E5", PLAIN, "number.invalid"),
        ("tiga", ID, "number.invalid"),
        ("3 pcs", ID, "number.invalid"),
        ("--5", PLAIN, "number.invalid"),
        ("(-5)", PLAIN, "number.invalid"),
        ("-5-", PLAIN, "number.invalid"),
        ("(5", PLAIN, "number.invalid"),
        ("5)", PLAIN, "number.invalid"),
        ("-", PLAIN, "number.invalid"),
        ("Rp", ID, "number.invalid"),
        (",", ID, "number.invalid"),
        ("\u0661\u0662", PLAIN, "number.invalid"),  # Arabic-Indic digits
        (f"{TYPED}2026-10-05", ID, "number.invalid"),
    ],
)
def test_what_is_no_number_says_why(cell: str, style: NumberStyle, code: str):
    assert parse_number(cell, style) == code


def write_number(amount: int, style: NumberStyle) -> str:
    """Write whole rupiah with the thousands of *style*."""
    return f"{amount:,}" if style is EN else f"{amount:,}".replace(",", ".")


@given(st.integers(-(10**12), 10**12), st.sampled_from([ID, EN]))
def test_what_a_style_writes_it_reads_back(amount: int, style: NumberStyle):
    assert parse_number(write_number(amount, style), style) == amount


@given(st.lists(st.integers(0, 10**9), min_size=1), st.sampled_from([ID, EN]))
def test_a_decision_is_never_the_other_style(amounts: list[int], style: NumberStyle):
    decided = decide_number_style([write_number(amount, style) for amount in amounts]).choice
    assert decided in {style, PLAIN, None}


@given(st.text(max_size=12), st.sampled_from(list(NumberStyle)))
def test_any_text_is_a_number_or_a_code(cell: str, style: NumberStyle):
    read = parse_number(cell, style)
    assert isinstance(read, Decimal) or read.startswith(("cell.", "number."))
