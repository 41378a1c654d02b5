"""Payouts: the batches, planning one, and what is done with it. A producer sees the payouts to itself."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response

from consign.listing import Found, Row, Wish
from consign.models.payouts import PayoutBatch
from consign.money import Rupiah
from consign.partners.queries import get_office_day
from consign.payouts.approving import approve_batch, cancel_batch
from consign.payouts.bank_lines import confirm_payouts, propose_payouts
from consign.payouts.bank_rules import PayoutProposal
from consign.payouts.exporting import FORMATS, LAYOUT, export_batch, make_sheet
from consign.payouts.lists import (
    BATCH_STATES,
    PAYOUT_STATES,
    STANDING,
    find_bank_choices,
    find_batch_page,
    find_payout_page,
    get_batch_row,
)
from consign.payouts.planning import plan_payouts, preview_plan
from consign.payouts.rules import HAND_OVER_STATES, BatchUnknown, Plan, explain_left_out
from consign.payouts.sending import send_batch
from consign.payouts.templates import find_templates
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form, read_id
from consign.web.tables import Filter, find_download, list_page, show_table
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word
from reports.payout_files import write_generic_csv
from reports.payout_text import Changed

router = APIRouter(route_class=PageRoute)
ACCOUNT = Field("account", say("Bank account that pays"), read=read_id, kind="select")
DAY = Field("on", say("Day on which the bank pays"), read=read_day, kind="date")
REASON = Field("reason", say("Why?"), kind="textarea")
SEND = (DAY,)
CANCEL = (REASON,)
MOST_CHANGES = 20
PAYOUT_COLUMNS = (
    Column("reference", say("Payout"), link="/payouts/{batch}/{reference}"),
    Column("payee", say("Payee")),
    Column("bank", say("Bank")),
    Column("number", say("Account"), sort=False),
    Column("holder", say("In the name of")),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("state", say("State"), kind="badge", words="payout"),
    Column("answer", say("Producer says"), kind="badge", words="payout_answer"),
)
OWN_COLUMNS = (
    Column("reference", say("Payout"), link="/payouts/{batch}/{reference}"),
    Column("day", say("Day"), kind="day"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("bank", say("Bank")),
    Column("state", say("State"), kind="badge", words="payout"),
    Column("answer", say("You said"), kind="badge", words="payout_answer"),
)
BATCH_COLUMNS = (
    Column("number", say("Payout batch"), link="/payouts/{number}", below=Column("account", say("Bank account"))),
    Column(
        "state", say("State"), kind="badge", words="payout_batch", below=Column("sent_on", say("Sent on"), kind="day")
    ),
    Column(
        "payouts", say("Payouts"), kind="count", total=True, link="/payouts/{number}?state=standing", sums="all_rows"
    ),
    Column(
        "total_rp", say("Total"), kind="money", total=True, link="/payouts/{number}?state=standing", sums="amount_rp"
    ),
    Column(
        "to_find",
        say("Not found at the bank yet"),
        kind="count",
        total=True,
        link="/payouts/{number}?state=sent",
        sums="all_rows",
    ),
    Column(
        "returned", say("Returned"), kind="count", total=True, link="/payouts/{number}?state=returned", sums="all_rows"
    ),
    Column("planned_by", say("Planned by"), below=Column("approved_by", say("Approved by"))),
)
PLAN_COLUMNS = (
    Column("name", say("Payee")),
    Column("members", say("Parts"), kind="count"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
)
LEFT_OUT_COLUMNS = (
    Column("name", say("Payee")),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("why", say("Why not"), kind="long"),
)


@router.get("/payouts")
def show_payouts(visit: Visiting) -> Response:
    """Show the batches, or to a producer the payouts to it."""
    if visit.actor.producer_id is not None:
        return list_page(
            visit, "list.html", name="payouts", caption=say("Payouts"), columns=OWN_COLUMNS,
            fetch=lambda wish: find_payout_page(visit.db, by=visit.actor, wish=wish),
            empty=say("Nothing was paid out to you by the office yet. What the office sends you appears here."), default_sort="-reference",
            filters=(Filter("state", say("State"), choices_of("payout", PAYOUT_STATES, word)),),
            search=say("Search: reference"),
            lead=say("What the office paid to your account, or to your cooperative for you. Say whether it came."),
            acts=[("/payees", say("Your bank account"))],
        )  # fmt: skip
    accounts = [Choice(code, label) for _, code, label in find_bank_choices(visit.db)]
    acts = [("/payouts/new", say("Plan payouts"))] if visit.may("GET /payouts/new") else []
    acts += [("/payout-templates", say("Layouts of files"))] if visit.may("GET /payout-templates") else []
    return list_page(
        visit, "list.html", name="payouts", caption=say("Payouts"), columns=BATCH_COLUMNS,
        fetch=lambda wish: find_batch_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No payouts were planned yet. Plan some once partners have paid into an account of the office.")
        if visit.may("GET /payouts/new")
        else say("No payouts were planned yet. Dinas finance plans some once partners have paid to the office."),
        default_sort="-number",
        filters=(
            Filter("state", say("State"), choices_of("payout_batch", BATCH_STATES, word)),
            Filter("account", say("Bank account"), accounts),
        ),
        search=say("Search: number or bank account"),
        lead=say("What partners paid to the office goes on to producers in batches that two people look at."),
        acts=acts,
    )  # fmt: skip


def _plan_fields(visit: Visit) -> Sequence[Field]:
    choices = [Choice(str(one), label) for one, _, label in find_bank_choices(visit.db)]
    return (Field(ACCOUNT.name, ACCOUNT.label, read=read_id, kind="select", choices=choices), DAY)


@router.get("/payouts/new")
def show_new_batch(visit: Visiting) -> Response:
    """Show who would be paid, how much, and why not others."""
    fields = _plan_fields(visit)
    first = fields[0].choices[0].value if fields[0].choices else ""
    asked = {
        "account": visit.asked.get("account") or first,
        "on": visit.asked.get("on") or str(get_office_day(visit.db)),
    }
    return _new_page(visit, read_form(fields, asked))


def _new_page(visit: Visit, form: Form) -> Response:
    plan: Plan | None = None
    if form.ok:
        try:
            plan = preview_plan(visit.db, by=visit.actor, bank_account_id=form["account"], on=form["on"])
        except BatchUnknown as error:
            form.blame(None, error.sentence)
    status = 200 if form.ok or not form.fields[0].choices else 422
    return visit.page(
        "payout_new.html",
        status=status,
        form=form,
        plan=plan,
        plan_columns=PLAN_COLUMNS,
        left_columns=LEFT_OUT_COLUMNS,
        planned=[
            {"name": one.payee.name, "members": len(one.parts), "amount_rp": one.amount_rp}
            for one in (plan.payouts if plan else ())
        ],
        left_out=[
            {"name": one.payee.name, "amount_rp": one.amount_rp, "why": explain_left_out(one.reason, one.facts)}
            for one in (plan.left_out if plan else ())
        ],
        no_account=not form.fields[0].choices,
    )


@router.post("/payouts/new")
def do_plan(visit: Visiting) -> Response:
    """Plan a batch."""
    form = read_form(_plan_fields(visit), visit.texts)
    batch: PayoutBatch | None = None
    if form.ok:
        with visit.attempt(form):
            batch = plan_payouts(visit.db, by=visit.actor, bank_account_id=form["account"], on=form["on"])
    if batch is None:
        return _new_page(visit, form)
    return visit.go(
        f"/payouts/{batch.number}", say("Batch {number} is planned. Another person approves it.", number=batch.number)
    )


@router.get("/payouts/{batch_number}")
def show_batch(visit: Visiting, batch_number: str) -> Response:
    """Show one batch with its payouts, and what may be done with it."""
    return _batch_page(visit, batch_number)


def _batch_page(
    visit: Visit, number: str, *, form: Form | None = None, send: Form | None = None, cancel: Form | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    batch = get_batch_row(visit.db, by=visit.actor, number=number)

    def fetch(wish: Wish) -> Found:
        return find_payout_page(visit.db, by=visit.actor, wish=wish, batch_id=batch["id"])

    states = (Choice(STANDING, say("all but those taken out")), *choices_of("payout", PAYOUT_STATES, word))
    filters = (Filter("state", say("State"), states),)
    download = find_download(
        visit, name=number, columns=PAYOUT_COLUMNS, fetch=fetch, filters=filters, default_sort="reference"
    )
    if download is not None:
        return download
    table = show_table(
        visit, caption=say("Payouts"), columns=PAYOUT_COLUMNS, fetch=fetch, filters=filters, default_sort="reference",
        empty=say("There is no payout in this batch."), search=say("Search: reference, payee or name"),
    )  # fmt: skip
    proposals = _find_proposals(visit, batch)
    return visit.page(
        "payout_batch.html",
        status=status,
        batch=batch,
        table=table,
        form=form,
        send=send
        or (new_form(SEND, on=get_office_day(visit.db)) if _may(visit, batch, "send", ("approved",)) else None),
        cancel=cancel or (new_form(CANCEL) if _may(visit, batch, "cancel", ("planned", "approved")) else None),
        may_approve=_may(visit, batch, "approve", ("planned",)),
        is_own=batch["planned_by_id"] == visit.actor.user_id,
        left_columns=LEFT_OUT_COLUMNS,
        left_out=[{**one, "why": explain_left_out(one["reason"], one["facts"])} for one in batch["left_out"]],
        proposals=[_tell_proposal(one) for one in proposals],
        downloads=_find_formats(visit, batch),
        changes=_find_changes(visit, batch),
    )


def _may(visit: Visit, batch: Row, act: str, states: Sequence[str]) -> bool:
    return batch["state"] in states and visit.may(f"POST /payouts/{{batch_number}}/{act}")


def _find_proposals(visit: Visit, batch: Row) -> list[PayoutProposal]:
    """Return which lines of the bank's statement are payouts of this batch."""
    if not batch["to_find"] or not visit.may("POST /payouts/{batch_number}/found"):
        return []
    return propose_payouts(visit.db, account_id=batch["bank_account_id"], batch=batch["number"])


