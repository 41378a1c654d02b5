"""What an unknown code of a partner's file may mean: products, ranked, each with the reasons. Pure.

Nothing is placed by a suggestion alone: a person takes it, or does not.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process

from consign.catalogue.numbers import GTIN_LENGTHS, LONGEST_GTIN, compute_check_digit
from consign.sales.weighing import ALIKE_FROM, UNITS, Candidate, Evidence, Number, find_content, find_price, weigh
from consign.sentence import Sentence

SURE_FROM, SURE_AHEAD = 90, 10
"""A suggestion is sure from this score on, where the next one is so far behind."""
SHOWN_FROM = 40
MOST_SHOWN = 5
LOOKED_AT = 30
"""Products whose names are compared closely, for each code."""
_CONTENT = re.compile(
    r"(?:\b(\d{1,3})\s*x\s*)?\b(\d{1,4}(?:[.,]\d{1,3})?)\s*(kg|kilo|gr|gram|g|ml|cc|l|lt|ltr|liter)\b"
)
_WORD = re.compile(r"[^\W_]+")
_VOWELS = str.maketrans("", "", "aeiou")
SHORTEST_WORD = 3
_NO_WORDS = frozenset(("isi", "bungkus", "bks", "pcs", "pc", "btl", "botol", "pak", "pack", "pouch", "produk", "umkm"))
"""Words that say nothing of what a product is."""


@dataclass(frozen=True)
class Asked:
    """An unknown code, as a file names it. What the file does not say is blank."""

    code: str
    name: str = ""
    partner_id: int = 0
    price_rp: int | None = None
    """The till's price of most lines."""
    on: date | None = None
    """A day on which that was the price."""


@dataclass(frozen=True)
class Suggestion:
    """What a code may mean, how likely out of a hundred, and why."""

    id: int
    code: str
    label: str
    score: int
    reasons: tuple[Sentence, ...]
    is_sure: bool = False
    """Whether it may be taken together with others; it never is where something contradicts it."""


@dataclass(frozen=True)
class _Name:
    """A name as it is compared: its words in order of the alphabet, and as they stand; its content in g or ml."""

    ordered: str
    plain: str
    contents: frozenset[tuple[str, int]]


@lru_cache(maxsize=20_000)
def read_name(name: str) -> _Name:
    """Return a name as names are compared: without case, accents, units and words that say nothing."""
    folded = unicodedata.normalize("NFKD", name[:200]).encode("ascii", "ignore").decode().lower()
    contents = set()
    for times, amount, unit in _CONTENT.findall(folded):
        kind, factor = UNITS[unit]
        whole, _, rest = amount.replace(",", ".").partition(".")
        one = (int(whole) * 1000 + int(rest.ljust(3, "0") or 0)) * factor // 1000
        contents |= {(kind, one), (kind, one * int(times or 1))}
    words = [word for word in _WORD.findall(_CONTENT.sub(" ", folded)) if word not in _NO_WORDS]
    if not any(len(word) >= SHORTEST_WORD and not word.isdigit() for word in words):
        words = []  # initials and digits alone are no name
    return _Name(" ".join(sorted(words)), " ".join(words), frozenset(contents))


def bare(code: str) -> str:
    """Return a code without case, signs between and zeros before it."""
    return "".join(_WORD.findall(code.lower())).lstrip("0")


