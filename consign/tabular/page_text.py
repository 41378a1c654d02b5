"""The text of a page or sheet in markup: whether a file begins like one, and in which encoding it is written."""

import codecs
import re

from consign.sentence import say
from consign.tabular.refusals import FileMixedEncodings

SEARCHED_BYTES = 4_096
"""So much of its beginning says what a file is."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def begins_markup(first: bytes) -> bool:
    """Say whether a file that begins with *first* holds markup."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return first[: len(first) // 2 * 2].decode("utf-16", errors="ignore").lstrip().startswith("<")
    return first.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def decode_page(content: bytes) -> tuple[str, str]:
    """Return the text of a page and its encoding: by its mark, strictly as UTF-8, else as the page says itself.

    Raises:
        FileMixedEncodings: it is in no encoding that is known here.

    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode("utf-8-sig" if name == "utf-8" else name, errors="replace"), name
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        said = _CHARSET.search(content[:SEARCHED_BYTES])
    if said is not None and said[1].decode().lower() not in {"iso-8859-1", "windows-1252", "latin1", "cp1252"}:
        raise FileMixedEncodings(
            say("The page is written in an encoding that is not known; nothing of it was used. Save it as CSV or XLSX.")
        )
    return content.decode("cp1252", errors="replace"), "cp1252"
