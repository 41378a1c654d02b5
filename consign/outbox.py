"""Notices to send: rows written with their cause, so that nothing leaves the process inside a transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows


@dataclass(frozen=True)
class Message:
    """A notice to *recipient*, such as `producer:17`, `partner:3` or `role:dinas_finance`. *facts* are plain values."""

    kind: str
    recipient: str
    facts: dict[str, Any]


def record_notices(session: Session, messages: list[Message]) -> None:
    """Keep *messages* for sending after the commit."""
    at = clock.now()
    insert_rows(session, "notice", [{"at": at, **vars(message)} for message in messages])


def withhold_fact(session: Session, *, recipient: str, kinds: list[str], fact: str) -> None:
    """Take a *fact* that is no longer of use, such as a link's token, out of notices, sent or not."""
    session.execute(
        text("""
        UPDATE notice SET facts = facts - :fact
        WHERE kind = ANY(:kinds) AND recipient = :recipient AND jsonb_exists(facts, :fact)"""),
        {"fact": fact, "kinds": kinds, "recipient": recipient},
    )
