"""Numbers and days in the cells of a list of products: how the file writes them is decided once, for all of it.

A price is in whole rupiah. Nobody writes rupiah with three decimals, so a price cannot be read in two ways: `15.000` and
`15,000` are fifteen thousand, whichever sign the file parts thousands with, and `15.000,00` is the same. Because of that
prices also say how the file writes other numbers: beside a price of `15.000` a content of `1.000` is a thousand. Where no
value decides, or two decide for different styles, only digits without a sign are read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from consign.catalogue.import_columns import Role
from consign.catalogue.import_file import ProductList
from consign.catalogue.import_rules import CellRefused
from consign.sentence import Sentence, say
from consign.tabular.cells import TYPED, is_error_value, is_scientific, shown
from consign.tabular.dates import DateOrder, decide_date_order, parse_day
from consign.tabular.decision import Decision
from consign.tabular.numbers import (
    MONEY_DECIMALS,
    NumberStyle,
    count_decimals,
    decide_number_style,
    find_amounts,
    parse_number,
)

LARGEST = 9_999_999
LARGEST_PRICE_RP = 999_999_999_999
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
DAYS = (Role.PRICE_FROM, Role.SOLD_FROM, Role.SOLD_UNTIL)
COUNTS = (Role.CONTENT, Role.PIECES, Role.SHELF_LIFE)
_GROUPED = re.compile(r"[^\d]*[1-9]\d{0,2}(?P<sign>[.,])\d{3}[^\d.,]*(?:[.,]-{1,2})?\s*")
_WITH_UNIT = re.compile(r"(?P<number>[-+(]?[\d.,\s]*\d)\s*(?P<unit>[^\W\d_][\w. ]*)?\s*")


@dataclass(frozen=True)
class Habits:
    """How a file writes numbers and days."""

    style: NumberStyle
    """`PLAIN` also where it could not be decided."""
    days: Decision[DateOrder]


def decide_habits(found: ProductList) -> Habits:
    """Decide from all numbers and days of a list how it writes them."""
    counts = [split_unit(cell)[0] for role in COUNTS for cell in found.cells_of(role)]
    prices = found.cells_of(Role.PRICE)
    votes = {_find_style(cell, is_price=False) for cell in counts} | {
        _find_style(cell, is_price=True) for cell in prices
    }
    votes -= {None}
    style = votes.pop() if len(votes) == 1 else None
    return Habits(
        style or NumberStyle.PLAIN, decide_date_order([cell for role in DAYS for cell in found.cells_of(role)])
    )


def _find_style(cell: str, *, is_price: bool) -> NumberStyle | None:
    """Return the style that a cell shows by itself; blank where it shows none."""
    if is_price and (grouped := _GROUPED.fullmatch(cell)):
        return NumberStyle.INDONESIAN if grouped["sign"] == "." else NumberStyle.ENGLISH
    decided = decide_number_style([cell]).choice
    return None if decided is NumberStyle.PLAIN else decided


def split_unit(cell: str) -> tuple[str, str]:
    """Return the number and the unit that stand in one cell: `200 g` is 200 and g. The unit may be blank."""
    match = None if cell.startswith(TYPED) else _WITH_UNIT.fullmatch(cell.strip())
    return (match["number"].strip(), (match["unit"] or "").strip()) if match else (cell, "")


def read_price(cell: str) -> int:
    """Read a price in whole rupiah.

    Raises:
        CellRefused: it is none, or not above zero.

    """
    found = find_amounts(cell)
    if len(found) != 1:
        raise _no_number(cell, say("Write the price in whole rupiah, such as 15000 or 15.000."))
    price = found.pop()
    if price != price.to_integral_value():
        raise CellRefused(say("A price is in whole rupiah, without sen. Write it such as 15000."), "price.not_whole")
    if not 0 < price <= LARGEST_PRICE_RP:
        raise CellRefused(say("A price is above zero, and at most a trillion rupiah."), "price.out_of_bounds")
    return int(price)


def read_number(cell: str, style: NumberStyle) -> Decimal:
    """Read a number above zero, as the file writes numbers.

    Raises:
        CellRefused: it is none, or can be read in two ways.

    """
    number = parse_number(cell, style)
    odd = (
        isinstance(number, Decimal) and number == number.to_integral_value() and count_decimals(number) > MONEY_DECIMALS
    )
    if odd or number == "number.other_style":  # `1.000` is hardly meant as one with three decimals
        raise CellRefused(
            say("It is not sure which sign parts thousands in this file. Write the number with digits only."),
            "number.ambiguous",
        )
    if isinstance(number, str):
        raise _no_number(cell, say("Write nothing but a number into the cell."))
    if not 0 < number <= LARGEST:
        raise CellRefused(
            say("The number must be above zero, and at most {most}.", most=LARGEST), "number.out_of_bounds"
        )
    return number


def read_whole(cell: str, style: NumberStyle) -> int:
    """Read a whole number above zero.

    Raises:
        CellRefused: it is none, or can be read in two ways.

    """
    return as_whole(read_number(cell, style), say("Write a whole number, without decimals."))


def as_whole(number: Decimal, remedy: Sentence) -> int:
    """Return *number* as a whole one.

    Raises:
        CellRefused: it has decimals; *remedy* says what to write.

    """
    if number != number.to_integral_value():
        raise CellRefused(remedy, "number.not_whole")
    return int(number)


def read_shelf_life(cell: str, style: NumberStyle) -> int:
    """Read for how many days goods keep: `90` or `90 hari`. Months and years have no fixed number of days.

    Raises:
        CellRefused: it is no number, or in other units than days.

    """
    number, unit = split_unit(cell)
    if unit.casefold().strip(". ") not in {"", "hari", "hr", "day", "days", "d"}:
        raise CellRefused(
            say("Write how many days it keeps, not weeks, months or years, such as 90."), "days.other_unit"
        )
    return read_whole(number, style)


def read_day(cell: str, days: Decision[DateOrder]) -> date:
    """Read a day in the order that the file writes days.

    Raises:
        CellRefused: it is none, or day and month may be swapped.

    """
    orders: Sequence[DateOrder] = [days.choice] if days.choice else [DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST]
    found = [day for order in orders if isinstance(day := parse_day(cell, order), date)]
    if not found or not EARLIEST_YEAR <= found[0].year <= LATEST_YEAR:
        if is_error_value(shown(cell)):
            raise failed_formula()
        raise CellRefused(say("This is no day. Write it like 2026-11-22."), "date.invalid")
    if days.choice is None and _may_be_swapped(found):
        raise CellRefused(
            say("Day and month may be swapped: {evidence}. Write it like 2026-11-22.", evidence=days.evidence),
            "date.ambiguous",
        )
    return found[0]


def _may_be_swapped(found: list[date]) -> bool:
    """Say whether a day could be another one; a spreadsheet may have turned around also one with the year first."""
    return len(set(found)) > 1 or (found[0].day <= 12 and found[0].day != found[0].month)


def _no_number(cell: str, remedy: Sentence) -> CellRefused:
    text = shown(cell)
    if is_error_value(text):
        return failed_formula()
    if is_scientific(text):
        return CellRefused(
            say("A spreadsheet has shortened this number. Type all its digits once more."), "number.scientific"
        )
    return CellRefused(remedy, "number.invalid")


def failed_formula() -> CellRefused:
    """Return the refusal of a cell in which a formula failed."""
    return CellRefused(say("A formula failed in this cell. Mend it, or type its value in."), "cell.error_value")
