"""What the acts on papers share: taking hold of one, its history, its line, and what it is judged by."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from compliance.assessment import ReferenceHit, assess_paper
from compliance.eligibility import find_last_day
from compliance.facts import Business, Goods, Kind, Paper, Stage
from compliance.findings import Finding, combine
from compliance.kinds import KINDS
from compliance.refusals import NumberRefused
from compliance.standing import State
from consign import clock
from consign.db import REGION
from consign.documents.rules import DocumentMissing, DocumentMoved, Typed, make_goods
from consign.documents.wording import dump_findings
from consign.identity.actions import record_event
from consign.identity.rules import Actor
from consign.models.catalogue import Product
from consign.models.documents import (
    Document,
    DocumentEvent,
    DocumentProduct,
    ReferenceEntry,
    ReferenceList,
)
from consign.models.partners import Producer
from consign.partners.actions import get_producer_to_change
from consign.sentence import Code, say

WAITING = (State.SUBMITTED, State.IN_REVIEW, State.SECOND_LOOK)
"""States in which it is the dinas's turn."""
OPEN = (*WAITING, State.NEEDS_CORRECTION)
"""States in which nothing is decided for good."""


def lock_document(session: Session, document_id: int) -> Document:
    """Return the paper with its producer's row and its own locked until the transaction ends.

    The producer comes first, always: a decision also touches other papers of the producer, and two that touch the
    same ones must not wait for each other.

    Raises:
        DocumentMissing: there is no such paper.

    """
    producer_id = session.scalar(select(Document.producer_id).where(Document.id == document_id))
    if producer_id is None:
        raise DocumentMissing(say("There is no such paper; nothing was changed."))
    get_producer_to_change(session, producer_id)
    return session.get_one(Document, document_id, with_for_update={"key_share": True}, populate_existing=True)


def move(
    session: Session,
    document: Document,
    *,
    by: Actor | None,
    to: State,
    what: str,
    note: str | None = None,
) -> None:
    """Bring the paper into another state, with its event and the audit's; who held it holds it no longer."""
    document.state = to.value
    if to is not State.IN_REVIEW:
        document.claimed_by = document.claimed_at = None
    tell_history(session, document, by=by, what=what, note=note)


def tell_history(session: Session, document: Document, *, by: Actor | None, what: str, note: str | None = None) -> None:
    """Write down what happened to the paper: *what* is the stable code of a `DocumentEvent`."""
    session.flush()
    session.add(
        DocumentEvent(document_id=document.id, at=clock.now(), by=by.user_id if by else None, what=what, note=note)
    )
    session.flush()
    detail = {"kind": document.kind, **({"note": note} if note else {})}
    record_event(session, by=by, act=_ACTS[what], subject=f"document:{document.id}", **detail)


_ACTS = {
    "uploaded": "paper uploaded",
    "submitted": "paper submitted",
    "claimed": "paper taken for review",
    "released": "paper given back",
    "second_look": "paper given to a second look",
    "approved": "paper approved",
    "needs_correction": "paper sent back",
    "rejected": "paper rejected",
    "withdrawn": "paper withdrawn",
    "superseded": "paper superseded",
    "stage": "paper commitment fulfilled",
    "changed": "paper change reported",
    "reminded": "paper end announced",
}
"""How the audit trail names what happened to a paper."""


def refuse_state(document: Document, *allowed: State) -> None:
    """Refuse an act on a paper that stands elsewhere.

    Raises:
        DocumentMoved: its state is none of *allowed*.

    """
    if document.state not in allowed:
        raise DocumentMoved(
            say(
                "This paper is {state} by now; nothing was changed. Load the page again.",
                state=Code("paper_state", document.state),
            )
        )


def is_of_goods(kind: Kind) -> bool:
    """Say whether a paper of this *kind* is handed in for products."""
    return KINDS[kind].per_goods


def find_product_ids(session: Session, document_id: int) -> list[int]:
    """Return the products that the paper is for; none where it is for the business as a whole."""
    query = select(DocumentProduct.product_id).where(DocumentProduct.document_id == document_id)
    return list(session.scalars(query.order_by(DocumentProduct.product_id)))


