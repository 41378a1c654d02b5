"""How symbol and texts of one label may lie: arrangements in several sizes of type, and which of them costs least.

What counts is, in this order of weight: full bars, the whole name, large type.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil

from reports.label_words import (
    Block,
    Row,
    Words,
    break_details,
    break_head,
    break_name,
    join_head,
)
from reports.qr_codes import QR_QUIET, QrDrawing
from reports.symbol_drawing import Drawing, below_bars
from reports.symbol_sizes import dot_um, full_bar_um
from reports.symbols import Symbol

LEAST_BAR_UM = 8_000
"""Shorter bars are not printed, unless full ones are shorter: those of a short Code 128."""
LEAST_COLUMN_UM = 12_000
SIZES_UM = (
    (6_000, 3_600), (5_200, 3_100), (4_600, 2_800), (4_000, 2_550), (3_600, 2_400), (3_200, 2_250), (2_850, 2_100),
    (2_550, 1_950), (2_300, 1_750), (2_050, 1_600),
)  # fmt: skip
"""Type sizes of the name and of the rest, large to small. A small o of the rest is 1.0 mm high at 1,950 and 0.8 at 1,600."""
LARGE_MM2, MIDDLE_MM2, TINY_MM2 = 4_000, 2_300, 1_000
"""Labels from these areas on start with larger type; up to the last they may end with type below 1,950."""
COST_NAME, COST_PRODUCER, COST_SIZE = 200, 60, 25
"""What a shortened name (twice that where nearly all is lost), a shortened producer and the next smaller type cost, in
thousandths of the full bar height."""


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
class Frame:
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
        """Return the width of a printer dot."""
        return dot_um(self.dpi)

    @cached_property
    def pad_x(self) -> int:
        """Return the white at the left and right edge."""
        return min(max(self.width // 25, 1_000), 3_000)

    @cached_property
    def pad_y(self) -> int:
        """Return the white at the upper and lower edge."""
        return min(max(self.height // 25, 500), 3_000)

    @cached_property
    def gap(self) -> int:
        """Return the white between texts and symbols."""
        return min(max(self.height // 40, 350), 1_200)

    @cached_property
    def symbol_width(self) -> int:
        """Return the width of the symbol with its quiet zones."""
        return self.to_um(self.drawing(1).width)

    @cached_property
    def below(self) -> int:
        """Return how much the symbol takes below its bars."""
        return self.to_um(below_bars(self.symbol.kind, self.module, has_digits=self.has_digits))

    @cached_property
    def full(self) -> int:
        """Return the height of full bars."""
        return ceil(full_bar_um(self.symbol, dots=self.module, dpi=self.dpi))

    @cached_property
    def full_dots(self) -> int:
        """Return the same in dots, rounded up."""
        return ceil(full_bar_um(self.symbol, dots=self.module, dpi=self.dpi) / self.dot)

    @cached_property
    def least_dots(self) -> int:
        """Return the least height of bars in dots."""
        return min(ceil(LEAST_BAR_UM / self.dot), self.full_dots)

    @cached_property
    def qr_size(self) -> int:
        """Return the width of the QR code with its white, 0 where there is none."""
        return self.to_um(self.qr.size) if self.qr else 0

    @cached_property
    def qr_quiet(self) -> int:
        """Return the width of that white on one side."""
        return int(QR_QUIET * self.qr.module * self.dot) if self.qr else 0

    def fit_bars(self, free: int) -> tuple[int, int]:
        """Return how high bars are in dots where *free* is left for symbol and QR code, and how high these are then.

        Both are 0 where there is less than bars that scan, or the QR code, take.
        """
        bars = min(self.full_dots, self.to_dots(free - self.below))
        height = max(self.qr_size, self.to_um(bars) + self.below)
        return (bars, height) if bars >= self.least_dots and height <= free else (0, 0)

    def drawing(self, bars: int) -> Drawing:
        """Return the symbol with bars of so many dots."""
        return Drawing(self.symbol, self.dpi, self.module, bars, has_digits=self.has_digits)

    def to_dots(self, length_um: int) -> int:
        """Return a length in whole dots, rounded down."""
        return length_um * self.dot.denominator // self.dot.numerator

    def to_um(self, dots: int) -> int:
        """Return a length in micrometres, rounded up."""
        return -(-dots * self.dot.numerator // self.dot.denominator)


@dataclass(frozen=True)
class Draft:
    """One arrangement that fits, and what it costs in thousandths."""

    cost: int
    bars: int
    left_um: int
    top_um: int
    qr_left_um: int
    qr_top_um: int
    lines: tuple[TextLine, ...]
    shortened: tuple[str, ...]


def find_best(frame: Frame) -> Draft | None:
    """Return the arrangement that costs least, with the name in one row where it cannot have two."""
    return _find_cheapest(frame) or _find_cheapest(replace(frame, name_rows=1))


def _find_cheapest(frame: Frame) -> Draft | None:
    """Return the arrangement that costs least; the search ends where a smaller type alone would cost as much."""
    best: Draft | None = None
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


def _sizes_for(frame: Frame) -> tuple[tuple[int, int], ...]:
    area_mm2 = frame.width * frame.height // 1_000_000
    first = 0 if area_mm2 >= LARGE_MM2 else 2 if area_mm2 >= MIDDLE_MM2 else 3
    return SIZES_UM[first:] if area_mm2 <= TINY_MM2 else SIZES_UM[first:-2]


def _drafts_of(frame: Frame, *, name_um: int, rest_um: int) -> Iterator[Draft]:
    """Yield what fits in these sizes; each arrangement is worked out only when it is asked for."""
    arrangements: tuple[Callable[[], Draft | None], ...] = (
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


def _stack(frame: Frame, *, name_um: int, rest_um: int, in_one_row: bool) -> Draft | None:
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
    return Draft(
        cost=_cost(frame, bars=bars, name=None if name_whole else name, producer_whole=producer_whole),
        bars=bars,
        left_um=left,
        top_um=top,
        qr_left_um=left + frame.symbol_width,
        qr_top_um=top + (height - frame.qr_size) // 2,
        lines=tuple(lines),
        shortened=_shortened(name_whole=name_whole, producer_whole=producer_whole),
    )


def _set_beside(frame: Frame, *, name_um: int, rest_um: int, name_across: bool) -> Draft | None:
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
    return Draft(
        cost=_cost(frame, bars=bars, name=None if name_whole else name, producer_whole=producer_whole),
        bars=bars,
        left_um=left,
        top_um=top + across + (height - symbol_height) // 2,
        qr_left_um=max(0, frame.pad_x - frame.qr_quiet),
        qr_top_um=top + across + height - frame.qr_size,
        lines=tuple(lines),
        shortened=_shortened(name_whole=name_whole, producer_whole=producer_whole),
    )


def _cost(frame: Frame, *, bars: int, name: Block | None, producer_whole: bool) -> int:
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
