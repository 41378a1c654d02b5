"""What people type to name things: codes, and finding what a code or a name means."""

from collections.abc import Callable
from typing import TypeVar

from consign.errors import BadInput, ConsignError
from consign.partners.rules import LONGEST_CODE, is_plain_code
from consign.sentence import say
from consign.web.forms import Form

Thing = TypeVar("Thing")


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
