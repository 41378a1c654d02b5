"""What people type to name things: codes, and finding what a code or a name means."""

import re
from collections.abc import Callable
from typing import TypeVar

from consign.errors import BadInput, ConsignError
from consign.sentence import say
from consign.web.forms import Form

Thing = TypeVar("Thing")
LONGEST_CODE = 20
FORM = "new"
"""Stands in addresses for the form that adds a thing, so no thing is called so."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def read_new_code(text: str) -> str:
    """Read a code for something new: it stands in addresses and files, so it is kept plain.

    Raises:
        BadInput: it is not plain, or too long.

    """
    if len(text) > LONGEST_CODE or not _CODE.fullmatch(text) or text.lower() == FORM:
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
