"""Reading what people write as a number: digits of any script, look-alike letters, separators and words around it."""

import re
import unicodedata
from collections.abc import Container
from typing import Final

NUMBER_WORDS: Final = r"NOMOR|NOMER|NUMBER|NO|N0|NR"
"""What people write for "number" before one; alternatives of a pattern."""

PERMIT_WORDS: Final = (
    r"REG[I1]STRAS[I1]|REG[I1]STER|REG|PENDAFTARAN|N[I1]E|NOT[I1]F[I1]KAS[I1]|NOT[I1]F|[I1]Z[I1]N|EDAR|"
    rf"{NUMBER_WORDS}|R[I1]"
)
"""What people write before or within a permit's number, longer words before those they begin with."""

_LONGEST_SHOWN: Final = 40
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_FULL_WIDTH_AHEAD_BY: Final = 0xFEE0
_LOOK_ALIKES: Final = str.maketrans("OoIl|", "00111")
_LIKE_DIGITS: Final = re.compile(r"[0-9OoIl|]*[0-9][0-9OoIl|]*")
_SEPARATORS: Final = re.compile(r"[\s.,:;\-_/()\[\]#'\"*=+№·•`\u00ab\u00b4\u00bb\u2018-\u201f]+")
_DIGITS: Final = re.compile(r"[0-9](?:[ .-]*[0-9])*")


def fold_digits(text: str) -> str:
    """Return *text* with the digits of every script as 0 to 9, full-width signs and dashes as plain ones.

    Signs that nobody sees are left out.
    """
    return text if text.isascii() else "".join(_fold(sign) for sign in text)


def _fold(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if ord(sign) in _FULL_WIDTH:
        return chr(ord(sign) - _FULL_WIDTH_AHEAD_BY)
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    return "-" if category == "Pd" or sign == "\N{MINUS SIGN}" else sign


def squeeze(text: str) -> str:
    """Return *text* with folded digits, without spaces, dots, dashes and other signs that only set apart."""
    return _SEPARATORS.sub("", fold_digits(text))


def strip_words(text: str, words: re.Pattern[str]) -> str:
    """Return *text* without the *words* it begins with; the pattern takes as many as there are."""
    found = words.match(text)
    return text[found.end() :] if found else text


def read_digits(text: str) -> str:
    """Return *text*, which stands where digits must, with O read as 0 and I or l as 1.

    It stays what it is where other signs stand in it, or no digit at all.
    """
    return text.translate(_LOOK_ALIKES) if _LIKE_DIGITS.fullmatch(text) else text


def read_behind(text: str, prefix: re.Match[str], words: re.Pattern[str]) -> str:
    """Return the digits of squeezed *text* behind its *prefix*, without *words* between them."""
    return read_digits(strip_words(text[prefix.end() :], words))


def compact_lettered(text: str, *, prefixes: re.Pattern[str], words: re.Pattern[str]) -> str:
    """Return a number of letters and digits without *words*, spaces, dots and dashes; the letters, in capitals, are one of *prefixes*."""
    tight = strip_words(squeeze(text), words)
    prefix = prefixes.match(tight)
    if prefix is not None:
        return prefix[0].upper() + read_behind(tight, prefix, words)
    return read_digits(tight)


def find_digits(text: str, words: re.Pattern[str], *, lengths: Container[int]) -> str:
    """Return the digits behind *words*; where these are no number of *lengths*, the only group of digits that is one.

    Dots, dashes and spaces may stand within a group. One that touches a letter is none: it may be half a number.
    """
    digits = read_digits(strip_words(squeeze(text), words))
    if count_digits(digits) in lengths:
        return digits
    folded = fold_digits(text)
    groups = [squeeze(group[0]) for group in _DIGITS.finditer(folded) if not _touches_letter(folded, group)]
    fitting = [group for group in groups if len(group) in lengths]
    return fitting[0] if len(fitting) == 1 else digits


def _touches_letter(text: str, group: re.Match[str]) -> bool:
    start, end = group.span()
    return text[max(start - 1, 0) : start].isalpha() or text[end : end + 1].isalpha()


def count_digits(text: str) -> int:
    """Return how many digits *text* is, 0 where anything else stands in it."""
    return len(text) if text.isascii() and text.isdecimal() else 0


def shorten(text: str) -> str:
    """Return *text* for a sentence, cut where it is long."""
    plain = text.strip()
    return plain if len(plain) <= _LONGEST_SHOWN else f"{plain[:_LONGEST_SHOWN]}…"
