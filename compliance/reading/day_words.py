"""Days as Indonesian papers write them: `22 November 2026`, `22-11-2026`, `22/11/2026`, `22 Nop 2026`."""

import re
from dataclasses import dataclass
from datetime import date

MONTHS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            ("januari", "january", "jan"),
            ("februari", "pebruari", "february", "feb", "peb"),
            ("maret", "march", "mar"),
            ("april", "apr"),
            ("mei", "may"),
            ("juni", "june", "jun"),
            ("juli", "july", "jul"),
            ("agustus", "august", "agust", "agst", "ags", "agt", "agu", "aug"),
            ("september", "sept", "sep"),
            ("oktober", "october", "okt", "oct"),
            ("november", "nopember", "nov", "nop"),
            ("desember", "december", "des", "dec"),
        ),
        start=1,
    )
    for word in words
}
FIRST_YEAR, LAST_YEAR = 1945, 2100
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WITH_WORD = re.compile(rf"(?<!\d)(\d{{1,2}})[\s.\-/]*({_MONTH})\b[\s.,\-/]*(\d{{4}})(?!\d)", re.IGNORECASE)
_WORD_AND_YEAR = re.compile(rf"(?<!\d)(\d{{1,2}})[\s.\-/]*({_MONTH})(\d{{4}})(?!\d)", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\d./\-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?![\d]|[./\-]\d)")
_ISO = re.compile(r"(?<![\d./\-])(\d{4})-(\d{2})-(\d{2})(?![\d]|[./\-]\d)")


@dataclass(frozen=True)
class Day:
    """A day that is written in a text from *start* to *end*; *day* is blank where there is no such day."""

    start: int
    end: int
    day: date | None
    is_swapped: bool = False
    """Whether only its month could stand first, as nobody in Indonesia writes it: then no day in digits is trusted."""
    is_word: bool = False
    """Whether the month stands there as a word."""


def find_days(text: str) -> list[Day]:
    """Return the days that *text* names, in its order."""
    found = [
        Day(one.start(), one.end(), _make(one[3], MONTHS[one[2].lower()], one[1]), is_word=True)
        for pattern in (_WITH_WORD, _WORD_AND_YEAR)
        for one in pattern.finditer(text)
    ]
    found += [_read_digits(one) for one in _DIGITS.finditer(text)]
    found += [Day(one.start(), one.end(), _make(one[1], int(one[2]), one[3])) for one in _ISO.finditer(text)]
    kept: list[Day] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _read_digits(found: re.Match[str]) -> Day:
    first, second = int(found[1]), int(found[3])
    day = _make(found[4], second, found[1])
    return Day(found.start(), found.end(), day, is_swapped=day is None and first <= 12 < second <= 31)


def _make(year: str, month: int, day: str) -> date | None:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
