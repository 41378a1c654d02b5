"""NIB, the business identification number: 13 digits without a check digit.

It is valid as long as the business runs.

Source: PP 28/2025 article 206; the number may begin with a zero, so it is text.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_issue
from compliance.digits import NUMBER_WORDS, count_digits, find_digits, shorten
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import tell

SOURCE: Final = "PP 28/2025 pasal 206"
_LENGTHS: Final = frozenset({13})
_WORDS: Final = re.compile(rf"(?:{NUMBER_WORDS}|INDUK|BERUSAHA|N[I1L]B)+", re.IGNORECASE)


@dataclass(frozen=True)
class NibNumber(Number):
    """A NIB; its digits mean nothing that is published."""


def compact(text: str) -> str:
    """Return *text* without words before it and the spaces, dots and dashes people write into it."""
    return find_digits(text, _WORDS, lengths=_LENGTHS)


def parse(text: str) -> NibNumber:
    """Return the 13 digits of a NIB.

    Raises:
        NumberRefused: the text is not 13 digits.

    """
    digits = compact(text)
    if count_digits(digits) != 13:
        raise NumberRefused("A NIB has 13 digits, '{text}' has not", text=shorten(text))
    return NibNumber(digits)


def format(number: NibNumber) -> str:
    """Return the number as the paper prints it."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form and the day of issue; a NIB has no last day."""
    next_step = tell("Copy the 13 digits from the top of the NIB. The numbers of KTP and NPWP are others.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_issue(paper, on=on, source=SOURCE)
    if paper.valid_until is not None:
        reason = tell("A NIB has no last day; it is valid as long as the business runs.")
        next_step = tell("Leave the last day blank, or check whether this is another paper.")
        found.append(Finding("nib.end_printed", Verdict.WARNING, reason, next_step, SOURCE))
    return found
