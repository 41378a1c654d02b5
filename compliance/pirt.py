"""SPP-IRT (P-IRT), the permit of food made at home: 15 digits, of which the last two are the year it ends in.

| digits | say |
|---|---|
| 1 | packaging |
| 2-3 | group of food |
| 4-7 | regency or city |
| 8-9 | running number among this producer's products |
| 10-13 | running number of the producer in its regency |
| 14-15 | year in which it ends |

Numbers of 12 digits are older than the rule of 2012; five years on, all of them have run out.

Source: PerBPOM 22/2018, and the rule of 2012 before it.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from compliance.dates import assess_age, assess_end, assess_issue, assess_term, load_validity
from compliance.digits import NUMBER_WORDS, count_digits, find_digits, shorten
from compliance.facts import Kind, Paper
from compliance.findings import Finding, Verdict
from compliance.food_groups import find_group
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.regions import find_regency
from compliance.wording import Term, tell

SOURCE: Final = "PerBPOM 22/2018"
_LENGTHS: Final = frozenset({15})
_WORDS: Final = re.compile(
    rf"(?:{NUMBER_WORDS}|SPP|P[I1L]RT|[I1L]RT|SERT[I1]F[I1]KAT|[I1][ZJ][I1]N|EDAR|PRODUKSI|D[I1]NKES|DEPKES|R[I1])+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PirtNumber(Number):
    """What the digits of an SPP-IRT say; codes stay text."""

    packaging: str
    """One digit, see `find_packaging`."""
    food_group: str
    """`01` to `15`; other digits are no known group."""
    regency: str
    """Four digits, by Kemendagri, BPS, or as they once were."""
    product_number: str
    """Two digits, counted per producer."""
    producer_number: str
    """Four digits, counted per regency: the same on all papers of one producer there."""
    ends_in: int
    """Year with four digits."""

    def says(self) -> Mapping[str, object]:
        """Return what the digits say; what is not known by its digits is left out."""
        packaging, group = find_packaging(self.packaging), find_group(self.food_group)
        regency = find_regency(self.regency)
        said: dict[str, object] = {}
        if packaging is not None:
            said["packaging"] = Term("pirt_packaging", packaging)
        if group is not None:
            said["food_group"] = group.name
        if regency is not None:
            said["regency"] = regency
        said |= {"product_number": self.product_number, "producer_number": self.producer_number}
        return {**said, "ends_in": str(self.ends_in)}


@cache
def _packagings() -> Mapping[str, str]:
    lines = files("compliance").joinpath("rulesets/packagings.csv").read_text(encoding="utf-8").splitlines()
    return {row["code"]: row["name"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}


def find_packaging(code: str) -> str | None:
    """Return the stable name of the packaging that the first digit stands for, `plastic`; None for other digits."""
    return _packagings().get(code)


def compact(text: str) -> str:
    """Return *text* without "P-IRT No." and the like before it, and without spaces, dots and dashes."""
    return find_digits(text, _WORDS, lengths=_LENGTHS)


def is_old(text: str) -> bool:
    """Say whether *text* is a number of the form before 2012, 12 digits."""
    return count_digits(compact(text)) == 12


def parse(text: str) -> PirtNumber:
    """Return what the 15 digits of an SPP-IRT say.

    Raises:
        NumberRefused: the text is not 15 digits; 12 digits are told apart as the old form.

    """
    digits = compact(text)
    if count_digits(digits) == 12:
        raise NumberRefused(
            "'{text}' is a P-IRT number of the old form with 12 digits; all of these have run out.", text=shorten(text)
        )
    if count_digits(digits) != 15:
        raise NumberRefused(
            "An SPP-IRT number has 13 digits, a dash and 2 digits, '{text}' has not.", text=shorten(text)
        )
    return PirtNumber(
        compact=digits,
        packaging=digits[0],
        food_group=digits[1:3],
        regency=digits[3:7],
        product_number=digits[7:9],
        producer_number=digits[9:13],
        ends_in=2000 + int(digits[13:]),
    )


def format(number: PirtNumber) -> str:
    """Return the number as labels print it: `P-IRT 2063471010123-28`."""
    return f"P-IRT {number.compact[:13]}-{number.compact[13:]}"


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form, what its digits say, and the days on the paper.

    The digits hold only the year it ends in: without the printed last day, 31 December of that year is the latest.
    """
    if paper.number is not None and is_old(paper.number):
        found = [_tell_of_old_form(paper.number)]
        number = None
    else:
        next_step = tell("Copy the 15 digits from the SPP-IRT certificate. They stand behind P-IRT.")
        number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is None:
        return found + assess_term(paper, on=on)
    found += [*assess_issue(paper, on=on, source=SOURCE), *assess_end(paper, on=on, source=SOURCE)]
    return found + _assess_codes(number) + _assess_year(number, paper, on=on)


