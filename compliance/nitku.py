"""NITKU, the number of a place of business for taxes: the owner's NPWP of 16 digits and 6 digits of the place.

Source: PMK 136/2023 and PER-6/PJ/2024; the head office is 000000, its first branch 000001.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance import npwp
from compliance.dates import assess_issue, assess_printed_end
from compliance.digits import NUMBER_WORDS, count_digits, find_digits
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import tell

SOURCE: Final = "PMK 136/2023"
_LENGTHS: Final = frozenset({22})
_WORDS: Final = re.compile(rf"(?:{NUMBER_WORDS}|NITKU|IDENTITAS|TEMPAT|KEGIATAN|USAHA|[I1]DTKU|TKU)+", re.IGNORECASE)


@dataclass(frozen=True)
class NitkuNumber(Number):
    """The number of a place of business. It is personal: whoever shows it masks it."""

    taxpayer: npwp.NpwpNumber
    place: str
    """Six digits; `000000` is the head office."""

    def says(self) -> Mapping[str, object]:
        """Return which place of the taxpayer it is, and how the tax number in it is made."""
        return {**self.taxpayer.says(), "place": self.place}


def compact(text: str) -> str:
    """Return *text* without words before it and the spaces, dots and dashes people write into it."""
    return find_digits(text, _WORDS, lengths=_LENGTHS)


def parse(text: str) -> NitkuNumber:
    """Return the taxpayer and the place.

    Raises:
        NumberRefused: it has not 22 digits, or the first 16 are no NPWP. The number itself is not repeated in the
            sentence, as it is personal.

    """
    digits = compact(text)
    if count_digits(digits) != 22:
        raise NumberRefused("A NITKU has 22 digits: the NPWP of 16 digits and 6 more. This number has not.")
    return NitkuNumber(digits, taxpayer=npwp.parse(digits[:16]), place=digits[16:])


def format(number: NitkuNumber) -> str:
    """Return the number as it is printed: 22 digits in one piece."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form and the days; a NITKU has no last day."""
    next_step = tell("Copy the 22 digits from the tax office's letter: your NPWP of 16 digits and 6 more.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is not None and number.taxpayer.form is npwp.Form.OTHER:
        reason = tell("The first 16 digits are an NPWP that cannot be checked by its digits.")
        next_step = tell("Compare every digit with the letter. The dinas will look at it.")
        found.append(Finding("nitku.npwp_unverifiable", Verdict.UNVERIFIABLE, reason, next_step, SOURCE))
    return [*found, *assess_issue(paper, on=on, source=SOURCE), *assess_printed_end(paper, on=on, source=SOURCE)]
