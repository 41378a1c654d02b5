"""The only place that reads the time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Return the local date in *zone*, an IANA name such as `Asia/Makassar`."""
    return now().astimezone(ZoneInfo(zone)).date()
