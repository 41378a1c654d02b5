"""How logins, phone numbers and names are spelled, whatever a person typed."""

import re
import unicodedata

from consign.errors import BadInput
from consign.sentence import say

LONGEST_NAME = 120
LONGEST_EMAIL = 254
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
"""What browsers take for an e-mail address, with a dot after the @. Source: WHATWG HTML, valid e-mail address."""
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
"""Source: ITU-T E.164: at most 15 digits."""
_ABROAD = re.compile(r"(?:\+|00|(?=62))")
"""What stands before a country's number: `+62`, `0062`, or nothing before our own."""


def normalize_login(given: str) -> str:
    """Return an e-mail address in lower case, or a phone number as `+62…`: `0812-345 678` is `+62812345678`.

    Raises:
        BadInput: it is neither.

    """
    login = clean_text(given).lower()
    if len(login) <= LONGEST_EMAIL and _EMAIL.fullmatch(login):
        return login
    phone = _find_phone(login)
    if phone is None:
        raise BadInput(
            say(
                "“{login}” is neither an e-mail address nor a phone number such as 0812 3456 789; nothing was changed.",
                login=clean_text(given)[:LONGEST_NAME],
            )
        )
    return phone


def read_login(given: str) -> str:
    """Return a login as it is kept; one from before e-mail or phone were asked for stays what it is."""
    try:
        return normalize_login(given)
    except BadInput:
        return clean_text(given).lower()


def normalize_phone(given: str) -> str:
    """Return a phone number as `+62…`: `0812-345 678` is `+62812345678`.

    Raises:
        BadInput: it is none.

    """
    phone = _find_phone(clean_text(given))
    if phone is None:
        raise BadInput(
            say(
                "“{phone}” is no phone number such as 0812 3456 789; nothing was changed.",
                phone=clean_text(given)[:LONGEST_NAME],
            )
        )
    return phone


def _find_phone(text: str) -> str | None:
    """Return the number with its country's; one that begins with a single zero, or with 8 as mobiles do, is ours."""
    digits = re.sub(r"[\s().-]", "", text)
    abroad = _ABROAD.match(digits)
    if abroad:
        digits = f"+{digits[abroad.end() :]}"
    elif digits.startswith(("0", "8")):
        digits = f"+62{digits.removeprefix('0')}"
    if digits.startswith("+620"):  # +62 (0)812…
        digits = f"+62{digits.removeprefix('+620')}"
    return digits if _PHONE.fullmatch(digits) else None


def tidy_name(given: str) -> str:
    """Return a person's or a firm's name on one line, without signs that cannot be seen.

    Raises:
        BadInput: it is blank, or longer than 120 characters.

    """
    name = " ".join(clean_text(given).split())
    if not name:
        raise BadInput(say("The name is blank; nothing was changed."))
    if len(name) > LONGEST_NAME:
        raise BadInput(say("A name has at most {longest} characters; nothing was changed.", longest=LONGEST_NAME))
    return name


def clean_text(given: str) -> str:
    """Return *given* as plain signs: full-width ones as usual ones, line ends as spaces, invisible ones left out."""
    plain = " ".join(unicodedata.normalize("NFKC", given).split())
    return "".join(sign for sign in plain if sign.isprintable()).strip()
