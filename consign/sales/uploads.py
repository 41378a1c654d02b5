"""An upload's row: what it may be, how it is held, and that somebody is to read it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.db import defer
from consign.errors import Conflict, NotFound
from consign.models.sales import SalesUpload
from consign.sales.rules import UploadNotOpen
from consign.sentence import Code, say

READ_SALES_FILE = "read_sales_file"
"""The job that reads an upload."""
OPEN_STATUSES = ("received", "needs_mapping", "read")
LIVE_STATUSES = (*OPEN_STATUSES, "posted", "unpacked")
ENDED_STATUSES = ("refused", "reversed", "cancelled")


class UploadUnknown(NotFound):
    """There is no such upload; nothing was changed."""

    code = "sales.upload_unknown"


class UploadBusy(Conflict):
    """The file is being read this very moment; nothing was changed."""

    code = "sales.upload_busy"


class UploadTwice(Conflict):
    """The same file is handed in for that store and those days already; nothing was changed."""

    code = "sales.upload_twice"


def take_received(session: Session, upload_id: int, *, wait: bool = False) -> SalesUpload | None:
    """Return the upload and hold it until the transaction ends; blank where it is not received.

    It is blank, too, where somebody reads it, unless one is to *wait* for the end of that.
    """
    query = (
        select(SalesUpload)
        .where(SalesUpload.id == upload_id, SalesUpload.status == "received")
        .with_for_update(key_share=True, skip_locked=not wait)
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def defer_received(session: Session, *, until: datetime) -> Sequence[int]:
    """Have the uploads read that were received by *until* and that nobody reads now; return their ids.

    Nothing is lost with a job: what still stands at `received` is found here.
    """
    query = (
        select(SalesUpload.id)
        .where(SalesUpload.status == "received", SalesUpload.received_at <= until)
        .order_by(SalesUpload.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    # Rolled back, so that no row stays held: a worker that passed over it just now is sent again by the job.
    probe = session.begin_nested()
    upload_ids = session.scalars(query).all()
    probe.rollback()
    for upload_id in upload_ids:
        defer_reading(session, upload_id)
    return upload_ids


def defer_reading(session: Session, upload_id: int) -> None:
    """Have a worker read the upload once this transaction is committed."""
    defer(session, READ_SALES_FILE, key=f"read:{upload_id}", upload_id=upload_id)


def refuse_ended(upload: SalesUpload) -> None:
    """Refuse an upload that nobody can decide about any more.

    Raises:
        UploadNotOpen: it is posted, or ended otherwise.

    """
    if upload.status not in OPEN_STATUSES:
        status = Code("upload_status", upload.status)
        raise UploadNotOpen(say("Upload {upload} is {status}; nothing was changed.", upload=upload.id, status=status))


def get_locked(session: Session, upload_id: int) -> SalesUpload:
    """Return the upload as it stands now, and hold it until the transaction ends; rows that refer to it do not wait."""
    query = select(SalesUpload).where(SalesUpload.id == upload_id).with_for_update(key_share=True)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def get_upload(session: Session, upload_id: int) -> SalesUpload:
    """Return an upload.

    Raises:
        UploadUnknown: there is no such upload.

    """
    upload = session.get(SalesUpload, upload_id)
    if upload is None:
        raise UploadUnknown(say("There is no upload {upload}; nothing was changed.", upload=upload_id))
    return upload
