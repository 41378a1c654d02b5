"""EAN-13, EAN-8 and Code 128 as bars in modules: what is a number of each, and which bars say it.

python-barcode knows the patterns; what is a number is decided here.
Source: GS1 General Specifications, section 5.2 (EAN/UPC) and ISO/IEC 15417 (Code 128).
"""

import itertools
from dataclasses import dataclass
from enum import StrEnum

from barcode import EAN8, EAN13, Code128

from reports.wording import LabelRefused, Term

CODE_OF_99 = 99
CODE128_LONGEST = 80


class SymbolImpossible(LabelRefused):
    """The text is no number of this kind of symbol; no symbol was made, and the number was not repaired."""

    code = "label.symbol_impossible"


class SymbolKind(StrEnum):
    """The kinds of symbol that are drawn."""

    EAN13 = "ean13"
    EAN8 = "ean8"
    CODE128 = "code128"


@dataclass(frozen=True)
class Bar:
    """A dark bar: its *first* module counted from the first bar, how many modules it is wide, whether it guards."""

    first: int
    width: int
    is_guard: bool


@dataclass(frozen=True)
class DigitGroup:
    """Signs printed below the bars, centred in *width* modules from *first*; left of the bars that is negative."""

    text: str
    first: int
    width: int


@dataclass(frozen=True)
class Symbol:
    """A symbol in modules, before anything is known of a printer."""

    kind: SymbolKind
    text: str
    """Everything the symbol says, with the check digit."""
    runs: tuple[Bar, ...]
    modules: int
    """From the first bar to the last."""
    quiet_left: int
    quiet_right: int
    groups: tuple[DigitGroup, ...]

    @property
    def all_modules(self) -> int:
        """Return its width with the quiet zones."""
        return self.quiet_left + self.modules + self.quiet_right


_TERMS = {
    SymbolKind.EAN13: (13, 11, 7, frozenset({0, 2, 46, 48, 92, 94}), ((-10, 7), (3, 42), (50, 42)), (1, 7)),
    SymbolKind.EAN8: (8, 7, 7, frozenset({0, 2, 32, 34, 64, 66}), ((3, 28), (36, 28)), (4,)),
}
"""Digits, quiet zones, where guard bars begin, where groups of digits stand, and before which digits they are split."""


def make_symbol(kind: SymbolKind, text: str) -> Symbol:
    """Return the symbol that says *text*; it must be complete, with its check digit.

    Raises:
        SymbolImpossible: it has signs, a length or a check digit that the kind does not allow.

    """
    return _make_code128(text) if kind is SymbolKind.CODE128 else _make_ean(kind, text)


def _make_ean(kind: SymbolKind, text: str) -> Symbol:
    length, left, right, guards, places, splits = _TERMS[kind]
    name = Term("symbol_kind", kind.value)
    if not (text.isascii() and text.isdigit()):
        raise SymbolImpossible("{text} is no {kind} number: it may hold only the digits 0 to 9.", text=text, kind=name)
    if len(text) != length:
        raise SymbolImpossible(
            "{text} is no {kind} number: it has {found} digits, and {length} are needed.",
            text=text,
            kind=name,
            found=len(text),
            length=length,
        )
    check = compute_check_digit(text[:-1])
    if text[-1] != check:
        raise SymbolImpossible(
            "{text} is no {kind} number: its last digit would have to be {check}. Compare it with the paper it comes from.",
            text=text,
            kind=name,
            check=check,
        )
    made = (EAN13 if kind is SymbolKind.EAN13 else EAN8)(text)
    if str(made) != text:
        raise AssertionError(f"{text} was encoded as {made}")
    (pattern,) = made.build()
    words = [text[start:end] for start, end in itertools.pairwise((0, *splits, length))]
    return Symbol(
        kind=kind,
        text=text,
        runs=_read_bars(pattern, guards),
        modules=len(pattern),
        quiet_left=left,
        quiet_right=right,
        groups=tuple(DigitGroup(word, *place) for word, place in zip(words, places, strict=True)),
    )


class _Code128(Code128):  # type: ignore[misc]  # the library ships no types
    """Code 128 whose first pair of digits may be 99: the library takes it for the switch to pairs, and drops it."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        if encoded[1] == CODE_OF_99:
            return encoded
        optimized: list[int] = super()._try_to_optimize(encoded)
        return optimized


def _make_code128(text: str) -> Symbol:
    if not text or len(text) > CODE128_LONGEST or not all(" " <= sign <= "~" for sign in text):
        raise SymbolImpossible(
            "A Code 128 holds 1 to {longest} plain letters, digits and signs of a keyboard; {text} does not.",
            longest=CODE128_LONGEST,
            text=text,
        )
    (pattern,) = _Code128(text).build()
    return Symbol(
        kind=SymbolKind.CODE128,
        text=text,
        runs=_read_bars(pattern, frozenset()),
        modules=len(pattern),
        quiet_left=10,
        quiet_right=10,
        groups=(DigitGroup(text, 0, len(pattern)),),
    )


def _read_bars(pattern: str, guards: frozenset[int]) -> tuple[Bar, ...]:
    bars, place = [], 0
    for sign, run in itertools.groupby(pattern):
        width = len(list(run))
        if sign == "1":
            bars.append(Bar(place, width, place in guards))
        place += width
    return tuple(bars)


def compute_check_digit(digits: str) -> str:
    """Return the digit that completes *digits*: weights 3, 1, 3, ... from the right. Source: GS1, section 7.9."""
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighed % 10)
