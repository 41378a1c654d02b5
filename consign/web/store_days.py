"""On which days stores sell: what was said and by whom, setting a store's week, and closed days of one store or all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.rules import Act, get_reach
from consign.models.partners import Partner, Store
from consign.partners.lists import get_partner_facts, get_store_seen
from consign.partners.selling_day_lists import find_closures, find_selling_days, find_store_names
from consign.partners.selling_days import WEEKDAYS, WHOLE_WEEK, Closure, SellingDays, Week, tidy_closing_reason
from consign.partners.setting_days import close_days, end_closure, get_closure, set_week
from consign.sentence import Code, Sentence, say, say_all
from consign.settlement.queries import hold_closed_until
from consign.web.columns import Column
from consign.web.forms import Field, Form, new_form, read_day, read_form
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

SHOWN_DAYS = 366
"""How long closed days that are over stay on the page."""
WEEK = (
    *(Field(code, word("weekday", code), kind="checkbox", required=False) for code in WEEKDAYS),
    Field(
        "first",
        say("First day"),
        read=read_day,
        kind="date",
        hint=say("From then on reports are due for these weekdays. What is over stays as it was."),
    ),
)
CLOSURE = (
    Field("from", say("First day"), read=read_day, kind="date"),
    Field("until", say("Last day"), read=read_day, kind="date"),
    Field("reason", say("Why"), read=tidy_closing_reason, longest=200, hint=say("Such as renovation, or Lebaran.")),
)
LAST = Field(
    "last", say("Last day"), read=read_day, kind="date", required=False, hint=say("Blank: it was said by mistake.")
)
SAID_COLUMNS = (
    Column("store", say("Store"), link="{path}"),
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day"),
    Column("what", say("What was said")),
    Column("by", say("By whom")),
    Column("at", say("When"), kind="moment"),
)
WEEK_COLUMNS = (
    Column("from_on", say("From"), kind="day"),
    Column("what", say("Sells on")),
    Column("by", say("By whom")),
    Column("at", say("When"), kind="moment"),
)


def name_weekdays(weekdays: Collection[int]) -> Sentence:
    """Return the names of weekdays; 0 is Monday."""
    if set(weekdays) == WHOLE_WEEK:
        return say("every day")
    return say_all([Code("weekday", WEEKDAYS[one]) for one in sorted(weekdays)], between=", ")


def tell_said(stores: Sequence[Store], selling: Mapping[int, SellingDays], *, first: date) -> list[dict[str, Any]]:
    """Return rows for `SAID_COLUMNS`: what keeps *stores* from selling from *first* on, each thing said once."""
    closures: dict[int, tuple[Closure, Store]] = {}
    weeks: dict[tuple[date, frozenset[int], str], tuple[Week, list[Store]]] = {}
    for store in stores:
        for closure in selling[store.id].closures:
            closures.setdefault(closure.id, (closure, store))
        present = selling[store.id].find_week(first)
        for week in selling[store.id].weeks:
            if week.from_on > first or (week is present and week.weekdays != WHOLE_WEEK):
                weeks.setdefault((week.from_on, week.weekdays, week.by), (week, []))[1].append(store)
    told = [_tell_closure(closure, store) for closure, store in closures.values()]
    told += [_tell_week(week, sellers) for week, sellers in weeks.values()]
    return sorted(told, key=lambda row: (row["from_on"], str(row["store"])))


def _tell_closure(closure: Closure, store: Store) -> dict[str, Any]:
    return {
        "store": store.name if closure.store_id else say("all stores"),
        "path": f"/stores/{store.id}/days" if closure.store_id else "",
        "from_on": closure.from_on,
        "until_on": closure.until_on,
        "what": say("closed: {reason}", reason=closure.reason),
        "by": closure.by,
        "at": closure.at,
    }


def _tell_week(week: Week, stores: Sequence[Store]) -> dict[str, Any]:
    return {
        "store": stores[0].name if len(stores) == 1 else say("{count} stores", count=len(stores)),
        "path": f"/stores/{stores[0].id}/days" if len(stores) == 1 else "",
        "from_on": week.from_on,
        "until_on": None,
        "what": say("sells on: {weekdays}", weekdays=name_weekdays(week.weekdays)),
        "by": week.by,
        "at": week.at,
    }


@router.get("/stores/{store_id}/days")
def show_store_days(visit: Visiting, store_id: str) -> Response:
    """Show on which days a store sells, and forms to say so for those who may."""
    store, partner = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    return _store_page(visit, store, partner)


def _store_page(
    visit: Visit, store: Store, partner: Partner, *, week: Form | None = None, closure: Form | None = None
) -> Response:
    today = clock.today(store.zone)
    selling = find_selling_days(visit.db, partner_id=partner.id, stores=[store.id], first=today)[store.id]
    present = selling.find_week(today)
    weekdays = present.weekdays if present else WHOLE_WEEK
    ticked = {WEEKDAYS[one]: "yes" for one in weekdays}
    return visit.page(
        "store_days.html",
        status=422 if week or closure else 200,
        store=store,
        partner=partner,
        form=week or closure or new_form(()),
        weekdays=name_weekdays(weekdays),
        weeks=[{**vars(one), "what": name_weekdays(one.weekdays)} for one in selling.weeks],
        columns=WEEK_COLUMNS,
        week_form=week or new_form(WEEK, first=today, **ticked) if visit.may("POST /stores/{store_id}/week") else None,
        closure_form=closure or new_form(CLOSURE, **{"from": today})
        if visit.may("POST /stores/{store_id}/closed-days")
        else None,
        **_closures_panel(visit, partner.id, today=today, store=store),
    )


def _closures_panel(visit: Visit, partner_id: int, *, today: date, store: Store | None) -> dict[str, Any]:
    """Return what `closed_days.html` shows: closures of a store or a whole partner, with whom they hold for."""
    held = store.id if store else get_reach(visit.actor, Act.READ_PARTNERS).store_id
    closures = find_closures(visit.db, partner_id=partner_id, store_id=held, first=today - timedelta(SHOWN_DAYS))
    names = {} if held else find_store_names(visit.db, partner_id=partner_id)
    may_end = visit.may("POST /closed-days/{closure_id}/end")
    return {
        "closures": closures,
        "names": names if not store else {store.id: store.name},
        "today": today,
        "ends": {
            one.id
            for one in closures
            if may_end and one.ended_by is None and (one.store_id is not None or visit.actor.store_id is None)
        },
    }


@router.post("/stores/{store_id}/week")
def do_set_week(visit: Visiting, store_id: str) -> Response:
    """Set on which weekdays a store sells from a day on."""
    store, partner = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    form = read_form(WEEK, visit.texts)
    weekdays = [place for place, code in enumerate(WEEKDAYS) if form[code]]
    if form.ok:
        with visit.attempt(form, first="partners.period_closed"):
            set_week(
                visit.db,
                by=visit.actor,
                store=store,
                weekdays=weekdays,
                first=form["first"],
                closed_until=hold_closed_until(visit.db, partner.id),
            )
    if not form.ok:
        return _store_page(visit, store, partner, week=form)
    told = say(
        "{store} sells on {weekdays} from {day} on.",
        store=store.name,
        weekdays=name_weekdays(weekdays),
        day=form["first"],
    )
    return visit.go(f"/stores/{store.id}/days", told)


@router.post("/stores/{store_id}/closed-days")
def do_close_store_days(visit: Visiting, store_id: str) -> Response:
    """Say that a store is closed on some days."""
    store, partner = get_store_seen(visit.db, by=visit.actor, store_id=store_id)
    form = read_form(CLOSURE, visit.texts)
    _close(visit, form, partner_id=partner.id, store=store)
    if not form.ok:
        return _store_page(visit, store, partner, closure=form)
    told = say("{store} is closed from {first} to {last}.", store=store.name, first=form["from"], last=form["until"])
    return visit.go(f"/stores/{store.id}/days#closed", told)


def _close(visit: Visit, form: Form, *, partner_id: int, store: Store | None) -> None:
    if form.ok:
        with visit.attempt(form, **{"from": "partners.period_closed"}):
            close_days(
                visit.db,
                by=visit.actor,
                partner_id=partner_id,
                store=store,
                first=form["from"],
                last=form["until"],
                reason=form["reason"],
                closed_until=hold_closed_until(visit.db, partner_id),
            )


@router.get("/partners/{code}/closed-days")
def show_partner_closures(visit: Visiting, code: str) -> Response:
    """Show on which days a partner's stores are closed, and a form to close all of them for those who may."""
    return _partner_page(visit, code, new_form(CLOSURE, **{"from": clock.today(visit.zone)}))


