"""Lists of issued numbers from other offices: loaded once, looked at until they are withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from compliance.facts import Kind
from consign import clock
from consign.db import insert_rows
from consign.documents.rules import ListMissing, ListRefused, ListTaken
from consign.errors import refuse_blank
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import tidy_name
from consign.models.documents import ReferenceList
from consign.partners.queries import get_office_day, get_region_terms
from consign.sentence import Code, say

REFERENCE_KINDS = (Kind.PIRT, Kind.HALAL, Kind.NIB)
"""Kinds of which other offices hand out lists."""
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class ListedNumber:
    """One row of a list: *row* as a spreadsheet counts, the number compact, the holder as the office writes it."""

    row: int
    number: str
    name: str


def import_reference_list(
    session: Session,
    *,
    by: Actor,
    kind: Kind,
    issuer: str,
    as_of: date,
    sha256: str,
    file_name: str,
    entries: Sequence[ListedNumber],
) -> ReferenceList:
    """Load a list that the office *issuer* drew up on *as_of*; one that was withdrawn is looked at again.

    Raises:
        NotAllowed: *by* does not load lists.
        ListRefused: there are no such lists, the day lies ahead, or it has no rows.
        ListTaken: the same file is loaded already.
        BadInput: the office's name is blank or too long.

    """
    authorize(by, Act.MANAGE_REFERENCES)
    refuse_blank(issuer=issuer)
    _refuse_list(session, kind=kind, as_of=as_of, entries=entries)
    # Of two who load the same file at once one waits here, and is told then.
    session.execute(text("SELECT pg_advisory_xact_lock(7205, hashtext(current_schema()))"))
    same = select(ReferenceList).where(ReferenceList.kind == kind.value, ReferenceList.sha256 == sha256)
    standing = session.scalars(same.execution_options(populate_existing=True)).first()
    if standing is not None:
        return _look_again(session, standing, by=by)
    loaded = ReferenceList(
        kind=kind.value,
        issuer=tidy_name(issuer),
        as_of=as_of,
        sha256=sha256,
        file_name=file_name,
        row_count=len(entries),
        imported_by=by.user_id,
        imported_at=clock.now(),
        withdrawn_at=None,
    )
    session.add(loaded)
    session.flush()
    for start in range(0, len(entries), ROWS_AT_ONCE):
        rows = [{"list_id": loaded.id, **vars(entry)} for entry in entries[start : start + ROWS_AT_ONCE]]
        insert_rows(session, "reference_entry", rows)
    facts = {"kind": kind.value, "issuer": loaded.issuer, "as_of": as_of.isoformat(), "rows": len(entries)}
    record_event(session, by=by, act="reference list loaded", subject=f"reference:{loaded.id}", **facts)
    return loaded


def withdraw_reference_list(session: Session, *, by: Actor, list_id: int) -> ReferenceList:
    """Look at a list no longer; done again it changes nothing.

    Raises:
        NotAllowed: *by* does not load lists.
        ListMissing: there is no such list.

    """
    authorize(by, Act.MANAGE_REFERENCES)
    found = session.get(ReferenceList, list_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise ListMissing(say("There is no such list; nothing was changed."))
    if found.withdrawn_at is None:
        found.withdrawn_at = clock.now()
        session.flush()
        record_event(session, by=by, act="reference list withdrawn", subject=f"reference:{list_id}")
    return found


def _look_again(session: Session, standing: ReferenceList, *, by: Actor) -> ReferenceList:
    """Bring a withdrawn list back.

    Raises:
        ListTaken: it is not withdrawn.

    """
    if standing.withdrawn_at is None:
        zone = get_region_terms(session).zone
        raise ListTaken(
            say(
                "This very list was loaded on {day} already, from {issuer}; nothing was loaded.",
                day=standing.imported_at.astimezone(ZoneInfo(zone)).date(),
                issuer=standing.issuer,
            )
        )
    standing.withdrawn_at = None
    session.flush()
    record_event(session, by=by, act="reference list looked at again", subject=f"reference:{standing.id}")
    return standing


def _refuse_list(session: Session, *, kind: Kind, as_of: date, entries: Sequence[ListedNumber]) -> None:
    if kind not in REFERENCE_KINDS:
        kinds = [Code("paper_kind", one) for one in REFERENCE_KINDS]
        raise ListRefused(say("Lists are loaded of {kinds} only; nothing was loaded.", kinds=kinds))
    if as_of > get_office_day(session):
        raise ListRefused(say("The list cannot have been drawn up on {day}; nothing was loaded.", day=as_of))
    if not entries:
        raise ListRefused(say("No row of the list holds a number that can be used; nothing was loaded."))
