"""Numbers on a paper: by their form, by the label before them, and by what their kind's module says of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from compliance.facts import Kind
from compliance.kinds import KINDS
from compliance.reading.candidates import Candidate, cut
from compliance.reading.day_words import find_days
from compliance.reading.found import Piece, Source
from compliance.reading.labels import NUMBER_LABEL, OTHERS_NUMBER
from compliance.reading.lines import Line
from compliance.refusals import NumberRefused

LONGEST_FREE = 60


def _digits(count: str) -> str:
    return rf"(?:\d[\s.\-]{{0,2}}){{{count}}}(?!\d)"


_PIRT_LABEL: Final = r"P\W{0,3}I\W{0,2}R\W{0,2}T\W{0,3}(?:N[Oo0]\w{0,4}\W{0,3})?"
OWN_FORMS: Final[Mapping[Kind, re.Pattern[str]]] = {
    kind: re.compile(form, re.IGNORECASE)
    for kind, form in {
        Kind.PIRT: rf"{_PIRT_LABEL}\d[\d\s.]{{11,16}}\d\s?[-\u2013\u2014]?\s?\d{{2}}(?!\d)|(?<!\d)\d{{13}}\s?-\s?\d{{2}}(?!\d)",
        Kind.HALAL: rf"(?<![A-Z])ID\s?{_digits('13,20')}",
        Kind.MD: rf"(?<![A-Z])M[DL][\s.:]{{0,3}}{_digits('12,15')}",
        Kind.NA: rf"(?<![A-Z])N[A-E][\s.:]{{0,3}}{_digits('11')}",
        Kind.TR: rf"(?<![A-Z])(?:TR|TI|TL|HT|FF|SD|SI|SL)[\s.:]{{0,3}}{_digits('9')}",
        Kind.PKD: rf"(?<![A-Z])PK[DL][\s.:]{{0,3}}{_digits('11')}",
        Kind.TRADEMARK: rf"(?<![A-Z])(?:IDM\s?{_digits('9')}|[DJ]ID\s?{_digits('10')})",
        Kind.PSAT: r"(?<![A-Z])(?:PDUK|PD)[\s.:]{0,3}\d[\d\s.\-/]{6,24}\d",
        Kind.NPWP: r"(?<!\d)\d{2}\.\d{3}\.\d{3}\.\d[-.]\d{3}\.\d{3}(?!\d)",
    }.items()
}
"""Numbers that nothing else looks like; the kind's module has the last word."""
LABELLED_FORMS: Final[Mapping[Kind, tuple[re.Pattern[str], re.Pattern[str]]]] = {
    kind: (re.compile(label, re.IGNORECASE), re.compile(rf"(?<!\d){form}"))
    for kind, (label, form) in {
        Kind.NIB: (r"nomor\s*induk\s*berusaha|\bnib\b", _digits("13")),
        Kind.NIK: (r"\bnik\b|nomor\s*induk\s*kependudukan|no\.?\s*ktp", _digits("16")),
        Kind.NPWP: (r"\bnpwp\b|nomor\s*pokok\s*wajib\s*pajak|npwp16", rf"(?:{_digits('16')}|{_digits('15')})"),
        Kind.NITKU: (r"\bnitku\b|identitas\s*tempat\s*kegiatan\s*usaha", _digits("22")),
        Kind.BANK_ACCOUNT: (r"rek(?:ening|\.|\b)|account\s*(?:no|number)", r"\d(?:[\s.\-]?\d){7,18}(?!\d)"),
    }.items()
}
"""Numbers of digits alone: only the label before them says what they are."""
_BETWEEN: Final = re.compile(
    r"[\s:;.=()/\-]*(?:(?!hp|tel|fax|wa\b|ponsel|kontak|nik|npwp|nib|kbli|rek)[A-Za-z]+[\s:;.=()/\-]*){0,4}",
    re.IGNORECASE,
)
_ISSUER: Final = re.compile(r"\b(?:bpom|pom|kemenkes|ri|no|nomor)\b|\W", re.IGNORECASE)
"""What stands before a number and says nothing of whose it is."""
_MORE: Final = re.compile(r"[\s./\-\u2013\u2014]{0,3}\d")
_ROW: Final = re.compile(r"\s*\d{1,2}\s*[.)]\s*[A-Za-z]")
"""A numbered row of a form, such as `1. Nama`."""
FREE: Final = frozenset({Kind.SLHS, Kind.PKP, Kind.MANDATE, Kind.PKS, Kind.NON_HALAL})
"""Their numbers have no form of their own: what stands behind "Nomor" is it."""
FULL_LENGTHS: Final[Mapping[Kind, frozenset[int]]] = {
    Kind.HALAL: frozenset({19}),
    Kind.MD: frozenset({14, 17}),
}
"""Signs of a number that is surely whole; the kind takes others, too, for a person to look at."""