def write_products(session: Session, document: Document, product_ids: Sequence[int]) -> None:
    """Let the paper be for *product_ids* and no others; for the business as a whole where there are none."""
    session.execute(delete(DocumentProduct).where(DocumentProduct.document_id == document.id))
    rows = [
        {"document_id": document.id, "product_id": one, "producer_id": document.producer_id}
        for one in sorted(set(product_ids))
    ]
    if rows:
        session.execute(insert(DocumentProduct), rows)


def paper_of(document: Document) -> Paper:
    """Return what the paper says, as the library judges it."""
    return Paper(
        kind=Kind(document.kind),
        number=document.number,
        issued_on=document.issued_on,
        valid_until=document.valid_until,
        holder=document.holder,
        stage=Stage(document.stage) if document.stage else None,
        details=document.details or {},
    )


def business_of(session: Session, producer: Producer) -> Business:
    """Return the producer as the library knows it; it produces in the region where nothing else is said."""
    return Business(
        name=producer.name,
        owner_name=producer.owner_name,
        nib=producer.nib,
        regency=producer.regency or session.info.get(REGION),
        is_entity=producer.is_entity,
    )


def goods_of(product: Product) -> Goods:
    """Return the product as the library knows it."""
    return make_goods(
        name=product.name,
        goods_class=product.goods_class,
        food_group=product.food_group,
        net_unit=product.net_unit,
    )


def find_compact(kind: Kind, number: str | None) -> str | None:
    """Return the number as it is compared; blank where it is blank or has not the form of its *kind*."""
    try:
        return KINDS[kind].module.parse(number).compact if number else None
    except NumberRefused:
        return None


def find_hits(session: Session, kind: str, number_compact: str | None) -> list[ReferenceHit]:
    """Return what the lists of other offices that are looked at say about a number, the newest first."""
    if number_compact is None:
        return []
    query = (
        select(ReferenceEntry.name, ReferenceList.issuer, ReferenceList.as_of)
        .join(ReferenceList, ReferenceList.id == ReferenceEntry.list_id)
        .where(
            ReferenceEntry.number == number_compact, ReferenceList.kind == kind, ReferenceList.withdrawn_at.is_(None)
        )
        .order_by(ReferenceList.as_of.desc(), ReferenceList.id.desc(), ReferenceEntry.row)
    )
    return [ReferenceHit(name=row.name, issuer=row.issuer, as_of=row.as_of) for row in session.execute(query)]


def find_others(session: Session, document: Document) -> list[Paper]:
    """Return the producer's other papers in force, which this one is compared with."""
    query = select(Document).where(
        Document.producer_id == document.producer_id, Document.state == State.APPROVED, Document.id != document.id
    )
    return [paper_of(other) for other in session.scalars(query.order_by(Document.id))]


def find_read(values: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return what was surely read from a file, by field: a difference to what was typed is worth a word."""
    read: dict[str, str] = {}
    for one in values:
        if one.get("sure"):
            read.setdefault(str(one["field"]), str(one["value"]))
    return read


def assess_document(
    session: Session, document: Document, *, product_ids: Sequence[int], on: date
) -> tuple[Finding, ...]:
    """Judge the paper by everything that is known about it, and keep what was found with it."""
    producer = session.get_one(Producer, document.producer_id)
    products = session.scalars(select(Product).where(Product.id.in_(product_ids)).order_by(Product.id))
    findings = assess_paper(
        paper_of(document),
        business=business_of(session, producer),
        goods=[goods_of(product) for product in products],
        read=find_read(document.values_read or []),
        others=find_others(session, document),
        reference=find_hits(session, document.kind, document.number_compact),
        on=on,
    )
    document.findings, document.verdict = dump_findings(findings), combine(findings).value
    session.flush()
    return findings


def write_typed(document: Document, typed: Typed) -> None:
    """Write what a person confirmed to the paper."""
    document.number = typed.number
    document.number_compact = find_compact(Kind(document.kind), typed.number)
    document.issued_on, document.valid_until = typed.issued_on, typed.valid_until
    document.holder, document.stage = typed.holder, typed.stage.value if typed.stage else None
    document.details = dict(typed.details)
    document.ends_on = find_last_day(paper_of(document))
