"""Which changes make other goods of a product, so that it needs another number.

A number means the same goods wherever it is scanned, and for ever; two things under one number cannot be told apart.
Source: GS1 GTIN Management Standard, whose ten rules these are, as far as the city knows what they speak of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from consign.catalogue.rules import Details

_IN_SMALL_UNITS = {"g": ("g", 1), "kg": ("g", 1_000), "ml": ("ml", 1), "l": ("ml", 1_000), "pcs": ("pcs", 1)}


class Reason(StrEnum):
    """What makes other goods of a product."""

    NET_CONTENT = "net_content"
    """Declared net content, whatever the change."""
    PIECES = "pieces"
    """Pieces in a pack."""
    PACKAGING = "packaging"
    BRAND = "brand"
    VARIETY = "variety"
    """The name stands for another variety, such as another flavour."""
    INGREDIENTS = "ingredients"
    """Another recipe that the label must declare."""
    SIZE = "size"
    """The package is larger or heavier by more than a fifth."""
    MARK = "mark"
    """A certification mark, such as halal, was put on or taken off."""
    PROMOTION = "promotion"
    """A bundle or a package for a while."""
    PRICE_MARK = "price_mark"
    """The price is printed on the package and changes."""


@dataclass(frozen=True)
class Facts:
    """A product as the rules know it."""

    name: str
    net_content: int
    net_unit: str
    details: Details


def find_reasons(before: Facts, after: Facts, *, same_goods: bool) -> Iterator[Reason]:
    """Yield why *after* needs another number than *before*; nothing where it is only told more exactly.

    *same_goods*: a person says that the name and the ingredients are written differently, and mean the same. What was
    blank before and is filled in now is no change.
    """
    if _measure(before) != _measure(after):
        yield Reason.NET_CONTENT
    if before.details.pieces != after.details.pieces:
        yield Reason.PIECES
    if before.details.packaging and before.details.packaging != after.details.packaging:
        yield Reason.PACKAGING
    if before.details.brand and _plain(before.details.brand) != _plain(after.details.brand):
        yield Reason.BRAND
    if not same_goods and _plain(before.name) != _plain(after.name):
        yield Reason.VARIETY
    if (
        not same_goods
        and before.details.ingredients
        and _plain(before.details.ingredients) != _plain(after.details.ingredients)
    ):
        yield Reason.INGREDIENTS


def _measure(facts: Facts) -> tuple[str, int]:
    """Return the content in its smallest unit: 1 kg and 1000 g are the same."""
    unit, times = _IN_SMALL_UNITS[facts.net_unit]
    return unit, facts.net_content * times


def _plain(text: str | None) -> str:
    """Return a text without what makes no difference: capitals and spaces."""
    return " ".join((text or "").casefold().split())
