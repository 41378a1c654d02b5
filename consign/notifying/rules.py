"""When a notice is tried again, when it is given up, and who is meant by a recipient."""

from dataclasses import dataclass
from datetime import timedelta

RETRY_AFTER = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6),
)  # fmt: skip
"""How long after each failed try the next one comes."""
MOST_ATTEMPTS = len(RETRY_AFTER) + 1
"""After so many nobody tries again until an admin asks for it."""
FRESH_FOR = timedelta(days=2)
"""A notice that is older when the first service is set up is no news any more."""
LOST_AFTER = timedelta(minutes=15)
"""Who took a notice so long ago and has not said what became of it has died."""
LOST = "cut off while it was sent: it may have arrived"
ROLES = {"producer": "producer", "cooperative": "cooperative", "partner": "partner_finance", "store": "store_manager"}
"""Which users are meant where a notice is for a producer, cooperative, partner or store."""


@dataclass(frozen=True)
class Recipient:
    """Whom a notice is for, such as `producer:17` or `role:dinas_finance`."""

    kind: str
    name: str


def parse_recipient(recipient: str) -> Recipient:
    """Read whom a notice is for."""
    kind, _, name = recipient.partition(":")
    return Recipient(kind, name)


def find_wait(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed *attempts*; blank where it is given up."""
    return RETRY_AFTER[attempts - 1] if attempts < MOST_ATTEMPTS else None
