"""The text encoding of a file: the file as UTF-8 without anything that is no text."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from consign.sentence import Sentence, say
from consign.tabular.cells import TYPED
from consign.tabular.refusals import FileDamaged, FileEmpty, FileMixedEncodings, FileNotATable

BLOCK_BYTES = 8 << 20
LONGEST_LINE_BYTES = 32 << 20
PROBED_BYTES = 4096
TAIL_BYTES = 1 << 20
_MARK = codecs.BOM_UTF8
_VALID_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UNDEFINED_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_NO_TEXT = (b"\0", TYPED.encode())
"""Bytes no text holds; the second one is our own mark."""
_PADDING = b"\0\x1a"
"""What some tills fill the last block of a file with, and the mark that ends a file in DOS."""


@dataclass(frozen=True)
class Prepared:
    """The file as UTF-8, what it was before, and what was left out of it."""

    path: Path
    encoding: str
    evidence: tuple[Sentence, ...]
    quoted: bool
    """Whether there is a quote anywhere."""
    escaped: bool
    """Whether a backslash stands before one."""


class Observer(Protocol):
    """Somebody who looks at the text, too, while it passes by."""

    def begin(self) -> None:
        """Expect the text from its beginning, whatever was seen before."""

    def see(self, block: bytes) -> None:
        """Look at the next lines as UTF-8."""


def prepare_text(path: Path, *, scratch: Path, observer: Observer | None = None) -> Prepared:
    """Look at all bytes of the file at *path*; a copy in UTF-8, where it needs one, goes into *scratch*.

    The *observer* sees the text as it will be read.

    Raises:
        FileEmpty: it has no bytes.
        FileNotATable: the bytes are no text at all, or text of a kind that nothing here reads.
        FileMixedEncodings: some letters are UTF-8 and some are not.
        FileDamaged: it begins like UTF-16 but is not, or a line is endless.

    """
    with path.open("rb") as source:
        first = source.read(PROBED_BYTES)
    if not first:
        raise FileEmpty(say("The file is empty; nothing of it was used."))
    encoding = _find_wide_encoding(first)
    evidence: list[Sentence] = []
    if encoding is not None:
        path = _transcode(path, scratch / "from-wide", encoding)
        if encoding != "utf-16":
            evidence.append(say("every other byte is zero, so the text is {encoding}", encoding=encoding))
    padding = _find_padding(path)
    try:
        seen = _look_through(path, padding=padding, observer=observer)
    except UnicodeDecodeError:
        encoding = _find_single_byte_encoding(path, padding=padding)
        path = _transcode(path, scratch / "as-utf-8", encoding)
        seen = _look_through(path, padding=padding, observer=observer)
    if padding:
        evidence.append(say("{count} bytes of filling behind the last line were left out", count=padding))
    if seen.marks:
        evidence.append(say("{count} byte order marks in the middle were left out", count=seen.marks))
    if padding or seen.marks:
        path = _clean(path, scratch / "cleaned", padding=padding)
        seen = _look_through(path, padding=0, observer=observer)
    return Prepared(path, encoding or "utf-8", tuple(evidence), seen.quoted, seen.escaped)


def blocks_of_lines(path: Path, *, padding: int = 0) -> Iterator[bytes]:
    """Yield the file's bytes but the last *padding* ones in blocks that end with a line.

    Raises:
        FileDamaged: a line is longer than any row can be.

    """
    rest = b""
    left = path.stat().st_size - padding
    with path.open("rb") as source:
        while piece := source.read(min(BLOCK_BYTES, left)):
            left -= len(piece)
            # Where no "\n" ends a line "\r" does; the very last one may be the first half of "\r\n".
            cut = piece.rfind(b"\n") + 1 or piece.rfind(b"\r", 0, -1) + 1
            if cut:
                yield rest + piece[:cut]
                rest = piece[cut:]
            else:
                rest += piece
            if len(rest) > LONGEST_LINE_BYTES:
                raise FileDamaged(say("The file has a line without end; nothing of it was used."))
    if rest:
        yield rest


def _find_wide_encoding(first: bytes) -> str | None:
    """Return the kind of UTF-16 that a file with these *first* bytes is in, blank where it is in none.

    Without a byte order mark, text of mostly plain letters shows itself: every other byte is zero.

    Raises:
        FileNotATable: it is UTF-32.

    """
    quarters = [first[place::4] for place in range(4)]
    zeros = [bool(part) and not any(part) for part in quarters]
    filled = [bool(part) and all(part) for part in quarters]
    if (
        first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
        or (filled[0] and all(zeros[1:]))
        or (filled[3] and all(zeros[:3]))
    ):
        raise FileNotATable(
            say("The file is UTF-32 text, which is not read; nothing of it was used. Save it as CSV in UTF-8.")
        )
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    text = first.rstrip(b"\0")  # without the filling of a short file
    even, odd = text[::2], text[1::2]
    if all(even) and 10 * odd.count(0) > 9 * len(odd):
        return "utf-16-le"
    if odd and all(odd) and 10 * even.count(0) > 9 * len(even):
        return "utf-16-be"
    return None


def _find_padding(path: Path) -> int:
    """Return how many bytes behind the last line's end are filling, blank lines among it included."""
    place = path.stat().st_size
    tail = b""
    with path.open("rb") as source:
        while place > 0 and len(tail) < LONGEST_LINE_BYTES:
            start = max(place - TAIL_BYTES, 0)
            source.seek(start)
            block = source.read(place - start)
            text = block.rstrip(_PADDING + b"\r\n")
            tail, place = block[len(text) :] + tail, start
            if text:
                break
        else:
            return 0  # nothing but filling
    line_end = re.match(rb"\r\n|\n|\r", tail)
    if line_end is None:
        return 0
    behind = tail[line_end.end() :]
    return len(behind) if behind.strip(b"\r\n") else 0


