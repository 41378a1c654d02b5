"""What verifiers do with papers: take one from the queue, give it back, decide, and take a decision back."""

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from compliance.facts import Kind, Stage
from compliance.findings import Verdict
from compliance.kinds import KINDS
from compliance.standing import State
from consign import clock
from consign.documents.expiry import keep_reminders
from consign.documents.lines import has_same_number, is_in_line_of, leave_rest, take_products_over
from consign.documents.parts import (
    assess_document,
    find_product_ids,
    lock_document,
    move,
    refuse_state,
    tell_history,
    write_typed,
)
from consign.documents.rules import Decision, DocumentIncomplete, DocumentMoved, DocumentTaken, OwnDocument, Typed
from consign.documents.typed import tidy_text, tidy_typed
from consign.identity.rules import Act, Actor, authorize
from consign.models.documents import Document
from consign.models.identity import UserAccount
from consign.models.partners import Producer
from consign.outbox import Message, record_notices
from consign.partners.actions import set_nib
from consign.partners.due import mark_due
from consign.sentence import say

CLAIM_LASTS = timedelta(minutes=30)
"""After that a paper that somebody took goes back into the queue."""


def claim_next(session: Session, *, by: Actor, now: datetime) -> Document | None:
    """Take the paper that waits longest and that *by* may review; blank where none waits.

    Whoever holds one already gets that one. Of two who ask at once each gets another. No producer is locked, so nobody
    who holds one waits for this in turn.
    """
    authorize(by, Act.REVIEW_PAPERS)
    release_lapsed(session, now=now)
    held = select(Document).where(Document.state == State.IN_REVIEW, Document.claimed_by == by.user_id)
    if (mine := session.scalars(held.order_by(Document.claimed_at, Document.id).limit(1)).first()) is not None:
        return mine
    waiting = (
        select(Document)
        .where(
            Document.state.in_((State.SUBMITTED, State.SECOND_LOOK)),
            Document.submitted_by != by.user_id,
            or_(Document.first_by.is_(None), Document.first_by != by.user_id),
        )
        .order_by(Document.submitted_at, Document.id)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
    )
    document = session.scalars(waiting.execution_options(populate_existing=True)).first()
    if document is not None:
        _claim(session, document, by=by, now=now)
    return document


def claim_document(session: Session, *, by: Actor, document_id: int, now: datetime | None = None) -> Document:
    """Take one paper out of the queue; taken again by the same person it is theirs for another while.

    Raises:
        DocumentMissing: there is no such paper.
        DocumentTaken: another verifier holds it, or *by* gave it the first look.
        OwnDocument: *by* handed it in.
        DocumentMoved: it does not wait.

    """
    authorize(by, Act.REVIEW_PAPERS)
    now = now or clock.now()
    document = lock_document(session, document_id)
    if (
        document.claimed_at is not None
        and document.claimed_at < now - CLAIM_LASTS
        and document.claimed_by != by.user_id
    ):
        _release(session, document, by=None)
    _refuse_reviewer(document, by=by)
    if document.state == State.IN_REVIEW and document.claimed_by == by.user_id:
        document.claimed_at = now
        session.flush()
        return document
    if document.state == State.IN_REVIEW:
        raise _taken(session, document)
    refuse_state(document, State.SUBMITTED, State.SECOND_LOOK)
    _claim(session, document, by=by, now=now)
    return document


def release_document(session: Session, *, by: Actor, document_id: int) -> None:
    """Give a paper back to the queue, where it keeps its place.

    Raises:
        DocumentMissing: there is no such paper.
        DocumentMoved: it is not in review.
        DocumentTaken: another verifier holds it.

    """
    authorize(by, Act.REVIEW_PAPERS)
    document = lock_document(session, document_id)
    _refuse_unheld(session, document, by=by)
    _release(session, document, by=by)


