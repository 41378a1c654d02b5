"""What of papers stands on first pages: the queue for verifiers, the next steps for producers, ends for overseers."""

from collections.abc import Iterator

from consign import clock
from consign.documents.counts import count_ends, count_own
from consign.documents.queue import Waiting, count_waiting
from consign.identity.rules import PERMITTED, Act, Role
from consign.sentence import say
from consign.web.sums import Sum, write_sum
from consign.web.tasks import Task
from consign.web.visit import Visit


def find_tasks(visit: Visit) -> list[Task]:
    """Return what waits for this person in papers."""
    waiting = _find_waiting(visit)
    if waiting is not None:
        return list(_find_review_tasks(waiting))
    return list(_find_own_tasks(visit)) if visit.actor.role in PERMITTED[Act.READ_OWN_PAPERS] else []


def _find_waiting(visit: Visit) -> Waiting | None:
    """Return what waits in the queue, read once for a page; blank for those who do not review."""
    if visit.actor.role not in PERMITTED[Act.REVIEW_PAPERS]:
        return None
    return visit.once("papers waiting", lambda: count_waiting(visit.db, by=visit.actor))


def _find_review_tasks(waiting: Waiting) -> Iterator[Task]:
    if waiting.mine:
        label = say("Papers that you have begun to review: {count}", count=waiting.mine)
        yield Task(
            label,
            "/review?held=mine",
            say("Decide, or give them back to the queue."),
            urgent=True,
            sum=Sum(waiting.mine),
        )
    if first := waiting.papers - waiting.second_looks:
        label = say("Papers that wait for review: {count}", count=first)
        yield Task(label, "/review", say("Producers may not deliver before. Begin with the oldest."))
    if waiting.second_looks:
        label = say("Papers that wait for a second look: {count}", count=waiting.second_looks)
        yield Task(label, "/review?look=second", say("Another verifier asked for one."), sum=Sum(waiting.second_looks))


def _find_own_tasks(visit: Visit) -> Iterator[Task]:
    own = count_own(visit.db, by=visit.actor, on=clock.today(visit.zone))
    if not own.products and visit.may("GET /products/new"):
        label = say("Add your first product")
        detail = say("Its name, size and price are enough. You then see which papers it needs.")
        yield Task(label, "/products/new", detail, urgent=True)
    if own.to_correct:
        label = say("Papers that you are asked to correct: {count}", count=own.to_correct)
        yield Task(label, "/my-papers", say("The dinas wrote what is to be corrected."), urgent=True)
    if own.blocked:
        label = say("Products that may not be delivered yet: {count}", count=own.blocked)
        detail = say("See which papers they lack, and how to get them.")
        yield Task(label, "/products?standing=blocked", detail, urgent=True, sum=Sum(own.blocked))
    if own.drafts:
        label = say("Papers that you have begun and not handed in: {count}", count=own.drafts)
        yield Task(label, "/my-papers", say("Check what was read, and hand them in."))
    if own.ending:
        label = say("Papers that end within 30 days: {count}", count=own.ending)
        yield Task(
            label, "/expiry?ends=30", say("Renew them in time, so that you can go on delivering."), sum=Sum(own.ending)
        )


def find_figures(visit: Visit) -> list[tuple[str, ...]]:
    """Return how many papers wait, for verifiers; and how many end soon, for those who oversee."""
    waiting = _find_waiting(visit)
    if waiting is not None:
        return [(visit.say(say("Papers that wait")), write_sum(waiting.papers, kind="count", path="/review"))]
    if visit.actor.role not in {Role.HEAD, Role.AUDITOR}:
        return []
    ends = count_ends(visit.db, by=visit.actor, on=clock.today(visit.zone))
    return [
        (
            visit.say(say("Papers that end within 30 days")),
            write_sum(ends.within_30, kind="count", path="/expiry?ends=30"),
        )
    ]
