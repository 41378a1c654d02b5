"""How a text file parts its cells: the separator, and what a quote means. One decision for the whole file."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, Final

from consign.sentence import Sentence, say
from consign.tabular.headers import SEARCHED_ROWS, count_known, find_header
from consign.tabular.refusals import FileDamaged, FileNotATable

SNIFFED_LINES = 200
SNIFFED_SIGNS = 4 << 20
SEPARATORS = {",": say("comma"), ";": say("semicolon"), "\t": say("tab"), "|": say("pipe")}
_UNQUOTED = ("\t", "|")
"""Separators that stand in no name, so that some tills write them without any quoting."""
_DECLARED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_WRAPPED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"[,;\t|]*+')
"""A whole line in quotes; what follows are the blank cells of a wider sheet."""
_WHOLE_CELL = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_NULL = re.compile(r"(?<![^,;\t|])\\N(?=[,;\t|\r\n]|\Z)")
_TYPED_CELL = re.compile(
    r"[-+(]?(?:Rp\.?\s*|IDR\s*)?[-+]?\d[\d.,]*+\)?\s*%?"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)?"
    r"|\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
)
"""A number, a day or a time in any style."""


class Quoting(StrEnum):
    """What a quote in a file means."""

    DOUBLED = "doubled"
    """It stands around whole cells; one inside such a cell is written twice."""
    ESCAPED = "escaped"
    """The same, but one inside a cell may also follow a backslash."""
    NONE = "none"
    """It is a sign like any other."""


_WAYS: Final[dict[Quoting, dict[str, Any]]] = {
    Quoting.DOUBLED: {},
    Quoting.ESCAPED: {"escapechar": "\\"},
    Quoting.NONE: {"quoting": csv.QUOTE_NONE},
}


@dataclass(frozen=True)
class Dialect:
    """The separator of a file and what its quotes mean."""

    sign: str
    quoting: Quoting = Quoting.DOUBLED

    def parse(self, lines: Iterable[str], *, strict: bool = False) -> Any:  # noqa: ANN401  # csv names no public type
        """Return the standard library's reader of *lines*; a *strict* one refuses a quote out of its place."""
        if self.quoting is Quoting.ESCAPED:
            lines = (_NULL.sub("", line) for line in lines)  # an absent value, not the letter N
        return csv.reader(lines, delimiter=self.sign, strict=strict, **_WAYS[self.quoting])


@dataclass(frozen=True)
class Sniffed:
    """What the first lines of a file say about it."""

    dialect: Dialect
    head: list[list[str]]
    """The first rows as it parts them."""
    evidence: Sentence


def read_first_lines(path: Path) -> list[str]:
    """Return the first lines of the UTF-8 text at *path*, and not more of them than a header needs."""
    lines: list[str] = []
    left = SNIFFED_SIGNS
    with path.open(encoding="utf-8-sig", newline="") as source:
        for line in islice(source, SNIFFED_LINES):
            lines.append(line)
            left -= len(line)
            if left < 0:
                break
    return lines


def find_declared_separator(line: str) -> str | None:
    """Return the separator that a first line like `sep=;` names, as Excel writes and reads it; blank in any other line.

    Raises:
        FileNotATable: it names a sign that is not read.

    """
    named = _DECLARED.fullmatch(line.rstrip("\r\n"))
    if named is None:
        return None
    if named[1] not in SEPARATORS:
        raise FileNotATable(
            say(
                "The first line names '{sign}' as the separator; nothing of the file was used."
                " Save it with commas, semicolons, tabs or pipes.",
                sign=named[1],
            )
        )
    return named[1]


def find_dialect(lines: Sequence[str], *, words: Collection[str], declared: str | None) -> Sniffed | None:
    """Return the way that brings out most known header *words*, then most columns of numbers and days.

    What parts the lines most evenly and most widely decides a tie. Blank where no sign parts them at all.

    Raises:
        FileDamaged: a quote swallows more than any cell can hold.

    """
    best: Sniffed | None = None
    score: tuple[int, int, float, int] = (0, 0, 0.0, 0)
    swallowed = False
    for dialect in _candidates(lines, declared):
        try:
            rows = list(dialect.parse(lines))
        except csv.Error:
            swallowed = True
            continue
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        known, typed = _judge_rows(rows, words)
        found = (known, typed, count / max(widths.total(), 1), width)
        if width > 1 and found > score:
            evidence = say(
                "{count} of {total} lines have {width} cells", count=count, total=widths.total(), width=width
            )
            best, score = Sniffed(dialect, rows[: SEARCHED_ROWS + 1], evidence), found
    if best is None and swallowed:
        raise FileDamaged(say("A quote is never closed, or a line is endless; nothing of the file was used."))
    return best


def _candidates(lines: Sequence[str], declared: str | None) -> Iterator[Dialect]:
    quoted = any('"' in line for line in lines)
    escaped = any('\\"' in line for line in lines)
    for sign in SEPARATORS:
        if declared in (None, sign):
            yield Dialect(sign)
            if escaped:
                yield Dialect(sign, Quoting.ESCAPED)
            if quoted and sign in _UNQUOTED:
                yield Dialect(sign, Quoting.NONE)


