"""QR codes: what they say is evidence and a source of numbers, and is never looked up."""

import zxingcpp
from PIL import Image

from compliance.reading.found import Box, Piece, Source

FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix])
LONGEST_TEXT = 2_000
MOST_CODES = 10
LARGEST_SIDE = 1_600
"""A picture is made no larger than this before codes are sought; a code that needs more is too small to scan."""


def find_codes(picture: Image.Image, *, page: int) -> list[Piece]:
    """Return what the codes on the picture say, with their places."""
    grey = picture.convert("L")
    grey.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.BILINEAR)
    seen = zxingcpp.read_barcodes(grey, formats=FORMATS)
    return [
        Piece(_clean(one.text), page, place, 1_000, Source.QR, place)
        for one in seen[:MOST_CODES]
        if one.valid and one.text
        for place in [_place(one.position, *grey.size)]
    ]


def _clean(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_TEXT])


def _place(position: zxingcpp.Position, width: int, height: int) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across = [min(max(1_000 * one.x // width, 0), 1_000) for one in corners]
    down = [min(max(1_000 * one.y // height, 0), 1_000) for one in corners]
    return min(across), min(down), max(across), max(down)
