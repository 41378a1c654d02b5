"""Closing periods: what can be closed, what is missing, what it will come to, and what was closed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.listing import Found, Wish
from consign.money import Rupiah
from consign.partners.queries import get_partner, get_region_terms
from consign.period import Period
from consign.sales.rules import DayState
from consign.sentence import say
from consign.settlement.actions import close_period
from consign.settlement.lists import find_closing_page, find_statement_page, get_closing
from consign.settlement.next_closing import (
    ClosingPartner,
    Draft,
    Pending,
    draft_closing,
    find_ends,
    find_pending,
    get_closing_partner,
    preview_closing,
)
from consign.settlement.preparing import find_waiting_plans, prepare_closing, withdraw_plan
from consign.settlement.queries import find_closing
from consign.settlement.rules import ClosedLater, DayNotClosable
from consign.stock.loss_rules import LossState
from consign.web.board_links import days_address
from consign.web.closing_links import find_draft_path, find_losses_path, find_places, tell_waiting
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form, read_day, read_form
from consign.web.statement_columns import AMOUNTS
from consign.web.tables import Filter, find_download, list_page, show_table
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

MOST_STORES = 50
"""Up to so many stores are listed with their missing days."""
MOST_TASKS = 6
REASON = Field(
    "reason",
    say("Why it is closed all the same"),
    kind="textarea",
    hint=say("Kept with the closing. Lines that come in later fall into the next statement."),
)
FIELDS = (
    Field("partner", say("Partner"), kind="hidden"),
    Field("until", say("Until"), kind="hidden", read=read_day),
    replace(REASON, required=False),
)
PERIOD_COLUMNS = (
    Column("partner_name", say("Partner"), link="{path}"),
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day"),
    Column("state", say("State"), kind="badge", words="period_state"),
    Column("store_days", say("Days without sales"), kind="count", link="{days}", sums="all_rows"),
    Column("parked_lines", say("Waiting lines"), kind="count", link="{parked}", sums="all_rows"),
    Column("open_uploads", say("Files not posted"), kind="count", link="{uploads}", sums="all_rows"),
)
PLAN_COLUMNS = (
    Column("partner", say("Partner"), link="{path}"),
    Column("until_on", say("Until"), kind="day"),
    Column("due_rp", say("Due"), kind="money", link="{path}", sums="due_rp", total=True),
    Column("prepared_by", say("Prepared by")),
    Column("prepared_at", say("Prepared at"), kind="moment"),
)
CLOSING_COLUMNS = (
    Column("partner", say("Partner"), link="/closings/{id}"),
    Column("from_on", say("From"), kind="day"),
    Column("until_on", say("Until"), kind="day", link="/closings/{id}"),
    Column("statements", say("Statements"), kind="count", link="/closings/{id}", sums="all_rows", total=True),
    Column("sales_rp", say("Sales"), kind="money", link="/closings/{id}", sums="sales_rp", total=True),
    Column("fee_rp", say("Fee"), kind="money", link="/closings/{id}", sums="fee_rp", total=True),
    Column("net_rp", say("Net"), kind="money", link="/closings/{id}", sums="net_rp", total=True),
    Column("closed_by", say("Closed by")),
    Column("closed_at", say("Closed at"), kind="moment"),
    Column("incomplete_reason", say("Closed all the same because"), kind="long", sort=False),
)
STATEMENT_COLUMNS = (
    Column("number", say("Statement"), link="/statements/{number}"),
    Column("producer", say("Producer"), link="/statements/{number}"),
    *AMOUNTS,
)


@dataclass(frozen=True)
class Gap:
    """The days of one store for which nothing came in, neighbouring days together."""

    store: str
    days: int
    spans: Sequence[tuple[date, date]]
    partner: str = ""

    @property
    def path(self) -> str:
        """Return where they stand one by one."""
        return self.find_path(self.spans[0][0], self.spans[-1][1])

    def find_path(self, first: date, last: date) -> str:
        """Return where those of them stand that lie between two days, both inside."""
        return days_address(self.partner, Period(first, last), state=DayState.MISSING, store_code=self.store)


def gather_gaps(store_days: Iterable[tuple[str, date]], *, partner_code: str = "") -> list[Gap]:
    """Return the missing days by store of a partner; *store_days* are in order."""
    gaps = []
    for store, group in groupby(store_days, key=lambda one: one[0]):
        spans: list[tuple[date, date]] = []
        count = 0
        for _, day in group:
            count += 1
            if spans and day == spans[-1][1] + timedelta(1):
                spans[-1] = (spans[-1][0], day)
            else:
                spans.append((day, day))
        gaps.append(Gap(store, count, spans, partner_code))
    return gaps


@router.get("/closings")
def show_closings(visit: Visiting) -> Response:
    """Show for each partner what can be closed next, and all closings."""
    pending = find_pending(visit.db, by=visit.actor, now=clock.now())
    partners = [Choice(one.partner.code, one.partner.name) for one in pending]
    return list_page(
        visit,
        "closings.html",
        name="closings",
        caption=say("Closings"),
        columns=CLOSING_COLUMNS,
        fetch=lambda wish: find_closing_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No period is closed yet. Close one above once it is over.")
        if visit.may("GET /closings/new")
        else say("No period is closed yet. Dinas finance closes one once it is over."),
        default_sort="-until_on",
        filters=(Filter("partner", say("Partner"), partners),),
        search=say("Search: partner, person or reason"),
        plan_columns=PLAN_COLUMNS,
        plans=[
            {**vars(one), "due_rp": one.figures["due_rp"], "path": _new_path(one.partner_code, one.until_on)}
            for one in find_waiting_plans(visit.db, by=visit.actor)
        ],
        period_columns=PERIOD_COLUMNS,
        periods=[_tell_pending(visit, one) for one in pending],
    )


def _tell_pending(visit: Visit, one: Pending) -> dict[str, Any]:
    told: dict[str, Any] = {"partner_name": one.partner.name, "state": one.state, "path": ""}
    if one.period is None:
        return told
    told |= {"from_on": one.period.first, "until_on": one.period.last}
    if one.over:
        places = find_places(one.partner.code, one.period)
        counts = {"days": one.store_days, "parked": one.parked_lines, "uploads": one.open_uploads}
        told |= {"store_days": one.store_days, "parked_lines": one.parked_lines, "open_uploads": one.open_uploads}
        told |= {name: places[name] if count else "" for name, count in counts.items()}
        if visit.may("GET /closings/new"):
            told["path"] = _new_path(one.partner.code, one.period.last)
    return told


def _new_path(partner_code: str, until: date) -> str:
    return f"/closings/new?{urlencode({'partner': partner_code, 'until': until.isoformat()})}"


@router.get("/closings/new")
def show_new_closing(visit: Visiting) -> Response:
    """Show what closing a partner's period would take, what is missing, and what it would come to."""
    asked = read_form(FIELDS, visit.asked)
    if not asked["partner"]:
        return visit.go("/closings")
    partner = get_closing_partner(visit.db, partner_id=get_partner(visit.db, asked["partner"]).id)
    until = asked["until"] or next(iter(find_ends(partner, now=clock.now())), None)
    if until is not None and partner.closed_until is not None and until <= partner.closed_until:
        closing = find_closing(visit.db, partner_id=partner.partner_id, until=until)
        if closing is not None:
            return visit.go(f"/closings/{closing.id}")
    return _new_page(visit, partner, until, form=None)


