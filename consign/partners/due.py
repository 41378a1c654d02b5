"""Producers whose products are to be judged again, because something that papers are judged by has changed."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import defer, insert_rows
from consign.models.documents import EligibilityDue
from consign.models.partners import Producer

JUDGING = "recompute_eligibility"
"""The worker's task that judges them."""


def mark_due(session: Session, producer_ids: Iterable[int]) -> None:
    """Have a worker judge the products of these producers again once this transaction is committed.

    Each act leaves rows of its own: whoever judges takes away those it saw, so what was changed here is never missed,
    and nobody waits for anybody.
    """
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
