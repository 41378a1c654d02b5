"""The text encoding of a file, and whether its text is so regular that the fast reader may be used."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from consign.sentence import say
from consign.tabular.cells import TYPED
from consign.tabular.refusals import FileDamaged, FileEmpty, FileMixedEncodings, FileNotATable

BLOCK_BYTES = 8 << 20
LONGEST_LINE_BYTES = 32 << 20
_VALID_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UNDEFINED_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_NO_TEXT = (b"\0", TYPED.encode())
"""Bytes no text holds; the second one is our own mark."""


@dataclass(frozen=True)
class Prepared:
    """The file as UTF-8, and what it was before."""

    path: Path
    encoding: str
    around_quotes: frozenset[str] | None
    """Which signs stand around whole quoted cells, line ends aside; blank where the text is in any doubt."""

    def is_regular(self, sign: str) -> bool:
        """Say whether the text is beyond doubt where *sign* parts its cells."""
        return self.around_quotes is not None and self.around_quotes <= {sign}


def prepare_text(path: Path, *, scratch: Path) -> Prepared:
    """Look at all bytes of the file at *path*; a copy in UTF-8, where it needs one, goes into *scratch*.

    Raises:
        FileEmpty: it has no bytes.
        FileNotATable: the bytes are no text at all.
        FileMixedEncodings: some letters are UTF-8 and some are not.
        FileDamaged: it begins like UTF-16 but is not, or a line is endless.

    """
    with path.open("rb") as source:
        first = source.read(2)
    if not first:
        raise FileEmpty(say("The file is empty; nothing of it was used."))
    if first in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _look_through(_transcode(path, scratch, "utf-16"), "utf-16")
    try:
        return _look_through(path, "utf-8")
    except UnicodeDecodeError:
        encoding = _find_single_byte_encoding(path)
    return _look_through(_transcode(path, scratch, encoding), encoding)


def _look_through(path: Path, encoding: str) -> Prepared:
    around: frozenset[str] | None = frozenset()
    ended = False
    for block in _blocks_of_lines(path):
        block.decode("utf-8")
        _refuse_no_text(block)
        body = block.rstrip(b"\r\n")
        if body and around is not None:
            found = _find_around_quotes(body.removeprefix(codecs.BOM_UTF8) + b"\n")
            around = None if found is None or ended else around | found
        ended = ended or not body or block.count(b"\n", len(body)) > 1  # blank lines matter only before other lines
    return Prepared(path, encoding, around)


def _refuse_no_text(block: bytes) -> None:
    """Refuse what holds bytes that no text does.

    Raises:
        FileNotATable: it does.

    """
    if any(mark in block for mark in _NO_TEXT):
        raise FileNotATable(say("The file holds no text; nothing of it was used. Save it as CSV or XLSX."))


def _find_single_byte_encoding(path: Path) -> str:
    """Return cp1252 for text that is not UTF-8, unless some of its lines are.

    Raises:
        FileMixedEncodings: some letters are UTF-8 and some are not.
        FileNotATable: the bytes are no text at all.

    """
    lines, bad, has_multibyte = 0, 0, False
    for block in _blocks_of_lines(path):
        _refuse_no_text(block)
        if _UNDEFINED_CP1252.search(block):
            raise FileNotATable(say("The file holds no text; nothing of it was used. Save it as CSV or XLSX."))
        has_multibyte = has_multibyte or _VALID_MULTIBYTE.search(block) is not None
        bad = bad or _find_other_than_utf8(block, lines)
        lines += block.count(b"\n")
    if has_multibyte:
        raise FileMixedEncodings(
            say(
                "Line {line} is not UTF-8 though other lines are; nothing of the file was used."
                " Export it again in one encoding.",
                line=bad,
            )
        )
    return "cp1252"


def _find_other_than_utf8(block: bytes, lines_before: int) -> int:
    """Return the number of the first line in *block* that is not UTF-8, 0 where all are."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        return lines_before + block.count(b"\n", 0, error.start) + 1
    return 0


def _transcode(path: Path, scratch: Path, encoding: str) -> Path:
    target = scratch / "as-utf-8"
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            while piece := source.read(BLOCK_BYTES):
                copy.write(piece)
    except UnicodeError as error:
        refusal = say("The file begins like {encoding} text but is not; nothing was used.", encoding=encoding)
        raise FileDamaged(refusal) from error
    return target


def _blocks_of_lines(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes in blocks that end with a line.

    Raises:
        FileDamaged: a line is longer than any row can be.

    """
    rest = b""
    with path.open("rb") as source:
        while piece := source.read(BLOCK_BYTES):
            head, newline, tail = piece.rpartition(b"\n")
            if newline:
                yield rest + head + newline
                rest = tail
            else:
                rest += tail
            if len(rest) > LONGEST_LINE_BYTES:
                raise FileDamaged(say("The file has a line without end; nothing of it was used."))
    if rest:
        yield rest


def _find_around_quotes(block: bytes) -> frozenset[str] | None:
    """Return which signs stand around the quoted cells of *block*, line ends aside.

    Blank where a line is blank, ends in a bare carriage return, or has a quote that belongs to no pair.
    """
    if b"\n\n" in block or b"\n\r\n" in block or block.startswith((b"\n", b"\r\n")):
        return None
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return None
    if b'"' not in block:
        return frozenset()
    text = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    newlines = np.flatnonzero(text == ord("\n"))
    inside = np.searchsorted(quotes, newlines) % 2 == 1
    if len(quotes) % 2 or inside.any():
        return None
    opening, closing = quotes[::2], quotes[1::2]
    around = np.concatenate((text[opening[opening > 0] - 1], text[closing[closing < len(text) - 1] + 1]))
    return frozenset(map(chr, np.flatnonzero(np.bincount(around)))) - set('"\r\n')
