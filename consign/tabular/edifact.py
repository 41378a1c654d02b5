"""UN/EDIFACT: segments of an interchange, its messages, and whether its own counts tie.

Segments with released signs are taken apart by pydifact, one at a time: it knows neither two interchanges in a file nor
encodings, drops an unfinished segment at the end, and checks no counts. All that is done here.

Source: ISO 9735, syntax versions 1 to 4 (UNA, UNB, UNG, UNH, UNT, UNE, UNZ; release character; character sets).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pydifact.control.characters import Characters
from pydifact.parser import Parser
from pydifact.tokenizer import Tokenizer

from consign.sentence import say
from consign.tabular.message_controls import (
    cut_off,
    no_interchange,
    out_of_place,
    refuse_other_count,
    refuse_other_reference,
    refuse_test,
    skip_blanks,
)
from consign.tabular.refusals import FileDamaged, FileMixedEncodings

NO_RELEASE = "\0"
"""Stands for a release character that is not in use: pydifact needs one, and no text holds this."""
ENCODINGS = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso-8859-1", "UNOD": "iso-8859-2", "UNOE": "iso-8859-5",
    "UNOF": "iso-8859-7", "UNOG": "iso-8859-3", "UNOH": "iso-8859-4", "UNOI": "iso-8859-6", "UNOJ": "iso-8859-8",
    "UNOK": "iso-8859-9", "UNOL": "iso-8859-15", "UNOW": "utf-8", "UNOY": "utf-8",
}  # fmt: skip
"""The encoding of each syntax identifier. Source: ISO 9735-1, code list 0001."""
MOST_SIGNS = 1 << 16
"""How long a segment may be: the longest that the directories know, free text, has some 2,600 signs."""
Parts = tuple[tuple[str, ...], ...]
_TAG = re.compile(r"[A-Z][A-Z0-9]{2}")


@dataclass(frozen=True)
class Signs:
    """What parts an interchange. Without *decimal_mark* nothing says how its numbers are written."""

    component: str = ":"
    element: str = "+"
    decimal_mark: str | None = None
    release: str = "?"
    reserved: str = " "
    terminator: str = "'"

    @property
    def released(self) -> str:
        """Return the signs that mean themselves behind a release character."""
        return self.component + self.element + self.release + self.terminator + self.reserved.strip()


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment with its *number* in the file, from 1; the service string advice counts as one."""

    number: int
    tag: str
    elements: tuple[tuple[str, ...], ...]

    def at(self, element: int, component: int = 0) -> str:
        """Return a component of the element at *element*, counted from 1 behind the tag; blank where there is none."""
        if element > len(self.elements) or component >= len(self.elements[element - 1]):
            return ""
        return self.elements[element - 1][component]


@dataclass(frozen=True)
class Message:
    """What stands between a message's header and trailer."""

    header: Segment
    sender: str
    decimal_mark: str | None
    segments: list[Segment]

    @property
    def reference(self) -> str:
        """Return the reference that the sender gave it."""
        return self.header.at(1)

    @property
    def kind(self) -> str:
        """Return the type of the message."""
        return self.header.at(2)


@dataclass(frozen=True)
class Interchange:
    """One envelope with its messages."""

    signs: Signs
    encoding: str
    segments: list[Segment]


def read_interchanges(content: bytes) -> Iterator[Interchange]:
    """Yield the interchanges in *content*, which holds no null byte, taken apart.

    Raises:
        FileDamaged: one is cut off, or something else stands between them.
        FileMixedEncodings: letters are not written the way the interchange says.

    """
    # Every byte becomes one sign here: what parts segments is ASCII in each of the encodings.
    text = content.removeprefix(b"\xef\xbb\xbf").decode("iso-8859-1")
    place, number = skip_blanks(text, 0), 0
    while place < len(text):
        signs, place, number = _read_signs(text, place, number)
        reading = _Reading(text, signs, place, number)
        yield Interchange(signs, reading.encoding, list(reading.read()))
        place, number = skip_blanks(text, reading.place), reading.number


