"""The board of store-days: a month of a partner, one day of a store, and saying that nothing was sold."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from fastapi import APIRouter, Response

from consign import clock
from consign.errors import NotFound
from consign.identity.rules import Act, Role
from consign.listing import Found, Wish, page_rows, parse_id
from consign.models.partners import Partner, Store
from consign.partners.lists import find_partners_seen
from consign.partners.rules import UnknownCode
from consign.period import Cycle, Period, period_of
from consign.sales.board import (
    StoreMonth,
    find_board,
    find_day_files,
    find_last_reports,
    get_store_to_read,
)
from consign.sales.no_sales import confirm_no_sales
from consign.sales.rules import DayFacts, DayState
from consign.sentence import say
from consign.settlement.queries import find_last_closing
from consign.web.board_links import days_address
from consign.web.columns import Column
from consign.web.forms import Form, new_form
from consign.web.store_days import SAID_COLUMNS, tell_said
from consign.web.tables import find_download
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

STORES_AT_ONCE = 40
FIRST_YEAR, LAST_YEAR = 2000, 2100
SIGNS = {
    DayState.RECEIVED: "✓",
    DayState.ZERO: "0",
    DayState.PARTIAL: "…",
    DayState.MISSING: "✗",
    DayState.SETTLED: "●",
    DayState.TODAY: "·",
    DayState.AHEAD: "",
    DayState.CLOSED: "/",
    DayState.NOT_OPEN: "-",
}
LINKED = (
    DayState.RECEIVED,
    DayState.ZERO,
    DayState.PARTIAL,
    DayState.MISSING,
    DayState.SETTLED,
    DayState.TODAY,
    DayState.CLOSED,
)
GOOD = (DayState.RECEIVED, DayState.ZERO, DayState.SETTLED)
DUE = (*GOOD, DayState.PARTIAL, DayState.MISSING)
ALWAYS_TOLD = (DayState.RECEIVED, DayState.ZERO, DayState.PARTIAL, DayState.MISSING)
FILE_COLUMNS = (
    Column("name", say("File"), link="/uploads/{id}"),
    Column("status", say("State"), kind="badge", words="upload_status"),
    Column("lines", say("Lines of this day"), kind="count", total=True),
)


@router.get("/board")
def show_board(visit: Visiting) -> Response:
    """Show a month of a partner's stores, or one day of one store where the address names one."""
    if "store" in visit.asked and "day" in visit.asked:
        return _show_day(visit)
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    partner = choose_partner(partners, visit.asked.get("partner", ""))
    span = _read_month(visit)
    months = find_months(visit, partner, span) if partner else []
    download = find_download(
        visit,
        name=f"store-days-{span.first:%Y-%m}",
        columns=_name_days(span),
        fetch=lambda wish: _tell_days(months, wish),
    )
    if download is not None:
        return download
    pages = max(1, -(-len(months) // STORES_AT_ONCE))
    page = min(max(1, parse_id(visit.asked.get("page", "1")) or 1), pages)
    stores = months[(page - 1) * STORES_AT_ONCE : page * STORES_AT_ONCE]
    today = clock.today(visit.zone)
    after = span.last + timedelta(1)
    return visit.page(
        "board.html",
        partners=partners,
        partner=partner,
        month=f"{span.first:%Y-%m}",
        month_name=format_date(span.first, "MMMM y", locale=visit.language.code),
        here=_address(partner, span.first),
        before=_address(partner, span.first - timedelta(1)),
        after=_address(partner, after) if after <= today else "",
        days=span.days(),
        stores=stores,
        reported=find_last_reports(visit.db, [one.store.id for one in stores]),
        spoken=_tell_said(stores, span.first),
        said_columns=SAID_COLUMNS,
        page=page,
        pages=pages,
        totals=_sum_up(months),
        day_list=days_address(partner.code, span) if partner else "",
        signs=SIGNS,
        linked=LINKED,
        good=GOOD,
        due=DUE,
        may_hand_in=visit.may("GET /uploads/new"),
        yesterday=_find_yesterday(visit, months, today),
    )


def _name_days(span: Period) -> tuple[Column, ...]:
    """Return the columns of the month as a file: the store, and each of its days."""
    days = (Column(day.isoformat(), say("{day}", day=day), kind="word", words="store_day") for day in span.days())
    return (Column("store", say("Store")), *days)


def _tell_days(months: Sequence[StoreMonth], wish: Wish) -> Found:
    rows = [{"store": one.store.name, **{day.isoformat(): state.value for day, state in one.days}} for one in months]
    return page_rows(rows, wish=wish, default_sort="store")


def _tell_said(months: Sequence[StoreMonth], first: date) -> list[dict[str, Any]]:
    """Return what was said about the days of these stores, for all to see who said that a day is not due."""
    return tell_said([one.store for one in months], {one.store.id: one.selling for one in months}, first=first)


def choose_partner(partners: Sequence[Partner], code: str) -> Partner | None:
    """Return the partner that is asked for, else the first.

    Raises:
        UnknownCode: there is none of this code for this person.

    """
    if not code:
        return next(iter(partners), None)
    found = next((one for one in partners if one.code == code), None)
    if found is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=code))
    return found


