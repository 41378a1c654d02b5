"""How an upload ends besides being posted: refused, given up, or taken out of the books."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.partners.queries import lock_partner
from consign.sales import posting
from consign.sales.booking import choose_lines_of
from consign.sales.rules import UploadReversed
from consign.sales.uploads import OPEN_STATUSES, get_locked, get_upload, refuse_ended
from consign.sentence import Code, dump_sentence, say


def refuse_upload(session: Session, *, by: Actor | None, upload_id: int, code: str, reason: str) -> None:
    """Note that an upload was refused, and why; the same bytes may be handed in again.

    Nothing happens if somebody else posted it meanwhile. *by* is blank where no person's act was refused.
    """
    upload = get_locked(session, upload_id)
    if upload.status in OPEN_STATUSES:
        upload.status, upload.outcome = "refused", {"refused": {"code": code, "reason": dump_sentence(reason)}}
        record_event(session, by=by, act="sales file refused", subject=f"upload:{upload_id}", code=code)


def cancel_upload(session: Session, *, by: Actor, upload_id: int, reason: str) -> None:
    """Give up an upload that was not posted; the same bytes may be handed in again.

    Raises:
        UploadNotOpen: it is posted, or ended otherwise.
        BadInput: no reason is given.

    """
    upload = get_upload(session, upload_id)
    authorize(by, Act.POST_SALES, partner_id=upload.partner_id, store_id=upload.stated_store_id)
    if not reason.strip():
        raise BadInput(say("An upload is given up only with a reason; nothing was changed."))
    upload = get_locked(session, upload_id)
    refuse_ended(upload)
    upload.status, upload.outcome = "cancelled", {"cancelled": dump_sentence(reason)}
    session.flush()
    record_event(session, by=by, act="sales file given up", subject=f"upload:{upload_id}", reason=reason)


def reverse_upload(session: Session, *, by: Actor, upload_id: int, reason: str) -> int:
    """Take everything that an upload alone reported out of the books; return how many lines that were.

    A line that another posted file reported as well stays: that file still speaks for it.

    Raises:
        UploadReversed: the upload is not posted.
        BadInput: no reason is given.

    """
    upload = get_upload(session, upload_id)
    authorize(by, Act.REVERSE_SALES, partner_id=upload.partner_id)
    if not reason.strip():
        raise BadInput(say("An upload is reversed only with a reason; nothing was changed."))
    lock_partner(session, upload.partner_id)
    session.refresh(upload)
    if upload.status != "posted":
        status = Code("upload_status", upload.status)
        raise UploadReversed(
            say("Upload {upload} is {status}, not posted; nothing was changed.", upload=upload_id, status=status)
        )
    choose_lines_of(session, upload)
    number = posting.next_number(session, upload.partner_id)
    sums = posting.reverse_lines(session, partner_id=upload.partner_id, upload_id=upload_id, number=number)
    posted = posting.record_posting(
        session, sums, partner_id=upload.partner_id, number=number, kind="reversal", upload_id=upload_id, known_rows=0,
        by_user_id=by.user_id, reason=reason,
    )  # fmt: skip
    upload.status = "reversed"
    session.flush()
    session.execute(
        text("UPDATE sales_parked SET state = 'withdrawn' WHERE upload_id = :upload AND state = 'open'"),
        {"upload": upload_id},
    )
    record_event(
        session, by=by, act="sales file reversed", subject=f"upload:{upload_id}", reason=reason, lines=posted.rows
    )
    return posted.rows
