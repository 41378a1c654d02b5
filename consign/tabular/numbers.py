"""How a file writes numbers: decided once for the whole file from all its values, never cell by cell."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from consign.sentence import say
from consign.tabular.cells import TYPED, is_error_value, is_scientific
from consign.tabular.decision import Decision


class NumberStyle(StrEnum):
    """Which sign parts thousands and which one decimals."""

    INDONESIAN = "id"
    """`1.234.567,00`"""
    ENGLISH = "en"
    """`1,234,567.00`"""
    PLAIN = "plain"
    """`1234567`: the file parts nothing, so nothing needs deciding."""


MONEY_DECIMALS = 2
"""Decimals of an amount, where it has some at all; three are a group of thousands."""
LONGEST_NUMBER = 60
"""Characters of a cell that can be a number, blanks and money sign included; longer text is none."""
_WRITTEN = re.compile(
    r"(?P<open>\()?\s*(?P<before>[-+])?\s*(?:rp\.?|idr|\$)?\s*(?P<inside>[-+])?\s*"
    r"(?P<body>[\d.,]*\d)(?P<no_sen>[.,]-{1,2})?(?P<behind>-)?\s*(?:rp\.?|idr)?\s*(?P<close>\))?",
    re.IGNORECASE | re.ASCII,
)
"""One number with its money sign, `,-` for no sen, and its minus or brackets."""
_SIGNS = {
    **dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F), " "),
    **dict.fromkeys((0x2019, 0x02BC, 0xFF07), "'"),
    **dict.fromkeys((0x2212, 0xFF0D), "-"),
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    0xFF0B: "+",
    0xFF0C: ",",
    0xFF0E: ".",
    0xFF08: "(",
    0xFF09: ")",
    0xFEFF: "",
}
"""Blanks that keep a line together, apostrophes, the minus of word processors, and the wide forms of East Asian keyboards."""
_GROUPED = re.compile(
    r"(?<![\d.,'])(?<!\d )[1-9]\d{0,2}(?:(?P<sign>[ '])\d{3})(?:(?P=sign)\d{3})*(?![' ]?\d)", re.ASCII
)
"""Thousands parted by a blank or an apostrophe: no style takes these for a decimal sign, so they decide nothing."""
_ONLY_INDONESIAN = re.compile(
    r"[1-9]\d{0,2}(?:\.\d{3}){2,}|[1-9]\d{0,2}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,})|(?:\d{4,}|0\d*),\d{3}"
)
_ONLY_ENGLISH = re.compile(
    r"[1-9]\d{0,2}(?:,\d{3}){2,}|[1-9]\d{0,2}(?:,\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,})|(?:\d{4,}|0\d*)\.\d{3}"
)
_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_SHAPES = {
    NumberStyle.INDONESIAN: re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d+)?"),
    NumberStyle.ENGLISH: re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?"),
    NumberStyle.PLAIN: re.compile(r"\d+"),
}
"""No group of thousands begins with a zero: `0.375` is less than one, however the file parts thousands."""


def decide_number_style(values: Iterable[str]) -> Decision[NumberStyle]:
    """Decide from all number cells of a file how it writes numbers.

    A value such as `1.234` fits both styles and decides nothing; `1.234.567`, `12,50` or `1234.5` decide. When
    values decide for both, or only undecided ones part their digits, a person must say. The evidence is the first
    in the order of text, so that it does not depend on the order of *values*.
    """
    return _decide(_find_seen(values))


def find_telling(values: Iterable[str]) -> set[str]:
    """Return the few of *values* that decide together, and are shown as evidence, as all of them would."""
    return set(_find_seen(values).values())


def _find_seen(values: Iterable[str]) -> dict[str, str]:
    """Return for each way to part digits the first value, in the order of text, that is written so."""
    seen: dict[str, str] = {}
    for value in values:
        written = None if value.startswith(TYPED) else _find_written(value)
        if written is None:
            continue
        fits = _find_style(written["body"], no_sen=written["no_sen"] is not None)
        if fits is not None:
            seen[fits] = min(seen.get(fits, value), value)
    return seen


def decide_by_decimals(values: Iterable[str], decision: Decision[NumberStyle]) -> Decision[NumberStyle]:
    """Decide by *values* that always have three decimals, where `2.000` is two; they go with *decision* or a person is asked."""
    for value in sorted(values):
        written = None if value.startswith(TYPED) else _find_written(value)
        match = re.fullmatch(r"\d+([.,])\d{3}", written["body"]) if written else None
        if match is None:
            continue
        style = NumberStyle.ENGLISH if match[1] == "." else NumberStyle.INDONESIAN
        if style in decision.against:
            why = say(
                "quantities have three decimals, such as '{value}', but {evidence}",
                value=value,
                evidence=decision.evidence,
            )
            return Decision(None, why)
        others = frozenset(NumberStyle) - {style}
        return Decision(style, say("quantities have three decimals, such as '{value}'", value=value), others)
    return decision


def _decide(seen: dict[str, str]) -> Decision[NumberStyle]:
    indonesian, english = seen.get("id"), seen.get("en")
    if indonesian and english:
        return Decision(
            None,
            say(
                "'{indonesian}' is written the Indonesian way, '{english}' the English way",
                indonesian=indonesian,
                english=english,
            ),
        )
    if indonesian:
        against = frozenset({NumberStyle.ENGLISH, NumberStyle.PLAIN})
        return Decision(NumberStyle.INDONESIAN, say("'{value}' can only be Indonesian", value=indonesian), against)
    if english:
        against = frozenset({NumberStyle.INDONESIAN, NumberStyle.PLAIN})
        return Decision(NumberStyle.ENGLISH, say("'{value}' can only be English", value=english), against)
    match sorted(seen.values()):
        case [value]:
            return Decision(None, say("'{value}' can be read with a thousands or a decimal sign", value=value))
        case [first, second]:
            return Decision(
                None,
                say(
                    "'{first}' and '{second}' can be read with a thousands or a decimal sign",
                    first=first,
                    second=second,
                ),
            )
    return Decision(NumberStyle.PLAIN, say("no number parts its digits"))


def _find_style(body: str, *, no_sen: bool) -> str | None:
    if no_sen and _EITHER.fullmatch(body):  # `1.000,-` has no decimals, so that its sign parts thousands
        return "id" if "." in body else "en"
    if _ONLY_INDONESIAN.fullmatch(body):
        return "id"
    if _ONLY_ENGLISH.fullmatch(body):
        return "en"
    if _EITHER.fullmatch(body):
        return "either with a dot" if "." in body else "either with a comma"
    return None


def parse_number(cell: str, style: NumberStyle) -> Decimal | str:
    """Return the number in *cell*, or the code of what is wrong with it.

    Negative is written with one minus before or after, or in brackets; `Rp`, `IDR`, `$` before, `,-` and `Rp`, `IDR`
    after are taken off. Blanks and apostrophes may part thousands in any style. Codes: `cell.blank`,
    `cell.error_value`, `number.scientific`, `number.other_style`, `number.invalid`.
    """
    if cell.startswith(TYPED):
        typed = re.fullmatch(r"-?\d+\.\d+", cell.removeprefix(TYPED))
        return Decimal(typed[0]) if typed else "number.invalid"
    written = _find_written(cell)
    if written is None:
        return _why_no_number(cell)
    body = written["body"]
    if not _SHAPES[style].fullmatch(body):
        fits_another = any(shape.fullmatch(body) for shape in _SHAPES.values())
        return "number.other_style" if fits_another else "number.invalid"
    thousands, decimal = (".", ",") if style is NumberStyle.INDONESIAN else (",", ".")
    if written["no_sen"] and decimal in body:
        return "number.other_style"
    number = Decimal(body.replace(thousands, "").replace(decimal, "."))
    return -number if _is_negative(written) else number


def find_amounts(cell: str) -> set[Decimal]:
    """Return what a cell may mean as rupiah in either style: nobody writes them with three decimals, so that `15.000` is one."""
    return {
        number
        for style in (NumberStyle.INDONESIAN, NumberStyle.ENGLISH)
        if isinstance(number := parse_number(cell, style), Decimal) and count_decimals(number) <= MONEY_DECIMALS
    }


def count_decimals(number: Decimal) -> int:
    """Return how many decimals *number* was written with."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _find_written(cell: str) -> re.Match[str] | None:
    """Return the number in *cell* and its signs; blank for other text, two signs, or half a pair of brackets."""
    if len(cell) > LONGEST_NUMBER:
        return None
    text = cell.strip() if cell.isascii() else cell.translate(_SIGNS).strip()
    if " " in text or "'" in text:
        text = _GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    match = _WRITTEN.fullmatch(text)
    if match is None or (match["open"] is None) != (match["close"] is None):
        return None
    signs = sum(match[group] is not None for group in ("open", "before", "inside", "behind"))
    return match if signs <= 1 else None


def _is_negative(written: re.Match[str]) -> bool:
    signs = {written[group] for group in ("open", "before", "inside", "behind")}
    return not signs.isdisjoint({"(", "-"})


def _why_no_number(cell: str) -> str:
    if not cell.strip():
        return "cell.blank"
    if is_error_value(cell):
        return "cell.error_value"
    return "number.scientific" if is_scientific(cell) else "number.invalid"
