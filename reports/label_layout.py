"""Where everything lies on one label: the symbol first, the texts in what it leaves.

Symbols lie on whole printer dots counted from the label's upper left corner.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from reports.label_arrangements import LEAST_BAR_UM, Draft, Frame, TextLine, find_best
from reports.label_stock import LabelStock
from reports.label_words import Label, find_words
from reports.qr_codes import QrDrawing, make_qr
from reports.symbol_drawing import Drawing
from reports.symbol_sizes import fit_module, is_small, to_mm
from reports.symbols import make_symbol
from reports.wording import LabelNotice, LabelTooFull, Term, tell

LEAVE_OUT = ("qr", "producer", "halal", "pirt", "content", "batch", "expires_on", "price_rp")
"""What a label can do without, the least missed first."""


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


def lay_out(label: Label, *, stock: LabelStock, dpi: int, allow_small: bool, digits: bool) -> LabelLayout:
    """Return where everything on *label* lies.

    Raises:
        SymbolImpossible: its number is none of its kind.
        SymbolDoesNotFit: no module width makes the symbol fit.
        LabelTooFull: the texts leave less than 8 mm for the bars, or one of them is too wide.

    """
    symbol = make_symbol(label.symbol, label.number)
    module = fit_module(symbol, room_um=stock.label_width_um, dpi=dpi, allow_small=allow_small)
    frame = Frame(
        words=find_words(label),
        symbol=symbol,
        qr=make_qr(label.qr, dpi=dpi) if label.qr else None,
        dpi=dpi,
        module=module,
        has_digits=digits,
        width=stock.label_width_um,
        height=stock.label_height_um,
    )
    draft = find_best(frame)
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


def _notices_of(label: Label, frame: Frame, draft: Draft) -> Iterator[LabelNotice]:
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


def _too_full(label: Label, frame: Frame) -> LabelTooFull:
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


def _find_fields_to_leave_out(label: Label, frame: Frame) -> tuple[Term, ...]:
    """Return the one field without which the rest fits, or as few as do; empty where even name and bars do not fit."""

    def fits_without(fields: list[str]) -> bool:
        left_out: dict[str, Any] = dict.fromkeys(fields)
        rest = replace(label, **left_out)
        return find_best(replace(frame, words=find_words(rest), qr=frame.qr if rest.qr else None)) is not None

    given = [field for field in LEAVE_OUT if getattr(label, field) is not None]
    tries = ([field] for field in given), (given[:count] for count in range(2, len(given) + 1))
    fields = next(filter(fits_without, itertools.chain(*tries)), [])
    for field in reversed(fields):
        fewer = [one for one in fields if one != field]
        if fewer and fits_without(fewer):
            fields = fewer
    return tuple(Term("label_field", field) for field in fields)


def _find_higher(frame: Frame) -> int | None:
    """Return the height in whole millimetres that would hold everything, or None where only a wider label would."""
    for height_mm in range(frame.height // 1_000 + 1, frame.height // 1_000 + 80):
        if find_best(replace(frame, height=height_mm * 1_000)) is not None:
            return height_mm
    return None
