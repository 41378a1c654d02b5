"""Where producers and cooperatives are paid to: the accounts, stating one, confirming and refusing."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response
from sqlalchemy import select

from compliance.banks import load_banks
from consign import clock
from consign.models.partners import Cooperative
from consign.partners.producer_lists import get_producer_called
from consign.partners.queries import get_region_terms
from consign.payouts.payee_lists import STATES, count_waiting, find_payee_page, get_payee_view
from consign.payouts.payees import confirm_account, refuse_account, state_account
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.lookup import look_up, suggest_producers
from consign.web.sums import Sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
OWNER = Field(
    "owner", say("Whose account"), suggest=True, longest=120,
    hint=say("The code of a producer or cooperative, or part of a producer's name that no other has."),
)  # fmt: skip
NUMBER = Field(
    "number", say("Account number"), inputmode="numeric", longest=40,
    hint=say("As your passbook or the bank's app shows it. Wallets on a phone (GoPay, OVO, DANA) cannot be paid to."),
)  # fmt: skip
HOLDER = Field("holder", say("Name of the account"), longest=120, hint=say("As the bank has it."))
REFUSE = (Field("reason", say("Why?"), kind="textarea", hint=say("The owner reads it.")),)


def _fields(visit: Visit) -> Sequence[Field]:
    banks = [
        Choice(one.code, f"{one.name} ({one.code})") for one in sorted(load_banks().values(), key=lambda one: one.name)
    ]
    bank = Field("bank", say("Bank"), kind="select", choices=banks)
    if visit.actor.producer_id is not None:
        return (bank, NUMBER, HOLDER)
    return (replace(OWNER, choices=suggest_producers(visit.db)), bank, NUMBER, HOLDER)


@router.get("/payees")
def show_payees(visit: Visiting) -> Response:
    """Show the accounts that this person may see."""
    own = visit.actor.producer_id is not None
    return list_page(
        visit, "list.html", name="payees", caption=say("Your bank account") if own else say("Accounts of payees"),
        columns=(
            Column("bank", say("Bank"), sort=False, link="/payees/{id}") if own else Column("owner", say("Owner"), link="/payees/{id}"),
            *(() if own else (Column("bank", say("Bank"), sort=False),)),
            Column("number", say("Account number"), sort=False),
            Column("holder", say("In the name of")),
            Column("state", say("State"), kind="badge", words="payee_account"),
            Column("payable_from", say("Paid to from"), kind="day"),
            Column("stated_by", say("Stated by")),
            Column("stated_at", say("Stated at"), kind="moment"),
            Column("decided_by", say("Decided by")),
        ),
        fetch=lambda wish: find_payee_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No account was stated yet. Without one nothing can be paid out by the office."),
        default_sort="-stated_at",
        filters=(
            Filter("state", say("State"), choices_of("payee_account", STATES, word)),
            *(() if own else (Filter("producer", say("Owner's code"), kind="text"),)),
        ),
        search=say("Search: owner or name"),
        lead=say("An account counts once another person has confirmed it. A changed one is paid to only after a few days."),
        acts=[("/payees/new", say("State an account"))] if visit.may("GET /payees/new") else [],
    )  # fmt: skip


@router.get("/payees/new")
def show_new_payee(visit: Visiting) -> Response:
    """Show the form to state an account."""
    return _new_page(visit, new_form(_fields(visit), owner=visit.asked.get("owner", "")))


def _new_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html", status=status, form=form, title=say("State a bank account"),
        lead=say("The dinas compares it with the passbook before anything is paid to it. The owner is told of every change."),
        action="/payees/new", button=say("State it"), back="/payees", back_to=say("Accounts"),
    )  # fmt: skip


@router.post("/payees/new")
def do_state(visit: Visiting) -> Response:
    """State an account."""
    form = read_form(_fields(visit), visit.texts)
    owner = _find_owner(visit, form)
    account_id = 0
    if form.ok and owner:
        with visit.attempt(
            form, number="payouts.number_refused", bank="payouts.bank_unknown", owner="payouts.account_unknown"
        ):
            account_id = state_account(
                visit.db, by=visit.actor, bank_code=form["bank"], number=form["number"], holder=form["holder"], **owner
            ).id
    if not account_id:
        return _new_page(visit, form, status=422)
    return visit.go(f"/payees/{account_id}", say("Stated. It counts once another person has confirmed it."))


def _find_owner(visit: Visit, form: Form) -> dict[str, int]:
    if visit.actor.producer_id is not None:
        return {"producer_id": visit.actor.producer_id}
    given = form.values.get("owner")
    if given:
        cooperative = visit.db.scalar(select(Cooperative).where(Cooperative.code == given))
        if cooperative is not None:
            return {"cooperative_id": cooperative.id}
    producer = look_up(form, "owner", lambda text: get_producer_called(visit.db, text))
    return {"producer_id": producer.id} if producer else {}


@router.get("/payees/{payee_id}")
def show_payee(visit: Visiting, payee_id: int) -> Response:
    """Show one account, and to those who confirm what to look at."""
    return _payee_page(visit, payee_id)


def _payee_page(
    visit: Visit, payee_id: int, *, refuse: Form | None = None, confirm: Form | None = None, status: int = 200
) -> Response:
    view = get_payee_view(visit.db, by=visit.actor, account_id=payee_id, on=clock.today(visit.zone))
    waits = view.account["state"] == "waiting" and visit.may("POST /payees/{payee_id}/confirm")
    return visit.page(
        "payee.html",
        status=status,
        view=view,
        account=view.account,
        waits=waits,
        is_own=view.account["stated_by_id"] == visit.actor.user_id,
        confirm=confirm,
        refuse=refuse or (new_form(REFUSE) if waits else None),
        wait_days=get_region_terms(visit.db).account_wait_days,
    )


@router.post("/payees/{payee_id}/confirm")
def do_confirm(visit: Visiting, payee_id: int) -> Response:
    """Confirm an account."""
    form = new_form(())
    _refuse_unseen(visit, payee_id)
    with visit.attempt(form):
        confirm_account(visit.db, by=visit.actor, account_id=payee_id)
    if not form.ok:
        return _payee_page(visit, payee_id, confirm=form, status=409)
    return visit.go(f"/payees/{payee_id}", say("Confirmed. The owner is told."))


@router.post("/payees/{payee_id}/refuse")
def do_refuse(visit: Visiting, payee_id: int) -> Response:
    """Refuse an account."""
    form = read_form(REFUSE, visit.texts)
    _refuse_unseen(visit, payee_id)
    if form.ok:
        with visit.attempt(form):
            refuse_account(visit.db, by=visit.actor, account_id=payee_id, reason=form["reason"])
    if not form.ok:
        return _payee_page(visit, payee_id, refuse=form, status=422)
    return visit.go(f"/payees/{payee_id}", say("Refused. The owner is told why."))


def _refuse_unseen(visit: Visit, payee_id: int) -> None:
    """Answer what is not there, or not for this person, as nothing."""
    get_payee_view(visit.db, by=visit.actor, account_id=payee_id, on=clock.today(visit.zone))


def find_tasks(visit: Visit) -> list[Task]:
    """Return that accounts wait, for those who confirm them."""
    if not visit.may("POST /payees/{payee_id}/confirm"):
        return []
    count = count_waiting(visit.db)
    label = say("Confirm bank accounts")
    return [Task(label, "/payees?state=waiting", say("Waiting: {count}", count=count), sum=Sum(count))] if count else []
