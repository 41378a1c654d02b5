"""Trademarks: `IDM` and nine digits once registered, `DID` or `JID`, year and six digits while applied for.

A registration lasts ten years from the day of filing and may be renewed.

Source: UU 20/2016 articles 35 and 36.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_term
from compliance.digits import NUMBER_WORDS, count_digits, read_digits, shorten, squeeze, strip_words
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import Term, tell

SOURCE: Final = "UU 20/2016 pasal 35"
CLASSES: Final = range(1, 46)
"""The classes of goods and services of the Nice agreement."""
_WORDS: Final = re.compile(
    rf"(?:NO(?=MEREK)|{NUMBER_WORDS}|MEREK|DAGANG|PENDAFTARAN|PERMOHONAN|SERTIFIKAT|REG(?:ISTRASI|ISTRATION)?|TRADEMARK)+",
    re.IGNORECASE,
)
_PREFIX: Final = re.compile(r"([1IL]DM|D[1IL]D|J[1IL]D|[DJ][0O]{2})(.*)", re.IGNORECASE)
_DIGITS: Final = {"IDM": 9, "DID": 10, "JID": 10, "D00": 10, "J00": 10}


@dataclass(frozen=True)
class TrademarkNumber(Number):
    """The number of a trademark or of the application for one."""

    registered: bool
    applied_in: str | None
    """Year of an application, four digits."""

    def says(self) -> Mapping[str, object]:
        """Return whether it is registered, and in which year it was applied for where its digits say so."""
        stage: dict[str, object] = {
            "stage": Term("trademark_stage", "registered" if self.registered else "applied_for")
        }
        return stage if self.applied_in is None else stage | {"applied_in": self.applied_in}


def compact(text: str) -> str:
    """Return *text* without words before it and signs in it; nine bare digits get the prefix `IDM`."""
    rest = strip_words(squeeze(text), _WORDS)
    found = _PREFIX.fullmatch(rest)
    if found is None:
        digits = read_digits(rest)
        return f"IDM{digits}" if count_digits(digits) == _DIGITS["IDM"] else digits
    prefix, digits = found[1].upper(), read_digits(found[2])
    if prefix.endswith("M"):
        return f"IDM{digits}"
    return f"{prefix[0]}ID{digits}" if prefix.endswith("D") else f"{prefix[0]}00{digits}"


def parse(text: str) -> TrademarkNumber:
    """Return the number of a registration or an application.

    Raises:
        NumberRefused: it has neither form.

    """
    number = compact(text)
    prefix, digits = number[:3], number[3:]
    if not count_digits(digits) or _DIGITS.get(prefix) != len(digits):
        raise NumberRefused(
            "The number of a trademark is IDM and 9 digits, that of an application DID or JID and 10 digits."
            " '{text}' is neither.",
            text=shorten(text),
        )
    return TrademarkNumber(number, registered=prefix == "IDM", applied_in=None if prefix == "IDM" else digits[:4])


def format(number: TrademarkNumber) -> str:
    """Return the number as the certificate prints it, in one piece."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form, whether it is registered yet, its class, and the days."""
    next_step = tell("Copy the number from the certificate, or from the receipt of the application.")
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is not None and not number.registered:
        reason = tell("This trademark is applied for and not registered yet.")
        next_step = tell("Hand in the certificate as soon as you have it.")
        found.append(Finding("trademark.applied_for", Verdict.WARNING, reason, next_step, "UU 20/2016"))
    return [*found, *_assess_class(paper.details.get("nice_class", "")), *assess_term(paper, on=on)]


def _assess_class(written: str) -> list[Finding]:
    digits = squeeze(written)
    if not digits or (re.fullmatch(r"0*[0-9]{1,2}", digits) and int(digits) in CLASSES):
        return []
    reason = tell("The class of a trademark is a number from 1 to 45. '{text}' is not.", text=shorten(written))
    next_step = tell("Copy the class (kelas) from the certificate. Processed food is mostly 29 or 30.")
    return [Finding("trademark.class", Verdict.WARNING, reason, next_step, "UU 20/2016")]
