"""What a person decides about an upload that waits, before it is read again."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign.db import savepoint
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.sales import SalesUpload
from consign.sales.ending import cancel_upload
from consign.sales.handing_in import refuse_stated
from consign.sales.layout import Layout, compute_signature
from consign.sales.mapping import Answers, Stated, apply_answers, locate_columns
from consign.sales.profiles import refuse_for_others
from consign.sales.queries import find_profile
from consign.sales.rules import Overlap
from consign.sales.uploads import UploadBusy, UploadTwice, defer_reading, get_upload, refuse_ended
from consign.sentence import say

CANCEL = "cancel"
"""The answer to an overlap that gives the upload up."""


def decide_upload(
    session: Session,
    *,
    by: Actor,
    upload_id: int,
    answers: Answers | None = None,
    stated: Stated | None = None,
    overlap: str | None = None,
    confirmed: bool | None = None,
) -> SalesUpload:
    """Answer what an upload asks, and have it read again by what is decided then.

    What is left out stays as it was decided before; *answers* replace all earlier ones and are unconfirmed unless
    *confirmed* is true. *overlap* is one of the choices of that question; "cancel" gives the upload up.

    Raises:
        UploadNotOpen: it is posted, or ended otherwise.
        UploadBusy: it is being read at this moment.
        ColumnUnknown: a column is named that the file does not have.
        NotAllowed: the person may not post these sales, or may not change how the partner's files are read.
        BadInput: the overlap has no such choice.
        UploadTwice: the file is handed in for the *stated* store and days already.

    """
    upload = _lock_to_decide(session, by=by, upload_id=upload_id)
    if overlap == CANCEL:
        cancel_upload(session, by=by, upload_id=upload_id, reason=say("Given up because of an overlap."))
        return upload
    said: dict[str, Any] = {}
    if answers is not None:
        _refuse_answers(session, upload, answers, by=by)
        said |= {"answers": answers.to_json(), "confirmed": False}
    if confirmed is not None:
        said["confirmed"] = confirmed
    if overlap is not None:
        if overlap not in (Overlap.ADD, Overlap.REPLACE):
            raise BadInput(say("An overlap is not answered by '{answer}'; nothing was changed.", answer=overlap))
        said["overlap"] = overlap
    upload.decisions = {**upload.decisions, **said, "by": by.user_id}
    if stated is not None:
        _state(session, upload, stated, by=by)
        first, last = (day.isoformat() if day else None for day in (stated.first, stated.last))
        said |= {"store": stated.store_id, "first": first, "last": last}
    upload.status = "received"
    upload.outcome = {name: shown for name, shown in upload.outcome.items() if name == "preview"}
    session.flush()
    defer_reading(session, upload_id)
    record_event(session, by=by, act="sales file decided", subject=f"upload:{upload_id}", **said)
    return upload


def _lock_to_decide(session: Session, *, by: Actor, upload_id: int) -> SalesUpload:
    """Return the open upload and hold it; a decision does not wait until somebody has read the file."""
    upload = get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    query = select(SalesUpload).where(SalesUpload.id == upload_id)
    locked = query.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    found = session.scalars(locked).first()
    if found is None:
        raise UploadBusy(
            say("Upload {upload} is being read at this moment; nothing was changed. Try again soon.", upload=upload_id)
        )
    refuse_ended(found)
    return found


def _refuse_answers(session: Session, upload: SalesUpload, answers: Answers, *, by: Actor) -> None:
    """Refuse answers that name other columns than were shown, or that this person may not give; told before it is read."""
    headers = upload.outcome.get("preview", {}).get("headers")
    standing = None
    if headers is not None:
        locate_columns(headers, {role: header for role, header in answers.columns.items() if header.strip()})
        standing = find_profile(session, partner_id=upload.partner_id, signature=compute_signature(headers))
    known = Layout.from_json(standing.layout) if standing else Layout(columns={})
    refuse_for_others(by, standing=standing, layout=apply_answers(known, answers))


def _state(session: Session, upload: SalesUpload, stated: Stated, *, by: Actor) -> None:
    """Let the upload be of the *stated* store and days."""
    refuse_stated(session, stated, by=by, partner_id=upload.partner_id)
    try:
        with savepoint(session):
            upload.stated_store_id, upload.stated_from, upload.stated_until = stated.store_id, stated.first, stated.last
            session.flush()
    except IntegrityError as error:
        raise UploadTwice(
            say("The same file is handed in for that store and those days; nothing was changed.")
        ) from error