def _new_page(visit: Visit, partner: ClosingPartner, until: date | None, *, form: Form | None) -> Response:
    """Show the draft of a closing with *form*, or a new one; without a draft, why there is none."""
    draft: Draft | None = None
    problem: str | None = None
    if until is None:
        problem = say("No period of this partner is over yet; nothing can be closed.")
    else:
        try:
            draft = draft_closing(visit.db, partner, until=until, now=clock.now())
        except (DayNotClosable, ClosedLater) as error:
            problem = error.sentence
    status = 200 if form is None and draft is not None else 422
    facts = _tell_draft(visit, partner, draft, form) if draft else {"form": form or new_form(())}
    ends = [end for end in find_ends(partner, now=clock.now()) if end != until]
    others = [(_new_path(partner.code, end), end) for end in ends]
    return visit.page("closing_new.html", status=status, partner=partner, problem=problem, others=others, **facts)


def _tell_draft(visit: Visit, partner: ClosingPartner, draft: Draft, form: Form | None) -> dict[str, Any]:
    missing = draft.missing
    gaps = gather_gaps(missing.store_days, partner_code=partner.code)
    fields = (*FIELDS[:2], REASON) if missing else FIELDS[:2]
    texts = form.texts if form else {"partner": partner.code, "until": draft.cut.until_on.isoformat()}
    shown = Form(fields, dict(texts))
    if form:
        shown.problems |= form.problems
    period = Period(draft.cut.before_on + timedelta(1), draft.cut.until_on)
    return {
        "form": shown,
        "period": period,
        "missing": missing,
        "gaps": gaps[:MOST_STORES],
        "more_stores": len(gaps) - MOST_STORES,
        "places": find_places(partner.code, period),
        "losses": draft.losses,
        "losses_path": find_losses_path(partner.code, LossState.DUE, period.last),
        "waiting": tell_waiting(visit, draft.losses.waiting, partner_code=partner.code, until=period.last),
        "coming": preview_closing(visit.db, draft),
        "coming_path": find_draft_path(partner.code, period.last),
        **_tell_plan(visit, partner, draft),
    }


