"""QR codes on labels and papers, in whole dots of a printer."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import segno

from reports.symbol_sizes import dot_um
from reports.wording import LabelTooFull

QR_MODULE_UM, QR_QUIET = 300, 4
"""The least width of a QR module, and the white around the code in modules."""
LONGEST_QR = 300


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


def _dark_runs(line: bytes) -> Iterator[tuple[int, int]]:
    place = 0
    while (start := line.find(1, place)) >= 0:
        end = line.find(0, start)
        place = end if end >= 0 else len(line)
        yield start, place - start
