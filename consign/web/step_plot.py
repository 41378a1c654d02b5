"""A plot of what holds from one day to another, such as prices: a line in steps, drawn as plots of bars are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

from markupsafe import Markup

from consign.sentence import Sentence
from consign.web.language import Language, rupiah
from consign.web.plots import LARGEST_POWER, STEPS, shorten_rupiah

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT, RIGHT, TOP, BOTTOM = 116, 24, 18, 40
"""Room around the line for labels as large as phones need them."""
MOST_LEVELS = 3
"""At most so many steps part the lowest level from the highest."""
LABEL_WIDTH: Final = 150
"""Room that the label of a day takes."""
AHEAD = timedelta(days=30)
"""How far a price is drawn that begins later."""
LONG = 1_000_000
"""From so many rupiah on an amount is shortened."""


@dataclass(frozen=True)
class Step:
    """What holds from a day on, in whole rupiah or as another whole number, until the next step."""

    first: date
    amount: int


def plot_steps(
    steps: Sequence[Step],
    *,
    today: date,
    caption: Sentence,
    language: Language,
    write: Callable[[int], str] = rupiah,
    from_zero: bool = False,
) -> Markup:
    """Return the *steps*, the earliest first, as a line in a picture; blank where there are fewer than two.

    It begins with the first step and goes on until *today*, or a month beyond a step that begins later. Amounts need not
    begin at zero: what is shown is when they changed, and by how much; with *from_zero* zero is shown as well. *write* writes
    an amount. The same figures stand in a table beside it.
    """
    if len(steps) < 2:
        return Markup()
    frame = _Frame(steps, today, from_zero=from_zero)
    pieces = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(language.say(caption))}">',
        *_draw_levels(frame, write),
        *_draw_days(frame, language),
        f'<path class="step" d="{frame.write_line()}"/>',
        *_draw_dots(frame, language, write),
        "</svg>",
    ]
    return Markup("".join(pieces))  # noqa: S704  # made of our own figures; every text was escaped


def find_levels(amounts: Sequence[int]) -> list[int]:
    """Return round amounts, in even steps, from at or below the smallest to at or above the largest."""
    low, high = min(amounts), max(amounts)
    if low == high:
        low, high = low * 9 // 10, high * 11 // 10 + 1
    sizes = (step * 10**power for power in range(LARGEST_POWER) for step in STEPS)
    size = next(size for size in sizes if high - low <= MOST_LEVELS * size)
    return list(range(low // size * size, -(-high // size) * size + 1, size))


class _Frame:
    """Where days and amounts stand in the picture."""

    def __init__(self, steps: Sequence[Step], today: date, *, from_zero: bool) -> None:
        self.steps = steps
        self.levels = find_levels([one.amount for one in steps] + ([0] if from_zero else []))
        self.first = steps[0].first
        self.last = max(today, steps[-1].first + AHEAD if steps[-1].first > today else today)

    def place_day(self, day: date) -> int:
        """Return how far from the left a day stands."""
        whole = max(1, (self.last - self.first).days)
        return LEFT + (day - self.first).days * (WIDTH - LEFT - RIGHT) // whole

    def place_amount(self, amount: int) -> int:
        """Return how far from above an amount stands."""
        whole = self.levels[-1] - self.levels[0]
        return HEIGHT - BOTTOM - (amount - self.levels[0]) * (HEIGHT - TOP - BOTTOM) // whole

    def write_line(self) -> str:
        """Return the line: along each amount, then up or down to the next."""
        written = [f"M{LEFT} {self.place_amount(self.steps[0].amount)}"]
        written += [f"H{self.place_day(one.first)}V{self.place_amount(one.amount)}" for one in self.steps[1:]]
        return "".join([*written, f"H{self.place_day(self.last)}"])


def _draw_levels(frame: _Frame, write: Callable[[int], str]) -> Iterator[str]:
    yield '<g class="plot-y">'
    for level in frame.levels:
        height = frame.place_amount(level)
        yield f'<path d="M{LEFT} {height}H{WIDTH - RIGHT}"/>'
        label = shorten_rupiah(level) if level >= LONG and write is rupiah else write(level)
        yield f'<text x="{LEFT - 10}" y="{height + 7}">{escape(label)}</text>'
    yield "</g>"


def _draw_days(frame: _Frame, language: Language) -> Iterator[str]:
    """Write the day of each step below it as far as there is room, the latest first."""
    yield '<g class="plot-x">'
    free = WIDTH
    for one in reversed(frame.steps):
        middle = frame.place_day(one.first)
        left = min(max(middle - LABEL_WIDTH // 2, 0), WIDTH - LABEL_WIDTH)
        if left + LABEL_WIDTH <= free:
            yield f'<text x="{left + LABEL_WIDTH // 2}" y="{HEIGHT - 8}">{escape(language.day(one.first))}</text>'
            free = left
    yield "</g>"


def _draw_dots(frame: _Frame, language: Language, write: Callable[[int], str]) -> Iterator[str]:
    """Draw where each step begins, so that it says its day and amount to whoever points at it."""
    for one in frame.steps:
        place = f'cx="{frame.place_day(one.first)}" cy="{frame.place_amount(one.amount)}"'
        told = f"{language.day(one.first)}: {write(one.amount)}"
        yield f'<circle class="dot" {place} r="5"><title>{escape(told)}</title></circle>'
