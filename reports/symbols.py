"""EAN-13, EAN-8 and Code 128 as bars on whole printer dots, and one of them drawn alone.

python-barcode knows the patterns; what is a number, how wide a module may be and how high the bars are is decided here.
Source: GS1 General Specifications, section 5.2 (EAN/UPC) and ISO/IEC 15417 (Code 128).
"""

import functools
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from importlib.resources import as_file, files
from math import ceil
from typing import Literal

from barcode import EAN8, EAN13, Code128
from PIL import Image, ImageDraw, ImageFont

from reports.typesetting import typeset
from reports.wording import LabelRefused, Term

PRINTERS_DPI = (203, 300, 600)
_DOTS_UM = {203: Fraction(125), 300: Fraction(25_400, 300), 600: Fraction(25_400, 600)}
"""One dot in micrometres; a printer sold as 203 dpi has 8 dots on a millimetre exactly."""
NOMINAL_UM, LEAST_UM, MOST_UM = 330, 264, 660
"""The module width X, both ends inside."""
SMALL_UM = 250
"""The least X that is drawn on request; it is tolerated for print on demand alone, within the width of the least X."""
FULL_UM = {"ean13": 22_850, "ean8": 18_230}
"""Height of the bars at the nominal X; it grows and shrinks with X."""
CODE128_LEAST_UM, CODE128_SHARE = 6_350, Fraction(15, 100)
"""Code 128: at least this high, and this share of the symbol's width."""
CODE_OF_99 = 99
CODE128_LONGEST = 80
GUARD_X, GAP_X, DIGIT_X = 5, 1, Fraction(25, 3)
"""In modules: how far guard bars reach below the others, the white above the digits, the height of a digit (2.75 mm)."""
FOOT_X = {"ean13": Fraction(1, 5), "ean8": Fraction(1, 5), "code128": Fraction(14, 5)}
"""In modules: what round digits, or letters that hang down, take below the line."""
DIGIT_HEIGHT_EM, DIGIT_ADVANCE_EM = Fraction(1_493, 2_048), Fraction(1_233, 2_048)
"""Of a digit in DejaVu Sans Mono."""

HAIR_PERCENT = 2
"""By so much of a dot bars are drawn narrower on each side: a printer that blackens every dot which ink merely touches would
otherwise add one where a coordinate was rounded."""


class SymbolImpossible(LabelRefused):
    """The text is no number of this kind of symbol; no symbol was made, and the number was not repaired."""

    code = "label.symbol_impossible"


class SymbolDoesNotFit(LabelRefused):
    """No module width on whole dots makes the symbol fit; nothing was drawn."""

    code = "label.symbol_does_not_fit"


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


def dot_um(dpi: int) -> Fraction:
    """Return the width of one printer dot in micrometres, exactly.

    Raises:
        ValueError: nothing is known of such a printer; `PRINTERS_DPI` names those that are known.

    """
    if dpi not in _DOTS_UM:
        raise ValueError(f"a printer of {dpi} dpi is not known")
    return _DOTS_UM[dpi]


def symbol_width_um(symbol: Symbol, *, dots: int, dpi: int) -> Fraction:
    """Return the width with quiet zones, of a module of *dots*; below the least X they widen to what that X takes."""
    return symbol.all_modules * max(dots * dot_um(dpi), Fraction(LEAST_UM))


def full_bar_um(symbol: Symbol, *, dots: int, dpi: int) -> Fraction:
    """Return how high the bars have to be; below the least X as high as that X takes."""
    module = max(dots * dot_um(dpi), Fraction(LEAST_UM))
    if symbol.kind is SymbolKind.CODE128:
        return max(CODE128_SHARE * symbol.modules * module, Fraction(CODE128_LEAST_UM))
    return module * FULL_UM[symbol.kind] / NOMINAL_UM


def is_small(dots: int, *, dpi: int) -> bool:
    """Tell whether a module of *dots* is below the least X that every scanner must read."""
    return dots * dot_um(dpi) < LEAST_UM


def small_module(dpi: int) -> int | None:
    """Return the module in dots that lies below the least X and is drawn on request, or None."""
    dots = ceil(SMALL_UM / dot_um(dpi))
    return dots if is_small(dots, dpi=dpi) else None


