"""PKS, the written agreement with a retail partner; the parties number it as they like.

Source: Perpres 112/2007 article 8 asks for a contract in writing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_end, assess_issue
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.free_text import compact_free, refuse_no_number
from compliance.numbers import Number
from compliance.wording import tell

SOURCE: Final = "Perpres 112/2007 pasal 8"


@dataclass(frozen=True)
class PksNumber(Number):
    """The number the parties gave their agreement."""


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "No." before it."""
    return compact_free(text)


def parse(text: str) -> PksNumber:
    """Return the number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    return PksNumber(tight)


def format(number: PksNumber) -> str:
    """Return the number as it is kept."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge a number, where there is one, and the days; without a last day nobody can say until when it holds."""
    next_step = tell("Leave the number blank, or copy the one at the top of the agreement.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_issue(paper, on=on, source=SOURCE)
    if paper.valid_until is None:
        reason = tell("It is not known until when the agreement runs.")
        next_step = tell("Type the last day that is written in the agreement.")
        found.append(Finding("pks.end_unknown", Verdict.UNVERIFIABLE, reason, next_step, SOURCE))
    return [*found, *assess_end(paper, on=on, source=SOURCE)]
