"""Labels with barcodes: planned from plain figures, written as PDF, and a page that shows whether paper and printer agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from reports.label_arrangements import TextLine
from reports.label_layout import LabelLayout, lay_out
from reports.label_stock import Cell, LabelStock, StockImpossible, cells_of, refuse_impossible_stock
from reports.label_trials import write_calibration, write_test_scan
from reports.label_words import Label
from reports.symbol_drawing import trace_boxes
from reports.symbol_sizes import SymbolDoesNotFit, dot_um
from reports.symbols import SymbolImpossible, SymbolKind
from reports.typesetting import typeset
from reports.wording import LabelNotice, LabelRefused, LabelTooFull

__all__ = [
    "Label",
    "LabelLayout",
    "LabelNotice",
    "LabelPlan",
    "LabelRefused",
    "LabelRun",
    "LabelStock",
    "LabelTooFull",
    "PlacedLabel",
    "StartImpossible",
    "StockImpossible",
    "SymbolDoesNotFit",
    "SymbolImpossible",
    "SymbolKind",
    "place_labels",
    "plan_labels",
    "refuse_impossible_stock",
    "write_calibration",
    "write_labels",
    "write_test_scan",
]


class StartImpossible(LabelRefused):
    """The first page has no label at the position to start at; nothing was written."""

    code = "label.start_impossible"


@dataclass(frozen=True)
class LabelRun:
    """A label, and how often it is printed, at least once."""

    label: Label
    copies: int


@dataclass(frozen=True)
class LabelPlan:
    """Labels that fit their paper. Equal labels share one layout; *order* names the layout of each label to print."""

    stock: LabelStock
    dpi: int
    layouts: tuple[LabelLayout, ...]
    order: tuple[int, ...]

    @property
    def notices(self) -> tuple[LabelNotice, ...]:
        """Return what should be known about these labels; what is said of several is said once."""
        unlike = {str(notice): notice for layout in self.layouts for notice in layout.notices}
        return tuple(unlike.values())

    def count_pages(self, *, start_at: int = 1) -> int:
        """Return how many pages the labels take."""
        return ceil((start_at - 1 + len(self.order)) / self.stock.labels_per_page)


@dataclass(frozen=True)
class PlacedLabel:
    """A label's place in the file; pages count from 1. The layout is None where nothing is printed."""

    page: int
    cell: Cell
    layout: int | None


def plan_labels(
    runs: Sequence[LabelRun], *, stock: LabelStock, dpi: int, allow_small: bool = False, digits: bool = True
) -> LabelPlan:
    """Lay out every unlike label once; pure, and fast enough to be asked for a preview.

    Raises:
        StockImpossible: no labels can be printed on the paper.
        SymbolImpossible: a number is none of its kind.
        SymbolDoesNotFit: a symbol is too wide for the label.
        LabelTooFull: a label cannot hold what is wanted on it.
        ValueError: a run has less than one copy, or there is no run.

    """
    refuse_impossible_stock(stock)
    if not runs or any(run.copies < 1 for run in runs):
        raise ValueError("labels are printed at least once each")
    places: dict[Label, int] = {}
    order: list[int] = []
    for run in runs:
        order += [places.setdefault(run.label, len(places))] * run.copies
    layouts = tuple(lay_out(label, stock=stock, dpi=dpi, allow_small=allow_small, digits=digits) for label in places)
    return LabelPlan(stock=stock, dpi=dpi, layouts=layouts, order=tuple(order))


def place_labels(plan: LabelPlan, *, start_at: int = 1) -> Iterator[PlacedLabel]:
    """Yield every place on every page in order, the empty ones too.

    Raises:
        StartImpossible: the first page has no such position.

    """
    stock = plan.stock
    if not 1 <= start_at <= stock.labels_per_page:
        raise StartImpossible(
            "A page has the positions 1 to {last}; the labels cannot start at {start}.",
            last=stock.labels_per_page,
            start=start_at,
        )
    cells = list(cells_of(stock, dpi=plan.dpi))
    for place in range(plan.count_pages(start_at=start_at) * stock.labels_per_page):
        page, cell = divmod(place, stock.labels_per_page)
        label = place - start_at + 1
        layout = plan.order[label] if 0 <= label < len(plan.order) else None
        yield PlacedLabel(page=page + 1, cell=cells[cell], layout=layout)


def write_labels(plan: LabelPlan, *, start_at: int = 1) -> bytes:
    """Return the labels as PDF; on a sheet that was used before they start at position *start_at*, row by row.

    Equal plans give equal bytes.

    Raises:
        StartImpossible: the first page has no such position.

    """
    pages: list[list[tuple[int, int, int]]] = [[] for _ in range(plan.count_pages(start_at=start_at))]
    for placed in place_labels(plan, start_at=start_at):
        if placed.layout is not None:
            pages[placed.page - 1].append((placed.layout, placed.cell.left, placed.cell.top))
    figures = {
        "title": f"Label: {plan.stock.name}",
        "dot": dot_um(plan.dpi).as_integer_ratio(),
        "page": (plan.stock.page_width_um, plan.stock.page_height_um),
        "labels": [_figures_of(layout) for layout in plan.layouts],
        "pages": pages,
    }
    return typeset("labels.typ", figures, is_tagged=False)


def _figures_of(layout: LabelLayout) -> dict[str, object]:
    qr = layout.qr
    return {
        "symbol": layout.drawing.figures(),
        "at": (layout.left, layout.top),
        "qr": trace_boxes(qr.boxes() if qr else ()),
        "qr_at": (layout.qr_left, layout.qr_top),
        "lines": [_figures_of_line(line) for line in layout.lines],
    }


def _figures_of_line(line: TextLine) -> tuple[str, int, int, int, int]:
    return line.text, line.left_um, line.baseline_um, line.size_um, 700 if line.is_bold else 400
