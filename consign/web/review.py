"""The verifiers' queue, and the panel on a paper's page with which the verifier who holds it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response

from compliance.facts import Kind, Stage
from compliance.findings import Verdict
from compliance.kinds import KINDS
from compliance.standing import State
from consign import clock
from consign.documents.lists import SeenDocument
from consign.documents.queue import count_waiting, find_queue_page
from consign.documents.reviewing import CLAIM_LASTS, claim_next
from consign.documents.wording import ShownFinding
from consign.sentence import say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form
from consign.web.paper_fields import fields_of, show_typed
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
KINDS_CHOSEN = choices_of("paper_kind", Kind, word)
LOOKS = (Choice("first", say("first look")), Choice("second", say("second look")))
HELD = (
    Choice("nobody", say("by nobody")),
    Choice("mine", say("by me")),
    Choice("others", say("by somebody else")),
)
COLUMNS = (
    Column("submitted_at", say("Waiting since"), kind="moment", link="/papers/{id}"),
    Column("kind", say("Paper"), kind="word", words="paper_kind"),
    Column("producer", say("Producer"), link="/producers/{producer_code}/papers"),
    Column("number", say("Number")),
    Column("verdict", say("The check says"), kind="badge", words="verdict"),
    Column("state", say("State"), kind="badge", words="paper_state"),
    Column("claimed_by_name", say("Held by")),
)
GRAVEST_FIRST = (Verdict.INVALID, Verdict.WARNING, Verdict.UNVERIFIABLE, Verdict.VALID)
UNCHANGING = frozenset({"claimed", "released", "reminded"})
"""What may happen to a paper and leaves what it says as it is."""
LONGEST_REASON = 800
CONSULTED = Field("consulted", say("Where did you look it up?"), required=False, suggest=True, longest=200)
REASON = Field(
    "reason",
    say("Reason"),
    kind="textarea",
    required=False,
    longest=LONGEST_REASON,
    hint=say("The producer reads it. Say what is wrong and what to do; it is needed unless you approve."),
)
REVOKE = (
    Field(
        "reason",
        say("Reason"),
        kind="textarea",
        longest=LONGEST_REASON,
        hint=say("The producer reads it. Say what is wrong and what to do."),
    ),
)


@dataclass(frozen=True)
class ReadValue:
    """What was read from the file for one field, ready to show, and whether that is what was typed."""

    place: int
    """Its number on the picture."""
    text: str
    sure: bool
    same: bool


@dataclass(frozen=True)
class Panel:
    """What a verifier may do with a paper; `review_panel.html` shows it. Blank parts are not offered."""

    seen: SeenDocument
    form: Form | None
    """The decision, for whoever holds the paper; the template then shows picture, values and findings as well."""
    fields: Sequence[str] = ()
    """Names of the fields that correct what was typed."""
    read: Mapping[str, ReadValue] = field(default_factory=dict)
    """What was read from the file, by field."""
    findings: Sequence[ShownFinding] = ()
    """What the check found, the gravest first."""
    marks: Sequence[Mapping[str, Any]] = ()
    """The same as the picture marks it: page, box, sure and place."""
    told: Sequence[str] = ()
    """Codes of the findings whose sentences go to the producer."""
    site: str = ""
    version: int = 0
    """How often what the paper says may have changed; a decision by an older page is not taken."""
    until: datetime | None = None
    """When the hold lapses."""
    may_claim: bool = False
    held_by: str = ""
    """The other verifier who holds it."""
    first_by_me: bool = False
    may_fulfil: bool = False
    revoke: Form | None = None


@router.get("/review")
def show_queue(visit: Visiting) -> Response:
    """Show the papers that wait for a verifier, the one that waits longest first."""
    return list_page(
        visit,
        "review.html",
        name="queue",
        caption=say("Papers that wait"),
        columns=COLUMNS,
        fetch=lambda wish: find_queue_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No paper waits. New ones appear here as soon as producers hand them in."),
        default_sort="submitted_at",
        filters=(
            Filter("kind", say("Paper"), KINDS_CHOSEN),
            Filter("look", say("Look"), LOOKS),
            Filter("held", say("Held"), HELD),
        ),
        search=say("Search: producer or number"),
        waiting=count_waiting(visit.db, by=visit.actor),
    )


@router.post("/review/next")
def take_next(visit: Visiting) -> Response:
    """Take the paper that waits longest and open it."""
    return go_to_next(visit, None)


def go_to_next(visit: Visit, said: str | None) -> Response:
    """Take the paper that waits longest and lead there, saying *said*; to the queue where none waits."""
    document = claim_next(visit.db, by=visit.actor, now=clock.now())
    if document is None:
        return visit.go("/review", said or say("No paper waits that you may review."))
    return visit.go(f"/papers/{document.id}", said)


def find_review_panel(visit: Visit, seen: SeenDocument, form: Form | None = None) -> Panel | None:
    """Return what the person may do with the paper *seen*; blank for those who do not review, and where nothing is left.

    *form* is a decision that was refused; what was typed into it is shown again.
    """
    if not visit.may("POST /papers/{document_id}/decide"):
        return None
    own = seen.submitted_by == visit.actor.user_id
    first = seen.first_by == visit.actor.user_id
    if seen.state is State.IN_REVIEW and seen.claimed_by == visit.actor.user_id:
        return _held_panel(visit, seen, form)
    lapsed = seen.claimed_at is not None and seen.claimed_at < clock.now() - CLAIM_LASTS
    if seen.state is State.IN_REVIEW and not lapsed:
        return Panel(seen, None, held_by=seen.claimed_by_name or "")
    if seen.state in {State.SUBMITTED, State.SECOND_LOOK, State.IN_REVIEW}:
        return Panel(seen, None, may_claim=not own and not first, first_by_me=first)
    if seen.state is State.APPROVED:
        fulfil = seen.kind is Kind.PIRT and seen.stage != Stage.FULFILLED
        refused = form if form is not None and form.fields is REVOKE else None
        return Panel(seen, None, may_fulfil=fulfil, revoke=refused or new_form(REVOKE))
    return None


def count_turns(seen: SeenDocument) -> int:
    """Return how often the paper was handed in, corrected or decided: with it what it says may have changed."""
    return sum(one.what not in UNCHANGING for one in seen.history)


def _held_panel(visit: Visit, seen: SeenDocument, form: Form | None) -> Panel:
    shown = form or new_form(decision_fields(seen), **show_typed(seen))
    best = _find_best(seen)
    return Panel(
        seen,
        shown,
        fields=[one.name for one in typed_fields(seen.kind)],
        read={name: _compare(visit, seen, name, value) for name, value in best.items()},
        findings=sorted(seen.findings, key=lambda one: GRAVEST_FIRST.index(one.verdict)),
        marks=list(best.values()),
        told=visit.all_texts("tell") if form else (),
        site=KINDS[seen.kind].looked_up_at,
        version=count_turns(seen),
        until=seen.claimed_at + CLAIM_LASTS if seen.claimed_at else None,
    )


def typed_fields(kind: Kind) -> list[Field]:
    """Return the fields of a paper as a verifier corrects them: a blank one is no reason not to decide."""
    return [replace(one, required=False, hint=None) for one in fields_of(kind)]


def decision_fields(seen: SeenDocument) -> list[Field]:
    """Return all fields of a decision: what the paper says, where it was looked up, and the reason."""
    site = KINDS[seen.kind].looked_up_at
    needed = say("Such as {site}. Needed to approve.", site=site) if site else say("A site, a list or a phone call.")
    return [
        *typed_fields(seen.kind),
        replace(CONSULTED, hint=needed, choices=[Choice(site, site)] if site else ()),
        REASON,
    ]


def find_doubts(seen: SeenDocument) -> list[ShownFinding]:
    """Return the findings that are worth telling the producer."""
    return [one for one in seen.findings if one.verdict is not Verdict.VALID]


def _find_best(seen: SeenDocument) -> dict[str, dict[str, Any]]:
    """Return the surest value that was read for each field of the paper, numbered for the picture."""
    names = {one.name for one in fields_of(seen.kind)}
    found: dict[str, dict[str, Any]] = {}
    for value in sorted(seen.values, key=lambda one: (not one["sure"], -one["confidence"])):
        name = "holder" if value["field"] == "owner" else value["field"]
        if name in names and name not in found:
            found[name] = {**value, "place": len(found) + 1}
    return found


def _compare(visit: Visit, seen: SeenDocument, name: str, value: Mapping[str, Any]) -> ReadValue:
    """Return a read value beside what was typed for the same field."""
    same = _is_same(seen.kind, name, show_typed(seen).get(name, ""), value["value"])
    return ReadValue(value["place"], _tell(visit, name, value), bool(value["sure"]), same)


def _is_same(kind: Kind, name: str, typed: str, read: str) -> bool:
    """Say whether a typed and a read value mean the same: spaces, dots and capitals do not matter."""
    if name == "number":
        compact = KINDS[kind].module.compact
        return compact(typed) == compact(read)
    return " ".join(typed.split()).casefold() == " ".join(read.split()).casefold()


def _tell(visit: Visit, name: str, value: Mapping[str, Any]) -> str:
    """Return a read value as people write it; days stand in the file in many ways, so they are shown in ours."""
    if name in {"issued_on", "valid_until"}:
        return visit.language.day(date.fromisoformat(value["value"]))
    return str(value["value"])
