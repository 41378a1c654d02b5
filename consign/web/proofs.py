"""The four-way proof of statements: the list of them, and all that shows that one is right and paid."""

from fastapi import APIRouter, Response

from consign.partners.rules import Route
from consign.payments.proof_rules import Overall
from consign.payments.proofs import find_proof_page, get_statement_proof
from consign.sentence import say
from consign.settlement.lists import find_partner_choices
from consign.web.columns import Column
from consign.web.forms import Choice, choices_of
from consign.web.statements import tell_cause
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
COLUMNS = (
    Column("number", say("Statement"), link="/proofs/{number}", below=Column("until_on", say("Until"), kind="day")),
    Column("producer", say("Producer"), below=Column("partner", say("Partner"))),
    Column(
        "due_rp", say("To be paid"), kind="money", link="/statements/{number}", sums="due_rp", total=True,
        below=Column(
            "open_rp", say("Still open"), kind="money", sort=False, link="/statements/{number}", sums="open_rp"
        ),
    ),
    Column("files", say("Sales file"), kind="badge", words="proof_state", sort=False),
    Column("fee", say("Fee"), kind="badge", words="proof_state", sort=False),
    Column("transfer", say("Transfer"), kind="badge", words="proof_state", sort=False),
    Column("word", say("Producer's word"), kind="badge", words="proof_state", sort=False),
    Column("state", say("State"), kind="badge", words="proof_overall", sort=False),
)  # fmt: skip
FILE_COLUMNS = (
    Column("name", say("File"), link="/uploads/{id}"),
    Column("status", say("State"), kind="badge", words="upload_status"),
    Column("received_at", say("Handed in"), kind="moment"),
    Column("lines", say("Lines"), kind="count", total=True),
    Column("sales_rp", say("Sales"), kind="money", total=True),
    Column("fee_rp", say("Fee"), kind="money", total=True),
)
NOTICE_COLUMNS = (
    Column("number", say("Notice"), link="/payments/{number}"),
    Column("paid_on", say("Paid on"), kind="day"),
    Column("amount_rp", say("Amount"), kind="money"),
    Column("proof", say("Proof"), kind="flag"),
    Column("answer", say("Producer's word"), kind="badge", words="payment_answer"),
    Column("answered_at", say("Answered"), kind="moment"),
    Column("withdrawn_at", say("Withdrawn"), kind="moment"),
)
ALLOCATION_COLUMNS = (
    Column("booked_on", say("Day"), kind="day"),
    Column("source", say("What"), kind="word", words="allocation_source"),
    Column("amount_rp", say("Amount"), kind="money", total=True),
    Column("cause", say("Came from"), link="{path}"),
    Column("person", say("By")),
)


@router.get("/proofs")
def show_proofs(visit: Visiting) -> Response:
    """Show, of each statement, how far its four sides are proven."""
    partners = [Choice(code, name) for code, name in find_partner_choices(visit.db, by=visit.actor)]
    return list_page(
        visit,
        "list.html",
        name="proofs",
        caption=say("Proofs"),
        columns=COLUMNS,
        fetch=lambda wish: find_proof_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No statement has anything to be paid yet. Proofs begin with the first closed period."),
        default_sort="-number",
        filters=(
            Filter("partner", say("Partner"), partners),
            Filter("producer", say("Producer's code"), kind="text"),
            Filter("state", say("State"), choices_of("proof_overall", Overall, word)),
            Filter("route", say("Payment route"), choices_of("route", Route, word)),
            Filter("from", say("From"), kind="day"),
            Filter("until", say("Until"), kind="day"),
        ),
        search=say("Search: number, partner or producer"),
        lead=say("A statement is proven by its sales file, its fee, the transfer, and the producer's own word."),
        acts=[],
    )


@router.get("/proofs/{number}")
def show_proof(visit: Visiting, number: str) -> Response:
    """Show all that shows that one statement is right and paid."""
    proof = get_statement_proof(visit.db, by=visit.actor, number=number)
    return visit.page(
        "proof.html",
        proof=proof,
        allocations=[{**one, **tell_cause(visit, one["cause"])} for one in proof.allocations],
        row=proof.row,
        file_columns=FILE_COLUMNS,
        notice_columns=NOTICE_COLUMNS,
        allocation_columns=ALLOCATION_COLUMNS,
    )
