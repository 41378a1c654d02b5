"""What papers about goods share: clean words, parties, signatures, and symbols that a scanner in the store reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import ceil

from reports.qr_codes import make_qr
from reports.symbol_drawing import Drawing, trace_boxes
from reports.symbol_sizes import dot_um, fit_module, full_bar_um
from reports.symbols import SymbolKind, make_symbol
from reports.typeface import TextPen

DPI = 300
"""Bars are whole dots of this resolution, so they are of 600 dpi, too: what office printers have."""
BARS_WIDTH_UM, QR_WIDTH_UM = 80_000, 24_000
"""The room for the bars of a number; the width that a QR code comes near to, with the white around it."""
DASH = "\N{EN DASH}"
"""Stands where nothing is known."""
_HARD = "\N{NO-BREAK SPACE}"


class Tone(StrEnum):
    """How a state is marked: still open, settled, or no longer in force, which is written across every page."""

    OPEN = "open"
    DONE = "done"
    VOID = "void"


@dataclass(frozen=True)
class Mark:
    """The state of a paper, as it is printed."""

    words: str
    tone: Tone


@dataclass(frozen=True)
class Party:
    """Who sends or receives, with lines of address and phone."""

    role: str
    """As it is printed above the name: `Pengirim`."""
    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """A box to sign in; a blank name and day are written by hand."""

    role: str
    name: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PaperWords:
    """Words that every paper about goods needs, in the reader's language."""

    language: str
    """Its code, for whoever has the page read aloud: `id`."""
    write_day: Callable[[date], str]
    """Writes a day the way the reader is used to: `5 Okt 2026`."""
    number: str
    partner: str
    remark: str
    printed: str
    """Said before the day of printing."""
    page: str
    """With `{page}` and `{pages}` in it."""
    continued: str
    """Said on top of every page but the first."""
    bars: str
    """Said of the bars to who cannot see them, with `{text}` in it."""
    qr: str
    """The same, of the QR code."""
    name: str
    date: str
    """Below the place to sign."""
    left_out: str
    """Said where signs had to be left out."""


class Pen(TextPen):
    """Writes the text of one paper about goods, in the words of its language."""

    def __init__(self, words: PaperWords) -> None:
        super().__init__()
        self._words = words

    def write_all(self, texts: Sequence[str]) -> list[str]:
        """Return *texts* clean, without those of which nothing is left."""
        return [kept for kept in map(self.write, texts) if kept]

    def write_day(self, day: date | None) -> str:
        """Return *day* unbroken; blank where there is none."""
        return self.write(self._words.write_day(day)).replace(" ", _HARD) if day else ""

    def write_party(self, party: Party) -> dict[str, object]:
        """Return a party for the template."""
        return {
            "role": self.write(party.role),
            "name": self.write(party.name),
            "lines": self.write_all(party.lines),
        }

    def write_details(self, details: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return labels and what they are of, without those that are blank."""
        written = [(self.write(label), self.write(text)) for label, text in details]
        return [(label, text) for label, text in written if text]

    def write_signatures(self, signatures: Sequence[Signature]) -> dict[str, object]:
        """Return the boxes to sign in for the template."""
        return {
            "name": self.write(self._words.name),
            "date": self.write(self._words.date),
            "boxes": [(self.write(one.role), self.write(one.name), self.write_day(one.on)) for one in signatures],
        }

    def write_frame(
        self, *, title: str, number: str, office: str, mark: Mark | None, printed_on: date
    ) -> dict[str, object]:
        """Return what stands around everything on every page."""
        words = self._words
        return {
            "language": words.language,
            "title": self.write(title) or self.write(number) or DASH,
            "number": self.write(number),
            "office": self.write(office),
            "mark": {"words": self.write(mark.words), "tone": mark.tone.value} if mark else None,
            "printed": f"{self.write(words.printed)} {self.write_day(printed_on)}",
            "page": self.write(words.page),
            "continued": self.write(words.continued),
        }


def draw_number(number: str, *, address: str | None, words: PaperWords) -> dict[str, object]:
    """Return the bars of *number* and the QR code of *address*, or of the number where there is no address.

    Raises:
        SymbolImpossible: the number has signs that bars cannot say.
        SymbolDoesNotFit: the number is too long for its place.
        LabelTooFull: the address is too long for a QR code of that size.

    """
    symbol = make_symbol(SymbolKind.CODE128, number)
    module = fit_module(symbol, room_um=BARS_WIDTH_UM, dpi=DPI)
    bars = ceil(full_bar_um(symbol, dots=module, dpi=DPI) / dot_um(DPI))
    qr = make_qr(address or number, dpi=DPI)
    dots = max(qr.module, int(QR_WIDTH_UM / dot_um(DPI) / (qr.size // qr.module)))
    return {
        "dot": dot_um(DPI).as_integer_ratio(),
        "bars": _figures_of(Drawing(symbol, DPI, module, bars, has_digits=True), words.bars),
        "qr": {"shape": trace_boxes(replace(qr, module=dots).boxes()), "alt": words.qr.replace("{text}", qr.text)},
    }


def draw_product_number(number: str, *, height_um: int, words: PaperWords) -> dict[str, object] | None:
    """Return the bars of a product's number, no higher than *height_um*; None where it is neither EAN-13 nor EAN-8."""
    kind = {13: SymbolKind.EAN13, 8: SymbolKind.EAN8}.get(len(number))
    if kind is None:
        return None
    symbol = make_symbol(kind, number)
    module = fit_module(symbol, room_um=BARS_WIDTH_UM, dpi=DPI)
    return _figures_of(Drawing(symbol, DPI, module, int(height_um / dot_um(DPI)), has_digits=False), words.bars)


def _figures_of(drawing: Drawing, alt: str) -> dict[str, object]:
    return {
        "symbol": drawing.figures(),
        "left": drawing.first_bar,
        "width": drawing.width,
        "height": drawing.height,
        "alt": alt.replace("{text}", drawing.symbol.text),
    }


def format_count(number: Decimal | int) -> str:
    """Write a quantity without needless zeros, its thousands set off: `1.234,5`."""
    whole, _, rest = f"{number:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")
