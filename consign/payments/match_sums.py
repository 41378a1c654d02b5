"""Few amounts that come to a sum: only where there is one way, within a bound of work."""

from collections.abc import Sequence
from itertools import combinations

MOST_FOR_ALL = 12
"""Up to how many amounts every choice of them is tried: 4.096 sums."""
MOST_FOR_THREES = 60
"""Up to how many amounts three at a time are tried: 34.220 sums at most."""
MOST_FOR_PAIRS = 600


def find_only_sum(amounts: Sequence[int], wanted: int) -> tuple[int, ...] | None:
    """Return the places of the few *amounts* that come to *wanted*, where only one choice of at least two does.

    Few are preferred: where one pair does, threes are not tried. Where several choices of the same number do, none is
    the answer. Amounts larger than *wanted* do not count, and more than a bound of them are not tried at all.
    """
    places = [place for place, amount in enumerate(amounts) if 0 < amount < wanted]
    if not 2 <= len(places) <= MOST_FOR_PAIRS or sum(amounts[place] for place in places) < wanted:
        return None
    most = len(places) if len(places) <= MOST_FOR_ALL else 3 if len(places) <= MOST_FOR_THREES else 2
    for size in range(2, most + 1):
        found = _find_pairs(amounts, places, wanted) if size == 2 else _find_choices(amounts, places, wanted, size)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _find_pairs(amounts: Sequence[int], places: Sequence[int], wanted: int) -> list[tuple[int, ...]]:
    """Return up to two pairs that come to *wanted*."""
    seen: dict[int, list[int]] = {}
    found: list[tuple[int, ...]] = []
    for place in places:
        others = seen.get(wanted - amounts[place])
        if others is not None:
            found += [(other, place) for other in others]
            if len(found) > 1:
                break
        seen.setdefault(amounts[place], []).append(place)
    return found


def _find_choices(amounts: Sequence[int], places: Sequence[int], wanted: int, size: int) -> list[tuple[int, ...]]:
    """Return up to two choices of *size* places that come to *wanted*: all but one are tried, the last is looked up."""
    last: dict[int, list[int]] = {}
    for place in places:
        last.setdefault(amounts[place], []).append(place)
    found: list[tuple[int, ...]] = []
    for chosen in combinations(places, size - 1):
        fitting = last.get(wanted - sum(map(amounts.__getitem__, chosen)))
        if fitting is not None:
            found += [(*chosen, place) for place in fitting if place > chosen[-1]]
            if len(found) > 1:
                break
    return found
