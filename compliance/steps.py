"""The steps towards eligibility, as tasks a producer understands."""

from dataclasses import replace
from datetime import date
from typing import Final

from compliance.facts import Kind
from compliance.requirements import PARTNER
from compliance.standing import Demand, Held, Task, Todo
from compliance.wording import Term, Wording, tell

CLASSIFY: Final = "goods_class"
"""Code of the demand that somebody says what sort of goods it is."""


def _name(kind: Kind) -> Term:
    return Term("paper_kind", kind)


def _make(
    todo: Todo,
    demand: Demand,
    reason: Wording,
    next_step: Wording,
    *,
    blocks: bool,
    about: Held | None = None,
    due_on: date | None = None,
) -> Task:
    return Task(
        todo=todo,
        demand=demand.code,
        kinds=demand.kinds,
        blocks=blocks,
        reason=reason,
        next_step=next_step,
        source=demand.source,
        paper_id=about.id if about else None,
        due_on=due_on,
    )


def classify() -> Task:
    """Ask what sort of goods it is: without it nobody knows which papers it needs."""
    return Task(
        todo=Todo.CLASSIFY,
        demand=CLASSIFY,
        kinds=(),
        blocks=True,
        reason=tell("Nobody has said yet which class of goods this is."),
        next_step=tell("Choose the class of goods on the product's page. Then you see which papers it needs."),
        source="PP 28/2025",
    )


def submit(demand: Demand) -> Task:
    """Ask for a paper that was never handed in."""
    return _make(
        Todo.SUBMIT, demand, _tell_missing(demand), _tell_to_submit(blocks=demand.blocks), blocks=demand.blocks
    )


def _tell_missing(demand: Demand) -> Wording:
    kinds = tuple(_name(kind) for kind in demand.kinds)
    if demand.code.startswith(PARTNER):
        return tell("{partner} asks for this paper: {kind}.", partner=demand.source, kind=kinds[0])
    if len(kinds) == 1:
        return tell("This paper is missing: {kind}.", kind=kinds[0])
    return tell("One of these papers is missing: {kinds}.", kinds=kinds)


def _tell_to_submit(*, blocks: bool) -> Wording:
    if blocks:
        return tell("Hand it in; a photo is enough. If you have none yet, apply for it or ask the dinas for help.")
    return tell("Hand it in when you have it. Your goods may be delivered without it.")


def submit_another(demand: Demand, rejected: Held) -> Task:
    """Ask for another paper in place of one that was rejected."""
    reason = tell("This paper was not accepted: {kind}.", kind=_name(rejected.paper.kind))
    next_step = tell("Read what the dinas wrote about it, and hand in another one.")
    return _make(Todo.SUBMIT, demand, reason, next_step, blocks=demand.blocks, about=rejected)


def correct(demand: Demand, returned: Held) -> Task:
    """Ask to correct what was sent back."""
    reason = tell("The dinas sent this paper back: {kind}.", kind=_name(returned.paper.kind))
    return _make(Todo.CORRECT, demand, reason, _tell_to_correct(), blocks=demand.blocks, about=returned)


def _tell_to_correct() -> Wording:
    return tell("Read what the dinas wrote about it, correct it, and hand it in again.")


def correct_renewal(demand: Demand, returned: Held, *, ends_on: date) -> Task:
    """Ask to correct the paper that is to replace one still in force until *ends_on*."""
    reason = tell(
        "The dinas sent this paper back: {kind}. The one you have ends on {day}.",
        kind=_name(returned.paper.kind),
        day=ends_on,
    )
    return _make(Todo.CORRECT, demand, reason, _tell_to_correct(), blocks=False, about=returned, due_on=ends_on)


def renew(demand: Demand, ending: Held, *, ends_on: date) -> Task:
    """Ask to renew a paper before its last day, *ends_on*."""
    reason = tell("This paper ends on {day}: {kind}.", day=ends_on, kind=_name(ending.paper.kind))
    next_step = tell("Renew it now, and hand in the new one by that day.")
    return _make(Todo.RENEW, demand, reason, next_step, blocks=False, about=ending, due_on=ends_on)


def renew_ended(demand: Demand, ended: Held, *, ended_on: date) -> Task:
    """Ask to renew a paper whose last day, *ended_on*, is past."""
    reason = tell("This paper ended on {day}: {kind}.", day=ended_on, kind=_name(ended.paper.kind))
    next_step = (
        tell("Renew it and hand in the new one. Until then these goods cannot be delivered.")
        if demand.blocks
        else tell("Renew it and hand in the new one. Your goods may be delivered without it.")
    )
    return _make(Todo.RENEW, demand, reason, next_step, blocks=demand.blocks, about=ended)


def wait(demand: Demand, waiting: Held) -> Task:
    """Say that the dinas is looking at the paper."""
    reason = tell("The dinas is looking at this paper: {kind}.", kind=_name(waiting.paper.kind))
    return _make(Todo.WAIT, demand, reason, _tell_to_wait(), blocks=demand.blocks, about=waiting)


def _tell_to_wait() -> Wording:
    return tell("You need not do anything now. You will be told how it was decided.")


def wait_for_renewal(demand: Demand, waiting: Held, *, ends_on: date) -> Task:
    """Say that the dinas is looking at the paper that is to replace one still in force until *ends_on*."""
    reason = tell(
        "The dinas is looking at this paper: {kind}. The one you have ends on {day}.",
        kind=_name(waiting.paper.kind),
        day=ends_on,
    )
    return _make(Todo.WAIT, demand, reason, _tell_to_wait(), blocks=False, about=waiting, due_on=ends_on)


def fulfil(demand: Demand, issued: Held) -> Task:
    """Ask for the course that an issued SPP-IRT commits to; the goods may be delivered meanwhile."""
    reason = tell("Your P-IRT is issued, but you have not yet done all that it asks for.")
    next_step = tell("Take the food safety course (PKP) at the health office, and hand in its certificate.")
    return replace(
        _make(Todo.SUBMIT, demand, reason, next_step, blocks=False, about=issued),
        kinds=(Kind.PKP,),
        source="PerBPOM 22/2018",
    )


def await_fulfilment(demand: Demand, issued: Held) -> Task:
    """Say that what an issued SPP-IRT commits to is to be confirmed; the course's certificate is there."""
    reason = tell("Your P-IRT is issued, and the visit to your kitchen and the check of your label are still to come.")
    next_step = tell("Ask the health office for the visit. The dinas notes it when all is right.")
    task = _make(Todo.WAIT, demand, reason, next_step, blocks=False, about=issued)
    return replace(task, kinds=(issued.paper.kind,), source="PerBPOM 22/2018")


def lift(task: Task, demand: Demand, *, until: date) -> Task:
    """Return the task as it is while the head of the dinas does without the paper; *until* is the last such day."""
    kinds = tuple(_name(kind) for kind in demand.kinds)
    if len(kinds) == 1:
        reason = tell("The dinas does without this paper until {day}: {kind}.", day=until, kind=kinds[0])
    else:
        reason = tell("The dinas does without one of these papers until {day}: {kinds}.", day=until, kinds=kinds)
    return replace(task, blocks=False, reason=reason, due_on=until)
