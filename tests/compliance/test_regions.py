import tomllib
from importlib.resources import files

import pytest

from compliance import regions


def test_all_provinces_and_regencies_of_today_are_there():
    # 38 provinces, 416 regencies and 98 cities since 2025.
    today = [one for found in regions.load_regions().values() for one in found if one.listed_by == regions.CURRENT]
    assert sum(len(one.code) == 2 for one in today) == 38
    assert sum(len(one.code) == 4 for one in today) == 416 + 98


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("6471", "Kota Balikpapan"),
        ("6402", "Kabupaten Kutai Kartanegara"),
        ("6473", "Kota Tarakan"),
        ("6405", "Kabupaten Berau"),
        ("9471", "Kota Jayapura"),
        ("9113", "Kabupaten Yahukimo"),
        ("3219", "Kabupaten Tangerang"),
    ],
)
def test_a_regency_has_todays_name_else_the_one_of_another_list(code: str, name: str):
    assert regions.is_known_regency(code)
    assert regions.find_regency(code) == name


@pytest.mark.parametrize("code", ["", "64", "6499", "0000", "64711", "ABCD"])
def test_other_codes_are_no_regency(code: str):
    assert not regions.is_known_regency(code)
    assert regions.find_regency(code) is None


@pytest.mark.parametrize(
    ("code", "regency", "answer"),
    [
        ("6471", "6471", True),
        ("6402", "6402", True),
        ("6402", "6407", True),  # BPS: Kutai Barat
        ("6473", "6571", True),  # Tarakan before Kalimantan Utara
        ("6402", "6471", False),
        ("9999", "9999", True),
        ("9999", "6471", False),
        ("9101", "9203", True),  # BPS: Fakfak
        ("9101", "9301", True),  # Merauke before Papua Selatan
    ],
)
def test_a_code_may_mean_several_places(code: str, regency: str, answer: bool):
    assert regions.may_mean(code, regency) is answer


def test_every_code_stands_for_a_place_of_today_and_names_its_list():
    written = files("compliance").joinpath("rulesets/regions.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(written)
    found = regions.load_regions()
    for of_code in found.values():
        for one in of_code:
            assert one.listed_by in lists
            now = found[one.now][0]
            assert (now.listed_by, now.name) == (regions.CURRENT, one.name)
    assert all(one["source"] and one["certainty"] in {"high", "medium", "low"} for one in lists.values())


def test_regencies_of_a_province_are_todays():
    names = {one.code: one.name for one in regions.list_regencies("65")}
    assert list(names) == ["6501", "6502", "6503", "6504", "6571"]
    assert names["6501"] == "Kabupaten Bulungan"
