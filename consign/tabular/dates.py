"""How a file writes days: decided once for the whole file, never cell by cell."""

import re
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from enum import StrEnum

from consign.sentence import Code, Sentence, say
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
    DateOrder.DAY_FIRST: frozenset({DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST}),
    DateOrder.MONTH_FIRST: frozenset({DateOrder.DAY_FIRST, DateOrder.YEAR_FIRST}),
}
"""A day that shows its own order, as `2026-05-06`, is read right whichever of the others was confirmed."""
_NUMBERED = frozenset({DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST})
EARLIEST_YEAR = 2000
"""No sale is older; a day that is has lost or swapped digits of its year."""
SHORT_YEARS = range(20, 40)
"""Two digits that may be the year of a sale, when it must be told from the day."""


class _Short(StrEnum):
    """What two digits at both ends of a day say."""

    YEAR_FIRST = "26-10-05"
    EITHER_END = "26-10-20"


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
_HOUR = re.compile(
    r"(?:^|[T\s])(\d{1,2})[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(?:Z|UTC|WIB|WITA|WIT|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
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
    asks. So does one with `2026-05-06` beside `31/08/2026`: a spreadsheet may have made it of `05/06/2026`. Where the
    year has two digits, `26-10-05` can only begin with it, for nobody sold in 2005; `26-10-20` may begin or end with it.
    """
    return _decide(_find_seen(values))


def find_days(values: Collection[str]) -> set[str]:
    """Return the days among *values* without their times of day, and what decides the order as all of them would."""
    days: set[str] = set()
    for part in {_day_alone(value) for value in values}:
        if any(isinstance(parse_day(part, order), date) for order in DateOrder):
            days.add(part)
    return days | {_day_alone(value) for value in _find_seen(values).values()}


def _day_alone(cell: str) -> str:
    part = day_part(shown(cell))
    return part.partition(".")[0] if _SERIAL.fullmatch(part) else part


def _find_seen(values: Iterable[str]) -> dict[DateOrder | _Short | None, str]:
    """Return for each order the first value, in the order of text, that stands in it."""
    seen: dict[DateOrder | _Short | None, str] = {}
    for value in map(shown, values):
        fits, order = _find_order(day_part(value))
        if fits:
            seen[order] = min(seen.get(order, value), value)
    return seen


def _find_order(text: str) -> tuple[bool, DateOrder | _Short | None]:
    """Say whether *text* is a day, and in which order, blank where it can be read with day or month first."""
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        if len(match[3]) == 2 and first in SHORT_YEARS and 1 <= second <= 12 and 1 <= int(match[3]) <= 31:
            return True, _Short.EITHER_END if int(match[3]) in SHORT_YEARS else _Short.YEAR_FIRST
        if first > 12 >= second:
            return True, DateOrder.DAY_FIRST
        if second > 12 >= first:
            return True, DateOrder.MONTH_FIRST
        return first != second and first <= 12, None
    for order, shapes in _SHAPES.items():
        if any(shape.fullmatch(text) for shape in shapes):
            return True, order
    return False, None


def _decide(seen: dict[DateOrder | _Short | None, str]) -> Decision[DateOrder]:
    short, either_end = seen.get(_Short.YEAR_FIRST), seen.get(_Short.EITHER_END)
    orders = {order: seen[order] for order in DateOrder if order in seen}
    if short:
        orders.setdefault(DateOrder.YEAR_FIRST, short)
    elif either_end and (None in seen or not orders.keys().isdisjoint(_NUMBERED)):
        # It has no month in front, and no file has the year at both ends.
        orders.setdefault(DateOrder.DAY_FIRST, either_end)
    undecided = _find_doubt(orders, either=seen.get(None))
    if undecided:
        # A year of four digits shows its own place, so only two digits leave a person to say that it is the first.
        return Decision(None, undecided, frozenset() if short else frozenset({DateOrder.YEAR_FIRST}))
    if either_end and orders.keys().isdisjoint(_NUMBERED):
        why = say("'{value}' can be read with the year or the day first", value=either_end)
        return Decision(None, why, frozenset({DateOrder.MONTH_FIRST}))
    for order in DateOrder:
        if order in orders:
            only = say("'{value}' can only be {order}", value=orders[order], order=Code("date_order", order))
            against = frozenset({DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST}) if short else _RULED_OUT.get(order)
            return Decision(order, only, against or frozenset())
    return Decision(DateOrder.DAY_FIRST, say("no day is ambiguous"))


def _find_doubt(orders: dict[DateOrder, str], *, either: str | None) -> Sentence | None:
    """Return why day and month may be swapped in a file with values that fit only *orders*, and one that fits *either*."""
    by_day, by_month = orders.get(DateOrder.DAY_FIRST), orders.get(DateOrder.MONTH_FIRST)
    year_first, slashed = orders.get(DateOrder.YEAR_FIRST), by_day or by_month or either
    if by_day and by_month:
        return say("'{by_day}' has the day first, '{by_month}' the month", by_day=by_day, by_month=by_month)
    if slashed and year_first:
        return say(
            "'{year_first}' has the year first, '{other}' has not, so a spreadsheet may have swapped day and month",
            year_first=year_first,
            other=slashed,
        )
    if either and not by_day and not by_month:
        return say("'{value}' can be read with the day or the month first", value=either)
    return None


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
    day that no calendar has, such as 31/02, and one before 2000).
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
        return date(year, month, day) if year >= EARLIEST_YEAR else "date.invalid"
    except ValueError:
        return "date.invalid"


def parse_hour(cell: str) -> int | None:
    """Return the hour of the time of day at the end of *cell*, 0 to 23; blank where none stands there.

    Both clocks are read: `14.05`, `02:05 PM`.
    """
    match = _HOUR.search(cell.strip()[-LONGEST_DAY:])
    if match is None:
        return None
    hour, half = int(match[1]), (match[2] or "").replace(".", "").lower()
    if half:
        return (hour % 12 + (12 if half == "pm" else 0)) if 1 <= hour <= 12 else None
    return hour if hour < 24 else None


def _find_parts(text: str, order: DateOrder) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups() if part)
        return year, month, day
    if match := _YEAR_LAST.fullmatch(text):
        return _in_order(match, order)
    if match := _NAMED_DAY_FIRST.fullmatch(text):
        return _with_named_month(match[3], match[2], match[1])
    if match := _NAMED_MONTH_FIRST.fullmatch(text):
        return _with_named_month(match[3], match[1], match[2])
    if order is DateOrder.SERIAL and _SERIAL.fullmatch(text):
        day_number = SERIAL_EPOCH + timedelta(int(text.partition(".")[0]))
        return day_number.year, day_number.month, day_number.day
    return None


def _in_order(match: re.Match[str], order: DateOrder) -> tuple[int, int, int]:
    first, second, last = match.groups()
    if order is DateOrder.YEAR_FIRST and len(last) == 2:
        return _read_year(first), int(second), int(last)
    day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
    return _read_year(last), int(month), int(day)


def _with_named_month(year: str, word: str, day: str) -> tuple[int, int, int] | None:
    month = MONTHS.get(word.lower())
    return (_read_year(year), month, int(day)) if month else None


def _read_year(text: str) -> int:
    """Return a year; one of two digits counts from 2000."""
    return int(text) + (2000 if len(text) < 3 else 0)
