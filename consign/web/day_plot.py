"""A plot of a product's days in a store: what was sold and expected, what stood there, and which days are not known.

Days of different kinds differ in shape, not only in colour: a bar is sold, a ring none sold, a cross none there, a
question mark not known. The same figures stand in a table beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import Final

from markupsafe import Markup

from consign.insight.demand_days import DayState
from consign.sentence import Sentence
from consign.web.language import Language, count, quantity
from consign.web.plots import find_guides

WIDTH: Final = 640
HEIGHT: Final = 330
LEFT, RIGHT = 58, 8
SOLD_TOP, SOLD_BOTTOM = 16, 176
STANDS_TOP, STANDS_BOTTOM = 214, 296
"""The upper picture shows what was sold, the lower one what stood there at the end of each day."""
MOST_LABELS = 5
MILLI = 1000


@dataclass(frozen=True)
class PlotDay:
    """One day; quantities in thousandths. *expected* is blank on days nobody expects anything of."""

    day: date
    state: DayState
    sold: int
    expected: int | None
    stands: int | None


def plot_shelf(days: Sequence[PlotDay], *, caption: Sentence, language: Language) -> Markup:
    """Return the *days*, the earliest first, as a picture; blank where there are none."""
    if not days:
        return Markup()
    frame = _Frame(days)
    pieces = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(language.say(caption))}">',
        *_draw_guides(frame.sold_guides, frame.place_sold),
        *_draw_guides(frame.stands_guides, frame.place_stands),
        *_draw_days(frame, language),
        *_draw_labels(frame, language),
        "</svg>",
    ]
    return Markup("".join(pieces))  # noqa: S704  # made of our own figures; every text was escaped


class _Frame:
    """Where days and quantities stand in the picture."""

    def __init__(self, days: Sequence[PlotDay]) -> None:
        self.days = days
        self.sold_guides = _find_guides([max(one.sold, one.expected or 0) for one in days])
        self.stands_guides = _find_guides([one.stands or 0 for one in days])
        self.wide = (WIDTH - LEFT - RIGHT) / len(days)

    def place_day(self, place: int) -> str:
        """Return how far from the left a day begins."""
        return f"{LEFT + place * self.wide:.1f}"

    def place_middle(self, place: int) -> str:
        """Return how far from the left the middle of a day stands."""
        return f"{LEFT + (place + 0.5) * self.wide:.1f}"

    def place_sold(self, milli: int) -> str:
        """Return how far from above something sold stands."""
        return _place(milli, self.sold_guides, top=SOLD_TOP, bottom=SOLD_BOTTOM)

    def place_stands(self, milli: int) -> str:
        """Return how far from above something on the shelf stands."""
        return _place(milli, self.stands_guides, top=STANDS_TOP, bottom=STANDS_BOTTOM)


def _find_guides(amounts: Sequence[int]) -> list[int]:
    """Return the lowest and the highest round quantity around *amounts*, and zero, in thousandths."""
    guides = find_guides([-(-one // MILLI) if one > 0 else one // MILLI for one in amounts])
    return [one * MILLI for one in sorted({guides[0], 0, guides[-1]})]


def _place(milli: int, guides: Sequence[int], *, top: int, bottom: int) -> str:
    whole = guides[-1] - guides[0]
    return f"{bottom - (milli - guides[0]) * (bottom - top) / whole:.1f}"


def _draw_guides(guides: Sequence[int], place: Callable[[int], str]) -> Iterator[str]:
    yield '<g class="plot-y">'
    for guide in guides:
        height = place(guide)
        look = ' class="zero"' if guide == 0 else ""
        yield f'<path d="M{LEFT} {height}H{WIDTH - RIGHT}"{look}/>'
        yield f'<text x="{LEFT - 8}" y="{height}" dy="5">{escape(count(guide // MILLI))}</text>'
    yield "</g>"


def _draw_days(frame: _Frame, language: Language) -> Iterator[str]:
    zero = frame.place_sold(0)
    for place, one in enumerate(frame.days):
        middle = frame.place_middle(place)
        yield f"<g><title>{escape(_tell(one, language))}</title>"
        if one.state is DayState.SOLD:
            high = frame.place_sold(one.sold)
            left = f"{LEFT + (place + 0.15) * frame.wide:.1f}"
            yield f'<path class="bar" d="M{left} {zero}V{high}h{frame.wide * 0.7:.1f}V{zero}z"/>'
        elif one.state is DayState.NONE_SOLD:
            yield f'<circle class="none" cx="{middle}" cy="{zero}" r="3.5"/>'
        elif one.state is DayState.OUT:
            yield f'<path class="out-day" d="M{frame.place_day(place)} {SOLD_TOP}h{frame.wide:.1f}V{SOLD_BOTTOM}h-{frame.wide:.1f}z"/>'
            yield f'<path class="out" d="M{middle} {zero}m-4 -12l8 8m0 -8l-8 8"/>'
        elif one.state is DayState.UNKNOWN:
            yield f'<text class="unknown" x="{middle}" y="{zero}" dy="-4">?</text>'
        yield "</g>"
    yield f'<path class="expected" d="{_draw_steps(frame, [one.expected for one in frame.days], frame.place_sold)}"/>'
    yield f'<path class="stands" d="{_draw_steps(frame, [one.stands for one in frame.days], frame.place_stands)}"/>'


def _draw_steps(frame: _Frame, amounts: Sequence[int | None], place_amount: Callable[[int], str]) -> str:
    """Return a line along the amounts of days, broken where there is none."""
    drawn, before = [], False
    for place, amount in enumerate(amounts):
        if amount is not None:
            height = place_amount(amount)
            drawn.append(f"V{height}" if before else f"M{frame.place_day(place)} {height}")
            drawn.append(f"H{frame.place_day(place + 1)}")
        before = amount is not None
    return "".join(drawn) or f"M{LEFT} {STANDS_BOTTOM}"


def _draw_labels(frame: _Frame, language: Language) -> Iterator[str]:
    """Write some days below the picture."""
    every = -(-len(frame.days) // MOST_LABELS)
    yield '<g class="plot-x">'
    for place in range(every // 2, len(frame.days), every):
        told = escape(language.short_day(frame.days[place].day))
        yield f'<text x="{frame.place_middle(place)}" y="{HEIGHT - 8}">{told}</text>'
    yield "</g>"


def _tell(one: PlotDay, language: Language) -> str:
    """Return what a day says to whoever points at it."""
    what = language.word(one.state.value, "day_state")
    if one.state is DayState.SOLD:
        what = f"{what} {quantity(Decimal(one.sold) / MILLI)}"
    return f"{language.day(one.day)}: {what}"
