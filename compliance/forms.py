"""Findings about the form of a number, the same for every kind."""

from collections.abc import Callable
from typing import Final, TypeVar

from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import Wording, tell

_FEWEST_ALIKE: Final = 5
"""From how many digits on it is no chance that all are the same."""

AnyNumber = TypeVar("AnyNumber", bound=Number)


def judge_form(
    paper: Paper, parse: Callable[[str], AnyNumber], *, next_step: Wording, source: str
) -> tuple[AnyNumber | None, list[Finding]]:
    """Return the number of *paper*, None where it has none or none of its kind, and what its form says.

    A blank number is no fault of form: whether one is needed is not decided here. *next_step* is for a wrong form.
    Where all digits are the same, they say nothing more, so there is no number then.
    """
    if paper.number is None or not paper.number.strip():
        return None, []
    try:
        number = parse(paper.number)
    except NumberRefused as refused:
        reason = Wording(refused.template, refused.facts)
        return None, [Finding(f"{paper.kind}.form", Verdict.INVALID, reason, next_step, source)]
    if _is_placeholder(number):
        reason = tell("All digits of this number are the same: it looks like a placeholder.")
        type_it = tell("Type the number that stands on the paper.")
        return None, [Finding(f"{paper.kind}.placeholder", Verdict.WARNING, reason, type_it, source)]
    reason = tell("The number has the right form.")
    return number, [Finding(f"{paper.kind}.form_right", Verdict.VALID, reason, None, source)]


def _is_placeholder(number: Number) -> bool:
    digits = [sign for sign in number.compact if sign.isdecimal()]
    return len(digits) >= _FEWEST_ALIKE and len(set(digits)) == 1
