"""How the events of the audit trail are chained, so that none can be changed or taken out unseen."""

import hashlib
import json
from datetime import datetime
from typing import Any

FIRST_HASH = bytes(32)
"""What the first event of a chain is chained to."""


def compute_event_hash(
    previous: bytes,
    *,
    seq: int,
    at: datetime,
    user_id: int | None,
    act: str,
    subject: str,
    detail: dict[str, Any],
) -> bytes:
    """Return the SHA-256 that chains one audit event to the *previous* one.

    *detail* holds text, whole numbers, booleans, blanks and lists or maps of them.
    """
    facts = [seq, at.isoformat(timespec="microseconds"), user_id, act, subject, detail]
    canonical = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()
