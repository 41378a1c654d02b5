"""Corrections: proposing one, the list, and deciding about what another person proposed."""

from fastapi import APIRouter, Response

from consign.models.settlement import Adjustment
from consign.partners.producer_lists import get_producer_called
from consign.partners.queries import find_partners, get_partner
from consign.sentence import say
from consign.settlement.correcting import decide_adjustment, propose_adjustment
from consign.settlement.dispute_lists import find_adjustment_page, get_adjustment
from consign.settlement.dispute_rules import AdjustmentState
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.lookup import PRODUCER, look_up, suggest_producers
from consign.web.signed_amounts import read_signed_rupiah
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
PROPOSE_FIELDS = (
    Field("partner", say("Partner"), kind="select"),
    PRODUCER,
    Field("amount", say("Amount in rupiah"), read=read_signed_rupiah, longest=20,
          hint=say("Above zero in the producer's favour, with a minus in the partner's: 15.000 or -15.000.")),
    Field("reason", say("Why?"), kind="textarea", hint=say("It stands in the audit trail, and both sides are told.")),
)  # fmt: skip
DECIDE_FIELDS = (
    Field("outcome", say("Decision"), kind="radio", choices=(
        Choice("approved", say("Approve: the next statement takes it")), Choice("refused", say("Refuse")),
    )),
    Field("remark", say("Remark"), required=False),
)  # fmt: skip


@router.get("/adjustments")
def show_adjustments(visit: Visiting) -> Response:
    """Show the corrections that were proposed."""
    may_propose = visit.may("GET /adjustments/new")
    return list_page(
        visit,
        "list.html",
        name="adjustments",
        caption=say("Corrections"),
        columns=(
            Column("partner", say("Partner"), link="/adjustments/{id}"),
            Column("producer", say("Producer")),
            Column("amount_rp", say("Amount"), kind="money", total=True),
            Column("reason", say("Why"), kind="long"),
            Column("proposed_by", say("Proposed by")),
            Column("proposed_at", say("Proposed at"), kind="moment"),
            Column("state", say("State"), kind="badge", words="adjustment_state"),
            Column("number", say("Taken by statement"), link="/statements/{number}"),
        ),
        fetch=lambda wish: find_adjustment_page(visit.db, by=visit.actor, wish=wish),
        empty=say("Nothing was corrected. A closed statement is never changed: the next one takes a correction."),
        default_sort="-proposed_at",
        filters=(Filter("state", say("State"), choices_of("adjustment_state", AdjustmentState, word)),),
        search=say("Search: partner, producer or reason"),
        lead=say("One person proposes a correction, another decides, and the next statement takes it."),
        acts=[("/adjustments/new", say("Propose a correction"))] if may_propose else [],
    )


@router.get("/adjustments/new")
def show_new_adjustment(visit: Visiting) -> Response:
    """Show the form to propose a correction."""
    asked = {name: visit.asked.get(name, "") for name in ("partner", "producer")}
    return _new_page(visit, new_form(_propose_fields(visit), **asked))


def _propose_fields(visit: Visit) -> list[Field]:
    choices = {
        "partner": [Choice(one.code, one.name) for one in find_partners(visit.db)],
        "producer": suggest_producers(visit.db),
    }
    return list(new_form(PROPOSE_FIELDS).with_choices(**choices).fields)


@router.post("/adjustments/new")
def do_propose_adjustment(visit: Visiting) -> Response:
    """Propose a correction."""
    form = read_form(_propose_fields(visit), visit.texts)
    partner = look_up(form, "partner", lambda code: get_partner(visit.db, code))
    producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    proposed: Adjustment | None = None
    if form.ok and partner and producer:
        with visit.attempt(form, amount="settlement.adjustment_amount", producer="settlement.adjustment_pair"):
            proposed = propose_adjustment(
                visit.db, by=visit.actor, partner_id=partner.id, producer_id=producer.id, amount_rp=form["amount"],
                reason=form["reason"],
            )  # fmt: skip
    if proposed is None:
        return _new_page(visit, form, status=422)
    return visit.go(f"/adjustments/{proposed.id}", say("Proposed. Another person decides about it."))


def _new_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Propose a correction"),
        lead=say("It changes no statement that is closed: once another person approved it, the next one takes it."),
        action="/adjustments/new",
        button=say("Propose"),
        back="/adjustments",
        back_to=say("Corrections"),
    )


@router.get("/adjustments/{adjustment_id}")
def show_adjustment(visit: Visiting, adjustment_id: int) -> Response:
    """Show one correction, and what this person may decide about it."""
    return _adjustment_page(visit, adjustment_id)


def _adjustment_page(visit: Visit, adjustment_id: int, *, form: Form | None = None, status: int = 200) -> Response:
    found = get_adjustment(visit.db, by=visit.actor, adjustment_id=adjustment_id)
    waits = found["state"] == AdjustmentState.WAITING
    decides = waits and visit.may("POST /adjustments/{adjustment_id}/decide")
    own = found["proposed_by_id"] == visit.actor.user_id
    return visit.page(
        "adjustment.html",
        status=status,
        adjustment=found,
        form=(form or new_form(DECIDE_FIELDS)) if decides and not own else None,
        takes_back=decides and own,
    )


@router.post("/adjustments/{adjustment_id}/decide")
def do_decide_adjustment(visit: Visiting, adjustment_id: int) -> Response:
    """Approve or refuse a correction."""
    get_adjustment(visit.db, by=visit.actor, adjustment_id=adjustment_id)
    form = read_form(DECIDE_FIELDS, visit.texts)
    if form.ok:
        with visit.attempt(form):
            decide_adjustment(
                visit.db, by=visit.actor, adjustment_id=adjustment_id, approve=form["outcome"] == "approved",
                remark=form["remark"] or "",
            )  # fmt: skip
    if not form.ok:
        return _adjustment_page(visit, adjustment_id, form=form, status=422)
    return visit.go(f"/adjustments/{adjustment_id}", say("Decided."))
