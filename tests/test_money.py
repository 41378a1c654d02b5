"""Whole rupiah: sums stay exact, a fee is rounded once, and a return mirrors its sale."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.errors import BadInput
from consign.money import Rupiah, divide_half_away, format_rate, line_fee
from consign.partners.rules import parse_rate_bp

AMOUNTS = st.integers(-(10**15), 10**15)
RATES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("gross_rp", "rate_bp", "fee_rp"),
    [
        (1_020, 250, 26),  # 2,5 % of Rp1.020 is Rp25,50
        (-1_020, 250, -26),
        (1_019, 250, 25),  # Rp25,475
        (1_124, 1_250, 141),  # 12,5 % of Rp1.124 is Rp140,50, which binary fractions round to 140
        (45_000, 250, 1_125),
        (15_000, 333, 500),  # 3,33 % of Rp15.000 is Rp499,50
        (1, 5_000, 1),  # half a rupiah
        (1, 4_999, 0),
        (22_500, 0, 0),
        (0, 500, 0),
        (10**15, 10_000, 10**15),
    ],
)
def test_the_fee_of_a_line_is_rounded_half_away_from_zero(gross_rp: int, rate_bp: int, fee_rp: int):
    assert line_fee(Rupiah(gross_rp), rate_bp) == Rupiah(fee_rp)


@given(AMOUNTS, RATES)
def test_a_return_gives_back_what_its_sale_took(gross_rp: int, rate_bp: int):
    assert line_fee(Rupiah(gross_rp), rate_bp) + line_fee(Rupiah(-gross_rp), rate_bp) == Rupiah(0)


@given(AMOUNTS, RATES)
def test_a_fee_is_within_half_a_rupiah_of_the_exact_one_and_never_above_the_gross(gross_rp: int, rate_bp: int):
    fee_rp = line_fee(Rupiah(gross_rp), rate_bp).amount
    assert abs(2 * (fee_rp * 10_000 - gross_rp * rate_bp)) <= 10_000
    assert abs(fee_rp) <= abs(gross_rp)


@given(AMOUNTS, RATES, st.integers(0, 100))
def test_a_higher_rate_never_makes_a_lower_fee(gross_rp: int, rate_bp: int, more_bp: int):
    gross = Rupiah(abs(gross_rp))
    assert line_fee(gross, rate_bp + more_bp) >= line_fee(gross, rate_bp)


@given(st.integers(), st.integers(1, 10**9))
def test_division_rounds_as_a_school_book_does(numerator: int, denominator: int):
    exact = Decimal(numerator) / Decimal(denominator) if abs(numerator) < 10**12 else None
    result = divide_half_away(numerator, denominator)
    if exact is not None:
        # 28 digits hold any such quotient well enough to tell which side of a half it lies on.
        assert result == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert abs(2 * (result * denominator - numerator)) <= denominator


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_an_exact_half_goes_away_from_zero(whole: int, half: int):
    # (2 * whole + 1) / 2 written with any even denominator.
    numerator, denominator = (2 * whole + 1) * half, 2 * half
    assert divide_half_away(numerator, denominator) == whole + 1
    assert divide_half_away(-numerator, denominator) == -whole - 1


@given(st.lists(AMOUNTS), st.randoms())
def test_sums_do_not_depend_on_the_order(amounts: list[int], chance: object):
    total = sum((Rupiah(amount) for amount in amounts), Rupiah(0))
    shuffled = list(amounts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis hands out a Random
    assert sum((Rupiah(amount) for amount in shuffled), Rupiah(0)) == total
    assert total - total == Rupiah(0)
    assert total + -total == Rupiah(0)


def test_there_is_no_division_and_no_mixing_with_plain_numbers():
    for act in (lambda: Rupiah(10) / 3, lambda: Rupiah(10) // 3, lambda: Rupiah(10) * 2, lambda: Rupiah(10) + 1):
        with pytest.raises((TypeError, AttributeError)):
            act()


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "Rp0"),
        (999, "Rp999"),
        (1_000, "Rp1.000"),
        (1_234_567, "Rp1.234.567"),
        (-5_000, "-Rp5.000"),
    ],
)
def test_amounts_are_written_the_indonesian_way(amount: int, written: str):
    assert str(Rupiah(amount)) == written


@pytest.mark.parametrize(
    ("rate_bp", "written"),
    [(250, "2,5%"), (500, "5%"), (333, "3,33%"), (5, "0,05%"), (0, "0%"), (10_000, "100%"), (1_010, "10,1%")],
)
def test_rates_are_written_and_read_the_indonesian_way(rate_bp: int, written: str):
    assert format_rate(rate_bp) == written
    assert parse_rate_bp(written) == rate_bp


@given(RATES)
def test_every_rate_written_is_the_rate_read(rate_bp: int):
    assert parse_rate_bp(format_rate(rate_bp)) == rate_bp


@pytest.mark.parametrize(("text", "rate_bp"), [("2.5", 250), (" 2,50 % ", 250), ("3", 300), ("2,", 200)])
def test_rates_are_read_as_people_write_them(text: str, rate_bp: int):
    assert parse_rate_bp(text) == rate_bp


@pytest.mark.parametrize(
    "text", ["", "%", "abc", "-2", "2,555", "2,5,5", "1.000,5", "2,5%%", ",5", "2e1", "\u0662", "2,\u00b2", "9" * 5_000]
)
def test_what_is_no_rate_is_refused(text: str):
    with pytest.raises(BadInput):
        parse_rate_bp(text)
