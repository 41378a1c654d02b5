"""How a file writes days: decided once for the whole file, never cell by cell."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from consign.sentence import Code, say
from consign.tabular.cells import is_error_value, shown
from consign.tabular.decision import Decision


class DateOrder(StrEnum):
    """In which order day, month and year stand."""

    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    NAMED_MONTH = "named"
    """The month is a word, so the order decides nothing."""
    SERIAL = "serial"
    """Days since 30 December 1899, as spreadsheets count."""


_RULED_OUT = {
    DateOrder.DAY_FIRST: frozenset({DateOrder.MONTH_FIRST}),
    DateOrder.MONTH_FIRST: frozenset({DateOrder.DAY_FIRST}),
}
"""A day that shows its own order, as `2026-05-06`, is read right whichever of the others was confirmed."""

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan januari january",
            "feb februari february peb pebruari",
            "mar maret march mrt",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu ags agt agst agust agustus aug august",
            "sep sept september",
            "okt oct oktober october",
            "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for word in words.split()
}
SERIAL_EPOCH = date(1899, 12, 30)
LONGEST_DAY = 80
"""Characters of a cell that can be a day with its time; longer text is none."""
_TIME_PART = re.compile(r"[T\s]+\d{1,2}[:.]\d{2}.*$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_WEEKDAY = r"(?:[^\W\d]+(?:['\u2019`][^\W\d]+)?,?\s+)?"
"""`Senin, ` or `Jum'at `: not held against the date."""
_NAMED_DAY_FIRST = re.compile(_WEEKDAY + r"(\d{1,2})[-/ ]([^\W\d]+)[-/., ]+(\d{4}|\d{2})")
_NAMED_MONTH_FIRST = re.compile(_WEEKDAY + r"([^\W\d]+)\s+(\d{1,2}),?\s+(\d{4})")
_SERIAL = re.compile(r"[34567]\d{4}(?:\.\d+)?")
_BARE = re.compile(r"\d+")
_SHAPES = {
    DateOrder.YEAR_FIRST: (_YEAR_FIRST,),
    DateOrder.NAMED_MONTH: (_NAMED_DAY_FIRST, _NAMED_MONTH_FIRST),
    DateOrder.SERIAL: (_SERIAL,),
}


def day_part(cell: str) -> str:
    """Return *cell* without the time of day behind it."""
    text = cell.strip()
    return _TIME_PART.sub("", text) if len(text) <= LONGEST_DAY else text


def decide_date_order(values: Iterable[str]) -> Decision[DateOrder]:
    """Decide from all date cells of a file in which order their parts stand.

    `31/08/2026` decides, `05/06/2026` does not; a file whose days are all such, or that has both orders,
    asks. So does one with `2026-05-06` beside `31/08/2026`: a spreadsheet may have made it of `05/06/2026`.
    """
    seen: dict[DateOrder | None, str] = {}
    for value in map(shown, values):
        fits, order = _find_order(day_part(value))
        if fits:
            seen[order] = min(seen.get(order, value), value)
    return _decide(seen)


def _find_order(text: str) -> tuple[bool, DateOrder | None]:
    """Say whether *text* is a day, and in which order, blank where it can be read with day or month first."""
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            return True, DateOrder.DAY_FIRST
        if second > 12 >= first:
            return True, DateOrder.MONTH_FIRST
        return first != second and first <= 12, None
    for order, shapes in _SHAPES.items():
        if any(shape.fullmatch(text) for shape in shapes):
            return True, order
    return False, None


def _decide(seen: dict[DateOrder | None, str]) -> Decision[DateOrder]:
    by_day, by_month = seen.get(DateOrder.DAY_FIRST), seen.get(DateOrder.MONTH_FIRST)
    year_first, either = seen.get(DateOrder.YEAR_FIRST), seen.get(None)
    if by_day and by_month:
        both = say("'{by_day}' has the day first, '{by_month}' the month", by_day=by_day, by_month=by_month)
        return Decision(None, both)
    slashed = by_day or by_month or either
    if slashed and year_first:
        swapped = say(
            "'{year_first}' has the year first, '{other}' has not, so a spreadsheet may have swapped day and month",
            year_first=year_first,
            other=slashed,
        )
        return Decision(None, swapped)
    if slashed and slashed == either:
        return Decision(None, say("'{value}' can be read with the day or the month first", value=slashed))
    for order in DateOrder:
        if order in seen:
            only = say("'{value}' can only be {order}", value=seen[order], order=Code("date_order", order))
            return Decision(order, only, _RULED_OUT.get(order, frozenset()))
    return Decision(DateOrder.DAY_FIRST, say("no day is ambiguous"))


def find_any_day(header: str) -> date | None:
    """Return the day that *header* names, blank where it is none; of two that it may name the one with the day first.

    A bare number is no day here, for it may name anything.
    """
    if _BARE.fullmatch(header.strip()):
        return None
    found = (parse_day(header, order) for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST))
    return next((day for day in found if isinstance(day, date)), None)


def parse_day(cell: str, order: DateOrder) -> date | str:
    """Return the day in *cell*, its time of day left out, or the code of what is wrong with it.

    Two digits of a year count from 2000. Codes: `cell.blank`, `cell.error_value`, `date.invalid` (also for a
    day that no calendar has, such as 31/02).
    """
    text = day_part(shown(cell))
    if not text:
        return "cell.blank"
    if is_error_value(text):
        return "cell.error_value"
    parts = _find_parts(text, order)
    if parts is None:
        return "date.invalid"
    year, month, day = parts
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return "date.invalid"


def _find_parts(text: str, order: DateOrder) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups() if part)
        return year, month, day
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = (int(part) for part in match.groups())
        return (year, first, second) if order is DateOrder.MONTH_FIRST else (year, second, first)
    if match := _NAMED_DAY_FIRST.fullmatch(text):
        return _with_named_month(match[3], match[2], match[1])
    if match := _NAMED_MONTH_FIRST.fullmatch(text):
        return _with_named_month(match[3], match[1], match[2])
    if order is DateOrder.SERIAL and _SERIAL.fullmatch(text):
        day_number = SERIAL_EPOCH + timedelta(int(text.partition(".")[0]))
        return day_number.year, day_number.month, day_number.day
    return None


def _with_named_month(year: str, word: str, day: str) -> tuple[int, int, int] | None:
    month = MONTHS.get(word.lower())
    return (int(year), month, int(day)) if month else None