def _tell_of_old_form(text: str) -> Finding:
    reason = tell(
        "'{text}' is a P-IRT number of the old form with 12 digits; all of these have run out.", text=shorten(text)
    )
    next_step = tell(
        "If the certificate shows 15 digits, copy all of them. If not, ask for a new SPP-IRT at oss.go.id."
    )
    return Finding("pirt.old_form", Verdict.INVALID, reason, next_step, SOURCE)


def _assess_codes(number: PirtNumber) -> list[Finding]:
    compare = tell("Compare each digit of the number with the certificate.")
    found = []
    if find_packaging(number.packaging) is None:
        reason = tell("The first digit {digit} stands for no known packaging.", digit=number.packaging)
        found.append(Finding("pirt.packaging_unknown", Verdict.WARNING, reason, compare, SOURCE))
    if find_group(number.food_group) is None:
        reason = tell("The second and third digit {digits} stand for no known group of food.", digits=number.food_group)
        found.append(Finding("pirt.food_group_unknown", Verdict.WARNING, reason, compare, SOURCE))
    if find_regency(number.regency) is None:
        reason = tell("The digits {digits} in the middle stand for no known regency or city.", digits=number.regency)
        found.append(Finding("pirt.regency_unknown", Verdict.WARNING, reason, compare, SOURCE))
    return found


def _assess_year(number: PirtNumber, paper: Paper, *, on: date) -> list[Finding]:
    years = load_validity()[Kind.PIRT].years
    found = []
    if number.ends_in > on.year + years:
        reason = tell(
            "By its last two digits the number ends in {year}, more than {years} years from now.",
            year=str(number.ends_in),
            years=years,
        )
        next_step = tell("Compare the last two digits with the certificate.")
        found.append(Finding("pirt.year_too_far", Verdict.WARNING, reason, next_step, SOURCE))
    if paper.issued_on is not None and paper.issued_on.year + years != number.ends_in:
        reason = tell(
            "An SPP-IRT lasts {years} years: issued on {day}, it does not end in {year}.",
            years=years,
            day=paper.issued_on,
            year=str(number.ends_in),
        )
        next_step = tell("Compare the date of issue and the last two digits with the certificate.")
        found.append(Finding("pirt.term_differs", Verdict.WARNING, reason, next_step, SOURCE))
    return found + _assess_end_year(number, paper, on=on)


def _assess_end_year(number: PirtNumber, paper: Paper, *, on: date) -> list[Finding]:
    """Judge the year in the number against the printed last day, which goes before it, else against today."""
    year = str(number.ends_in)
    if paper.valid_until is not None:
        if paper.valid_until.year == number.ends_in:
            return []
        reason = tell("The number ends in {year}, the paper on {day}.", year=year, day=paper.valid_until)
        next_step = tell("Compare the last two digits and the last day with the certificate; correct the wrong one.")
        return [Finding("pirt.end_differs", Verdict.WARNING, reason, next_step, SOURCE)]
    if number.ends_in < on.year:
        reason = tell("By its last two digits the number ended in {year}.", year=year)
        next_step = tell("Renew the SPP-IRT at oss.go.id, and hand in the new certificate.")
        return [Finding("pirt.year_past", Verdict.INVALID, reason, next_step, SOURCE)]
    too_old = assess_age(paper, on=on)
    if too_old:
        return too_old
    reason = tell("The number says only that the paper ends in {year}, on 31 December at the latest.", year=year)
    next_step = tell("Type the last day that is printed on the paper.")
    return [Finding("pirt.end_unknown", Verdict.UNVERIFIABLE, reason, next_step, SOURCE)]
