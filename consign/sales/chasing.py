"""The chasing list: which stores owe reports, since when, whom to ask, how often they were asked, and what is at stake."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.identity.rules import PERMITTED, Act, Actor, get_reach
from consign.listing import Found, Row, Wish, page_rows
from consign.sales.store_days import CHASED_SPAN, LOOKED_BACK_DAYS, MISSING_DAYS, REPORTED_BEFORE, SILENCE

USUAL_DAYS = 56
"""From how many days before today it is taken what a store usually sells on a weekday."""

# Reading the sales themselves would take them all into hand. The covers of store-days count lines, so what is at stake is put
# at the lines that are usual, times what a line of the partner usually comes to.
_OWING = text(f"""
    WITH {CHASED_SPAN}, {MISSING_DAYS}, {SILENCE},
    closed AS (SELECT partner_id, max(until_on) AS until_on FROM closing GROUP BY partner_id),
    unsettled AS (
      SELECT missing_day.store_id, count(*) AS days, min(missing_day.day) AS from_on FROM missing_day
      LEFT JOIN closed ON closed.partner_id = missing_day.partner_id
      WHERE missing_day.day > COALESCE(closed.until_on, '-infinity') GROUP BY missing_day.store_id),
    sold AS (
      SELECT cover.store_id, cover.sold_on, sum(lines) AS lines FROM silence
      JOIN local ON local.store_id = silence.store_id
      JOIN sales_cover AS cover ON cover.store_id = silence.store_id
        AND cover.sold_on BETWEEN local.at::date - {USUAL_DAYS} AND local.at::date - 1
      GROUP BY cover.store_id, cover.sold_on HAVING sum(lines) > 0 OR bool_or(kind = 'no_sales')),
    usual AS (
      SELECT store_id, extract(isodow FROM sold_on) AS weekday, avg(lines) AS lines FROM sold GROUP BY 1, 2),
    worth AS (
      SELECT partner_id, sum(sales_rp) / NULLIF(sum(posted_rows), 0) AS line_rp FROM sales_posting
      WHERE kind IN ('file', 'parked') AND last_on >= CAST(CAST(:now AS timestamptz) AS date) - {USUAL_DAYS}
        AND partner_id IN (SELECT partner_id FROM silence) GROUP BY partner_id),
    stake AS (
      SELECT missing_day.store_id, round(sum(usual.lines) * max(worth.line_rp))::bigint AS usual_rp FROM missing_day
      JOIN usual ON usual.store_id = missing_day.store_id AND usual.weekday = extract(isodow FROM missing_day.day)
      JOIN worth ON worth.partner_id = missing_day.partner_id GROUP BY missing_day.store_id),
    person AS (
      SELECT partner_id, store_id, string_agg(name || ' (' || login || ')', ', ' ORDER BY name) AS names
      FROM user_account WHERE active AND role IN ('store_manager', 'partner_finance') GROUP BY partner_id, store_id)
    SELECT store.id, store.code, store.name AS store, partner.id AS partner_id, partner.code AS partner_code,
      partner.name AS partner, silence.oldest_on, silence.latest_on, silence.missing,
      COALESCE(unsettled.days, 0) AS unsettled, unsettled.from_on AS unsettled_from, silence.silent, silence.silent_from, GREATEST(silence.reported_on, before.day) AS reported_on,
      local.at::date - GREATEST(silence.reported_on, before.day) AS days_since, stake.usual_rp,
      manager.names AS managers, finance.names AS finance, told.times, told.step,
      last.day AS reminded_on, last.name AS reminded_by, last.by_itself, local.at::date AS today
    FROM silence JOIN store ON store.id = silence.store_id JOIN partner ON partner.id = store.partner_id
    JOIN local ON local.store_id = store.id {REPORTED_BEFORE}
    LEFT JOIN unsettled ON unsettled.store_id = store.id
    LEFT JOIN stake ON stake.store_id = store.id
    LEFT JOIN person AS manager ON manager.store_id = store.id
    LEFT JOIN person AS finance ON finance.partner_id = partner.id AND finance.store_id IS NULL
    CROSS JOIN LATERAL (
      SELECT count(*) AS times, COALESCE(max(step), 0) AS step FROM sales_reminder
      WHERE store_id = store.id AND until_on >= silence.oldest_on) AS told
    LEFT JOIN LATERAL (
      SELECT day, user_account.name, sent_by IS NULL AS by_itself FROM sales_reminder
      LEFT JOIN user_account ON user_account.id = sent_by WHERE sales_reminder.store_id = store.id
      ORDER BY day DESC LIMIT 1) AS last ON true
    ORDER BY silence.missing DESC, partner.name, store.code""")  # noqa: S608  # constants

_OWED_DAYS = text(f"""
    WITH {CHASED_SPAN}, {MISSING_DAYS}
    SELECT store.code, missing_day.day FROM missing_day JOIN store ON store.id = missing_day.store_id
    ORDER BY store.code, missing_day.day""")  # noqa: S608  # constants


def find_owing(
    session: Session, *, by: Actor, now: datetime, act: Act = Act.READ_SALES, partner_id: int | None = None
) -> list[Row]:
    """Return the stores within the reach of *by* that owe reports of the last sixty days, those that owe most first.

    A row has id, code, store, partner, partner_code, partner_id; oldest_on and latest_on of its missing days; how many are
    missing and how many of them unsettled, that is after the last closing; silent, how many since its last report, and
    reported_on, the day of that; unsettled_from and silent_from, the first of those days, blank where there is none;
    usual_rp, what the missing days would usually come to; managers and finance, names with logins; times and step of the reminders since oldest_on, and the last reminder ever.
    """
    return list(session.execute(_OWING, _facts(by, act, now=now, partner_id=partner_id)).mappings())


def find_owed_days(session: Session, *, by: Actor, now: datetime, partner_id: int) -> list[tuple[str, date]]:
    """Return the codes and days of a partner's stores within the reach of *by* that are missing, of the last sixty days."""
    rows = session.execute(_OWED_DAYS, _facts(by, Act.READ_SALES, now=now, partner_id=partner_id))
    return [(row.code, row.day) for row in rows]


