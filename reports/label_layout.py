"""Where everything lies on one label: the symbol first, the texts in what it leaves.

Three arrangements are tried in several sizes of type, and the one that costs least is taken: full bars, the whole name,
large type, in this order of weight. Symbols lie on whole printer dots counted from the label's upper left corner.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

import segno

from reports.label_stock import LabelStock
from reports.label_words import (
    Block,
    Label,
    Row,
    Words,
    break_details,
    break_head,
    break_name,
    find_words,
    join_head,
)
from reports.symbols import (
    Drawing,
    Symbol,
    below_bars,
    dot_um,
    fit_module,
    full_bar_um,
    is_small,
    make_symbol,
    to_mm,
)
from reports.wording import LabelNotice, LabelRefused, Term, tell

LEAST_BAR_UM = 8_000
"""Shorter bars are not printed, unless full ones are shorter: those of a short Code 128."""
LEAST_COLUMN_UM = 12_000
QR_MODULE_UM, QR_QUIET = 300, 4
"""The least width of a QR module, and the white around the code in modules."""
LONGEST_QR = 300
SIZES_UM = (
    (6_000, 3_600), (5_200, 3_100), (4_600, 2_800), (4_000, 2_550), (3_600, 2_400), (3_200, 2_250), (2_850, 2_100),
    (2_550, 1_950), (2_300, 1_750), (2_050, 1_600),
)  # fmt: skip
"""Type sizes of the name and of the rest, large to small. A small o of the rest is 1.0 mm high at 1,950 and 0.8 at 1,600."""
LARGE_MM2, MIDDLE_MM2, TINY_MM2 = 4_000, 2_300, 1_000
"""Labels from these areas on start with larger type; up to the last they may end with type below 1,950."""
LEAVE_OUT = ("qr", "producer", "halal", "pirt", "content", "batch", "expires_on", "price_rp")
"""What a label can do without, the least missed first."""
COST_NAME, COST_PRODUCER, COST_SIZE = 200, 60, 25
"""What a shortened name (twice that where nearly all is lost), a shortened producer and the next smaller type cost, in
thousandths of the full bar height."""


class LabelTooFull(LabelRefused):
    """The label cannot hold all that is wanted beside a symbol that scans; nothing was planned."""

    code = "label.too_full"


@dataclass(frozen=True)
class TextLine:
    """Text on a label, from its left end on its baseline, in micrometres from the label's corner."""

    text: str
    left_um: int
    baseline_um: int
    size_um: int
    width_um: int
    is_bold: bool


@dataclass(frozen=True)
class QrDrawing:
    """A QR code in whole dots: its modules, row by row, and how many dots a module has."""

    text: str
    rows: tuple[bytes, ...]
    module: int

    @property
    def size(self) -> int:
        """Return its width and height with the white around it."""
        return (len(self.rows) + 2 * QR_QUIET) * self.module

    def boxes(self) -> list[tuple[int, int, int, int]]:
        """Return dark stretches across, and down, as left, top, width and height; together they leave no seams."""
        turned = [bytes(column) for column in zip(*self.rows, strict=True)]
        across = [(start, row, length, 1) for row, line in enumerate(self.rows) for start, length in _dark_runs(line)]
        down = [(row, start, 1, length) for row, line in enumerate(turned) for start, length in _dark_runs(line)]
        edge = QR_QUIET
        return [
            (self.module * (edge + left), self.module * (edge + top), self.module * width, self.module * height)
            for left, top, width, height in [*across, *(box for box in down if box[3] > 1)]
        ]


@dataclass(frozen=True)
class LabelLayout:
    """One label, planned. Places of symbols are in dots from the label's corner."""

    label: Label
    drawing: Drawing
    left: int
    top: int
    qr: QrDrawing | None
    qr_left: int
    qr_top: int
    lines: tuple[TextLine, ...]
    notices: tuple[LabelNotice, ...]


