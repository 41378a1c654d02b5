"""PKD and PKL, the Kemenkes permits of household health goods such as detergent: 11 digits, good for five years.

Source: Permenkes 62/2017.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_term
from compliance.digits import PERMIT_WORDS, count_digits, read_behind, read_digits, shorten, squeeze, strip_words
from compliance.facts import Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import Term, tell

SOURCE: Final = "Permenkes 62/2017"
_WORDS: Final = re.compile(rf"(?:{PERMIT_WORDS}|KEMENTER[I1]AN|KESEHATAN|KEMENKES|KEMKES|DEPKES|PKRT)+", re.IGNORECASE)
_PREFIX: Final = re.compile(r"PK[DL]", re.IGNORECASE)
_ORIGIN: Final = {"PKD": "domestic", "PKL": "imported"}


@dataclass(frozen=True)
class PkdNumber(Number):
    """A permit of household health goods."""

    prefix: str
    """`PKD` for goods made in Indonesia, `PKL` for imported ones."""

    def says(self) -> Mapping[str, object]:
        """Return where the goods come from."""
        return {"origin": Term("origin", _ORIGIN[self.prefix])}


def compact(text: str) -> str:
    """Return *text* without "KEMENKES RI" and the like before its digits, spaces, dots and dashes; digits alone are a PKD's."""
    tight = strip_words(squeeze(text), _WORDS)
    prefix = _PREFIX.match(tight)
    if prefix is not None:
        return prefix[0].upper() + read_behind(tight, prefix, _WORDS)
    digits = read_digits(tight)
    return f"PKD{digits}" if count_digits(digits) else tight


def parse(text: str) -> PkdNumber:
    """Return the permit's number.

    Raises:
        NumberRefused: it is not 11 digits behind PKD or PKL.

    """
    tight = compact(text)
    prefix, digits = tight[:3], tight[3:]
    if prefix not in _ORIGIN or count_digits(digits) != 11:
        raise NumberRefused(
            "A Kemenkes permit for household goods is PKD or PKL with 11 digits, '{text}' is not.", text=shorten(text)
        )
    return PkdNumber(tight, prefix)


def format(number: PkdNumber) -> str:
    """Return the number as packs print it: `KEMENKES RI PKD 20501712345`."""
    return f"KEMENKES RI {number.prefix} {number.compact[3:]}"


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form and the days on the paper; a permit lasts five years."""
    next_step = tell("Copy the number from the permit: KEMENKES RI PKD and 11 digits.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    return found + assess_term(paper, on=on)
