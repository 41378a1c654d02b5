"""Whether a text is so regular that the fast reader reads it like the careful one."""

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from consign.tabular.dialect import Dialect, Quoting
from consign.tabular.encodings import blocks_of_lines


@dataclass(frozen=True)
class Regularity:
    """What holds for every line of a text."""

    even_lines: bool
    """No line is blank but the last ones, and none ends in a bare carriage return."""
    around_quotes: frozenset[str] | None
    """Which signs stand around whole quoted cells, line ends aside; blank where a quote is in any doubt."""

    def allows(self, dialect: Dialect) -> bool:
        """Say whether the text is beyond doubt for *dialect*."""
        if not self.even_lines or dialect.quoting is Quoting.ESCAPED:
            return False
        quotes = self.around_quotes
        return dialect.quoting is Quoting.NONE or (quotes is not None and quotes <= {dialect.sign})


def find_regularity(path: Path) -> Regularity:
    """Look at all lines of the UTF-8 text at *path*."""
    around: frozenset[str] | None = frozenset()
    ended = False
    for block in blocks_of_lines(path):
        body = block.rstrip(b"\r\n")
        if body:
            text = body.removeprefix(codecs.BOM_UTF8) + b"\n"
            if ended or not _has_even_lines(text):
                return Regularity(even_lines=False, around_quotes=None)
            found = _find_around_quotes(text) if around is not None else None
            around = None if around is None or found is None else around | found
        ended = ended or not body or _has_blank_tail(block[len(body) :])
    return Regularity(even_lines=True, around_quotes=around)


def _has_blank_tail(line_ends: bytes) -> bool:
    return line_ends not in (b"", b"\n", b"\r\n")


def _has_even_lines(text: bytes) -> bool:
    if b"\n\n" in text or b"\n\r\n" in text or text.startswith((b"\n", b"\r\n")):
        return False
    return b"\r" not in text or text.count(b"\r") == text.count(b"\r\n")


def _find_around_quotes(text: bytes) -> frozenset[str] | None:
    """Return which signs stand around the quoted cells of *text*, blank where a quote belongs to no pair in its line."""
    if b'"' not in text:
        return frozenset()
    signs = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    newlines = np.flatnonzero(signs == ord("\n"))
    inside = np.searchsorted(quotes, newlines) % 2 == 1
    if len(quotes) % 2 or inside.any():
        return None
    opening, closing = quotes[::2], quotes[1::2]
    around = np.concatenate((signs[opening[opening > 0] - 1], signs[closing[closing < len(signs) - 1] + 1]))
    return frozenset(map(chr, np.flatnonzero(np.bincount(around)))) - set('"\r\n')
