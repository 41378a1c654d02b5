"""What a file really is, by its first bytes; its name says nothing."""

from pathlib import Path

from compliance.reading.refusals import PaperEmpty, PaperInfected, PaperOfWrongType, PaperTooLarge, refuse_broken

MOST_BYTES = 15 << 20
MOST_MEGABYTES = "15"
HEAD_BYTES = 4096
PDF, JPEG, PNG, WEBP, HEIC = "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"
LEADS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every virus scanner reports; two parts, so that none reports this module."""


def find_media_type(head: bytes) -> str | None:
    """Return which of the types that are taken begins with *head*; none of the others is taken."""
    for lead, media_type in LEADS:
        if head.startswith(lead):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return HEIC if _is_heic(head) else None


def _is_heic(head: bytes) -> bool:
    if head[4:8] != b"ftyp":
        return False
    length = int.from_bytes(head[:4], "big")
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(length, len(head)), 4))}
    return not brands.isdisjoint(HEIC_BRANDS)


def get_media_type(path: Path) -> str:
    """Return what the file at *path* is, after its size and its first bytes.

    Raises:
        PaperEmpty: it has no bytes.
        PaperTooLarge: it has more bytes than a paper can have.
        PaperOfWrongType: it is neither PDF nor JPEG, PNG, WebP or HEIC.
        PaperInfected: it carries the scanners' test sign.
        PaperBroken: there can be no such path.

    """
    try:
        size = path.stat().st_size
    except ValueError as error:
        raise refuse_broken() from error  # a path with a null byte in it
    if size == 0:
        raise PaperEmpty("The file is empty, so nothing was kept. Choose the file again.")
    if size > MOST_BYTES:
        raise PaperTooLarge(
            "The file is larger than {most} MB, so nothing was kept. Take the photo at a smaller size, or send fewer pages.",
            most=MOST_MEGABYTES,
        )
    body = path.read_bytes()
    if TEST_VIRUS in body:
        raise PaperInfected("The file carries a virus sign, so nothing was kept. Take a new photo of the paper.")
    media_type = find_media_type(body[:HEAD_BYTES])
    if media_type is None:
        raise PaperOfWrongType(
            "The file is neither a PDF nor a photo (it looks like: {found}), so nothing was kept."
            " Send a PDF, or a photo as JPEG, PNG, WebP or HEIC.",
            found=_describe(body[:HEAD_BYTES]),
        )
    return media_type


def _describe(head: bytes) -> str:
    """Return the usual name ending of what begins with *head*, a question mark where nobody knows."""
    # Slow to load, and needed only where a file is refused.
    import puremagic  # noqa: PLC0415

    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return "?"
    endings = [one.extension.lstrip(".") for one in guesses if one.extension]
    return endings[0] if endings else "?"
