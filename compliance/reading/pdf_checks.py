"""What a PDF must not hold: programs, other files, floods, passwords. Every object of it is looked at."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from compliance.reading.media import TEST_VIRUS
from compliance.reading.pictures import refuse_too_fine
from compliance.reading.refusals import (
    PaperActive,
    PaperInfected,
    PaperLocked,
    PaperRefused,
    PaperTooLarge,
    PaperTooLong,
    refuse_broken,
)

MOST_PAGES = 20
MOST_OBJECTS = 200_000
MOST_UNPACKED_BYTES = 192 << 20
MOST_PIECE_BYTES = 96 << 20
FORBIDDEN_ACTIONS = {
    *("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound"),
    *("/RichMediaExecute", "/GoTo3DView", "/Hide", "/Trans", "/Thread", "/ResetForm"),
}
FORBIDDEN_KEYS = {
    *("/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/XFA", "/RichMediaContent"),
    *("/RichMediaSettings", "/Collection", "/AA", "/3DD"),
}
FORBIDDEN_KINDS = {"/EmbeddedFile", "/RichMedia", "/FileAttachment", "/Movie", "/Sound", "/Screen", "/3D", "/Filespec"}
STREAM_FILE_KEYS = {"/F", "/FFilter", "/FDecodeParms"}
"""They say that the bytes of a stream lie in another file."""


def open_checked(path: Path) -> pikepdf.Pdf:
    """Return the PDF at *path* when nothing in it is dangerous.

    Raises:
        PaperRefused: in one of its kinds.

    """
    try:
        document = pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise _refuse_locked() from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, OverflowError) as error:
        raise refuse_broken() from error
    if document.is_encrypted:
        raise _refuse_locked()
    try:
        _check(document)
    except PaperRefused:
        raise
    except (pikepdf.PdfError, KeyError, ValueError, TypeError, RuntimeError, OverflowError) as error:
        raise refuse_broken() from error
    return document


def _refuse_locked() -> PaperLocked:
    return PaperLocked(
        "The PDF is protected by a password, so nothing was kept. Print it into a new PDF, or send a photo of the paper."
    )


def _check(document: pikepdf.Pdf) -> None:
    count = len(document.pages)
    if count == 0:
        raise refuse_broken()
    if count > MOST_PAGES:
        raise PaperTooLong(
            "The PDF has {pages} pages, more than {most}, so nothing was kept. Send only the pages of this paper.",
            pages=str(count),
            most=str(MOST_PAGES),
        )
    left = MOST_UNPACKED_BYTES
    for one in _walk(document):
        if isinstance(one, pikepdf.Array):
            continue
        what = find_active(one)
        if what is not None:
            raise PaperActive(
                "The PDF holds a program or another file inside ({what}), so nothing was kept."
                " Print it into a new PDF, or send a photo of the paper.",
                what=what,
            )
        if isinstance(one, pikepdf.Stream):
            left -= _check_stream(one, most=min(left, MOST_PIECE_BYTES))


def _walk(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Return every dictionary, stream and array: the trailer, each object, and what lies directly inside them."""
    waiting: list[pikepdf.Object] = [document.trailer, *document.objects]
    for _ in range(MOST_OBJECTS):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one
            inside = [value for _, value in one.items()]
        elif isinstance(one, pikepdf.Array):
            yield one
            inside = list(one)
        else:
            continue
        # What is not written in place is an object of its own, and waits already.
        # Numbers and text come as Python's own, which know nothing of that.
        waiting += [each for each in inside if not getattr(each, "is_indirect", True)]
    raise PaperTooLarge("The PDF has too many parts, so nothing was kept. Print it into a new PDF, or send a photo.")


def find_active(one: pikepdf.Object) -> str | None:
    """Return the name of what acts by itself in the dictionary or stream *one*, blank where nothing does."""
    keys = set(one.keys())
    found = keys & FORBIDDEN_KEYS
    for key in sorted(found):
        if not (key == "/AA" and len(one[key]) == 0):
            return key[1:]
    for key, forbidden in (("/S", FORBIDDEN_ACTIONS), ("/Type", FORBIDDEN_KINDS), ("/Subtype", FORBIDDEN_KINDS)):
        if key in keys and isinstance(one[key], pikepdf.Name) and str(one[key]) in forbidden:
            return str(one[key])[1:]
    if isinstance(one, pikepdf.Stream) and keys & STREAM_FILE_KEYS:
        return "F"
    return _find_opening(one["/OpenAction"]) if "/OpenAction" in keys else None


def _find_opening(action: pikepdf.Object) -> str | None:
    """Return the name of what happens on opening; going to a page of the paper itself is harmless, and common."""
    if not isinstance(action, pikepdf.Dictionary) or str(action.get("/S", "")) == "/GoTo":
        return None
    return "OpenAction"


def _check_stream(stream: pikepdf.Stream, *, most: int) -> int:
    """Return to how many bytes *stream* unpacks.

    Raises:
        PaperTooLarge: to more than *most*.
        PaperTooFine: it is a picture with too many pixels.
        PaperInfected: it carries the scanners' test sign.

    """
    if str(stream.get("/Subtype", "")) == "/Image":
        refuse_too_fine(int(stream.get("/Width", 0)), int(stream.get("/Height", 0)))
    body = _unpack(stream, most=most)
    if len(body) > most:
        raise PaperTooLarge(
            "The PDF unpacks to far more than a paper needs, so nothing was kept."
            " Print it into a new PDF, or send a photo of the paper."
        )
    if TEST_VIRUS in body:
        raise PaperInfected("The file carries a virus sign, so nothing was kept. Take a new photo of the paper.")
    return len(body)


def _unpack(stream: pikepdf.Stream, *, most: int) -> bytes:
    filters = stream.get("/Filter")
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(one) for one in filters or ()]
    if names == ["/FlateDecode"]:
        return _inflate(stream.read_raw_bytes(), most=most)
    if len(names) > 3:
        raise PaperTooLarge("The PDF is packed in an unusual way, so nothing was kept. Print it into a new PDF.")
    try:
        return stream.read_bytes(pikepdf.StreamDecodeLevel.generalized)
    except pikepdf.PdfError:
        # Packed as a picture (JPEG, fax): its pixels are counted above, and the page is drawn with limits.
        return stream.read_raw_bytes()


def _inflate(packed: bytes, *, most: int) -> bytes:
    """Unpack at most one byte more than *most*; a stream that breaks off gives what it has."""
    inflating = zlib.decompressobj()
    try:
        return inflating.decompress(packed, most + 1)
    except zlib.error:
        return packed
