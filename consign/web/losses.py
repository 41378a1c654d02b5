"""Losses of goods: what is missing and what it was worth, who bears it, contesting and deciding."""

from dataclasses import replace

from fastapi import APIRouter, Response

from consign import clock
from consign.sentence import say
from consign.stock.contesting import contest_loss, decide_loss
from consign.stock.loss_lists import LossView, find_loss_page, get_loss_view
from consign.stock.loss_rules import LossState
from consign.stock.rules import BORNE_AS_AGREED, Reason
from consign.web.columns import Column
from consign.web.forms import Field, Form, choices_of, new_form, read_form, read_rate
from consign.web.place_filters import find_place_filters
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
WHY = Field("reason", say("Why?"), kind="textarea")
CONTEST_FIELDS = (
    replace(
        WHY,
        hint=say("What is not right: the number, the value, or who bears it. The other side and the dinas read it."),
    ),
)
DECIDE_FIELDS = (
    Field(
        "share",
        say("Share that the store bears, in percent"),
        read=read_rate,
        inputmode="decimal",
        longest=8,
        hint=say("From 0 to 100; the producer bears the rest."),
    ),
    replace(WHY, hint=say("Producer and store read it.")),
)


@router.get("/losses")
def show_losses(visit: Visiting) -> Response:
    """Show the losses that this person may see."""
    actor = visit.actor
    return list_page(
        visit,
        "list.html",
        name="losses",
        caption=say("Losses of goods"),
        columns=(
            Column("product", say("Product"), link="/losses/{id}"),
            Column("day", say("Day"), kind="day"),
            *(() if actor.store_id is not None else (Column("store", say("Store")),)),
            *(() if actor.producer_id is not None else (Column("producer", say("Producer")),)),
            Column("reason", say("Reason"), kind="word", words="stock_reason"),
            Column("quantity", say("Quantity"), kind="quantity"),
            Column("value_rp", say("Value"), kind="money", total=True),
            Column("store_rp", say("The store bears"), kind="money", total=True),
            Column("producer_rp", say("The producer bears"), kind="money", total=True),
            Column("state", say("State"), kind="badge", words="loss_state"),
            Column("contest_until", say("May be contested until"), kind="day"),
        ),
        fetch=lambda wish: find_loss_page(visit.db, by=actor, on=clock.today(visit.zone), wish=wish),
        empty=say("Nothing was lost. What a count finds missing, and what is written off, stands here."),
        default_sort="-day",
        filters=(
            *find_place_filters(visit),
            Filter("reason", say("Reason"), choices_of("stock_reason", Reason, word)),
            Filter("state", say("State"), choices_of("loss_state", LossState, word)),
            Filter("from", say("From"), kind="day"),
            Filter("until", say("Until"), kind="day"),
        ),
        search=say("Search: product, producer, store or number of a note"),
        lead=say("Valued at what the producer would have got had it been sold. Found again, it is below zero."),
        acts=[],
    )


@router.get("/losses/{loss_id}")
def show_loss(visit: Visiting, loss_id: int) -> Response:
    """Show one loss with its history, and what this person may still say about it."""
    return _loss_page(visit, loss_id)


def _loss_page(
    visit: Visit, loss_id: int, *, contest: Form | None = None, decide: Form | None = None, status: int = 200
) -> Response:
    view = _get_view(visit, loss_id)
    return visit.page(
        "loss.html",
        status=status,
        view=view,
        loss=view.loss,
        contest=(contest or new_form(CONTEST_FIELDS)) if _may_contest(visit, view) else None,
        decide=(decide or new_form(DECIDE_FIELDS)) if _may_decide(visit, view) else None,
        is_agreed=view.loss["reason"] in BORNE_AS_AGREED,
        is_counted=view.loss["note_number"].startswith("SO-"),
        links_producer=visit.may("GET /producers"),
    )


def _get_view(visit: Visit, loss_id: int) -> LossView:
    return get_loss_view(visit.db, by=visit.actor, loss_id=loss_id, on=clock.today(visit.zone))


def _may_contest(visit: Visit, view: LossView) -> bool:
    """Say whether the person may contest it: in time, and if nobody did yet."""
    return visit.may("POST /losses/{loss_id}/contest") and view.loss["state"] == LossState.OPEN


def _may_decide(visit: Visit, view: LossView) -> bool:
    """Say whether the dinas has something to decide: it was contested, or nobody agreed who bears it."""
    state = view.loss["state"]
    waits = state in {LossState.CONTESTED, LossState.UNDECIDED}
    return visit.may("POST /losses/{loss_id}/decide") and (
        waits or (state == LossState.OPEN and view.loss["store_bp"] is None)
    )


@router.post("/losses/{loss_id}/contest")
def do_contest(visit: Visiting, loss_id: int) -> Response:
    """Contest a loss."""
    form = read_form(CONTEST_FIELDS, visit.texts)
    if form.ok:
        with visit.attempt(form):
            contest_loss(visit.db, by=visit.actor, loss_id=loss_id, reason=form["reason"])
    if not form.ok:
        return _loss_page(visit, loss_id, contest=form, status=422)
    return visit.go(f"/losses/{loss_id}", say("The loss is contested. The dinas decides."))


@router.post("/losses/{loss_id}/decide")
def do_decide(visit: Visiting, loss_id: int) -> Response:
    """Decide who bears a loss."""
    form = read_form(DECIDE_FIELDS, visit.texts)
    if form.ok:
        with visit.attempt(form):
            decide_loss(visit.db, by=visit.actor, loss_id=loss_id, store_bp=form["share"], reason=form["reason"])
    if not form.ok:
        return _loss_page(visit, loss_id, decide=form, status=422)
    return visit.go(f"/losses/{loss_id}", say("Decided. Both sides are told."))