def release_lapsed(session: Session, *, now: datetime) -> int:
    """Give back what verifiers took and have not decided about for half an hour; return how many papers that are."""
    lapsed = (
        select(Document)
        .where(Document.state == State.IN_REVIEW, Document.claimed_at < now - CLAIM_LASTS)
        .order_by(Document.id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    papers = session.scalars(lapsed).all()
    for document in papers:
        _release(session, document, by=None)
    return len(papers)


def decide_document(
    session: Session,
    *,
    by: Actor,
    document_id: int,
    decision: Decision,
    reason: str | None,
    consulted: str | None,
    on: date,
    typed: Typed | None = None,
) -> Document:
    """Decide about a paper that *by* holds; *typed* corrects what it says, *consulted* is where it was looked up.

    Approved, it is in force, and what it replaces and others of its line are superseded. In every other case an
    earlier paper stays in force.

    Raises:
        DocumentMissing: there is no such paper.
        DocumentMoved: it is not in review.
        DocumentTaken: another verifier holds it, or *by* gave it the first look.
        OwnDocument: *by* handed it in.
        DocumentIncomplete: a reason is needed, or the place where it was looked up.
        NibTaken: the NIB that is approved belongs to another producer.

    """
    authorize(by, Act.REVIEW_PAPERS)
    document = lock_document(session, document_id)
    _refuse_unheld(session, document, by=by)
    _refuse_reviewer(document, by=by)
    said, looked_up = tidy_text(reason), tidy_text(consulted)
    if decision in (Decision.NEEDS_CORRECTION, Decision.REJECT) and said is None:
        raise DocumentIncomplete(say("Say why, so that the producer knows what to do; nothing was decided."))
    if typed is not None:
        write_typed(document, tidy_typed(typed))
    assess_document(session, document, product_ids=find_product_ids(session, document_id), on=on)
    document.consulted = looked_up or document.consulted
    if decision is Decision.SECOND_LOOK:
        document.first_by, document.reason = by.user_id, said
        move(session, document, by=by, to=State.SECOND_LOOK, what="second_look", note=said)
        return document
    document.decided_by, document.decided_at, document.reason = by.user_id, clock.now(), said
    if decision is Decision.APPROVE:
        _approve(session, document, by=by, reason=said)
    else:
        to = State.NEEDS_CORRECTION if decision is Decision.NEEDS_CORRECTION else State.REJECTED
        move(session, document, by=by, to=to, what=to.value, note=said)
    mark_due(session, [document.producer_id])
    _tell_producer(session, document)
    return document


def revoke_document(session: Session, *, by: Actor, document_id: int, reason: str) -> Document:
    """Take an approval back: the paper is in force no longer, and what it replaced does not come back.

    Raises:
        DocumentMissing: there is no such paper.
        DocumentMoved: it is not in force.
        DocumentIncomplete: the reason is blank.

    """
    authorize(by, Act.REVIEW_PAPERS)
    document = lock_document(session, document_id)
    refuse_state(document, State.APPROVED)
    said = tidy_text(reason)
    if said is None:
        raise DocumentIncomplete(say("Say why, so that the producer knows what to do; nothing was decided."))
    document.decided_by, document.decided_at, document.reason = by.user_id, clock.now(), said
    move(session, document, by=by, to=State.REJECTED, what="rejected", note=said)
    mark_due(session, [document.producer_id])
    _tell_producer(session, document)
    return document


def fulfil_commitment(session: Session, *, by: Actor, document_id: int) -> Document:
    """Note that the commitment behind an SPP-IRT in force is fulfilled; done again it changes nothing.

    Raises:
        DocumentMissing: there is no such paper.
        DocumentMoved: it is no SPP-IRT in force.

    """
    authorize(by, Act.REVIEW_PAPERS)
    document = lock_document(session, document_id)
    refuse_state(document, State.APPROVED)
    if document.kind != Kind.PIRT:
        raise DocumentMoved(say("Only an SPP-IRT has a commitment behind it; nothing was changed."))
    if document.stage != Stage.FULFILLED:
        document.stage = Stage.FULFILLED.value
        tell_history(session, document, by=by, what="stage")
        mark_due(session, [document.producer_id])
    return document


def is_looked_up(kind: Kind) -> bool:
    """Say whether there is a place where papers of this *kind* are looked up before they are approved."""
    return bool(KINDS[kind].looked_up_at)


def _approve(session: Session, document: Document, *, by: Actor, reason: str | None) -> None:
    kind = Kind(document.kind)
    if document.verdict == Verdict.INVALID and reason is None:
        raise DocumentIncomplete(
            say("The check found something wrong with this paper; say why it is approved all the same.")
        )
    if document.consulted is None and is_looked_up(kind):
        raise DocumentIncomplete(
            say(
                "Say where you looked this paper up, such as {site}; nothing was decided.",
                site=KINDS[kind].looked_up_at,
            )
        )
    if kind is Kind.NIB and document.number_compact is not None:
        _keep_nib(session, document, by=by)
    for other in _find_superseded(session, document):
        if has_same_number(document, other):
            _take_over(session, document, earlier=other)
        elif leave_rest(session, document, earlier=other):
            continue
        move(session, other, by=by, to=State.SUPERSEDED, what="superseded")
    session.flush()  # one of a line in force: the earlier ones leave first
    move(session, document, by=by, to=State.APPROVED, what="approved", note=reason)


def _take_over(session: Session, document: Document, *, earlier: Document) -> None:
    """Let the same certificate, handed in again, go on as the *earlier* one stood."""
    if earlier.id != document.replaces_id:
        take_products_over(session, document, earlier=earlier)
    if earlier.stage == Stage.FULFILLED:
        document.stage = earlier.stage
    keep_reminders(session, document, earlier=earlier)


def _find_superseded(session: Session, document: Document) -> list[Document]:
    """Return what is in force and gives way to *document*; the producer's row is locked, so nobody approves meanwhile."""
    query = select(Document).where(Document.state == State.APPROVED, is_in_line_of(document))
    locked = query.order_by(Document.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(session.scalars(locked))


def _keep_nib(session: Session, document: Document, *, by: Actor) -> None:
    """Enter the NIB of a producer that had none yet.

    Raises:
        NibTaken: another producer has it.

    """
    producer = session.get_one(Producer, document.producer_id)
    if producer.nib is None and document.number_compact is not None:
        set_nib(session, by=by, producer_id=producer.id, nib=document.number_compact)


def _claim(session: Session, document: Document, *, by: Actor, now: datetime) -> None:
    document.claimed_by, document.claimed_at = by.user_id, now
    move(session, document, by=by, to=State.IN_REVIEW, what="claimed")


def _release(session: Session, document: Document, *, by: Actor | None) -> None:
    """Put the paper where it was taken from: back to the others, or to those that wait for a second look."""
    to = State.SUBMITTED if document.first_by is None else State.SECOND_LOOK
    move(session, document, by=by, to=to, what="released")


def _refuse_reviewer(document: Document, *, by: Actor) -> None:
    """Refuse whoever may not decide about this very paper: one person alone never brings a paper into force."""
    if document.submitted_by == by.user_id:
        raise OwnDocument(say("You handed in this paper, so somebody else decides about it; nothing was changed."))
    if document.first_by == by.user_id:
        raise DocumentTaken(
            say("You asked for a second look at this paper, so somebody else gives it; nothing was changed.")
        )


def _refuse_unheld(session: Session, document: Document, *, by: Actor) -> None:
    refuse_state(document, State.IN_REVIEW)
    if document.claimed_by != by.user_id:
        raise _taken(session, document)


def _taken(session: Session, document: Document) -> DocumentTaken:
    from_name = _find_person(session, document.claimed_by)
    return DocumentTaken(say("{person} is reviewing this paper; nothing was changed.", person=from_name))


def _find_person(session: Session, user_id: int | None) -> str:

    return session.scalar(select(UserAccount.name).where(UserAccount.id == user_id)) or ""


def _tell_producer(session: Session, document: Document) -> None:
    facts = {
        "document_id": document.id,
        "kind": document.kind,
        "state": document.state,
        "reason": document.reason,
    }
    record_notices(session, [Message("documents.decided", f"producer:{document.producer_id}", facts)])