class Shelf:
    """The products that codes may mean, arranged so that many codes are looked up at once."""

    def __init__(self, products: Iterable[Candidate]) -> None:
        self.products = list(products)
        self.by_id = {one.id: one for one in self.products}
        self._names = [read_name(one.name) for one in self.products]
        self._long_names = [read_name(f"{one.brand} {one.producer} {one.name}").ordered for one in self.products]
        self._contents = [find_content(one) for one in self.products]
        self._numbers = {number.digits: (place, number) for place, number in self._each_number()}
        self._digits: defaultdict[str, set[str]] = defaultdict(set)
        self._payloads: defaultdict[str, set[str]] = defaultdict(set)
        for digits in self._numbers:
            self._digits[digits.lstrip("0")].add(digits)
            self._payloads[digits[:-1].lstrip("0")].add(digits)
        self._aliases: defaultdict[str, set[tuple[int, int, str]]] = defaultdict(set)
        self._own: defaultdict[str, set[int]] = defaultdict(set)
        for place, one in enumerate(self.products):
            self._own[bare(one.code)].add(place)
            for partner_id, alias in one.aliases:
                self._aliases[bare(alias)].add((place, partner_id, alias))

    def _each_number(self) -> Iterator[tuple[int, Number]]:
        for place, one in enumerate(self.products):
            for number in one.numbers:
                yield place, number

    def suggest(self, asked: Sequence[Asked], *, agreed: Collection[int] = ()) -> list[list[Suggestion]]:
        """Return for each code what it may mean, the likeliest first, at most five.

        *agreed* are the ids of the producers with whom the partner has an agreement; others are less likely.
        """
        names = [read_name(one.name) for one in asked]
        likeness = self._compare(names)
        partners = frozenset(agreed)
        return [
            rank(
                self._weigh(one, name, place=place, ways=ways, alike=alike.get(place, 0), agreed=partners)
                for place, ways in found.items()
            )
            for one, name, alike in zip(asked, names, likeness, strict=True)
            for found in [self._find(one, alike)]
        ]

    def _find(self, asked: Asked, alike: Mapping[int, int]) -> dict[int, list[tuple[str, str]]]:
        """Return the places of the products that come into question, each with the ways in which the code leads there."""
        found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for way, digits in self._read_number(asked.code):
            found[self._numbers[digits][0]].append((way, digits))
        key = bare(asked.code)
        for place, partner_id, alias in self._aliases.get(key, ()) if key else ():
            found[place].append(("alias_case" if partner_id == asked.partner_id else "elsewhere", alias))
        for place in self._own.get(key, ()) if key else ():
            found[place].append(("own_code", self.products[place].code))
        for place, score in alike.items():
            if score >= ALIKE_FROM:
                found.setdefault(place, [])
        return found

    def _read_number(self, code: str) -> Iterator[tuple[str, str]]:
        """Yield the registered numbers that a code may be, and what became of them; each number once."""
        digits = re.sub(r"[\s.-]", "", code)
        if not (digits.isascii() and digits.isdigit() and 6 <= len(digits) <= LONGEST_GTIN + 1):
            return
        seen: set[str] = set()
        cut = digits.lstrip("0")
        tries = [
            ("zeros", self._digits.get(cut, ())),
            ("no_check_digit", self._payloads.get(cut, ())),
            ("added_digit", self._digits.get(cut[:-1], ()) if len(cut) > 6 else ()),
            ("box", self._payloads.get(digits[1:-1].lstrip("0"), ()) if _is_box(digits) else ()),
        ]
        if not any(found for _, found in tries):
            tries += [("digit", self._near(digits)), ("swapped", self._swapped(digits))]
        for way, numbers in tries:
            for number in sorted(set(numbers) - seen):
                seen.add(number)
                yield way, number

    def _near(self, digits: str) -> set[str]:
        """Return the numbers from which one digit of a number with a wrong check digit differs."""
        if not _has_wrong_check_digit(digits):
            return set()
        tries = (f"{digits[:at]}{digit}{digits[at + 1 :]}" for at in range(len(digits)) for digit in "0123456789")
        return {one for one in tries if one in self._numbers}

    def _swapped(self, digits: str) -> set[str]:
        if not _has_wrong_check_digit(digits):
            return set()
        tries = (f"{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}" for at in range(len(digits) - 1))
        return {one for one in tries if one in self._numbers}

    def _compare(self, names: Sequence[_Name]) -> list[dict[int, int]]:
        """Return for each name how alike the names of the products are that come nearest, out of a hundred."""
        named = [place for place, one in enumerate(names) if one.ordered]
        found: list[dict[int, int]] = [{} for _ in names]
        if not named or not self.products:
            return found
        rough = np.zeros((len(named), len(self.products)), dtype=np.uint8)
        for ours, theirs in (
            ([names[place].ordered for place in named], [one.ordered for one in self._names]),
            ([names[place].ordered.translate(_VOWELS) for place in named], [one.ordered.translate(_VOWELS) for one in self._names]),
            ([names[place].ordered for place in named], self._long_names),
        ):  # fmt: skip
            np.maximum(rough, process.cdist(ours, theirs, scorer=fuzz.ratio, dtype=np.uint8), out=rough)
        most = min(LOOKED_AT, len(self.products))
        nearest = np.argpartition(rough, len(self.products) - most, axis=1)[:, -most:]
        for row, place in enumerate(named):
            found[place] = {int(other): self._likeness(names[place], int(other)) for other in nearest[row]}
        return found

    def _likeness(self, name: _Name, place: int) -> int:
        """Return how alike two names are: words in any order, left out, cut off, or written without vowels."""
        other = self._names[place]
        ordered = fuzz.ratio(name.ordered, other.ordered)
        shared = fuzz.token_set_ratio(name.ordered, self._long_names[place])
        begins = fuzz.ratio(name.plain, other.plain[: len(name.plain)]) if len(name.plain) >= 8 else 0
        bones = fuzz.ratio(name.ordered.translate(_VOWELS), other.ordered.translate(_VOWELS))
        return int(max(ordered, (ordered + shared) / 2, begins * 0.95, bones * 0.95))

    def _weigh(
        self,
        asked: Asked,
        name: _Name,
        *,
        place: int,
        ways: Sequence[tuple[str, str]],
        alike: int,
        agreed: frozenset[int],
    ) -> Suggestion:
        """Put together what speaks for a product and what speaks against it."""
        product = self.products[place]
        price_rp = find_price(product, asked.on)
        evidence = Evidence(
            ways=tuple(ways),
            alike=alike if name.ordered else None,
            same_name=bool(name.ordered) and name.ordered == self._names[place].ordered,
            named_content=name.contents,
            content=self._contents[place],
            asked_price_rp=asked.price_rp,
            price_rp=price_rp,
            is_agreed=product.producer_id in agreed,
            in_use=all(self._numbers[digits][1].in_use for way, digits in ways if digits in self._numbers),
        )
        score, reasons = weigh(evidence, product)
        content = f" {product.net_content} {product.net_unit}"
        label = product.name if product.name.endswith(content) else product.name + content
        is_sure = score >= SURE_FROM and not evidence.contradicted
        return Suggestion(product.id, product.code, label, score, tuple(reasons), is_sure)


def rank(found: Iterable[Suggestion]) -> list[Suggestion]:
    """Return the likeliest first; only one that is far ahead of the next stays sure."""
    ranked = sorted((one for one in found if one.score >= SHOWN_FROM), key=lambda one: (-one.score, one.id))
    if len(ranked) > 1 and ranked[0].is_sure and ranked[0].score - ranked[1].score < SURE_AHEAD:
        ranked[0] = _unsure(ranked[0])
    return [ranked[0], *(_unsure(one) for one in ranked[1:MOST_SHOWN])] if ranked else []


def _unsure(one: Suggestion) -> Suggestion:
    return Suggestion(one.id, one.code, one.label, one.score, one.reasons)


def _is_box(digits: str) -> bool:
    """Say whether a number may be a GTIN-14 of a box that holds several: its first digit says which sort of box."""
    return len(digits) == LONGEST_GTIN and digits[0] != "0"


def _has_wrong_check_digit(digits: str) -> bool:
    return len(digits) in GTIN_LENGTHS and compute_check_digit(digits[:-1]) != digits[-1]
