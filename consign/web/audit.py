"""The audit trail: who did what, on whose behalf, to what; searchable, and as a file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from consign.identity.lists import Subject, find_event_page, find_subjects
from consign.identity.queries import find_chain_head
from consign.listing import Found, Row, Wish
from consign.money import Rupiah, format_rate
from consign.sentence import Code, Sentence, say, say_all
from consign.web.columns import Column
from consign.web.forms import Choice
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import WORDS, word

router = APIRouter(route_class=PageRoute)

ON_BEHALF = "on_behalf_of"
THINGS = {"partner_id": "partner", "producer_id": "producer", "product_id": "product"}
"""Keys of a detail that hold an id, and of what."""
GROUPS = {
    "before": "role",
    "goods_class": "goods_class",
    "kind": "paper_kind",
    "loss_state": "loss_state",
    "note_kind": "note_kind",
    "note_state": "note_state",
    "notice_channel": "notice_channel",
    "role": "role",
    "side": "loss_side",
    "waited_for": "problem",
    "zone": "zone",
}
"""Keys of a detail that hold a code, and the group of its word."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FILTERS = (
    Filter("act", say("Act"), [Choice(act, said) for act, said in sorted(WORDS["audit_act"].items(), key=str)]),
    Filter("who", say("User"), kind="text"),
    Filter("subject", say("About, such as product or user:3"), kind="text"),
    Filter("since", say("From"), kind="day"),
    Filter("until", say("Until"), kind="day"),
)
COLUMNS = (
    Column("seq", say("No."), kind="count"),
    Column("at", say("When"), kind="moment"),
    Column("who", say("Who"), sort=False),
    Column("act", say("What"), kind="word", words="audit_act"),
    Column("about", say("About"), sort=False, link="{path}"),
    Column("told", say("Details"), sort=False),
)


@router.get("/audit")
def show_audit(visit: Visiting) -> Response:
    """Show the audit trail, the newest event first, and how long its chain is and where it ends."""
    length, head = find_chain_head(visit.db)
    return list_page(
        visit,
        "audit.html",
        name="audit",
        caption=say("Audit trail"),
        columns=COLUMNS,
        fetch=lambda wish: _find_events(visit, wish),
        empty=say("Nothing has happened yet."),
        default_sort="-seq",
        filters=FILTERS,
        search=say("Search: act, subject, person or details"),
        length=length,
        head=head.hex(),
    )


def _find_events(visit: Visit, wish: Wish) -> Found:
    found = find_event_page(visit.db, by=visit.actor, zone=visit.zone, wish=wish)
    named = find_subjects(visit.db, list(_list_things(found.rows)))
    return replace(found, rows=[_tell(visit, row, named) for row in found.rows])


def _list_things(rows: Sequence[Row]) -> Iterator[str]:
    """Return everything that events are about or name, as `product:17`."""
    for row in rows:
        yield row["subject"]
        if ON_BEHALF in row["detail"]:
            yield row["detail"][ON_BEHALF]
        for key, kind in THINGS.items():
            if row["detail"].get(key) is not None:
                yield f"{kind}:{row['detail'][key]}"


def _tell(visit: Visit, row: Row, named: Mapping[str, Subject]) -> dict[str, Any]:
    """Return an event as its row in the list shows it."""
    subject = named[row["subject"]]
    name = row["name"] or say("operator of the installation")
    acted_for = named.get(row["detail"].get(ON_BEHALF, ""))
    who = say("{name} for {producer}", name=name, producer=acted_for.name) if acted_for else name
    about = say("{kind} {name}", kind=Code("subject", subject.kind), name=subject.name) if subject.name else None
    return {
        "seq": row["seq"],
        "at": row["at"],
        "who": who,
        "act": row["act"],
        "about": about or word("subject", subject.kind),
        "path": _path_of(visit, subject),
        "told": describe_detail(row["detail"], named),
    }


def _path_of(visit: Visit, subject: Subject) -> str:
    """Return where the subject's page is; blank where it has none, or none that this person may open."""
    if subject.kind == "region":
        return "/settings" if visit.may("GET /settings") else ""
    return subject.path or ""


def describe_detail(detail: Mapping[str, Any], named: Mapping[str, Subject]) -> Sentence | None:
    """Return what an event keeps besides act and subject, as pairs of key and value; blank where that is nothing."""
    before, after = detail.get("before"), detail.get("after")
    told = []
    if isinstance(before, dict) and isinstance(after, dict):
        for key in after:
            was, now = (_value(key, one.get(key), named) for one in (before, after))
            told.append(say("{key}: {before} → {after}", key=_key(key), before=was, after=now))
    for key, value in detail.items():
        if key != ON_BEHALF and not (told and key in {"before", "after"}):
            told.append(say("{key}: {value}", key=_key(key), value=_value(key, value, named)))
    return say_all(told, between="; ") if told else None


def _key(key: str) -> Code | str:
    return Code("detail", key) if key in WORDS["detail"] else key.replace("_", " ")


def _value(key: str, value: Any, named: Mapping[str, Subject]) -> object:  # noqa: ANN401  # whatever JSON holds
    """Return a value of a detail as a fact of a sentence, which each language writes in its way."""
    if value is None or value == "":
        return say("nothing")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int):
        return _number(key, value, named)
    return _text(key, value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(key: str, value: int, named: Mapping[str, Subject]) -> object:
    subject = named.get(f"{THINGS[key]}:{value}") if key in THINGS else None
    if subject is not None:
        return subject.name
    if key.endswith("_bp"):
        return format_rate(value)
    return Rupiah(value) if key.endswith("_rp") else value


def _text(key: str, value: str) -> object:
    if key in GROUPS:
        return Code(GROUPS[key], value)
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else value
    except ValueError:
        return value
