"""Forms: what a field is called, how its text is read, and what was wrong with it. What was typed is always kept."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any

from consign.errors import BadInput, Question
from consign.partners.rules import parse_rate_bp
from consign.sentence import Sentence, say

LONGEST_TEXT = 500
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
_AMOUNT = re.compile(r"(?:Rp\.?\s*)?([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,12})(?:,-|,00)?", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """One of the answers a field takes. *label* is shown as it is unless it is a sentence."""

    value: str
    label: str
    hint: str | None = None


@dataclass(frozen=True)
class Field:
    """One field: how it looks, and how its text becomes a value. A blank text of an optional field becomes None."""

    name: str
    label: Sentence
    read: Callable[[str], Any] = str
    kind: str = "text"
    """`text`, `password`, `email`, `tel`, `date`, `number`, `textarea`, `select`, `radio`, `checkbox`, `file` or `hidden`."""
    required: bool = True
    hint: Sentence | None = None
    choices: Sequence[Choice] = ()
    autocomplete: str | None = None
    inputmode: str | None = None
    longest: int = LONGEST_TEXT
    suggest: bool = False
    """Whether *choices* only suggest, and anything may be typed."""
    scan: bool = False
    """Whether a barcode may be read with the camera."""
    blank: Sentence | None = None
    """What the first choice of an optional select says; usually “none”."""


@dataclass
class Form:
    """Fields with what was typed into them, what it was read as, and what is wrong."""

    fields: Sequence[Field]
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Sentence | str] = field(default_factory=dict)
    """By field; what belongs to no field stands under the blank name."""
    questions: tuple[Question, ...] = ()

    @property
    def ok(self) -> bool:
        """Say whether nothing is wrong so far."""
        return not self.problems

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # a field's value has the type its reader gives
        return self.values[name]

    def blame(self, name: str | None, problem: str) -> None:
        """Note what is wrong with the field *name*, or with the form as a whole."""
        known = name if name and any(one.name == name for one in self.fields) else ""
        self.problems.setdefault(known, problem)

    def with_choices(self, **choices: Sequence[Choice]) -> "Form":
        """Return the form with other choices for some fields."""
        fields = [replace(one, choices=choices[one.name]) if one.name in choices else one for one in self.fields]
        return replace(self, fields=fields)


def new_form(fields: Sequence[Field], **texts: object) -> Form:
    """Return a form that nobody has filled in, with some *texts* in it already."""
    return Form(fields, {name: "" if text is None else str(text) for name, text in texts.items()})


def read_form(fields: Sequence[Field], texts: Mapping[str, str]) -> Form:
    """Read what was typed into *fields*; every problem is noted, none raises."""
    form = Form(fields, dict(texts))
    for one in fields:
        if one.kind == "file":
            continue
        text = texts.get(one.name, "")
        if one.kind not in {"textarea", "password"}:
            text = text.strip()
        try:
            form.values[one.name] = _read(one, text)
        except BadInput as problem:
            form.values[one.name] = None
            form.problems[one.name] = problem.args[0]
    return form


def _read(one: Field, text: str) -> Any:  # noqa: ANN401  # whatever the field's reader returns
    if one.kind == "checkbox":
        if one.required and not text:
            raise BadInput(say("Tick this box to go on."))
        return bool(text)
    if not text.strip():
        if one.required:
            raise BadInput(say("This is missing. Fill it in."))
        return None
    if len(text) > one.longest:
        raise BadInput(say("This is longer than {longest} characters.", longest=one.longest))
    if one.choices and not one.suggest and text not in {choice.value for choice in one.choices}:
        raise BadInput(say("Choose one of the answers."))
    return one.read(text)


def read_day(text: str) -> date:
    """Read a day as browsers send it, `2026-11-22`, or as people write it, `22/11/2026`.

    Raises:
        BadInput: it is no day.

    """
    written = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text)
    try:
        day = date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise BadInput(say("“{text}” is no day. Write it like 22/11/2026.", text=text))
    return day


def read_whole(text: str) -> int:
    """Read a whole number that is not negative.

    Raises:
        BadInput: it is none.

    """
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadInput(say("“{text}” is no whole number. Use digits only.", text=text))
    return int(text)


def read_id(text: str) -> int:
    """Read the number of a thing in the database, as an address or a choice carries it.

    Raises:
        BadInput: it is none.

    """
    return read_whole(text)


def read_rupiah(text: str) -> int:
    """Read an amount in whole rupiah the Indonesian way: `15.000`, `Rp15.000` or `15000`.

    Raises:
        BadInput: it is none.

    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise BadInput(say("“{text}” is no amount in rupiah. Write it like 15.000.", text=text))
    return int(match[1].replace(".", ""))


def read_rate(text: str) -> int:
    """Read a percentage into basis points: `2,5` or `2,5%` is 250."""
    return parse_rate_bp(text)


def choices_of(group: str, codes: type[Enum] | Sequence[str], words: Callable[[str, str], Sentence]) -> list[Choice]:
    """Return a choice for each code of *group*, called by its word."""
    values = [one.value for one in codes] if isinstance(codes, type) else list(codes)
    return [Choice(value, words(group, value)) for value in values]
