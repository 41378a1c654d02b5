"""Sentences of the library: a plain English template and its facts, so that whoever shows one can say it in another language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self


class Term(str):
    """A stable code as a fact; its *group* tells whoever shows it where to look up the word for it."""

    __slots__ = ("group",)

    group: str

    def __new__(cls, group: str, code: str) -> Self:
        """Make *code* known as one of *group*."""
        made = super().__new__(cls, code)
        made.group = group
        return made

    def __reduce__(self) -> tuple[type["Term"], tuple[str, str]]:
        return Term, (self.group, str(self))


@dataclass(frozen=True)
class LabelNotice:
    """What a person should know about a label that can be printed all the same.

    *template* names its *facts* in braces. Facts are text, whole numbers, `Decimal`s, `Term`s, and tuples of them.
    """

    code: str
    """Stable: `bars_truncated`, `module_small`, `name_shortened`, `producer_shortened`, `signs_left_out`, `name_unprintable`."""
    template: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        return _fill(self.template, self.facts)


def tell(template: str, /, *, code: str, **facts: object) -> LabelNotice:
    """Return the notice that *template* makes of *facts*; the template is written out where this is called."""
    return LabelNotice(code, template, facts)


class LabelRefused(ValueError):
    """Nothing was drawn; *template* says why and what to do, with its *facts* named in braces."""

    code: ClassVar[str] = "label.refused"

    def __init__(self, template: str, /, **facts: object) -> None:
        super().__init__(_fill(template, facts))
        self.template = template
        self.facts: Mapping[str, object] = facts

    def __reduce__(
        self,
    ) -> tuple[Callable[..., "LabelRefused"], tuple[type["LabelRefused"], str, Mapping[str, object]]]:
        return _refuse_again, (type(self), self.template, self.facts)


class LabelTooFull(LabelRefused):
    """The label cannot hold all that is wanted beside a symbol that scans; nothing was planned."""

    code = "label.too_full"


def _refuse_again(kind: type[LabelRefused], template: str, facts: Mapping[str, object]) -> LabelRefused:
    """Make the refusal that was sent from another process."""
    return kind(template, **facts)


def _fill(template: str, facts: Mapping[str, object]) -> str:
    return template.format_map(
        {name: ", ".join(map(str, fact)) if isinstance(fact, tuple) else fact for name, fact in facts.items()}
    )
