"""What is owed: by partner and producer, with what is late, and what the first page says of it."""

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from consign import clock
from consign.listing import Found, Row, Wish
from consign.money import Rupiah
from consign.partners.queries import find_partners
from consign.sentence import say
from consign.settlement.debts import Debt, find_debt_page, find_debts_by_partner, sum_debt
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.sums import Sum, write_sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

STATES = choices_of("due_state", ("late", "due", "carried"), word)
PARTNER = Column("partner", say("Partner"), link="{path}")
PRODUCER = Column("producer", say("Producer"), link="{path}")
COLUMNS = (
    Column("owed_rp", say("Owed"), kind="money", total=True),
    Column(
        "open_rp",
        say("On statements"),
        kind="money",
        link="{open_path}",
        sums="open_rp",
        total=True,
        below=Column(
            "open_statements", say("Statements"), kind="count", link="{open_path}", sums="all_rows", total=True
        ),
    ),
    Column("rest_rp", say("Rests below zero"), kind="money", link="{rest_path}", sums="carry_rp", total=True),
    Column("late_rp", say("Late"), kind="money", link="{late_path}", sums="open_rp", total=True),
    Column("oldest_due_on", say("Oldest due"), kind="day", below=Column("days_late", say("Days late"), kind="count")),
    Column("state", say("State"), kind="badge", words="due_state"),
)
PARTNER_COLUMNS = (
    Column("partner", say("Partner"), link="{path}"),
    Column("owed_rp", say("Owed"), kind="money", link="{path}", sums="owed_rp", total=True),
    Column("producers", say("Producers"), kind="count", link="{path}", sums="all_rows", total=True),
    Column("late_rp", say("Late"), kind="money", link="{late_path}", sums="late_rp", total=True),
    Column("oldest_due_on", say("Oldest due"), kind="day"),
    Column("state", say("State"), kind="badge", words="due_state"),
)


@router.get("/owed")
def show_owed(visit: Visiting) -> Response:
    """Show who owes whom how much, and how much of it is late."""
    actor, today = visit.actor, clock.today(visit.zone)
    sees_partners = actor.partner_id is None
    partners: Sequence[Row] = ()
    if sees_partners:
        partners = visit.remember("debts by partner", lambda: find_debts_by_partner(visit.db, by=actor, today=today))
    filters = [Filter("state", say("State"), STATES)]
    if actor.producer_id is None:
        filters.insert(0, Filter("producer", say("Producer's code"), kind="text"))
    if sees_partners:
        choices = [Choice(one["partner_code"], one["partner"]) for one in partners]
        choices += _name_debt_free(visit, {one.value for one in choices})
        filters.insert(0, Filter("partner", say("Partner"), choices))

    def fetch(wish: Wish) -> Found:
        found = find_debt_page(visit.db, by=actor, wish=wish, today=today)
        return found.with_rows([_with_paths(row) for row in found.rows])

    parties = ([PARTNER] if sees_partners else []) + ([PRODUCER] if actor.producer_id is None else [])
    return list_page(
        visit,
        "owed.html",
        name="owed",
        caption=say("What is owed"),
        columns=(*parties, *COLUMNS),
        fetch=fetch,
        empty=say("Nothing is owed. Statements that are closed and not paid appear here."),
        default_sort="oldest_due_on",
        filters=filters,
        search=say("Search: partner or producer"),
        steady=True,
        kept=True,  # every statement is looked at, for whichever rows
        partner_columns=PARTNER_COLUMNS,
        partners=[_with_partner_paths(row) for row in partners] if actor.producer_id is None else [],
    )


def _name_debt_free(visit: Visit, known: Collection[str]) -> list[Choice]:
    """Return the partner that is asked for where it owes nothing: it is then shown to owe nothing, not what all owe."""
    asked = visit.asked.get("partner", "")
    if not asked or asked in known or not visit.may("GET /partners/{code}"):
        return []
    return [Choice(one.code, one.name) for one in find_partners(visit.db) if one.code == asked]


