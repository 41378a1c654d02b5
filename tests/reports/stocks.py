"""Papers as they are sold, and numbers to print on them."""

import random
from datetime import date

from reports.labels import Label, LabelStock, SymbolKind

_SIZES = {
    "Tom & Jerry 103": (False, 165_000, 210_000, 64_000, 32_000, 2, 6, 16_000, 5_000, 69_000, 34_000),
    "Tom & Jerry 107": (False, 165_000, 210_000, 50_000, 18_000, 3, 10, 3_000, 7_000, 55_000, 20_000),
    "Tom & Jerry 121": (False, 165_000, 210_000, 75_000, 38_000, 2, 5, 5_000, 7_000, 80_000, 40_000),
    "A4 3x7": (False, 210_000, 297_000, 63_500, 38_100, 3, 7, 7_250, 15_150, 66_000, 38_100),
    "A4 3x8": (False, 210_000, 297_000, 70_000, 37_000, 3, 8, 0, 500, 70_000, 37_000),
    "roll 33x15": (True, 105_000, 15_000, 33_000, 15_000, 3, 1, 1_000, 0, 35_000, 17_000),
    "roll 40x30": (True, 40_000, 30_000, 40_000, 30_000, 1, 1, 0, 0, 42_000, 32_000),
    "roll 50x30": (True, 50_000, 30_000, 50_000, 30_000, 1, 1, 0, 0, 52_000, 32_000),
    "roll 58x40": (True, 58_000, 40_000, 58_000, 40_000, 1, 1, 0, 0, 60_000, 42_000),
}
STOCKS = {name: LabelStock(name, *sizes) for name, sizes in _SIZES.items()}
NUMBER = "8992761002015"
"""A number whose check digit was worked out by hand: 8+9*3+9+2*3+7+6*3+1+0+0+2*3+0+1*3 = 85, and 5 more make 90."""
ADDRESS = "https://id.gs1.org/01/08992761002015/10/B12?17=270312"
SIMPLE = Label(SymbolKind.EAN13, NUMBER, "Keripik Pisang", content="200 g", price_rp=15_000)
FULL = Label(
    SymbolKind.EAN13,
    NUMBER,
    "Keripik Pisang Balado Khas Balikpapan",
    content="200 g",
    price_rp=15_000,
    producer="UD Dapur Ibu Sri Wahyuni",
    batch="B12",
    expires_on=date(2027, 3, 12),
    pirt="P-IRT 2063471010123-28",
    halal="ID64110000123451222",
)


def make_numbers(count: int, *, seed: int, length: int = 13) -> list[str]:
    """Return numbers with check digits, some of them with zeros before all other digits."""
    chance = random.Random(seed)  # noqa: S311  # the same numbers each time, not secret ones
    numbers = []
    for place in range(count):
        zeros = "0" * (place % 4)
        digits = zeros + "".join(chance.choices("0123456789", k=length - 1 - len(zeros)))
        total = sum(int(digit) * (3, 1)[step % 2] for step, digit in enumerate(reversed(digits)))
        numbers.append(digits + str((10 - total % 10) % 10))
    return numbers
