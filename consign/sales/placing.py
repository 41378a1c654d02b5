"""Rows that wait: placed once what they lack is known, or dismissed by a person."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import defer
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.sales.booking import book_parked
from consign.sales.uploads import UploadUnknown, get_upload
from consign.sentence import say

PLACE_PARKED = "place_parked"
"""The job that places a partner's waiting rows."""


def place_parked(session: Session, *, by: Actor, partner_id: int) -> int:
    """Post the partner's parked lines whose store, product and agreement are known by now; return how many are placed.

    Uploads are taken in the order they came, each in a posting of its own. Lines that clash with what other files posted
    stay parked.
    """
    uploads = session.scalars(
        text("""
        SELECT DISTINCT upload_id FROM sales_parked
        WHERE partner_id = :partner AND state = 'open' AND readable AND reason <> 'store.other_than_stated'
        ORDER BY upload_id"""),
        {"partner": partner_id},
    ).all()
    return sum(book_parked(session, by=by, partner_id=partner_id, upload_id=upload_id) for upload_id in uploads)


def reread_parked(session: Session, *, by: Actor, partner_id: int | None = None) -> None:
    """Have a worker place parked lines, of one partner or of all that have some, once this transaction is committed.

    To be said after adding what lines may wait for: a product or its code, a store or its name, an agreement.
    """
    query = text("""
        SELECT DISTINCT partner_id FROM sales_parked
        WHERE state = 'open' AND readable AND partner_id = COALESCE(CAST(:partner AS bigint), partner_id)""")
    for one in session.scalars(query, {"partner": partner_id}).all():
        defer(session, PLACE_PARKED, key=f"parked:{one}", partner_id=one, user_id=by.user_id)


def dismiss_parked(session: Session, *, by: Actor, upload_id: int, row_no: int, note: str) -> None:
    """Let a parked row count as ignored, for the reason *note* a person gives.

    Raises:
        UploadUnknown: there is no such row waiting.
        BadInput: no reason is given.

    """
    upload = get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if not note.strip():
        raise BadInput(say("A row is dismissed only with a reason; nothing was changed."))
    done = session.execute(
        text("""
        UPDATE sales_parked SET state = 'dismissed', note = :note
        WHERE upload_id = :upload AND row_no = :row AND state = 'open' RETURNING row_no"""),
        {"upload": upload_id, "row": row_no, "note": note},
    ).first()
    if done is None:
        raise UploadUnknown(
            say("Row {row} of upload {upload} is not waiting; nothing was changed.", row=row_no, upload=upload_id)
        )
    record_event(session, by=by, act="parked row dismissed", subject=f"upload:{upload_id}", row=row_no, note=note)
