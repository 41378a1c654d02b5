"""Halal certificates of BPJPH: ID and 17 digits, without an end as long as materials and process stay the same.

What the digits mean is published nowhere. Other lengths are seen, so 13 to 20 digits are taken with a warning. The
number of the fatwa (Ketetapan Halal, KH) and the old MUI certificate's are not the certificate's.

Source: UU 33/2014 article 42 as UU 6/2023 has it.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.dates import assess_issue
from compliance.digits import NUMBER_WORDS, count_digits, read_behind, read_digits, shorten, squeeze, strip_words
from compliance.facts import Paper
from compliance.findings import Finding, Verdict
from compliance.forms import judge_form
from compliance.numbers import Number
from compliance.refusals import NumberRefused
from compliance.wording import tell

SOURCE: Final = "UU 33/2014 pasal 42 (UU 6/2023)"
USUAL_DIGITS: Final = 17
_PLAUSIBLE_DIGITS: Final = range(13, 21)
_WORDS: Final = re.compile(
    rf"(?:{NUMBER_WORDS}|SERT[I1]F[I1]KAT|HALAL|BPJPH|INDONESIA|REG[I1]STRAS[I1]|REG)+", re.IGNORECASE
)
_PREFIX: Final = re.compile(r"[I1L]D", re.IGNORECASE)
_AMONG_WORDS: Final = re.compile(rf"[I1L]D(?:{NUMBER_WORDS})*([0-9]{{{USUAL_DIGITS}}})(?![0-9])", re.IGNORECASE)
_FATWA: Final = re.compile(r"K[HF](?=[0-9OMI])|KEP|KETETAPAN|FATWA|LPPOM|MUI|.*(?:MUI|FATWA)", re.IGNORECASE)


@dataclass(frozen=True)
class HalalNumber(Number):
    """A certificate's number; what its digits mean is not published."""


def compact(text: str) -> str:
    """Return *text* in capitals, without words before it, spaces, dots and dashes; 17 digits alone get their ID."""
    tight = strip_words(squeeze(text), _WORDS)
    prefix = _PREFIX.match(tight)
    if prefix is not None:
        return "ID" + read_behind(tight, prefix, _WORDS)
    among_words = _AMONG_WORDS.findall(tight)
    if len(among_words) == 1:
        return f"ID{among_words[0]}"
    digits = read_digits(tight)
    return f"ID{digits}" if count_digits(digits) == USUAL_DIGITS else digits.upper()


def is_fatwa(text: str) -> bool:
    """Say whether *text* is the number of the fatwa behind a certificate, not of the certificate."""
    return _FATWA.match(compact(text)) is not None


def parse(text: str) -> HalalNumber:
    """Return the certificate's number.

    Raises:
        NumberRefused: it is the fatwa's number, or not 13 to 20 digits behind ID.

    """
    tight = compact(text)
    if is_fatwa(tight):
        raise NumberRefused(
            "'{text}' is the number of the fatwa (Ketetapan Halal), not of the halal certificate.", text=shorten(text)
        )
    if not tight.startswith("ID") or count_digits(tight[2:]) not in _PLAUSIBLE_DIGITS:
        raise NumberRefused("A halal certificate is ID with 17 digits, '{text}' is not.", text=shorten(text))
    return HalalNumber(tight)


def format(number: HalalNumber) -> str:
    """Return the number as the certificate prints it: `ID35110000214820324`."""
    return number.compact


def assess(paper: Paper, *, on: date) -> list[Finding]:
    """Judge the number's form and the day of issue; a printed last day never ends a halal certificate."""
    return [*_assess_number(paper), *assess_issue(paper, on=on, source=SOURCE), *_tell_of_end(paper)]


def _assess_number(paper: Paper) -> list[Finding]:
    next_step = tell("Copy the number that begins with ID from the halal certificate of BPJPH.")
    if paper.number is not None and is_fatwa(paper.number):
        reason = tell(
            "'{text}' is the number of the fatwa (Ketetapan Halal), not of the halal certificate.",
            text=shorten(paper.number),
        )
        return [Finding("halal.fatwa_number", Verdict.INVALID, reason, next_step, SOURCE)]
    number, found = judge_form(paper, parse, next_step=next_step, source=SOURCE)
    if number is not None and len(number.compact) != len("ID") + USUAL_DIGITS:
        reason = tell(
            "Halal certificates usually have 17 digits behind ID, this one has {digits}.",
            digits=len(number.compact) - len("ID"),
        )
        compare = tell("Compare each digit with the certificate.")
        found.append(Finding("halal.length_unusual", Verdict.WARNING, reason, compare, SOURCE))
    return found


def _tell_of_end(paper: Paper) -> list[Finding]:
    if paper.valid_until is None:
        return []
    reason = tell(
        "The certificate shows {day} as its last day. By law it stays valid as long as materials and process"
        " stay the same.",
        day=paper.valid_until,
    )
    next_step = tell("Nothing, unless materials or process have changed: then tell the dinas.")
    return [Finding("halal.end_printed", Verdict.VALID, reason, next_step, SOURCE)]
