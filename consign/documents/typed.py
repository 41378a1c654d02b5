"""What people type about papers: tidied, and refused only where it cannot be at all."""

from dataclasses import replace

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from consign.documents.rules import Typed
from consign.documents.wording import sentence_of
from consign.errors import BadInput
from consign.identity.spelling import clean_text
from consign.sentence import say

LONGEST_TEXT = 4_000
LONGEST_VALUE = 200


def tidy_typed(typed: Typed) -> Typed:
    """Return what was typed on one line each, without signs that cannot be seen; blanks as blank.

    Raises:
        BadInput: a text is longer than 200 characters.

    """
    details = {name: said for name, given in typed.details.items() if (said := _tidy(given))}
    return replace(typed, number=_tidy(typed.number), holder=_tidy(typed.holder), details=details)


def tidy_text(given: str | None) -> str | None:
    """Return what a person wrote, on one line; blank where it is blank.

    Raises:
        BadInput: it is longer than 4,000 characters.

    """
    return _tidy(given, longest=LONGEST_TEXT)


def refuse_wrong_form(kind: Kind, number: str | None) -> None:
    """Refuse a number that has not the form of its *kind*, with what the check says about it.

    Raises:
        BadInput: it has not; nothing was changed.

    """
    if number is None:
        return
    try:
        KINDS[kind].module.parse(number)
    except NumberRefused as refusal:
        raise BadInput(sentence_of(refusal)) from refusal


def _tidy(given: str | None, *, longest: int = LONGEST_VALUE) -> str | None:
    text = clean_text(given or "")
    if len(text) > longest:
        raise BadInput(say("A text has at most {longest} characters; nothing was changed.", longest=longest))
    return text or None
