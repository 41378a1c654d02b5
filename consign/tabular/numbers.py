"""How a file writes numbers: decided once for the whole file from all its values, never cell by cell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from consign.tabular.cells import TYPED, is_error_value, is_scientific


class NumberStyle(StrEnum):
    """Which sign parts thousands and which one decimals."""

    INDONESIAN = "id"
    """`1.234.567,00`"""
    ENGLISH = "en"
    """`1,234,567.00`"""
    PLAIN = "plain"
    """`1234567`: the file parts nothing, so nothing needs deciding."""


@dataclass(frozen=True)
class StyleDecision:
    """The style, blank when a person must say, and the values that speak for it."""

    style: NumberStyle | None
    evidence: str


_MONEY_SIGN = re.compile(r"^(?:rp\.?|idr|\$)\s*", re.IGNORECASE)
_ONLY_INDONESIAN = re.compile(r"\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d{3}")
_ONLY_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?:,\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d{3}")
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
_SHAPES = {
    NumberStyle.INDONESIAN: re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?"),
    NumberStyle.ENGLISH: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"),
    NumberStyle.PLAIN: re.compile(r"\d+"),
}


def decide_number_style(values: Iterable[str]) -> StyleDecision:
    """Decide from all number cells of a file how it writes numbers.

    A value such as `1.234` fits both styles and decides nothing; `1.234.567`, `12,50` or `1234.5` decide. When values
    decide for both, or only undecided ones part their digits, a person must say.
    """
    seen: dict[str, str] = {}
    for value in values:
        body = _body(value)
        if body is None or value.startswith(TYPED):
            continue
        if _ONLY_INDONESIAN.fullmatch(body):
            seen.setdefault("id", value)
        elif _ONLY_ENGLISH.fullmatch(body):
            seen.setdefault("en", value)
        elif _EITHER.fullmatch(body):
            seen.setdefault("either" + ("." if "." in body else ","), value)
    if "id" in seen and "en" in seen:
        return StyleDecision(None, f"{seen['id']!r} is written the Indonesian way, {seen['en']!r} the English way")
    if "id" in seen:
        return StyleDecision(NumberStyle.INDONESIAN, f"{seen['id']!r} can only be Indonesian")
    if "en" in seen:
        return StyleDecision(NumberStyle.ENGLISH, f"{seen['en']!r} can only be English")
    either = [value for key, value in seen.items() if key.startswith("either")]
    if either:
        return StyleDecision(None, f"{' and '.join(map(repr, either))} can be read with a thousands or a decimal sign")
    return StyleDecision(NumberStyle.PLAIN, "no number parts its digits")


def parse_number(cell: str, style: NumberStyle) -> Decimal | str:
    """Return the number in *cell*, or the code of what is wrong with it.

    Negative is written with a minus before or after, or in brackets; `Rp`, `IDR`, `$` before and `,-` after are taken
    off. Codes: `cell.blank`, `cell.error_value`, `number.scientific`, `number.other_style`, `number.invalid`.
    """
    if cell.startswith(TYPED):
        return Decimal(cell.removeprefix(TYPED)) if re.fullmatch(r"\x01-?\d+\.\d+", cell) else "number.invalid"
    text = cell.strip()
    if not text:
        return "cell.blank"
    if is_error_value(text):
        return "cell.error_value"
    if is_scientific(text):
        return "number.scientific"
    body = _body(text)
    if body is None:
        return "number.invalid"
    if not _SHAPES[style].fullmatch(body):
        fits_another = any(shape.fullmatch(body) for shape in _SHAPES.values())
        return "number.other_style" if fits_another else "number.invalid"
    thousands, decimal = (".", ",") if style is NumberStyle.INDONESIAN else (",", ".")
    number = Decimal(body.replace(thousands, "").replace(decimal, "."))
    return -number if _is_negative(text) else number


def _body(cell: str) -> str | None:
    """Return the digits and signs between them, without money sign, brackets and minus; blank for other text."""
    text = cell.strip().replace("\u00a0", " ").replace("\u2212", "-")
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    text = text.removesuffix(",-").removesuffix(".-")
    text = text.removeprefix("-").removeprefix("+").strip()
    text = _MONEY_SIGN.sub("", text).strip().removeprefix("-").removesuffix("-").strip()
    return text if text and text.isascii() and re.fullmatch(r"[\d.,]+", text) else None


def _is_negative(text: str) -> bool:
    stripped = text.replace("\u2212", "-").removesuffix(",-").removesuffix(".-")
    return "-" in stripped or (stripped.startswith("(") and stripped.endswith(")"))
