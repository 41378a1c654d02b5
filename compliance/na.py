"""NA to NE, the BPOM notifications of cosmetics: two letters and 11 digits, good for three years.

The digits are read as country 2, year 2, group 2, running number 5: a reading of many numbers, not a published rule.

Source: PerBPOM 21/2022.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_term, load_validity
from compliance.digits import PERMIT_WORDS, compact_lettered, count_digits, shorten
from compliance.facts import Kind, Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import Term, tell
from compliance.yearly import assess_year

SOURCE: Final = "PerBPOM 21/2022"
_WORDS: Final = re.compile(rf"(?:{PERMIT_WORDS}|KOSMET[I1]KA?|BPOM|POM)+", re.IGNORECASE)
_PREFIX: Final = re.compile(r"N[A-E]", re.IGNORECASE)
_MADE_IN: Final = {"NA": "asia", "NB": "australia", "NC": "europe", "ND": "africa", "NE": "america"}


@dataclass(frozen=True)
class NaNumber(Number):
    """A notification of a cosmetic."""

    prefix: str
    """`NA` Asia with Indonesia, `NB` Australia, `NC` Europe, `ND` Africa, `NE` America."""
    year: int
    """In which it was notified, as its digits are usually read."""

    def says(self) -> Mapping[str, object]:
        """Return the part of the world it was made in and the year of notification."""
        return {"made_in": Term("continent", _MADE_IN[self.prefix]), "year": str(self.year)}


def compact(text: str) -> str:
    """Return *text* without "BPOM" and the like before its digits and without spaces, dots and dashes, the letters in capitals."""
    return compact_lettered(text, prefixes=_PREFIX, words=_WORDS)


def parse(text: str) -> NaNumber:
    """Return the notification's number.

    Raises:
        NumberRefused: it does not begin with NA to NE, or has not 11 digits.

    """
    tight = compact(text)
    if tight[:2] not in _MADE_IN:
        raise NumberRefused(
            "The BPOM notification of a cosmetic begins with NA, NB, NC, ND or NE, '{text}' does not.",
            text=shorten(text),
        )
    if count_digits(tight[2:]) != 11:
        raise NumberRefused(
            "The BPOM notification of a cosmetic has 11 digits behind its two letters, '{text}' has not.",
            text=shorten(text),
        )
    return NaNumber(tight, tight[:2], 2000 + int(tight[4:6]))


def format(number: NaNumber) -> str:
    """Return the number as packs print it: `BPOM NA18190100123`."""
    return f"BPOM {number.compact}"


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form, the days on the paper and the year in the number; a notification lasts three years."""
    next_step = tell("Copy the number from the BPOM notification, with its two letters and 11 digits.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_term(paper, on=on)
    if number is not None:
        found += assess_year(paper, year=number.year, years=load_validity()[Kind.NA].years, on=on, source=SOURCE)
    return found
