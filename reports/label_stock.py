"""A paper with labels on it: how large they are and where they lie, in whole micrometres."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports.symbol_sizes import dot_um
from reports.wording import LabelRefused

LEAST_LABEL_UM = 10_000
"""No label is smaller: bars of 8 mm and a white edge take as much."""
LARGEST_PAGE_UM = 600_000
MOST_PER_PAGE = 1_000


class StockImpossible(LabelRefused):
    """The paper contradicts itself; nothing was printed on it."""

    code = "label.stock_impossible"


@dataclass(frozen=True)
class LabelStock:
    """A sheet, or a roll whose page is one row of labels."""

    name: str
    is_roll: bool
    page_width_um: int
    page_height_um: int
    label_width_um: int
    label_height_um: int
    columns: int
    rows: int
    left_um: int
    """From the page's left edge to the first label; *top_um* from its upper edge."""
    top_um: int
    pitch_x_um: int
    """From one label's left edge to the next one's; *pitch_y_um* from upper edge to upper edge."""
    pitch_y_um: int

    @property
    def labels_per_page(self) -> int:
        """Return how many labels a page has."""
        return self.columns * self.rows


@dataclass(frozen=True)
class Cell:
    """Where a label lies on its page, in whole dots of a printer. Positions count from 1, row by row."""

    position: int
    column: int
    row: int
    left: int
    top: int


def refuse_impossible_stock(stock: LabelStock) -> None:
    """Let *stock* pass where labels can be printed on it.

    Raises:
        StockImpossible: there are no labels, they overlap, they leave the page, or a size is out of reason.

    """
    if stock.columns < 1 or stock.rows < 1:
        raise StockImpossible("A page has at least one column and one row of labels.")
    if stock.labels_per_page > MOST_PER_PAGE:
        raise StockImpossible(
            "{count} labels on one page are more than there can be; check columns and rows.",
            count=stock.labels_per_page,
        )
    if min(stock.label_width_um, stock.label_height_um) < LEAST_LABEL_UM:
        raise StockImpossible(
            "A label of {width} by {height} mm is too small for a barcode: at least {least} mm are needed either way.",
            width=_mm(stock.label_width_um),
            height=_mm(stock.label_height_um),
            least=_mm(LEAST_LABEL_UM),
        )
    if max(stock.page_width_um, stock.page_height_um) > LARGEST_PAGE_UM:
        raise StockImpossible(
            "A page of {width} by {height} mm is larger than printers take; sizes are given in millimetres.",
            width=_mm(stock.page_width_um),
            height=_mm(stock.page_height_um),
        )
    if min(stock.left_um, stock.top_um) < 0:
        raise StockImpossible("The first label begins left of the page or above it; check the two margins.")
    _refuse_overlaps(stock)
    _refuse_leaving(stock)


def _refuse_overlaps(stock: LabelStock) -> None:
    if stock.columns > 1 and stock.pitch_x_um < stock.label_width_um:
        raise StockImpossible(
            "Labels overlap: they are {size} mm wide, and the next one begins after {pitch} mm. The distance across is"
            " measured from one label's left edge to the next one's.",
            size=_mm(stock.label_width_um),
            pitch=_mm(stock.pitch_x_um),
        )
    if stock.rows > 1 and stock.pitch_y_um < stock.label_height_um:
        raise StockImpossible(
            "Labels overlap: they are {size} mm high, and the next one begins after {pitch} mm. The distance down is"
            " measured from one label's upper edge to the next one's.",
            size=_mm(stock.label_height_um),
            pitch=_mm(stock.pitch_y_um),
        )


def _refuse_leaving(stock: LabelStock) -> None:
    right_um = stock.left_um + (stock.columns - 1) * stock.pitch_x_um + stock.label_width_um
    if right_um > stock.page_width_um:
        raise StockImpossible(
            "The last column ends {end} mm from the left edge, and the page is {page} mm wide.",
            end=_mm(right_um),
            page=_mm(stock.page_width_um),
        )
    foot_um = stock.top_um + (stock.rows - 1) * stock.pitch_y_um + stock.label_height_um
    if foot_um > stock.page_height_um:
        raise StockImpossible(
            "The last row ends {end} mm from the upper edge, and the page is {page} mm high.",
            end=_mm(foot_um),
            page=_mm(stock.page_height_um),
        )


def cells_of(stock: LabelStock, *, dpi: int) -> Iterator[Cell]:
    """Yield every label's place, row by row; its corner is moved to the nearest dot, by half a dot at most."""
    dot = dot_um(dpi)
    for place in range(stock.labels_per_page):
        row, column = divmod(place, stock.columns)
        yield Cell(
            position=place + 1,
            column=column,
            row=row,
            left=_nearest(Fraction(stock.left_um + column * stock.pitch_x_um) / dot),
            top=_nearest(Fraction(stock.top_um + row * stock.pitch_y_um) / dot),
        )


def _nearest(dots: Fraction) -> int:
    return int(dots + Fraction(1, 2))


def _mm(length_um: int) -> Decimal:
    """Return a length in millimetres, exactly."""
    return Decimal(length_um) / 1_000