def find_numbers(lines: Sequence[Line], codes: Sequence[Piece], *, kind: Kind) -> Iterator[Candidate]:
    """Return what may be the paper's own number."""
    if kind in FREE:
        yield from _find_free(lines, kind=kind)
        return
    for at, line in enumerate(lines):
        before = lines[at - 1].text if at else ""
        yield from _find_in_line(line, before=before, below=_below(lines, at), kind=kind)
    for code in codes:
        yield from _find_in_code(code, kind=kind)


def _below(lines: Sequence[Line], at: int) -> str:
    return lines[at + 1].text if at + 1 < len(lines) and lines[at + 1].page == lines[at].page else ""


def _find_in_line(line: Line, *, before: str, below: str, kind: Kind) -> Iterator[Candidate]:
    text = line.text

    def is_doubted(found: re.Match[str]) -> bool:
        return _is_others(text[: found.start()], before=before) or _is_cut(text[found.end() :], below=below)

    for found in OWN_FORMS[kind].finditer(text) if kind in OWN_FORMS else ():
        for one in _check(line, found.start(), found.end(), kind=kind, is_backed=True):
            yield replace(one, is_doubted=is_doubted(found))
    if kind in LABELLED_FORMS:
        label, form = LABELLED_FORMS[kind]
        for found in form.finditer(text):
            lead = text[: found.start()]
            is_backed = _is_labelled(lead, label) or (not lead.strip(" :.") and _is_labelled(before, label))
            for one in _check(line, found.start(), found.end(), kind=kind, is_backed=is_backed):
                yield replace(one, is_doubted=is_doubted(found))


def _is_others(lead: str, *, before: str) -> bool:
    """Whether the words before a number, or those above it where none stand before it, say that it is not this paper's."""
    alone = not _ISSUER.sub("", lead) and not any(map(str.isdigit, before))
    return OTHERS_NUMBER.search(f"{before} {lead}" if alone else lead) is not None


def _is_cut(behind: str, *, below: str) -> bool:
    """Whether more digits follow, on the line or at the head of the next one, that may belong to the number."""
    if behind.strip(" .-"):
        return _MORE.match(behind) is not None
    days = find_days(below)
    starts_with_day = bool(days) and days[0].start == 0
    return _MORE.match(below) is not None and _ROW.match(below) is None and not starts_with_day


def _is_labelled(lead: str, label: re.Pattern[str]) -> bool:
    """Whether nothing but a few words, none of them a label of something else, stands between label and number."""
    labels = list(label.finditer(lead))
    return bool(labels) and _BETWEEN.fullmatch(lead[labels[-1].end() :]) is not None


def _check(line: Line, start: int, end: int, *, kind: Kind, is_backed: bool) -> Iterator[Candidate]:
    text, confidence, box = cut(line, start, end)
    written = write_number(text, kind=kind)
    if written is not None:
        whole = is_backed and is_whole(text, kind=kind)
        yield Candidate("number", written, text.strip(), confidence, line.page, box, line.pieces[0].source, whole)


def _find_in_code(code: Piece, *, kind: Kind) -> Iterator[Candidate]:
    """Return numbers in a QR code; such a code may lead to many things, so it backs what is read, and no more."""
    forms = [OWN_FORMS[kind]] if kind in OWN_FORMS else []
    forms += [LABELLED_FORMS[kind][1]] if kind in LABELLED_FORMS else []
    for form in forms:
        for found in form.finditer(code.text):
            written = write_number(found[0], kind=kind)
            if written is not None:
                yield Candidate(
                    "number", written, found[0].strip(), 1_000, code.page, code.box, Source.QR, is_backed=False
                )


def _find_free(lines: Sequence[Line], *, kind: Kind) -> Iterator[Candidate]:
    for at, line in enumerate(lines):
        found = NUMBER_LABEL.match(line.text)
        if found is None:
            continue
        end = min(len(line.text), found.end() + LONGEST_FREE)
        text, confidence, box = cut(line, found.end(), end)
        number = text.strip(" .,:;")
        if write_number(number, kind=kind) is not None:
            whole = number.isascii() and len(number.split()) == 1 and end == len(line.text)
            one = Candidate("number", number, text.strip(), confidence, line.page, box, line.pieces[0].source, whole)
            cut_short = end == len(line.text) and _is_cut("", below=_below(lines, at))
            yield replace(one, is_doubted=cut_short or OTHERS_NUMBER.search(line.text) is not None)


def write_number(text: str, *, kind: Kind) -> str | None:
    """Return the number as its kind prints it, blank where it is none."""
    module = KINDS[kind].module
    try:
        return module.format(module.parse(text))
    except NumberRefused:
        return None


def is_whole(text: str, *, kind: Kind) -> bool:
    """Whether nothing of the number was guessed or can be missing."""
    compact = KINDS[kind].module.compact(text)
    return kind not in FULL_LENGTHS or len(compact) in FULL_LENGTHS[kind]
