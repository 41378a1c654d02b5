"""Numbers of the city register, ranges that partners use themselves, and what a till scans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.catalogue.numbers import (
    GtinInvalid,
    NotForTills,
    NumberRange,
    NumbersExhausted,
    PrefixInvalid,
    RangeInvalid,
    as_same_length,
    compute_check_digit,
    count_serials,
    find_free_serial,
    get_scanned,
    is_city_number,
    make_city_number,
    make_digital_link,
    parse_city_prefix,
    parse_gtin,
    parse_range,
)

PREFIXES = st.from_regex(r"2[0-9]{1,6}", fullmatch=True)


def test_a_city_number_worked_by_hand():
    # 230000000001, from the right with the weights 3, 1, 3 ...: 1*3 + 3*3 + 2*1 = 14, and 20 - 14 = 6.
    assert make_city_number("23", 1) == "2300000000016"
    # 2471 and 00000042: 2*3 + 4*1 + 1*1 + 7*3 + 4*1 + 2*3 ... the places from the right are
    # 2 (3), 4 (1), 0, 0, 0, 0, 0, 0, 1 (3), 7 (1), 4 (3), 2 (1): 6 + 4 + 3 + 7 + 12 + 2 = 34, and 40 - 34 = 6.
    assert make_city_number("2471", 42) == "2471000000426"


@given(PREFIXES, st.integers(1, 99_999))
def test_every_city_number_begins_with_its_prefix_and_has_a_right_check_digit(prefix: str, serial: int):
    number = make_city_number(prefix, serial)
    assert len(number) == 13
    assert number.startswith(prefix)
    assert number[-1] == compute_check_digit(number[:-1])
    assert is_city_number(number)
    assert int(number[:12]) == int(prefix.ljust(12, "0")) + serial
    with pytest.raises(GtinInvalid):
        parse_gtin(number)


def test_a_prefix_has_as_many_numbers_as_its_digits_leave_room_for():
    assert count_serials("2999999") == 99_999
    assert make_city_number("2999999", 99_999)[:12] == "299999999999"
    with pytest.raises(NumbersExhausted, match="2999999"):
        make_city_number("2999999", 100_000)


@pytest.mark.parametrize("text", ["", "2", "19", "30", "020", "2a", "20000000", "2 0", "-20", "٢٠"])
def test_city_numbers_begin_with_20_to_29_and_nothing_else(text: str):
    with pytest.raises(PrefixInvalid, match="Nothing was changed"):
        parse_city_prefix(text)


@pytest.mark.parametrize("text", ["20", "29", "2471", " 2999999 "])
def test_a_prefix_has_two_to_seven_digits(text: str):
    assert parse_city_prefix(text) == text.strip()


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ("020123456789", "internal use"),  # restricted, of a region
        ("040123456789", "internal use"),  # restricted, of one company
        ("200123456789", "internal use"),
        ("050123456789", "internal use"),  # coupons
        ("952123456789", "internal use"),  # for demonstrations
        ("980123456789", "internal use"),  # refunds
        ("990123456789", "internal use"),  # coupons
        ("140123456789", "given to nobody"),
        ("2000000", "internal use"),  # a GTIN-8 inside one company
        ("0000000", "internal use"),
    ],
)
def test_what_no_product_in_open_trade_may_carry_is_refused(payload: str, says: str):
    with pytest.raises(GtinInvalid, match=says):
        parse_gtin(payload + compute_check_digit(payload))


@pytest.mark.parametrize(
    "number",
    [
        "8992761002015",  # GS1 Indonesia
        "9786020000008",  # a book: 9*1+7*3+8*1+6*3+0+2*3 = 62, and 70 - 62 = 8
        "9771234567003",  # a magazine: 9+21+7+3+2+9+4+15+6+21+0+0 = 97, and 100 - 97 = 3
        "036000291452",  # a GTIN-12
        "12345670",
    ],
)
def test_what_shops_sell_is_taken_as_it_is(number: str):
    assert parse_gtin(f" {number[:3]}-{number[3:]} ") == number


@pytest.mark.parametrize(
    "number", ["", "1234567", "89927610020", "1234567890", "899276100201500", "٨٩٩٢٧٦١٠٠٢٠١٥", "899276100201X"]
)
def test_other_lengths_and_signs_are_refused_never_filled_up(number: str):
    with pytest.raises(GtinInvalid, match="8, 12, 13 or 14 digits"):
        parse_gtin(number)


@given(st.integers(0, 9))
def test_a_wrong_check_digit_is_refused_never_repaired(last: int):
    # 899276100201, from the right: 1*3+0+2*3+0+0+1*1+6*3+7*1+2*3+9*1+9*3+8*1 = 85, and 90 - 85 = 5.
    number = f"899276100201{last}"
    if last == 5:
        assert parse_gtin(number) == number
        return
    with pytest.raises(GtinInvalid, match=f"ends in {last}, but its check digit should be 5"):
        parse_gtin(number)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("21", None, NumberRange(210000000000, 219999999999)),
        ("2100", "2149", NumberRange(210000000000, 214999999999)),
        ("2300000000016", "2300000000016", NumberRange(230000000001, 230000000001)),
        ("28 5", "", NumberRange(285000000000, 285999999999)),
    ],
)
def test_a_range_is_told_by_its_first_digits(first: str, last: str | None, found: NumberRange):
    assert parse_range(first, last) == found


@pytest.mark.parametrize(("first", "last"), [("30", None), ("2", None), ("21", "31"), ("abc", None), ("25", "24")])
def test_a_range_that_cannot_be_is_refused(first: str, last: str | None):
    with pytest.raises(RangeInvalid, match="Nothing was changed"):
        parse_range(first, last)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), max_size=6), st.integers(1, 60))
def test_no_reserved_number_is_given_and_none_else_is_passed_over(spans: list[tuple[int, int]], serial: int):
    base = 230000000000
    ranges = [NumberRange(base + first, base + first + length) for first, length in spans]

    def reserved(number: int) -> bool:
        return any(one.holds(base + number) for one in ranges)

    found = find_free_serial("23", serial, ranges)
    assert found >= serial
    assert not reserved(found)
    assert all(reserved(number) for number in range(serial, found))


@pytest.mark.parametrize(
    ("number", "scanned"),
    [
        ("12345670", "12345670"),
        ("2300000000016", "2300000000016"),
        ("036000291452", "0036000291452"),
        ("8992761002015", "8992761002015"),
        ("08992761002015", "8992761002015"),
    ],
)
def test_a_till_scans_thirteen_digits_or_eight(number: str, scanned: str):
    assert get_scanned(number) == scanned


def test_a_cartons_number_is_for_no_till():
    with pytest.raises(NotForTills, match="ITF-14"):
        get_scanned("18992761002012")


def test_a_gtin_has_a_digital_link_and_a_city_number_has_none():
    address = "https://titip.example/"
    assert make_digital_link(address, "8992761002015") == "https://titip.example/01/08992761002015"
    assert (
        make_digital_link(address, "12345670", batch="A/1 b") == "https://titip.example/01/00000012345670/10/A%2F1%20b"
    )
    assert make_digital_link(address, "2300000000016") is None
    assert as_same_length("12345670") == "00000012345670"
