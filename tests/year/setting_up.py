"""The city of a year in consign: people, partners, goods, papers, agreements, bank accounts, each by its own act."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from compliance.facts import GoodsClass, Kind, Stage
from consign import clock
from consign.banking.accounts import add_bank_account
from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_price
from consign.documents.reviewing import claim_document, decide_document
from consign.documents.rules import Decision, Typed
from consign.documents.submitting import submit_document, upload_document
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.models.partners import Cooperative
from consign.partners.actions import add_partner, add_producer, add_store
from consign.partners.agreeing import add_agreement, continue_agreement
from consign.partners.cooperatives import add_cooperative, add_member
from consign.partners.queries import get_partner
from consign.partners.rules import DiscountBorneBy, FeeOn, Route
from consign.partners.rules import Terms as OwnTerms
from consign.payouts.payees import confirm_account, state_account
from consign.period import Cycle
from consign.settlement.queries import find_last_closing
from tests.builders import TAXABLE
from tests.year.people import BEGIN, CITY_BANKS, COOPERATIVES, City, Producer, Terms

OFFICE = {
    "admin": Role.ADMIN, "finance": Role.DINAS_FINANCE, "second": Role.DINAS_FINANCE, "head": Role.HEAD,
    "verifier": Role.VERIFIER,
}  # fmt: skip
FEE_ON = {"gross": FeeOn.REPORTED_GROSS, "net": FeeOn.REPORTED_NET, "agreed": FeeOn.AGREED_PRICE}
FOUNDED = BEGIN - timedelta(30)


@dataclass
class Calendar:
    """The day it is in the city: ten in the morning."""

    day: date

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 2, tzinfo=UTC)

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Let consign read the time here."""
        patch.setattr(clock, "now", self.now)


@dataclass
class Ids:
    """What consign calls what the city calls by codes."""

    partners: dict[str, int] = field(default_factory=dict)
    stores: dict[str, int] = field(default_factory=dict)
    producers: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    agreements: dict[tuple[str, str], int] = field(default_factory=dict)
    cooperatives: dict[str, int] = field(default_factory=dict)
    banks: dict[str, int] = field(default_factory=dict)
    permits: dict[str, int] = field(default_factory=dict)


def login(name: str) -> str:
    """Return how somebody of the city signs in."""
    return f"{name.lower()}@kota.example"


def act_as(session: Session, name: str) -> Actor:
    """Return who acts."""
    return get_actor(session, login(name))


def set_up_office(session: Session, city: City, ids: Ids) -> None:
    """Add the office's people and bank accounts, the cooperatives, and the partners with their stores."""
    for name, role in OFFICE.items():
        by = None if name == "admin" else act_as(session, "admin")
        add_user(session, by=by, login=login(name), name=name.title(), role=role)
    admin = act_as(session, "admin")
    for code, (bank, number, _) in CITY_BANKS.items():
        ids.banks[code] = add_bank_account(
            session, by=admin, code=code, bank_code=bank, number=number, holder="Dinas Contoh"
        ).id
    for place, code in enumerate(COOPERATIVES, start=1):
        signed = add_cooperative(session, by=admin, code=code, name=f"Koperasi Contoh {place}", phone=None)
        ids.cooperatives[code] = signed.id
        add_user(session, by=admin, login=login(code), name=code, role=Role.COOPERATIVE, cooperative_id=signed.id)
        _state(session, f"1{place:09d}", f"Koperasi Contoh {place}", cooperative_id=signed.id)
    for partner in city.partners:
        one = add_partner(
            session,
            by=admin,
            code=partner.code,
            name=partner.name,
            kind=partner.kind,
            cycle=Cycle(partner.cycle),
            taxes=TAXABLE,
        )
        ids.partners[partner.code] = one.id
        add_user(
            session,
            by=admin,
            login=login(partner.code),
            name=partner.name,
            role=Role.PARTNER_FINANCE,
            partner_id=one.id,
        )
        for code in partner.stores:
            ids.stores[code] = add_store(
                session, by=admin, partner_id=one.id, code=code, name=f"Gerai {code}", zone="Asia/Makassar",
                opened_on=BEGIN,
            ).id  # fmt: skip


def set_up_producer(session: Session, city: City, ids: Ids, owner: Producer) -> None:
    """Add a producer with its account, its goods, its agreements and its papers."""
    admin = act_as(session, "admin")
    one = add_producer(
        session, by=admin, code=owner.code, name=owner.name, nib=f"0000{owner.place:09d}", owner_name=f"Pemilik {owner.place}",
        is_entity=owner.is_firm,
    )  # fmt: skip
    ids.producers[owner.code] = one.id
    add_user(session, by=admin, login=login(owner.code), name=owner.name, role=Role.PRODUCER, producer_id=one.id)
    _state(session, f"2{owner.place:09d}", f"Pemilik {owner.place}", producer_id=one.id)
    if owner.cooperative:
        add_member(
            session, by=admin, cooperative=_get_cooperative(session, ids, owner.cooperative), producer_id=one.id, first=FOUNDED, last=None,
            mandate=f"Surat kuasa {owner.place}",
        )  # fmt: skip
    for product in city.products.values():
        if product.producer == owner.code:
            _add_product(session, city, ids, product.code, owner)
    for (partner, producer), versions in city.agreements.items():
        if producer == owner.code:
            terms = versions[0].terms
            ids.agreements[partner, producer] = add_agreement(
                session, by=admin, partner_id=ids.partners[partner], producer_id=one.id, first=versions[0].first, last=None,
                terms=as_terms(terms), cooperative_id=_receiver(ids, terms, owner),
            ).id  # fmt: skip
    _hand_in_papers(session, city, ids, owner)


