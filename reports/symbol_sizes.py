"""How large a symbol is in print: a module in whole printer dots, the quiet zones, the height of the bars.

Source: GS1 General Specifications, section 5.2 (EAN/UPC) and ISO/IEC 15417 (Code 128).
"""

import functools
from decimal import Decimal
from fractions import Fraction
from math import ceil

from reports.symbols import Symbol, SymbolKind
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


class SymbolDoesNotFit(LabelRefused):
    """No module width on whole dots makes the symbol fit; nothing was drawn."""

    code = "label.symbol_does_not_fit"


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
