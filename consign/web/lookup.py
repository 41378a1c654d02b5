"""What people type to name things: codes, and finding what a code or a name means."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.orm import Session

from consign.errors import BadInput, ConsignError
from consign.partners.producer_lists import find_producers_named
from consign.partners.rules import LONGEST_CODE, is_plain_code
from consign.sentence import say
from consign.web.forms import Choice, Field, Form

Thing = TypeVar("Thing")
SUGGESTED_AT_MOST = 200
"""Producers that are suggested while somebody types; all others are found by what is typed."""
PRODUCER = Field(
    "producer", say("Producer"), suggest=True, longest=120, hint=say("Its code, or part of its name that no other has.")
)


def read_new_code(text: str) -> str:
    """Read a code for something new: it stands in addresses and files, so it is kept plain.

    Raises:
        BadInput: it is not plain, or too long.

    """
    if not is_plain_code(text):
        raise BadInput(
            say(
                "“{text}” cannot be a code. Use up to {longest} letters, digits, dots and dashes, and no spaces.",
                text=text,
                longest=LONGEST_CODE,
            )
        )
    return text


def look_up(form: Form, name: str, find: Callable[[str], Thing]) -> Thing | None:
    """Return what the field *name* means; a refusal shows on the field, and nothing is looked up for a blank one."""
    given = form.values.get(name)
    if not given:
        return None
    try:
        return find(given)
    except ConsignError as error:
        form.blame(name, error.sentence)
        return None


def suggest_producers(session: Session) -> list[Choice]:
    """Return the producers that are suggested while somebody types, by their names."""
    return [Choice(code, name) for code, name in find_producers_named(session, most=SUGGESTED_AT_MOST)]


def make_producer_field(session: Session) -> Field:
    """Return the field that asks whose something is."""
    return replace(PRODUCER, choices=suggest_producers(session))
