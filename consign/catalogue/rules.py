"""GTINs, classes of goods, and the errors of this slice."""

from compliance.facts import GoodsClass
from consign.errors import BadInput, Conflict, NotFound
from consign.sentence import Code, say

GTIN_LENGTHS = (8, 12, 13, 14)
LONGEST_GTIN = 14
NET_UNITS = ("g", "kg", "ml", "l", "pcs")
FOOD_GROUPS = tuple(f"{number:02d}" for number in range(1, 16))
"""Groups of home-industry food. Source: BPOM regulation HK.03.1.23.04.12.2205 (2012), appendix."""


class GtinInvalid(BadInput):
    """The number is not a GTIN; no barcode was added."""

    code = "catalogue.gtin_invalid"


class BarcodeTaken(Conflict):
    """The number names another product for ever; no barcode was added."""

    code = "catalogue.barcode_taken"


class ProductUnknown(NotFound):
    """No product has this code; nothing was changed."""

    code = "catalogue.product_unknown"


class ProductCodeTaken(Conflict):
    """Another product has this code; nothing was added."""

    code = "catalogue.code_taken"


class ClassImpossible(BadInput):
    """Goods have no such class, or no group of home-industry food with it; nothing was changed."""

    code = "catalogue.class_impossible"


class PriceOverlaps(Conflict):
    """A later price stands already; no price was set."""

    code = "catalogue.price_overlaps"


def refuse_impossible_class(goods_class: str | None, food_group: str | None) -> None:
    """Refuse a class or group that there is not; only dry food has a group. Blank is what nobody has said yet.

    Raises:
        ClassImpossible: accordingly.

    """
    if goods_class is not None and goods_class not in set(GoodsClass):
        classes = [Code("goods_class", one) for one in GoodsClass]
        raise ClassImpossible(
            say("'{given}' is no class of goods; there are {classes}.", given=goods_class, classes=classes)
        )
    if food_group is not None and food_group not in FOOD_GROUPS:
        raise ClassImpossible(
            say("'{given}' is no group of home-industry food; they go from 01 to 15.", given=food_group)
        )
    if food_group is not None and goods_class != GoodsClass.DRY_FOOD:
        raise ClassImpossible(say("Only dry food has a group of home-industry food; leave the group blank."))


def compute_check_digit(payload: str) -> str:
    """Return the check digit for a GTIN without its last digit: weights 3, 1, 3, 1 … from the right.

    Source: GS1 General Specifications, check digit calculation.
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return str(-weighted % 10)


def parse_gtin(text: str) -> str:
    """Return a GTIN-8, 12, 13 or 14 as its digits, leading zeros kept. A wrong number is refused, never repaired.

    Restricted numbers are valid only inside one company or city, so they are no GTINs: GTIN-13 beginning with 02,
    04, 05, 2, 98 or 99, or with the five zeros that keep it apart from a GTIN-8; GTIN-8 beginning with 0 or 2.

    Raises:
        GtinInvalid: the length, the check digit or the prefix is wrong.

    Source: GS1 General Specifications, GS1 prefixes and restricted circulation numbers.

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
    if _is_restricted(digits):
        raise GtinInvalid(say("'{text}' is a number for internal use, not a GTIN; no barcode was added.", text=text))
    return digits


def _is_restricted(digits: str) -> bool:
    if len(digits) == 8:
        return digits[0] in "02"
    thirteen = digits.rjust(LONGEST_GTIN, "0")[1:]
    return thirteen[:2] in {"02", "04", "05", "98", "99"} or thirteen[0] == "2" or thirteen.startswith("00000")
