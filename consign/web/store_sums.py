"""What stores sold in a month or in other days: by store, and of one store by day."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import Act
from consign.listing import Found, Wish, parse_id
from consign.partners.lists import find_partners_seen
from consign.period import Cycle, period_of
from consign.sales.board import get_store_to_read
from consign.sales.store_sums import find_day_sums, find_store_sums
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
PATH = "/sales"
SUMS = (
    Column("quantity", say("Quantity"), kind="quantity", link="{path}", sums="quantity", total=True),
    Column("sales_rp", say("Sales"), kind="money", link="{path}", sums="sales_rp", total=True),
    Column("fee_rp", say("Fee"), kind="money", link="{path}", sums="fee_rp", total=True),
)
STORE_COLUMNS = (Column("store", say("Store"), link="{path}"), Column("partner", say("Partner")), *SUMS)
DAY_COLUMNS = (
    Column("day", say("Day"), kind="day", link="/board?store={store_id}&day={day}"),
    Column("quantity", say("Quantity"), kind="quantity", total=True),
    Column("sales_rp", say("Sales"), kind="money", total=True),
    Column("fee_rp", say("Fee"), kind="money", total=True),
)
DAYS = (Filter("from", say("From"), kind="day"), Filter("until", say("Until"), kind="day"))


def month_address(today: date) -> str:
    """Return the address of what was sold in the month of *today*."""
    month = period_of(today, Cycle.MONTH)
    return f"{PATH}?{urlencode({'from': month.first.isoformat(), 'until': month.last.isoformat()})}"


@router.get("/sales")
def show_sales(visit: Visiting) -> Response:
    """Show what stores sold; of one store, where the address names it, day by day."""
    if visit.asked.get("store"):
        return _show_store(visit)
    partners = visit.remember(
        "partners of sales", lambda: find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    )
    by_partner = Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners])

    def fetch(wish: Wish) -> Found:
        first, last = _read_days(visit, wish.filters)
        found = find_store_sums(visit.db, by=visit.actor, first=first, last=last, wish=wish)
        return found.with_rows([{**row, "path": _path(row["store_id"], first, last)} for row in found.rows])

    return list_page(
        visit,
        "list.html",
        name="sales-of-stores",
        steady=True,
        caption=say("Sales of stores"),
        columns=STORE_COLUMNS,
        fetch=fetch,
        empty=say("No store sold anything in these days. Choose other days, or look which files wait."),
        default_sort="-sales_rp",
        filters=(*DAYS, *((by_partner,) if len(partners) > 1 else ())),
        search=say("Search: store or partner"),
        lead=say("What is in the books; this month unless other days are chosen."),
        acts=[("/uploads", say("Sales files"))],
    )


def _path(store_id: int, first: date, last: date) -> str:
    return f"{PATH}?{urlencode({'store': store_id, 'from': first.isoformat(), 'until': last.isoformat()})}"


def _read_days(visit: Visit, filters: Mapping[str, Any]) -> tuple[date, date]:
    """Return the first and last day that are asked for, else those of this month."""
    month = period_of(clock.today(visit.zone), Cycle.MONTH)
    first, last = (
        date.fromisoformat(filters[name]) if filters.get(name) else day
        for name, day in (("from", month.first), ("until", month.last))
    )
    return first, last


def _show_store(visit: Visit) -> Response:
    store, _ = get_store_to_read(visit.db, by=visit.actor, store_id=parse_id(visit.asked["store"]))

    def fetch(wish: Wish) -> Found:
        first, last = _read_days(visit, wish.filters)
        return find_day_sums(visit.db, by=visit.actor, store_id=store.id, first=first, last=last, wish=wish)

    return list_page(
        visit,
        "list.html",
        name=f"sales-of-{store.code}",
        caption=say("Sales of {store} by day", store=store.name),
        columns=DAY_COLUMNS,
        fetch=fetch,
        empty=say("This store sold nothing in these days. Choose other days."),
        default_sort="-day",
        filters=(*DAYS, Filter("store", say("Store"), [Choice(str(store.id), store.name)])),
        lead=say("A day opens to the files that speak about it."),
        acts=[(PATH, say("Sales of stores"))],
    )