def _receiver(ids: Ids, terms: Terms, owner: Producer) -> int | None:
    return ids.cooperatives[owner.cooperative] if terms.route == "cooperative" and owner.cooperative else None


def _get_cooperative(session: Session, ids: Ids, code: str) -> Cooperative:
    return session.get_one(Cooperative, ids.cooperatives[code])


def as_terms(terms: Terms) -> OwnTerms:
    """Return terms as consign writes them."""
    return OwnTerms(
        fee_rate_bp=terms.fee_bp, fee_on=FEE_ON[terms.fee_on], discount_borne_by=DiscountBorneBy(terms.discount_by),
        fee_tax_bp=terms.fee_tax_bp, pph23_bp=terms.pph23_bp, payment_term_days=terms.term_days, loss_store_bp=terms.loss_bp,
        route=Route(terms.route), min_payout_rp=terms.minimum_rp,
    )  # fmt: skip


def _state(
    session: Session, number: str, holder: str, *, producer_id: int | None = None, cooperative_id: int | None = None
) -> None:
    """State where somebody is paid, and let another confirm it."""
    stated = state_account(
        session, by=act_as(session, "finance"), bank_code="124", number=number, holder=holder, producer_id=producer_id,
        cooperative_id=cooperative_id,
    )  # fmt: skip
    confirm_account(session, by=act_as(session, "second"), account_id=stated.id)


def _add_product(session: Session, city: City, ids: Ids, code: str, owner: Producer) -> None:
    admin, one = act_as(session, "admin"), city.products[code]
    product = add_product(
        session, by=admin, producer_id=ids.producers[owner.code], code=code, name=one.name, net_content=200, net_unit="g",
        goods_class=(GoodsClass.DRY_FOOD if owner.is_food else GoodsClass.CRAFT).value,
        food_group="06" if owner.is_food else None,
    )  # fmt: skip
    ids.products[code] = product.id
    for first, price in one.prices:
        set_price(session, by=admin, product=product, price_rp=price, from_on=first)
    add_gtin(session, by=admin, product=product, gtin=one.gtin, from_on=FOUNDED)
    for partner in ("PES", "MAH"):
        add_product_alias(session, by=admin, partner_id=ids.partners[partner], product=product, alias=one.plu)


def _hand_in_papers(session: Session, city: City, ids: Ids, owner: Producer) -> None:
    """Hand in and approve what a producer's goods need."""
    products = [ids.products[one.code] for one in city.products.values() if one.producer == owner.code]
    on = clock.today("Asia/Makassar")
    approve(
        session, ids, owner, Kind.NIB, Typed(number=f"0000{owner.place:09d}", issued_on=FOUNDED - timedelta(300)), on=on
    )
    day, month = 1 + owner.place % 28, 1 + owner.place % 12
    approve(session, ids, owner, Kind.NIK, Typed(number=f"647101{day:02d}{month:02d}80{owner.place:04d}"), on=on)
    details = {"bank": "124", "account_name": f"Pemilik {owner.place}"}
    approve(session, ids, owner, Kind.BANK_ACCOUNT, Typed(number=f"2{owner.place:09d}", details=details), on=on)
    if owner.is_firm:
        approve(session, ids, owner, Kind.NPWP, Typed(number=f"9{owner.place:015d}"), on=on)
    if owner.is_food:
        approve_permit(session, ids, owner, products, until=owner.permit_until, on=on)
        approve(session, ids, owner, Kind.HALAL, Typed(number=f"ID6411{owner.place:013d}"[:19], issued_on=FOUNDED - timedelta(90)), on=on, products=products)  # fmt: skip


def approve_permit(session: Session, ids: Ids, owner: Producer, products: list[int], *, until: date, on: date) -> None:
    """Hand in a food permit, or the one that follows it, and approve it."""
    number = f"206647101{owner.place:04d}{until.year % 100:02d}"
    typed = Typed(
        number=number,
        issued_on=until.replace(year=until.year - 5, day=min(until.day, 28)),
        valid_until=until,
        stage=Stage.FULFILLED,
    )
    ids.permits[owner.code] = approve(
        session, ids, owner, Kind.PIRT, typed, on=on, products=products, replaces_id=ids.permits.get(owner.code)
    )


def approve(
    session: Session, ids: Ids, owner: Producer, kind: Kind, typed: Typed, *, on: date, products: list[int] | None = None,
    replaces_id: int | None = None,
) -> int:  # fmt: skip
    """Hand in a paper as its producer, and approve it as a verifier; return its id."""
    by, verifier, own = act_as(session, owner.code), act_as(session, "verifier"), products or []
    draft = upload_document(
        session, by=by, producer_id=ids.producers[owner.code], kind=kind, taken=None,
        product_ids=own, replaces_id=replaces_id,
    )  # fmt: skip
    submit_document(session, by=by, document_id=draft.id, typed=typed, product_ids=own, on=on)
    claim_document(session, by=verifier, document_id=draft.id)
    decide_document(
        session,
        by=verifier,
        document_id=draft.id,
        decision=Decision.APPROVE,
        reason="sesuai",
        consulted="oss.go.id",
        on=on,
    )
    return draft.id


def change_terms(session: Session, city: City, ids: Ids, *, on: date) -> int:
    """Let agreements go on by the versions that begin the day after; return how many."""
    changed = 0
    for (partner, producer), versions in city.agreements.items():
        for one in versions[1:]:
            if one.first == on + timedelta(1):
                closing = find_last_closing(session, get_partner(session, partner).id)
                ids.agreements[partner, producer] = continue_agreement(
                    session, by=act_as(session, "admin"), agreement_id=ids.agreements[partner, producer], first=one.first,
                    last=None, terms=as_terms(one.terms), closed_until=closing.until_on if closing else None,
                ).id  # fmt: skip
                changed += 1
    return changed