def _tell_proposal(one: PayoutProposal) -> dict[str, Any]:
    return {
        "lines": ",".join(map(str, one.line_ids)),
        "payouts": ",".join(map(str, one.payout_ids)),
        "amount": Rupiah(one.amount_rp),
        "count": len(one.payout_ids),
        "why": one.why,
        "certain": one.certain,
    }


def _find_formats(visit: Visit, batch: Row) -> list[tuple[str, str]]:
    if batch["state"] not in HAND_OVER_STATES or not visit.may("GET /payouts/{batch_number}/file"):
        return []
    names = {"bca": say("KlikBCA Bisnis"), "csv": say("Plain CSV"), "pain": say("ISO 20022 (XML)")}
    layouts = [(f"{LAYOUT}{one.name}", one.name) for one in find_templates(visit.db)]
    return [
        (f"/payouts/{batch['number']}/file?format={quote(code)}", label) for code, label in [*names.items(), *layouts]
    ]


def _find_changes(visit: Visit, batch: Row) -> list[Changed]:
    """Return which names the bank's file writes otherwise, since banks take few signs: told until it is handed over."""
    if batch["state"] != "approved" or not visit.may("GET /payouts/{batch_number}/file"):
        return []
    sheet = make_sheet(visit.db, visit.db.get_one(PayoutBatch, batch["id"]), on=get_office_day(visit.db))
    try:
        return list(write_generic_csv(sheet).changes[:MOST_CHANGES])
    except ValueError:
        return []  # books that do not tie are named when the file is asked for


