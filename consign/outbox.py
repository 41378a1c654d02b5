"""Notices to send: rows written with their cause, so that nothing leaves the process inside a transaction."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign import clock

_ADD = text("""
    INSERT INTO notice (at, kind, recipient, facts)
    SELECT CAST(:at AS timestamptz), kind, recipient, facts::jsonb
    FROM unnest(CAST(:kinds AS text[]), CAST(:recipients AS text[]), CAST(:facts AS text[])) AS new(kind, recipient, facts)""")


@dataclass(frozen=True)
class Message:
    """A notice to *recipient*, such as `producer:17`, `partner:3` or `role:dinas_finance`. *facts* are plain values."""

    kind: str
    recipient: str
    facts: dict[str, Any]


def record_notices(session: Session, messages: list[Message]) -> None:
    """Keep *messages* for sending after the commit."""
    facts = {
        "at": clock.now(),
        "kinds": [message.kind for message in messages],
        "recipients": [message.recipient for message in messages],
        "facts": [json.dumps(message.facts) for message in messages],
    }
    session.execute(_ADD, facts)
