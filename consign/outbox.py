"""Notices to send: rows written with their cause, so that nothing leaves the process inside a transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from consign import clock
from consign.models.outbox import Notice


@dataclass(frozen=True)
class Message:
    """A notice to *recipient*, such as `producer:17`, `partner:3` or `role:dinas_finance`. *facts* are plain values."""

    kind: str
    recipient: str
    facts: dict[str, Any]


def record_notices(session: Session, messages: list[Message]) -> None:
    """Keep *messages* for sending after the commit."""
    if messages:
        at = clock.now()
        session.execute(
            insert(Notice),
            [
                {"at": at, "kind": message.kind, "recipient": message.recipient, "facts": message.facts}
                for message in messages
            ],
        )