@dataclass
class _Seen:
    """What stands in a text."""

    marks: int = 0
    """Byte order marks that begin a line in the middle."""
    quoted: bool = False
    escaped: bool = False


def _look_through(path: Path, *, padding: int, observer: Observer | None) -> _Seen:
    """Look at all text of the file.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
        FileNotATable: it is no text.

    """
    seen, at_start = _Seen(), True
    if observer is not None:
        observer.begin()
    for block in blocks_of_lines(path, padding=padding):
        block.decode("utf-8")
        _refuse_no_text(block)
        if _MARK in block:
            seen.marks += block.count(b"\n" + _MARK) + block.count(b"\r" + _MARK)
            seen.marks += (block.removeprefix(_MARK) if at_start else block).startswith(_MARK)
        if b'"' in block:
            seen.quoted = True
            seen.escaped = seen.escaped or b'\\"' in block
        if observer is not None:
            observer.see(block)
        at_start = False
    return seen


def _refuse_no_text(block: bytes) -> None:
    """Refuse what holds bytes that no text does.

    Raises:
        FileNotATable: it does.

    """
    if any(mark in block for mark in _NO_TEXT):
        raise FileNotATable(say("The file holds no text; nothing of it was used. Save it as CSV or XLSX."))


def _find_single_byte_encoding(path: Path, *, padding: int) -> str:
    """Return cp1252 for text that is not UTF-8, unless some of its lines are.

    Raises:
        FileMixedEncodings: some letters are UTF-8 and some are not.
        FileNotATable: the bytes are no text at all.

    """
    lines, bad, has_multibyte = 0, 0, False
    for block in blocks_of_lines(path, padding=padding):
        _refuse_no_text(block)
        if _UNDEFINED_CP1252.search(block):
            raise FileNotATable(say("The file holds no text; nothing of it was used. Save it as CSV or XLSX."))
        has_multibyte = has_multibyte or _VALID_MULTIBYTE.search(block) is not None
        bad = bad or _find_other_than_utf8(block, lines)
        lines += _count_lines(block)
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
        return lines_before + _count_lines(block[: error.start]) + 1
    return 0


def _count_lines(block: bytes) -> int:
    return block.count(b"\n") or block.count(b"\r")


def _transcode(path: Path, target: Path, encoding: str) -> Path:
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


def _clean(path: Path, target: Path, *, padding: int) -> Path:
    """Copy the text without its byte order marks at the beginnings of lines and its *padding*."""
    begins = re.compile(rb"(^|[\r\n])(?:" + _MARK + rb")+")
    with target.open("wb") as copy:
        for block in blocks_of_lines(path, padding=padding):
            copy.write(begins.sub(rb"\1", block))
    return target
