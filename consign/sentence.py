"""Sentences that can be said in another language: a template and its facts, whose text is the English sentence.

A template names its facts in plain braces, `{day}`, and doubles a brace it means: `{{`. A fact is never read as a
template, so it may hold braces; signs in it that move a cursor or turn a line around are written out. Facts
keep their type: whoever shows the sentence writes a date or an amount the way its reader is used to.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral
from typing import Any, Final, Self

from consign.money import Rupiah

BETWEEN: Final = ", "
"""What stands between the parts of a fact that is a list."""


class Code(str):
    """A stable code as a fact: its text is the code, its *group* tells the edge where to look up its word."""

    __slots__ = ("group",)

    group: str

    def __new__(cls, group: str, code: str) -> Self:
        """Make *code* known as one of *group*."""
        made = super().__new__(cls, code)
        made.group = group
        return made

    def __reduce__(self) -> tuple[type["Code"], tuple[str, str]]:
        return Code, (self.group, str(self))


class Sentence(str):
    """A sentence whose text is English; its template and facts allow saying it in another language."""

    __slots__ = ("facts", "template")

    template: str
    facts: Mapping[str, object]

    def __new__(cls, template: str, facts: Mapping[str, object]) -> Self:
        """Fill *facts* into *template*; `say` is the usual way."""
        kept = {name: _keep(fact) for name, fact in facts.items()}
        made = super().__new__(cls, template.format_map({name: _text(fact) for name, fact in kept.items()}))
        made.template = template
        made.facts = kept
        return made

    def __reduce__(self) -> tuple[type["Sentence"], tuple[str, Mapping[str, object]]]:
        return Sentence, (self.template, self.facts)


def say(template: str, /, **facts: object) -> Sentence:
    """Return the sentence that *template* makes of *facts*; a list's parts are set off by commas."""
    return Sentence(template, facts)


def say_all(sentences: Iterable[str], *, between: str = " ") -> Sentence:
    """Return *sentences* one after the other as one, with *between* between them."""
    facts = {f"part{number}": sentence for number, sentence in enumerate(sentences, 1)}
    return Sentence(between.join(f"{{{name}}}" for name in facts), facts)


def dump_sentence(sentence: str) -> dict[str, Any] | str:
    """Return what `load_sentence` makes the same sentence of, fit for JSON; plain text stays what it is."""
    if not isinstance(sentence, Sentence):
        return str(sentence)
    return {"template": sentence.template, "facts": {name: _dump(fact) for name, fact in sentence.facts.items()}}


def load_sentence(stored: dict[str, Any] | str) -> Sentence:
    """Return the sentence that was stored; plain text becomes a sentence without facts."""
    if isinstance(stored, str):
        return stored if isinstance(stored, Sentence) else Sentence(_escape(stored), {})
    return Sentence(stored["template"], {name: _load(fact) for name, fact in stored["facts"].items()})


def translate(sentence: str, *, gettext: Callable[[str], str], show: Callable[[object], str]) -> str:
    """Say *sentence* in another language.

    *gettext* gives a template's translation. *show* writes the facts that have a form of their own in each language:
    dates, instants, amounts, numbers and `Code`s. Other text stays as it is; sentences among the facts are translated.
    """
    if not isinstance(sentence, Sentence):
        return gettext(sentence) if sentence else ""
    if not sentence.template:
        return ""

    def said(fact: object) -> str:
        if isinstance(fact, Sentence):
            return translate(fact, gettext=gettext, show=show)
        if isinstance(fact, tuple):
            return BETWEEN.join(said(part) for part in fact)
        return str(fact) if isinstance(fact, str) and not isinstance(fact, Code) else show(fact)

    return gettext(sentence.template).format_map({name: said(fact) for name, fact in sentence.facts.items()})


_TAGGED: Final[dict[str, tuple[type, Callable[[Any], object], Callable[[Any], object]]]] = {
    "code": (Code, lambda code: [code.group, str(code)], lambda written: Code(*written)),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "decimal": (Decimal, str, Decimal),
    "rupiah": (Rupiah, lambda rupiah: rupiah.amount, Rupiah),
}
"""How the facts that JSON has no form for are stored: an instant is also a date, so it comes first."""


def _keep(fact: object) -> object:
    """Return *fact* as a type that survives being stored; a type without a form of its own becomes its text."""
    if isinstance(fact, Sentence | Code | bool | date | Decimal | Rupiah):
        return fact
    if isinstance(fact, Integral):
        return int(fact)
    if isinstance(fact, list | tuple):
        return tuple(_keep(part) for part in fact)
    text = str(fact)
    return text if text.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _text(fact: object) -> str:
    return BETWEEN.join(_text(part) for part in fact) if isinstance(fact, tuple) else str(fact)


def _dump(fact: object) -> object:
    if isinstance(fact, Sentence):
        return dump_sentence(fact)
    if isinstance(fact, tuple):
        return [_dump(part) for part in fact]
    for tag, (kind, write, _) in _TAGGED.items():
        if isinstance(fact, kind):
            return {tag: write(fact)}
    return fact


def _load(stored: Any) -> object:  # noqa: ANN401  # whatever JSON holds
    if isinstance(stored, list):
        return tuple(_load(part) for part in stored)
    if not isinstance(stored, dict):
        return stored
    if "template" in stored:
        return load_sentence(stored)
    ((tag, written),) = stored.items()
    _, _, read = _TAGGED[tag]
    return read(written)


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
