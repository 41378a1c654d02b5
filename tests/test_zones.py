"""A region's time zone by its province, set once when the region is added."""

import pytest
from sqlalchemy import text

from consign.db import Database
from consign.period import PROVINCES, ZONES, find_zone
from consign.regions import add_region

WIB, WITA, WIT = ZONES


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("11.71", WIB),  # Banda Aceh
        ("21.71", WIB),  # Batam
        ("31.71", WIB),  # Jakarta
        ("36.74", WIB),  # Tangerang Selatan
        ("61.71", WIB),  # Pontianak
        ("62.71", WIB),  # Palangka Raya
        ("51.71", WITA),  # Denpasar
        ("53.71", WITA),  # Kupang
        ("63.71", WITA),  # Banjarmasin
        ("64.71", WITA),  # Balikpapan
        ("65.71", WITA),  # Tarakan
        ("73.71", WITA),  # Makassar
        ("76.04", WITA),  # Polewali Mandar
        ("81.71", WIT),  # Ambon
        ("82.71", WIT),  # Ternate
        ("91.71", WIT),  # Jayapura
        ("9671", WIT),  # Sorong
        ("22.01", None),
        ("00.01", None),
    ],
)
def test_a_region_keeps_the_time_of_its_province(code: str, zone: str | None):
    assert find_zone(code) == zone


def test_every_province_keeps_one_time():
    provinces = [province for zone in ZONES for province in PROVINCES[zone]]
    # 11 provinces on Sumatra, 6 on Java, 2 of Kalimantan; 3 and 3 and 6 to their east; 2 of Maluku, 7 numbers of Papua.
    assert len(provinces) == len(set(provinces)) == 11 + 6 + 2 + 3 + 3 + 6 + 2 + 7
    assert set(PROVINCES) == set(ZONES)


def test_the_zone_is_set_when_a_region_is_new_and_never_again(database: Database):
    zone = text("SELECT zone FROM region_terms")
    for code, expected in (("64.72", WITA), ("31.71", WIB), ("91.71", WIT), ("22.01", WIB)):
        assert add_region(database, code=code, name="Kota Contoh")
        with database.transaction(code) as session:
            assert session.scalar(zone) == expected
            session.execute(text("UPDATE region_terms SET zone = 'Asia/Jayapura'"))
        assert not add_region(database, code=code, name="Kota Contoh")
        with database.transaction(code) as session:
            assert session.scalar(zone) == WIT
            assert session.scalar(text("SELECT office_name FROM region_terms")) == "Dinas"
