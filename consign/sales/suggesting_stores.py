"""Which of a partner's stores a name or code in its files may mean, ranked, each with the reason. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from consign.sales.suggesting import SHOWN_FROM, SURE_FROM, Suggestion, bare, rank
from consign.sales.weighing import ALIKE_FROM
from consign.sentence import Sentence, say

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Outlet:
    """A store that a name in a file may mean."""

    id: int
    code: str
    name: str
    aliases: tuple[str, ...] = ()


SAME, SAME_NUMBER, MOST_ALIKE = 95, 82, 88
"""How likely, out of a hundred, a store is meant whose code or name is the same, has the same number, or is alike."""
NOTHING = (0, Sentence("", {}))


def suggest_stores(code: str, stores: Iterable[Outlet]) -> list[Suggestion]:
    """Return which of a partner's stores a name or code in its files may mean, the likeliest first, at most five."""
    found = []
    for store in stores:
        score, reason = max(_weigh_store(code, store), key=lambda one: one[0], default=NOTHING)
        if score >= SHOWN_FROM:
            found.append(Suggestion(store.id, store.code, store.name, score, (reason,), score >= SURE_FROM))
    return rank(found)


def _weigh_store(asked: str, store: Outlet) -> Iterator[tuple[int, Sentence]]:
    """Yield what speaks for a store, each as a score and a sentence."""
    if bare(asked) and bare(asked) == bare(store.code):
        yield SAME, say("It is the code {code}: only case, signs or zeros differ.", code=store.code)
    numbers = [re.findall(r"\d+", one) for one in (asked, store.code)]
    if all(len(one) == 1 for one in numbers) and int(numbers[0][0]) == int(numbers[1][0]):
        prefixes = [re.sub(r"[\W\d_]", "", one).lower() for one in (asked, store.code)]
        if "" in prefixes:
            yield SAME_NUMBER, say("It has the number of the code {code}.", code=store.code)
    for name in (store.name, *store.aliases):
        alike = _compare_stores(asked, name)
        if alike == 100:
            yield SAME, say("The name is the same: “{name}”.", name=name)
        elif alike >= ALIKE_FROM:
            reason = say("The name is alike, {alike} of 100: “{name}”.", alike=alike, name=name)
            yield min(MOST_ALIKE, alike * 9 // 10), reason


def _compare_stores(asked: str, name: str) -> int:
    """Return how alike two names of stores are, out of a hundred; another number in them makes them other stores."""
    ours, theirs = (_WORD.findall(one.lower()) for one in (asked, name))
    if {one for one in ours if one.isdigit()} ^ {one for one in theirs if one.isdigit()}:
        return 0
    one, other = " ".join(sorted(ours)), " ".join(sorted(theirs))
    return int(max(fuzz.ratio(one, other), (fuzz.ratio(one, other) + fuzz.token_set_ratio(one, other)) / 2))
