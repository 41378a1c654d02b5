"""Label artwork: what a label of processed food must say, item by item.

A person ticks the items seen on it; `details` name each of them. The paper has no number.

Source: PerBPOM 31/2018, amended by PerBPOM 20/2021.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from compliance.dates import assess_issue
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.free_text import compact_free, refuse_no_number
from compliance.numbers import Number
from compliance.wording import Term, tell

SOURCE: Final = "PerBPOM 31/2018"
_NOT_THERE: Final = frozenset({"", "no", "0", "false", "off"})


@dataclass(frozen=True)
class LabelItem:
    """One thing a label says."""

    code: str
    must: bool
    """Whether every label needs it; else it depends on the goods."""
    source: str
    read_on: date


@dataclass(frozen=True)
class LabelNumber(Number):
    """A number that a producer or printer gave the artwork."""


@cache
def load_items() -> tuple[LabelItem, ...]:
    """Return the checklist, in the order in which one looks at a label."""
    written = tomllib.loads(files("compliance").joinpath("rulesets/label_items.toml").read_text(encoding="utf-8"))
    return tuple(LabelItem(code=code, **facts) for code, facts in written.items())


def compact(text: str) -> str:
    """Return *text* in capitals, without spaces and without "No." before it."""
    return compact_free(text)


def parse(text: str) -> LabelNumber:
    """Return the number as it is written.

    Raises:
        NumberRefused: there is no digit in it, or it is too long.

    """
    tight = compact(text)
    refuse_no_number(tight)
    return LabelNumber(tight)


def format(number: LabelNumber) -> str:
    """Return the number as it is kept."""
    return number.compact


def find_unconfirmed(details: Mapping[str, str]) -> list[LabelItem]:
    """Return the items of the checklist that nobody has seen on the label."""
    return [item for item in load_items() if details.get(item.code, "").strip().casefold() in _NOT_THERE]


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Say which items of the checklist are missing; a label is never refused for them."""
    next_step = tell("A label needs no number: leave it blank.")
    _, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    found += assess_issue(paper, on=on, source=SOURCE)
    missing = find_unconfirmed(paper.details)
    for item in missing:
        reason = tell("The label does not show this yet: {item}.", item=Term("label_item", item.code))
        next_step = (
            tell("Add it to the label, or tick it if it is there.")
            if item.must
            else tell("Add it if your goods need it, or tick it if it is there.")
        )
        verdict = Verdict.WARNING if item.must else Verdict.UNVERIFIABLE
        found.append(Finding(f"label.{item.code}_missing", verdict, reason, next_step, item.source))
    if not missing:
        reason = tell("The label shows everything on the checklist.")
        found.append(Finding("label.complete", Verdict.VALID, reason, None, SOURCE))
    return found
