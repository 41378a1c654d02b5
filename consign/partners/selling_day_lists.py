"""What was said about the days on which stores sell, and by whom."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from consign.listing import Value
from consign.models.identity import UserAccount
from consign.models.partners import Store, StoreClosure, StoreClosureEnd, StoreWeek
from consign.partners.selling_days import Closure, SellingDays, Week, unpack_weekdays

_SAID, _ENDED = aliased(UserAccount, name="said"), aliased(UserAccount, name="ended")
LONGEST_AHEAD = date.max


def find_selling_days(
    session: Session, *, partner_id: int, stores: Collection[int], first: date, last: date = LONGEST_AHEAD
) -> dict[int, SellingDays]:
    """Return for each of a partner's *stores* its weeks and those of its closures that touch the days given, inside.

    A closure that was ended before its first day touches none. Two queries, however many stores.
    """
    weeks: dict[int, list[Week]] = {store_id: [] for store_id in stores}
    query = (
        select(StoreWeek.store_id, StoreWeek.from_on, StoreWeek.weekdays, StoreWeek.set_at, UserAccount.name)
        .join(UserAccount, UserAccount.id == StoreWeek.set_by)
        .where(StoreWeek.store_id.in_(weeks), StoreWeek.from_on <= last)
        .order_by(StoreWeek.from_on)
    )
    for row in session.execute(query):
        weeks[row.store_id].append(Week(row.from_on, unpack_weekdays(row.weekdays), row.name, row.set_at))
    closures = [
        _as_closure(row)
        for row in session.execute(
            _select_closures().where(
                StoreClosure.partner_id == partner_id,
                StoreClosure.from_on <= last,
                func.coalesce(StoreClosureEnd.until_on, StoreClosure.until_on) >= func.greatest(first, StoreClosure.from_on),
                or_(StoreClosure.store_id.is_(None), StoreClosure.store_id.in_(weeks)),
            )
        ).mappings()
    ]  # fmt: skip
    return {
        store_id: SellingDays(weeks[store_id], [one for one in closures if one.store_id in (None, store_id)])
        for store_id in weeks
    }


def find_closures(session: Session, *, partner_id: int, store_id: int | None, first: date) -> list[Closure]:
    """Return what a partner's stores, or one, were said to be closed for, as far as it reached *first*, the latest first.

    What was ended stays in it, as it was said.
    """
    query = _select_closures().where(StoreClosure.partner_id == partner_id, StoreClosure.until_on >= first)
    if store_id is not None:
        query = query.where(or_(StoreClosure.store_id.is_(None), StoreClosure.store_id == store_id))
    found = [_as_closure(row) for row in session.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.from_on, one.id), reverse=True)


def find_store_names(session: Session, *, partner_id: int) -> dict[int | None, str]:
    """Return what the partner's stores are called, by their ids."""
    rows: Sequence[tuple[int, str]] = [
        (row.id, row.name)
        for row in session.execute(select(Store.id, Store.name).where(Store.partner_id == partner_id))
    ]
    return dict(rows)


def _select_closures() -> Select[Any]:
    columns: list[Value] = [
        StoreClosure.id,
        StoreClosure.store_id,
        StoreClosure.from_on,
        StoreClosure.until_on.label("said_until"),
        func.coalesce(StoreClosureEnd.until_on, StoreClosure.until_on).label("until_on"),
        StoreClosure.reason,
        _SAID.name.label("by"),
        StoreClosure.said_at.label("at"),
        _ENDED.name.label("ended_by"),
    ]
    return (
        select(*columns)
        .join(_SAID, _SAID.id == StoreClosure.said_by)
        .outerjoin(StoreClosureEnd, StoreClosureEnd.closure_id == StoreClosure.id)
        .outerjoin(_ENDED, _ENDED.id == StoreClosureEnd.ended_by)
        .order_by(StoreClosure.from_on, StoreClosure.id)
    )


def _as_closure(row: RowMapping) -> Closure:
    return Closure(**row)
