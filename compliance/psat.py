"""Registrations of fresh food of plants (PSAT): PD, PL, or PDUK for small producers.

How the rest of the number is built was seen in too few papers to be judged, so it is kept as it is written.

Source: Permentan 53/2018.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_term
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.free_text import compact_free, leading_words, refuse_no_number
from compliance.numbers import Number
from compliance.wording import Term, tell

SOURCE: Final = "Permentan 53/2018"
_WORDS: Final = leading_words("KEMENTAN", "KEMTAN", "BAPANAS", "PSAT", "REGISTRASI", "REG", "RI")
_SCHEME: Final = re.compile(r"(?P<scheme>PDUK|PD|PL)[.,:;\-_#/]*")
_SCHEMES: Final = {"PD": "domestic", "PL": "imported", "PDUK": "small_producer"}


@dataclass(frozen=True)
class PsatNumber(Number):
    """A registration of fresh food of plants."""

    scheme: str
    """`PD`, `PL` or `PDUK`; blank where the number does not say."""

    def says(self) -> Mapping[str, object]:
        """Return what sort of registration it is, where the number says so."""
        return {"scheme": Term("psat_scheme", _SCHEMES[self.scheme])} if self.scheme else {}


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "KEMTAN RI" and the like before it."""
    tight = compact_free(text, _WORDS)
    scheme = _SCHEME.match(tight)
    return scheme["scheme"] + tight[scheme.end() :] if scheme else tight


def parse(text: str) -> PsatNumber:
    """Return the registration's number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    scheme = _SCHEME.match(tight)
    return PsatNumber(tight, scheme["scheme"] if scheme else "")


def format(number: PsatNumber) -> str:
    """Return the number as labels print it: `PSAT PDUK 6471-0001-24`."""
    rest = number.compact.removeprefix(number.scheme)
    return f"PSAT {number.scheme} {rest}" if number.scheme else number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number and the days; a number without PD, PL or PDUK is looked at by a person."""
    next_step = tell("Copy the number of the registration as it is printed.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is not None and not number.scheme:
        reason = tell("The number does not say PD, PL or PDUK.")
        compare = tell("Check that the paper is the registration of fresh food of plants, and copy the whole number.")
        found.append(Finding("psat.scheme_unknown", Verdict.WARNING, reason, compare, SOURCE))
    return found + assess_term(paper, on=on)
