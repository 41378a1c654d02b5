"""Whole rupiah and basis points. There is no float and no division here."""

import re
from dataclasses import dataclass
from typing import Self

from consign.errors import BadInput

BP_WHOLE = 10_000
"""Basis points in one: 250 bp is 2.5 %."""
_PERCENTAGE = re.compile(r"(?P<whole>[0-9]{1,6})(?:[.,](?P<rest>[0-9]{0,2}))?\s*%?")


@dataclass(frozen=True, order=True)
class Rupiah:
    """An amount in whole rupiah; sen are not used. Negative is allowed and means the other direction."""

    amount: int

    def __add__(self, other: Self) -> "Rupiah":
        return Rupiah(self.amount + other.amount)

    def __sub__(self, other: Self) -> "Rupiah":
        return Rupiah(self.amount - other.amount)

    def __neg__(self) -> "Rupiah":
        return Rupiah(-self.amount)

    def __str__(self) -> str:
        """Write the amount the Indonesian way: `Rp1.234.567`, `-Rp5.000`, `Rp0`."""
        sign = "-" if self.amount < 0 else ""
        return f"{sign}Rp{abs(self.amount):,}".replace(",", ".")


def divide_half_away(numerator: int, denominator: int) -> int:
    """Return *numerator* / *denominator* rounded half away from zero. *denominator* is positive."""
    whole, rest = divmod(abs(numerator), denominator)
    rounded = whole + (2 * rest >= denominator)
    return rounded if numerator >= 0 else -rounded


def line_fee(base: Rupiah, rate_bp: int) -> Rupiah:
    """Return the store's fee on one line, rounded once, half away from zero, to the rupiah.

    A return gives back exactly what its sale took. *rate_bp*: 250 is 2.5 %.
    """
    return Rupiah(divide_half_away(base.amount * rate_bp, BP_WHOLE))


def format_rate(rate_bp: int) -> str:
    """Write basis points as a percentage the Indonesian way: 250 is `2,5%`."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}{f',{rest:02d}'.rstrip('0') if rest else ''}%"


def parse_rate_bp(text: str) -> int:
    """Read a percentage with at most two decimals, comma or dot, into basis points: `2,5%` is 250.

    Raises:
        BadInput: the text is not such a percentage.

    """
    match = _PERCENTAGE.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"{text!r} is not a percentage with at most two decimals, such as 2,5%.")
    return int(match["whole"]) * 100 + int((match["rest"] or "").ljust(2, "0"))
