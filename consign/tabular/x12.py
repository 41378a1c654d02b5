"""ANSI X12: segments of an interchange, its transaction sets, and whether its own counts tie.

Real interchanges do not pad the fields of their header, so its signs are found by counting separators, never by place.

Source: ASC X12.5 and X12.6 (ISA, GS, ST, SE, GE, IEA).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consign.tabular.message_controls import (
    BLANKS,
    cut_off,
    no_interchange,
    out_of_place,
    refuse_other_count,
    refuse_other_reference,
    refuse_test,
    skip_blanks,
)

HEADER_ELEMENTS = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment with its *number* in the file, from 1."""

    number: int
    tag: str
    elements: tuple[str, ...]

    def at(self, element: int) -> str:
        """Return the element at *element*, counted from 1 behind the tag; blank where there is none."""
        return self.elements[element - 1].strip(BLANKS) if element <= len(self.elements) else ""


@dataclass(frozen=True)
class TransactionSet:
    """What stands between a transaction set's header and trailer."""

    header: Segment
    sender: str
    segments: list[Segment]

    @property
    def kind(self) -> str:
        """Return the number of the transaction set: 852 is product activity."""
        return self.header.at(1)

    @property
    def reference(self) -> str:
        """Return the control number that the sender gave it."""
        return self.header.at(2)


def read_interchanges(text: str) -> Iterator[list[Segment]]:
    """Yield the segments of each interchange in *text*, from its header to its trailer.

    Raises:
        FileDamaged: one is cut off, or something else stands between them.

    """
    place, number = skip_blanks(text, 0), 0
    while place < len(text):
        separator, terminator = _find_signs(text, place, number)
        segments: list[Segment] = []
        while not segments or segments[-1].tag != "IEA":
            number += 1
            raw, place = _take(text, place, terminator, number)
            tag, *elements = raw.split(separator)
            segments.append(Segment(number, tag.strip(BLANKS), tuple(elements)))
        yield segments
        place = skip_blanks(text, place)


def _find_signs(text: str, place: int, number: int) -> tuple[str, str]:
    """Return what parts the elements and what ends the segments of the interchange at *place*.

    The separator stands behind `ISA`; the sixteenth element is one sign, and what follows it ends a segment.

    Raises:
        FileDamaged: no whole header stands there.

    """
    separator = text[place + 3 : place + 4]
    ends = place + 3
    if text.startswith("ISA", place) and separator and not separator.isalnum():
        for _ in range(HEADER_ELEMENTS - 1):
            ends = text.find(separator, ends + 1)
            if ends < 0:
                break
        terminator = text[ends + 2 : ends + 3]
        if ends > 0 and terminator and not terminator.isalnum() and terminator != separator:
            return separator, terminator if terminator != "\r" or text[ends + 3 : ends + 4] != "\n" else "\r\n"
    raise no_interchange(number, opening="ISA")


def _take(text: str, place: int, terminator: str, number: int) -> tuple[str, int]:
    """Return the text of the segment at *place* and where the next one begins; the very last may go without its end.

    Raises:
        FileDamaged: the file ends in the segment.

    """
    place = skip_blanks(text, place)
    ends = text.find(terminator, place)
    if ends >= 0:
        return text[place:ends], ends + len(terminator)
    if text.startswith("IEA", place):
        return text[place:], len(text)
    raise cut_off(number)


def split_sets(segments: list[Segment]) -> Iterator[TransactionSet]:
    """Yield the transaction sets of an interchange, each held against its own count and number, then itself.

    Raises:
        ControlCountDiffers: a count or a number differs from what stands there.
        FileDamaged: an envelope has no beginning or no end.
        FileIsTest: the sender says that it is a test.

    """
    opening = segments[0]
    refuse_test("T" if opening.at(15) == "T" else "", reference=opening.at(13))
    envelope = _Envelope(opening)
    for segment in segments[1:]:
        yield from envelope.take(segment)


class _Envelope:
    """Follows an interchange through its groups and transaction sets."""

    def __init__(self, opening: Segment) -> None:
        self._opening = opening
        self._group: Segment | None = None
        self._header: Segment | None = None
        self._inside: list[Segment] = []
        self._groups = self._in_group = 0

    def take(self, segment: Segment) -> Iterator[TransactionSet]:
        """Take the next segment; yield a transaction set where it ends one."""
        inside = self._header is not None
        match segment.tag:
            case "ST" if not inside and self._group is not None:
                self._header, self._inside = segment, []
            case "SE" if self._header is not None:
                self._check(segment, counted=len(self._inside) + 2, number=self._header.at(2))
                self._in_group += 1
                yield TransactionSet(self._header, self._opening.at(6), self._inside)
                self._header = None
            case "GS" if not inside and self._group is None:
                self._group, self._in_group = segment, 0
            case "GE" if not inside and self._group is not None:
                self._check(segment, counted=self._in_group, number=self._group.at(6))
                self._group, self._groups = None, self._groups + 1
            case "IEA" if not inside and self._group is None:
                self._check(segment, counted=self._groups, number=self._opening.at(13))
            case "TA1" if not inside:
                pass  # acknowledges another interchange
            case tag if inside and tag not in ("", "ISA", "GS", "GE", "ST", "IEA"):
                self._inside.append(segment)
            case _:
                raise out_of_place(segment.number, segment.tag)

    @staticmethod
    def _check(trailer: Segment, *, counted: int, number: str) -> None:
        control = f"{trailer.tag} ({trailer.number})"
        refuse_other_count(control, stated=trailer.at(1), counted=counted)
        refuse_other_reference(control, stated=trailer.at(2).lstrip("0"), expected=number.lstrip("0"))
