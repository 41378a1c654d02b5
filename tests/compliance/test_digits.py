import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import digits
from tests.compliance.judging import in_full_width


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("2063", "2063"),
        ("٢٠٦٣", "2063"),
        ("۲۰۶۳", "2063"),
        ("२०६३", "2063"),
        (in_full_width("NIB-2063"), "NIB-2063"),
        ("1\u20112\u20133\u22124", "1-2-3-4"),
        ("1\u200b2\ufeff3", "123"),
        ("é½", "é½"),
    ],
)
def test_digits_of_every_script_are_plain_ones(text: str, folded: str):
    assert digits.fold_digits(text) == folded


def test_what_only_sets_apart_is_taken_out():
    assert digits.squeeze(" P-IRT\tNo. : 20/63_(47)\u00a0№ 1") == "PIRTNo2063471"


@pytest.mark.parametrize(
    ("text", "read"),
    [("2O6I4l|o", "20614110"), ("OIl", "OIl"), ("2O6A", "2O6A"), ("", ""), ("L1", "L1")],
)
def test_letters_are_digits_only_where_digits_must_stand(text: str, read: str):
    assert digits.read_digits(text) == read


@pytest.mark.parametrize(("text", "count"), [("123", 3), ("", 0), ("12a", 0), ("١٢", 0)])
def test_digits_are_counted(text: str, count: int):
    assert digits.count_digits(text) == count


def test_a_long_text_is_cut():
    assert digits.shorten(" short ") == "short"
    assert digits.shorten("x" * 41) == "x" * 40 + "…"


@given(st.text())
def test_folding_twice_is_folding_once(text: str):
    once = digits.fold_digits(text)
    assert digits.fold_digits(once) == once
