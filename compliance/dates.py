"""Findings about the days on a paper: when it was issued, when it ends, and how long its kind lasts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from compliance.facts import Kind, Paper
from compliance.findings import Finding, Verdict
from compliance.wording import tell


@dataclass(frozen=True)
class Validity:
    """How long a kind of paper lasts from its issue, in whole years, on whose word."""

    years: int
    source: str
    read_on: date
    certainty: str
    """`high`, `medium` or `low`."""


@cache
def load_validity() -> Mapping[Kind, Validity]:
    """Return how long each kind lasts; kinds that never end are not in it."""
    written = tomllib.loads(files("compliance").joinpath("rulesets/validity.toml").read_text(encoding="utf-8"))
    return {Kind(kind): Validity(**facts) for kind, facts in written.items()}


def add_years(day: date, years: int) -> date:
    """Return the same day *years* later; 29 February becomes 1 March, and the calendar's last day is the latest."""
    year = day.year + years
    if year > date.max.year:
        return date.max
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def assess_issue(paper: Paper, *, on: date, source: str) -> list[Finding]:
    """Judge the day of issue: it cannot lie ahead of *on*, nor behind the paper's last day."""
    issued_on, valid_until, found = paper.issued_on, paper.valid_until, list[Finding]()
    if issued_on is not None and issued_on > on:
        reason = tell("The paper is dated {day}, which has not come yet.", day=issued_on)
        next_step = tell("Check the date of issue on the paper and correct it.")
        found.append(Finding(f"{paper.kind}.issued_ahead", Verdict.WARNING, reason, next_step, source))
    if issued_on is not None and valid_until is not None and valid_until < issued_on:
        reason = tell("The last day {end} lies before the date of issue {issue}.", end=valid_until, issue=issued_on)
        next_step = tell("Check both dates on the paper and correct the wrong one.")
        found.append(Finding(f"{paper.kind}.dates_swapped", Verdict.WARNING, reason, next_step, source))
    return found


def assess_end(paper: Paper, *, on: date, source: str) -> list[Finding]:
    """Judge the last day printed on the paper, which still counts; a paper without one is not judged."""
    if paper.valid_until is None:
        return []
    if paper.valid_until < on:
        reason = tell("This paper ended on {day}.", day=paper.valid_until)
        next_step = tell("Renew it where it was issued, and hand in the new one.")
        return [Finding(f"{paper.kind}.expired", Verdict.INVALID, reason, next_step, source)]
    reason = tell("The paper is in force until {day}.", day=paper.valid_until)
    return [Finding(f"{paper.kind}.in_force", Verdict.VALID, reason, None, source)]


def assess_term(paper: Paper, *, on: date) -> list[Finding]:
    """Judge a paper of a kind that lasts some years: by its printed last day, without one by its date of issue.

    Only a printed day can end it; years counted from the date of issue are a hint that a person looks into.
    """
    rule = load_validity()[paper.kind]
    found = [*assess_issue(paper, on=on, source=rule.source), *assess_end(paper, on=on, source=rule.source)]
    if paper.valid_until is not None:
        return found
    if paper.issued_on is None:
        reason = tell("It is not known until when this paper is valid.")
        next_step = tell("Type the last day that is printed on the paper.")
        return [*found, Finding(f"{paper.kind}.end_unknown", Verdict.UNVERIFIABLE, reason, next_step, rule.source)]
    return [*found, *assess_age(paper, on=on)]


def assess_age(paper: Paper, *, on: date) -> list[Finding]:
    """Judge by its date of issue, where there is one, whether a paper without a printed last day is past its years."""
    rule = load_validity()[paper.kind]
    if paper.issued_on is None or add_years(paper.issued_on, rule.years) >= on:
        return []
    reason = tell(
        "The paper is dated {day}; such papers usually last {years} years.", day=paper.issued_on, years=rule.years
    )
    next_step = tell("Look for the last day on the paper and type it. If it is past, renew the paper.")
    return [Finding(f"{paper.kind}.term_over", Verdict.WARNING, reason, next_step, rule.source)]


def assess_printed_end(paper: Paper, *, on: date, source: str) -> list[Finding]:
    """Judge a last day printed on a paper whose kind has none by law: past, a person looks at it; else nothing."""
    if paper.valid_until is None or paper.valid_until >= on:
        return []
    reason = tell("The paper shows {day} as its last day, though such papers usually have none.", day=paper.valid_until)
    next_step = tell("Ask the office that issued it whether it still counts, or hand in a newer one.")
    return [Finding(f"{paper.kind}.printed_end_past", Verdict.WARNING, reason, next_step, source)]
