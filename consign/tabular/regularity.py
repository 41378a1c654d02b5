"""Whether a text is so regular that the fast reader reads it like the careful one."""

import codecs

import numpy as np

from consign.tabular.dialect import Dialect, Quoting


class Regularity:
    """What holds for every line of a text. It is an observer of the text while that passes by."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Expect the text from its beginning, whatever was seen before."""
        self.even_lines = True
        """Whether no line is blank but the last ones, and none ends in a bare carriage return."""
        self.around_quotes: frozenset[str] | None = frozenset()
        """Which signs stand around whole quoted cells, line ends aside; blank where a quote is in any doubt."""
        self._ended = False

    def see(self, block: bytes) -> None:
        """Look at the next lines."""
        if not self.even_lines:
            return
        body = block.rstrip(b"\r\n")
        if body:
            text = body.removeprefix(codecs.BOM_UTF8) + b"\n"
            self.even_lines = not self._ended and _has_even_lines(text)
            if self.around_quotes is not None and b'"' in text:
                found = _find_around_quotes(text)
                self.around_quotes = None if found is None else self.around_quotes | found
        self._ended = self._ended or not body or _has_blank_tail(block[len(body) :])

    def allows(self, dialect: Dialect) -> bool:
        """Say whether the text is beyond doubt for *dialect*."""
        if not self.even_lines or dialect.quoting is Quoting.ESCAPED:
            return False
        quotes = self.around_quotes
        return dialect.quoting is Quoting.NONE or (quotes is not None and quotes <= {dialect.sign})


def _has_blank_tail(line_ends: bytes) -> bool:
    return line_ends not in (b"", b"\n", b"\r\n")


def _has_even_lines(text: bytes) -> bool:
    ends = np.frombuffer(text, dtype=np.uint8) == ord("\n")
    if ends[0] or (ends[1:] & ends[:-1]).any():
        return False
    if b"\r" not in text:
        return True
    return not text.startswith(b"\r\n") and b"\n\r\n" not in text and text.count(b"\r") == text.count(b"\r\n")


def _find_around_quotes(text: bytes) -> frozenset[str] | None:
    """Return which signs stand around the quoted cells of *text*, blank where a quote belongs to no pair in its line."""
    signs = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    newlines = np.flatnonzero(signs == ord("\n"))
    inside = np.searchsorted(quotes, newlines) % 2 == 1
    if len(quotes) % 2 or inside.any():
        return None
    opening, closing = quotes[::2], quotes[1::2]
    around = np.concatenate((signs[opening[opening > 0] - 1], signs[closing[closing < len(signs) - 1] + 1]))
    return frozenset(map(chr, np.flatnonzero(np.bincount(around)))) - set('"\r\n')