@router.get("/payouts/{batch_number}/file")
def download_file(visit: Visiting, batch_number: str) -> Response:
    """Answer with the batch as a file for the bank."""
    batch = get_batch_row(visit.db, by=visit.actor, number=batch_number)
    wanted = visit.asked.get("format", "")
    known = wanted if wanted in FORMATS or wanted.startswith(LAYOUT) else f"{LAYOUT}{wanted}"
    file = export_batch(visit.db, by=visit.actor, batch_id=batch["id"], format=known, on=get_office_day(visit.db))
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.post("/payouts/{batch_number}/approve")
def do_approve(visit: Visiting, batch_number: str) -> Response:
    """Approve a batch."""
    batch = get_batch_row(visit.db, by=visit.actor, number=batch_number)
    form = new_form(())
    with visit.attempt(form):
        approve_batch(visit.db, by=visit.actor, batch_id=batch["id"])
    if not form.ok:
        return _batch_page(visit, batch_number, form=form, status=409)
    return visit.go(f"/payouts/{batch_number}", say("Approved. Finance may now hand it to the bank."))


@router.post("/payouts/{batch_number}/cancel")
def do_cancel(visit: Visiting, batch_number: str) -> Response:
    """Cancel a batch."""
    batch = get_batch_row(visit.db, by=visit.actor, number=batch_number)
    form = read_form(CANCEL, visit.texts)
    if form.ok:
        with visit.attempt(form):
            cancel_batch(visit.db, by=visit.actor, batch_id=batch["id"], reason=form["reason"])
    if not form.ok:
        return _batch_page(visit, batch_number, cancel=form, status=422)
    return visit.go(f"/payouts/{batch_number}", say("The batch is cancelled. Its money may be planned again."))


