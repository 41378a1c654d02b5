"""Handing in a sales file: its bytes are stored, its upload is written, and a worker reads it."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Partner, Store
from consign.models.sales import SalesUpload
from consign.period import Cycle, period_of
from consign.sales.mapping import Stated
from consign.sales.rules import SummaryAcrossPeriod
from consign.sales.uploads import ENDED_STATUSES, LIVE_STATUSES, defer_reading
from consign.sentence import say


def receive_file(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    sha256: str,
    name: str,
    size_bytes: int,
    stated: Stated,
    archive_id: int | None = None,
) -> tuple[SalesUpload, bool]:
    """Take in a file whose bytes are stored; return its upload and whether it is new.

    The same bytes for the same partner, store and days are the same upload and get the first one's answer, unless that
    was refused or reversed. An archive is unpacked again where files of it were.

    Raises:
        NotAllowed: the person may not post sales of this partner or store.
        SummaryAcrossPeriod: the stated days span the end of a settlement period.

    """
    refuse_stated(session, stated, by=by, partner_id=partner_id)
    same = (
        select(SalesUpload)
        .where(
            SalesUpload.partner_id == partner_id,
            SalesUpload.sha256 == sha256,
            SalesUpload.stated_store_id.is_not_distinct_from(stated.store_id),
            SalesUpload.stated_from.is_not_distinct_from(stated.first),
            SalesUpload.stated_until.is_not_distinct_from(stated.last),
            SalesUpload.status.in_(LIVE_STATUSES),
        )
        .with_for_update(key_share=True)
    )
    standing = session.scalar(same)
    if standing is not None:
        _reopen_archive(session, standing, by=by)
        return standing, False
    upload = SalesUpload(
        partner_id=partner_id,
        sha256=sha256,
        name=name,
        size_bytes=size_bytes,
        stated_store_id=stated.store_id,
        stated_from=stated.first,
        stated_until=stated.last,
        status="received",
        outcome={},
        decisions={},
        received_by=by.user_id,
        received_at=clock.now(),
        archive_id=archive_id,
    )
    try:
        with session.begin_nested():
            session.add(upload)
    except IntegrityError:  # somebody handed in the same file at the same moment
        return session.execute(same).scalar_one(), False
    record_event(session, by=by, act="sales file received", subject=f"upload:{upload.id}", name=name, sha256=sha256)
    return upload, True


def hand_in_file(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    sha256: str,
    name: str,
    size_bytes: int,
    stated: Stated,
    archive_id: int | None = None,
) -> tuple[SalesUpload, bool]:
    """Take in a file as `receive_file` does, to be read by a worker once this transaction is committed."""
    upload, is_new = receive_file(
        session, by=by, partner_id=partner_id, sha256=sha256, name=name, size_bytes=size_bytes, stated=stated,
        archive_id=archive_id,
    )  # fmt: skip
    if upload.status == "received":
        defer_reading(session, upload.id)
    return upload, is_new


def _reopen_archive(session: Session, upload: SalesUpload, *, by: Actor) -> None:
    """Let an archive be unpacked once more where one of its files was refused, given up or reversed since."""
    ids = [one["upload"] for one in upload.outcome.get("members", ()) if "upload" in one]
    query = select(SalesUpload.id).where(SalesUpload.id.in_(ids), SalesUpload.status.in_(ENDED_STATUSES)).limit(1)
    if upload.status == "unpacked" and session.scalar(query) is not None:
        upload.status, upload.outcome = "received", {}
        session.flush()
        record_event(session, by=by, act="sales archive handed in again", subject=f"upload:{upload.id}")


def refuse_stated(session: Session, stated: Stated, *, by: Actor, partner_id: int) -> None:
    """Refuse a store or days that a person may not state for a partner's file.

    Raises:
        NotAllowed: the person may not post sales of this partner or store.
        BadInput: only one of the two days is stated, they are out of order, or the store is another partner's.
        SummaryAcrossPeriod: the days span the end of a settlement period.

    """
    authorize(by, Act.POST_SALES, partner_id=partner_id, store_id=stated.store_id)
    if (stated.first is None) != (stated.last is None) or (stated.first and stated.last and stated.last < stated.first):
        raise BadInput(say("Days are stated by the first and the last of them, in this order; nothing was posted."))
    _refuse_span_across_period(session, partner_id, stated)
    if stated.store_id is not None and session.get_one(Store, stated.store_id).partner_id != partner_id:
        raise BadInput(say("The store belongs to another partner; nothing was posted."))


def _refuse_span_across_period(session: Session, partner_id: int, stated: Stated) -> None:
    if stated.first is None or stated.last is None:
        return
    cycle = Cycle(session.get_one(Partner, partner_id).cycle)
    if period_of(stated.first, cycle) != period_of(stated.last, cycle):
        raise SummaryAcrossPeriod(
            say(
                "{first} to {last} spans the end of a settlement period; nothing was posted."
                " Hand in one file for each period.",
                first=stated.first,
                last=stated.last,
            )
        )