def _read_month(visit: Visit) -> Period:
    """Return the month that is asked for, else the present one."""
    try:
        first = date.fromisoformat(f"{visit.asked.get('month', '')}-01")
    except ValueError:
        first = clock.today(visit.zone)
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        first = clock.today(visit.zone)
    return period_of(first, Cycle.MONTH)


def find_months(visit: Visit, partner: Partner, span: Period, *, store_code: str = "") -> list[StoreMonth]:
    """Return the days of a partner's stores, or of the one with a code, as far as this person may see them."""
    closing = find_last_closing(visit.db, partner.id)
    return find_board(
        visit.db,
        by=visit.actor,
        partner_id=partner.id,
        span=span,
        settled_until=closing.until_on if closing else None,
        store_code=store_code,
    )


def _sum_up(months: Sequence[StoreMonth]) -> list[tuple[DayState, str, int]]:
    """Return how many store-days are in each state; states that are rare only where there is one."""
    counted = [(state, sign, sum(one.count(state) for one in months)) for state, sign in SIGNS.items()]
    return [one for one in counted if one[0] in ALWAYS_TOLD or (one[1] and one[2])]


def _address(partner: Partner | None, day: date) -> str:
    return f"/board?{urlencode({'partner': partner.code if partner else '', 'month': f'{day:%Y-%m}'})}"


def _find_yesterday(visit: Visit, months: Sequence[StoreMonth], today: date) -> str:
    """Return where a store manager says that yesterday nothing was sold; blank where it is not missing."""
    if visit.actor.role is not Role.STORE_MANAGER:
        return ""
    yesterday = today - timedelta(1)
    missing = next((one for one in months if (yesterday, DayState.MISSING) in one.days), None)
    return f"/board?store={missing.store.id}&day={yesterday}" if missing else ""


def _show_day(visit: Visit) -> Response:
    return _day_page(visit, *_read_store_day(visit, visit.asked), form=new_form(()))


def _read_store_day(visit: Visit, given: Mapping[str, str]) -> tuple[Store, Partner, date]:
    """Return the store-day that an address or a form names.

    Raises:
        NotFound: there is none that this person may see.

    """
    store, partner = get_store_to_read(visit.db, by=visit.actor, store_id=parse_id(given.get("store", "")))
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError as error:
        raise NotFound(say("There is no such day.")) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotFound(say("There is no such day."))
    return store, partner, day


def _day_page(visit: Visit, store: Store, partner: Partner, day: date, *, form: Form, status: int = 200) -> Response:
    months = find_months(visit, partner, Period(day, day))
    found = next((one for one in months if one.store.id == store.id), None)
    return visit.page(
        "board_day.html",
        status=status,
        form=form,
        store=store,
        partner=partner,
        day=day,
        back=_address(partner, day),
        state=found.days[0][1] if found else DayState.NOT_OPEN,
        known=found.facts.get(day, DayFacts()) if found else DayFacts(),
        files=find_day_files(visit.db, by=visit.actor, store=store, day=day),
        columns=FILE_COLUMNS,
        spoken=_tell_said([found] if found else [], day),
        said_columns=SAID_COLUMNS,
        may_say=visit.may("POST /board/no-sales"),
    )


@router.post("/board/no-sales")
def say_no_sales(visit: Visiting) -> Response:
    """Confirm that a store sold nothing on a day that is over."""
    store, partner, day = _read_store_day(visit, visit.texts)
    form = new_form(())
    with visit.attempt(form):
        confirm_no_sales(visit.db, by=visit.actor, store=store, day=day)
    if not form.ok:
        return _day_page(visit, store, partner, day, form=form, status=422)
    return visit.go(_address(partner, day), say("{store}: no sales on {day}. Thank you.", store=store.name, day=day))
