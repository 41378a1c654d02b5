"""Whether a product may be delivered on a day, what is missing, and what to do in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from compliance import pirt, steps
from compliance.facts import Business, Goods, Kind, Paper, Stage
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from compliance.requirements import PARTNER, find_demands, find_turns
from compliance.standing import (
    Demand,
    Eligibility,
    Held,
    PartnerDemand,
    Policy,
    Standing,
    State,
    Task,
    Todo,
    Waiver,
)

AHEAD: Final = timedelta(days=60)
"""How long before its end a paper is to be renewed."""
_DAY: Final = timedelta(days=1)
_REMEMBERED: Final = 65_536
_WAITING: Final = frozenset({State.SUBMITTED, State.IN_REVIEW, State.SECOND_LOOK})
_RETURNED: Final = frozenset({State.NEEDS_CORRECTION})
_REJECTED: Final = frozenset({State.REJECTED})
_APPROVED: Final = frozenset({State.APPROVED})
_ORDER: Final = {Todo.CLASSIFY: 0, Todo.CORRECT: 1, Todo.SUBMIT: 2, Todo.RENEW: 3, Todo.WAIT: 4}


@dataclass(frozen=True)
class _Case:
    """All that is known about a product."""

    business: Business
    goods: Goods
    papers: Sequence[Held]
    partner_demands: tuple[PartnerDemand, ...]
    waivers: Sequence[Waiver]
    policy: Policy


@dataclass(frozen=True)
class _Answer:
    standing: Standing
    tasks: tuple[Task, ...]


def assess_eligibility(
    *,
    business: Business,
    goods: Goods,
    papers: Sequence[Held],
    partner_demands: Sequence[PartnerDemand] = (),
    waivers: Sequence[Waiver] = (),
    policy: Policy,
    on: date,
) -> Eligibility:
    """Judge a product by the papers held for it and by those of its business as a whole.

    *papers* are all that count for it: those handed in for other products only are left out by whoever asks. Only an
    approved paper that has not ended fulfils a demand. A waiver lifts what the law stops, not what a partner asks for.
    """
    case = _Case(business, goods, papers, tuple(partner_demands), waivers, policy)
    today = _judge(case, on)
    return Eligibility(
        standing=today.standing,
        tasks=today.tasks,
        missing=tuple(dict.fromkeys(task.demand for task in today.tasks if task.blocks)),
        changes_on=next((day for day in _find_turns(case, on) if _judge(case, day) != today), None),
    )


def _judge(case: _Case, on: date) -> _Answer:
    demands = find_demands(
        case.goods, business=case.business, partner_demands=case.partner_demands, policy=case.policy, on=on
    )
    tasks = [steps.classify()] if case.goods.goods_class is None else []
    for demand in demands:
        tasks.extend(_find_tasks(demand, case, on))
    if not tasks:
        return _Answer(Standing.ELIGIBLE, ())
    tasks.sort(key=_place)
    blocked = any(task.blocks for task in tasks)
    return _Answer(Standing.BLOCKED if blocked else Standing.WARNED, tuple(tasks))


def _place(task: Task) -> tuple[int, bool]:
    """Return where a task comes among the others; renewing what has ended is as urgent as what is missing."""
    todo = Todo.SUBMIT if task.todo is Todo.RENEW and task.blocks else task.todo
    return _ORDER[todo], not task.blocks


def _find_tasks(demand: Demand, case: _Case, on: date) -> Iterator[Task]:
    fitting = [held for held in case.papers if held.paper.kind in demand.kinds]
    in_force = [held for held in fitting if held.state is State.APPROVED and not _has_ended(held.paper, on)]
    if in_force:
        yield from _look_after(min(in_force, key=lambda held: _weigh(held, on)), demand, fitting, case, on)
        return
    task = _find_way(demand, fitting)
    until = None if demand.code.startswith(PARTNER) else _find_waiver_end(demand, case.waivers, on)
    yield task if until is None else steps.lift(task, demand, until=until)


def _weigh(held: Held, on: date) -> tuple[int, int, bool, int]:
    """Return how much there is to say about a paper in force, the best one least; the order of papers says nothing."""
    end = find_last_day(held.paper)
    trouble = _ends_soon(end, on) + (held.paper.stage is Stage.ISSUED)
    return trouble, -(end or date.max).toordinal(), not held.for_goods, held.id


def _look_after(best: Held, demand: Demand, fitting: Sequence[Held], case: _Case, on: date) -> Iterator[Task]:
    """Find what is still to be done where a paper is in force; none of it stops the goods."""
    end = find_last_day(best.paper)
    if end is not None and _ends_soon(end, on):
        if waiting := _find_latest(fitting, _WAITING):
            yield steps.wait_for_renewal(demand, waiting, ends_on=end)
        elif returned := _find_latest(fitting, _RETURNED):
            yield steps.correct_renewal(demand, returned, ends_on=end)
        else:
            yield steps.renew(demand, best, ends_on=end)
    if best.paper.stage is Stage.ISSUED:
        courses = [held for held in case.papers if held.paper.kind is Kind.PKP]
        has_course = _find_latest(courses, _WAITING | _APPROVED) is not None
        yield steps.await_fulfilment(demand, best) if has_course else steps.fulfil(demand, best)


def _find_way(demand: Demand, fitting: Sequence[Held]) -> Task:
    """Find what leads to a paper where none is in force."""
    if waiting := _find_latest(fitting, _WAITING):
        return steps.wait(demand, waiting)
    if returned := _find_latest(fitting, _RETURNED):
        return steps.correct(demand, returned)
    ended = [(end, held.id, held) for held in fitting if _is_approved(held) and (end := find_last_day(held.paper))]
    if ended:
        end, _, last = max(ended, key=lambda one: one[:2])
        return steps.renew_ended(demand, last, ended_on=end)
    if rejected := _find_latest(fitting, _REJECTED):
        return steps.submit_another(demand, rejected)
    return steps.submit(demand)


def _is_approved(held: Held) -> bool:
    return held.state is State.APPROVED


def _find_latest(papers: Sequence[Held], states: frozenset[State]) -> Held | None:
    return max((held for held in papers if held.state in states), key=lambda held: held.id, default=None)


def _find_waiver_end(demand: Demand, waivers: Sequence[Waiver], on: date) -> date | None:
    return max(
        (one.until_on for one in waivers if one.kind in demand.kinds and one.from_on <= on <= one.until_on),
        default=None,
    )


def find_last_day(paper: Paper) -> date | None:
    """Return the last day on which a paper can be valid: the one it shows, else the one its number leaves open.

    The number of an SPP-IRT says only the year, so without a printed day it is 31 December at the latest. None where no
    end is known, and for kinds that the law lets go on: an end printed on a halal certificate is none.
    """
    if KINDS[paper.kind].ends == "never":
        return None
    if paper.valid_until is not None or paper.kind is not Kind.PIRT or paper.number is None:
        return paper.valid_until
    return _find_last_day_of(paper.number)


@lru_cache(maxsize=_REMEMBERED)
def _find_last_day_of(pirt_number: str) -> date | None:
    try:
        return date(pirt.parse(pirt_number).ends_in, 12, 31)
    except NumberRefused:
        return None


def _has_ended(paper: Paper, on: date) -> bool:
    end = find_last_day(paper)
    return end is not None and end < on


def _ends_soon(end: date | None, on: date) -> bool:
    return end is not None and end - on <= AHEAD


def _find_turns(case: _Case, on: date) -> list[date]:
    """Return the later days on which the answer may change, in order."""
    days = set(find_turns(case.partner_demands))
    for held in case.papers:
        end = find_last_day(held.paper) if held.state is State.APPROVED else None
        if end is not None and end >= on:
            days |= {_move(end, _DAY), _move(end, -AHEAD)}
    for waiver in case.waivers:
        days |= {waiver.from_on, _move(waiver.until_on, _DAY)}
    return sorted(day for day in days if day > on)


def _move(day: date, by: timedelta) -> date:
    """Return the day moved *by* so much; the calendar's first and last day are as far as it goes."""
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min
