"""Whole rupiah and basis points. There is no float and no division here."""

from dataclasses import dataclass
from typing import Self

BP_WHOLE = 10_000
"""Basis points in one: 250 bp is 2.5 %."""


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
