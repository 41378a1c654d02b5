"""Small rests that will not be paid: proposed by one person, decided by another."""

from fastapi import APIRouter, Response

from consign.identity.rules import Act
from consign.partners.lists import find_partners_seen
from consign.partners.queries import get_region_terms
from consign.payments.match_lists import find_write_off_page, get_open_statement, get_write_off_row
from consign.payments.writing_off import BEARERS, WRITTEN_OFF_FOR, decide_write_off, propose_write_off
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form, read_rupiah
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
OUTCOMES = ("waiting", "approved", "refused")
NEW_FIELDS = (
    Field("statement", say("Statement"), kind="hidden"),
    Field("amount", say("Amount to write off"), read=read_rupiah, inputmode="numeric", longest=20),
    Field(
        "difference", say("Why it is missing"), kind="radio", choices=choices_of("difference", WRITTEN_OFF_FOR, word)
    ),
    Field("borne_by", say("Who bears it"), kind="radio", choices=choices_of("bearer", BEARERS, word)),
    Field("remark", say("Remark"), kind="textarea", required=False),
)
DECIDE_FIELDS = (
    Field(
        "outcome", say("Decision"), kind="radio", choices=choices_of("write_off_decision", ["approve", "refuse"], word)
    ),
    Field("reason", say("Why?"), kind="textarea", required=False, hint=say("Needed where it is refused.")),
)


@router.get("/write-offs")
def show_write_offs(visit: Visiting) -> Response:
    """Show rests that are, or may be, written off."""
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_PARTNERS)
    return list_page(
        visit,
        "list.html",
        name="write-offs",
        caption=say("Rests written off"),
        columns=(
            Column("number", say("Statement"), link="/write-offs/{id}"),
            Column("partner", say("Partner")),
            Column("producer", say("Producer")),
            Column("amount_rp", say("Amount"), kind="money", total=True),
            Column("reason_code", say("Why it is missing"), kind="word", words="difference"),
            Column("borne_by", say("Who bears it"), kind="word", words="bearer"),
            Column("proposer", say("Proposed by")),
            Column("proposed_at", say("Proposed at"), kind="moment"),
            Column("outcome", say("State"), kind="badge", words="write_off_outcome"),
            Column("decider", say("Decided by")),
        ),
        fetch=lambda wish: find_write_off_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No rest was written off. It is proposed from an open statement on the page of matching."),
        default_sort="-proposed_at",
        filters=(
            Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners]),
            Filter("outcome", say("State"), choices_of("write_off_outcome", OUTCOMES, word)),
            Filter("borne_by", say("Who bears it"), choices_of("bearer", BEARERS, word)),
        ),
        search=say("Search: statement, partner, producer, remark"),
        lead=say("One person proposes, another decides. The settings say how much of one statement at most."),
        acts=[],
    )


@router.get("/write-offs/new")
def show_new_write_off(visit: Visiting) -> Response:
    """Show the form to propose that a rest of a statement is written off."""
    return _new_page(visit, visit.asked.get("statement", ""))


def _new_page(visit: Visit, number: str, *, form: Form | None = None, status: int = 200) -> Response:
    statement = get_open_statement(visit.db, by=visit.actor, number=number)
    most = get_region_terms(visit.db).near_amount_rp
    suggested = f"{min(statement['open_rp'], most):,}".replace(",", ".")
    return visit.page(
        "write_off_new.html",
        status=status,
        statement=statement,
        most_rp=most,
        form=form or new_form(NEW_FIELDS, statement=number, amount=suggested),
    )


@router.post("/write-offs/new")
def do_propose(visit: Visiting) -> Response:
    """Propose that a rest of a statement is written off."""
    number = visit.texts.get("statement", "")
    statement = get_open_statement(visit.db, by=visit.actor, number=number)
    form = read_form(NEW_FIELDS, visit.texts)
    row_id = 0
    if form.ok:
        with visit.attempt(form):
            row_id = propose_write_off(
                visit.db, by=visit.actor, statement_id=statement["id"], amount_rp=form["amount"],
                reason_code=form["difference"], borne_by=form["borne_by"], remark=form["remark"] or "",
            ).id  # fmt: skip
    if not form.ok:
        return _new_page(visit, number, form=form, status=422)
    return visit.go(f"/write-offs/{row_id}", say("Proposed. Another person decides."))


@router.get("/write-offs/{write_off_id}")
def show_write_off(visit: Visiting, write_off_id: int) -> Response:
    """Show one write-off, and the form to decide about it for whoever may."""
    return _page(visit, write_off_id)


def _page(visit: Visit, write_off_id: int, *, decide: Form | None = None, status: int = 200) -> Response:
    row = get_write_off_row(visit.db, by=visit.actor, write_off_id=write_off_id)
    waits = row["outcome"] == "waiting"
    own = row["proposed_by"] == visit.actor.user_id
    may = waits and not own and visit.may("POST /write-offs/{write_off_id}/decide")
    return visit.page(
        "write_off.html",
        status=status,
        row=row,
        own=own and waits,
        decide=(decide or new_form(DECIDE_FIELDS)) if may else None,
        links_statements=visit.may("GET /statements"),
    )


@router.post("/write-offs/{write_off_id}/decide")
def do_decide(visit: Visiting, write_off_id: int) -> Response:
    """Approve or refuse a write-off."""
    form = read_form(DECIDE_FIELDS, visit.texts)
    if form.ok:
        with visit.attempt(form):
            decide_write_off(
                visit.db, by=visit.actor, write_off_id=write_off_id, approve=form["outcome"] == "approve",
                reason=form["reason"] or "",
            )  # fmt: skip
    if not form.ok:
        return _page(visit, write_off_id, decide=form, status=422)
    return visit.go(f"/write-offs/{write_off_id}", say("Decided."))