@functools.cache
def legal_modules(dpi: int) -> tuple[int, ...]:
    """Return every module in whole dots from the least to the most X, the one nearest to the nominal X first."""
    dot = dot_um(dpi)
    dots = range(ceil(LEAST_UM / dot), int(MOST_UM / dot) + 1)
    return tuple(sorted(dots, key=lambda one: (abs(one * dot - NOMINAL_UM), -one)))


def fit_module(symbol: Symbol, *, room_um: int, dpi: int, allow_small: bool = False) -> int:
    """Return how many dots wide a module is: as near to the nominal X as *room_um* allows, quiet zones counted.

    Between two that are as near, the larger. *allow_small* permits an X from 0.250 mm where no legal one fits.

    Raises:
        SymbolDoesNotFit: none fits.

    """
    for dots in legal_modules(dpi):
        if symbol_width_um(symbol, dots=dots, dpi=dpi) <= room_um:
            return dots
    small = small_module(dpi)
    small_fits = small is not None and symbol_width_um(symbol, dots=small, dpi=dpi) <= room_um
    if allow_small and small is not None and small_fits:
        return small
    raise _does_not_fit(symbol, room_um=room_um, dpi=dpi, small_fits=small_fits)


def _does_not_fit(symbol: Symbol, *, room_um: int, dpi: int, small_fits: bool) -> SymbolDoesNotFit:
    facts = {
        "kind": Term("symbol_kind", symbol.kind.value),
        "needed": to_mm(_least_width_um(symbol, dpi), up=True),
        "room": to_mm(room_um),
        "dpi": dpi,
    }
    others = tuple(one for one in PRINTERS_DPI if one != dpi and _least_width_um(symbol, one) <= room_um)
    if others:
        return SymbolDoesNotFit(
            "At {dpi} dots per inch the symbol ({kind}) is at least {needed} mm wide with its quiet zones, and there are only"
            " {room} mm. Take a wider label, or a printer of {others} dots per inch.",
            **facts,
            others=others,
        )
    if small_fits:
        return SymbolDoesNotFit(
            "At {dpi} dots per inch the symbol ({kind}) is at least {needed} mm wide with its quiet zones, and there are only"
            " {room} mm. Take a wider label; or allow small bars once the test page has been read by the stores' scanners.",
            **facts,
        )
    return SymbolDoesNotFit(
        "At {dpi} dots per inch the symbol ({kind}) is at least {needed} mm wide with its quiet zones, and there are only"
        " {room} mm. Take a wider label.",
        **facts,
    )


def _least_width_um(symbol: Symbol, dpi: int) -> Fraction:
    return symbol_width_um(symbol, dots=min(legal_modules(dpi)), dpi=dpi)


def to_mm(length_um: int | Fraction, *, up: bool = False) -> Decimal:
    """Return a length in millimetres with one decimal, rounded half up or always *up*."""
    tenths = Fraction(length_um) / 100
    return Decimal(ceil(tenths) if up else int(tenths + Fraction(1, 2))) / 10


@dataclass(frozen=True)
class Drawing:
    """A symbol as it is printed: everything in whole dots, counted from the upper left corner of its quiet zone."""

    symbol: Symbol
    dpi: int
    module: int
    bars: int
    """Height of the bars; guard bars reach further down where digits are printed."""
    has_digits: bool

    @cached_property
    def width(self) -> int:
        """Return the width with quiet zones, rounded up."""
        return ceil(symbol_width_um(self.symbol, dots=self.module, dpi=self.dpi) / dot_um(self.dpi))

    @cached_property
    def height(self) -> int:
        """Return the height down to the foot of the digits."""
        return self.bars + below_bars(self.symbol.kind, self.module, has_digits=self.has_digits)

    @cached_property
    def first_bar(self) -> int:
        """Return where the first bar begins."""
        spare = self.width - self.symbol.all_modules * self.module
        return self.symbol.quiet_left * self.module + spare // 2

    @cached_property
    def digit_size(self) -> Fraction:
        """Return the type size of the digits: as high as the specification asks, narrower where they would not fit."""
        fits = (group.width / (len(group.text) * DIGIT_ADVANCE_EM) for group in self.symbol.groups)
        return self.module * min(DIGIT_X / DIGIT_HEIGHT_EM, *fits)

    def bar_boxes(self) -> list[tuple[int, int, int, int]]:
        """Return left edge, upper edge, width and height of every bar."""
        module, start = self.module, self.first_bar
        guard = self.bars + (GUARD_X * module if self.has_digits else 0)
        return [
            (start + bar.first * module, 0, bar.width * module, guard if bar.is_guard else self.bars)
            for bar in self.symbol.runs
        ]

    def digit_boxes(self) -> list[tuple[str, Fraction]]:
        """Return every group of digits with the middle of its place; none where digits are left out."""
        groups = self.symbol.groups if self.has_digits else ()
        return [
            (group.text, self.first_bar + self.module * (group.first + Fraction(group.width, 2))) for group in groups
        ]

    @cached_property
    def baseline(self) -> Fraction:
        """Return where the digits stand."""
        return self.bars + self.module * (GAP_X + DIGIT_X)

    def figures(self) -> dict[str, object]:
        """Return it for the template; lengths that are no whole dots in thousandths of one."""
        return {
            "bars": trace_boxes(self.bar_boxes()),
            "digits": [[text, round(middle * 1_000)] for text, middle in self.digit_boxes()],
            "size": round(self.digit_size * 1_000),
            "baseline": round(self.baseline * 1_000),
        }


