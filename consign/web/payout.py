"""One payout: what it is made of, taking it out, finding it at the bank, its return, and what the producer says."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from consign.models.payouts import Payout
from consign.money import Rupiah
from consign.partners.queries import get_office_day
from consign.payouts.answers import ANSWERS, answer_payout
from consign.payouts.approving import take_out
from consign.payouts.bank_lines import (
    confirm_payouts,
    find_payout_lines,
    find_return_lines,
    return_payout,
    undo_confirmation,
)
from consign.payouts.lists import PayoutView, get_payout_view
from consign.payouts.undoing_returns import undo_return
from consign.sentence import say
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form, read_id
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
REASON = Field("reason", say("Why?"), kind="textarea")
TAKE_OUT = (REASON,)
UNDO = (REASON,)
LINE = Field("line", say("Line of the bank's statement"), read=read_id, kind="select")
RETURN = (
    Field("on", say("Day on which it came back"), read=read_day, kind="date"),
    replace(REASON, hint=say("As the bank says it, such as a closed account. The producer reads it.")),
)
ANSWER = (
    Field("answer", say("Did the money come?"), kind="radio", choices=choices_of("payout_answer", ANSWERS, word)),
    Field("remark", say("Remark"), kind="textarea", required=False),
)
PLACE = "/payouts/{batch_number}/{payout_reference}"


@router.get("/payouts/{batch_number}/{payout_reference}")
def show_payout(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Show one payout with its parts."""
    return _payout_page(visit, batch_number, payout_reference)


def _payout_page(visit: Visit, number: str, reference: str, *, status: int = 200, **forms: Form | None) -> Response:
    """Show a payout; *forms* are those that were not right yet, by their name."""
    view = get_payout_view(visit.db, by=visit.actor, number=number, reference=reference)
    state = view.payout["state"]
    lines = _line_fields(visit, view)
    may = {
        "out": view.payout["batch_state"] in {"planned", "approved"} and state == "planned",
        "found": state == "sent",
        "return": state in {"sent", "paid"},
        "undo": state == "paid",
        "undo-return": state == "returned",
        "answer": state == "paid" and visit.actor.producer_id is not None,
    }
    fresh = {
        "out": new_form(TAKE_OUT),
        "found": new_form(lines["found"]),
        "return": new_form((*lines["return"], *RETURN), on=get_office_day(visit.db)),
        "undo": new_form(UNDO),
        "undo-return": new_form(UNDO),
        "answer": new_form(ANSWER),
    }
    shown = {
        name: forms.get(name) or form
        for name, form in fresh.items()
        if name in forms or (may[name] and visit.may(f"POST {PLACE}/{name}"))
    }
    return visit.page(
        "payout.html", status=status, view=view, payout=view.payout, forms=shown,
        of_producer=visit.actor.producer_id is not None,
    )  # fmt: skip


def _line_fields(visit: Visit, view: PayoutView) -> dict[str, Sequence[Field]]:
    """Return which lines may be chosen: those out of the account for a payout, those into it for its return."""
    fields: dict[str, Sequence[Field]] = {"found": (), "return": ()}
    if view.payout["state"] not in {"sent", "paid"} or not visit.may(f"POST {PLACE}/return"):
        return fields
    payout = visit.db.get_one(Payout, view.payout["id"])
    name, find = ("found", find_payout_lines) if payout.state == "sent" else ("return", find_return_lines)
    lines = find(visit.db, payout, account_id=view.payout["bank_account_id"])
    choices = [
        Choice(
            str(one.id),
            say(
                "{day}, {amount}: {words}", day=one.booked_on, amount=Rupiah(one.amount_rp), words=one.description[:80]
            ),
        )
        for one in lines
    ]
    fields[name] = (replace(LINE, choices=choices),)
    return fields


def _get_id(visit: Visit, number: str, reference: str) -> PayoutView:
    return get_payout_view(visit.db, by=visit.actor, number=number, reference=reference)


