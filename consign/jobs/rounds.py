"""What is done in every region from time to time without being asked: lost jobs, forgotten papers, reminders."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.catalogue import labels
from consign.db import Database
from consign.documents.eligibility import defer_due
from consign.documents.expiry import announce_ends
from consign.documents.reviewing import release_lapsed
from consign.insight.reminding import remind_of_stock
from consign.models.region import Region
from consign.partners.due import mark_due_by_other_rules
from consign.partners.queries import get_office_day
from consign.payments.asking import ask_silent
from consign.sales.progress import forget_stale
from consign.sales.reminding import remind_silent
from consign.sales.uploads import defer_received
from consign.settlement.reminding import propose_reminders


def sweep_labels(database: Database) -> int:
    """Enqueue again, in every region, the labels that wait to be made; return how many orders."""
    return _sum_regions(database, labels.defer_waiting)


def sweep(database: Database, *, older_than_s: int) -> int:
    """Enqueue again, in every region, the files that wait for a reader and that nobody reads; return how many."""
    until = clock.now() - timedelta(seconds=older_than_s)

    def look(session: Session) -> int:
        forget_stale(session)
        return len(defer_received(session, until=until))

    return _sum_regions(database, look)


def look_after_papers(database: Database) -> int:
    """Do in every region what nobody asks for: give papers back that a verifier forgot, announce ends, judge what is due.

    Returns how many papers were given back or announced. It may run at any time, many at once, and days may be left out.
    """

    def look(session: Session) -> int:
        on = get_office_day(session)
        mark_due_by_other_rules(session)
        defer_due(session, on=on)
        return release_lapsed(session, now=clock.now()) + announce_ends(session, on=on)

    return _sum_regions(database, look)


def look_after_sales(database: Database) -> int:
    """Remind in every region the stores that have gone silent; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: remind_silent(session, now=clock.now()))


def look_after_stock(database: Database) -> int:
    """Tell in every region of goods that near their end or run out; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: remind_of_stock(session, now=clock.now()))


def look_after_payments(database: Database) -> int:
    """Ask producers once more, in every region, whether money came; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: ask_silent(session, now=clock.now()))


def look_after_debts(database: Database) -> int:
    """Tell finance in every region which partners are to be reminded; return how many. It may run at any time, many at once."""
    return _sum_regions(database, lambda session: propose_reminders(session, now=clock.now()))


def _sum_regions(database: Database, work: Callable[[Session], int]) -> int:
    """Do *work* in every region, each in a transaction of its own, and return what it comes to.

    Raises:
        ExceptionGroup: in some regions it failed; in the others it was done.

    """
    with database.owner() as connection:
        regions = connection.scalars(select(Region.code).order_by(Region.code)).all()
    found, faults = 0, []
    for region in regions:
        try:
            with database.transaction(region) as session:
                found += work(session)
        except Exception as fault:  # noqa: BLE001  # one region's fault keeps no other waiting; raised below
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"{len(faults)} regions could not be swept", faults)
    return found