def _judge_rows(rows: list[list[str]], words: Collection[str]) -> tuple[int, int]:
    """Return how many header words are known, and how many columns below them hold nothing but numbers and days."""
    place = find_header(rows[: SEARCHED_ROWS + 1], words=words)
    if place is None:
        return 0, 0
    width = len(rows[place])
    below = [row for row in rows[place + 1 :] if len(row) == width]
    typed = 0
    for column in zip(*below, strict=True):
        filled = [cell.strip() for cell in column if cell.strip()]
        typed += bool(filled) and all(_TYPED_CELL.fullmatch(cell) for cell in filled)
    return count_known(rows[place], words=words), typed


def is_wrapped(lines: Sequence[str]) -> bool:
    """Say whether each line with cells in it is one quoted cell, as when a text file was saved again from one column."""
    wrapped = 0
    for line in lines:
        text = line.strip()
        if not any(sign in text for sign in SEPARATORS):
            continue
        whole = _WRAPPED.fullmatch(text)
        if whole is None or not any(sign in whole[1] for sign in SEPARATORS):
            return False
        wrapped += 1
    return wrapped > 0


def unwrap(path: Path, target: Path) -> None:
    """Copy the text without the quotes around its lines; each line stays where it is.

    Raises:
        FileDamaged: a line further down is no quoted cell.

    """
    with path.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
        for number, line in enumerate(source, start=1):
            text = line.strip()
            whole = _WRAPPED.fullmatch(text)
            if whole is None and any(sign in text for sign in ('"', *SEPARATORS)):
                raise FileDamaged(
                    say(
                        "The first rows stand in quotes as a whole and row {row} does not; nothing of the file was used."
                        " Export it again, without saving it in between.",
                        row=number,
                    )
                )
            copy.write((whole[1].replace('""', '"') if whole else text) + line[len(line.rstrip("\r\n")) :])


def decide_quoting(path: Path, sign: str, *, escaped: bool) -> tuple[Quoting, Sentence | None]:
    """Return what a quote means in the whole of the UTF-8 text at *path*, and what speaks for it where it is unusual.

    The text holds quotes; *escaped* says whether a backslash stands before one.

    Raises:
        FileDamaged: backslashes before quotes can be read in two ways, or in none.

    """
    if sign in _UNQUOTED and not _has_quoted_cells(path, sign):
        return Quoting.NONE, say("no cell stands in quotes, so a quote is a sign like any other")
    if escaped and _is_escaped(path, sign):
        return Quoting.ESCAPED, say("a quote inside a cell follows a backslash")
    return Quoting.DOUBLED, None


def _has_quoted_cells(path: Path, sign: str) -> bool:
    """Say whether a quoted cell may stand anywhere in the text.

    One that holds neither separators nor line ends is seen as such; of any other, the part before the first of them
    begins with a quote and the part behind the last one ends with one, and both hold an odd number of quotes.
    """
    opened = closed = False
    with path.open(encoding="utf-8-sig", newline="") as source:
        for line in source:
            if '"' not in line:
                continue
            for part in line.rstrip("\r\n").split(sign):
                if _WHOLE_CELL.fullmatch(part):
                    return True
                if part.count('"') % 2:
                    opened = opened or part.startswith('"')
                    closed = closed or part.endswith('"')
            if opened and closed:
                return True
    return False


@dataclass(frozen=True)
class _Trial:
    """How a whole file comes out in one dialect."""

    uneven: int
    """Rows of another width than most have."""
    shape: bytes
    """A hash of all cells, quotes and backslashes aside."""


def _is_escaped(path: Path, sign: str) -> bool:
    """Say whether quotes that follow a backslash belong to their cells, or backslashes only happen to stand there.

    Raises:
        FileDamaged: the rows come out in two ways, or in neither.

    """
    doubled = _try(path, Dialect(sign))
    escaped = _try(path, Dialect(sign, Quoting.ESCAPED))
    if doubled is None and escaped is None:
        raise FileDamaged(
            say(
                "Some quotes follow a backslash and others stand in no place for one; nothing of the file was used. Export it again as XLSX."
            )
        )
    if doubled is None or escaped is None:
        return doubled is None
    if doubled.shape == escaped.shape:
        return False
    if doubled.uneven == escaped.uneven:
        raise FileDamaged(
            say(
                "Backslashes before quotes allow two readings of the rows; nothing of the file was used. Export it again as XLSX."
            )
        )
    return escaped.uneven < doubled.uneven


def _try(path: Path, dialect: Dialect) -> _Trial | None:
    """Read the whole text in *dialect*, blank where a quote is out of its place."""
    import hashlib  # noqa: PLC0415  # most files do without, and it brings OpenSSL along

    widths: Counter[int] = Counter()
    shape = hashlib.blake2b()
    drop = str.maketrans("", "", '"\\')
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            for record in dialect.parse(source, strict=True):
                widths[len(record)] += bool(record)
                shape.update("\0".join([*record, "\n"]).translate(drop).encode())
    except csv.Error:
        return None
    return _Trial(widths.total() - max(widths.values(), default=0), shape.digest())
