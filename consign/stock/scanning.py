"""What a scanner or a person enters for a pack: a number, a code, or a GS1 symbol with batch and last day. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from consign.catalogue.numbers import GTIN_LENGTHS, LONGEST_GTIN, as_same_length

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""What a scanner may send first to name the kind of symbol. Source: ISO/IEC 15424."""
_ELEMENTS = re.compile(r"\(?01\)?[0-9]{14}")
_SEPARATOR = "\x1d"
_GTIN, _BATCH, _BEST_BEFORE, _EXPIRES = "01", "10", "15", "17"
_ADDRESS = ("http://", "https://")


@dataclass(frozen=True)
class Scanned:
    """What a code says. What it does not say is blank."""

    code: str
    """A number or code without what the scanner put before it; the GTIN of a symbol that names one."""
    batch: str = ""
    expires_on: date | None = None


def parse_scanned(given: str) -> Scanned:
    """Return what a code says; one that is no GS1 symbol is taken as it is, without blank space around it.

    A GS1 symbol is read as element strings, with FNC1 or in brackets, or as a Digital Link. Its last day is that on
    which it expires, else the one before which it is best.

    Source: GS1 General Specifications, application identifiers 01, 10, 15 and 17; GS1 Digital Link URI syntax.
    """
    text = given.strip(" \t\r\n").lstrip(_SEPARATOR)
    prefixed = _SYMBOLOGY.match(text)
    bare = text[prefixed.end() :].lstrip(_SEPARATOR) if prefixed else text
    if bare.casefold().startswith(_ADDRESS) or _ELEMENTS.match(bare):
        return _read_elements(bare) or Scanned(bare.strip())
    return Scanned(bare.strip())


def spell_number(code: str) -> list[str]:
    """Return a number in all lengths it may be registered in; nothing where *code* is none.

    Spreadsheets and tills drop leading zeros, so one that lacks them is also spelled with them.
    """
    digits = code.replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_GTIN:
        return []
    full = as_same_length(digits)
    return [full[-length:] for length in GTIN_LENGTHS if not full[:-length].strip("0")]


def _read_elements(text: str) -> Scanned | None:
    """Return what element strings or a Digital Link say; nothing where they break the standard or name no GTIN."""
    # Its tables take a tenth of a second to load, and most codes are plain numbers.
    from biip import ParseError  # noqa: PLC0415
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI  # noqa: PLC0415
    from biip.gs1_messages import GS1Message  # noqa: PLC0415

    try:
        if text.casefold().startswith(_ADDRESS):
            found = GS1DigitalLinkURI.parse(text).element_strings
        elif text.startswith("("):
            found = GS1Message.parse_hri(text).element_strings
        else:
            found = GS1Message.parse(text).element_strings
    except (ParseError, ValueError):
        return None
    said = {one.ai.ai: one for one in reversed(found)}
    if _GTIN not in said:
        return None
    ends = said.get(_EXPIRES) or said.get(_BEST_BEFORE)
    batch = said.get(_BATCH)
    return Scanned(said[_GTIN].value, batch.value if batch else "", ends.date if ends else None)
