"""Papers: the list of them, one with all that is known of it, its file and pictures, taking it back, reporting a change."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from compliance.facts import Kind
from compliance.findings import Verdict
from compliance.standing import State
from consign import clock
from consign.documents.lists import ENDS, SeenDocument, find_document_page, get_document_seen
from consign.documents.rules import CHANGING, DocumentMissing
from consign.documents.submitting import report_change, withdraw_document
from consign.documents.wording import ShownFinding
from consign.sentence import Code, Sentence, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.paper_fields import fields_of
from consign.web.paper_form import CONFIRMED_IN
from consign.web.review import find_review_panel
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
"""How a paper's file is called, by its type; files of other types are not stored."""
PICTURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"RIFF", "image/webp"))
"""What a picture of a page is, by its first bytes."""
A_DAY_SECONDS = 86_400
TAKEN_BACK_IN = frozenset(
    {State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.SECOND_LOOK, State.NEEDS_CORRECTION, State.APPROVED}
)
"""States in which whoever handed a paper in may take it back."""
"""Kinds that hold for the ingredients and the process they were issued for."""
GRAVEST_FIRST = (Verdict.INVALID, Verdict.WARNING, Verdict.UNVERIFIABLE, Verdict.VALID)
CHANGE = Field(
    "note", say("What has changed?"), kind="textarea", longest=1000,
    hint=say("Such as: another cooking oil, another kitchen, a new ingredient."),
)  # fmt: skip
ENDS_NAMES = {
    "past": say("ended"),
    "7": say("ends within 7 days"),
    "30": say("ends within 30 days"),
    "60": say("ends within 60 days"),
}
COLUMNS = (
    Column("kind", say("Paper"), kind="word", words="paper_kind", link="/papers/{id}"),
    Column("producer", say("Producer"), link="/producers/{producer_code}/papers"),
    Column("state", say("State"), kind="badge", words="paper_state"),
    Column("verdict", say("Check"), kind="badge", words="verdict"),
    Column("number", say("Number"), sort=False),
    Column("valid_until", say("Valid until"), kind="day"),
    Column("submitted_at", say("Handed in on"), kind="moment"),
)


@router.get("/papers")
def show_papers(visit: Visiting) -> Response:
    """Show the papers this person may see, the newest first."""
    on = clock.today(visit.zone)
    own = visit.actor.producer_id is not None
    by_producer = Filter("producer", say("Producer's code"), kind="text")
    return list_page(
        visit,
        "list.html",
        name="papers",
        caption=say("Papers"),
        columns=[column for column in COLUMNS if not (own and column.key in {"producer", "verdict"})],
        fetch=lambda wish: find_document_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say("No paper was handed in yet. Begin with the NIB.")
        if visit.may("GET /papers/new")
        else say("No paper was handed in yet. What producers hand in appears here."),
        default_sort="-submitted_at",
        filters=(
            Filter("state", say("State"), choices_of("paper_state", State, word)),
            Filter("kind", say("Paper"), choices_of("paper_kind", Kind, word)),
            Filter("ends", say("Ends"), [Choice(one, ENDS_NAMES[one]) for one in ENDS]),
            *(() if own else (by_producer,)),
        ),
        search=say("Search: number, name on the paper or producer"),
        lead=say("Every paper that was handed in, and where it stands."),
        acts=[("/papers/new", say("Hand in a paper"))] if visit.may("GET /papers/new") else [],
    )


@router.get("/papers/{document_id}")
def show_paper(visit: Visiting, document_id: int) -> Response:
    """Show one paper."""
    return show_paper_page(visit, _get_seen(visit, document_id))


def _get_seen(visit: Visit, document_id: int) -> SeenDocument:
    return get_document_seen(visit.db, by=visit.actor, document_id=document_id)


