"""What stands on a label, in Indonesian, as signs that its typeface has, and broken into rows that fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reports.statement import format_rupiah
from reports.symbols import SymbolKind
from reports.typeface import DESCENT_PM, LEADING_PM, find_ascent_pm, keep_printable, text_width_um, wrap
from reports.wording import LabelNotice, Term, tell

MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
BETWEEN = " · "
_HARD = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Label:
    """What one label says; None is not printed. *number* is complete, with its check digit."""

    symbol: SymbolKind
    number: str
    name: str
    content: str | None = None
    """Net content: `200 g`."""
    price_rp: int | None = None
    producer: str | None = None
    batch: str | None = None
    expires_on: date | None = None
    """The last day on which it is at its best."""
    pirt: str | None = None
    """Number of the goods' permit as its paper prints it: `P-IRT 2063471010123-28`, `BPOM RI MD …`."""
    halal: str | None = None
    """The certificate's number, without the word before it."""
    qr: str | None = None
    """The address that a QR code beside the bars leads to."""


@dataclass(frozen=True)
class Words:
    """A label's texts, clean and in the order in which they are printed."""

    name: str
    content: str
    price: str
    details: tuple[tuple[str, str], ...]
    """Name of the field, and its text."""
    notices: tuple[LabelNotice, ...]


@dataclass(frozen=True)
class Piece:
    """Text of one size and weight."""

    text: str
    size_um: int
    is_bold: bool

    @cached_property
    def width_um(self) -> int:
        """Return how wide it is."""
        return text_width_um(self.text, size_um=self.size_um, bold=self.is_bold)


@dataclass(frozen=True)
class Row:
    """Pieces beside each other on one baseline, *gap_um* apart."""

    pieces: tuple[Piece, ...]
    gap_um: int = 0

    @cached_property
    def size_um(self) -> int:
        """Return the size of its largest piece."""
        return max(piece.size_um for piece in self.pieces)

    @cached_property
    def width_um(self) -> int:
        """Return how wide it is."""
        return sum(piece.width_um for piece in self.pieces) + self.gap_um * (len(self.pieces) - 1)

    @cached_property
    def ascent_um(self) -> int:
        """Return how high it stands above its baseline, rounded up."""
        return max(-(-piece.size_um * find_ascent_pm(piece.text, bold=piece.is_bold) // 1_000) for piece in self.pieces)


@dataclass(frozen=True)
class Block:
    """Rows below each other."""

    rows: tuple[Row, ...]

    @cached_property
    def height_um(self) -> int:
        """Return how high it is, from the ascenders of the first row to the descenders of the last."""
        if not self.rows:
            return 0
        *_, (last, baseline) = self.baselines(0)
        return baseline + last.size_um * DESCENT_PM // 1_000

    def baselines(self, top_um: int) -> Iterator[tuple[Row, int]]:
        """Yield every row with its baseline, where the block begins at *top_um*."""
        if not self.rows:
            return
        baseline = (top_um + self.rows[0].ascent_um) * 1_000
        for above, row in zip((None, *self.rows), self.rows, strict=False):
            if above is not None:
                baseline += above.size_um * DESCENT_PM + row.size_um * (LEADING_PM - DESCENT_PM)
            yield row, baseline // 1_000


def write_day(day: date) -> str:
    """Write a day the Indonesian way, unbroken: `12 Mar 2027`."""
    return f"{day.day}{_HARD}{MONTHS[day.month - 1]}{_HARD}{day.year}"


def find_words(label: Label) -> Words:
    """Return what *label* says in signs that can be printed, with a notice about those that cannot."""
    notices: list[LabelNotice] = []

    def clean(field: str, text: str | None) -> str:
        kept, lost = keep_printable(text or "")
        if lost and kept:
            notices.append(
                tell(
                    "{number}: the label's typeface lacks these signs of the {field}, they were left out: {signs}",
                    code="signs_left_out",
                    number=label.number,
                    field=Term("label_field", field),
                    signs=lost,
                )
            )
        return kept

    name = clean("name", label.name)
    if not name:
        notices.append(
            tell(
                "{number}: the label says no name, for its typeface has none of the name's signs. Write it in Latin letters.",
                code="name_unprintable",
                number=label.number,
            )
        )
    pirt = clean("pirt", label.pirt)
    texts = {
        "producer": clean("producer", label.producer),
        "batch": _after("Kode produksi", clean("batch", label.batch)),
        "expires_on": f"Baik digunakan sebelum {write_day(label.expires_on)}" if label.expires_on else "",
        "pirt": pirt,
        "halal": _after("Halal", clean("halal", label.halal)),
    }
    return Words(
        name=name,
        content=clean("content", label.content),
        price="" if label.price_rp is None else format_rupiah(label.price_rp),
        details=tuple((field, text) for field, text in texts.items() if text),
        notices=tuple(notices),
    )


def _after(word: str, text: str) -> str:
    return f"{word} {text}" if text else ""


def break_name(name: str, *, width_um: int, size_um: int, most: int) -> tuple[Block, bool]:
    """Return the name in at most *most* rows, and whether all of it is there."""
    lines, whole = wrap(name, width_um=width_um, size_um=size_um, bold=True, most=most)
    return Block(tuple(Row((Piece(line, size_um, is_bold=True),)) for line in lines)), whole


def break_head(words: Words, *, width_um: int, size_um: int, price_um: int) -> Block | None:
    """Return net content and price in one row, or below each other; None where one is too wide."""
    pieces = [Piece(words.content, size_um, is_bold=False)] if words.content else []
    pieces += [Piece(words.price, price_um, is_bold=True)] if words.price else []
    if not pieces:
        return Block(())
    together = Row(tuple(pieces), gap_um=price_um)
    if together.width_um <= width_um:
        return Block((together,))
    rows = tuple(Row((piece,)) for piece in pieces)
    return Block(rows) if all(row.width_um <= width_um for row in rows) else None


def join_head(words: Words, *, width_um: int, size_um: int, name_um: int) -> Block | None:
    """Return name, net content and price all in one row; None where they are too wide, or there is only one of them."""
    rest = Words(name="", content=words.content, price=words.price, details=(), notices=())
    head = break_head(rest, width_um=width_um, size_um=size_um, price_um=name_um)
    if not words.name or head is None or len(head.rows) != 1:
        return None
    row = Row((Piece(words.name, name_um, is_bold=True), *head.rows[0].pieces), gap_um=name_um)
    return Block((row,)) if row.width_um <= width_um else None


def break_details(words: Words, *, width_um: int, size_um: int) -> tuple[Block, bool] | None:
    """Return everything else, as much in a row as fits; tell also whether the producer's name is whole.

    Only that name may be cut. None where another text is too wide.
    """
    lines: list[str] = []
    whole = True
    for field, text in words.details:
        joined = f"{lines[-1]}{BETWEEN}{text}" if lines else text
        if text_width_um(joined, size_um=size_um, bold=False) <= width_um:
            lines[-1:] = [joined]
            continue
        broken, all_there = wrap(text, width_um=width_um, size_um=size_um, bold=False, most=2)
        if not all_there and field != "producer":
            return None
        whole = whole and all_there
        lines += broken
    return Block(as_rows(lines, size_um=size_um)), whole


def as_rows(lines: Sequence[str], *, size_um: int) -> tuple[Row, ...]:
    """Return *lines* as rows of regular weight."""
    return tuple(Row((Piece(line, size_um, is_bold=False),)) for line in lines)