def _facts(by: Actor, act: Act, *, now: datetime, partner_id: int | None) -> dict[str, Any]:
    reach = get_reach(by, act)
    held = reach.partner_id if reach.partner_id is not None else partner_id
    if partner_id not in (None, held):
        held = 0  # another's partner, of whom nothing is seen
    return {"now": now, "back": LOOKED_BACK_DAYS, "partner": held, "store": reach.store_id}


def may_see_contacts(by: Actor) -> bool:
    """Say whether *by* may see who is to be asked: whoever reminds stores, and whoever sees the users anyway."""
    return by.role in PERMITTED[Act.CHASE_SALES] | PERMITTED[Act.READ_USERS]


REMINDED: dict[str, Callable[[Row], bool]] = {
    "never": lambda row: row["times"] == 0,
    "today": lambda row: row["reminded_on"] == row["today"],
    "before": lambda row: row["times"] > 0 and row["reminded_on"] != row["today"],
}
"""What the list may be narrowed to: stores never reminded of these days, reminded today, or before today."""


def find_owing_page(session: Session, *, by: Actor, now: datetime, wish: Wish) -> Found:
    """Return a page of `find_owing`; filters `partner` (a code), `silent` (so many days or more) and `reminded`."""
    rows = narrow(find_owing(session, by=by, now=now), filters=wish.filters, search=wish.search)
    return page_rows(rows, wish=wish, default_sort="-missing")


def narrow(rows: list[Row], *, filters: Mapping[str, str], search: str) -> list[Row]:
    """Return the rows of `find_owing` that filters and a search ask for."""
    words = search.casefold().split()
    silent, reminded = filters.get("silent", ""), REMINDED.get(filters.get("reminded", ""))
    return [
        row
        for row in rows
        if filters.get("partner", "") in ("", row["partner_code"])
        and (not silent.isdecimal() or row["silent"] >= int(silent))
        and (reminded is None or reminded(row))
        and all(word in f"{row['partner']} {row['code']} {row['store']}".casefold() for word in words)
    ]