def _partner_page(visit: Visit, code: str, form: Form, *, status: int = 200) -> Response:
    partner = get_partner_facts(visit.db, by=visit.actor, code=code)
    may_close = visit.may("POST /partners/{code}/closed-days") and visit.actor.store_id is None
    return visit.page(
        "partner_closed_days.html",
        status=status,
        partner=partner,
        form=form,
        may_close=may_close,
        **_closures_panel(visit, partner["id"], today=clock.today(visit.zone), store=None),
    )


@router.post("/partners/{code}/closed-days")
def do_close_partner_days(visit: Visiting, code: str) -> Response:
    """Say that all stores of a partner are closed on some days."""
    partner = get_partner_facts(visit.db, by=visit.actor, code=code)
    form = read_form(CLOSURE, visit.texts)
    _close(visit, form, partner_id=partner["id"], store=None)
    if not form.ok:
        return _partner_page(visit, code, form, status=422)
    told = say(
        "All stores of {partner} are closed from {first} to {last}.",
        partner=partner["name"],
        first=form["from"],
        last=form["until"],
    )
    return visit.go(f"/partners/{quote(code)}/closed-days", told)


@router.post("/closed-days/{closure_id}/end")
def do_end_closure(visit: Visiting, closure_id: int) -> Response:
    """Let closed days end earlier, or take back what was said by mistake."""
    closure = get_closure(visit.db, by=visit.actor, closure_id=closure_id)
    form = read_form((LAST,), visit.texts)
    if form.ok:
        with visit.attempt(form, last=("input.bad", "partners.period_closed")):
            end_closure(
                visit.db,
                by=visit.actor,
                closure=closure,
                last=form["last"],
                closed_until=hold_closed_until(visit.db, closure.partner_id),
            )
    partner = visit.db.get_one(Partner, closure.partner_id)
    path = f"/stores/{closure.store_id}/days" if closure.store_id else f"/partners/{quote(partner.code)}/closed-days"
    if not form.ok:
        return visit.page(
            "form.html",
            status=422,
            form=replace(form, fields=(LAST,)),
            title=say("End closed days earlier"),
            lead=say("Reports are due again from the day after."),
            action=f"/closed-days/{closure_id}/end",
            button=say("Set the last day"),
            back=path,
            back_to=partner.name,
        )
    if form["last"] is None:
        return visit.go(path, say("These days count as days on which the store sells again."))
    return visit.go(path, say("Closed until {last}; from then on reports are due again.", last=form["last"]))
