"""Sentences of the library: a plain English template and its facts, so that whoever shows one can say it in another language."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self


class Term(str):
    """A stable code as a fact; its *group* tells whoever shows it where to look up the word for it."""

    __slots__ = ("group",)

    group: str

    def __new__(cls, group: str, code: str) -> Self:
        """Make *code* known as one of *group*."""
        made = super().__new__(cls, code)
        made.group = group
        return made


@dataclass(frozen=True)
class Wording:
    """A sentence: *template* names its *facts* in braces. Facts are text, whole numbers, dates, `Term`s, tuples of them."""

    template: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        return self.template.format_map(self.facts)


def tell(template: str, /, **facts: object) -> Wording:
    """Return the sentence that *template* makes of *facts*; the template is written out where this is called."""
    return Wording(template, MappingProxyType(facts))
