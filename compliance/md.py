"""MD and ML, the BPOM permits of processed food: 12 digits of the old form, or 15 of the one by risk.

What the digits mean is published nowhere; readings of them are guesses, so nothing is judged by them.

Source: PerBPOM 23/2023.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_term
from compliance.digits import PERMIT_WORDS, compact_lettered, count_digits, shorten
from compliance.facts import Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import Term, tell

SOURCE: Final = "PerBPOM 23/2023"
_WORDS: Final = re.compile(rf"(?:{PERMIT_WORDS}|BPOM|POM|BADAN|DEPKES)+", re.IGNORECASE)
_PREFIX: Final = re.compile(r"M[DL]", re.IGNORECASE)
_ORIGIN: Final = {"MD": "domestic", "ML": "imported"}


@dataclass(frozen=True)
class MdNumber(Number):
    """A permit of processed food."""

    prefix: str
    """`MD` for food made in Indonesia, `ML` for imported food."""
    digits: str
    """12 of the old form, 15 of the one by risk."""

    def says(self) -> Mapping[str, object]:
        """Return where the food comes from and which form the number has."""
        form = "old" if len(self.digits) == 12 else "by_risk"
        return {"origin": Term("origin", _ORIGIN[self.prefix]), "form": Term("md_form", form)}


def compact(text: str) -> str:
    """Return *text* without "BPOM RI" and the like, wherever it stands before the digits, and without spaces, dots and dashes, the letters in capitals."""
    return compact_lettered(text, prefixes=_PREFIX, words=_WORDS)


def parse(text: str) -> MdNumber:
    """Return the permit's number.

    Raises:
        NumberRefused: it does not begin with MD or ML, or has neither 12 nor 15 digits.

    """
    tight = compact(text)
    prefix, digits = tight[:2], tight[2:]
    if prefix not in _ORIGIN:
        raise NumberRefused("A BPOM permit for food begins with MD or ML, '{text}' does not.", text=shorten(text))
    if count_digits(digits) not in {12, 15}:
        raise NumberRefused(
            "A BPOM permit for food has 12 or 15 digits behind its two letters, '{text}' has not.", text=shorten(text)
        )
    return MdNumber(tight, prefix, digits)


def format(number: MdNumber) -> str:
    """Return the number as packs print it: `BPOM RI MD 123456789012`."""
    return f"BPOM RI {number.prefix} {number.digits}"


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form and the days on the paper; a permit lasts five years."""
    next_step = tell("Copy the number from the BPOM permit, with the letters MD or ML and all digits.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    return found + assess_term(paper, on=on)
