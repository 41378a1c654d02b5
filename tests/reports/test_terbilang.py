"""Amounts in words are what a person reads aloud: held against words written by hand, and read back into digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.terbilang import LARGEST, spell_number, spell_rupiah

WRITTEN = {
    0: "nol",
    1: "satu",
    9: "sembilan",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    19: "sembilan belas",
    20: "dua puluh",
    21: "dua puluh satu",
    99: "sembilan puluh sembilan",
    100: "seratus",
    101: "seratus satu",
    110: "seratus sepuluh",
    111: "seratus sebelas",
    200: "dua ratus",
    999: "sembilan ratus sembilan puluh sembilan",
    1_000: "seribu",
    1_001: "seribu satu",
    1_100: "seribu seratus",
    2_000: "dua ribu",
    10_000: "sepuluh ribu",
    11_000: "sebelas ribu",
    21_000: "dua puluh satu ribu",
    100_000: "seratus ribu",
    101_000: "seratus satu ribu",
    111_111: "seratus sebelas ribu seratus sebelas",
    1_000_000: "satu juta",
    1_001_000: "satu juta seribu",
    1_200_000: "satu juta dua ratus ribu",
    14_625: "empat belas ribu enam ratus dua puluh lima",
    46_507_824: "empat puluh enam juta lima ratus tujuh ribu delapan ratus dua puluh empat",
    1_000_000_000: "satu miliar",
    2_000_000_001: "dua miliar satu",
    1_000_000_000_000: "satu triliun",
    1_000_000_000_000_000: "satu kuadriliun",
    -14_625: "minus empat belas ribu enam ratus dua puluh lima",
}
UNITS = {
    word: place
    for place, word in enumerate(["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"])
}
SCALES = {
    "ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12, "kuadriliun": 10**15, "kuintiliun": 10**18,
}  # fmt: skip


def read_back(words: str) -> int:
    """Read words as a listener does: units wait for `belas`, `puluh`, `ratus` or a scale."""
    total = group = unit = 0
    sign = 1
    for word in words.replace("sepuluh", "satu puluh").replace("sebelas", "satu belas").split():
        if word == "minus":
            sign = -1
        elif word in {"seratus", "seribu"}:
            group, total = (group + 100, total) if word == "seratus" else (0, total + 1_000)
        elif word in SCALES:
            total, group, unit = total + (group + unit) * SCALES[word], 0, 0
        elif word in {"belas", "puluh", "ratus"}:
            group += 10 + unit if word == "belas" else unit * (10 if word == "puluh" else 100)
            unit = 0
        elif word != "nol":
            unit = UNITS[word]
    return sign * (total + group + unit)


@pytest.mark.parametrize(("number", "words"), WRITTEN.items())
def test_numbers_are_spelled_as_people_say_them(number: int, words: str):
    assert spell_number(number) == words
    assert spell_rupiah(number) == f"{words} rupiah"


@given(st.integers(-LARGEST, LARGEST) | st.integers(-2_000_000, 2_000_000))
def test_words_read_back_are_the_number(number: int):
    words = spell_number(number)
    assert read_back(words) == number
    assert words == " ".join(words.split())


def test_what_has_no_words_is_refused():
    assert spell_number(LARGEST).startswith("sembilan ratus sembilan puluh sembilan kuintiliun")
    with pytest.raises(ValueError, match="larger"):
        spell_number(LARGEST + 1)
