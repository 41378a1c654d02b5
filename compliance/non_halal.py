"""Statements that goods are of non-halal materials: the producer's own, mostly without a number.

Source: PP 42/2024.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_issue, assess_printed_end
from compliance.facts import Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.free_text import compact_free, refuse_no_number
from compliance.numbers import Number
from compliance.wording import tell

SOURCE: Final = "PP 42/2024"


@dataclass(frozen=True)
class NonHalalNumber(Number):
    """A number that a producer gave its statement; most have none."""


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "No." before it."""
    return compact_free(text)


def parse(text: str) -> NonHalalNumber:
    """Return the number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    return NonHalalNumber(tight)


def format(number: NonHalalNumber) -> str:
    """Return the number as it is kept."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge a number, where there is one, and the days; a statement has no last day of its own."""
    next_step = tell("A non-halal statement needs no number: leave it blank, or copy the one on the paper.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_issue(paper, on=on, source=SOURCE)
    return found + assess_printed_end(paper, on=on, source=SOURCE)
