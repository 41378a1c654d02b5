"""What a product can be, and the errors of this slice."""

from dataclasses import dataclass
from datetime import date

from compliance.facts import GoodsClass
from consign.errors import BadInput, Conflict, NotFound
from consign.sentence import Code, Sentence, say

NET_UNITS = ("g", "kg", "ml", "l", "pcs")
PACKAGINGS = ("glass", "plastic", "paper", "can", "foil", "other", "composite", "double")
"""What goods are packed in, by the words of SPP-IRT numbers."""
LONGEST_INGREDIENTS = 1_000
LONGEST_SHELF_LIFE_DAYS = 3_650
MOST_PIECES = 10_000
FOOD_GROUPS = tuple(f"{number:02d}" for number in range(1, 16))
"""Groups of home-industry food. Source: BPOM regulation HK.03.1.23.04.12.2205 (2012), appendix."""


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


class NewNumberNeeded(Conflict):
    """The goods would be others under the same number; nothing was changed. *reasons* name what makes them others."""

    code = "catalogue.new_number_needed"

    def __init__(self, sentence: Sentence, reasons: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.reasons = reasons


class NumberStands(Conflict):
    """The product has a number that is in use; no number was issued."""

    code = "catalogue.number_stands"


class NumberMissing(NotFound):
    """There is no such number; nothing was changed."""

    code = "catalogue.number_missing"


class NumberRetired(Conflict):
    """The number is in use no more; nothing was changed."""

    code = "catalogue.number_retired"


class NoPrefix(Conflict):
    """The dinas has not yet said with which digits city numbers begin; no number was issued."""

    code = "catalogue.no_prefix"


class NotEligible(Conflict):
    """The product's papers do not allow to deliver it; no number was issued."""

    code = "catalogue.not_eligible"


class PrefixOverlaps(Conflict):
    """Another series of the register begins alike; nothing was changed."""

    code = "catalogue.prefix_overlaps"


class RangeMissing(NotFound):
    """There is no such range of a partner; nothing was changed."""

    code = "catalogue.range_missing"


class AddressInvalid(BadInput):
    """The address cannot stand in a QR code; nothing was changed."""

    code = "catalogue.address_invalid"


class ListingOverlaps(Conflict):
    """The store lists the product on some of these days already; nothing was changed."""

    code = "catalogue.listing_overlaps"


class ListingMissing(NotFound):
    """There is no such listing; nothing was changed."""

    code = "catalogue.listing_missing"


class PhotoRefused(BadInput):
    """The file cannot be taken for a photo; the earlier photo stays."""

    code = "catalogue.photo_refused"


class StockMissing(NotFound):
    """There is no such label paper; nothing was changed."""

    code = "catalogue.stock_missing"


class StockNameTaken(Conflict):
    """Another label paper is called so; nothing was changed."""

    code = "catalogue.stock_name_taken"


class ScanTestMissing(NotFound):
    """There is no such test of small symbols; nothing was changed."""

    code = "catalogue.scan_test_missing"


class ScanWrong(BadInput):
    """The small symbol was not read right; small symbols stay refused."""

    code = "catalogue.scan_wrong"


class ScanTestNeeded(Conflict):
    """Nobody has shown yet that small symbols can be read on this paper; no labels were made."""

    code = "catalogue.scan_test_needed"


class LabelsRefused(BadInput):
    """Labels cannot be made of what was given; none were."""

    code = "catalogue.labels_refused"


class LabelOrderMissing(NotFound):
    """There are no such labels; nothing was changed."""

    code = "catalogue.label_order_missing"


@dataclass(frozen=True)
class Details:
    """What else is known of a product; what nobody has said is blank."""

    brand: str | None = None
    packaging: str | None = None
    """One of `PACKAGINGS`."""
    pieces: int = 1
    """How many pieces one pack holds."""
    shelf_life_days: int | None = None
    ingredients: str | None = None
    sold_from: date | None = None
    """First day on which it is offered, inside; as is the last."""
    sold_until: date | None = None


def refuse_impossible_content(net_content: int, net_unit: str) -> None:
    """Refuse a content that is not above zero, or a unit that there is not.

    Raises:
        BadInput: accordingly; no product was added or changed.

    """
    if net_content <= 0 or net_unit not in NET_UNITS:
        raise BadInput(
            say(
                "The content {content} {unit} cannot be: above zero in {units}; nothing was changed.",
                content=net_content,
                unit=net_unit,
                units=NET_UNITS,
            )
        )


def refuse_impossible_details(details: Details) -> None:
    """Refuse a packaging that there is not, numbers out of bounds, and days in the wrong order.

    Raises:
        BadInput: accordingly; no product was added or changed.

    """
    if details.packaging is not None and details.packaging not in PACKAGINGS:
        packagings = [Code("packaging", one) for one in PACKAGINGS]
        raise BadInput(
            say("'{given}' is no packaging; there are {packagings}.", given=details.packaging, packagings=packagings)
        )
    if not 1 <= details.pieces <= MOST_PIECES:
        raise BadInput(
            say("A pack holds from 1 to {most} pieces, not {pieces}.", most=MOST_PIECES, pieces=details.pieces)
        )
    if details.shelf_life_days is not None and not 1 <= details.shelf_life_days <= LONGEST_SHELF_LIFE_DAYS:
        raise BadInput(
            say(
                "It keeps from 1 to {most} days, not {days}.",
                most=LONGEST_SHELF_LIFE_DAYS,
                days=details.shelf_life_days,
            )
        )
    if details.ingredients is not None and len(details.ingredients) > LONGEST_INGREDIENTS:
        raise BadInput(say("The ingredients have more than {most} characters.", most=LONGEST_INGREDIENTS))
    if details.sold_from and details.sold_until and details.sold_until < details.sold_from:
        raise BadInput(
            say(
                "It is offered until {last}, before it begins on {first}.",
                first=details.sold_from,
                last=details.sold_until,
            )
        )


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


def is_by_weight(net_content: int, net_unit: str) -> bool:
    """Say whether a product may be sold by weight or measure: what is declared is one kilogram or litre, no pack."""
    return (net_content, net_unit) in {(1, "kg"), (1, "l"), (1000, "g"), (1000, "ml")}
