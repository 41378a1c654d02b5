"""Disputes of statements: raising one as a party, the list for both, and the office's answer."""

from fastapi import APIRouter, Response

from consign.errors import BadInput
from consign.listing import parse_id
from consign.models.settlement import Dispute
from consign.partners.queries import get_office_day
from consign.sentence import say
from consign.settlement.dispute_lists import count_waiting, find_adjustments_of, find_dispute_page, get_dispute
from consign.settlement.dispute_rules import DisputedLine, DisputeOutcome
from consign.settlement.disputing import (
    answer_dispute,
    find_disputable_lines,
    find_dispute_day,
    raise_dispute,
    withdraw_dispute,
)
from consign.settlement.queries import get_statement
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.signed_amounts import read_signed_rupiah
from consign.web.sums import Sum
from consign.web.tables import Filter, list_page
from consign.web.tasks import Task
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
SIDES = ("producer", "partner")
RAISE_FIELDS = (
    Field("line", say("What is not right?"), kind="select", required=False,
          hint=say("Blank where it is the statement as a whole.")),
    Field("expected", say("What would be right?"), required=False,
          hint=say("In your own words, such as how many were sold.")),
    Field("reason", say("Why?"), kind="textarea", hint=say("The other side and the dinas read it.")),
)  # fmt: skip
ANSWER_FIELDS = (
    Field("outcome", say("Answer"), kind="radio", choices=(
        Choice("upheld", say("It is right to dispute this")), Choice("rejected", say("The statement is right")),
    )),
    Field("answer", say("Why?"), kind="textarea", hint=say("Both sides read it.")),
    Field("adjustment", say("Correction in rupiah"), read=read_signed_rupiah, required=False, longest=20,
          hint=say("Only where the dispute is right: above zero in the producer's favour, with a minus in the partner's."
                   " Another person approves it.")),
)  # fmt: skip


@router.get("/disputes")
def show_disputes(visit: Visiting) -> Response:
    """Show the disputes that this person may see."""
    actor = visit.actor
    return list_page(
        visit,
        "list.html",
        name="disputes",
        caption=say("Disputes"),
        columns=(
            Column("number", say("Statement"), link="/disputes/{id}"),
            *(() if actor.partner_id is not None else (Column("partner", say("Partner")),)),
            *(() if actor.producer_id is not None else (Column("producer", say("Producer")),)),
            Column("store", say("Store")),
            Column("product", say("Product")),
            Column("side", say("Raised by"), kind="word", words="dispute_side"),
            Column("reason", say("Why"), kind="long"),
            Column("raised_at", say("Raised at"), kind="moment"),
            Column("outcome", say("State"), kind="badge", words="dispute_outcome"),
        ),
        fetch=lambda wish: find_dispute_page(visit.db, by=actor, wish=wish),
        empty=say("Nothing is disputed. A statement is disputed on its own page.")
        if visit.may("GET /statements/{number}/dispute")
        else say("Nothing is disputed. Producers and partners dispute a statement on its page."),
        default_sort="-raised_at",
        filters=(
            Filter("outcome", say("State"), choices_of("dispute_outcome", DisputeOutcome, word)),
            Filter("side", say("Raised by"), choices_of("dispute_side", SIDES, word)),
        ),
        search=say("Search: statement, partner, producer, store, product or reason"),
        lead=say("What a party holds to be wrong in a statement. The statement stays; a following one corrects it."),
        acts=[],
    )


@router.get("/statements/{number}/dispute")
def show_new_dispute(visit: Visiting, number: str) -> Response:
    """Show the form to dispute a statement, or one of its lines."""
    return _new_page(visit, number, new_form(RAISE_FIELDS, line=visit.asked.get("line", "")))


@router.post("/statements/{number}/dispute")
def do_raise_dispute(visit: Visiting, number: str) -> Response:
    """Dispute a statement, or one of its lines."""
    form = read_form(RAISE_FIELDS, visit.texts)
    raised: Dispute | None = None
    if form.ok:
        with visit.attempt(form, line="settlement.disputed_line_unknown"):
            raised = raise_dispute(
                visit.db, by=visit.actor, number=number, line=_read_line(form["line"] or ""),
                expected=form["expected"] or "", reason=form["reason"],
            )  # fmt: skip
    if raised is None:
        return _new_page(visit, number, form, status=422)
    return visit.go(f"/disputes/{raised.id}", say("Your dispute is kept. The dinas answers it."))


