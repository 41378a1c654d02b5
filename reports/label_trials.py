"""Two pages to try paper and printer with: where the labels lie, and whether small bars are read."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from reports.label_stock import LabelStock, cells_of, refuse_impossible_stock
from reports.label_words import Block, as_rows
from reports.symbol_drawing import Drawing, trace_boxes
from reports.symbol_sizes import SymbolDoesNotFit, dot_um, full_bar_um, small_module, symbol_width_um, to_mm
from reports.symbols import SymbolImpossible, SymbolKind, make_symbol
from reports.typeface import keep_printable, wrap
from reports.typesetting import typeset
from reports.wording import Term

STEPS = (
    "Cetak halaman ini di kertas biasa pada skala 100% (“Ukuran sebenarnya”), jangan “Sesuaikan dengan halaman”.",
    "Ukur kedua penggaris dengan mistar. Bila panjangnya tidak tepat, skala cetak belum 100%.",
    "Letakkan halaman ini di atas lembar label dan lihat ke arah cahaya: setiap garis harus jatuh pada tepi label.",
    "Garis di kiri atau di atas tepi label: tambahkan selisihnya pada margin kiri atau margin atas kertas ini.",
    "Garis di kanan atau di bawah tepi label: kurangkan selisihnya. Simpan, lalu cetak halaman ini sekali lagi.",
)
STEPS_ROLL = (
    "Cetak pada skala 100% (“Ukuran sebenarnya”). Ukur kedua penggaris dengan mistar.",
    "Garis harus jatuh pada tepi label. Garis di kiri atau di atas tepi: tambahkan selisihnya pada margin kertas.",
    "Garis di kanan atau di bawah tepi: kurangkan selisihnya.",
)
SHORT = ("Cetak 100% (“Ukuran sebenarnya”). Garis harus jatuh pada tepi label.",)
SIZES_UM = (3_000, 2_700, 2_400, 2_150, 1_900, 1_700)
LONGEST_RULER_MM = 100
RULER_UM, RULER_STEP_UM = 6_500, 5_000
"""How broad the strip of a ruler is, and by what its length grows."""
_HARD = "\N{NO-BREAK SPACE}"
EDGE_UM, NUMBER_UM = 1_800, 5_500
"""White inside an outline, and the room of a label's number left of its text."""


@dataclass(frozen=True)
class _Area:
    """Where a text may stand, in micrometres from the page's corner."""

    left: int
    top: int
    width: int
    height: int


def write_calibration(stock: LabelStock, *, dpi: int) -> bytes:
    """Return a page with the outline of every label, a ruler across and down, and what to do with it, in Indonesian.

    What does not fit on small labels is left out.

    Raises:
        StockImpossible: no labels can be printed on the paper.

    """
    refuse_impossible_stock(stock)
    dot = dot_um(dpi)
    cells = list(cells_of(stock, dpi=dpi))
    corners = [(round(cell.left * dot), round(cell.top * dot)) for cell in cells]
    areas = [
        _area_of(stock, left, top, last_column=cell.column == stock.columns - 1, last_row=cell.row == stock.rows - 1)
        for cell, (left, top) in zip(cells, corners, strict=True)
    ]
    left, top = corners[0]
    right, foot = corners[-1][0] + stock.label_width_um, corners[-1][1] + stock.label_height_um
    figures = {
        "title": f"Kalibrasi: {stock.name}",
        "page": (stock.page_width_um, stock.page_height_um),
        "label": (stock.label_width_um, stock.label_height_um),
        "corners": corners,
        "lines": _find_texts(stock, areas),
        "across": (left, foot - RULER_UM, _ruler_length(right - left - RULER_UM)),
        "down": (right - RULER_UM, top, _ruler_length(foot - top - RULER_UM)),
    }
    return typeset("calibration.typ", figures)


def _area_of(stock: LabelStock, left: int, top: int, *, last_column: bool, last_row: bool) -> _Area:
    return _Area(
        left + EDGE_UM + NUMBER_UM,
        top + EDGE_UM,
        stock.label_width_um - 2 * EDGE_UM - NUMBER_UM - (RULER_UM if last_column else 0),
        stock.label_height_um - 2 * EDGE_UM - (RULER_UM if last_row else 0),
    )


