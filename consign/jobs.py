"""Work that takes several transactions: a row's status is the truth, and every step may be run again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from consign.db import Database
from consign.errors import ConsignError, NeedsDecision
from consign.files import Files, hash_file
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.partners.queries import get_partner, get_store
from consign.sales.actions import Decisions, Outcome, hold_upload, post_file, receive_file, refuse_upload
from consign.sales.mapping import Stated


@dataclass(frozen=True)
class Handover:
    """A sales file with what its uploader says about it: codes of partner and store, first and last day."""

    path: Path
    partner: str
    store: str | None = None
    first: date | None = None
    last: date | None = None


class _Rehearsed(Exception):
    """Undoes the transaction of a rehearsal; no error."""


def post_sales_file(
    database: Database,
    files: Files,
    *,
    region: str,
    login: str,
    handover: Handover,
    decisions: Decisions,
    dry_run: bool = False,
) -> Outcome:
    """Take in a sales file and post it. The bytes are stored first, then the upload, then everything else at once.

    A process that ends half-way leaves a stored file and an upload that is received: handing the file in again goes on
    from there. A rehearsal (*dry_run*) runs the same path and keeps nothing.

    Raises:
        ConsignError: in one of its kinds; the upload says why it was refused.
        NeedsDecision: a person must decide first; the upload says what.

    """
    sha256 = hash_file(handover.path)
    if dry_run:
        return _rehearse(database, region=region, login=login, handover=handover, decisions=decisions, sha256=sha256)
    files.store(handover.path, sha256)
    with database.transaction(region) as session:
        _, upload_id = _receive(session, login=login, handover=handover, sha256=sha256)
    try:
        with database.transaction(region) as session:
            by = get_actor(session, login)
            return post_file(session, by=by, upload_id=upload_id, path=handover.path, decisions=decisions)
    except NeedsDecision as needed:
        with database.transaction(region) as session:
            hold_upload(session, upload_id=upload_id, questions=needed.questions)
        raise
    except ConsignError as refusal:
        with database.transaction(region) as session:
            by = get_actor(session, login)
            refuse_upload(session, by=by, upload_id=upload_id, code=refusal.code, reason=str(refusal))
        raise


def _rehearse(
    database: Database, *, region: str, login: str, handover: Handover, decisions: Decisions, sha256: str
) -> Outcome:
    with suppress(_Rehearsed), database.transaction(region) as session:
        by, upload_id = _receive(session, login=login, handover=handover, sha256=sha256)
        outcome = post_file(session, by=by, upload_id=upload_id, path=handover.path, decisions=decisions)
        raise _Rehearsed
    return outcome


def _receive(session: Session, *, login: str, handover: Handover, sha256: str) -> tuple[Actor, int]:
    """Take the file in for the person *login*; a store manager's file is of the manager's own store."""
    by = get_actor(session, login)
    partner = get_partner(session, handover.partner)
    store_id = by.store_id
    if handover.store is not None:
        store_id = get_store(session, partner_id=partner.id, code=handover.store).id
    upload, _ = receive_file(
        session,
        by=by,
        partner_id=partner.id,
        sha256=sha256,
        name=handover.path.name,
        size_bytes=handover.path.stat().st_size,
        stated=Stated(store_id, handover.first, handover.last),
    )
    return by, upload.id
