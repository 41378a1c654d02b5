"""Every label is read again from the finished page, by a decoder that knows nothing of how it was drawn."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import zxingcpp
from numpy.typing import NDArray

from reports.label_layout import LabelLayout
from reports.labels import LabelPlan, PlacedLabel, place_labels
from reports.symbol_sizes import dot_um
from reports.symbols import SymbolKind
from reports.wording import LabelRefused

Pixels = NDArray[np.uint8]
Reading = tuple[str, str]
"""Format and text of a symbol."""

_FORMATS = {
    SymbolKind.EAN13: zxingcpp.BarcodeFormat.EAN13,
    SymbolKind.EAN8: zxingcpp.BarcodeFormat.EAN8,
    SymbolKind.CODE128: zxingcpp.BarcodeFormat.Code128,
}
_QR = zxingcpp.BarcodeFormat.QRCode
_LINEAR = zxingcpp.BarcodeFormats([*_FORMATS.values()])
_SQUARE = zxingcpp.BarcodeFormats([_QR])
SCAN_LINE_UM = 250
"""Bars are the same all the way down: they are read along lines this far apart."""
DARK = 128
"""Grey below this is ink."""
POINT_UM = 25_400 / 72
WIDEST_PREVIEW_PX = 4_000


class LabelUnreadable(LabelRefused):
    """A label in the finished file does not say what was planned; the file must not be printed."""

    code = "label.unreadable"


def check_labels(pdf: bytes, plan: LabelPlan, *, start_at: int = 1) -> int:
    """Decode every symbol of *pdf* at the printer's resolution, each in its own label; return how many there were.

    What a symbol says and its kind must be as planned, and its bars and quiet zones as planned to the dot. A label must
    hold no other symbol, and one that is to stay empty nothing at all. Copies whose pixels are alike are decoded once.

    Raises:
        LabelUnreadable: a symbol is missing, says something else, is covered or moved or stands where none should, or pages
            are missing.

    """
    counted = 0
    known: dict[tuple[int, bytes], int] = {}
    copies = Counter(plan.order)
    with closing(pdfium.PdfDocument(pdf)) as document:
        pages = plan.count_pages(start_at=start_at)
        if len(document) != pages:
            raise LabelUnreadable("The file has {found} pages instead of {pages}.", found=len(document), pages=pages)
        pixels, page = np.empty((0, 0), np.uint8), 0
        for placed in place_labels(plan, start_at=start_at):
            if placed.page != page:
                page = placed.page
                pixels = render_grey(document, page, dots_per_point=POINT_UM / dot_um(plan.dpi))
            crop = _crop(pixels, placed, plan)
            if placed.layout is None or copies[placed.layout] == 1:
                counted += _check_one(crop, placed, plan)
                continue
            key = placed.layout, hashlib.sha256(crop.data).digest()
            if key not in known:
                known[key] = _check_one(crop, placed, plan)
            counted += known[key]
    return counted


def _check_one(crop: Pixels, placed: PlacedLabel, plan: LabelPlan) -> int:
    layout = None if placed.layout is None else plan.layouts[placed.layout]
    facts = {"page": placed.page, "position": placed.cell.position}
    if layout is None:
        if (crop < DARK).any():
            raise LabelUnreadable(
                "Page {page}, label {position}: nothing should stand there, and something does. Nothing was released.",
                **facts,
            )
        return 0
    expected = sorted(_expect(layout))
    found = sorted(read_symbols(crop, dpi=plan.dpi))
    if found != expected:
        raise LabelUnreadable(
            "Page {page}, label {position}: {expected} should be read there, and {found} was read. Nothing was released.",
            **facts,
            expected=_tell(expected),
            found=_tell(found),
        )
    if not _is_drawn_to_the_dot(crop, layout):
        raise LabelUnreadable(
            "Page {page}, label {position}: the bars of {expected} are not where they were planned to the dot; something"
            " covers them, or the page was scaled. Nothing was released.",
            **facts,
            expected=_tell(expected),
        )
    return len(expected)


def _expect(layout: LabelLayout) -> Iterator[Reading]:
    yield _FORMATS[layout.drawing.symbol.kind].name, layout.drawing.symbol.text
    if layout.qr:
        yield _QR.name, layout.qr.text


def _is_drawn_to_the_dot(crop: Pixels, layout: LabelLayout) -> bool:
    """Tell whether bars and quiet zones are black and white where they should be, over the height of the bars."""
    drawing = layout.drawing
    row = np.zeros(drawing.width, np.bool_)
    for left, _, width, _ in drawing.bar_boxes():
        row[left : left + width] = True
    zone = crop[layout.top : layout.top + drawing.bars, layout.left : layout.left + drawing.width]
    return zone.shape == (drawing.bars, drawing.width) and bool(((zone < DARK) == row).all())


def read_symbols(pixels: Pixels, *, dpi: int) -> list[Reading]:
    """Return every symbol in grey *pixels*, upright and dark on light, with its kind."""
    step = max(1, int(SCAN_LINE_UM / dot_um(dpi)))
    lines = np.ascontiguousarray(pixels[::step])
    return [
        *_read(lines, _LINEAR, zxingcpp.Binarizer.LocalAverage),
        *_read(pixels, _SQUARE, zxingcpp.Binarizer.GlobalHistogram),
    ]


def _read(pixels: Pixels, formats: zxingcpp.BarcodeFormats, binarizer: zxingcpp.Binarizer) -> Iterator[Reading]:
    for one in zxingcpp.read_barcodes(
        pixels,
        formats=formats,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
    ):
        yield one.format.name, one.text


def _tell(readings: list[Reading]) -> str:
    return ", ".join(f"{text} ({kind})" for kind, text in readings) or "-"


def _crop(pixels: Pixels, placed: PlacedLabel, plan: LabelPlan) -> Pixels:
    dot = dot_um(plan.dpi)
    left, top = placed.cell.left, placed.cell.top
    right, foot = left + int(plan.stock.label_width_um / dot), top + int(plan.stock.label_height_um / dot)
    return np.ascontiguousarray(pixels[top:foot, left:right])


def render_grey(document: pdfium.PdfDocument, page: int, *, dots_per_point: float) -> Pixels:
    """Return a page as grey pixels at exactly that resolution.

    pdfium's usual way rounds a page up to whole pixels and stretches it by that much, so that bars would miss the dots.
    """
    with closing(document[page - 1]) as opened:
        width, height = (int(-(-side * dots_per_point // 1)) for side in opened.get_size())
        bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_Gray)
        with closing(bitmap):
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
            matrix = pdfium_c.FS_MATRIX(dots_per_point, 0, 0, dots_per_point, 0, 0)
            window = pdfium_c.FS_RECTF(0, 0, width, height)
            pdfium_c.FPDF_RenderPageBitmapWithMatrix(bitmap, opened, matrix, window, 0)
            return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(height, width)


def render_preview(pdf: bytes, *, page: int = 1, width_px: int) -> bytes:
    """Return a page of *pdf* as PNG, *width_px* wide, for a screen.

    Raises:
        ValueError: there is no such page, or the picture would be too wide or have no width.

    """
    if not 1 <= width_px <= WIDEST_PREVIEW_PX:
        raise ValueError(f"a preview is 1 to {WIDEST_PREVIEW_PX} pixels wide, not {width_px}")
    with closing(pdfium.PdfDocument(pdf)) as document:
        if not 1 <= page <= len(document):
            raise ValueError(f"there is no page {page} of {len(document)}")
        with closing(document[page - 1]) as opened:
            picture = opened.render(scale=width_px / opened.get_width()).to_pil()
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()