def _read_line(text: str) -> DisputedLine | None:
    """Read a choice such as `3:17`, a store and a product, or `3`, all of a store.

    Raises:
        BadInput: it is none.

    """
    if not text:
        return None
    store, _, product = text.partition(":")
    store_id, product_id = parse_id(store), parse_id(product) if product else None
    if store_id is None or (product and product_id is None):
        raise BadInput(say("Choose one of the answers."))
    return DisputedLine(store_id, product_id)


def _new_page(visit: Visit, number: str, form: Form, *, status: int = 200) -> Response:
    found = get_statement(visit.db, by=visit.actor, number=number)
    lines = find_disputable_lines(visit.db, found)
    stores = {one.store_id: one.store for one in lines}
    choices = [
        *(Choice(f"{store_id}", say("{store}: all of it", store=name)) for store_id, name in stores.items()),
        *(Choice(f"{one.store_id}:{one.product_id}", say("{store}: {product}", store=one.store, product=one.product))
          for one in lines),
    ]  # fmt: skip
    last_day = find_dispute_day(visit.db, found["Closing"])
    return visit.page(
        "dispute_new.html",
        status=status,
        form=form.with_choices(line=choices),
        statement=found["Statement"],
        last_day=last_day,
        in_time=get_office_day(visit.db) <= last_day,
    )


@router.get("/disputes/{dispute_id}")
def show_dispute(visit: Visiting, dispute_id: int) -> Response:
    """Show one dispute with its answer, and what this person may do about it."""
    return _dispute_page(visit, dispute_id)


def _dispute_page(visit: Visit, dispute_id: int, *, form: Form | None = None, status: int = 200) -> Response:
    found = get_dispute(visit.db, by=visit.actor, dispute_id=dispute_id)
    waits = found["outcome"] == DisputeOutcome.WAITING
    answers = waits and visit.may("POST /disputes/{dispute_id}/answer")
    own = found["side"] == ("producer" if visit.actor.producer_id is not None else "partner")
    return visit.page(
        "dispute.html",
        status=status,
        dispute=found,
        adjustments=find_adjustments_of(visit.db, dispute_id=dispute_id),
        form=(form or new_form(ANSWER_FIELDS)) if answers else None,
        withdraws=waits and own and visit.may("POST /disputes/{dispute_id}/withdraw"),
    )


@router.post("/disputes/{dispute_id}/answer")
def do_answer_dispute(visit: Visiting, dispute_id: int) -> Response:
    """Answer a dispute; what is right may be proposed as a correction in the same act."""
    get_dispute(visit.db, by=visit.actor, dispute_id=dispute_id)
    form = read_form(ANSWER_FIELDS, visit.texts)
    if form.ok and form["adjustment"] is not None and form["outcome"] != "upheld":
        form.blame("adjustment", say("A statement that is right is not corrected. Leave this blank."))
    if form.ok:
        with visit.attempt(form, adjustment="settlement.adjustment_amount"):
            answer_dispute(
                visit.db, by=visit.actor, dispute_id=dispute_id, uphold=form["outcome"] == "upheld",
                answer=form["answer"], adjustment_rp=form["adjustment"],
            )  # fmt: skip
    if not form.ok:
        return _dispute_page(visit, dispute_id, form=form, status=422)
    return visit.go(f"/disputes/{dispute_id}", say("Answered. Both sides are told."))


@router.post("/disputes/{dispute_id}/withdraw")
def do_withdraw_dispute(visit: Visiting, dispute_id: int) -> Response:
    """Take a dispute back."""
    get_dispute(visit.db, by=visit.actor, dispute_id=dispute_id)
    withdraw_dispute(visit.db, by=visit.actor, dispute_id=dispute_id)
    return visit.go(f"/disputes/{dispute_id}", say("Withdrawn. The other side is told."))


def find_tasks(visit: Visit) -> list[Task]:
    """Return how many disputes wait for the office's answer, and corrections for a decision."""
    answers, decides = (
        visit.may("POST /disputes/{dispute_id}/answer"),
        visit.may("POST /adjustments/{adjustment_id}/decide"),
    )
    disputes, adjustments = count_waiting(visit.db) if answers or decides else (0, 0)
    tasks = []
    if answers and disputes:
        label = say("Disputes to answer: {count}", count=disputes)
        tasks.append(Task(label, "/disputes?outcome=waiting", urgent=True, sum=Sum(disputes)))
    if decides and adjustments:
        label = say("Corrections to decide: {count}", count=adjustments)
        tasks.append(Task(label, "/adjustments?state=waiting", sum=Sum(adjustments)))
    return tasks
