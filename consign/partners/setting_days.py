"""Saying on which days stores sell: weeks, closures, and their early ends."""

from collections.abc import Collection
from datetime import date, timedelta

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Store, StoreClosure, StoreClosureEnd, StoreWeek
from consign.partners.queries import lock_partner
from consign.partners.selling_days import (
    WEEKDAYS,
    ClosureEnded,
    ClosureMissing,
    pack_weekdays,
    refuse_closure,
    refuse_end,
    refuse_past_week,
    tidy_closing_reason,
)
from consign.period import ZONES
from consign.sentence import say


def set_week(
    session: Session,
    *,
    by: Actor,
    store: Store,
    weekdays: Collection[int],
    first: date,
    closed_until: date | None,
) -> None:
    """Let *store* sell and report on *weekdays* (0 is Monday) from *first* on, until a later week was set before.

    *closed_until* is the partner's last closed day, read after `lock_partner`.

    Raises:
        NotAllowed: *by* does not keep the partner's stores.
        BadInput: there is no weekday, or the day is over and not for *by* to say.
        PeriodClosed: a closed period holds the day.

    """
    authorize(by, Act.SET_STORE_WEEK, partner_id=store.partner_id)
    bits = pack_weekdays(weekdays)
    refuse_past_week(first, by=by, today=clock.today(store.zone), closed_until=closed_until)
    lock_partner(session, store.partner_id)  # of two who set the same day one waits here, and changes the other's
    standing = session.get(StoreWeek, (store.id, first), populate_existing=True)
    if standing is None:
        session.add(StoreWeek(store_id=store.id, from_on=first, weekdays=bits, set_by=by.user_id, set_at=clock.now()))
    elif standing.weekdays == bits:
        return
    else:
        standing.weekdays, standing.set_by, standing.set_at = bits, by.user_id, clock.now()
    session.flush()
    facts = {"weekdays": [WEEKDAYS[one] for one in sorted(set(weekdays))], "from_on": first.isoformat()}
    record_event(session, by=by, act="store's week set", subject=f"store:{store.id}", **facts)


def close_days(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    store: Store | None,
    first: date,
    last: date,
    reason: str,
    closed_until: date | None,
) -> StoreClosure:
    """Say that *store*, or where that is blank every store of the partner, does not sell from *first* to *last*, inside.

    *closed_until* is the partner's last closed day, read after `lock_partner`.

    Raises:
        NotAllowed: *by* does not keep this store, or not all of the partner's.
        BadInput: the days or the reason cannot be, or a day is over and not for *by* to say.
        PeriodClosed: a closed period holds the first day.

    """
    authorize(by, Act.SAY_STORE_CLOSED, partner_id=partner_id, store_id=store.id if store else None)
    today = clock.today(store.zone if store else ZONES[-1])
    refuse_closure(first, last, by=by, today=today, closed_until=closed_until)
    closure = StoreClosure(
        partner_id=partner_id,
        store_id=store.id if store else None,
        from_on=first,
        until_on=last,
        reason=tidy_closing_reason(reason),
        said_by=by.user_id,
        said_at=clock.now(),
    )
    session.add(closure)
    session.flush()
    record_event(
        session,
        by=by,
        act="store said to be closed",
        subject=f"store:{store.id}" if store else f"partner:{partner_id}",
        from_on=first.isoformat(),
        until_on=last.isoformat(),
        reason=closure.reason,
    )
    return closure


def get_closure(session: Session, *, by: Actor, closure_id: int) -> StoreClosure:
    """Return a closure that *by* may end.

    Raises:
        ClosureMissing: there is none.

    """
    closure = session.get(StoreClosure, closure_id)
    hidden = closure is None or (
        by.partner_id not in (None, closure.partner_id)
        or (by.store_id is not None and closure.store_id not in (None, by.store_id))
    )
    if closure is None or hidden:
        raise ClosureMissing(say("There is no such closure; nothing was changed."))
    return closure


def end_closure(
    session: Session, *, by: Actor, closure: StoreClosure, last: date | None, closed_until: date | None
) -> None:
    """Let *last* be the last day of a closure; blank where it never held. The days after it are due again.

    *closed_until* is the partner's last closed day, read after `lock_partner`.

    Raises:
        NotAllowed: *by* does not keep the store, or not all that it holds for.
        BadInput: the closure would not end earlier.
        PeriodClosed: a closed period holds days that would be due again.
        ClosureEnded: it was ended before.

    """
    authorize(by, Act.SAY_STORE_CLOSED, partner_id=closure.partner_id, store_id=closure.store_id)
    last = last or closure.from_on - timedelta(1)
    refuse_end(closure.from_on, closure.until_on, last, closed_until=closed_until)
    try:
        with session.begin_nested():
            session.add(
                StoreClosureEnd(closure_id=closure.id, until_on=last, ended_by=by.user_id, ended_at=clock.now())
            )
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise ClosureEnded(say("This closure was ended before; nothing was changed.")) from error
        raise
    record_event(
        session,
        by=by,
        act="store's closure ended",
        subject=f"store:{closure.store_id}" if closure.store_id else f"partner:{closure.partner_id}",
        from_on=closure.from_on.isoformat(),
        until_on=last.isoformat(),
    )
