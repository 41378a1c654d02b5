"""Closing a bank account of the office, and reopening it."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from consign.banking.accounts import reopen_bank_account
from consign.partners.queries import get_office_day
from consign.payouts.closing_accounts import close_office_account
from consign.sentence import load_sentence, say
from consign.web.bank import get_account
from consign.web.forms import Field, Form, new_form, read_day, read_form
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
CLOSED_ON = Field(
    "closed_on", say("Last day on which it was used"), read=read_day, kind="date", hint=say("That day included; it may not lie ahead.")
)  # fmt: skip


@router.get("/bank/{bank_code}/close")
def show_close_account(visit: Visiting, bank_code: str) -> Response:
    """Show the form to close an account of the office."""
    get_account(visit, bank_code)
    today = get_office_day(visit.db)
    return _close_page(visit, bank_code, new_form((CLOSED_ON,), closed_on=today))


def _close_page(visit: Visit, code: str, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        title=say("Close the account"),
        lead=say(
            "A closed account takes no new bank statement and pays nobody; all of it can still be read. It is closed only once"
            " nothing of it is unallocated and no payouts of it are open."
        ),
        form=form,
        action=f"/bank/{quote(code)}/close",
        button=say("Close the account"),
        back=f"/bank/{quote(code)}",
        back_to=code,
    )


@router.post("/bank/{bank_code}/close")
def do_close_account(visit: Visiting, bank_code: str) -> Response:
    """Close an account of the office; what stands in the way is said."""
    get_account(visit, bank_code)
    form = read_form((CLOSED_ON,), visit.texts)
    if form.ok:
        with visit.attempt(form, closed_on="input.bad"):
            close_office_account(visit.db, by=visit.actor, code=bank_code, closed_on=form["closed_on"])
    if not form.ok:
        return _close_page(visit, bank_code, form, status=422)
    return visit.go(f"/bank/{quote(bank_code)}", say("The account {code} was closed.", code=bank_code))


@router.post("/bank/{bank_code}/reopen")
def do_reopen_account(visit: Visiting, bank_code: str) -> Response:
    """Let an account of the office be used again."""
    get_account(visit, bank_code)
    form = Form(())
    told = say("The account {code} is used again.", code=bank_code)
    with visit.attempt(form):
        reopen_bank_account(visit.db, by=visit.actor, code=bank_code)
    return visit.go(f"/bank/{quote(bank_code)}", told if form.ok else load_sentence(form.problems[""]))
