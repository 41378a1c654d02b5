"""Letting waiting lines count as ignored, many at once: those of one group, or of many."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Row, select, text
from sqlalchemy.orm import Session

from consign.errors import Conflict
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.sales import SalesParked, SalesUpload
from consign.sales.foreign_codes import refuse_no_reason, say_foreign
from consign.sales.lists import uploads_within
from consign.sales.waiting_lists import CODE, Group, in_group, in_groups
from consign.sentence import say

_DISMISS = text("""
    UPDATE sales_parked SET state = 'dismissed', note = :note
    WHERE upload_id = :upload AND row_no = ANY(CAST(:rows AS bigint[])) AND state = 'open'""")


class LinesChanged(Conflict):
    """Other lines wait by now than the person was shown; nothing was changed."""

    code = "sales.lines_changed"


@dataclass(frozen=True)
class SeenGroup:
    """A group of waiting lines, and how many lines of it a person was shown."""

    group: Group
    lines: int


@dataclass(frozen=True)
class ChangedGroup:
    """A group of which other lines wait by now than the person was shown; none of them was dismissed."""

    group: Group
    seen: int
    now: int


@dataclass(frozen=True)
class Dismissed:
    """What dismissing many groups came to."""

    groups: int
    lines: int
    gross_rp: int
    changed: tuple[ChangedGroup, ...]


def dismiss_group(session: Session, *, by: Actor, group: Group, lines: int, note: str) -> None:
    """Let the waiting lines of *group* within the person's reach count as ignored, for the reason *note*.

    *lines* is how many the person was shown: lines that nobody saw are not dismissed.

    Raises:
        NotAllowed: the person may not post sales of the partner.
        BadInput: no reason is given.
        LinesChanged: meanwhile lines came or went.

    """
    authorize(by, Act.POST_SALES, partner_id=group.partner.id, store_id=by.store_id)
    refuse_no_reason(note)
    found = _lock_open(session, in_group(group), by=by)
    if len(found) != lines:
        raise LinesChanged(
            say(
                "Meanwhile other lines wait than you were shown: {now} instead of {lines}; nothing was changed."
                " Look at them again.",
                now=len(found),
                lines=lines,
            )
        )
    _dismiss_rows(session, [(row.upload_id, row.row_no) for row in found], by=by, note=note)


def dismiss_groups(
    session: Session, *, by: Actor, seen: Sequence[SeenGroup], note: str, in_coming_files: bool
) -> Dismissed:
    """Let the waiting lines of many groups within the person's reach count as ignored, all for the reason *note*.

    With *in_coming_files* lines with their unknown codes are dismissed in files to come, too.
    A group of which other lines wait by now than the person was shown is left as it is, and named in the answer.

    Raises:
        NotAllowed: the person may not post sales of one of the partners.
        BadInput: no reason is given.

    """
    for partner_id in {one.group.partner.id for one in seen}:
        authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=by.store_id)
    refuse_no_reason(note)
    waiting = _find_waiting(session, by=by, seen=seen)
    changed, places, dismissed, gross_rp = [], [], [], 0
    for one in sorted(seen, key=lambda each: _key(each.group)):
        rows = waiting.get(_key(one.group), [])
        if len(rows) != one.lines or not rows:
            changed.append(ChangedGroup(one.group, one.lines, len(rows)))
            continue
        places += [(upload_id, row_no) for upload_id, row_no, _ in rows]
        of_group_rp = sum(amount for _, _, amount in rows)
        gross_rp += of_group_rp
        dismissed.append(one.group)
        record_event(
            session, by=by, act="waiting code dismissed", subject=f"partner:{one.group.partner.id}",
            waited_for=one.group.reason, code=one.group.code, lines=len(rows), amount_rp=of_group_rp, note=note,
        )  # fmt: skip
    _dismiss_rows(session, sorted(places), by=by, note=note)
    if in_coming_files:
        say_foreign(session, by=by, groups=dismissed, note=note)
    return Dismissed(len(dismissed), len(places), gross_rp, tuple(changed))


def _lock_open(
    session: Session, condition: ColumnElement[bool], *, by: Actor
) -> Sequence[Row[int, str, str | None, int, int, int | None]]:
    """Return the open lines within the person's reach that fulfil *condition*; they are locked, all in one order."""
    query = (
        select(
            SalesParked.partner_id, SalesParked.reason, CODE.label("code"), SalesParked.upload_id, SalesParked.row_no,
            SalesParked.gross_rp,
        )
        .join(SalesUpload, SalesUpload.id == SalesParked.upload_id)
        .where(SalesParked.state == "open", condition, uploads_within(by))
        .order_by(SalesParked.upload_id, SalesParked.row_no)
        .with_for_update(of=SalesParked)
    )  # fmt: skip
    return session.execute(query).all()


def _key(group: Group) -> tuple[int, str, str]:
    return group.partner.id, group.reason, group.code or ""


def _find_waiting(
    session: Session, *, by: Actor, seen: Sequence[SeenGroup]
) -> Mapping[tuple[int, str, str], list[tuple[int, int, int]]]:
    """Return the open lines of groups as upload, row and amount, by group; they are locked."""
    rows: defaultdict[tuple[int, str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for row in _lock_open(session, in_groups([one.group for one in seen]), by=by):
        rows[row.partner_id, row.reason, row.code or ""].append((row.upload_id, row.row_no, row.gross_rp or 0))
    return rows


def _dismiss_rows(session: Session, places: Sequence[tuple[int, int]], *, by: Actor, note: str) -> None:
    """Dismiss rows, each an upload and a row of it, which are locked and in their order."""
    for upload_id, rows in groupby(places, key=lambda place: place[0]):
        numbers = [row_no for _, row_no in rows]
        session.execute(_DISMISS, {"upload": upload_id, "rows": numbers, "note": note})
        record_event(
            session,
            by=by,
            act="parked rows dismissed",
            subject=f"upload:{upload_id}",
            rows=_describe(numbers),
            note=note,
        )


def _describe(numbers: Sequence[int]) -> str:
    """Write row numbers in their order with runs drawn together: `2-4, 9`."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), key=lambda placed: placed[1] - placed[0])
    ]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
