"""Which changes make other goods of a product: pure rules, each reason by itself, and what is no change at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.catalogue.changes import Facts, Reason, find_reasons
from consign.catalogue.rules import NET_UNITS, PACKAGINGS, Details

KERIPIK = Facts(
    "Keripik Singkong Balado",
    200,
    "g",
    Details(brand="Dapur Ratmi", packaging="plastic", shelf_life_days=120, ingredients="Singkong, minyak, cabai"),
)
BARE = Facts("Keripik", 200, "g", Details())
NOTICED = [Reason.NET_CONTENT, Reason.PIECES, Reason.PACKAGING, Reason.BRAND, Reason.VARIETY, Reason.INGREDIENTS]
"""What the product's own facts show; the others only a person can say."""


def reasons(before: Facts, after: Facts, *, same_goods: bool = False) -> list[Reason]:
    return list(find_reasons(before, after, same_goods=same_goods))


def with_details(facts: Facts, **changed: object) -> Facts:
    return replace(facts, details=replace(facts.details, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (replace(KERIPIK, net_content=201), Reason.NET_CONTENT),  # whatever the change
        (replace(KERIPIK, net_unit="ml"), Reason.NET_CONTENT),
        (replace(KERIPIK, net_unit="kg"), Reason.NET_CONTENT),  # 200 kg are not 200 g
        (with_details(KERIPIK, pieces=6), Reason.PIECES),
        (with_details(KERIPIK, packaging="glass"), Reason.PACKAGING),
        (with_details(KERIPIK, packaging=None), Reason.PACKAGING),
        (with_details(KERIPIK, brand="Bu Ratmi"), Reason.BRAND),
        (with_details(KERIPIK, brand=None), Reason.BRAND),
        (replace(KERIPIK, name="Keripik Singkong Original"), Reason.VARIETY),
        (with_details(KERIPIK, ingredients="Singkong, minyak, gula"), Reason.INGREDIENTS),
        (with_details(KERIPIK, ingredients=None), Reason.INGREDIENTS),
    ],
)
def test_each_change_has_its_one_reason(after: Facts, reason: Reason):
    assert reasons(KERIPIK, after) == [reason]


def test_all_reasons_are_told_at_once_in_their_order():
    after = Facts("Sambal", 1, "l", Details(brand="Lain", packaging="glass", pieces=2, ingredients="Cabai"))
    assert reasons(KERIPIK, after) == NOTICED


@pytest.mark.parametrize(
    ("before", "after"),
    [((1, "kg"), (1_000, "g")), ((1_000, "g"), (1, "kg")), ((2, "l"), (2_000, "ml")), ((500, "ml"), (500, "ml"))],
)
def test_the_same_measure_in_another_unit_is_no_change(before: tuple[int, str], after: tuple[int, str]):
    assert reasons(Facts("Madu", *before, Details()), Facts("Madu", *after, Details())) == []


@pytest.mark.parametrize("units", [("kg", "l"), ("g", "ml"), ("pcs", "g")])
def test_a_weight_is_no_volume_and_no_count(units: tuple[str, str]):
    before, after = (Facts("Madu", 1, unit, Details()) for unit in units)
    assert reasons(before, after) == [Reason.NET_CONTENT]


@pytest.mark.parametrize(
    "told",
    [
        {"brand": "Dapur Ratmi"},
        {"packaging": "plastic"},
        {"ingredients": "Singkong, minyak"},
        {"shelf_life_days": 90},
        {"brand": "Dapur Ratmi", "packaging": "glass", "ingredients": "Singkong", "shelf_life_days": 7},
    ],
)
def test_filling_in_what_was_blank_is_no_change(told: dict[str, object]):
    assert reasons(BARE, with_details(BARE, **told)) == []


@pytest.mark.parametrize(
    "after",
    [
        with_details(KERIPIK, shelf_life_days=90),
        with_details(KERIPIK, brand="DAPUR  ratmi "),
        with_details(KERIPIK, ingredients="singkong,  minyak, CABAI"),
        replace(KERIPIK, name="keripik singkong  balado"),
    ],
)
def test_days_capitals_and_spaces_make_no_other_goods(after: Facts):
    assert reasons(KERIPIK, after) == []


def test_a_person_may_say_that_words_are_only_written_differently():
    after = with_details(replace(KERIPIK, name="Kripik Singkong Balado"), ingredients="Singkong, minyak goreng, cabai")
    assert reasons(KERIPIK, after) == [Reason.VARIETY, Reason.INGREDIENTS]
    assert reasons(KERIPIK, after, same_goods=True) == []


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (replace(KERIPIK, net_content=250), Reason.NET_CONTENT),
        (with_details(KERIPIK, pieces=2), Reason.PIECES),
        (with_details(KERIPIK, packaging="foil"), Reason.PACKAGING),
        (with_details(KERIPIK, brand="Lain"), Reason.BRAND),
    ],
)
def test_nobody_can_say_so_of_a_measure_a_packaging_or_a_brand(after: Facts, reason: Reason):
    assert reasons(KERIPIK, after, same_goods=True) == [reason]


FACTS = st.builds(
    Facts,
    name=st.text(min_size=1, max_size=20),
    net_content=st.integers(1, 10_000),
    net_unit=st.sampled_from(NET_UNITS),
    details=st.builds(
        Details,
        brand=st.none() | st.text(max_size=10),
        packaging=st.none() | st.sampled_from(PACKAGINGS),
        pieces=st.integers(1, 12),
        shelf_life_days=st.none() | st.integers(1, 3_650),
        ingredients=st.none() | st.text(max_size=30),
    ),
)


@given(FACTS)
def test_nothing_is_other_than_itself(facts: Facts):
    assert reasons(facts, facts) == []


@given(FACTS, FACTS)
def test_reasons_are_only_what_facts_can_show_each_once_and_fewer_for_the_same_goods(before: Facts, after: Facts):
    found, of_the_same = reasons(before, after), reasons(before, after, same_goods=True)
    assert len(found) == len(set(found))
    assert set(found) <= set(NOTICED)
    assert set(of_the_same) == set(found) - {Reason.VARIETY, Reason.INGREDIENTS}
