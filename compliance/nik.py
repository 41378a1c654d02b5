"""NIK, the number on the identity card (KTP): 16 digits without a check digit.

Its first digits say where the person was registered first, not where it lives now; that it has the right form proves
nobody's identity.

Source: UU 24/2013; Kemendagri's codes of regencies, with those of former times, because a NIK never changes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_issue, assess_printed_end
from compliance.digits import NUMBER_WORDS, count_digits, find_digits
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.regions import find_regency, is_known_regency
from compliance.wording import tell

SOURCE: Final = "UU 24/2013"
_FOR_WOMEN: Final = 40
"""What is added to the day of birth of women."""
_LEAP_YEAR: Final = 4
_LENGTHS: Final = frozenset({16})
_WORDS: Final = re.compile(rf"(?:{NUMBER_WORDS}|INDUK|KEPENDUDUKAN|E?KTP|N[I1L]K)+", re.IGNORECASE)


@dataclass(frozen=True)
class NikNumber(Number):
    """A NIK and what its digits say. It is personal: whoever shows it masks it."""

    regency: str
    """Code of the regency or city of the first registration, perhaps one of former times."""
    birthday: str
    """Day, month and last two digits of the year: `31-12-85`. The century is not in the number."""

    def says(self) -> Mapping[str, object]:
        """Return where the person was registered first, and the birthday."""
        return {"regency": find_regency(self.regency) or self.regency, "birthday": self.birthday}


def compact(text: str) -> str:
    """Return *text* without words before it and the spaces, dots and dashes people write into it."""
    return find_digits(text, _WORDS, lengths=_LENGTHS)


def parse(text: str) -> NikNumber:
    """Return the NIK and what its digits say; an unknown regency is no reason to refuse it.

    Raises:
        NumberRefused: it has not 16 digits, no day of birth, or the serial number 0000. The number itself is not
            repeated in the sentence, as it is personal.

    """
    digits = compact(text)
    if count_digits(digits) != 16:
        raise NumberRefused("A NIK has 16 digits, and nothing but digits. This number has not.")
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    day -= _FOR_WOMEN if day > _FOR_WOMEN else 0
    if not _is_day(day, month, leap=year % _LEAP_YEAR == 0):
        raise NumberRefused(
            "Digits 7 to 12 of a NIK are a day of birth. In this number they are no day of the calendar."
        )
    if digits[12:] == "0000":
        raise NumberRefused("A NIK does not end with 0000, and this number does.")
    return NikNumber(digits, regency=digits[:4], birthday=f"{day:02}-{month:02}-{digits[10:12]}")


def _is_day(day: int, month: int, *, leap: bool) -> bool:
    try:
        date(2000 if leap else 2001, month, day)
    except ValueError:
        return False
    return True


def format(number: NikNumber) -> str:
    """Return the number as the card prints it: sixteen digits in one piece."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form, its region, and the days; a KTP holds for life, also where an old one shows an end."""
    next_step = tell("Copy the 16 digits from the top of the KTP, one by one.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is not None and not is_known_regency(number.regency):
        reason = tell("The number begins with {code}, which is no regency or city that is known.", code=number.regency)
        next_step = tell("Compare the first four digits with the KTP. If they are right, hand it in as it is.")
        found.append(Finding("nik.region_unknown", Verdict.WARNING, reason, next_step, SOURCE))
    return [*found, *assess_issue(paper, on=on, source=SOURCE), *assess_printed_end(paper, on=on, source=SOURCE)]