@router.post("/payouts/{batch_number}/{payout_reference}/out")
def do_take_out(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Take a payout out of its batch."""
    view = _get_id(visit, batch_number, payout_reference)
    form = read_form(TAKE_OUT, visit.texts)
    if form.ok:
        with visit.attempt(form):
            take_out(visit.db, by=visit.actor, payout_id=view.payout["id"], reason=form["reason"])
    if not form.ok:
        return _payout_page(visit, batch_number, payout_reference, status=422, out=form)
    return visit.go(f"/payouts/{batch_number}", say("Payout {reference} was taken out.", reference=payout_reference))


@router.post("/payouts/{batch_number}/{payout_reference}/found")
def do_find(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Say which line of the bank's statement a payout is."""
    view = _get_id(visit, batch_number, payout_reference)
    form = read_form(_line_fields(visit, view)["found"] or (replace(LINE, kind="hidden"),), visit.texts)
    if form.ok:
        with visit.attempt(form):
            confirm_payouts(
                visit.db, by=visit.actor, line_ids=[form["line"]], payout_ids=[view.payout["id"]]
            )  # fmt: skip
    if not form.ok:
        return _payout_page(visit, batch_number, payout_reference, status=422, found=form)
    return visit.go(f"/payouts/{batch_number}/{payout_reference}", say("Found. The producers are told."))


@router.post("/payouts/{batch_number}/{payout_reference}/undo")
def do_undo(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Take back that a line of the bank's statement is this payout, and all that were found with it."""
    view = _get_id(visit, batch_number, payout_reference)
    form = read_form(UNDO, visit.texts)
    if form.ok:
        with visit.attempt(form):
            undo_confirmation(
                visit.db, by=visit.actor, match_id=view.payout["match_id"] or 0, reason=form["reason"]
            )  # fmt: skip
    if not form.ok:
        return _payout_page(visit, batch_number, payout_reference, status=422, undo=form)
    return visit.go(f"/payouts/{batch_number}/{payout_reference}", say("Taken back. The line is free again."))


@router.post("/payouts/{batch_number}/{payout_reference}/return")
def do_return(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Note that a payout came back."""
    view = _get_id(visit, batch_number, payout_reference)
    form = read_form((*_line_fields(visit, view)["return"], *RETURN), visit.texts)
    if form.ok:
        with visit.attempt(form):
            return_payout(
                visit.db, by=visit.actor, payout_id=view.payout["id"], on=form["on"], reason=form["reason"],
                line_id=form.values.get("line"),
            )  # fmt: skip
    if not form.ok:
        return _payout_page(visit, batch_number, payout_reference, status=422, **{"return": form})
    return visit.go(f"/payouts/{batch_number}/{payout_reference}", say("Noted. The money is payable again."))


@router.post("/payouts/{batch_number}/{payout_reference}/undo-return")
def do_undo_return(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Take back that a payout came back, which was noted by mistake."""
    view = _get_id(visit, batch_number, payout_reference)
    form = read_form(UNDO, visit.texts)
    if form.ok:
        with visit.attempt(form):
            undo_return(visit.db, by=visit.actor, payout_id=view.payout["id"], reason=form["reason"])
    if not form.ok:
        return _payout_page(visit, batch_number, payout_reference, status=422, **{"undo-return": form})
    return visit.go(
        f"/payouts/{batch_number}/{payout_reference}", say("Taken back. The payout stands as before it was returned.")
    )


@router.post("/payouts/{batch_number}/{payout_reference}/answer")
def do_answer(visit: Visiting, batch_number: str, payout_reference: str) -> Response:
    """Say as a producer whether the money came."""
    view = _get_id(visit, batch_number, payout_reference)
    form = read_form(ANSWER, visit.texts)
    if form.ok:
        with visit.attempt(form):
            answer_payout(
                visit.db, by=visit.actor, payout_id=view.payout["id"], producer_id=visit.actor.producer_id or 0,
                answer=form["answer"], remark=form["remark"] or "",
            )  # fmt: skip
    if not form.ok:
        return _payout_page(visit, batch_number, payout_reference, status=422, answer=form)
    return visit.go(f"/payouts/{batch_number}/{payout_reference}", say("Thank you. The office reads your answer."))