def _read_signs(text: str, place: int, number: int) -> tuple[Signs, int, int]:
    """Return the signs of the interchange at *place*, and the place and number of segments before its header.

    Raises:
        FileDamaged: no interchange begins there.

    """
    if text.startswith("UNA", place):
        given = text[place + 3 : place + 9]
        component, element, mark, release, reserved, terminator = list(given.ljust(6, "\0"))
        signs = Signs(component, element, mark, release.replace(" ", NO_RELEASE), reserved, terminator)
        parting = {component, element, release, terminator}
        place, number = skip_blanks(text, place + 9), number + 1
        usable = mark in ".," and len(parting) == 4 and not any(sign.isalnum() or sign == "\0" for sign in parting)
        if usable and text.startswith(f"UNB{element}", place):
            return signs, place, number
    elif text.startswith("UNB+", place):
        return Signs(), place, number
    raise no_interchange(number, opening="UNA, UNB")


class _Reading:
    """Takes the segments of one interchange apart; `place` and `number` move on as it reads."""

    def __init__(self, text: str, signs: Signs, place: int, number: int) -> None:
        self._text = text
        self._signs = signs
        self.place = place
        self.number = number
        self._pattern = _pattern(signs)
        self._parts: dict[str, Parts] = {}  # prices, quantities, references come again and again: each is parted once
        self._header = self._take()
        self.encoding = _find_encoding(part_segment(self._header, signs)[1][0])

    def _take(self) -> str:
        """Return the text of the next segment without line ends, which belong to no segment.

        Raises:
            FileDamaged: it has no end, there is none, or it is longer than any can be.

        """
        self.number += 1
        match = self._pattern.match(self._text, skip_blanks(self._text, self.place))
        if match is None:
            raise cut_off(self.number)
        if len(match[1]) > MOST_SIGNS:
            raise FileDamaged(
                say(
                    "Segment {number} is longer than {most} characters; nothing of the file was used."
                    " Ask the sender to send it again.",
                    number=self.number,
                    most=MOST_SIGNS,
                )
            )
        self.place = match.end()
        return match[1].replace("\r", "").replace("\n", "")

    def read(self) -> Iterator[Segment]:
        """Yield the segments from the interchange's header to its trailer."""
        raw = self._header
        while True:
            segment = self._read_segment(raw)
            yield segment
            if segment.tag == "UNZ":
                return
            raw = self._take()

    def _read_segment(self, raw: str) -> Segment:
        parts = self._parts.get(raw)
        if parts is None:
            parts = self._parts[raw] = self._part(raw)
        return Segment(self.number, parts[0][0], parts[1:])

    def _part(self, raw: str) -> Parts:
        try:
            text = raw if raw.isascii() else raw.encode("iso-8859-1").decode(self.encoding)
        except UnicodeDecodeError as error:
            raise FileMixedEncodings(
                say(
                    "The interchange says that it is written in {encoding}, but segment {number} is not; nothing of the"
                    " file was used. Ask the sender to send it again.",
                    encoding=self.encoding,
                    number=self.number,
                )
            ) from error
        parts = part_segment(text, self._signs)
        if len(parts[0]) != 1 or not _TAG.fullmatch(parts[0][0]):
            raise FileDamaged(
                say(
                    "Segment {number} has no name; nothing of the file was used. Ask the sender to send it again.",
                    number=self.number,
                )
            )
        return parts


@lru_cache(maxsize=8)
def _pattern(signs: Signs) -> re.Pattern[str]:
    release, terminator = re.escape(signs.release), re.escape(signs.terminator)
    return re.compile(rf"((?:[^{release}{terminator}]++|{release}.)*+){terminator}", re.DOTALL)


