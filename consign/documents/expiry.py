"""Announcing the ends of papers: 60, 30 and 7 days ahead and on the last day, each once."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import BigInteger, Date, RowMapping, case, exists, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from compliance.standing import State
from consign import clock
from consign.db import insert_rows
from consign.models.documents import Document, ExpiryReminder
from consign.outbox import Message, record_notices

DAYS_AHEAD = (0, 7, 30, 60)
"""How many days before its last day the end of a paper is announced, nearest first."""


def announce_ends(session: Session, *, on: date) -> int:
    """Tell producers which papers in force end within 60 days of *on*, or have ended; return how many were announced.

    A paper is announced once for each threshold: where some days were left out, for the nearest that has passed. It may
    run at any time, and many at once.
    """
    ending = _find_ending(session, on=on)
    due = {row["id"]: (row, find_threshold(row["ends_on"], on=on)) for row in ending}
    reminders = [
        {"document_id": document_id, "ends_on": row["ends_on"], "days_ahead": threshold, "at": clock.now()}
        for document_id, (row, threshold) in due.items()
    ]
    # The key lets each through once: of two who announce at the same time one waits here, and adds nothing.
    rest = "ON CONFLICT DO NOTHING RETURNING document_id"
    announced = sorted(insert_rows(session, "expiry_reminder", reminders, rest=rest))
    messages, events = [], []
    for document_id in announced:
        row, threshold = due[document_id]
        facts = {
            "document_id": document_id,
            "kind": row["kind"],
            "ends_on": row["ends_on"].isoformat(),
            "days_left": (row["ends_on"] - on).days,
            "days_ahead": threshold,
        }
        messages.append(Message("documents.ends", f"producer:{row['producer_id']}", facts))
        events.append({"document_id": document_id, "at": clock.now(), "by": None, "what": "reminded", "note": None})
    if announced:
        record_notices(session, messages)
        insert_rows(session, "document_event", events)
    return len(announced)


def find_threshold(ends_on: date, *, on: date) -> int:
    """Return the nearest of the thresholds that has passed; for what has ended that is the last day's, 0.

    What ends in more than 60 days has passed none: then it is 60, too, so ask only about what ends sooner.
    """
    left = (ends_on - on).days
    return next((days for days in DAYS_AHEAD if left <= days), DAYS_AHEAD[-1])


def _find_ending(session: Session, *, on: date) -> Sequence[RowMapping]:
    """Return the papers whose nearest threshold was not announced yet."""
    left = Document.ends_on - literal(on, Date)
    threshold = case(*((left <= days, days) for days in DAYS_AHEAD))
    announced = exists().where(
        ExpiryReminder.document_id == Document.id,
        ExpiryReminder.ends_on == Document.ends_on,
        ExpiryReminder.days_ahead == threshold,
    )
    query = (
        select(Document.id, Document.producer_id, Document.kind, Document.ends_on)
        .where(
            Document.state == State.APPROVED,
            Document.ends_on <= on + timedelta(DAYS_AHEAD[-1]),
            ~announced,
        )
        .order_by(Document.id)
    )
    return session.execute(query).mappings().all()


def keep_reminders(session: Session, document: Document, *, earlier: Document) -> None:
    """Let what was announced of the *earlier* copy of a certificate count for this one: the same end is told once."""
    told = select(
        literal(document.id, BigInteger), ExpiryReminder.ends_on, ExpiryReminder.days_ahead, ExpiryReminder.at
    ).where(ExpiryReminder.document_id == earlier.id)
    columns = ["document_id", "ends_on", "days_ahead", "at"]
    session.execute(insert(ExpiryReminder).from_select(columns, told).on_conflict_do_nothing())
