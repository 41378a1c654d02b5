"""The days of a partner's stores one by one: what a number of days on the board, or of missing ones, is made of."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import Act
from consign.listing import Found, Row, Wish, page_rows
from consign.models.partners import Partner
from consign.partners.lists import find_partners_seen
from consign.period import Cycle, Period, period_of
from consign.sales.rules import DayState
from consign.sentence import say
from consign.web.board import FIRST_YEAR, LAST_YEAR, choose_partner, find_months
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.tables import Filter, list_page, read_wish
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
MOST_DAYS = 400
"""So many days are shown at once; of more, the last ones."""
NO_PARTNER = say("There is no partner yet. The dinas adds partners first.")
STATES = [state.value for state in DayState if state is not DayState.AHEAD]
COLUMNS = (
    Column("store", say("Store"), link="/board?store={store_id}&day={day}"),
    Column("day", say("Day"), kind="day", link="/board?store={store_id}&day={day}"),
    Column("state", say("State"), kind="badge", words="store_day"),
)
FILTERS = (
    Filter("store", say("Store's code"), kind="text"),
    Filter("state", say("State"), choices_of("store_day", STATES, word)),
    Filter("from", say("From"), kind="day"),
    Filter("until", say("Until"), kind="day"),
)


@router.get("/board/days")
def show_days(visit: Visiting) -> Response:
    """Show the days of a partner's stores in a month or in other days, each with its state."""
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    partner = choose_partner(partners, visit.asked.get("partner", ""))
    if partner is not None and len(partners) > 1 and not visit.asked.get("partner"):
        return visit.go(
            f"/board/days?{urlencode({**visit.asked, 'partner': partner.code})}"
        )  # whose days these are is chosen
    by_partner = Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners])
    filters = (*((by_partner,) if len(partners) > 1 else ()), *FILTERS)
    span = _read_span(visit, read_wish(visit, filters).filters)
    lead, empty = NO_PARTNER, NO_PARTNER
    if partner is not None:
        facts = {"partner": partner.name, "first": span.first, "last": span.last}
        lead = say("{partner}, {first} to {last}. A day opens to what is known of it.", **facts)
        empty = say("No store of this partner sold consigned goods in these days. Choose other days.")
    return list_page(
        visit,
        "list.html",
        name=f"days-{span.first:%Y%m%d}-{span.last:%Y%m%d}",
        caption=say("Days of stores"),
        columns=COLUMNS,
        fetch=lambda wish: _find(visit, partner, span, wish),
        empty=empty,
        default_sort="day",
        filters=filters,
        search=say("Search: store"),
        lead=lead,
        acts=[("/board", say("Store days"))],
    )


def _read_span(visit: Visit, asked: Mapping[str, str]) -> Period:
    """Return the days that are asked for, else those of this month; where only one end is named, those of its month."""
    first, last = _read_day(asked.get("from")), _read_day(asked.get("until"))
    month = period_of(first or last or clock.today(visit.zone), Cycle.MONTH)
    begins, ends = first or month.first, last or month.last
    return Period(max(begins, ends - timedelta(MOST_DAYS - 1)), ends)


def _read_day(text: str | None) -> date | None:
    day = date.fromisoformat(text) if text else None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _find(visit: Visit, partner: Partner | None, span: Period, wish: Wish) -> Found:
    asked = wish.filters
    months = find_months(visit, partner, span, store_code=asked.get("store", "")) if partner else []
    words = wish.search.casefold().split()
    rows: Sequence[Row] = [
        {"store": one.store.name, "store_id": one.store.id, "day": day, "state": state.value}
        for one in months
        if all(said in f"{one.store.code} {one.store.name}".casefold() for said in words)
        for day, state in one.days
        if state is not DayState.AHEAD and asked.get("state") in ("", None, state.value)
    ]
    return page_rows(rows, wish=wish, default_sort="day")
