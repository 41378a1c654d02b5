"""PKP, certificates of the food safety course that an SPP-IRT asks for; no law ends them.

Health offices number them their own way, often `running number/regency/year`.

Source: PerBPOM 22/2018.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_issue, assess_printed_end
from compliance.facts import Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.free_text import compact_free, refuse_no_number
from compliance.numbers import Number
from compliance.regions import find_regency
from compliance.wording import tell

SOURCE: Final = "PerBPOM 22/2018"
_USUAL: Final = re.compile(r"[0-9]+/(?P<regency>[0-9]{4})/(?P<year>20[0-9]{2})")


@dataclass(frozen=True)
class PkpNumber(Number):
    """A certificate's number; its form is the health office's own."""

    def says(self) -> Mapping[str, object]:
        """Return the regency and year that a number of the usual form names; nothing for others."""
        usual = _USUAL.fullmatch(self.compact)
        regency = None if usual is None else find_regency(usual["regency"])
        return {} if usual is None or regency is None else {"regency": regency, "year": usual["year"]}


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "No." before it."""
    return compact_free(text)


def parse(text: str) -> PkpNumber:
    """Return the number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    return PkpNumber(tight)


def format(number: PkpNumber) -> str:
    """Return the number as it is kept."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number and the days; a printed last day that is past is looked at by a person."""
    next_step = tell("Copy the number of the certificate as it is printed.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_issue(paper, on=on, source=SOURCE)
    return found + assess_printed_end(paper, on=on, source=SOURCE)