def show_paper_page(
    visit: Visit,
    seen: SeenDocument,
    *,
    status: int = 200,
    change: Form | None = None,
    decision: Form | None = None,
    refused: Form | None = None,
) -> Response:
    """Answer with the page of a paper; a form that could not be taken is shown with what was typed into it.

    *decision* is a verifier's, *refused* one that has no fields.
    """
    own, hands_in = visit.actor.producer_id is not None, visit.may("POST /papers/{document_id}/withdraw")
    panel = find_review_panel(visit, seen, decision)
    may_confirm = hands_in and seen.state in CONFIRMED_IN and not seen.masked
    in_force = seen.state is State.APPROVED
    whose = {} if own else {"producer": seen.producer_code}
    return visit.page(
        "paper.html",
        status=status,
        seen=seen,
        panel=panel,
        own=own,
        facts=_list_facts(visit, seen),
        findings=_sort(seen.findings),
        change=(change or new_form((CHANGE,))) if hands_in and in_force and seen.kind in CHANGING else None,
        refused=refused,
        problems=next((one for one in (change, decision, refused) if one and one.problems), None),
        may_confirm=may_confirm,
        may_replace=hands_in and seen.state not in {State.DRAFT, State.WITHDRAWN, State.SUPERSEDED},
        may_withdraw=hands_in and seen.state in TAKEN_BACK_IN,
        replace_path=f"/papers/new?{urlencode({'kind': seen.kind.value, 'replaces': seen.id, **whose})}",
        producer_path=f"/producers/{quote(seen.producer_code)}/papers",
    )


def _sort(findings: Iterable[ShownFinding]) -> list[ShownFinding]:
    return sorted(findings, key=lambda one: GRAVEST_FIRST.index(one.verdict))


def _list_facts(visit: Visit, seen: SeenDocument) -> list[tuple[Sentence, str]]:
    """Return what the paper says, field by field, ready to show; what its kind does not have is left out."""
    shown = {
        "number": seen.number,
        "holder": seen.holder,
        "issued_on": visit.language.day(seen.issued_on),
        "valid_until": visit.language.day(seen.valid_until),
        "stage": visit.language.word(seen.stage, "stage"),
        **seen.details,
    }
    facts = []
    for field in fields_of(seen.kind):
        if field.kind == "checkbox":
            continue  # the findings say what a label lacks
        text = shown.get(field.name) or ""
        if field.name == "bank":
            text = next((visit.say(one.label) for one in field.choices if one.value == text), text)
        facts.append((field.label, text))
    return facts


@router.get("/papers/{document_id}/file")
def send_file(visit: Visiting, document_id: int) -> Response:
    """Send the file of a paper to be kept; it is never shown inside a page."""
    seen = _get_seen(visit, document_id)
    if seen.sha256 is None or seen.media_type not in ENDINGS:
        raise DocumentMissing(say("There is no file of this paper that you may see."))
    name = f"{seen.kind.value}-{seen.producer_code}-{seen.id}.{ENDINGS[seen.media_type]}"
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    return StreamingResponse(
        visit.files.read(seen.sha256),
        media_type=seen.media_type,
        headers={"Content-Disposition": f'attachment; filename="{plain}"'},
    )


@router.get("/papers/{document_id}/pages/{number}")
def send_page(visit: Visiting, document_id: int, number: int) -> Response:
    """Send the picture of a page; the person's own browser may keep it for a day, since it never changes."""
    seen = _get_seen(visit, document_id)
    sha256 = next((page.sha256 for page in seen.pages if page.number == number), None)
    if sha256 is None:
        raise DocumentMissing(say("There is no such page that you may see."))
    content = b"".join(visit.files.read(sha256))
    media_type = next((name for lead, name in PICTURES if content.startswith(lead)), None)
    if media_type is None:
        raise DocumentMissing(say("There is no such page that you may see."))
    return Response(content, media_type=media_type, headers={"Cache-Control": f"private, max-age={A_DAY_SECONDS}"})


@router.post("/papers/{document_id}/withdraw")
def withdraw(visit: Visiting, document_id: int) -> Response:
    """Take a paper back."""
    seen = _get_seen(visit, document_id)
    form = new_form(())
    with visit.attempt(form):
        withdraw_document(visit.db, by=visit.actor, document_id=document_id)
    if not form.ok:
        return show_paper_page(visit, _get_seen(visit, document_id), refused=form, status=422)
    said = say("{kind}: taken back.", kind=Code("paper_kind", seen.kind))
    return visit.go(f"/papers/{document_id}", said)


@router.post("/papers/{document_id}/change")
def do_report_change(visit: Visiting, document_id: int) -> Response:
    """Report that ingredients or process have changed; a copy of the paper is reviewed, this one stays in force."""
    seen = _get_seen(visit, document_id)
    form = read_form((CHANGE,), visit.texts)
    if form.ok:
        with visit.attempt(form, note=("documents.incomplete", "input.bad")):
            report_change(visit.db, by=visit.actor, document_id=document_id, note=form["note"])
    if not form.ok:
        return show_paper_page(visit, seen, change=form, status=422)
    said = say("The change was reported. The paper stays in force until the dinas has decided.")
    return visit.go(f"/papers/{document_id}", said)
