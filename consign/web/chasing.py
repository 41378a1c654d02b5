"""The chasing list: stores that owe reports, and reminding one or all that are shown."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.errors import BadInput
from consign.identity.rules import Act
from consign.listing import Found, Row, Wish, parse_id
from consign.partners.lists import find_partners_seen
from consign.period import Period
from consign.sales.chasing import REMINDED, find_owing, find_owing_page, may_see_contacts, narrow
from consign.sales.reminding import Reminded, remind_store, remind_stores
from consign.sales.rules import FINANCE_STEP, HEAD_STEP, DayState
from consign.sales.store_days import SILENT_DAYS
from consign.sentence import Sentence, say
from consign.web.board_links import days_address
from consign.web.columns import Column
from consign.web.forms import Choice, Form, choices_of, new_form
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

SILENT = (Choice(str(SILENT_DAYS), say("three days or more")), Choice("10", say("ten days or more")))
COLUMNS = (
    Column("store", say("Store"), link="/board?partner={partner_code}"),
    Column("partner", say("Partner")),
    Column("missing", say("Missing days"), kind="count", link="{missing_days}", sums="all_rows", total=True),
    Column("oldest_on", say("Oldest"), kind="day", link="/board?store={id}&day={oldest_on}"),
    Column("unsettled", say("Not settled yet"), kind="count", link="{unsettled_days}", sums="all_rows"),
    Column("silent", say("Silent days"), kind="count", link="{silent_days}", sums="all_rows"),
    Column("reported_on", say("Last day reported"), kind="day"),
    Column("days_since", say("Days since then"), kind="count"),
    Column("usual_rp", say("Usual sales of these days"), kind="money", total=True),
    Column("times", say("Reminded"), kind="count"),
    Column("reminded_on", say("Last reminder"), kind="day"),
    Column("reminded_by", say("By whom")),
)
CONTACTS = (
    Column("managers", say("Store managers"), kind="long"),
    Column("finance", say("Head office"), kind="long"),
)


@router.get("/board/chasing")
def show_chasing(visit: Visiting) -> Response:
    """Show the stores that owe reports."""
    return _chasing_page(visit, new_form(()))


def _chasing_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_SALES)
    choices = [Choice(one.code, one.name) for one in partners]
    seen: list[Row] = []

    def fetch(wish: Wish) -> Found:
        found = find_owing_page(visit.db, by=visit.actor, now=clock.now(), wish=wish)
        seen[:] = found.rows
        return replace(found, rows=[_tell(row) for row in found.rows])

    answer = list_page(
        visit,
        "chasing.html",
        name="chasing",
        caption=say("Stores that owe reports"),
        columns=(*COLUMNS, *CONTACTS) if may_see_contacts(visit.actor) else COLUMNS,
        fetch=fetch,
        empty=say("No store owes a report. Every day that was due is spoken for."),
        default_sort="-missing",
        filters=(
            *((Filter("partner", say("Partner"), choices),) if len(choices) > 1 else ()),
            Filter("silent", say("Silent for"), SILENT),
            Filter("reminded", say("Reminded"), choices_of("reminded", tuple(REMINDED), word)),
        ),
        search=say("Search: store or partner"),
        form=form,
        may_remind=visit.may("POST /board/remind"),
        open_rows=lambda: [row for row in seen if row["reminded_on"] != row["today"]],
    )
    answer.status_code = status
    return answer


def _tell(row: Row) -> dict[str, Any]:
    """Return a row with who reminded in words, and where the days that it counts stand."""
    by: str | Sentence | None = say("by itself") if row["by_itself"] else row["reminded_by"]
    firsts = {"missing": row["oldest_on"], "unsettled": row["unsettled_from"], "silent": row["silent_from"]}
    return {**row, "reminded_by": by, **{f"{name}_days": _find_days(row, first) for name, first in firsts.items()}}


def _find_days(row: Row, first: date | None) -> str:
    """Return where the missing days of a store stand from *first* on; blank where there is none."""
    if first is None:
        return ""
    span = Period(first, row["latest_on"])
    return days_address(row["partner_code"], span, state=DayState.MISSING, store_code=row["code"])


@router.post("/board/remind")
def do_remind(visit: Visiting) -> Response:
    """Remind one store, or all that the list shows with the search and the filters of the form."""
    asked = {name: visit.texts.get(name, "") for name in ("q", "partner", "silent", "reminded", "sort")}
    path = f"/board/chasing?{urlencode({name: text for name, text in asked.items() if text})}"
    form, now = new_form(()), clock.now()
    told: Sentence | None = None
    with visit.attempt(form):
        if visit.texts.get("all"):
            rows = narrow(find_owing(visit.db, by=visit.actor, now=now), filters=asked, search=asked["q"])
            sent = remind_stores(visit.db, by=visit.actor, store_ids={row["id"] for row in rows}, now=now)
            told = say(
                "Stores reminded: {count}. Reminded today already, so not again: {before}.",
                count=len(sent.store_ids),
                before=sent.before,
            )
        else:
            store_id = parse_id(visit.texts.get("store", ""))
            if store_id is None:
                raise BadInput(say("Choose the store that is to be reminded; nothing was sent."))
            told = _tell_step(remind_store(visit.db, by=visit.actor, store_id=store_id, now=now))
    return visit.go(path, told) if form.ok else _chasing_page(visit, form, status=422)


def _tell_step(reminded: Reminded) -> Sentence:
    if reminded.step >= HEAD_STEP:
        return say(
            "{store} was reminded, its head office with it, and the head of the dinas was told.", store=reminded.store
        )
    if reminded.step >= FINANCE_STEP:
        return say("{store} was reminded, and its head office with it.", store=reminded.store)
    return say("{store} was reminded.", store=reminded.store)
