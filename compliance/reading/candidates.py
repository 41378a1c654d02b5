"""What may be a value: a text, where it stands, how well it was read, and whether its surroundings speak for it."""

from dataclasses import dataclass

from compliance.reading.found import Box, Piece, Source
from compliance.reading.lines import Line, surround

READ_WELL = 850
"""Per mille: a value read off a picture is sure only where its least sure sign was read so well, twice alike."""


@dataclass(frozen=True)
class Candidate:
    """A text that may be a value of *field*."""

    field: str
    value: str
    text: str
    confidence: int
    page: int
    box: Box
    source: Source
    is_backed: bool
    """Whether a label, or a form that nothing else has, says what it is."""
    is_doubted: bool = False
    """Whether the words before it name another paper or thing, or signs may be missing: then nothing makes it sure."""

    @property
    def is_trusted(self) -> bool:
        """Return whether its surroundings speak for it, and none of them against it."""
        return self.is_backed and not self.is_doubted

    @property
    def is_sure(self) -> bool:
        """Return whether it may be shown as sure if nothing on the paper contradicts it."""
        return self.is_trusted and (self.source is not Source.OCR or self.confidence >= READ_WELL)


def cut(line: Line, start: int, end: int) -> tuple[str, int, Box]:
    """Return the text of *line* between two places, how well it was read, and its box."""
    boxes: list[Box] = []
    confidences: list[int] = []
    at = 0
    for piece in line.pieces:
        length = len(piece.text)
        first, last = max(start - at, 0), min(end - at, length)
        if first < last:
            boxes.append(_part(piece, first, last))
            confidences.append(piece.confidence)
        at += length + 1
    return line.text[start:end], min(confidences, default=0), surround(boxes) if boxes else line.pieces[0].box


def _part(piece: Piece, first: int, last: int) -> Box:
    """Return about where the signs from *first* to *last* of a piece stand."""
    left, top, right, bottom = piece.box
    width, signs = right - left, len(piece.text)
    return left + width * first // signs, top, left - (-width * last // signs), bottom
