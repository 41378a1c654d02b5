"""The bars of a number on a page, so that the screen of a phone can be scanned; labels to print are another matter."""

from functools import lru_cache
from itertools import groupby
from typing import Final

from barcode.ean import EuropeanArticleNumber8, EuropeanArticleNumber13
from markupsafe import Markup

from consign.catalogue.numbers import NotForTills, get_scanned

QUIET: Final = 11
"""Light modules on both sides, as many as the specification asks for on the wider one."""
HEIGHT: Final = 34


@lru_cache(maxsize=512)
def draw_bars(number: str) -> Markup:
    """Return the bars of *number*; blank for the number of a carton, which no till scans.

    They say nothing to whoever cannot see them: the digits stand beside them.
    """
    try:
        digits = get_scanned(number)
    except NotForTills:
        return Markup()
    (modules,) = (EuropeanArticleNumber8 if len(digits) == 8 else EuropeanArticleNumber13)(digits).build()
    drawn, place = [], QUIET
    for bit, run in groupby(modules):
        width = len(list(run))
        if bit == "1":
            drawn.append(f"M{place} 0h{width}v{HEIGHT}h-{width}z")
        place += width
    path = f'<path d="{"".join(drawn)}" shape-rendering="crispEdges"/>'
    svg = f'<svg class="bars" viewBox="0 0 {place + QUIET} {HEIGHT}" aria-hidden="true">{path}</svg>'
    return Markup(svg)  # noqa: S704  # made of digits alone
