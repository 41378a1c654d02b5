"""What producers' goods are judged by: businesses, papers, waivers and the region's choice, read for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.facts import Business, GoodsClass, Kind, Paper, Stage
from compliance.kinds import KINDS
from compliance.standing import Held, PartnerDemand, Policy, State, Waiver
from consign.db import REGION
from consign.models import documents as rows
from consign.models.documents import Document, DocumentProduct, PaperWaiver
from consign.models.partners import Partner, Producer
from consign.partners.queries import get_region_terms

COUNTED = (
    State.SUBMITTED,
    State.IN_REVIEW,
    State.SECOND_LOOK,
    State.APPROVED,
    State.NEEDS_CORRECTION,
    State.REJECTED,
)
"""States of papers that say something about eligibility or about what is to be done."""


@dataclass(frozen=True)
class HeldPaper:
    """A paper with the products it was handed in for; none where it is the business's as a whole."""

    of_business: Held
    of_goods: Held
    product_ids: frozenset[int]


@dataclass(frozen=True)
class HeldWaiver:
    """A waiver with the one product it is for, or blank for all."""

    waiver: Waiver
    product_id: int | None


@dataclass(frozen=True)
class Holding:
    """What the goods of one producer are judged by."""

    business: Business
    papers: tuple[HeldPaper, ...]
    waivers: tuple[HeldWaiver, ...]

    def find_papers(self, product_id: int) -> list[Held]:
        """Return the papers that count for a product: those handed in for it, and the business's own."""
        return [
            one.of_goods if one.product_ids else one.of_business
            for one in self.papers
            if not one.product_ids or product_id in one.product_ids
        ]

    def find_waivers(self, product_id: int) -> list[Waiver]:
        """Return the waivers that hold for a product."""
        return [one.waiver for one in self.waivers if one.product_id in (None, product_id)]


def find_held(session: Session, producer_ids: Iterable[int]) -> dict[int, Holding]:
    """Return what the goods of these producers are judged by, in three statements however many they are."""
    wanted = sorted(set(producer_ids))
    papers, waivers = _find_papers(session, wanted), _find_waivers(session, wanted)
    query = select(
        Producer.id, Producer.name, Producer.owner_name, Producer.nib, Producer.regency, Producer.is_entity
    ).where(Producer.id.in_(wanted))
    own = session.info.get(REGION)
    return {
        row.id: Holding(
            Business(row.name, row.owner_name, row.nib, row.regency or own, row.is_entity),
            tuple(papers.get(row.id, ())),
            tuple(waivers.get(row.id, ())),
        )
        for row in session.execute(query)
    }


def find_partner_demands(session: Session, partner_id: int) -> list[PartnerDemand]:
    """Return what a retail partner asks for, as goods are judged by it."""
    demand = rows.PartnerDemand
    query = (
        select(Partner.name, demand.kind, demand.goods_class, demand.from_on, demand.until_on)
        .join(Partner, Partner.id == demand.partner_id)
        .where(demand.partner_id == partner_id)
        .order_by(demand.id)
    )
    return [
        PartnerDemand(
            partner=row.name,
            kind=Kind(row.kind),
            goods_class=GoodsClass(row.goods_class) if row.goods_class else None,
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in session.execute(query)
    ]


def find_policy(session: Session) -> Policy:
    """Return what the region has chosen."""
    return Policy(halal_blocks=get_region_terms(session).halal_blocks)


def _find_papers(session: Session, producer_ids: Sequence[int]) -> Mapping[int, list[HeldPaper]]:
    products = (
        select(func.array_agg(DocumentProduct.product_id))
        .where(DocumentProduct.document_id == Document.id)
        .scalar_subquery()
    )
    query = (
        select(
            Document.id,
            Document.producer_id,
            Document.kind,
            Document.state,
            Document.stage,
            Document.number,
            Document.issued_on,
            Document.valid_until,
            Document.holder,
            Document.details,
            products.label("products"),
        )
        .where(Document.producer_id.in_(producer_ids), Document.state.in_(COUNTED))
        .order_by(Document.id)
    )
    found: defaultdict[int, list[HeldPaper]] = defaultdict(list)
    for row in session.execute(query):
        kind = Kind(row.kind)
        paper = Paper(
            kind=kind,
            number=row.number,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            holder=row.holder,
            stage=Stage(row.stage) if row.stage else None,
            details=row.details,
        )
        state = State(row.state)
        held = [Held(id=row.id, paper=paper, state=state, for_goods=for_goods) for for_goods in (False, True)]
        product_ids = frozenset(row.products or ()) if KINDS[kind].per_goods else frozenset()
        found[row.producer_id].append(HeldPaper(held[0], held[1], product_ids))
    return found


def _find_waivers(session: Session, producer_ids: Sequence[int]) -> Mapping[int, list[HeldWaiver]]:
    query = (
        select(
            PaperWaiver.producer_id,
            PaperWaiver.product_id,
            PaperWaiver.kind,
            PaperWaiver.from_on,
            PaperWaiver.until_on,
        )
        .where(PaperWaiver.producer_id.in_(producer_ids), PaperWaiver.until_on >= PaperWaiver.from_on)
        .order_by(PaperWaiver.id)
    )
    found: defaultdict[int, list[HeldWaiver]] = defaultdict(list)
    for row in session.execute(query):
        waiver = Waiver(Kind(row.kind), row.from_on, row.until_on)
        found[row.producer_id].append(HeldWaiver(waiver, row.product_id))
    return found
