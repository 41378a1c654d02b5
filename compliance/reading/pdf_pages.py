"""Pages of a PDF: drawn, and their text with its places."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from compliance.reading.found import Box, Piece, Source
from compliance.reading.lines import surround
from compliance.reading.refusals import refuse_broken

DRAWN_WIDTH, DRAWN_HEIGHT = 1_240, 2_480
MOST_SIGNS = 50_000
"""So many signs of a page are read; a page full of small print has a tenth of that."""
MOST_PIECES = 4_000


def keep_pdf(document: pikepdf.Pdf, *, source: Path, folder: Path) -> Path:
    """Write the PDF anew, without metadata and whatever hid between its objects; a signed one stays as it is.

    Writing it anew would break the signature, which is worth more to a verifier.
    """
    path = folder / "cleaned.pdf"
    if _is_signed(document) and not document.get_warnings() and _ends_cleanly(source):
        path.write_bytes(source.read_bytes())
        return path
    for key in ("/Metadata", "/OpenAction", "/PieceInfo"):
        if key in document.Root:
            del document.Root[key]
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    document.save(path, fix_metadata_version=False, linearize=False)
    return path


def _is_signed(document: pikepdf.Pdf) -> bool:
    form = document.Root.get("/AcroForm")
    return isinstance(form, pikepdf.Dictionary) and int(form.get("/SigFlags", 0)) & 1 == 1


def _ends_cleanly(source: Path) -> bool:
    """Whether nothing follows the end of the PDF, where another kind of file could hide."""
    body = source.read_bytes()
    return body[body.rfind(b"%%EOF") + 5 :].strip() == b"" and b"PK\x05\x06" not in body


def draw_pages(path: Path) -> Iterator[tuple[Image.Image, list[Piece]]]:
    """Return each page of the PDF at *path*: its picture, and its text in pieces.

    Raises:
        PaperBroken: a page cannot be drawn.

    """
    try:
        with pypdfium2.PdfDocument(path) as document:
            for number in range(len(document)):
                page = document[number]
                yield _draw(page), _read(page, number=number)
                page.close()
    except pypdfium2.PdfiumError as error:
        raise refuse_broken() from error


def _draw(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        raise refuse_broken()
    scale = min(DRAWN_WIDTH / width, DRAWN_HEIGHT / height)
    picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
    return picture.convert("RGB")


def _read(page: pypdfium2.PdfPage, *, number: int) -> list[Piece]:
    text = page.get_textpage()
    try:
        words = list(_read_words(page, text))
    finally:
        text.close()
    pieces: list[Piece] = []
    for word, box in words:
        if pieces and _follows(pieces[-1].box, box):
            before = pieces.pop()
            around = surround([before.box, box])
            pieces.append(Piece(f"{before.text} {word}", number, around, 1_000, Source.TEXT, around))
        else:
            pieces.append(Piece(word, number, box, 1_000, Source.TEXT, box))
    return pieces


def _read_words(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, Box]]:
    """Return the words of a page with their places; signs that are drawn nowhere end a word."""
    word, box = "", None
    for sign, edge in _read_signs(page, text):
        if edge is not None:
            word, box = word + sign, edge if box is None else surround([box, edge])
        elif box is not None:
            yield word, box
            word, box = "", None
    if box is not None:
        yield word, box


def _read_signs(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, Box | None]]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at in range(min(text.count_chars(), MOST_SIGNS)):
        code = pdfium.FPDFText_GetUnicode(text, at)
        sign = chr(code) if 0x20 < code <= 0x10FFFF else " "
        if sign.isspace() or not sign.isprintable():
            yield sign, None
        elif pdfium.FPDFText_GetCharBox(
            text, at, left, right, bottom, top
        ):  # pragma: no branch - fails on no such sign
            yield sign, _place(page, (left.value, top.value), (right.value, bottom.value))


def _place(page: pypdfium2.PdfPage, *corners: tuple[float, float]) -> Box:
    """Return the box around two corners, given in points, as it lies on the drawn page, however that is turned."""
    across, down = ctypes.c_int(), ctypes.c_int()
    places: list[tuple[int, int]] = []
    for x, y in corners:
        pdfium.FPDF_PageToDevice(page, 0, 0, 1_000, 1_000, 0, x, y, across, down)
        places.append((min(max(across.value, 0), 1_000), min(max(down.value, 0), 1_000)))
    (left, top), (right, bottom) = places
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _follows(one: Box, other: Box) -> bool:
    """Whether *other* stands on the same line as *one*, no farther behind it than a wide space."""
    height = max(one[3] - one[1], other[3] - other[1], 1)
    level = abs((one[1] + one[3]) - (other[1] + other[3])) < height
    return level and -height <= other[0] - one[2] <= height + height // 4
