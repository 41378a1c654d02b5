"""NPWP, the tax number: 15 digits of old, 16 since 2024.

A resident's 16 digits are the NIK, those of others 0 and the old number. Firms that register now may get a number that
begins with 1 and follows no rule that is published: it is never refused.

Source: PMK 136/2023; the check digit is Luhn's, over the first nine of the old digits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum.exceptions import ValidationError
from stdnum.id import npwp as checked

from compliance import nik
from compliance.dates import assess_issue, assess_printed_end
from compliance.digits import NUMBER_WORDS, count_digits, find_digits
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.regions import is_known_regency
from compliance.wording import Term, tell

SOURCE: Final = "PMK 136/2023"
_LENGTHS: Final = frozenset({15, 16})
_WORDS: Final = re.compile(rf"(?:{NUMBER_WORDS}|NPWP(?:1[56](?=\D|[0-9]{{15}}))?|POKOK|WAJIB|PAJAK)+", re.IGNORECASE)


class Form(StrEnum):
    """How a tax number is made."""

    OLD = "old"
    """15 digits."""
    OLD_WITH_ZERO = "old_with_zero"
    """0 and the 15 digits."""
    NIK = "nik"
    OTHER = "other"
    """16 digits that follow no rule that is known."""


@dataclass(frozen=True)
class NpwpNumber(Number):
    """A tax number. It is personal: whoever shows it masks it."""

    form: Form
    office: str | None
    """Code of the tax office (KPP) where it was issued, of the old digits only."""

    def says(self) -> Mapping[str, object]:
        """Return how the number is made, and the tax office where its digits name one."""
        form: dict[str, object] = {"form": Term("npwp_form", self.form)}
        return form if self.office is None else form | {"office": self.office}


def compact(text: str) -> str:
    """Return *text* without words before it and the spaces, dots and dashes people write into it."""
    return find_digits(text, _WORDS, lengths=_LENGTHS)


def parse(text: str) -> NpwpNumber:
    """Return the tax number and how it is made.

    Raises:
        NumberRefused: it has neither 15 nor 16 digits, or the check digit of the old number does not fit. The number
            itself is not repeated in the sentence, as it is personal.

    """
    digits = compact(text)
    length = count_digits(digits)
    if length not in _LENGTHS:
        raise NumberRefused("An NPWP has 15 or 16 digits, and nothing but digits. This number has not.")
    old = digits if length == 15 else digits[1:] if digits[0] == "0" else None
    if old is None:
        return NpwpNumber(digits, form=Form.NIK if _may_be_nik(digits) else Form.OTHER, office=None)
    try:
        checked.validate(old)
    except ValidationError:
        raise NumberRefused("The check digit of this NPWP does not fit: at least one digit is wrong.") from None
    return NpwpNumber(digits, form=Form.OLD if old is digits else Form.OLD_WITH_ZERO, office=old[9:12])


def _may_be_nik(digits: str) -> bool:
    try:
        number = nik.parse(digits)
    except NumberRefused:
        return False
    return is_known_regency(number.regency)


def format(number: NpwpNumber) -> str:
    """Return the number as the card prints it: 15 digits with dots and a dash, 16 digits in one piece."""
    digits = number.compact
    if number.form is not Form.OLD:
        return digits
    return f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}.{digits[8]}-{digits[9:12]}.{digits[12:]}"


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form and the days; an NPWP has no last day."""
    next_step = tell("Copy the number from the NPWP card, one digit after the other. It has 15 or 16 digits.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is not None and number.form is Form.OTHER:
        found.append(_assess_other(number))
    return [*found, *assess_issue(paper, on=on, source=SOURCE), *assess_printed_end(paper, on=on, source=SOURCE)]


def _assess_other(number: NpwpNumber) -> Finding:
    if number.compact.startswith("1"):
        reason = tell("New numbers that begin with 1 cannot be checked by their digits.")
        next_step = tell("Compare every digit with the card. The dinas will look at it.")
        return Finding("npwp.new_form", Verdict.UNVERIFIABLE, reason, next_step, SOURCE)
    reason = tell("This number is neither that of a KTP nor an old NPWP with a 0 before it.")
    next_step = tell("Compare every digit with the card. If they are right, hand it in as it is.")
    return Finding("npwp.no_nik", Verdict.WARNING, reason, next_step, SOURCE)
