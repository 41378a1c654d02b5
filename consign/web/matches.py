"""What lines of the bank's statement were said to be, by whom and why, and taking it back."""

from fastapi import APIRouter, Response

from consign.payments.accepting import OWN_KINDS, undo_match
from consign.payments.match_kinds import MatchKind
from consign.payments.match_lists import find_accounts, find_match_page, get_match_view
from consign.sentence import load_sentence, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
UNDO_FIELDS = (
    Field(
        "reason",
        say("Why is it not right?"),
        kind="textarea",
        hint=say("The lines are free again, and what they paid is open again."),
    ),
)


@router.get("/matches")
def show_matches(visit: Visiting) -> Response:
    """Show what was matched."""
    accounts = find_accounts(visit.db, by=visit.actor)
    return list_page(
        visit,
        "list.html",
        name="matches",
        caption=say("Matched lines"),
        columns=(
            Column("lines", say("What the bank wrote"), link="/matches/{id}"),
            Column("booked_on", say("Day"), kind="day"),
            Column("account", say("Bank account")),
            Column("kind", say("Kind of match"), kind="word", words="match_kind"),
            Column("amount_rp", say("Amount"), kind="money", link="/matches/{id}", sums="amount_rp", total=True),
            Column("partner", say("Partner")),
            Column("statements", say("Statements")),
            Column("rule", say("By which rule"), kind="word", words="match_rule"),
            Column("certain", say("Certain"), kind="flag"),
            Column("reason_code", say("Difference"), kind="word", words="difference"),
            Column("person", say("Posted by")),
            Column("made_at", say("Posted at"), kind="moment"),
            Column("state", say("State"), kind="badge", words="match_state"),
        ),
        fetch=lambda wish: find_match_page(visit.db, by=visit.actor, wish=wish),
        empty=say("Nothing was matched yet. It is done on the page of matching."),
        default_sort="-made_at",
        filters=(
            Filter("account", say("Bank account"), [Choice(one["code"], one["code"]) for one in accounts]),
            Filter("kind", say("Kind of match"), choices_of("match_kind", MatchKind, word)),
            Filter("how", say("How"), choices_of("match_how", ["certain", "person"], word)),
            Filter("state", say("State"), choices_of("match_state", ["standing", "undone"], word)),
            Filter("line", say("Number of a line"), kind="text"),
            Filter("from", say("From"), kind="day"),
            Filter("until", say("Until"), kind="day"),
        ),
        search=say("Search: words of the bank, statement, partner, person"),
        lead=say("What each line of the bank's statement was said to be, by whom, and why."),
        acts=[("/matching", say("Matching"))],
    )


@router.get("/matches/{match_id}")
def show_match(visit: Visiting, match_id: int) -> Response:
    """Show one match with its lines, what it paid, and why."""
    return _match_page(visit, match_id)


def _match_page(visit: Visit, match_id: int, *, undo: Form | None = None, status: int = 200) -> Response:
    view = get_match_view(visit.db, by=visit.actor, match_id=match_id)
    may = view.match.undone_at is None and view.match.kind in OWN_KINDS and visit.may("POST /matches/{match_id}/undo")
    return visit.page(
        "match.html",
        status=status,
        view=view,
        match=view.match,
        why=[load_sentence(one) for one in view.match.why],
        undo=(undo or new_form(UNDO_FIELDS)) if may else None,
        links_statements=visit.may("GET /statements"),
    )


@router.post("/matches/{match_id}/undo")
def do_undo(visit: Visiting, match_id: int) -> Response:
    """Take a match back."""
    form = read_form(UNDO_FIELDS, visit.texts)
    if form.ok:
        with visit.attempt(form):
            undo_match(visit.db, by=visit.actor, match_id=match_id, reason=form["reason"])
    if not form.ok:
        return _match_page(visit, match_id, undo=form, status=422)
    return visit.go(f"/matches/{match_id}", say("Undone. The lines are free again."))
