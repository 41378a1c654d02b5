"""Numbers that tell the year in which they were given, and what follows from it where the paper shows no last day."""

from datetime import date

from compliance.dates import add_years
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.wording import tell


def assess_year(paper: Paper, *, year: int, years: int, on: date, source: str) -> list[Finding]:
    """Judge the *year* a number says it was given in; a kind lasts *years*.

    What the digits mean is a reading, not a rule, so nothing worse than a warning comes of it.
    """
    if year > on.year:
        reason = tell("By its digits the number is of {year}, which has not come yet.", year=str(year))
        next_step = tell("Compare each digit of the number with the paper.")
        return [Finding(f"{paper.kind}.year_ahead", Verdict.WARNING, reason, next_step, source)]
    unknown = paper.valid_until is None and paper.issued_on is None
    if unknown and add_years(date(year, 12, 31), years) < on:
        reason = tell(
            "By its digits the number is of {year}; such papers usually last {years} years.",
            year=str(year),
            years=years,
        )
        next_step = tell("Look for the last day on the paper and type it. If it is past, renew the paper.")
        return [Finding(f"{paper.kind}.year_past", Verdict.WARNING, reason, next_step, source)]
    return []
