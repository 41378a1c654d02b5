"""Pieces of text, put into lines as a person reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.reading.found import Box, Piece


@dataclass(frozen=True)
class Line:
    """Pieces that stand side by side on a page, from left to right."""

    page: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return the whole line, its pieces one space apart."""
        return " ".join(one.text for one in self.pieces)


def arrange(pieces: Iterable[Piece]) -> list[Line]:
    """Return the lines of all pages, from the top down."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (one.page, one.level[1] + one.level[3], one.level[0])):
        for line in lines[:-4:-1]:
            if line[0].page == piece.page and _is_level(line[-1].level, piece.level):
                line.append(piece)
                break
        else:
            lines.append([piece])
    return [Line(line[0].page, tuple(sorted(line, key=lambda one: one.level[0]))) for line in lines]


def _is_level(one: Box, other: Box) -> bool:
    """Whether two boxes overlap for more than half the height of the lower one."""
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return 2 * shared > max(min(one[3] - one[1], other[3] - other[1]), 1)


def surround(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around all *boxes*."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