def trace_boxes(boxes: Iterable[tuple[int, int, int, int]]) -> dict[str, object]:
    """Return boxes as one shape in the words of SVG, each a hair smaller, with its width and height in dots."""
    edges = [(left, top, left + width, top + height) for left, top, width, height in boxes]
    more, less = f"{HAIR_PERCENT:02}", 100 - HAIR_PERCENT
    lines = (
        f"M{left}.{more} {top}.{more}H{right - 1}.{less}V{foot - 1}.{less}H{left}.{more}Z"
        for left, top, right, foot in edges
    )
    return {
        "path": "".join(lines),
        "width": max((right for _, _, right, _ in edges), default=0),
        "height": max((foot for _, _, _, foot in edges), default=0),
    }


def below_bars(kind: SymbolKind, module: int, *, has_digits: bool) -> int:
    """Return how many dots the digits take below the bars."""
    return ceil(module * (GAP_X + DIGIT_X + FOOT_X[kind])) if has_digits else 0


def draw_symbol(
    symbol: Symbol,
    *,
    dpi: int,
    dots: int | None,
    height_um: int | None,
    digits: bool = True,
    format: Literal["svg", "pdf", "png"],
) -> bytes:
    """Return *symbol* alone on a page that is just its size with quiet zones.

    *dots* is the width of a module, None the one nearest to the nominal X. *height_um* is the height of the bars, rounded
    up to whole dots, None the full one. SVG and PDF are vectors, the PNG is black and white with one pixel for a dot.

    Raises:
        SymbolImpossible: a module or bars of less than one dot were asked for.

    """
    module = legal_modules(dpi)[0] if dots is None else dots
    height = full_bar_um(symbol, dots=module, dpi=dpi) if height_um is None else height_um
    bars = ceil(height / dot_um(dpi))
    if module < 1 or bars < 1:
        raise SymbolImpossible("A bar is at least one dot wide and one dot high.")
    drawing = Drawing(symbol, dpi, module, bars, has_digits=digits)
    if format == "png":
        return _draw_bitmap(drawing)
    figures = {
        "title": symbol.text,
        "dot": dot_um(dpi).as_integer_ratio(),
        "width": drawing.width,
        "height": drawing.height,
        "boxes": drawing.bar_boxes(),
        "hair": HAIR_PERCENT,
        "symbol": drawing.figures(),
    }
    return typeset("symbol.typ", figures, output=format)


def _draw_bitmap(drawing: Drawing) -> bytes:
    image = Image.new("1", (drawing.width, drawing.height), 1)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    for left, top, width, height in drawing.bar_boxes():
        pen.rectangle((left, top, left + width - 1, top + height - 1), fill=0)
    with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as file:
        face = ImageFont.truetype(str(file), int(drawing.digit_size))
    for text, middle in drawing.digit_boxes():
        pen.text((round(middle), int(drawing.baseline)), text, font=face, fill=0, anchor="ms")
    target = io.BytesIO()
    dots_per_inch = round(25_400 / dot_um(drawing.dpi), 1)
    image.save(target, "PNG", dpi=(dots_per_inch, dots_per_inch))
    return target.getvalue()
