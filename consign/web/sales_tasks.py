"""What waits for a person in sales, and the figures of sales on the first page."""

from collections.abc import Iterator

from consign import clock
from consign.identity.rules import PERMITTED, Act, Role
from consign.sales.overview import SalesOverview, find_sales_overview
from consign.sales.store_days import SILENT_DAYS
from consign.sentence import say
from consign.web.store_sums import month_address
from consign.web.sums import Sum, write_sum
from consign.web.tasks import Task
from consign.web.visit import Visit


def find_tasks(visit: Visit) -> list[Task]:
    """Return what waits for this person in sales files, waiting lines and store-days."""
    standing = _find_standing(visit)
    if standing is None or visit.actor.role in (Role.HEAD, Role.AUDITOR):
        return []
    return [*_find_file_tasks(visit, standing), *_find_day_tasks(visit, standing)]


def _find_file_tasks(visit: Visit, standing: SalesOverview) -> Iterator[Task]:
    if standing.to_map:
        label = say("Sales files whose columns are to be confirmed: {count}", count=standing.to_map)
        yield Task(
            label,
            "/uploads?status=needs_mapping",
            say("Nothing of them is posted before."),
            urgent=True,
            sum=Sum(standing.to_map),
        )
    if standing.overlapping:
        label = say("Sales files that overlap with posted sales: {count}", count=standing.overlapping)
        yield Task(
            label,
            "/uploads?status=read",
            say("Say whether they add, replace or are given up."),
            urgent=True,
            sum=Sum(standing.overlapping),
        )
    if not standing.is_begun and visit.actor.partner_id is not None:
        label = say("Hand in the first sales file")
        yield Task(label, "/uploads/new", say("As the till exports it. What its columns hold is asked once."))
    if standing.refused:
        label = say("Sales files refused in the last seven days: {count}", count=standing.refused)
        yield Task(label, "/uploads?status=refused", say("See why, and hand in a mended file."))
    if standing.waiting:
        label = say("Lines that wait: {count}", count=standing.waiting)
        yield Task(
            label, "/parked", say("See what each waits for, and what to do."), sum=Sum(standing.waiting, "lines")
        )


def _find_day_tasks(visit: Visit, standing: SalesOverview) -> Iterator[Task]:
    if visit.actor.partner_id is not None and standing.missing:
        label = say("Days without sales in the last two weeks: {count}", count=standing.missing)
        yield Task(label, "/board", say("Hand in the file of each day, or say that nothing was sold."))
    if visit.actor.partner_id is None and standing.silent:
        label = say("Stores that reported nothing for three days: {count}", count=standing.silent)
        yield Task(
            label, f"/board/chasing?silent={SILENT_DAYS}", say("Ask them for their sales."), sum=Sum(standing.silent)
        )


def find_figures(visit: Visit) -> list[tuple[str, ...]]:
    """Return this month's sales, and how many files came today or how many lines wait."""
    standing = _find_standing(visit)
    if standing is None:
        return []
    today = clock.today(visit.zone)
    figures: list[tuple[str, ...]] = [
        (visit.say(say("Sales this month")), write_sum(standing.sales_rp, of="sales_rp", path=month_address(today)))
    ]
    if visit.actor.partner_id is None:
        path = f"/uploads?from={today}&until={today}"
        return [
            *figures,
            (visit.say(say("Sales files today")), write_sum(standing.uploads_today, kind="count", path=path)),
        ]
    waiting = write_sum(standing.waiting, kind="count", of="lines", path="/parked")
    return [*figures, (visit.say(say("Lines that wait")), waiting)]


def _find_standing(visit: Visit) -> SalesOverview | None:
    """Return how sales stand, read once for a page; blank for whoever may not read sales."""
    if visit.actor.role not in PERMITTED[Act.READ_SALES]:
        return None
    today = clock.today(visit.zone)
    return visit.once("sales", lambda: find_sales_overview(visit.db, by=visit.actor, today=today, zone=visit.zone))
