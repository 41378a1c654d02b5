"""The first page: today's tasks and the figures that matter to this person."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import replace

from fastapi import APIRouter, Response

from consign import clock
from consign.period import ZONES
from consign.web import closings, my_sales, owed, partners, producers, statements, uploads, users
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

FIND_TASKS: tuple[Callable[[Visit], list[Task]], ...] = (
    uploads.find_tasks,
    producers.find_tasks,
    users.find_tasks,
    closings.find_tasks,
    owed.find_tasks,
    statements.find_tasks,
)
"""One function for each area that has tasks; each returns only what this person may do."""
FIND_FIGURES: tuple[Callable[[Visit], Sequence[tuple[str, ...]]], ...] = (
    partners.find_figures,
    uploads.find_figures,
    owed.find_figures,
    my_sales.find_figures,
)
"""One function for each area that has figures for the first page: label and value, ready to show, and where it leads."""


MOST_KEPT = 256
"""Standings kept in one process, one for each role and what it is held for; the oldest goes first."""
Standing = tuple[list[Task], list[tuple[str, ...]]]
"""Tasks and figures of the first page."""


@router.get("/")
def show_home(visit: Visiting) -> Response:
    """Show what this person should do next, and a few figures."""
    tasks, figures = _find_standing(visit)
    return visit.page("home.html", tasks=tasks, figures=figures)


def _find_standing(visit: Visit) -> Standing:
    """Return the person's tasks and figures; worked out again only after somebody did something, or on a new day.

    Every act writes the audit trail in its own transaction, so a trail of the same length means the same figures.
    """
    if visit.visitor is None:
        return [], []
    kept: OrderedDict[Hashable, Standing] = visit.request.app.state.standings
    key = (
        replace(visit.actor, user_id=0, login=""), visit.language.code, visit.zone, visit.visitor.acts,
        *(clock.today(zone) for zone in ZONES),
    )  # fmt: skip
    found = kept.get(key)
    if found is None:
        tasks = sorted((task for find in FIND_TASKS for task in find(visit)), key=lambda task: not task.urgent)
        found = tasks, [pair for find in FIND_FIGURES for pair in find(visit)]
        kept[key] = found
        while len(kept) > MOST_KEPT:
            with suppress(KeyError):  # another thread took it out
                kept.popitem(last=False)
    return found
