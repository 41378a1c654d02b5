"""Numbers under barcodes: GTINs of producers, numbers of the city register, and what a till prints of each.

A wrong number is refused, never repaired: a digit that was guessed sends a producer's money to somebody else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from consign.errors import BadInput, ConsignError
from consign.sentence import say

GTIN_LENGTHS = (8, 12, 13, 14)
LONGEST_GTIN = 14
PAYLOAD_DIGITS = 12
"""Digits of a GTIN-13 without its check digit."""
SHORTEST_PREFIX, LONGEST_PREFIX = 2, 7
_CITY_PREFIX = re.compile(rf"2[0-9]{{{SHORTEST_PREFIX - 1},{LONGEST_PREFIX - 1}}}")
_RANGE_END = re.compile(rf"2[0-9]{{1,{PAYLOAD_DIGITS}}}")
_NOT_FOR_GOODS = ("Restricted Circulation", "Unused", "coupon", "Refund receipts", "reserved", "demonstrations")
"""Words by which the GS1 prefix table tells numbers that no product in open trade may carry."""


class GtinInvalid(BadInput):
    """The number is not a GTIN; no barcode was added."""

    code = "catalogue.gtin_invalid"


class PrefixInvalid(BadInput):
    """City numbers cannot begin so; nothing was changed."""

    code = "catalogue.prefix_invalid"


class RangeInvalid(BadInput):
    """There is no such range of numbers; nothing was changed."""

    code = "catalogue.range_invalid"


class NumbersExhausted(ConsignError):
    """All numbers of the city's prefix are given or reserved; no number was issued."""

    code = "catalogue.numbers_exhausted"


class NotForTills(BadInput):
    """The number stands on cartons, and tills do not scan it; nothing was drawn."""

    code = "catalogue.not_for_tills"


@dataclass(frozen=True)
class NumberRange:
    """Numbers that a partner uses itself: the twelve digits before the check digit, both ends inside."""

    first: int
    last: int

    def holds(self, payload: int) -> bool:
        """Say whether the number with these twelve digits is one of them."""
        return self.first <= payload <= self.last


def compute_check_digit(payload: str) -> str:
    """Return the check digit for a GTIN without its last digit: weights 3, 1, 3, 1 … from the right.

    Source: GS1 General Specifications, check digit calculation.
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return str(-weighted % 10)


def parse_gtin(text: str) -> str:
    """Return a GTIN-8, 12, 13 or 14 as its digits, leading zeros kept. A wrong number is refused, never repaired.

    Restricted numbers are valid only inside one company or city, so they are no GTINs, and neither are coupons,
    numbers for examples and those of prefixes that GS1 has given to nobody.

    Raises:
        GtinInvalid: the length, the check digit or the prefix is wrong.

    Source: GS1 General Specifications, GS1 prefixes and restricted circulation numbers; the prefix table of biip.

    """
    digits = text.strip().replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in GTIN_LENGTHS:
        raise GtinInvalid(
            say("'{text}' is no GTIN: 8, 12, 13 or 14 digits are expected; no barcode was added.", text=text)
        )
    expected = compute_check_digit(digits[:-1])
    if digits[-1] != expected:
        raise GtinInvalid(
            say(
                "'{text}' ends in {last}, but its check digit should be {expected}: a digit was mistyped;"
                " no barcode was added.",
                text=text,
                last=digits[-1],
                expected=expected,
            )
        )
    usage = _find_usage(digits)
    if usage is None:
        raise GtinInvalid(
            say("'{text}' begins with a prefix that GS1 has given to nobody; no barcode was added.", text=text)
        )
    if any(word in usage for word in _NOT_FOR_GOODS):
        raise GtinInvalid(say("'{text}' is a number for internal use, not a GTIN; no barcode was added.", text=text))
    return digits


def _find_usage(digits: str) -> str | None:
    """Return what the GS1 prefix table says about the number's prefix; blank where it knows none."""
    # Its tables take a tenth of a second to load, and few commands need them.
    from biip.gs1_prefixes import GS1Prefix, GS18Prefix  # noqa: PLC0415

    if len(digits) == 8:
        found: GS18Prefix | GS1Prefix | None = GS18Prefix.extract(digits)
    else:
        found = GS1Prefix.extract(digits.rjust(LONGEST_GTIN, "0")[1:])
    return found.usage if found else None


