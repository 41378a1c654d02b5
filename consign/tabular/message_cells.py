"""Cells of a table that is made of a message: numbers and days in one known form, facts that were said twice."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from consign.sentence import Sentence, say
from consign.tabular.cells import TYPED
from consign.tabular.refusals import FileWithoutRows

BETWEEN = " | "
"""Stands between two values that were given for one cell; no number and no day reads so."""
FIRST_HEADERS = (
    "Message", "Document", "Sales date", "From", "Until", "Store", "Buyer", "Supplier", "Line", "GTIN", "Name", "Currency",
)  # fmt: skip
"""The columns that stand first, where they occur; the others follow in the order of text."""
RUPIAH = "IDR"
_NUMBER = re.compile(r"(-?)(\d*)(?:([.,])(\d+))?", re.ASCII)
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHORT_DAY = re.compile(r"(\d{2})(\d{2})(\d{2})", re.ASCII)

Facts = dict[str, str]
"""Cells by their headers; what is blank is left out."""


@dataclass
class MessageTable:
    """The rows that the messages of a file say, each with its number in the file."""

    encoding: str
    evidence: list[Sentence] = field(default_factory=list)
    rows: list[tuple[int, Facts]] = field(default_factory=list)
    parts: tuple[str, ...] = ()

    def find_headers(self) -> list[str]:
        """Return the headers that occur, in an order that does not depend on the order in the file.

        Raises:
            FileWithoutRows: no message names a line.

        """
        if not self.rows:
            raise FileWithoutRows(say("The file holds messages but none of them has a line; nothing of it was used."))
        found = {header for _, facts in self.rows for header in facts}
        first = [header for header in FIRST_HEADERS if header in found]
        return first + sorted(found.difference(first))


def add_text(facts: Facts, header: str, text: str) -> None:
    """Put *text* under *header*; another text that stands there already is kept beside it."""
    text = _clean(text).strip()
    if not text:
        return
    given = facts.get(header)
    if given is None:
        facts[header] = text
    elif text not in given.split(BETWEEN):
        facts[header] = f"{given}{BETWEEN}{text}"


def add_number(facts: Facts, header: str, cell: str) -> None:
    """Put a number's *cell* under *header*. A second number, even the same, leaves no number: nobody knows which counts."""
    if not cell:
        return
    given = facts.get(header)
    facts[header] = cell if given is None else TYPED + f"{given}{BETWEEN}{cell}".replace(TYPED, "")


def add_words(before: str, text: str) -> str:
    """Return the words in *text* behind those that stand *before* them."""
    return " ".join((before + " " + _clean(text)).split())


def write_number(text: str, *, mark: str | None) -> str:
    """Return the cell of a number that a message writes without thousands and with *mark* before its decimals.

    Whole numbers are plain digits, decimals are marked as known in style. Without *mark* they stay as written, to be
    decided by the whole file. Anything else becomes a cell that no style reads as a number.
    """
    text = _clean(text).strip()
    match = _NUMBER.fullmatch(text)
    if not text:
        return ""
    if match is None or not (match[2] or match[4]):
        return TYPED + text
    sign, whole, used, decimals = match[1], match[2] or "0", match[3], match[4]
    if used is None:
        return sign + whole
    if mark is None:
        return f"{sign}{whole}{used}{decimals}"
    return f"{TYPED}{sign}{whole}.{decimals}" if used == mark else TYPED + text


def find_decimal(cell: str | None) -> Decimal | None:
    """Return the number in a cell that `write_number` wrote; blank for any other cell."""
    match = _NUMBER.fullmatch((cell or "").removeprefix(TYPED))
    if not cell or match is None:
        return None
    return Decimal(f"{match[1]}{match[2] or '0'}" + (f".{match[4]}" if match[4] else ""))


def write_day(text: str, *, form: str) -> str:
    """Return the cell of a day written `CCYYMMDD` or `YYMMDD`; of other text one that no order reads as a day.

    *form* is what was expected, and is shown with it.
    """
    text = _clean(text).strip()
    if match := _DAY.fullmatch(text):
        return f"{match[1]}-{match[2]}-{match[3]}"
    if match := _SHORT_DAY.fullmatch(text):
        return f"20{match[1]}-{match[2]}-{match[3]}"
    return f"{text}:{form}" if text else ""


def write_span(first: str, last: str) -> Facts:
    """Return the cells of the days that sales lie in: one sales date where both are the same, else from and until."""
    if first and first == last:
        return {"Sales date": first}
    return {header: day for header, day in (("From", first), ("Until", last)) if day}


def name_measure(unit: str, *, plain: frozenset[str]) -> str:
    """Return what a quantity's header says about its *unit*: nothing for a *plain* one.

    A quantity in cartons is another column than one in pieces, so that nobody takes one for the other.
    """
    unit = unit.strip()
    return "" if unit in plain else f":{unit}"


def name_currency(currency: str) -> str:
    """Return what an amount's header says about its *currency*: nothing for rupiah, or where none is named."""
    return "" if currency in ("", RUPIAH) else f":{currency}"


def merge(levels: Iterable[Mapping[str, str]]) -> Facts:
    """Return the facts of all *levels*, the later ones being nearer to the line."""
    merged: Facts = {}
    for level in levels:
        merged.update(level)
    return merged


def _clean(text: str) -> str:
    return text.replace(TYPED, "").replace("\0", "")
