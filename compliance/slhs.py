"""SLHS, certificates of hygiene for kitchens and ready-to-eat food; every office numbers them its own way.

Source: Permenkes 11/2025; how long one lasts stands in `rulesets/validity.toml`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_term
from compliance.facts import Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.free_text import compact_free, refuse_no_number
from compliance.numbers import Number
from compliance.wording import tell

SOURCE: Final = "Permenkes 11/2025"


@dataclass(frozen=True)
class SlhsNumber(Number):
    """A certificate's number; its form is the office's own."""


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "No." before it."""
    return compact_free(text)


def parse(text: str) -> SlhsNumber:
    """Return the number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    return SlhsNumber(tight)


def format(number: SlhsNumber) -> str:
    """Return the number as it is kept."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number and the days; without a printed last day the date of issue gives a hint, nothing more."""
    next_step = tell("Copy the number of the certificate as it is printed.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    return found + assess_term(paper, on=on)
