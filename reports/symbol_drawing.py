"""A symbol drawn on whole printer dots: its bars and digits as boxes, and the symbol alone as SVG, PDF or PNG."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib.resources import as_file, files
from math import ceil
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from reports.symbol_sizes import dot_um, full_bar_um, legal_modules, symbol_width_um
from reports.symbols import Symbol, SymbolImpossible, SymbolKind
from reports.typesetting import typeset

GUARD_X, GAP_X, DIGIT_X = 5, 1, Fraction(25, 3)
"""In modules: how far guard bars reach below the others, the white above the digits, the height of a digit (2.75 mm)."""
FOOT_X = {"ean13": Fraction(1, 5), "ean8": Fraction(1, 5), "code128": Fraction(14, 5)}
"""In modules: what round digits, or letters that hang down, take below the line."""
DIGIT_HEIGHT_EM, DIGIT_ADVANCE_EM = Fraction(1_493, 2_048), Fraction(1_233, 2_048)
"""Of a digit in DejaVu Sans Mono."""

HAIR_PERCENT = 2
"""By so much of a dot bars are drawn narrower on each side: a printer that blackens every dot which ink merely touches would
otherwise add one where a coordinate was rounded."""


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