@router.post("/payouts/{batch_number}/send")
def do_send(visit: Visiting, batch_number: str) -> Response:
    """Note that a batch was handed to the bank."""
    batch = get_batch_row(visit.db, by=visit.actor, number=batch_number)
    form = read_form(SEND, visit.texts)
    if form.ok:
        with visit.attempt(form):
            send_batch(visit.db, by=visit.actor, batch_id=batch["id"], on=form["on"])
    if not form.ok:
        return _batch_page(visit, batch_number, send=form, status=422)
    return visit.go(f"/payouts/{batch_number}", say("Noted. Everybody who is paid is told."))


@router.post("/payouts/{batch_number}/found")
def do_find(visit: Visiting, batch_number: str) -> Response:
    """Confirm that lines of the bank's statement are payouts, as was proposed."""
    batch = get_batch_row(visit.db, by=visit.actor, number=batch_number)
    form = new_form(())
    chosen = (visit.texts.get("lines", ""), visit.texts.get("payouts", ""))
    proposal = next(
        (one for one in _find_proposals(visit, batch) if chosen == _as_texts(one)),
        None,
    )
    if proposal is None:
        form.blame(None, say("What was proposed has changed meanwhile; nothing was posted. Look at it once more."))
    else:
        with visit.attempt(form):
            confirm_payouts(
                visit.db, by=visit.actor, line_ids=proposal.line_ids, payout_ids=proposal.payout_ids,
                rule=proposal.rule, why=proposal.why,
            )  # fmt: skip
    if not form.ok:
        return _batch_page(visit, batch_number, form=form, status=409)
    return visit.go(f"/payouts/{batch_number}", say("Found. The producers are told."))


def _as_texts(one: PayoutProposal) -> tuple[str, str]:
    told = _tell_proposal(one)
    return told["lines"], told["payouts"]


def find_tasks(visit: Visit) -> list[Task]:
    """Return the batches that wait for somebody who may go on with them."""
    tasks: list[Task] = []
    for state, route, label in (
        ("planned", "POST /payouts/{batch_number}/approve", say("Approve payouts")),
        ("approved", "POST /payouts/{batch_number}/send", say("Hand payouts to the bank")),
    ):
        if visit.may(route):
            found = find_batch_page(visit.db, by=visit.actor, wish=Wish(filters={"state": state}, rows=3)).rows
            tasks += [
                Task(
                    label,
                    f"/payouts/{one['number']}",
                    say("{number}: {total}", number=one["number"], total=Rupiah(one["total_rp"])),
                )
                for one in found
            ]
    return tasks
