"""What a verifier does with one paper: takes it, gives it back, decides, notes a commitment, takes an approval back."""

from dataclasses import replace

from fastapi import APIRouter, Response

from compliance.facts import Kind
from compliance.findings import Verdict
from compliance.standing import State
from consign import clock
from consign.documents.lists import SeenDocument, get_document_seen
from consign.documents.reviewing import (
    claim_document,
    decide_document,
    fulfil_commitment,
    release_document,
    revoke_document,
)
from consign.documents.rules import Decision, Typed
from consign.sentence import Code, Sentence, say
from consign.web.forms import Form, new_form, read_form
from consign.web.paper_fields import read_typed, show_typed
from consign.web.review import REVOKE, count_turns, decision_fields, find_doubts, find_review_panel, go_to_next
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
WAITING = frozenset({State.SUBMITTED, State.SECOND_LOOK})


@router.post("/papers/{document_id}/claim")
def claim(visit: Visiting, document_id: int) -> Response:
    """Take one paper for review."""
    get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    claim_document(visit.db, by=visit.actor, document_id=document_id)
    return visit.go(f"/papers/{document_id}")


@router.post("/papers/{document_id}/release")
def release(visit: Visiting, document_id: int) -> Response:
    """Give a paper back to the queue."""
    get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    release_document(visit.db, by=visit.actor, document_id=document_id)
    return visit.go("/review", say("The paper is back in the queue, at its old place."))


@router.post("/papers/{document_id}/decide")
def decide(visit: Visiting, document_id: int) -> Response:
    """Decide about a paper, and go on to the next one.

    A hold that has lapsed meanwhile is taken up again where nobody else has taken the paper.
    """
    seen = get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    form = read_form(decision_fields(seen), visit.texts)
    decision = next((one for one in Decision if one.value == visit.texts.get("decision")), None)
    if decision is None:
        form.blame(None, say("Nothing was decided yet. Press one of the four buttons."))
    if visit.texts.get("version") != str(count_turns(seen)):
        return _outdated_page(visit, seen, form)
    if decision is not None and form.ok:
        reason = _find_reason(visit, seen, form["reason"])
        with visit.attempt(form, **{_find_lacking(decision, seen, reason): "documents.incomplete"}):
            if seen.state in WAITING:
                claim_document(visit.db, by=visit.actor, document_id=document_id)
            decide_document(
                visit.db,
                by=visit.actor,
                document_id=document_id,
                decision=decision,
                reason=reason,
                consulted=form["consulted"],
                typed=_find_typed(seen, form),
                on=clock.today(visit.zone),
            )
    if decision is None or not form.ok:
        return _refused_page(visit, document_id, form)
    return go_to_next(visit, _tell(decision, seen))


def _find_reason(visit: Visit, seen: SeenDocument, typed: str | None) -> str | None:
    """Return the sentences that were ticked, and what was typed; blank where there is neither."""
    ticked = set(visit.all_texts("tell"))
    told = [
        visit.say(sentence)
        for one in find_doubts(seen)
        if one.code in ticked
        for sentence in (one.reason, one.next_step)
        if sentence
    ]
    return " ".join([*told, *([typed] if typed else [])]) or None


def _find_lacking(decision: Decision, seen: SeenDocument, reason: str | None) -> str:
    """Return the field that a decision which is not complete must lack."""
    doubtful = seen.verdict is Verdict.INVALID and reason is None
    return "consulted" if decision is Decision.APPROVE and not doubtful else "reason"


def _find_typed(seen: SeenDocument, form: Form) -> Typed:
    """Return what the paper says as the verifier leaves it; details that the form does not ask for stay."""
    typed = read_typed(form)
    if seen.kind is Kind.LABEL:
        return typed  # every item of a label is a box: one that is not ticked is not there
    asked = {one.name for one in form.fields}
    kept = {name: value for name, value in seen.details.items() if name not in asked}
    return replace(typed, details={**kept, **typed.details})


def _tell(decision: Decision, seen: SeenDocument) -> Sentence:
    facts = {"kind": Code("paper_kind", seen.kind), "producer": seen.producer}
    match decision:
        case Decision.APPROVE:
            return say("{producer}, {kind}: approved.", **facts)
        case Decision.NEEDS_CORRECTION:
            return say("{producer}, {kind}: sent back to be corrected.", **facts)
        case Decision.REJECT:
            return say("{producer}, {kind}: rejected.", **facts)
        case Decision.SECOND_LOOK:
            return say("{producer}, {kind}: another verifier looks at it.", **facts)


def _refused_page(visit: Visit, document_id: int, form: Form) -> Response:
    """Show what was wrong with the form, and everything that was typed into it."""
    seen = get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    panel = find_review_panel(visit, seen, form)
    return visit.page("review_refused.html", status=422, seen=seen, panel=panel, form=form)


def _outdated_page(visit: Visit, seen: SeenDocument, form: Form) -> Response:
    """Show what the paper says by now, so that nobody decides by what it said before; the reason typed stays."""
    if seen.state in WAITING:
        claim_document(visit.db, by=visit.actor, document_id=seen.id)
        seen = get_document_seen(visit.db, by=visit.actor, document_id=seen.id)
    kept = {name: form.texts.get(name, "") for name in ("consulted", "reason")}
    fresh = new_form(decision_fields(seen), **show_typed(seen), **kept)
    fresh.blame(None, say("This paper has changed since you opened it, so nothing was decided. Look at it once more."))
    panel = find_review_panel(visit, seen, fresh)
    return visit.page("review_refused.html", status=409, seen=seen, panel=panel, form=fresh)


@router.post("/papers/{document_id}/stage")
def fulfil(visit: Visiting, document_id: int) -> Response:
    """Note that the commitment behind an SPP-IRT is fulfilled."""
    get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    fulfil_commitment(visit.db, by=visit.actor, document_id=document_id)
    return visit.go(f"/papers/{document_id}", say("The commitment behind this SPP-IRT is fulfilled. It was noted."))


@router.post("/papers/{document_id}/revoke")
def revoke(visit: Visiting, document_id: int) -> Response:
    """Take an approval back."""
    get_document_seen(visit.db, by=visit.actor, document_id=document_id)
    form = read_form(REVOKE, visit.texts)
    if form.ok:
        with visit.attempt(form, reason="documents.incomplete"):
            revoke_document(visit.db, by=visit.actor, document_id=document_id, reason=form["reason"])
    if not form.ok:
        return _refused_page(visit, document_id, form)
    return visit.go(f"/papers/{document_id}", say("The approval was taken back. The producer is told why."))
