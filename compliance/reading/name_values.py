"""Names on a paper: what stands behind their label, or below it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from compliance.facts import Kind
from compliance.reading.candidates import Candidate
from compliance.reading.found import Piece
from compliance.reading.labels import (
    ACCOUNT_LABEL,
    ANY_LABEL,
    GIVEN_LABEL,
    HOLDER_LABEL,
    OWNER_LABEL,
    PERSON_LABEL,
)
from compliance.reading.lines import Line, surround

SHORTEST, LONGEST = 3, 90
PEOPLE_KINDS: Final = frozenset({Kind.NIK, Kind.NPWP, Kind.PKP, Kind.MANDATE})
"""On these papers plain "Nama" is the holder's; on others it may be a product's, or an official's."""
GIVEN_KINDS: Final = frozenset({Kind.PKP, Kind.SLHS, Kind.PIRT, Kind.NIB})
_LEAD: Final = re.compile(r"^[\s:;=.\-]+")
_NOT_A_NAME: Final = re.compile(r"\d{3}|^\W*$", re.IGNORECASE)


def find_names(lines: Sequence[Line], *, kind: Kind) -> Iterator[Candidate]:
    """Return what may be the names of holder and owner."""
    labels = [("holder", HOLDER_LABEL), ("owner", OWNER_LABEL)]
    if kind in PEOPLE_KINDS:
        labels.append(("holder", PERSON_LABEL))
    if kind is Kind.BANK_ACCOUNT:
        labels = [("account_name", ACCOUNT_LABEL), ("account_name", OWNER_LABEL)]
    named = False
    for at, line in enumerate(lines):
        for place, piece in enumerate(line.pieces):
            for field, label in labels:
                found = label.match(piece.text)
                if found is not None:
                    read = list(_read_name(lines, at, place, found.end(), field=field))
                    yield from read
                    named = named or (field == "holder" and bool(read))
                    break
    if kind in GIVEN_KINDS and not named:
        yield from _find_given(lines)
    if kind is Kind.NPWP and not named:
        yield from _find_below_number(lines)


def _read_name(lines: Sequence[Line], at: int, place: int, end: int, *, field: str) -> Iterator[Candidate]:
    """Return the name behind the label that ends at *end* in a piece: in the same piece, the next one, or below."""
    line = lines[at]
    label = line.pieces[place]
    rest = _LEAD.sub("", label.text[end:])
    if len(rest) >= SHORTEST:
        yield from _make(field, [label], rest, is_backed=_is_alone(line, place))
        return
    behind = [one for one in line.pieces[place + 1 :] if _LEAD.sub("", one.text)]
    if behind:
        pieces = [behind[0], *_continue(lines, at, behind[0])]
        text = " ".join(_LEAD.sub("", one.text) for one in pieces)
        yield from _make(field, pieces, text, is_backed=_is_alone(line, line.pieces.index(behind[0])))
        return
    below = _find_below(lines, at, label)
    if below is not None:
        yield from _make(field, [below], _LEAD.sub("", below.text), is_backed=ANY_LABEL.match(below.text) is None)


def _make(field: str, pieces: Sequence[Piece], text: str, *, is_backed: bool) -> Iterator[Candidate]:
    value = " ".join(text.split()).strip(" .,;:_-")
    if not SHORTEST <= len(value) <= LONGEST or _NOT_A_NAME.search(value):
        return
    first = pieces[0]
    yield Candidate(
        field=field,
        value=value,
        text=text,
        confidence=min(one.confidence for one in pieces),
        page=first.page,
        box=surround([one.box for one in pieces]),
        source=first.source,
        is_backed=is_backed,
    )


def _is_alone(line: Line, place: int) -> bool:
    """Whether no other piece follows so closely that it may belong to the same value."""
    if place + 1 >= len(line.pieces):
        return True
    one, other = line.pieces[place], line.pieces[place + 1]
    return other.level[0] - one.level[2] > 2 * _height(one)


def _height(piece: Piece) -> int:
    return piece.level[3] - piece.level[1]


def _continue(lines: Sequence[Line], at: int, value: Piece) -> list[Piece]:
    """Return the next line where it continues the value: it begins below it, and nothing stands before it."""
    if at + 1 >= len(lines) or lines[at + 1].page != value.page:
        return []
    below = lines[at + 1].pieces
    near = below[0].level[1] - value.level[3] < _height(value)
    aligned = abs(below[0].level[0] - value.level[0]) <= 2 * _height(value)
    if len(below) == 1 and near and aligned and not below[0].text.lstrip().startswith(":"):
        return [] if ANY_LABEL.match(below[0].text) else [below[0]]
    return []


def _find_below(lines: Sequence[Line], at: int, label: Piece) -> Piece | None:
    """Return the piece that stands right below a label, beginning near where the label begins."""
    if at + 1 >= len(lines) or lines[at + 1].page != label.page:
        return None
    near = [one for one in lines[at + 1].pieces if one.level[0] <= label.level[2] and one.level[2] >= label.level[0]]
    return near[0] if near and near[0].level[1] - label.level[3] < 2 * _height(label) else None


def _find_given(lines: Sequence[Line]) -> Iterator[Candidate]:
    """Return the name below "diberikan kepada", where no label names it."""
    for at, line in enumerate(lines):
        found = GIVEN_LABEL.match(line.text)
        if found is None:
            continue
        rest = _LEAD.sub("", line.text[found.end() :])
        if len(rest) >= SHORTEST:
            yield from _make("holder", line.pieces[-1:], rest, is_backed=len(line.pieces) == 1)
        elif at + 1 < len(lines) and lines[at + 1].page == line.page:
            below = lines[at + 1]
            plain = len(below.pieces) == 1 and ANY_LABEL.match(below.text) is None and ":" not in below.text
            yield from _make("holder", below.pieces, below.text, is_backed=plain)


def _find_below_number(lines: Sequence[Line]) -> Iterator[Candidate]:
    """Return the line below the number of a tax card: the card prints the name there without a label."""
    for at, line in enumerate(lines[:-1]):
        if re.match(r"\W*npwp\b", line.text, re.IGNORECASE) and any(map(str.isdigit, line.text)):
            below = lines[at + 1]
            plain = len(below.pieces) == 1 and ANY_LABEL.match(below.text) is None and ":" not in below.text
            yield from _make("holder", below.pieces, below.text, is_backed=plain)
