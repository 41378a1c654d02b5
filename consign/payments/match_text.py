"""What a line of a bank's statement says: numbers in any writing, and a name between the bank's own words."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz, process

from consign.payments.match_facts import FreeLine, Payer

SERIAL_DIGITS = 6
SHORTEST_CUT = 4
"""How many digits of a running number must be left of one that the bank cut."""
_LETTERS_FOR_DIGITS = str.maketrans("OIL", "011")
_NUMBER = re.compile(
    r"(?<![A-Z0-9])(N\s?P|B\s?Y)[\W_]{0,3}(2[\W_]?[0O][\W_]?\d[\W_]?\d)[\W_]{0,3}([\dO][\dOIL]*(?:[\W_]{1,2}\d[\dOIL]*)*)"
)
"""A number with its letters, in the writing of whoever typed it: `NP-2026-000123`, `np 2026/123`, `NP2026000 123`."""
_BARE = re.compile(r"(?<!\d)(20\d\d)[-/. ]?(\d{6})(?!\d)")
_WORD = re.compile(r"[A-Z0-9]+")
NOISE = frozenset(
    _WORD.findall(
        "TRSF TRF TRX TRANSFER E EBANKING BANKING CR DB KR DR SETORAN SETOR TUNAI BI FAST BIFAST RTGS SKN LLG KLIRING SWITCHING"
        " MBANKING MOBILE INTERNET IBANK IB MB M ATM MCM INHOUSE OTOMATIS FTSCY FTFVA BRIVA VA WS CA SA BCA MANDIRI BRI BNI BSI"
        " BANK DARI FROM KE TO UNTUK FOR PT CV UD PD TB TBK KOP PERSERO PEMBAYARAN BAYAR BYR PEMB PELUNASAN LUNAS TAGIHAN NOTA"
        " INV INVOICE FAKTUR NO NOMOR NOMER REF REFF BERITA KET KONSINYASI TITIP JUAL TITIPAN UMKM NP BY IDR RP DAN JAN FEB MAR"
        " APR MEI JUN JUL AGU AGT SEP OKT NOV DES JANUARI FEBRUARI MARET APRIL JUNI JULI AGUSTUS SEPTEMBER OKTOBER NOVEMBER"
        " DESEMBER PERIODE TGL TANGGAL CABANG KCP KCU"
    )
)
"""Words that stand around a name in a bank's line and are none."""
LEAST_SIMILAR = 84
"""How much of the words must agree, of 100, for a name to count."""
LEAD = 4
"""By how much the best name must be ahead for it to be the only one."""
SHORTEST_NAME = 4
SHORTEST_CUT_NAME = 8
"""How much must be left of a name that the bank cut, in two words or more, to be taken for its beginning."""
CHARGES = re.compile(
    r"\b(BIAYA|BY)\s*(ADM|ADMIN|ADMINISTRASI|TRF|TRANSFER|TXN|BI-?FAST|KLIRING|RTGS|SMS|KARTU|BUKU|METERAI)\b"
    r"|\bADM(IN)?\b|\bPAJAK\b|\bPPH\b|\bJASA GIRO\b|\bBUNGA\b|\bINTEREST\b|\bPROVISI\b|\bBANK CHARGE"
)
"""What banks write for what they take or give themselves."""


class Strength(IntEnum):
    """How well a number is written, the best first."""

    FULL = 0
    JOINED = 1
    """Its digits stand apart, as where a bank breaks its fields."""
    SHORT = 2
    """Without the zeros at its front."""
    BARE = 3
    """Without its letters."""
    CUT = 4
    """Only its beginning is there."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a number: its letters, and year and running number as digits; only the beginning where it is cut."""

    letters: str
    digits: str
    strength: Strength
    written: str


def read_text(line: FreeLine) -> str:
    """Return all words of a line in capitals."""
    return f"{line.description} {line.counterparty} {line.reference}".upper()


def find_readings(text: str) -> list[Reading]:
    """Return every way to read a number in *text*, which is in capitals; the best writing of each first."""
    found: dict[tuple[str, str, bool], Reading] = {}
    for reading in _read_all(text):
        key = (reading.letters, reading.digits, reading.strength is Strength.CUT)
        if key not in found or reading.strength < found[key].strength:
            found[key] = reading
    return sorted(found.values(), key=lambda one: one.strength)


def _read_all(text: str) -> Iterator[Reading]:
    numbered = False
    for match in _NUMBER.finditer(text):
        numbered = True
        letters = "".join(match[1].split())
        year = "".join(re.findall(r"\w", match[2])).translate(_LETTERS_FOR_DIGITS)
        for digits, strength in _read_serials(match[3]):
            yield Reading(letters, year + digits, strength, match[0].strip())
    if not numbered:
        for match in _BARE.finditer(text):
            for letters in ("NP", "BY"):
                yield Reading(letters, match[1] + match[2], Strength.BARE, match[0])


