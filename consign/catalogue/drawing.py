"""Where the library that draws says no: its refusals and notices as sentences of ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from consign.errors import BadInput
from consign.sentence import Code, Sentence
from reports.wording import LabelRefused, Term


class DrawingRefused(BadInput):
    """A symbol or a label cannot be drawn as it was asked for; nothing was made."""

    code = "catalogue.drawing_refused"


class Told(Protocol):
    """What the library says: a template with its facts."""

    @property
    def template(self) -> str:
        """A plain English sentence that names its facts in braces."""
        ...

    @property
    def facts(self) -> Mapping[str, object]:
        """The facts by name."""
        ...


def sentence_of_label(told: Told) -> Sentence:
    """Return what the library says as a sentence of ours; its terms become codes of the same groups."""
    return Sentence(told.template, {name: _to_fact(fact) for name, fact in told.facts.items()})


@contextmanager
def drawing() -> Iterator[None]:
    """Turn a refusal of the library into ours.

    Raises:
        DrawingRefused: the library refused; nothing was made.

    """
    try:
        yield
    except LabelRefused as refusal:
        raise DrawingRefused(sentence_of_label(refusal)) from refusal


def _to_fact(fact: object) -> object:
    if isinstance(fact, Term):
        return Code(fact.group, str(fact))
    if isinstance(fact, list | tuple):
        return tuple(_to_fact(part) for part in fact)
    return fact
