"""How wide text is in the typeface of the labels, where it breaks, and which signs can be printed at all.

The typeface is IBM Plex Sans Condensed (SIL Open Font License, from a package of its own): sturdy strokes that a thermal printer
holds, narrow enough for a label. Widths are sums of single signs, as the templates set them without ligatures; kerning,
which they have, only ever draws signs closer than that by what a test measures.
"""

import functools
import math
import unicodedata

from PIL import ImageFont

from reports.typesetting import FONTS

UNITS = 1_000
"""Parts of the type size in which the font gives its widths."""
ASCENT_PM, DESCENT_PM, LEADING_PM = 800, 240, 1_160
"""Of a line, in thousandths of its size: above the baseline, below it, and from baseline to baseline."""
ELLIPSIS = "…"
_PROBE = 24
"""Size at which two glyphs are told apart."""
LONGEST_WORD, BREAK = 16, "\N{ZERO WIDTH SPACE}"
"""A longer word may be broken anywhere, so that it stays in its column."""


@functools.cache
def _face(*, bold: bool, size: int) -> ImageFont.FreeTypeFont:
    file = FONTS / f"IBMPlexSansCondensed-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


@functools.lru_cache(maxsize=4_096)
def _advance(sign: str, *, bold: bool) -> int:
    return round(_face(bold=bold, size=UNITS).getlength(sign))


@functools.lru_cache(maxsize=4_096)
def _is_printable(sign: str) -> bool:
    """Tell whether the font has *sign*: one that it lacks looks like a code point that is no character."""
    face = _face(bold=False, size=_PROBE)
    return unicodedata.category(sign)[0] != "C" and bytes(face.getmask(sign)) != bytes(face.getmask("\uffff"))


@functools.lru_cache(maxsize=16_384)
def _width(text: str, *, bold: bool) -> int:
    return sum(_advance(sign, bold=bold) for sign in text)


def text_width_um(text: str, *, size_um: int, bold: bool) -> int:
    """Return how wide *text* is, rounded up."""
    return -(-_width(text, bold=bold) * size_um // UNITS)


@functools.lru_cache(maxsize=4_096)
def find_ascent_pm(text: str, *, bold: bool) -> int:
    """Return how high *text* stands above its baseline, in thousandths of its size: more than others with an accent on a capital."""
    return max(ASCENT_PM, -math.floor(_face(bold=bold, size=UNITS).getbbox(text, anchor="ls")[1]))


def keep_printable(text: str) -> tuple[str, str]:
    """Return *text* with only signs that the typeface has, and the signs that were left out.

    A sign in disguise (full-width, in a circle, styled) becomes the plain one; every stretch of white space becomes one blank.
    """
    kept, lost = [], []
    for sign in unicodedata.normalize("NFC", text):
        if sign.isspace():
            kept.append(" ")
        elif _is_printable(sign):
            kept.append(sign)
        else:
            plain = unicodedata.normalize("NFKC", sign)
            if plain != sign and all(one.isspace() or _is_printable(one) for one in plain):
                kept.append(plain)
            elif unicodedata.category(sign) not in {"Cc", "Cf", "Mn"}:  # the others show nothing by themselves
                lost.append(sign)
    return " ".join("".join(kept).split()), "".join(lost)


def make_breakable(text: str) -> str:
    """Return *text* with invisible places to break in words that are wider than a column may be."""
    return " ".join(map(_break_word, text.split(" ")))


def _break_word(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return BREAK.join(word[place : place + LONGEST_WORD // 2] for place in range(0, len(word), LONGEST_WORD // 2))


def wrap(text: str, *, width_um: int, size_um: int, bold: bool, most: int) -> tuple[tuple[str, ...], bool]:
    """Break *text* at blanks into at most *most* lines; tell also whether all of it is there.

    What is too much ends with an ellipsis. A single word that is wider than a line is cut.
    """
    if not text:
        return (), True
    room = width_um * UNITS // size_um
    lines: list[str] = []
    words = text.split(" ")
    while words and len(lines) < most:
        fitting = _count_fitting(words, room, bold=bold)
        if fitting == 0:
            break
        lines.append(" ".join(words[:fitting]))
        words = words[fitting:]
    if not words:
        return _balance(lines, room, bold=bold), True
    rest = " ".join([lines.pop(), *words] if len(lines) == most else words)
    return (*lines, _cut(rest, room, bold=bold)), False


def _count_fitting(words: list[str], room: int, *, bold: bool) -> int:
    """Return how many of *words* fit on one line."""
    used, blank = 0, _advance(" ", bold=bold)
    for place, word in enumerate(words):
        used += _width(word, bold=bold) + (blank if place else 0)
        if used > room:
            return place
    return len(words)


def _balance(lines: list[str], room: int, *, bold: bool) -> tuple[str, ...]:
    """Return two lines broken where they are most alike in width; other numbers of lines as they are."""
    if len(lines) != 2:
        return tuple(lines)
    words = " ".join(lines).split(" ")
    breaks = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    fitting = [pair for pair in breaks if all(_width(line, bold=bold) <= room for line in pair)]
    return min(fitting, key=lambda pair: abs(_width(pair[0], bold=bold) - _width(pair[1], bold=bold)))


def _cut(text: str, room: int, *, bold: bool) -> str:
    """Return as much of *text* as fits before an ellipsis."""
    left = room - _advance(ELLIPSIS, bold=bold)
    for place, sign in enumerate(text):
        left -= _advance(sign, bold=bold)
        if left < 0:
            return text[:place].rstrip(" ,.-") + ELLIPSIS
    return text


class TextPen:
    """Writes text in signs that the typeface has, and remembers whether any had to be left out."""

    def __init__(self) -> None:
        self.has_lost = False

    def write(self, text: str) -> str:
        """Return *text* clean, and breakable where a word is long."""
        kept, lost = keep_printable(text)
        self.has_lost = self.has_lost or bool(lost)
        return make_breakable(kept)
