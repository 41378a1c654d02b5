"""What is open of statements, and how an amount is shared out over them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby


@dataclass(frozen=True)
class Share:
    """How much of what was paid is for which statement; positive."""

    statement_id: int
    amount_rp: int


@dataclass(frozen=True)
class OpenStatement:
    """A statement with what is open of it."""

    id: int
    number: str
    partner_id: int
    producer_id: int
    route: str
    due_on: date
    due_rp: int
    open_rp: int
    """What is to be paid on it, less what was allocated; never negative."""


def spread(amount_rp: int, opened: Sequence[OpenStatement]) -> list[Share]:
    """Share an amount out over what is open: the first due first, those due on one day in proportion to what is open.

    What is left over of a proportion goes, rupiah by rupiah, to the largest rests. What is more than all that is open is
    left out: it stays with whoever shares it out. *amount_rp* is not negative.
    """
    shares: list[Share] = []
    waiting = sorted((one for one in opened if one.open_rp > 0), key=lambda one: (one.due_on, one.id))
    for _, group in groupby(waiting, key=lambda one: one.due_on):
        if not amount_rp:
            break
        same_day = list(group)
        open_rp = sum(one.open_rp for one in same_day)
        taken = min(amount_rp, open_rp)
        amount_rp -= taken
        parts = [divmod(taken * one.open_rp, open_rp) for one in same_day]
        rest = taken - sum(whole for whole, _ in parts)
        largest = set(sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))[:rest])
        shares += [
            Share(one.id, whole + (place in largest))
            for place, (one, (whole, _)) in enumerate(zip(same_day, parts, strict=True))
            if whole + (place in largest)
        ]
    return shares
