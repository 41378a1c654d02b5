"""Cells of a workbook as text that has lost nothing, or that says what it lost."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from consign.tabular.cells import TYPED

EXACT_INTEGERS = 10**15
"""A spreadsheet keeps fifteen digits of a number and puts zeros for the others."""
REPEATED_NUMBERS = 1 << 16
"""Quantities, prices and barcodes come again and again in a file; so many are remembered."""
NOISE = 1e-9
"""Less is what a subtraction of binary fractions leaves where a person sees 0."""

DAYS = {date, datetime}

Cell = int | float | str | bool | time | date | datetime | timedelta


def as_text(value: Cell) -> str:
    """Return a cell as text: whole numbers as plain digits, decimals and dates marked as known in style.

    A whole number beyond what the workbook can hold exactly is written as one that lost its digits.
    """
    return _WRITERS[type(value)](value)


def column_as_text(cells: Sequence[Cell]) -> Sequence[str]:
    """Return the cells of a column as text, each as `as_text` does."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        # Nearly no cell holds a sign to be left out; one look at all of them together is cheaper than one at each.
        together = "".join(cells)  # type: ignore[arg-type]  # all are str
        return cells if TYPED not in together and "\0" not in together else [*map(_clean, cells)]  # type: ignore[return-value, arg-type]
    if kinds <= DAYS:
        texts = [*map(str, cells)]
        if "." not in "".join(texts):  # no part of a second
            return [TYPED + text for text in texts]
    if len(kinds) == 1:
        return [*map(_WRITERS[kinds.pop()], cells)]
    return [_WRITERS[type(cell)](cell) for cell in cells]


def _clean(value: str) -> str:
    return value if TYPED not in value and "\0" not in value else value.replace(TYPED, "").replace("\0", "")


@lru_cache(maxsize=REPEATED_NUMBERS)
def _number_as_text(value: float) -> str:
    """Return a number in the fifteen digits a spreadsheet has, without the noise of binary fractions."""
    if not abs(value) < EXACT_INTEGERS:  # nor is what is no number at all
        return f"{value:.15E}"
    text = "0" if abs(value) < NOISE else f"{value:.15g}"
    if "e" in text:
        text = f"{value:.20f}".rstrip("0")
    return f"{TYPED}{text}" if "." in text else str(int(text))


def _truth_as_text(value: bool) -> str:  # noqa: FBT001  # a cell, no switch
    return "TRUE" if value else "FALSE"


def _moment_as_text(value: datetime) -> str:
    return TYPED + (value.replace(microsecond=0) if value.microsecond else value).isoformat(" ")


@lru_cache(maxsize=REPEATED_NUMBERS)
def _day_as_text(value: date) -> str:
    return f"{TYPED}{value.isoformat()}"


def _time_as_text(value: time) -> str:
    return value.isoformat(timespec="seconds")


def _duration_as_text(value: timedelta) -> str:
    """Return hours, minutes and seconds; a span of more than a day has more than 24 hours."""
    seconds = round(abs(value) / timedelta(seconds=1))
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_WRITERS: dict[type, Callable[..., str]] = {
    str: _clean,
    bool: _truth_as_text,
    int: _number_as_text,
    float: _number_as_text,
    datetime: _moment_as_text,
    date: _day_as_text,
    time: _time_as_text,
    timedelta: _duration_as_text,
}
