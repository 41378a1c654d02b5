"""Names of businesses and people, all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.names import Likeness, compare_names, compare_with_any


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Dapur Sari", "dapur sari"),
        ("CV. Dapur Sari", "DAPUR SARI"),
        ("PT Dapur Sari Tbk.", "Dapur Sari, PT"),
        ("UD Sari Dapur", "Toko Dapur Sari"),
        ("H. Ahmad Ridwan, S.E.", "Ahmad Ridwan"),
        ("Hj. Siti Aminah S.Pd", "Ibu Siti Aminah"),
        ("Drs. Bpk Ahmad Ridwan M.Si.", "AHMAD RIDWAN SE"),
        ("Nur'aini", "Nuraini"),
        ("Dapur-Sari", "Dapur Sari"),
        ("DapurSari", "Dapur Sari"),
        ("Toko", "toko"),
        ("Nur Hayati", "Nurhayati"),
        ("Nuraini", "Noor Aini"),
        ("Moh. Yusuf", "Muhammad Yusuf"),
        ("Muh Yusuf", "H. Mochamad Yusuf"),
        ("Abd. Rahman", "Abdul Rahman"),
    ],
)
def test_forms_titles_signs_and_order_make_no_difference(left: str, right: str):
    match = compare_names(left, right)
    assert (match.likeness, match.per_mille) == (Likeness.SAME, 1000)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Dapur Sari", "Dapur Sari Balikpapan"),
        ("Kriuk Mandiri", "Kriuk Mandri"),
        ("Ahmad Ridwan", "Ahmad Ridwansyah"),
    ],
)
def test_small_differences_are_similar(left: str, right: str):
    assert compare_names(left, right).likeness is Likeness.SIMILAR


@pytest.mark.parametrize(("left", "right"), [("Dapur Sari", "Kriuk Mandiri"), ("", "Dapur"), ("", ""), ("!", "?")])
def test_other_names_are_different(left: str, right: str):
    assert compare_names(left, right).likeness is Likeness.DIFFERENT


def test_of_several_names_the_best_counts():
    match = compare_with_any("Siti Aminah", ["Dapur Sari", None, " ", "Hj. Siti Aminah"])
    assert match is not None
    assert match.likeness is Likeness.SAME


def test_where_no_name_is_known_nothing_is_said():
    assert compare_with_any("Siti Aminah", [None, ""]) is None


@given(st.text(), st.text())
def test_any_two_names_compare_the_same_both_ways(left: str, right: str):
    match = compare_names(left, right)
    assert match == compare_names(right, left)
    assert 0 <= match.per_mille <= 1000
    assert (match.per_mille == 1000) == (match.likeness is Likeness.SAME)
