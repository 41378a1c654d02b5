"""What can be wrong with a row of a sales file."""

from dataclasses import dataclass

import numpy as np

PROBLEMS = (
    "",
    "row.width",
    "cell.blank",
    "cell.error_value",
    "code.scientific",
    "number.scientific",
    "number.other_style",
    "number.invalid",
    "number.too_large",
    "quantity.too_fine",
    "quantity.zero",
    "amount.not_whole",
    "amount.does_not_tie",
    "net.does_not_tie",
    "discount.too_large",
    "sign.conflict",
    "date.invalid",
    "date.in_future",
    "cell.too_long",
    "currency.other",
    "time.invalid",
    "returned.too_many",
    "returned.not_whole",
    "returned.by_order",
    "row.suspicious",
)
"""Codes of what can be wrong with a row; the place of each is its number inside a batch."""
NUMBER_OF = {code: np.int8(place) for place, code in enumerate(PROBLEMS)}


@dataclass(frozen=True)
class Problem:
    """A row that cannot be right: which *column* and *cell* is at fault, and the stable *code* of why."""

    row: int
    code: str
    column: str | None
    cell: str | None
    raw: str