def _read_serials(written: str) -> Iterator[tuple[str, Strength]]:
    """Yield how the digits after a year may be meant: as they stand, without zeros, broken apart, or cut."""
    parts = [part.translate(_LETTERS_FOR_DIGITS) for part in re.findall(r"[\dOIL]+", written)]
    first, joined = parts[0], "".join(parts)
    if len(first) >= SERIAL_DIGITS:
        yield first, Strength.FULL
        if len(first) > SERIAL_DIGITS:
            yield first[:SERIAL_DIGITS], Strength.JOINED  # what follows without a space is not part of it
        for more in parts[1:]:  # a list: the first number in full, of the others only what differs
            if len(more) <= SERIAL_DIGITS:
                yield more.zfill(SERIAL_DIGITS), Strength.BARE
        return
    if len(joined) >= SERIAL_DIGITS:
        yield joined[:SERIAL_DIGITS], Strength.JOINED
    yield first.zfill(SERIAL_DIGITS), Strength.SHORT
    for digits in {first, joined[: SERIAL_DIGITS - 1]}:
        if SHORTEST_CUT <= len(digits) < SERIAL_DIGITS:
            yield digits, Strength.CUT


def compact(text: str) -> str:
    """Return only the letters and digits of *text*, in capitals."""
    return "".join(_WORD.findall(text.upper()))


def find_compact_words(text: str) -> Iterator[str]:
    """Yield words of *text*, which is in capitals, and up to four that stand side by side as one."""
    words = _WORD.findall(text)
    for first in range(len(words)):
        for last in range(first + 1, min(first + 4, len(words)) + 1):
            yield "".join(words[first:last])


def tidy_name(text: str) -> str:
    """Return the words of *text* that can be a name: in capitals, without the bank's words, codes and digits."""
    words = [word for word in _WORD.findall(text.upper()) if word.isalpha() and word not in NOISE]
    return " ".join(words)


@dataclass(frozen=True)
class Named:
    """Which partners a name fits best."""

    partner_ids: tuple[int, ...]
    written: str
    known_as: str

    @property
    def only(self) -> int | None:
        """Return the one partner it fits; blank where it fits several."""
        return self.partner_ids[0] if len(self.partner_ids) == 1 else None


class Names:
    """The names of all payers; what was looked up before is known."""

    def __init__(self, payers: Sequence[Payer]) -> None:
        self._payers = payers
        self._tidied = [tidy_name(one.name) or one.name.upper() for one in payers]
        self._sorted = sorted((name, place) for place, name in enumerate(self._tidied))
        self._known: dict[str, Named | None] = {}

    def find(self, text: str) -> Named | None:
        """Return which partners the words of *text* name, if they name one."""
        name = tidy_name(text)
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> Named | None:
        if len(name) < SHORTEST_NAME:
            return None
        found = self._find_similar(name)
        whole = [place for place in found if f" {self._tidied[place]} " in f" {name} "]
        if whole:
            longest = max(len(self._tidied[place]) for place in whole)
            return self._make(name, [place for place in whole if len(self._tidied[place]) == longest])
        return self._make(name, self._find_cut(name) or found)

    def _find_similar(self, name: str) -> list[int]:
        """Return the places of the names whose words fit best, in any order."""
        scores: dict[int, int] = {}
        for _, similar, place in process.extract(
            name, self._tidied, scorer=fuzz.token_set_ratio, score_cutoff=LEAST_SIMILAR, limit=None
        ):
            scores[place] = round((6 * similar + 4 * fuzz.token_sort_ratio(name, self._tidied[place])) / 10)
        top = max(scores.values(), default=0)
        return [place for place, score in scores.items() if score > top - LEAD]

    def _find_cut(self, name: str) -> list[int]:
        """Return the places of the names that begin with the end of *name*, as where a bank cut its field."""
        starts = [0, *(place + 1 for place, sign in enumerate(name) if sign == " ")]
        for start in starts:
            end = name[start:]
            if len(end) < SHORTEST_CUT_NAME or " " not in end:
                break
            first = bisect_left(self._sorted, (end, 0))
            last = bisect_left(self._sorted, (end + "\x7f", 0))
            if first < last:
                return [place for _, place in self._sorted[first:last]]
        return []

    def _make(self, name: str, places: Sequence[int]) -> Named | None:
        """Return the partners of the *places*; nothing where there are none."""
        if not places:
            return None
        partners = sorted({self._payers[place].partner_id: place for place in places}.items())
        known_as = self._payers[partners[0][1]].known_as
        return Named(tuple(partner_id for partner_id, _ in partners), name, known_as)
