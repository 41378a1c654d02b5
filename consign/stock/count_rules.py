"""What a count may say, and its errors. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from consign.errors import BadInput, Conflict, NotFound
from consign.sentence import say
from consign.stock.rules import NewLine, refuse_quantity, tidy_batch

LONGEST_KEY = 64
MOST_NAMED = 5
"""Products that an error names; it counts the others."""


class CodeUnknown(NotFound):
    """No product has the code that was scanned; nothing was counted."""

    code = "stock.code_unknown"


class CountOpen(Conflict):
    """Somebody counts all goods of the store already; no second count was begun."""

    code = "stock.count_open"


class CountEmpty(BadInput):
    """Nothing was found in a count of some goods, so it says nothing; it was not recorded."""

    code = "stock.count_empty"


class CountBelowZero(Conflict):
    """More was taken back than was found; the count was not recorded."""

    code = "stock.count_below_zero"


class ScanOther(Conflict):
    """Another scan of the count has the same key; this one was not counted."""

    code = "stock.scan_other"


class ScanUnknown(NotFound):
    """The count has no such scan, so nothing was taken back."""

    code = "stock.scan_unknown"


@dataclass(frozen=True)
class ScanResult:
    """What a scan added. Nothing here says how much there should be: who counts must not know it."""

    product_id: int
    product_code: str
    product: str
    batch: str
    """Blank where nobody said which."""
    expires_on: date | None
    quantity: Decimal
    """Counted with this scan; negative where it takes a mistake back."""
    found: Decimal
    """Counted so far of this product and batch."""
    found_in_all: Decimal
    """Counted so far of the product, of all batches."""
    scan_id: int | None = None
    """By which it may be taken back; blank where a sum was set."""


def tidy_key(given: str) -> str | None:
    """Return the key of a scan; blank where it has none.

    Raises:
        BadInput: it is no key.

    """
    if given and not re.fullmatch(r"[A-Za-z0-9-]{1,64}", given):
        raise BadInput(say("“{key}” cannot be the key of a scan; nothing was counted.", key=given[:LONGEST_KEY]))
    return given or None


def refuse_scanned(quantity: Decimal) -> None:
    """Refuse to count nothing, too much at once, or finer than a thousandth; below zero takes a mistake back.

    Raises:
        BadInput: accordingly; nothing was recorded.

    """
    refuse_quantity(abs(quantity))


def refuse_below_zero(found: Sequence[tuple[str, Decimal]]) -> None:
    """Refuse a count of which products, given by name, come to less than nothing.

    Raises:
        CountBelowZero: some do.

    """
    below = [name for name, quantity in found if quantity < 0]
    if below:
        raise CountBelowZero(
            say(
                "Of {products} more was taken back than was counted; the count was not recorded. Count them again.",
                products=below[:MOST_NAMED],
            )
        )


def add_up(lines: Iterable[NewLine]) -> list[NewLine]:
    """Return one line for each product and batch, with the sum, in the order in which they come first."""
    summed: dict[tuple[int, str, date | None], NewLine] = {}
    for line in lines:
        key = (line.product_id, tidy_batch(line.batch), line.expires_on)
        before = summed[key].quantity if key in summed else Decimal(0)
        summed[key] = replace(line, batch=key[1], quantity=before + line.quantity, reason=None)
    return list(summed.values())