@dataclass(frozen=True)
class _Frame:
    """What all arrangements of one label share; lengths in micrometres."""

    words: Words
    symbol: Symbol
    qr: QrDrawing | None
    dpi: int
    module: int
    has_digits: bool
    width: int
    height: int
    name_rows: int = 2
    """In how many rows the name may stand; it is cut to one where a label is too low for two."""

    @cached_property
    def dot(self) -> Fraction:
        return dot_um(self.dpi)

    @cached_property
    def pad_x(self) -> int:
        return min(max(self.width // 25, 1_000), 3_000)

    @cached_property
    def pad_y(self) -> int:
        return min(max(self.height // 25, 500), 3_000)

    @cached_property
    def gap(self) -> int:
        """Return the white between texts and symbols."""
        return min(max(self.height // 40, 350), 1_200)

    @cached_property
    def symbol_width(self) -> int:
        return self.to_um(self.drawing(1).width)

    @cached_property
    def below(self) -> int:
        return self.to_um(below_bars(self.symbol.kind, self.module, has_digits=self.has_digits))

    @cached_property
    def full(self) -> int:
        return ceil(full_bar_um(self.symbol, dots=self.module, dpi=self.dpi))

    @cached_property
    def full_dots(self) -> int:
        return ceil(full_bar_um(self.symbol, dots=self.module, dpi=self.dpi) / self.dot)

    @cached_property
    def least_dots(self) -> int:
        return min(ceil(LEAST_BAR_UM / self.dot), self.full_dots)

    @cached_property
    def qr_size(self) -> int:
        return self.to_um(self.qr.size) if self.qr else 0

    @cached_property
    def qr_quiet(self) -> int:
        return int(QR_QUIET * self.qr.module * self.dot) if self.qr else 0

    def fit_bars(self, free: int) -> tuple[int, int]:
        """Return how high bars are in dots where *free* is left for symbol and QR code, and how high these are then.

        Both are 0 where there is less than bars that scan, or the QR code, take.
        """
        bars = min(self.full_dots, self.to_dots(free - self.below))
        height = max(self.qr_size, self.to_um(bars) + self.below)
        return (bars, height) if bars >= self.least_dots and height <= free else (0, 0)

    def drawing(self, bars: int) -> Drawing:
        return Drawing(self.symbol, self.dpi, self.module, bars, has_digits=self.has_digits)

    def to_dots(self, length_um: int) -> int:
        return length_um * self.dot.denominator // self.dot.numerator

    def to_um(self, dots: int) -> int:
        """Return a length in micrometres, rounded up."""
        return -(-dots * self.dot.numerator // self.dot.denominator)


@dataclass(frozen=True)
class _Draft:
    """One arrangement that fits, and what it costs in thousandths."""

    cost: int
    bars: int
    left_um: int
    top_um: int
    qr_left_um: int
    qr_top_um: int
    lines: tuple[TextLine, ...]
    shortened: tuple[str, ...]


def _dark_runs(line: bytes) -> Iterator[tuple[int, int]]:
    place = 0
    while (start := line.find(1, place)) >= 0:
        end = line.find(0, start)
        place = end if end >= 0 else len(line)
        yield start, place - start


def make_qr(text: str, *, dpi: int) -> QrDrawing:
    """Return a QR code for *text*: the smallest that holds it, with the best correction that this size has.

    Raises:
        LabelTooFull: the text is longer than a code on a label should hold.

    """
    if len(text.encode()) > LONGEST_QR:
        raise LabelTooFull(
            "The address in the QR code has more than {longest} signs; a code of it is too large for a label.",
            longest=LONGEST_QR,
        )
    made = segno.make_qr(text, error="l")
    return QrDrawing(text, tuple(bytes(row) for row in made.matrix), ceil(QR_MODULE_UM / dot_um(dpi)))


def lay_out(label: Label, *, stock: LabelStock, dpi: int, allow_small: bool, digits: bool) -> LabelLayout:
    """Return where everything on *label* lies.

    Raises:
        SymbolImpossible: its number is none of its kind.
        SymbolDoesNotFit: no module width makes the symbol fit.
        LabelTooFull: the texts leave less than 8 mm for the bars, or one of them is too wide.

    """
    symbol = make_symbol(label.symbol, label.number)
    module = fit_module(symbol, room_um=stock.label_width_um, dpi=dpi, allow_small=allow_small)
    frame = _Frame(
        words=find_words(label),
        symbol=symbol,
        qr=make_qr(label.qr, dpi=dpi) if label.qr else None,
        dpi=dpi,
        module=module,
        has_digits=digits,
        width=stock.label_width_um,
        height=stock.label_height_um,
    )
    draft = _find_best(frame)
    if draft is None:
        raise _too_full(label, frame)
    return LabelLayout(
        label=label,
        drawing=frame.drawing(draft.bars),
        left=frame.to_dots(draft.left_um),
        top=frame.to_dots(draft.top_um),
        qr=frame.qr,
        qr_left=frame.to_dots(draft.qr_left_um),
        qr_top=frame.to_dots(draft.qr_top_um),
        lines=draft.lines,
        notices=(*frame.words.notices, *_notices_of(label, frame, draft)),
    )


def _find_best(frame: _Frame) -> _Draft | None:
    """Return the arrangement that costs least, with the name in one row where it cannot have two."""
    return _find_cheapest(frame) or _find_cheapest(replace(frame, name_rows=1))


def _find_cheapest(frame: _Frame) -> _Draft | None:
    """Return the arrangement that costs least; the search ends where a smaller type alone would cost as much."""
    best: _Draft | None = None
    for step, (name_um, rest_um) in enumerate(_sizes_for(frame)):
        lost = step * COST_SIZE
        if best is not None and best.cost <= lost:
            break
        for draft in _drafts_of(frame, name_um=name_um, rest_um=rest_um):
            if best is None or draft.cost + lost < best.cost:
                best = replace(draft, cost=draft.cost + lost)
            if best.cost <= lost:
                break
    return best


def _sizes_for(frame: _Frame) -> tuple[tuple[int, int], ...]:
    area_mm2 = frame.width * frame.height // 1_000_000
    first = 0 if area_mm2 >= LARGE_MM2 else 2 if area_mm2 >= MIDDLE_MM2 else 3
    return SIZES_UM[first:] if area_mm2 <= TINY_MM2 else SIZES_UM[first:-2]


def _drafts_of(frame: _Frame, *, name_um: int, rest_um: int) -> Iterator[_Draft]:
    """Yield what fits in these sizes; each arrangement is worked out only when it is asked for."""
    arrangements: tuple[Callable[[], _Draft | None], ...] = (
        lambda: _stack(frame, name_um=name_um, rest_um=rest_um, in_one_row=False),
        lambda: _set_beside(frame, name_um=name_um, rest_um=rest_um, name_across=True),
        lambda: _set_beside(frame, name_um=name_um, rest_um=rest_um, name_across=False),
        lambda: _stack(frame, name_um=name_um, rest_um=rest_um, in_one_row=True),
    )
    for arrange in arrangements:
        draft = arrange()
        if draft is not None:
            yield draft


def _price_size(name_um: int, rest_um: int) -> int:
    return (name_um + rest_um) // 2


def _stack(frame: _Frame, *, name_um: int, rest_um: int, in_one_row: bool) -> _Draft | None:
    """Set name, content and price above the symbol and the rest below it, all in the middle; a QR code beside the bars.

    On a low label they stand *in_one_row*.
    """
    words, room = frame.words, frame.width - 2 * frame.pad_x
    name, name_whole = break_name(words.name, width_um=room, size_um=name_um, most=frame.name_rows)
    if in_one_row:
        head = join_head(words, width_um=room, size_um=rest_um, name_um=name_um)
        name, name_whole = Block(()), True
    else:
        head = break_head(words, width_um=room, size_um=rest_um, price_um=_price_size(name_um, rest_um))
    found = break_details(words, width_um=room, size_um=rest_um)
    group_width = frame.symbol_width + frame.qr_size
    if head is None or found is None or group_width > frame.width:
        return None
    details, producer_whole = found
    blocks = [block.height_um for block in (name, head, details) if block.rows]
    free = frame.height - 2 * frame.pad_y - sum(blocks) - frame.gap * len(blocks)
    bars, height = frame.fit_bars(free)
    if bars == 0:
        return None
    gap = frame.gap + min((free - height) // (len(blocks) + 2), 2 * frame.gap)
    top = (frame.height - sum(blocks) - height - gap * len(blocks)) // 2
    lines: list[TextLine] = []
    for block in (name, head):
        lines += _centre(block, top_um=top, width_um=frame.width)
        top += block.height_um + (gap if block.rows else 0)
    lines += _centre(details, top_um=top + height + gap, width_um=frame.width)
    left = (frame.width - group_width) // 2
    return _Draft(
        cost=_cost(frame, bars=bars, name=None if name_whole else name, producer_whole=producer_whole),
        bars=bars,
        left_um=left,
        top_um=top,
        qr_left_um=left + frame.symbol_width,
        qr_top_um=top + (height - frame.qr_size) // 2,
        lines=tuple(lines),
        shortened=_shortened(name_whole=name_whole, producer_whole=producer_whole),
    )


def _set_beside(frame: _Frame, *, name_um: int, rest_um: int, name_across: bool) -> _Draft | None:
    """Set the symbol to the right and a column of texts to its left, the QR code at the column's foot.

    The name stands across the whole label, or in the column.
    """
    left = frame.width - frame.pad_x // 2 - frame.symbol_width
    column = left - frame.pad_x - frame.gap
    if column < max(LEAST_COLUMN_UM, frame.qr_size):
        return None
    name_room = frame.width - 2 * frame.pad_x if name_across else column
    name, name_whole = break_name(frame.words.name, width_um=name_room, size_um=name_um, most=frame.name_rows)
    head = break_head(frame.words, width_um=column, size_um=rest_um, price_um=_price_size(name_um, rest_um))
    found = break_details(frame.words, width_um=column, size_um=rest_um)
    if head is None or found is None:
        return None
    details, producer_whole = found
    across = name.height_um + frame.gap if name_across and name.rows else 0
    above = [block for block in ((head,) if name_across else (name, head)) if block.rows]
    foot = frame.qr_size + (frame.gap if frame.qr and details.rows else 0)
    used = sum(block.height_um + frame.gap for block in above) + details.height_um + foot
    free = frame.height - 2 * frame.pad_y - across
    bars, symbol_height = frame.fit_bars(free)
    if used == 0 or used > free or bars == 0:
        return None
    height = max(symbol_height, used)
    top = (frame.height - across - height) // 2
    lines = _flush(name, top_um=top, left_um=frame.pad_x) if name_across else []
    place = top + across
    for block in above:
        lines += _flush(block, top_um=place, left_um=frame.pad_x)
        place += block.height_um + frame.gap
    lines += _flush(details, top_um=top + across + height - foot - details.height_um, left_um=frame.pad_x)
    return _Draft(
        cost=_cost(frame, bars=bars, name=None if name_whole else name, producer_whole=producer_whole),
        bars=bars,
        left_um=left,
        top_um=top + across + (height - symbol_height) // 2,
        qr_left_um=max(0, frame.pad_x - frame.qr_quiet),
        qr_top_um=top + across + height - frame.qr_size,
        lines=tuple(lines),
        shortened=_shortened(name_whole=name_whole, producer_whole=producer_whole),
    )


def _cost(frame: _Frame, *, bars: int, name: Block | None, producer_whole: bool) -> int:
    missing = (frame.full_dots - bars) * 1_000 // frame.full_dots
    return missing + _cost_of_name(frame.words.name, name) + (not producer_whole) * COST_PRODUCER


def _cost_of_name(whole: str, printed: Block | None) -> int:
    """Return what it costs that signs of the name are not *printed*; None where all of them are."""
    if printed is None or not whole:
        return 0
    kept = sum(len(piece.text) for row in printed.rows for piece in row.pieces)
    return COST_NAME + COST_NAME * (len(whole) - min(kept, len(whole))) // len(whole)


def _shortened(*, name_whole: bool, producer_whole: bool) -> tuple[str, ...]:
    return (*(() if name_whole else ("name",)), *(() if producer_whole else ("producer",)))


def _centre(block: Block, *, top_um: int, width_um: int) -> list[TextLine]:
    return [
        line
        for row, baseline in block.baselines(top_um)
        for line in _set_row(row, left_um=(width_um - row.width_um) // 2, baseline_um=baseline)
    ]


def _flush(block: Block, *, top_um: int, left_um: int) -> list[TextLine]:
    return [
        line
        for row, baseline in block.baselines(top_um)
        for line in _set_row(row, left_um=left_um, baseline_um=baseline)
    ]


def _set_row(row: Row, *, left_um: int, baseline_um: int) -> Iterator[TextLine]:
    for piece in row.pieces:
        yield TextLine(piece.text, left_um, baseline_um, piece.size_um, piece.width_um, piece.is_bold)
        left_um += piece.width_um + row.gap_um


def _notices_of(label: Label, frame: _Frame, draft: _Draft) -> Iterator[LabelNotice]:
    if is_small(frame.module, dpi=frame.dpi):
        yield tell(
            "The narrowest bars are {module} mm wide, less than the 0.264 mm that every scanner has to read. Print the test"
            " page first and have it read in the stores that will sell the goods.",
            code="module_small",
            module=Decimal(round(frame.module * frame.dot)) / 1_000,
        )
    if draft.bars < frame.full_dots:
        yield tell(
            "Bars of {height} mm instead of {full} mm: the cashier has to hold the goods straighter before the scanner. A higher"
            " label, or fewer lines on it, gives full bars.",
            code="bars_truncated",
            height=to_mm(draft.bars * frame.dot),
            full=to_mm(frame.full),
        )
    if "name" in draft.shortened:
        yield tell(
            "{number}: the name is too long for this label and ends with an ellipsis. Shorten it, or take a larger label.",
            code="name_shortened",
            number=label.number,
        )
    if "producer" in draft.shortened:
        yield tell(
            "{number}: the producer's name is too long for this label and ends with an ellipsis.",
            code="producer_shortened",
            number=label.number,
        )


def _too_full(label: Label, frame: _Frame) -> LabelTooFull:
    """Say what would have to go, or how high a label would do."""
    facts = {
        "width": to_mm(frame.width),
        "height": to_mm(frame.height),
        "least": to_mm(LEAST_BAR_UM),
    }
    higher = _find_higher(frame)
    fields = _find_fields_to_leave_out(label, frame)
    if fields and higher:
        return LabelTooFull(
            "A label of {width} by {height} mm cannot hold all this beside bars of at least {least} mm. Leave out: {fields}; or"
            " take a label of this width that is {higher} mm high.",
            **facts,
            fields=fields,
            higher=higher,
        )
    if fields:
        return LabelTooFull(
            "A label of {width} by {height} mm cannot hold all this beside bars of at least {least} mm. Leave out: {fields}; or"
            " take a wider label.",
            **facts,
            fields=fields,
        )
    if higher:
        return LabelTooFull(
            "A label of {width} by {height} mm is too low for a name and bars of at least {least} mm. Take one of this width that is"
            " {higher} mm high.",
            **facts,
            higher=higher,
        )
    return LabelTooFull("A label of {width} by {height} mm is too small for all this. Take a larger one.", **facts)


def _find_fields_to_leave_out(label: Label, frame: _Frame) -> tuple[Term, ...]:
    """Return the one field without which the rest fits, or as few as do; empty where even name and bars do not fit."""

    def fits_without(fields: list[str]) -> bool:
        left_out: dict[str, Any] = dict.fromkeys(fields)
        rest = replace(label, **left_out)
        return _find_best(replace(frame, words=find_words(rest), qr=frame.qr if rest.qr else None)) is not None

    given = [field for field in LEAVE_OUT if getattr(label, field) is not None]
    tries = ([field] for field in given), (given[:count] for count in range(2, len(given) + 1))
    fields = next(filter(fits_without, itertools.chain(*tries)), [])
    for field in reversed(fields):
        fewer = [one for one in fields if one != field]
        if fewer and fits_without(fewer):
            fields = fewer
    return tuple(Term("label_field", field) for field in fields)


def _find_higher(frame: _Frame) -> int | None:
    """Return the height in whole millimetres that would hold everything, or None where only a wider label would."""
    for height_mm in range(frame.height // 1_000 + 1, frame.height // 1_000 + 80):
        if _find_best(replace(frame, height=height_mm * 1_000)) is not None:
            return height_mm
    return None
