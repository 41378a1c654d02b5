"""Days on a paper: which one is the day of issue, and which the last day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from compliance.facts import Kind
from compliance.reading.candidates import Candidate, cut
from compliance.reading.day_words import Day, find_days
from compliance.reading.labels import (
    BORN,
    ENDS,
    ISSUED,
    NOT_ISSUED,
    PERMIT,
    SHELF_LIFE,
    SIGNED,
    SINCE,
    UNTIL,
    names_other_thing,
)
from compliance.reading.lines import Line

ON_THE_DAY = re.compile(r"\W*(?:pada\s*)?(?:tanggal|tgl)\W*", re.IGNORECASE)
RANGE = re.compile(r"\s*[-\u2013\u2014]\s*")
"""A dash between two days."""
UNDATED = frozenset({Kind.NIK, Kind.BANK_ACCOUNT, Kind.LABEL})
"""Their days say nothing about the paper: of birth, of printing, of a label's goods."""
GOODS_KINDS = frozenset({Kind.MD, Kind.NA, Kind.TR, Kind.PKD, Kind.PSAT, Kind.PIRT})
"""On these papers a plain day of expiry may be the goods'."""
FIRST_SIGNED = 2000
"""A place and a day before this year is more likely a birth than a signature."""


def find_day_values(lines: Sequence[Line], *, kind: Kind) -> Iterator[Candidate]:
    """Return what may be the day of issue and the last day."""
    if kind in UNDATED:
        return
    found = [(at, day) for at, line in enumerate(lines) for day in find_days(line.text)]
    swapped = any(day.is_swapped for _, day in found)
    for at, day in found:
        above = lines[at - 1].text if at and lines[at - 1].page == lines[at].page else ""
        below = lines[at + 1].text if at + 1 < len(lines) and lines[at + 1].page == lines[at].page else ""
        for one in _judge(lines[at], day, above=above, below=below, kind=kind):
            yield replace(one, is_backed=day.is_word or not swapped)


def _judge(line: Line, day: Day, *, above: str, below: str, kind: Kind) -> Iterator[Candidate]:
    if day.day is None:
        return
    lead = line.text[: day.start]
    field = _find_field(lead, above=above, behind=f"{line.text[day.end :]} {below}".strip(" ,.:-("))
    if field is not None:
        words = f"{above} {lead}" if _leans_on_above(lead) else lead
        doubted = (
            names_other_thing(words, kind=kind)
            or (field == "valid_until" and _is_of_goods(words, kind=kind))
            or (SIGNED.match(lead) is not None and day.day.year < FIRST_SIGNED)
        )
        text, confidence, box = cut(line, day.start, day.end)
        value = day.day.isoformat()
        yield Candidate(
            field,
            value,
            text,
            confidence,
            line.page,
            box,
            line.pieces[0].source,
            is_backed=True,
            is_doubted=doubted,
        )


def _find_field(lead: str, *, above: str, behind: str) -> str | None:
    """Return which field a day is, by what stands before it on its line, on the line above, and right behind it."""
    bare = _bare(lead)
    ends = list(ENDS.finditer(lead))
    if ends or (not bare and ENDS.search(above)):
        label = lead[ends[-1].start() :] if ends else f"{above} {lead}"
        return "valid_until" if _is_end(label, behind=behind) else None
    if ISSUED.search(lead):
        return None if NOT_ISSUED.search(lead) else "issued_on"
    if not bare and ISSUED.search(above) and not NOT_ISSUED.search(above) and not find_days(above):
        return "issued_on"
    return "issued_on" if SIGNED.match(lead) and not BORN.search(f"{above} {lead}") else None


def _bare(lead: str) -> str:
    return UNTIL.sub("", lead).strip(" :.-")


def _leans_on_above(lead: str) -> bool:
    """Whether only the line above says what a day is of: nothing, or no more than "pada tanggal", stands before it."""
    return not _bare(lead) or ON_THE_DAY.fullmatch(lead) is not None


def _is_of_goods(words: str, *, kind: Kind) -> bool:
    """Whether a last day may be that of the goods, as no word says that it is the paper's."""
    label = words[[one.start() for one in ENDS.finditer(words)][-1] :]
    return kind in GOODS_KINDS and SHELF_LIFE.search(label) is not None and PERMIT.search(words) is None


def _is_end(label: str, *, behind: str) -> bool:
    """Whether the day behind *label* is the last one, not the first of two, nor one from which years are counted."""
    untils = list(UNTIL.finditer(label))
    if untils:
        return not find_days(label[untils[-1].end() :])
    before, after = find_days(label), find_days(behind)
    if before:
        return RANGE.fullmatch(label[before[-1].end :]) is not None
    return not UNTIL.match(behind) and not SINCE.search(label) and not (after and after[0].start == 0)
