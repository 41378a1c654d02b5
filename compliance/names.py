"""How alike two names of businesses or persons are, as people write them."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rapidfuzz import fuzz

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 200
"""Signs of a name that are looked at."""


class Likeness(StrEnum):
    """How alike two names are."""

    SAME = "same"
    SIMILAR = "similar"
    """Small differences of writing, or one leaves out words of the other."""
    DIFFERENT = "different"


@dataclass(frozen=True)
class NameMatch:
    """How alike two names are. *per_mille*: 1000 for the same words."""

    likeness: Likeness
    per_mille: int


@dataclass(frozen=True)
class _Rules:
    similar_from: int
    ignored: frozenset[str]
    degrees: re.Pattern[str]
    spellings: Mapping[str, str]
    """Shorter and other ways to write a name, with the one they are compared as."""


@cache
def _load_rules() -> _Rules:
    written: Mapping[str, Any] = tomllib.loads(
        files("compliance").joinpath("rulesets/names.toml").read_text(encoding="utf-8")
    )
    degrees = "|".join(r"\.?\s?".join(map(re.escape, degree.split("."))) for degree in written["degrees"])
    return _Rules(
        similar_from=written["similar_from_per_mille"],
        ignored=frozenset((*written["legal_forms"], *written["titles"])),
        spellings={short: full for full, ways in written["spellings"].items() for short in ways},
        degrees=re.compile(rf"\b(?:{degrees})\b\.?"),
    )


def compare_names(left: str, right: str) -> NameMatch:
    """Compare two names without legal forms, titles, punctuation, capitals and the order of words.

    Two blank names are different: nothing is known of either.
    """
    rules = _load_rules()
    ours, theirs = _find_words(left, rules), _find_words(right, rules)
    if ours and sorted(ours) == sorted(theirs):
        return NameMatch(Likeness.SAME, 1000)
    if not ours or not theirs:
        return NameMatch(Likeness.DIFFERENT, 0)
    if "".join(ours) == "".join(theirs):
        return NameMatch(Likeness.SAME, 1000)
    one, other = " ".join(sorted(ours)), " ".join(sorted(theirs))
    alike = max(fuzz.token_sort_ratio(one, other), fuzz.token_set_ratio(one, other))
    per_mille = min(round(alike * 10), 999)
    return NameMatch(Likeness.SIMILAR if per_mille >= rules.similar_from else Likeness.DIFFERENT, per_mille)


def compare_with_any(name: str, known: Iterable[str | None]) -> NameMatch | None:
    """Compare *name* with each of the *known* ones and return the best match; None where none is known."""
    matches = [compare_names(name, one) for one in known if one and one.strip()]
    return max(matches, key=lambda match: match.per_mille, default=None)


def _find_words(name: str, rules: _Rules) -> list[str]:
    """Return the words that are the name itself, as they are written in full; all of them where none is left."""
    folded = unicodedata.normalize("NFKC", name[:_LONGEST]).casefold()
    plain = folded.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    bare = [word for word in _WORD.findall(rules.degrees.sub(" ", plain)) if word not in rules.ignored]
    return [rules.spellings.get(word, word) for word in bare or _WORD.findall(plain)]
