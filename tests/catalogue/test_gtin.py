"""GTINs: length, check digit and prefix; a wrong number is refused, never repaired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.catalogue.numbers import GtinInvalid, compute_check_digit, parse_gtin


def test_a_check_digit_worked_by_hand():
    # 8992761002015 without its last digit, from the right with the weights 3, 1, 3, 1 ...:
    # 1*3 + 0*1 + 2*3 + 0*1 + 0*3 + 1*1 + 6*3 + 7*1 + 2*3 + 9*1 + 9*3 + 8*1
    # = 3 + 0 + 6 + 0 + 0 + 1 + 18 + 7 + 6 + 9 + 27 + 8 = 85, and 90 - 85 = 5.
    assert compute_check_digit("899276100201") == "5"
    assert parse_gtin("8992761002015") == "8992761002015"


@pytest.mark.parametrize(
    "number",
    [
        "12345670",  # GTIN-8: 7*3 + 6 + 5*3 + 4 + 3*3 + 2 + 1*3 without its 0 at the end = 60
        "036000291452",  # GTIN-12, the example of the Universal Product Code
        "0036000291452",  # the same as a GTIN-13
        "4006381333931",
        "9780306406157",
        "18992761002012",  # a carton of them: 85 + 3 = 88, and 90 - 88 = 2
        "00012345000058",
        "0000112345679",  # 00001 is a prefix of GS1 US: 21 + 6 + 15 + 4 + 9 + 2 + 3 + 1 = 61, and 70 - 61 = 9
    ],
)
def test_each_length_is_read_with_its_leading_zeros(number: str):
    assert parse_gtin(number) == number


@pytest.mark.parametrize("written", [" 8992761002015 ", "8 992761 002015", "899-2761-00201-5"])
def test_spaces_and_dashes_are_no_part_of_the_number(written: str):
    assert parse_gtin(written) == "8992761002015"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "899276100201",  # the check digit is missing, and the last one is none for twelve digits
        "8992761002014",
        "8992761002105",  # two digits are swapped
        "899276100201X",
        "8.99276E+12",
        "8992761002015.0",
        "89927610020150",
        "1234567",
        "123456789012345",
        "\u0668\u0669\u0669\u0662\u0667\u0666\u0661\u0660\u0660\u0662\u0660\u0661\u0665",
    ],
)
def test_a_wrong_number_is_refused_and_not_repaired(written: str):
    with pytest.raises(GtinInvalid, match="no barcode was added"):
        parse_gtin(written)


def with_check_digit(payload: str) -> str:
    return payload + compute_check_digit(payload)


@pytest.mark.parametrize(
    "payload",
    [
        *("200000000000", "210000000001", "299999999999", "020000000000", "040000000000"),  # inside a company or city
        *("050000000000", "981000000000", "990000000000"),  # coupons
        *("000000000001", "000009999999"),  # kept free, so that no GTIN-13 looks like a GTIN-8
        *("20000000000", "40000000000"),  # the same as GTIN-12: 02 and 04 with their zero before
        *("0000001", "2000000"),  # GTIN-8
        "1200000000000",  # a carton of an internal number
    ],
)
def test_numbers_for_internal_use_are_no_gtins(payload: str):
    with pytest.raises(GtinInvalid, match="internal use"):
        parse_gtin(with_check_digit(payload))


@given(
    st.sampled_from([7, 11, 12, 13]).flatmap(
        lambda length: st.from_regex(rf"[13679][0-9]{{{length - 1}}}", fullmatch=True)
    )
)
def test_one_mistyped_digit_is_always_found(payload: str):
    number = with_check_digit(payload)
    for place, digit in enumerate(number):
        for other in "0123456789":
            if other != digit:
                with pytest.raises(GtinInvalid):
                    parse_gtin(number[:place] + other + number[place + 1 :])
