"""What each job does that an act left behind: a row's status is the truth, and a job may come twice."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from consign.catalogue import labels
from consign.catalogue.goods import find_goods
from consign.db import Database
from consign.documents.eligibility import recompute, take_due
from consign.errors import ConsignError
from consign.files import Files
from consign.identity.queries import UserUnknown, get_actor
from consign.identity.rules import PERMITTED, Act, Actor
from consign.models.identity import UserAccount
from consign.partners.queries import get_office_day
from consign.payments.matching import post_certain
from consign.payouts.bank_lines import confirm_certain
from consign.sales import placing
from consign.sales.ending import refuse_upload
from consign.sales.file_posting import read_upload
from consign.sales.progress import telling
from consign.sales.unpacking import unpack_upload
from consign.sales.uploads import take_received
from consign.sentence import say
from consign.tabular.archive import is_archive

Watch = Callable[[Session], AbstractContextManager[None]]
"""Told of a job's session for as long as the job works with it."""


class ReadingFailed(ConsignError):
    """A fault of ours kept a file from being read, time and again; nothing was posted."""

    code = "sales.reading_failed"


class DeciderGone(ConsignError):
    """Whoever handed in or decided about a file is no longer active; nothing was posted."""

    code = "sales.decider_gone"


@contextmanager
def _unwatched(_: Session) -> Iterator[None]:
    yield


def read_sales_file(
    database: Database, files: Files, *, region: str, upload_id: int, watch: Watch = _unwatched
) -> None:
    """Read a received file for the person who decided last about it, else for the one who handed it in.

    Nothing happens where the upload is not received any more, or somebody else reads it: so the job may come twice, and
    many at once.
    """
    with database.transaction(region) as session, watch(session):
        upload = take_received(session, upload_id)
        if upload is None:
            return
        by = _find_active(session, upload.decisions.get("by", upload.received_by))
        if by is None:
            reason = say(
                "Whoever handed in this file or decided about it last is no longer active; nothing was posted."
                " Somebody who is can hand it in again."
            )
            refuse_upload(session, by=None, upload_id=upload_id, code=DeciderGone.code, reason=reason)
            return
        with (
            tempfile.TemporaryDirectory(prefix="consign-") as folder,
            telling(database, region=region, upload_id=upload_id) as tell,
        ):
            path = Path(folder) / "sales"
            files.copy_to(upload.sha256, path)
            if is_archive(path):
                unpack_upload(session, files, by=by, upload_id=upload_id, path=path, deferred=True)
            else:
                read_upload(session, by=by, upload_id=upload_id, path=path, tell=tell)


def give_up_reading(database: Database, *, region: str, upload_id: int) -> None:
    """Refuse a file that could not be read for a fault of ours. Nothing happens if it stands elsewhere by now."""
    reason = say(
        "A fault on our side kept this file from being read; nothing was posted."
        " Hand it in again later, and tell the dinas if that happens again."
    )
    with database.transaction(region) as session:
        if take_received(session, upload_id, wait=True) is not None:
            refuse_upload(session, by=None, upload_id=upload_id, code=ReadingFailed.code, reason=reason)


def place_parked(database: Database, *, region: str, partner_id: int, user_id: int, watch: Watch = _unwatched) -> int:
    """Place the partner's parked lines that can be placed now, for the person who added what they waited for.

    Raises:
        UserUnknown: that person is no longer active; the lines wait for the next posting.

    """
    with database.transaction(region) as session, watch(session):
        by = get_actor(session, session.get_one(UserAccount, user_id).login)
        return placing.place_parked(session, by=by, partner_id=partner_id)


def match_bank_lines(
    database: Database, *, region: str, account_id: int, user_id: int, watch: Watch = _unwatched
) -> int:
    """Post what is certain of a bank account's lines, for whoever posted its statement; return of how many matches.

    Payments and payouts are posted one after the other, each in a transaction of its own. Whoever may no longer match is
    passed over: a person finds what is certain on the page.
    """
    found = 0
    for post in (post_certain, confirm_certain):
        with database.transaction(region) as session, watch(session):
            by = _find_active(session, user_id)
            if by is not None and by.role in PERMITTED[Act.MATCH_BANK]:
                found += len(post(session, by=by, account_id=account_id))
    return found


def recompute_eligibility(database: Database, *, region: str, watch: Watch = _unwatched) -> int:
    """Judge again the products of producers that are due, some hundred producers at a time; return how many products.

    A transaction takes producers off the list and judges them, so the job may come twice, and many at once: each finds
    what the others have left.
    """
    judged = 0
    while True:
        with database.transaction(region) as session, watch(session):
            on = get_office_day(session)
            producer_ids = take_due(session, on=on)
            if not producer_ids:
                return judged
            found = recompute(session, goods=find_goods(session, producer_ids=producer_ids), on=on)
            judged += sum(found.counts.values())


def make_sheet_of_labels(
    database: Database, files: Files, *, region: str, order_id: int, watch: Watch = _unwatched
) -> None:
    """Make the labels that somebody asked for, and read every symbol again before they are offered.

    Nothing happens where they are made already, or somebody else makes them: so the job may come twice, and many at once.
    """
    with database.transaction(region) as session, watch(session):
        order = labels.take_waiting(session, order_id)
        if order is not None:
            labels.make_labels(session, files, order)


def give_up_labels(database: Database, *, region: str, order_id: int) -> None:
    """Say that labels could not be made for a fault of ours. Nothing happens if they stand elsewhere by now."""
    reason = say(
        "A fault on our side kept these labels from being made; nothing is to be printed."
        " Ask for them again later, and tell the dinas if that happens again."
    )
    with database.transaction(region) as session:
        order = labels.take_waiting(session, order_id)
        if order is not None:
            labels.refuse_labels(session, order, reason)


def _find_active(session: Session, user_id: int) -> Actor | None:
    try:
        return get_actor(session, session.get_one(UserAccount, user_id).login)
    except UserUnknown:
        return None
