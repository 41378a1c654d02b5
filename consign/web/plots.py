"""Plots as SVG inside the page: drawn on the server, coloured by the stylesheet, with the same figures as a table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypedDict

import pygal
from markupsafe import Markup
from pygal.etree import etree
from pygal.style import Style

from consign.period import Cycle, period_of
from consign.sentence import Sentence, say
from consign.web.language import Language, rupiah

MOST_DAYS = 62
"""Beyond so many days, each bar is a week."""
MOST_LABELS = 7
MOST_STEPS = 5
"""Up to so many steps part the smallest amount from the largest."""
LARGEST_POWER = 30
SIZE = (640, 280)
LABEL_SIZE = 20
"""Room for labels as large as phones need them; the stylesheet makes them smaller where the page is wide."""
STEPS = (1, 2, 5)
SCALES = ((10**12, "T"), (10**9, "M"), (10**6, "jt"), (10**3, "rb"))
"""Trillion, billion, million and thousand, as Indonesians shorten them."""
KEPT: Final[Mapping[str, frozenset[str]]] = {
    "svg": frozenset({"viewBox"}),
    "g": frozenset({"transform", "class"}),
    "rect": frozenset({"x", "y", "width", "height", "class"}),
    "path": frozenset({"d", "class"}),
    "text": frozenset({"x", "y", "class"}),
}
"""The elements of a plot and their attributes; everything else that pygal draws is for its own script and style."""
CLASSES: Final[Mapping[str, str]] = {
    "axis x": "plot-x",
    "axis y always_show": "plot-y",
    "axis y": "plot-y",
    "axis major line": "zero",
    "rect reactive tooltip-trigger": "bar",
    "rect negative reactive tooltip-trigger": "bar",
}
_NAMESPACE = re.compile(r' xmlns(?::\w+)?="[^"]*"')
_FRACTION = re.compile(r"(\.\d)\d+")


@dataclass(frozen=True)
class Bar:
    """One bar. *label* stands below it, *name* says it in full; *amount* is in whole rupiah, or counts something."""

    label: str
    name: str
    amount: int


class Plot(TypedDict):
    """What `parts.plot` shows."""

    svg: Markup
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def plot_days(by_day: Mapping[date, int], *, first: date, last: date, caption: Sentence, language: Language) -> Plot:
    """Return a bar for each day from *first* to *last*, both inside, or for each week where there are many days."""
    weekly = (last - first).days + 1 > MOST_DAYS
    bars = []
    day = first
    while day <= last:
        end = min(period_of(day, Cycle.WEEK).last, last) if weekly else day
        amount = sum(by_day.get(day + timedelta(n), 0) for n in range((end - day).days + 1))
        name = f"{language.day(day)} – {language.day(end)}" if end > day else language.day(day)  # noqa: RUF001  # between two days
        bars.append(Bar(language.short_day(day), name, amount))
        day = end + timedelta(1)
    head = say("Week") if weekly else say("Day")
    return plot_bars(bars, caption=caption, heads=(head, say("Sales")), language=language)


def plot_bars(
    bars: Sequence[Bar],
    *,
    caption: Sentence,
    heads: tuple[Sentence, Sentence],
    language: Language,
    write: Callable[[int], str] = rupiah,
) -> Plot:
    """Return the *bars* as a plot, and as rows below *heads*; without a bar the plot is blank.

    *write* writes an amount in full, as rupiah or as a count.
    """
    said = language.say(caption)
    return {
        "svg": _draw(bars, caption=said, write=write) if bars else Markup(),
        "caption": said,
        "heads": [language.say(head) for head in heads],
        "rows": [(bar.name, write(bar.amount)) for bar in bars],
    }


def shorten_rupiah(amount: int) -> str:
    """Write an amount the short way of axes: 1.500.000 is `1,5 jt`, 250.000 `250 rb`; one more digit is cut off."""
    for scale, word in SCALES:
        if abs(amount) >= scale:
            whole, rest = divmod(abs(amount) * 10 // scale, 10)
            return f"{'-' if amount < 0 else ''}{whole}{f',{rest}' if rest else ''} {word}"
    return str(amount)


def find_guides(amounts: Sequence[int]) -> list[int]:
    """Return round amounts, in even steps, from at or below the smallest to at or above the largest and zero."""
    low, high = min(0, *amounts), max(1, *amounts)
    sizes = (step * 10**power for power in range(LARGEST_POWER) for step in STEPS)
    step = next(size for size in sizes if high - low <= MOST_STEPS * size)
    return list(range(low // step * step, -(-high // step) * step + 1, step))


def _draw(bars: Sequence[Bar], *, caption: str, write: Callable[[int], str]) -> Markup:
    guides = find_guides([bar.amount for bar in bars])
    chart = pygal.Bar(
        width=SIZE[0], height=SIZE[1], margin=4, margin_right=30, spacing=6, show_legend=False, js=(), css=(), no_prefix=True,
        disable_xml_declaration=True, explicit_size=False, pretty_print=False, show_x_guides=False, show_y_guides=True,
        truncate_label=-1, show_minor_x_labels=False, value_formatter=lambda amount: shorten_rupiah(int(amount)),
        x_labels_major_every=max(1, -(-len(bars) // MOST_LABELS)), style=Style(label_font_size=LABEL_SIZE,
        major_label_font_size=LABEL_SIZE, background="transparent"), range=(guides[0], guides[-1]),
    )  # fmt: skip
    chart.x_labels = [bar.label for bar in bars]
    chart.y_labels = guides
    chart.add("", [bar.amount for bar in bars])
    root = chart.render_tree()
    _strip(root)
    _name_bars(root, bars, write)
    root.set("role", "img")
    root.set("aria-label", caption)
    opening, _, drawn = etree.tostring(root, encoding="unicode").partition(">")
    written = f"{_NAMESPACE.sub('', opening)}>{drawn}"  # only some libraries write them, and no page needs them
    return Markup(written)  # noqa: S704  # made of our own figures; the serializer escaped every text


def _strip(element: Any) -> None:  # noqa: ANN401  # an element of whichever library pygal found
    """Leave only what is drawn: no style, script, comment, tooltip or name of an element, and short numbers."""
    for child in list(element):
        tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        idle = tag == "rect" and child.get("class") not in CLASSES
        if tag not in KEPT or idle:
            element.remove(child)
            continue
        _strip(child)
        if tag == "g" and len(child) == 0:
            element.remove(child)
    tag = element.tag.rpartition("}")[2]
    for name in list(element.attrib):
        value = element.attrib.pop(name)
        kept = CLASSES.get(value, "") if name == "class" else _FRACTION.sub(r"\1", value)
        if name in KEPT[tag] and kept:
            element.set(name, kept)


def _name_bars(root: Any, bars: Sequence[Bar], write: Callable[[int], str]) -> None:  # noqa: ANN401  # the same
    """Let each bar say its day and amount to whoever points at it."""
    drawn = [one for one in root.iter() if one.get("class") == "bar"]
    for element, bar in zip(drawn, bars, strict=True):
        title = element.makeelement("title", {})
        title.text = f"{bar.name}: {write(bar.amount)}"
        element.append(title)
