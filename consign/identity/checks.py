"""The audit trail's invariant: the chain is unbroken and ends where its head says."""

from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.identity.audit_chain import FIRST_HASH, compute_event_hash
from consign.identity.queries import find_chain_head
from consign.models.identity import AuditEvent

EVENTS_AT_ONCE = 1_000


def check_audit_chain(session: Session) -> Iterator[Breach]:
    """Find the first event that does not follow from the one before, or a tail that was cut."""
    previous, count = FIRST_HASH, 0
    query = select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=EVENTS_AT_ONCE)
    with closing(session.scalars(query)) as events:
        for event in events:
            count += 1
            digest = compute_event_hash(
                previous,
                seq=count,
                at=event.at,
                user_id=event.user_id,
                act=event.act,
                subject=event.subject,
                detail=event.detail,
            )
            if (event.seq, event.previous_hash, event.hash) != (count, previous, digest):
                yield Breach("audit.broken", f"audit_event {event.seq}", "does not follow from the event before it")
                return
            previous = digest
    if find_chain_head(session) != (count, previous):
        yield Breach("audit.cut", "audit_head", f"does not match the last of {count} events")


CHECKS = (check_audit_chain,)
