"""How values stand in columns: thousandths of a unit, whole rupiah, days since 1970."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from consign.money import divide_half_away

MILLI = 1000
LARGEST_AMOUNT_RP = 10**12
TOO_LARGE_RP = LARGEST_AMOUNT_RP * MILLI
LARGEST_QUANTITY = 10**6
EXACT_FACTOR = 2 * 10**9
EPOCH = date(1970, 1, 1)


def to_quantity(number: Decimal) -> int | str:
    """Return thousandths of a unit."""
    if abs(number) >= LARGEST_QUANTITY:
        return "number.too_large"
    milli = number * MILLI
    return int(milli) if milli == milli.to_integral_value() else "quantity.too_fine"


def has_sen(price_milli: NDArray[np.int64], quantity_milli: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which lines of whole packs come to a fraction of a rupiah, as in a file that counts in thousands.

    A weight times a price may: it is rounded.
    """
    packs, rest = quantity_milli // MILLI, quantity_milli % MILLI
    fraction: NDArray[np.bool_] = (rest == 0) & ((price_milli % MILLI) * packs % MILLI != 0)
    return fraction


def multiply(price_milli: NDArray[np.int64], quantity_milli: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return price times quantity in whole rupiah, half away from zero.

    Large factors go through whole numbers of any size; what is too large for a line stays too large.
    """
    whole = (price_milli % MILLI == 0) & (quantity_milli % MILLI == 0)
    small = whole & (abs(price_milli) < EXACT_FACTOR * MILLI) & (abs(quantity_milli) < EXACT_FACTOR * MILLI)
    product = np.where(small, (price_milli // MILLI) * (quantity_milli // MILLI), 0)
    for index in np.flatnonzero(~small):
        exact = divide_half_away(int(price_milli[index]) * int(quantity_milli[index]), MILLI * MILLI)
        product[index] = max(-TOO_LARGE_RP, min(exact, TOO_LARGE_RP))
    return product


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970."""
    return EPOCH + timedelta(number)
