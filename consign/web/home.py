"""The first page: today's tasks and the figures that matter to this person."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Response

from consign.web import (
    closings,
    disputes,
    expiring,
    goods,
    late,
    my_money,
    my_sales,
    owed,
    paper_tasks,
    partners,
    payees,
    payments,
    payouts,
    producers,
    sales_tasks,
    statements,
    suggestions,
    users,
)
from consign.web.first_steps import ShownStep, show_first_steps
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

FIND_TASKS: tuple[Callable[[Visit], list[Task]], ...] = (
    my_money.find_tasks,
    payments.find_tasks,
    paper_tasks.find_tasks,
    goods.find_tasks,
    sales_tasks.find_tasks,
    producers.find_tasks,
    users.find_tasks,
    closings.find_tasks,
    owed.find_tasks,
    statements.find_tasks,
    payouts.find_tasks,
    payees.find_tasks,
    disputes.find_tasks,
    late.find_tasks,
    expiring.find_tasks,
    suggestions.find_tasks,
)
"""One function for each area that has tasks; each returns only what this person may do."""
FIND_FIGURES: tuple[Callable[[Visit], Sequence[tuple[str, ...]]], ...] = (
    partners.find_figures,
    sales_tasks.find_figures,
    owed.find_figures,
    my_sales.find_figures,
    paper_tasks.find_figures,
)
"""One function for each area that has figures for the first page: label and value, ready to show, and where it leads."""


FirstPage = tuple[list[Task], list[tuple[str, ...]], list[ShownStep]]
"""Tasks and figures of the first page, and the first steps of a new city."""


@router.get("/")
def show_home(visit: Visiting) -> Response:
    """Show what this person should do next, and a few figures."""
    # What verifiers hold is each one's own; everybody else of a role and reach sees the same.
    name = ("home", visit.actor.user_id if visit.may("GET /review") else 0)
    tasks, figures, steps = visit.remember(name, lambda: _find_first_page(visit))
    return visit.page("home.html", tasks=tasks, figures=figures, steps=steps)


def _find_first_page(visit: Visit) -> FirstPage:
    tasks = sorted((task for find in FIND_TASKS for task in find(visit)), key=lambda task: not task.urgent)
    return tasks, [pair for find in FIND_FIGURES for pair in find(visit)], show_first_steps(visit)