def _tell_plan(visit: Visit, partner: ClosingPartner, draft: Draft) -> dict[str, Any]:
    """Return who must prepare this closing, who has, and what this person can do now."""
    waiting = next(iter(find_waiting_plans(visit.db, by=visit.actor, partner_id=partner.partner_id)), None)
    by_two = get_region_terms(visit.db).closes_by_two
    ready = waiting if waiting is not None and waiting.until_on == draft.cut.until_on else None
    return {
        "by_two": by_two,
        "plan": ready,
        "other_plan": waiting if ready is None else None,
        "is_preparer": waiting is not None and waiting.prepared_by_id == visit.actor.user_id,
    }


@router.post("/closings/prepare")
def do_prepare_closing(visit: Visiting) -> Response:
    """Prepare the closing of a period for another person to countersign."""
    form = read_form(FIELDS, visit.texts)
    partner = get_partner(visit.db, form["partner"] or "")
    until = form["until"]
    if form.ok:
        reason = (form["reason"] or "").strip() or None
        with visit.attempt(form, reason="input.needs_decision"):
            prepare_closing(visit.db, by=visit.actor, partner_id=partner.id, until=until, incomplete_reason=reason)
    if not form.ok:
        return _new_page(visit, get_closing_partner(visit.db, partner_id=partner.id), until, form=form)
    return visit.go(
        _new_path(partner.code, until),
        say("The closing of {partner} until {day} is prepared. Another person must countersign it.",
            partner=partner.name, day=until),
    )  # fmt: skip


@router.post("/closings/withdraw")
def do_withdraw_plan(visit: Visiting) -> Response:
    """Give up what was prepared for a partner."""
    form = read_form(FIELDS[:1], visit.texts)
    partner = get_partner(visit.db, form["partner"] or "")
    plan = withdraw_plan(visit.db, by=visit.actor, partner_id=partner.id)
    return visit.go(_new_path(partner.code, plan.until_on), say("What was prepared is withdrawn; nothing was closed."))


