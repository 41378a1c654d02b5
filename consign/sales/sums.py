"""What went into the sales table, summed by store and day while it is written."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass
class StoreDay:
    """What a posting holds for one store, day and kind of cover."""

    lines: int = 0
    quantity: Decimal = Decimal(0)
    sales_rp: int = 0
    fee_rp: int = 0
    price_differs: int = 0
    """Lines whose price at the till is not the agreed one."""
    first_row: int = 0
    """The first row of the file; 0 before there is one."""
    fractions: int = 0
    """Lines of a part of a piece."""
    most: Decimal = Decimal(0)
    """The largest quantity of one line."""
    unpaired: int = 0
    """Returns whose sale was not found."""


class Sums:
    """What a posting came to, by store, day and whether it is a summary."""

    def __init__(self) -> None:
        self.days: dict[tuple[int, date, bool], StoreDay] = {}

    def add(self, key: tuple[int, date, bool], part: StoreDay) -> None:
        """Add *part* to a store-day."""
        day = self.days.setdefault(key, StoreDay())
        day.lines += part.lines
        day.quantity += part.quantity
        day.sales_rp += part.sales_rp
        day.fee_rp += part.fee_rp
        day.price_differs += part.price_differs
        day.first_row = min(day.first_row or part.first_row, part.first_row)
        day.fractions += part.fractions
        day.most = max(day.most, part.most)
        day.unpaired += part.unpaired
