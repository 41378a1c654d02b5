"""Mandates: a member lets its cooperative receive its money. Written by the parties, mostly without a number."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_end, assess_issue
from compliance.facts import Paper
from compliance.findings import Finding
from compliance.forms import judge_form
from compliance.free_text import compact_free, refuse_no_number
from compliance.numbers import Number
from compliance.wording import tell

SOURCE: Final = "KUHPerdata pasal 1792"


@dataclass(frozen=True)
class MandateNumber(Number):
    """A number that the parties gave their mandate."""


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "No." before it."""
    return compact_free(text)


def parse(text: str) -> MandateNumber:
    """Return the number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    return MandateNumber(tight)


def format(number: MandateNumber) -> str:
    """Return the number as it is kept."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge a number, where there is one, and the days; a mandate without a last day holds until it is taken back."""
    next_step = tell("A mandate needs no number: leave it blank, or copy the one on the paper.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    return [*found, *assess_issue(paper, on=on, source=SOURCE), *assess_end(paper, on=on, source=SOURCE)]
