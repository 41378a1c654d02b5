"""Papers of the sample city: handed in, reviewed, waived and asked for by the acts of its people."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.facts import GoodsClass, Kind
from compliance.kinds import KINDS
from consign.catalogue.goods import find_goods
from consign.documents.demanding import add_demand, find_demands_of
from consign.documents.eligibility import recompute, take_due
from consign.documents.intake import TakenIn, take_in
from consign.documents.referring import ListedNumber, import_reference_list
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision
from consign.documents.submitting import submit_document, upload_document
from consign.documents.waiving import grant_waiver
from consign.files import Files
from consign.identity.queries import find_users, get_actor
from consign.identity.rules import Actor
from consign.models.catalogue import Product
from consign.models.documents import Document, PaperWaiver, ReferenceList
from consign.models.partners import Producer
from consign.partners.queries import get_partner, get_producer
from consign.sample.goods import SampleProducer, read_city_goods, read_goods, read_producers
from consign.sample.paper_files import write_paper
from consign.sample.paper_plan import Fate, SamplePaper, plan_papers, renew
from consign.sample.people import ADMIN, HEAD, VERIFIER
from consign.sample.stores import SUPERMARKET

CONSULTED = "Berkas asli diperlihatkan di kantor"
"""Where papers were looked up that no site knows."""
WAIVED = ("UMKM-012", Kind.HALAL)
WAIVED_DAYS = 90
WAIVED_BECAUSE = "Sertifikat halal sudah diajukan; sidang fatwa tertunda karena banjir."
OFFICE_BEHIND_LIST = "Dinas Kesehatan Kota Contoh"
LISTED_NAMES = {"UMKM-026": "Sale Pisang Anugrah Jaya", "UMKM-035": "Sumber Rejeki Mandiri"}
"""Names as the other office writes them, where they differ from the producer's."""
LISTED_PRODUCERS = 36
"""Producers whose numbers the other office's list has; of the others it says nothing."""
DECISIONS = {
    Fate.IN_FORCE: Decision.APPROVE,
    Fate.RENEWING: Decision.APPROVE,
    Fate.SECOND_LOOK: Decision.SECOND_LOOK,
    Fate.SENT_BACK: Decision.NEEDS_CORRECTION,
    Fate.REJECTED: Decision.REJECT,
}


def plan_all(producer: SampleProducer, *, on: date) -> list[SamplePaper]:
    """Return all papers that *producer* hands in, each one that follows another behind it."""
    goods = [one for one in (*read_goods(), *read_city_goods()) if one.producer == producer.code]
    planned = plan_papers(producer, goods, on=on)
    return [*planned, *(renew(one) for one in planned if one.turn.fate is Fate.RENEWING)]


def has_papers(session: Session, sample: SampleProducer) -> bool:
    """Say whether the producer has handed in anything."""
    own = select(Document.id).join(Producer, Producer.id == Document.producer_id).where(Producer.code == sample.code)
    return session.scalars(own.limit(1)).first() is not None


def take_files_in(papers: Sequence[SamplePaper], *, files: Files) -> list[TakenIn | None]:
    """Store the files of *papers*, outside of any transaction; blank where the dinas holds the values alone."""
    return [
        take_in(io.BytesIO(write_paper(one.kind, one.typed)), name=f"{one.kind}.pdf", kind=one.kind, files=files)
        if one.has_file
        else None
        for one in papers
    ]


def hand_in(
    session: Session,
    sample: SampleProducer,
    papers: Sequence[SamplePaper],
    taken: Sequence[TakenIn | None],
    *,
    on: date,
) -> None:
    """Let the producer, or the dinas for it, hand in its papers, and the verifier decide about them."""
    producer = get_producer(session, sample.code)
    by = _find_submitter(session, producer)
    followed: dict[Kind, int] = {}
    for paper, file in zip(papers, taken, strict=True):
        document = _hand_in_one(session, producer, paper, file, by=by, on=on, replaces_id=followed.get(paper.kind))
        if paper.turn.fate is Fate.RENEWING:
            followed[paper.kind] = document.id