def as_same_length(number: str) -> str:
    """Return the number with zeros before it: a GTIN-12 is a GTIN-13 without its leading zero, and the like."""
    return number.rjust(LONGEST_GTIN, "0")


def parse_city_prefix(text: str) -> str:
    """Return the digits with which all numbers of the city register begin: two to seven, inside 20 to 29.

    Raises:
        PrefixInvalid: the digits are others.

    Source: GS1 General Specifications, restricted circulation numbers within a geographic region.

    """
    prefix = text.strip()
    if not _CITY_PREFIX.fullmatch(prefix):
        raise PrefixInvalid(
            say(
                "'{text}' cannot begin city numbers: two to seven digits from 20 to 29 can. Nothing was changed.",
                text=text,
            )
        )
    return prefix


def count_serials(prefix: str) -> int:
    """Return how many numbers there are with *prefix*; they are counted from 1."""
    return int("9" * (PAYLOAD_DIGITS - len(prefix)))


def make_city_number(prefix: str, serial: int) -> str:
    """Return the EAN-13 of the city register with the running number *serial*, from 1.

    Raises:
        NumbersExhausted: the prefix leaves no room for it.

    """
    if serial > count_serials(prefix):
        raise NumbersExhausted(
            say(
                "All numbers that begin with {prefix} are used up; no number was issued."
                " The dinas must agree with the partners on another prefix.",
                prefix=prefix,
            )
        )
    payload = f"{prefix}{serial:0{PAYLOAD_DIGITS - len(prefix)}d}"
    return payload + compute_check_digit(payload)


def parse_range(first: str, last: str | None) -> NumberRange:
    """Return the numbers from *first* to *last*, both inside, of which only the first digits need to be given.

    `21` alone is everything that begins with 21; `2100` to `2149` the half of what begins with 21. A last digit beyond
    the twelfth is a check digit, and says nothing.

    Raises:
        RangeInvalid: one lies outside 20 to 29, or the last lies before the first.

    """
    ends = [one.strip().replace(" ", "") for one in (first, last or first)]
    for one in ends:
        if not _RANGE_END.fullmatch(one):
            raise RangeInvalid(
                say(
                    "'{text}' is no number that begins with 20 to 29, nor its first digits. Nothing was changed.",
                    text=one,
                )
            )
    found = NumberRange(
        int(ends[0][:PAYLOAD_DIGITS].ljust(PAYLOAD_DIGITS, "0")),
        int(ends[1][:PAYLOAD_DIGITS].ljust(PAYLOAD_DIGITS, "9")),
    )
    if found.last < found.first:
        raise RangeInvalid(
            say(
                "The range ends with {last} before it begins with {first}. Nothing was changed.",
                first=ends[0],
                last=ends[1],
            )
        )
    return found


def find_free_serial(prefix: str, serial: int, ranges: Iterable[NumberRange]) -> int:
    """Return the first running number from *serial* on whose number lies in none of *ranges*.

    It may lie beyond the last that the prefix has; `make_city_number` says so then.
    """
    base = int(prefix.ljust(PAYLOAD_DIGITS, "0"))
    for one in sorted(ranges, key=lambda known: known.first):
        if one.holds(base + serial):
            serial = one.last - base + 1
    return serial


def make_digital_link(address: str, number: str, *, batch: str | None = None) -> str | None:
    """Return the GS1 Digital Link of a GTIN; blank for a city number, which means nothing outside its city.

    *address* is where the pages are reached, such as `https://titipjual.example`.

    Source: GS1 Digital Link URI syntax: `/01/{GTIN-14}`, with `/10/{batch}` where one is known.
    """
    if is_city_number(number):
        return None
    lot = f"/10/{quote(batch, safe='')}" if batch else ""
    return f"{address.rstrip('/')}/01/{as_same_length(number)}{lot}"


def is_city_number(number: str) -> bool:
    """Say whether the number is one of a city register: 13 digits from 20 to 29."""
    return len(number) == PAYLOAD_DIGITS + 1 and number.startswith("2")


def get_scanned(number: str) -> str:
    """Return the digits that a till's scanner reads: a GTIN-12 or 14 with zeros before it is printed as an EAN-13.

    Raises:
        NotForTills: a GTIN-14 of a carton has no such symbol.

    """
    if len(number) == 8:
        return number
    full = as_same_length(number)
    if full[0] != "0":
        raise NotForTills(
            say(
                "{number} is the number of a carton; no till scans it, so no label was made. Print it as ITF-14.",
                number=number,
            )
        )
    return full[1:]
