"""What is found in a file: pieces of text, pictures of its pages, and the values that a person confirms."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from compliance.facts import Kind

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in per mille of the page's width and height."""


class Source(StrEnum):
    """Where a text comes from."""

    TEXT = "text"
    """Text of a PDF: exactly what the issuer wrote."""
    QR = "qr"
    OCR = "ocr"
    """Read off a picture."""


@dataclass(frozen=True)
class Piece:
    """A run of text on a page, no longer than a line."""

    text: str
    page: int
    """Counted from 0, as the pictures of the pages are."""
    box: Box
    confidence: int
    """Per mille."""
    source: Source
    level: Box = (0, 0, 0, 0)
    """Where it would lie if the page lay straight; may reach beyond the page."""


@dataclass(frozen=True)
class PagePicture:
    """A picture of a page, to be shown beside the values; sides in pixels."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True)
class ReadValue:
    """A value that stands on the paper."""

    field: str
    """`number`, `holder`, `owner`, `issued_on`, `valid_until`, or what only some kinds say: `account_name`, `bank`."""
    value: str
    """Ready for a form: dates as `2026-11-22`, numbers as their kind prints them."""
    text: str
    """As it was read."""
    sure: bool
    """Whether it is unambiguous, read well, and of the right form; else a person must look closely."""
    confidence: int
    """Per mille."""
    page: int
    """Counted from 0: the index in `Reading.pages`."""
    box: Box
    source: Source


@dataclass(frozen=True)
class Reading:
    """What one file holds. All files lie in the scratch folder that the caller gave, and are the caller's to keep."""

    media_type: str
    """Of *cleaned*: `application/pdf`, `image/jpeg` or `image/png`."""
    cleaned: Path
    """The file to keep: checked, and without hidden facts such as the place where a photo was taken."""
    pages: tuple[PagePicture, ...]
    values: tuple[ReadValue, ...]
    kind_guess: Kind | None
    """What the words say the paper is; blank where they do not say."""
    codes: tuple[str, ...]
    """What the QR codes on it say; never looked up."""
    texts: tuple[str, ...]
    """The text of each page, line by line; empty where nothing was read."""
    ocr: bool
    """Whether pictures were read; without it, values come from PDF text and QR codes alone."""