def _with_paths(row: Row) -> dict[str, Any]:
    """Add where the amounts open into their statements; what is nothing leads nowhere."""
    pair = {"partner": row["partner_code"], "producer": row["producer_code"]}
    path = f"/statements?{urlencode(pair)}"
    opened = {
        "open_path": f"{path}&due=open" if row["open_statements"] else "",
        "rest_path": f"{path}&due=carried" if row["rest_rp"] else "",
        "late_path": f"{path}&due=late" if row["late_rp"] else "",
    }
    return {**row, "path": path, **opened}


def _with_partner_paths(row: Row) -> dict[str, Any]:
    """Add where the amounts of a partner open into those of its producers."""
    path = f"/owed?{urlencode({'partner': row['partner_code']})}"
    return {**row, "path": path, "late_path": f"{path}&state=late" if row["late_rp"] else ""}


def _get_debt(visit: Visit) -> Debt:
    """Return what is owed within the person's reach; asked for once on a page."""
    return visit.once("debt", lambda: sum_debt(visit.db, by=visit.actor, today=clock.today(visit.zone)))


def find_tasks(visit: Visit) -> list[Task]:
    """Return what is late or due soon, for those who pay, are paid, or chase it."""
    if not visit.may("GET /owed"):
        return []
    actor = visit.actor
    if actor.partner_id is not None:
        return _list_payer_tasks(_get_debt(visit))
    if actor.producer_id is not None:
        return _list_payee_tasks(_get_debt(visit))
    if not visit.may("GET /closings/new"):
        return []
    debt = _get_debt(visit)
    if not debt.late_statements:
        return []
    facts = {"count": debt.late_statements, "amount": Rupiah(debt.late_rp)}
    detail = say("Statements: {count}", count=facts["count"])
    return [
        Task(
            say("Overdue to producers: {amount}", amount=facts["amount"]),
            "/owed?state=late",
            detail,
            urgent=True,
            sum=Sum(debt.late_rp, "late_rp"),
        )
    ]


def _list_payer_tasks(debt: Debt) -> list[Task]:
    tasks = []
    if debt.late_statements:
        label = say("Overdue, pay it now: {amount}", amount=Rupiah(debt.late_rp))
        detail = say("Statements: {count}", count=debt.late_statements)
        tasks.append(Task(label, "/statements?due=late", detail, urgent=True, sum=Sum(debt.late_rp, "open_rp")))
    if debt.soon_statements:
        label = say("Due within a week: {amount}", amount=Rupiah(debt.soon_rp))
        detail = say("Statements: {count}. First due on {day}.", count=debt.soon_statements, day=debt.next_due_on)
        tasks.append(Task(label, "/statements?due=soon", detail, sum=Sum(debt.soon_rp, "open_rp")))
    return tasks


def _list_payee_tasks(debt: Debt) -> list[Task]:
    tasks = []
    if debt.late_statements:
        label = say("Stores are late with {amount}", amount=Rupiah(debt.late_rp))
        detail = say("The dinas sees it, too, and asks the stores to pay.")
        tasks.append(Task(label, "/owed?state=late", detail, sum=Sum(debt.late_rp, "late_rp")))
    if debt.soon_statements:
        label = say("Soon to be paid to you: {amount}", amount=Rupiah(debt.soon_rp))
        detail = say("First due on {day}.", day=debt.next_due_on)
        tasks.append(Task(label, "/statements?due=soon", detail, sum=Sum(debt.soon_rp, "open_rp")))
    return tasks


def find_figures(visit: Visit) -> list[tuple[str, ...]]:
    """Return what is owed, in the words of who looks."""
    if not visit.may("GET /owed"):
        return []
    debt, actor = _get_debt(visit), visit.actor
    owed = write_sum(debt.owed_rp, of="owed_rp", path="/owed")
    if actor.producer_id is not None:
        return [(visit.say(say("You are owed")), owed)]
    if actor.partner_id is not None:
        return [(visit.say(say("You owe")), owed)]
    return [
        (visit.say(say("Owed to producers")), owed),
        (visit.say(say("Overdue")), write_sum(debt.late_rp, of="late_rp", path="/owed?state=late")),
    ]
