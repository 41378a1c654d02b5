"""Producers whose products are to be judged again, because something that papers are judged by has changed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.rulesets_hash import hash_rulesets
from consign import clock
from consign.db import count_rows, defer, insert_rows
from consign.models.documents import EligibilityDue
from consign.models.partners import Producer, RegionTerms

JUDGING = "recompute_eligibility"
"""The worker's task that judges them."""
GATHERED = "gathered_due"
"""In the session's facts: producers that are marked together later."""


@contextmanager
def marking_once(session: Session) -> Iterator[None]:
    """Mark the producers of all that is done inside at its end, each once; none where it raises."""
    session.info[GATHERED] = set()
    try:
        yield
    finally:
        gathered = session.info.pop(GATHERED)
    mark_due(session, gathered)


def mark_due(session: Session, producer_ids: Iterable[int]) -> None:
    """Have a worker judge the products of these producers again once this transaction is committed.

    Each act leaves rows of its own: whoever judges takes away those it saw, so what was changed here is never missed,
    and nobody waits for anybody.
    """
    if GATHERED in session.info:
        session.info[GATHERED].update(producer_ids)
        return
    session.flush()  # a producer may be as new as its mark
    at = clock.now()
    due = [{"producer_id": one, "since": at} for one in sorted(set(producer_ids))]
    if not due:
        return
    insert_rows(session, EligibilityDue.__tablename__, due)
    defer(session, JUDGING, key=JUDGING)


def mark_all_due(session: Session) -> None:
    """Have a worker judge the products of every producer again."""
    mark_due(session, session.scalars(select(Producer.id)))


def mark_due_by_other_rules(session: Session) -> None:
    """Have the products of every producer judged again where they were judged by other rulesets than there are now.

    Of many who notice it at once, one marks them.
    """
    now = hash_rulesets()
    noticed = update(RegionTerms).where(RegionTerms.rulesets_hash != now).values(rulesets_hash=now)
    if count_rows(session, noticed):
        mark_all_due(session)
