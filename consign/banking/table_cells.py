"""Single cells of a bank's table: days with and without a year, amounts with marks behind them."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from consign.tabular.cells import shown
from consign.tabular.dates import DateOrder, day_part, parse_day
from consign.tabular.numbers import NumberStyle, parse_number

LARGEST_RP = 10**15
MARKS = {
    **dict.fromkeys(("D", "DB", "DR", "DEBIT", "DEBET", "OUT", "KELUAR"), -1),
    **dict.fromkeys(("K", "C", "CR", "KR", "KREDIT", "CREDIT", "IN", "MASUK"), 1),
}
"""Marks of money out of the account and into it, as the bank's customer sees them."""
PENDING = frozenset({"PEND", "PENDING"})
"""What stands for a day where the bank has not booked yet."""
_MARKED = re.compile(r"(?P<amount>.*\d.*?)\s*\b(?P<mark>DB|DR|CR|KR|D|K|C)\.?", re.IGNORECASE | re.DOTALL)
_WITHOUT_YEAR = re.compile(r"(\d{1,2})[/-](\d{1,2})")
_SERIAL = re.compile(r"[34567]\d{4}(?:\.\d+)?")
_WHOLE = {
    NumberStyle.PLAIN: re.compile(r"(-?[0-9]{1,15})"),
    NumberStyle.ENGLISH: re.compile(r"(-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[0-9]{1,15}))(?:\.0{1,2})?"),
    NumberStyle.INDONESIAN: re.compile(r"(-?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4}|[0-9]{1,15}))(?:,0{1,2})?"),
}
"""How nearly every amount is written: read at once, as the slow way would."""
_PARTED = {NumberStyle.PLAIN: "", NumberStyle.ENGLISH: ",", NumberStyle.INDONESIAN: "."}


@dataclass(frozen=True)
class DayReader:
    """How a file writes its days, what it says of its period, and the last day that can be."""

    order: DateOrder
    from_on: date | None
    until_on: date | None
    today: date

    def read(self, cell: str) -> date | str:
        """Return the day in *cell*, or the code of what is wrong with it.

        A day without a year is the one of its name inside the period that the file states. Codes: those of `parse_day`,
        `date.no_year` where the file states no period or one with several such days, `date.in_future`.
        """
        text = shown(cell).strip().lstrip("'")
        if match := _WITHOUT_YEAR.fullmatch(day_part(text)):
            return self._find_year(int(match[1]), int(match[2]))
        order = DateOrder.SERIAL if _SERIAL.fullmatch(text) else self.order
        day = parse_day(text, order)
        return "date.in_future" if isinstance(day, date) and day > self.today else day

    def _find_year(self, day: int, month: int) -> date | str:
        if self.from_on is None or self.until_on is None:
            return "date.no_year"
        fitting = []
        for year in range(self.from_on.year, self.until_on.year + 1):
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if self.from_on <= found <= self.until_on:
                fitting.append(found)
        if len(fitting) > 1:
            return "date.no_year"
        if not fitting:
            return "date.invalid"
        return "date.in_future" if fitting[0] > self.today else fitting[0]


def part_mark(cell: str) -> tuple[str, int | None]:
    """Return an amount without the mark behind it, and which way the mark says: 1 in, -1 out, blank where there is none."""
    text = shown(cell).strip()
    if text[-1:].isalpha() or text[-1:] == ".":
        match = _MARKED.fullmatch(text)
        if match is not None:
            return match["amount"], MARKS[match["mark"].upper()]
    return cell, None


def read_mark(cell: str) -> int | None:
    """Return 1 for a mark of money in, -1 for money out; blank where it is neither."""
    return MARKS.get(shown(cell).strip().strip(".").upper())


def read_amount(cell: str, style: NumberStyle) -> int | str:
    """Return the whole rupiah in *cell*, or the code of what is wrong with it.

    Codes: those of `parse_number`, `amount.not_whole` for sen, `number.too_large`.
    """
    if match := _WHOLE[style].fullmatch(cell.strip()):
        return int(match[1].replace(_PARTED[style], ""))
    number = parse_number(cell, style)
    if isinstance(number, str):
        return number
    return to_rupiah(number)


def to_rupiah(number: Decimal) -> int | str:
    """Return a number as whole rupiah, or the code of why it is none: `amount.not_whole`, `number.too_large`."""
    if number != number.to_integral_value():
        return "amount.not_whole"
    return int(number) if abs(number) <= LARGEST_RP else "number.too_large"