def _find_encoding(syntax: str) -> str:
    """Return the encoding of the syntax identifier *syntax*.

    Raises:
        FileDamaged: it is none.

    """
    if syntax not in ENCODINGS:
        raise FileDamaged(
            say(
                "The interchange is written in '{syntax}', which is not read; nothing of the file was used."
                " Ask the sender for UNOC or UNOY.",
                syntax=syntax,
            )
        )
    return ENCODINGS[syntax]


def part_segment(text: str, signs: Signs) -> Parts:
    """Return the elements of a segment and their components, the tag being the first. *text* is without its end."""
    if signs.release not in text:
        # Nothing is released: signs part the text wherever they stand, which is fifty times as fast.
        return tuple(tuple(element.split(signs.component)) for element in text.split(signs.element))
    characters = Characters.from_str(
        signs.component
        + signs.element
        + (signs.decimal_mark or ".")
        + signs.release
        + signs.reserved
        + signs.terminator
    )
    tokens = Tokenizer().get_tokens(_keep_strays(text, signs) + signs.terminator, characters)
    (elements,) = Parser().convert_tokens_to_raw_segments(tokens)
    return tuple((element,) if isinstance(element, str) else tuple(element) for element in elements)


def _keep_strays(raw: str, signs: Signs) -> str:
    """Release a release character before a sign that needs none: it was meant itself, and would be lost."""
    release = signs.release
    return re.sub(
        re.escape(release) + r"(.?)",
        lambda pair: pair[0] if pair[1] and pair[1] in signs.released else f"{release}{release}{pair[1]}",
        raw,
    )


def split_messages(interchange: Interchange) -> Iterator[Message]:
    """Yield the messages of *interchange*, each held against its own count and reference, then itself.

    Raises:
        ControlCountDiffers: a count or a reference differs from what stands there.
        FileDamaged: an envelope has no beginning or no end.
        FileIsTest: the sender says that it is a test.

    """
    opening = interchange.segments[0]
    refuse_test(opening.at(11), reference=opening.at(5))
    envelope = _Envelope(opening, interchange.signs)
    for segment in interchange.segments[1:]:
        yield from envelope.take(segment)


class _Envelope:
    """Follows an interchange through its groups and messages."""

    def __init__(self, opening: Segment, signs: Signs) -> None:
        self._opening = opening
        self._signs = signs
        self._group: Segment | None = None
        self._header: Segment | None = None
        self._inside: list[Segment] = []
        self._groups = self._messages = self._in_group = 0

    def take(self, segment: Segment) -> Iterator[Message]:
        """Take the next segment; yield a message where it ends one."""
        inside_message = self._header is not None
        match segment.tag:
            case "UNH" if not inside_message:
                self._header, self._inside = segment, []
            case "UNT" if self._header is not None:
                yield self._end_message(self._header, segment)
            case "UNG" if not inside_message and self._group is None:
                self._group, self._in_group = segment, 0
            case "UNE" if not inside_message and self._group is not None:
                self._check(segment, counted=self._in_group, reference=self._group.at(5))
                self._group, self._groups = None, self._groups + 1
            case "UNZ" if not inside_message and self._group is None:
                self._check(segment, counted=self._groups or self._messages, reference=self._opening.at(5))
            case tag if inside_message and tag not in ("UNB", "UNG", "UNE", "UNH", "UNZ"):
                self._inside.append(segment)
            case _:
                raise out_of_place(segment.number, segment.tag)

    def _end_message(self, header: Segment, trailer: Segment) -> Message:
        self._check(trailer, counted=len(self._inside) + 2, reference=header.at(1))
        self._messages += 1
        self._in_group += 1
        self._header = None
        return Message(header, self._opening.at(2), self._signs.decimal_mark, self._inside)

    @staticmethod
    def _check(trailer: Segment, *, counted: int, reference: str) -> None:
        control = f"{trailer.tag} ({trailer.number})"
        refuse_other_count(control, stated=trailer.at(1), counted=counted)
        refuse_other_reference(control, stated=trailer.at(2), expected=reference)