def _find_submitter(session: Session, producer: Producer) -> Actor:
    own = [one.login for one in find_users(session) if one.producer_id == producer.id]
    return get_actor(session, own[0] if own else ADMIN)


def _hand_in_one(
    session: Session,
    producer: Producer,
    paper: SamplePaper,
    taken: TakenIn | None,
    *,
    by: Actor,
    on: date,
    replaces_id: int | None,
) -> Document:
    product_ids = list(session.scalars(select(Product.id).where(Product.code.in_(paper.products))))
    document = upload_document(
        session,
        by=by,
        producer_id=producer.id,
        kind=paper.kind,
        taken=taken,
        product_ids=product_ids,
        replaces_id=replaces_id,
    )
    if paper.turn.fate is Fate.DRAFT:
        return document
    # What has ended by now was in force when it was looked at.
    day = on if paper.turn.fate is not Fate.RENEWING else (paper.typed.valid_until or on) - timedelta(30)
    submit_document(session, by=by, document_id=document.id, typed=paper.typed, product_ids=product_ids, on=day)
    if (decision := DECISIONS.get(paper.turn.fate)) is not None:
        _decide(session, document, paper, decision=decision, on=day)
    return document


def _decide(session: Session, document: Document, paper: SamplePaper, *, decision: Decision, on: date) -> None:
    verifier = get_actor(session, VERIFIER)
    claim_document(session, by=verifier, document_id=document.id)
    decide_document(
        session,
        by=verifier,
        document_id=document.id,
        decision=decision,
        reason=paper.turn.reason,
        consulted=KINDS[paper.kind].looked_up_at or CONSULTED,
        on=on,
    )


def ensure_reference_list(session: Session, *, files: Files, on: date) -> bool:
    """Load the list of SPP-IRT that another office sent; return whether it was missing."""
    if session.scalars(select(ReferenceList.id).limit(1)).first() is not None:
        return False
    entries = list(_list_numbers(on))
    table = "\n".join(["nomor,nama", *(f"{one.number},{one.name}" for one in entries)])
    sha256, _ = files.keep(io.BytesIO(table.encode()))
    import_reference_list(
        session,
        by=get_actor(session, VERIFIER),
        kind=Kind.PIRT,
        issuer=OFFICE_BEHIND_LIST,
        as_of=on - timedelta(14),
        sha256=sha256,
        file_name="daftar-spp-irt.csv",
        entries=entries,
    )
    return True


def _list_numbers(on: date) -> Iterable[ListedNumber]:
    row = 1
    for producer in read_producers()[:LISTED_PRODUCERS]:
        for paper in plan_all(producer, on=on):
            if paper.kind is Kind.PIRT and paper.typed.number:
                row += 1
                yield ListedNumber(row, paper.typed.number, LISTED_NAMES.get(producer.code, producer.name))


def ensure_exceptions(session: Session, *, on: date) -> bool:
    """Let the head waive a paper, and a partner ask for one more; return whether either was missing."""
    changed = False
    code, kind = WAIVED
    producer = get_producer(session, code)
    if session.scalars(select(PaperWaiver.id).limit(1)).first() is None:
        changed = True
        grant_waiver(
            session,
            by=get_actor(session, HEAD),
            producer_id=producer.id,
            product_id=None,
            kind=kind,
            reason=WAIVED_BECAUSE,
            from_on=on,
            until_on=on + timedelta(WAIVED_DAYS),
        )
    partner = get_partner(session, SUPERMARKET.code)
    if not find_demands_of(session, partner.id):
        changed = True
        add_demand(
            session,
            by=get_actor(session, ADMIN),
            partner_id=partner.id,
            kind=Kind.LABEL,
            goods_class=GoodsClass.DRY_FOOD,
            from_on=on,
            until_on=None,
        )
    return changed


def judge_due(session: Session, *, on: date) -> bool:
    """Judge the products whose papers have changed, as a worker would; return whether there were any."""
    judged = False
    while due := take_due(session, on=on):
        judged = True
        recompute(session, goods=find_goods(session, producer_ids=due), on=on)
    return judged
