"""BPOM permits of traditional medicine and supplements: two letters and 9 digits, good for five years.

TR, TI, TL traditional medicine made here, imported, under licence; HT standardised herbal; FF phytopharmaca; SD, SI,
SL supplements made here, imported, under licence. BTR is a TR with limits. The digits are read as year 2, firm 1,
form 1, running number 4, pack 1: a reading of many numbers, not a published rule.

Source: PerBPOM 25/2023.
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

SOURCE: Final = "PerBPOM 25/2023"
_WORDS: Final = re.compile(rf"(?:{PERMIT_WORDS}|BPOM|POM|DEPKES)+", re.IGNORECASE)
_PREFIX: Final = re.compile(r"BTR|T[RIL]|HT|FF|S[DIL]", re.IGNORECASE)
_SORT: Final = {
    "TR": "traditional",
    "BTR": "traditional",
    "TI": "traditional",
    "TL": "traditional",
    "HT": "herbal",
    "FF": "phytopharmaca",
    "SD": "supplement",
    "SI": "supplement",
    "SL": "supplement",
}


@dataclass(frozen=True)
class TrNumber(Number):
    """A permit of a traditional medicine or supplement."""

    prefix: str
    year: int
    """In which it was first given, as its digits are usually read."""

    def says(self) -> Mapping[str, object]:
        """Return the sort of medicine and the year of the permit."""
        return {"sort": Term("medicine_sort", _SORT[self.prefix]), "year": str(self.year)}


def compact(text: str) -> str:
    """Return *text* without "POM" and the like before its digits and without spaces, dots and dashes, the letters in capitals."""
    return compact_lettered(text, prefixes=_PREFIX, words=_WORDS)


def parse(text: str) -> TrNumber:
    """Return the permit's number.

    Raises:
        NumberRefused: it begins with none of the letters of such permits, or has not 9 digits.

    """
    tight = compact(text)
    prefix = _PREFIX.match(tight)
    if prefix is None:
        raise NumberRefused(
            "A BPOM permit for traditional medicine begins with TR, TI, TL, HT, FF, SD, SI or SL, '{text}' does not.",
            text=shorten(text),
        )
    digits = tight[prefix.end() :]
    if count_digits(digits) != 9:
        raise NumberRefused(
            "A BPOM permit for traditional medicine has 9 digits behind its letters, '{text}' has not.",
            text=shorten(text),
        )
    return TrNumber(tight, prefix[0], 2000 + int(digits[:2]))


def format(number: TrNumber) -> str:
    """Return the number as packs print it: `POM TR 193312345`."""
    return f"POM {number.prefix} {number.compact.removeprefix(number.prefix)}"


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form, the days on the paper and the year in the number; a permit lasts five years."""
    next_step = tell("Copy the number from the BPOM permit, with its letters and 9 digits.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_term(paper, on=on)
    if number is not None:
        found += assess_year(paper, year=number.year, years=load_validity()[Kind.TR].years, on=on, source=SOURCE)
    return found
