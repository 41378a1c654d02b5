"""Personal numbers as they are shown: in full to those who need them, else masked."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.masking import mask
from consign.documents.wording import ShownFinding
from consign.identity.rules import PERMITTED, Act, Actor
from consign.models.documents import Document
from consign.sentence import Code, Sentence

_LONG_NUMBER = re.compile(r"\d(?:[\s.\-/]?\d){7,}")
"""Eight digits or more, however they are set: a date has fewer, or is no text."""


def sees_personal(by: Actor) -> bool:
    """Say whether *by* sees personal numbers in full."""
    return by.role in PERMITTED[Act.SEE_PERSONAL_NUMBERS]


def is_personal(kind: Kind) -> bool:
    """Say whether the number of a paper of this *kind* is a person's."""
    return KINDS[kind].personal


def select_number(by: Actor) -> ColumnElement[str | None]:
    """Return the number as lists may search and sort it: blank where it is personal and not for *by* to see."""
    if sees_personal(by):
        return Document.number.label("number")
    personal = [kind.value for kind in KINDS if is_personal(kind)]
    return case((Document.kind.in_(personal), None), else_=Document.number).label("number")


def show_number(kind: Kind, number: str | None, *, in_full: bool) -> str | None:
    """Return a number as a person is shown it."""
    if number is None or in_full or not is_personal(kind):
        return number
    return mask(kind, number)


def show_values(kind: Kind, values: Sequence[dict[str, Any]], *, in_full: bool) -> list[dict[str, Any]]:
    """Return what was read from a file as a person is shown it: of a personal paper nothing unless in full."""
    return [dict(value) for value in values] if in_full or not is_personal(kind) else []


def show_masked(kind: Kind, findings: Sequence[ShownFinding], *, in_full: bool) -> list[ShownFinding]:
    """Return findings as a person is shown them: long numbers in those of a personal paper are masked."""
    if in_full or not is_personal(kind):
        return list(findings)
    return [
        ShownFinding(
            code=one.code,
            verdict=one.verdict,
            reason=_hide(kind, one.reason),
            next_step=_hide(kind, one.next_step) if one.next_step else None,
            source=one.source,
        )
        for one in findings
    ]


def _hide(kind: Kind, sentence: Sentence) -> Sentence:
    return Sentence(sentence.template, {name: _hide_fact(kind, fact) for name, fact in sentence.facts.items()})


def _hide_fact(kind: Kind, fact: object) -> object:
    if isinstance(fact, Sentence):
        return _hide(kind, fact)
    if isinstance(fact, tuple):
        return tuple(_hide_fact(kind, part) for part in fact)
    if isinstance(fact, str) and not isinstance(fact, Code):
        return _LONG_NUMBER.sub(lambda found: mask(kind, found[0]), fact)
    return fact
