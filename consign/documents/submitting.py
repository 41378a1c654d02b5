"""What a producer does with its papers, or somebody for it: hand in, confirm, replace, withdraw, report a change."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from compliance.facts import Kind
from compliance.standing import State
from consign import clock
from consign.documents.intake import TakenIn
from consign.documents.lines import has_same_number, is_in_line_of, take_products_over
from consign.documents.parts import (
    OPEN,
    assess_document,
    find_product_ids,
    is_of_goods,
    lock_document,
    move,
    refuse_state,
    tell_history,
    write_products,
    write_typed,
)
from consign.documents.rules import CHANGING, DocumentIncomplete, DocumentMissing, DocumentMoved, Typed
from consign.documents.typed import refuse_wrong_form, tidy_text, tidy_typed
from consign.errors import BadInput
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.documents import Document, DocumentPage
from consign.outbox import Message, record_notices
from consign.partners.actions import get_producer_to_change
from consign.partners.due import mark_due
from consign.sentence import Code, say


def upload_document(
    session: Session,
    *,
    by: Actor,
    producer_id: int,
    kind: Kind,
    taken: TakenIn | None,
    product_ids: Sequence[int] = (),
    replaces_id: int | None = None,
) -> Document:
    """Begin a paper as a draft: of the file that was *taken* in, or of values alone where that is blank.

    *replaces_id* is the paper it is to replace, which stays what it is until this one is approved. An unconfirmed
    draft that it replaces is withdrawn at once, and what that one was to replace is replaced by this one.

    Raises:
        NotAllowed: *by* does not hand in papers of this producer.
        ProducerMissing: there is no such producer.
        DocumentMissing: the producer has no paper *replaces_id* of this kind.
        BadInput: a product is none of the producer's.

    """
    authorize(by, Act.SUBMIT_PAPERS, producer_id=producer_id)
    get_producer_to_change(session, producer_id)
    replaced = _find_replaced(session, producer_id=producer_id, kind=kind, replaces_id=replaces_id)
    while replaced is not None and replaced.state == State.REJECTED and replaced.replaces_id is not None:
        replaces_id = replaced.replaces_id  # what was rejected replaces nothing: its place is still the earlier one's
        replaced = _find_replaced(session, producer_id=producer_id, kind=kind, replaces_id=replaces_id)
    _refuse_foreign_products(session, producer_id, product_ids)
    if replaced is not None and replaced.state == State.DRAFT:
        move(session, replaced, by=by, to=State.WITHDRAWN, what="withdrawn")
        replaces_id = replaced.replaces_id
    document = Document(
        producer_id=producer_id,
        kind=kind.value,
        state=State.DRAFT.value,
        details={},
        sha256=taken.sha256 if taken else None,
        file_name=taken.file_name if taken else None,
        media_type=taken.media_type if taken else None,
        size_bytes=taken.size_bytes if taken else None,
        values_read=[{**asdict(value), "box": list(value.box)} for value in taken.values] if taken else [],
        findings=[],
        verdict="unverifiable",
        replaces_id=replaces_id,
        submitted_by=by.user_id,
        submitted_at=clock.now(),
    )
    session.add(document)
    session.flush()
    _write_pages(session, document, taken)
    write_products(session, document, product_ids if is_of_goods(kind) else ())
    tell_history(session, document, by=by, what="uploaded")
    return document


def submit_document(
    session: Session, *, by: Actor, document_id: int, typed: Typed, product_ids: Sequence[int], on: date
) -> Document:
    """Confirm what a draft says, or correct what was sent back, and hand it in for review.

    What the checks find is kept with it and told; only a number that has not the form of its kind is refused. Earlier
    papers of the same line that wait or were sent back are withdrawn, since this one takes their place.

    Raises:
        DocumentMissing: there is no such paper.
        NotAllowed: *by* does not hand in papers of this producer.
        DocumentMoved: it is handed in already, or ended.
        BadInput: the number has not the form of its kind, a text is too long, or a product is none of the producer's.
        DocumentIncomplete: there is neither a file nor a number.

    """
    document = lock_document(session, document_id)
    authorize(by, Act.SUBMIT_PAPERS, producer_id=document.producer_id)
    refuse_state(document, State.DRAFT, State.NEEDS_CORRECTION)
    kind, typed = Kind(document.kind), tidy_typed(typed)
    refuse_wrong_form(kind, typed.number)
    _refuse_nothing(document, typed)
    wanted = list(product_ids) if is_of_goods(kind) else []
    _refuse_foreign_products(session, document.producer_id, wanted)
    write_typed(document, typed)
    write_products(session, document, wanted)
    _take_earlier_back(session, document, by=by)
    document.submitted_by, document.submitted_at = by.user_id, clock.now()
    document.first_by = document.decided_by = document.decided_at = document.reason = document.consulted = None
    assess_document(session, document, product_ids=find_product_ids(session, document_id), on=on)
    move(session, document, by=by, to=State.SUBMITTED, what="submitted")
    mark_due(session, [document.producer_id])
    return document


def withdraw_document(session: Session, *, by: Actor, document_id: int) -> None:
    """Take a paper back, also one in force, which holds no longer then.

    Raises:
        DocumentMissing: there is no such paper.
        NotAllowed: *by* does not hand in papers of this producer.
        DocumentMoved: it was rejected, replaced or taken back before.

    """
    document = lock_document(session, document_id)
    authorize(by, Act.SUBMIT_PAPERS, producer_id=document.producer_id)
    refuse_state(document, State.DRAFT, *OPEN, State.APPROVED)
    move(session, document, by=by, to=State.WITHDRAWN, what="withdrawn")
    mark_due(session, [document.producer_id])


def report_change(session: Session, *, by: Actor, document_id: int, note: str) -> Document:
    """Report that ingredients or process have changed since a paper was approved; return the copy that is reviewed.

    The approved paper stays in force until a verifier has decided about the copy.

    Raises:
        DocumentMissing: there is no such paper.
        NotAllowed: *by* does not hand in papers of this producer.
        DocumentMoved: the paper is not in force, or does not depend on ingredients and process.
        BadInput: the note is blank or too long.

    """
    document = lock_document(session, document_id)
    authorize(by, Act.SUBMIT_PAPERS, producer_id=document.producer_id)
    refuse_state(document, State.APPROVED)
    if Kind(document.kind) not in CHANGING:
        raise DocumentMoved(say("This paper does not depend on ingredients or process; nothing was reported."))
    said = tidy_text(note)
    if said is None:
        raise DocumentIncomplete(say("Say what has changed; nothing was reported."))
    tell_history(session, document, by=by, what="changed", note=said)
    copy = _copy_of(document, by=by)
    session.add(copy)
    session.flush()
    pages = session.scalars(select(DocumentPage).where(DocumentPage.document_id == document_id))
    rows = [
        {
            "document_id": copy.id,
            "number": page.number,
            "sha256": page.sha256,
            "width": page.width,
            "height": page.height,
        }
        for page in pages
    ]
    if rows:
        session.execute(insert(DocumentPage), rows)
    write_products(session, copy, find_product_ids(session, document_id))
    _take_earlier_back(session, copy, by=by, same_number=True)
    tell_history(session, copy, by=by, what="submitted", note=said)
    mark_due(session, [document.producer_id])
    facts = {"document_id": copy.id, "producer_id": copy.producer_id, "kind": copy.kind, "note": said}
    record_notices(session, [Message("documents.change_reported", "role:verifier", facts)])
    return copy


def _refuse_nothing(document: Document, typed: Typed) -> None:
    """Refuse a paper that is neither a file nor a number: there would be nothing to look at."""
    if document.sha256 is None and typed.number is None:
        raise DocumentIncomplete(
            say(
                "There is neither a file nor a number of this paper ({kind}); nothing was handed in.",
                kind=Code("paper_kind", document.kind),
            )
        )


def _find_replaced(session: Session, *, producer_id: int, kind: Kind, replaces_id: int | None) -> Document | None:
    if replaces_id is None:
        return None
    query = select(Document).where(
        Document.id == replaces_id, Document.producer_id == producer_id, Document.kind == kind.value
    )
    found = session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    if found is None:
        raise DocumentMissing(say("There is no such paper to replace; nothing was handed in."))
    return found


def _refuse_foreign_products(session: Session, producer_id: int, product_ids: Sequence[int]) -> None:
    own = select(func.count()).where(Product.id.in_(product_ids), Product.producer_id == producer_id)
    if product_ids and session.scalar(own) != len(set(product_ids)):
        raise BadInput(say("A product is none of the producer's; nothing was changed."))


def _write_pages(session: Session, document: Document, taken: TakenIn | None) -> None:
    rows = [
        {"document_id": document.id, "number": number, **vars(page)}
        for number, page in enumerate(taken.pages if taken else (), start=1)
    ]
    if rows:
        session.execute(insert(DocumentPage), rows)


def _take_earlier_back(session: Session, document: Document, *, by: Actor, same_number: bool = False) -> None:
    """Withdraw what waits in the same line, or was sent back: one paper of a line is enough to review.

    Products of one with the same number are taken over, since whoever hands a certificate in again for one product
    does not mean to give up the others; not those of the one that is replaced, whose products were there to choose.
    With *same_number* a renewal that waits stays.
    """
    chosen_from = document.replaces_id
    earlier = select(Document).where(Document.state.in_(OPEN), is_in_line_of(document))
    query = earlier.order_by(Document.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    for other in session.scalars(query).all():
        if same_number and not has_same_number(document, other):
            continue
        if other.id != chosen_from and has_same_number(document, other):
            take_products_over(session, document, earlier=other)
        if document.replaces_id in (None, other.id):
            document.replaces_id = other.replaces_id or document.replaces_id
        move(session, other, by=by, to=State.WITHDRAWN, what="withdrawn")


def _copy_of(document: Document, *, by: Actor) -> Document:
    kept = (
        "producer_id",
        "kind",
        "stage",
        "number",
        "number_compact",
        "issued_on",
        "valid_until",
        "ends_on",
        "holder",
        "details",
        "sha256",
        "file_name",
        "media_type",
        "size_bytes",
        "values_read",
        "findings",
        "verdict",
    )
    return Document(
        **{name: getattr(document, name) for name in kept},
        state=State.SUBMITTED.value,
        replaces_id=document.id,
        submitted_by=by.user_id,
        submitted_at=clock.now(),
    )
