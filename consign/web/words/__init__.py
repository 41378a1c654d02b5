"""The word for every stable code that people see, by its group, and what to do about a row that waits.

Each area has its module here with its `WORDS`; a group may have codes of several areas, but no code two words. Words
begin with a small letter, so that they stand in a sentence as well as alone.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from consign.sentence import Sentence
from consign.web.words import (
    bank,
    files,
    goods,
    ledger,
    numbers,
    papers,
    partners,
    payments,
    payouts,
    people,
    sales,
    statements,
    stock,
    trail,
)
from consign.web.words.remedies import FINDING_REMEDY, REMEDY

AREAS: Final = (
    bank,
    files,
    goods,
    ledger,
    numbers,
    papers,
    partners,
    payments,
    payouts,
    people,
    sales,
    statements,
    stock,
    trail,
)


def merge_words(areas: Iterable[Mapping[str, Mapping[str, Sentence]]]) -> dict[str, dict[str, Sentence]]:
    """Return the words of all *areas* together.

    Raises:
        ValueError: Two areas have a word for the same code of a group.
    """
    merged: dict[str, dict[str, Sentence]] = {}
    for area in areas:
        for group, found in area.items():
            known = merged.setdefault(group, {})
            if twice := known.keys() & found.keys():
                raise ValueError(f"The group {group} has two words for {', '.join(sorted(twice))}.")
            known.update(found)
    return merged


WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = merge_words(area.WORDS for area in AREAS)
"""The words by group and code; a `Code` among a sentence's facts names its group."""


def word(group: str, code: str) -> Sentence:
    """Return the word for *code*, one of *group*; the code itself where it has none."""
    found = WORDS.get(group, {}).get(code)
    return Sentence("{code}", {"code": code}) if found is None else found


def remedy(code: str) -> Sentence:
    """Return what a person can do about a row that waits for the reason *code*; blank where nothing is known."""
    return REMEDY.get(code, Sentence("", {}))


def finding_remedy(code: str) -> Sentence:
    """Return what a person can do about a finding of a posting; blank where nothing is known."""
    return FINDING_REMEDY.get(code, Sentence("", {}))


def choice_word(about: str, choice: str) -> Sentence:
    """Return the word for one *choice* of a question *about* something; a column is called by its header."""
    if about.startswith("kind:"):
        return word("kind", choice)
    return word("yes_no" if about == "mapping" else about, choice)