def _ruler_length(room_um: int) -> int:
    """Return the longest length in whole millimetres that a ruler can have."""
    return max(0, min(LONGEST_RULER_MM * 1_000, room_um // RULER_STEP_UM * RULER_STEP_UM)) // 1_000


def _find_texts(stock: LabelStock, areas: Sequence[_Area]) -> list[tuple[str, int, int, int]]:
    """Return the longest instructions that fit, in the largest type, as text, left end, baseline and size."""
    measures = f"{_mm(stock.label_width_um)}{_HARD}x{_HARD}{_mm(stock.label_height_um)}{_HARD}mm"
    margins = f"margin kiri {_mm(stock.left_um)}{_HARD}mm, atas {_mm(stock.top_um)}{_HARD}mm"
    heading = f"{keep_printable(stock.name)[0]}: label {measures}, {margins}"
    steps = STEPS_ROLL if stock.is_roll else STEPS
    numbered = tuple(f"{number}. {step}" for number, step in enumerate(steps, 1))
    for texts, size in itertools.product(((heading, *numbered), numbered, SHORT), SIZES_UM):
        found = list(_flow(texts, areas, size_um=size))
        if len({number for number, _ in found}) == len(texts):
            return [line for _, line in found]
    return []


def _mm(length_um: int) -> str:
    return f"{(Decimal(length_um) / 1_000).normalize():f}".replace(".", ",")


def _flow(
    texts: Sequence[str], areas: Sequence[_Area], *, size_um: int
) -> Iterator[tuple[int, tuple[str, int, int, int]]]:
    """Set each text into a label of its own, or several into one where there are too few labels; stop at one that is too long."""
    place, used = 0, 0
    own = len(areas) >= len(texts)
    for number, text in enumerate(texts):
        while place < len(areas):
            area = areas[place]
            most = max(1, area.height // size_um)
            lines, whole = wrap(text, width_um=max(1, area.width), size_um=size_um, bold=False, most=most)
            block = Block(as_rows(lines, size_um=size_um))
            if whole and used + block.height_um <= area.height:
                for row, baseline in block.baselines(area.top + used):
                    yield number, (row.pieces[0].text, area.left, baseline, size_um)
                used += block.height_um + size_um // 2
                break
            place, used = place + 1, 0
        else:
            return
        if own:
            place, used = place + 1, 0


def write_test_scan(stock: LabelStock, *, dpi: int, number: str) -> bytes:
    """Return a page whose first row of labels shows *number* in the smallest bars, and no digits that could be typed in.

    Where a scanner reads it, labels may be planned with *allow_small*.

    Raises:
        StockImpossible: no labels can be printed on the paper.
        SymbolImpossible: the number is no EAN-13, or this printer's dots make no small bars.
        SymbolDoesNotFit: even the small symbol is too wide for the label.

    """
    refuse_impossible_stock(stock)
    symbol = make_symbol(SymbolKind.EAN13, number)
    module = small_module(dpi)
    if module is None:
        raise SymbolImpossible("At {dpi} dots per inch no bars are smaller than the least.", dpi=dpi)
    width = symbol_width_um(symbol, dots=module, dpi=dpi)
    if width > stock.label_width_um:
        raise SymbolDoesNotFit(
            "The test symbol is {needed} mm wide, and the label {room} mm: this paper holds no symbol ({kind}).",
            needed=to_mm(width, up=True),
            room=to_mm(stock.label_width_um),
            kind=Term("symbol_kind", symbol.kind.value),
        )
    dot = dot_um(dpi)
    room = int(Fraction(stock.label_height_um) * 9 / 10 / dot)
    bars = min(ceil(full_bar_um(symbol, dots=module, dpi=dpi) / dot), room)
    drawing = Drawing(symbol, dpi, module, bars, has_digits=False)
    at = (
        int((stock.label_width_um / dot - drawing.width) / 2),
        int((stock.label_height_um / dot - drawing.height) / 2),
    )
    label = {"symbol": drawing.figures(), "at": at, "qr": trace_boxes(()), "qr_at": (0, 0), "lines": ()}
    cells = list(cells_of(stock, dpi=dpi))[: stock.columns]
    figures = {
        "title": "Uji pindai",
        "dot": dot.as_integer_ratio(),
        "page": (stock.page_width_um, stock.page_height_um),
        "labels": [label],
        "pages": [[(0, cell.left, cell.top) for cell in cells]],
    }
    return typeset("labels.typ", figures, is_tagged=False)