@router.post("/closings/new")
def do_close_period(visit: Visiting) -> Response:
    """Close the period; closing it again changes nothing and leads to the same closing."""
    form = read_form(FIELDS, visit.texts)
    partner = get_partner(visit.db, form["partner"] or "")
    until = form["until"]
    if not form.ok:
        return _new_page(visit, get_closing_partner(visit.db, partner_id=partner.id), until, form=form)
    before = find_closing(visit.db, partner_id=partner.id, until=until)
    reason = (form["reason"] or "").strip() or None
    statements = 0
    with visit.attempt(form, reason="input.needs_decision"):
        statements = len(
            close_period(visit.db, by=visit.actor, partner_id=partner.id, until=until, incomplete_reason=reason)
        )
    closing = find_closing(visit.db, partner_id=partner.id, until=until)
    if closing is None:
        return _new_page(visit, get_closing_partner(visit.db, partner_id=partner.id), until, form=form)
    if before is not None:
        return visit.go(f"/closings/{closing.id}", say("This period was closed before; nothing was changed."))
    facts = {"partner": partner.name, "day": until, "count": statements}
    return visit.go(
        f"/closings/{closing.id}",
        say("{partner} is closed until {day}. Statements written: {count}.", **facts),
    )


@router.get("/closings/{closing_id}")
def show_closing(visit: Visiting, closing_id: int) -> Response:
    """Show one closing with its statements, what it came to, and what was missing."""
    closing = get_closing(visit.db, by=visit.actor, closing_id=closing_id)
    today = clock.today(visit.zone)

    def fetch(wish: Wish) -> Found:
        return find_statement_page(visit.db, by=visit.actor, wish=wish, today=today, closing_id=closing_id)

    download = find_download(
        visit, name=f"closing-{closing_id}", columns=STATEMENT_COLUMNS, fetch=fetch, default_sort="number"
    )
    if download is not None:
        return download
    table = show_table(
        visit,
        caption=say("Statements"),
        columns=STATEMENT_COLUMNS,
        fetch=fetch,
        empty=say("No producer has an agreement with this partner, so there is no statement."),
        default_sort="number",
        search=say("Search: number or producer"),
    )
    missing = closing["missing"]
    days = ((store, date.fromisoformat(day)) for store, day in missing["store_days"])
    gaps = gather_gaps(days, partner_code=closing["partner_code"])
    return visit.page(
        "closing.html",
        closing=closing,
        table=table,
        missing=missing,
        gaps=gaps[:MOST_STORES],
        more_stores=len(gaps) - MOST_STORES,
        places=find_places(closing["partner_code"], Period(closing["from_on"], closing["until_on"])),
        audit=f"/audit?{urlencode({'q': f'closing:{closing_id}'})}" if visit.may("GET /audit") else None,
    )


def find_tasks(visit: Visit) -> list[Task]:
    """Return the periods that are over and not closed, for those who close them."""
    if not visit.may("GET /closings/new"):
        return []
    plans = find_waiting_plans(visit.db, by=visit.actor)
    countersigns = [
        Task(
            say("Countersign the closing of {partner} until {day}", partner=one.partner, day=one.until_on),
            _new_path(one.partner_code, one.until_on),
            say("Prepared by {person}: {amount}", person=one.prepared_by, amount=Rupiah(one.figures["due_rp"])),
        )
        for one in plans
        if one.prepared_by_id != visit.actor.user_id
    ]
    return [*countersigns, *_find_closable(visit, prepared={one.partner_id for one in plans})]


def _find_closable(visit: Visit, *, prepared: Collection[int]) -> list[Task]:
    over = [
        (one, one.period.last)
        for one in find_pending(visit.db, by=visit.actor, now=clock.now(), counted=MOST_TASKS)
        if one.period is not None and one.over and one.partner.partner_id not in prepared
    ]
    tasks = [
        Task(
            say("Close {partner} until {day}", partner=one.partner.name, day=until),
            _new_path(one.partner.code, until),
            say("Still missing: {count}", count=one.missing) if one.missing else say("Nothing is missing."),
        )
        for one, until in over[:MOST_TASKS]
    ]
    if len(over) > MOST_TASKS:
        tasks.append(Task(say("More periods to close: {count}", count=len(over) - MOST_TASKS), "/closings"))
    return tasks
