"""The board of store-days: for which days a partner's stores reported their sales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.identity.rules import Act, Actor, get_reach
from consign.models.partners import Partner, Store
from consign.partners.lists import stores_within
from consign.partners.rules import UnknownCode
from consign.partners.selling_day_lists import find_selling_days
from consign.partners.selling_days import SellingDays
from consign.period import Period
from consign.sales.rules import DayFacts, DayState, assess_day
from consign.sales.store_days import REPORTED
from consign.sentence import say

# Lines that wait belong to the store that the file was handed in for, else to the one that they name.
_DAYS = text("""
    WITH seen AS (SELECT id, code, partner_id FROM store WHERE id = ANY(:stores)),
    named AS (
      SELECT id, code FROM seen
      UNION SELECT seen.id, store_alias.alias FROM store_alias
      JOIN seen ON seen.id = store_alias.store_id AND store_alias.ended_at IS NULL)
    SELECT store_id, day, sum(lines)::bigint AS lines, bool_or(spoken_for) AS spoken_for, sum(waiting)::bigint AS waiting
    FROM (
      SELECT store_id, sold_on AS day, COALESCE(sum(lines) FILTER (WHERE kind <> 'no_sales'), 0) AS lines,
        false AS spoken_for, 0 AS waiting
      FROM sales_cover WHERE store_id = ANY(:stores) AND sold_on BETWEEN :first AND :last GROUP BY 1, 2
      UNION ALL
      SELECT cover.store_id, cover.sold_on, 0, true, 0 FROM sales_cover AS cover
      JOIN sales_posting AS saying ON saying.partner_id = cover.partner_id AND saying.number = cover.posting_no
      LEFT JOIN sales_upload AS source ON source.id = saying.upload_id
      WHERE cover.store_id = ANY(:stores) AND cover.sold_on BETWEEN :first AND :last AND cover.kind = 'no_sales'
        AND (source.id IS NULL OR source.status = 'posted')
      UNION ALL
      SELECT seen.id, day::date, 0, true, 0
      FROM sales_upload AS upload JOIN seen ON seen.id = upload.stated_store_id
      CROSS JOIN generate_series(GREATEST(upload.stated_from, CAST(:first AS date)),
        LEAST(upload.stated_until, CAST(:last AS date)), interval '1 day') AS day
      WHERE upload.partner_id = :partner AND upload.status = 'posted' AND upload.stated_from IS NOT NULL
      UNION ALL
      SELECT COALESCE(upload.stated_store_id, named.id), parked.sold_on, 0, false, count(*)
      FROM sales_parked AS parked JOIN sales_upload AS upload ON upload.id = parked.upload_id
      LEFT JOIN named ON upload.stated_store_id IS NULL AND named.code = trim(parked.store_code)
      WHERE parked.partner_id = :partner AND parked.state = 'open' AND parked.sold_on BETWEEN :first AND :last
        AND parked.reason <> 'store.other_than_stated'
        AND COALESCE(upload.stated_store_id, named.id) = ANY(:stores)
      GROUP BY 1, 2) AS facts
    GROUP BY store_id, day""")

_FILES = text("""
    SELECT upload.id, upload.name, upload.status, sum(found.lines)::bigint AS lines FROM (
      SELECT posting.upload_id, cover.lines FROM sales_cover AS cover
      JOIN sales_posting AS posting ON posting.partner_id = cover.partner_id AND posting.number = cover.posting_no
      WHERE cover.store_id = :store AND cover.sold_on = :day AND posting.upload_id IS NOT NULL
      UNION ALL
      SELECT id, 0 FROM sales_upload
      WHERE stated_store_id = :store AND status = 'posted' AND CAST(:day AS date) BETWEEN stated_from AND stated_until
      UNION ALL
      SELECT parked.upload_id, 0 FROM sales_parked AS parked JOIN sales_upload AS origin ON origin.id = parked.upload_id
      WHERE parked.partner_id = :partner AND parked.state = 'open' AND parked.sold_on = :day
        AND (origin.stated_store_id = :store OR (origin.stated_store_id IS NULL AND trim(parked.store_code) IN (
          SELECT code FROM store WHERE id = :store UNION SELECT alias FROM store_alias
            WHERE store_id = :store AND ended_at IS NULL)))
    ) AS found JOIN sales_upload AS upload ON upload.id = found.upload_id
    WHERE CAST(:held AS bigint) IS NULL OR upload.stated_store_id = :held
    GROUP BY upload.id ORDER BY upload.id DESC""")


@dataclass(frozen=True)
class StoreMonth:
    """One store and the state of each of its days in order."""

    store: Store
    days: Sequence[tuple[date, DayState]]
    facts: Mapping[date, DayFacts]
    selling: SellingDays

    def count(self, *states: DayState) -> int:
        """Return how many days are in one of *states*."""
        return sum(state in states for _, state in self.days)


def find_board(
    session: Session, *, by: Actor, partner_id: int, span: Period, settled_until: date | None, store_code: str = ""
) -> list[StoreMonth]:
    """Return the stores of a partner that *by* may see, by code, with the states of the days of *span*.

    *settled_until* is the last day of the partner's closed periods. *store_code* names the one store that is asked for.
    Stores that sold on none of the days are left out.
    """
    reach = get_reach(by, Act.READ_SALES)
    query = select(Store).where(Store.partner_id == partner_id, stores_within(reach)).order_by(Store.code, Store.id)
    if store_code:
        query = query.where(Store.code == store_code)
    stores = session.scalars(query).all()
    wish = {
        "partner": partner_id, "stores": [store.id for store in stores], "first": span.first, "last": span.last,
    }  # fmt: skip
    facts: dict[int, dict[date, DayFacts]] = {store.id: {} for store in stores}
    for row in session.execute(_DAYS, wish):
        facts[row.store_id][row.day] = DayFacts(row.lines, row.spoken_for, row.waiting)
    selling = find_selling_days(session, partner_id=partner_id, stores=list(facts), first=span.first, last=span.last)
    months = [_assess(store, facts[store.id], selling[store.id], span, settled_until) for store in stores]
    return [month for month in months if month.count(DayState.NOT_OPEN) < len(month.days)]


def _assess(
    store: Store, facts: Mapping[date, DayFacts], selling: SellingDays, span: Period, settled_until: date | None
) -> StoreMonth:
    today = clock.today(store.zone)
    days = [
        (
            day,
            assess_day(
                day,
                facts.get(day, DayFacts()),
                expected=selling.expects(day),
                today=today,
                opened_on=store.opened_on,
                closed_on=store.closed_on,
                settled_until=settled_until,
            ),
        )
        for day in span.days()
    ]
    return StoreMonth(store, days, facts, selling)


_LAST_REPORTS = text(f"""
    SELECT store.id, GREATEST(sold.day, stated.day) AS day FROM store
    LEFT JOIN LATERAL (
      SELECT sold_on AS day FROM sales_cover AS cover WHERE cover.store_id = store.id
      GROUP BY sold_on, kind HAVING {REPORTED} ORDER BY sold_on DESC LIMIT 1) AS sold ON true
    LEFT JOIN LATERAL (
      SELECT max(stated_until) AS day FROM sales_upload
      WHERE partner_id = store.partner_id AND stated_store_id = store.id AND status = 'posted') AS stated ON true
    WHERE store.id = ANY(:stores)""")  # noqa: S608  # constants


def find_last_reports(session: Session, store_ids: Sequence[int]) -> dict[int, date | None]:
    """Return for each store the latest day that posted lines, a "no sales" or a file's span speak for."""
    return {row.id: row.day for row in session.execute(_LAST_REPORTS, {"stores": list(store_ids)})}


def get_store_to_read(session: Session, *, by: Actor, store_id: int | None) -> tuple[Store, Partner]:
    """Return a store whose sales *by* may read, and its partner.

    Raises:
        UnknownCode: there is none.

    """
    reach = get_reach(by, Act.READ_SALES)
    row = session.execute(
        select(Store, Partner)
        .join(Partner, Partner.id == Store.partner_id)
        .where(Store.id == store_id, stores_within(reach))
    ).one_or_none()
    if row is None:
        raise UnknownCode(say("There is no such store."))
    return row[0], row[1]


def find_day_files(session: Session, *, by: Actor, store: Store, day: date) -> Sequence[RowMapping]:
    """Return the files that *by* may see and that say something about a store-day, the newest first.

    A row has id, name, status and lines: how many lines of that day it has in the books, less what was reversed.
    """
    reach = get_reach(by, Act.READ_SALES)
    wish: dict[str, Any] = {"store": store.id, "partner": store.partner_id, "day": day, "held": reach.store_id}
    return session.execute(_FILES, wish).mappings().all()
