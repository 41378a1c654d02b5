"""Letting waiting lines count as ignored, many at once."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consign.errors import BadInput, Conflict
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.sales import SalesParked, SalesUpload
from consign.sales.lists import uploads_within
from consign.sales.waiting_lists import Group, in_group
from consign.sentence import say


class LinesChanged(Conflict):
    """Other lines wait by now than the person was shown; nothing was changed."""

    code = "sales.lines_changed"


def dismiss_group(session: Session, *, by: Actor, group: Group, lines: int, note: str) -> None:
    """Let the waiting lines of *group* within the person's reach count as ignored, for the reason *note*.

    *lines* is how many the person was shown: lines that nobody saw are not dismissed.

    Raises:
        NotAllowed: the person may not post sales of the partner.
        BadInput: no reason is given.
        LinesChanged: meanwhile lines came or went.

    """
    authorize(by, Act.POST_SALES, partner_id=group.partner.id, store_id=by.store_id)
    if not note.strip():
        raise BadInput(say("Lines are dismissed only with a reason; nothing was changed."))
    found = session.execute(
        select(SalesParked.upload_id, SalesParked.row_no)
        .join(SalesUpload, SalesUpload.id == SalesParked.upload_id)
        .where(SalesParked.state == "open", in_group(group), uploads_within(by))
        .order_by(SalesParked.upload_id, SalesParked.row_no)
        .with_for_update(of=SalesParked)
    ).all()
    if len(found) != lines:
        raise LinesChanged(
            say(
                "Meanwhile other lines wait than you were shown: {now} instead of {lines}; nothing was changed."
                " Look at them again.",
                now=len(found),
                lines=lines,
            )
        )
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for upload_id, row_no in found:
        rows[upload_id].append(row_no)
    for upload_id, numbers in rows.items():
        session.execute(
            update(SalesParked)
            .where(SalesParked.upload_id == upload_id, SalesParked.row_no.in_(numbers), SalesParked.state == "open")
            .values(state="dismissed", note=note)
        )
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
