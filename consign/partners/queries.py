"""Reading producers, partners, stores and agreements."""

from dataclasses import fields
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.models.partners import Agreement, Cooperative, CooperativeMember, Partner, Producer, RegionTerms, Store
from consign.partners.rules import DiscountBorneBy, FeeOn, RegionSettings, Route, Terms, UnknownCode
from consign.sentence import say


def get_producer(session: Session, code: str) -> Producer:
    """Return the producer with *code*.

    Raises:
        UnknownCode: there is none.

    """
    producer = session.scalar(select(Producer).where(Producer.code == code))
    if producer is None:
        raise UnknownCode(say("There is no producer '{code}'.", code=code))
    return producer


def get_partner(session: Session, code: str) -> Partner:
    """Return the partner with *code*.

    Raises:
        UnknownCode: there is none.

    """
    partner = session.scalar(select(Partner).where(Partner.code == code))
    if partner is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=code))
    return partner


def get_store(session: Session, *, partner_id: int, code: str) -> Store:
    """Return the partner's store with *code*.

    Raises:
        UnknownCode: the partner has none.

    """
    store = session.scalar(select(Store).where(Store.partner_id == partner_id, Store.code == code))
    if store is None:
        raise UnknownCode(say("The partner has no store '{code}'.", code=code))
    return store


def get_region_terms(session: Session) -> RegionTerms:
    """Return what the dinas has set for its region."""
    return session.get_one(RegionTerms, 1)


def get_office_day(session: Session) -> date:
    """Return which day it is at the dinas, by the region's own time zone."""
    return clock.today(get_region_terms(session).zone)


def find_partners(session: Session) -> list[Partner]:
    """Return all partners by name."""
    return list(session.scalars(select(Partner).order_by(Partner.name)))


def find_stores(session: Session, *, partner_id: int) -> list[Store]:
    """Return the partner's stores by code."""
    return list(session.scalars(select(Store).where(Store.partner_id == partner_id).order_by(Store.code)))


def get_settings(terms: RegionTerms) -> RegionSettings:
    """Return what the dinas has set, as `change_region_terms` takes it."""
    return RegionSettings(**{one.name: getattr(terms, one.name) for one in fields(RegionSettings)})


def get_terms(agreement: Agreement) -> Terms:
    """Return what an agreement says about money, as `add_agreement` takes it."""
    facts = {one.name: getattr(agreement, one.name) for one in fields(Terms)}
    kinds = {"fee_on": FeeOn, "discount_borne_by": DiscountBorneBy, "route": Route}
    return Terms(**{**facts, **{name: kind(facts[name]) for name, kind in kinds.items()}})


def lock_partner(session: Session, partner_id: int) -> None:
    """Wait until nobody else posts for or closes this partner, and hold it until the transaction ends.

    Posting and closing both take this lock, so a sale is posted before a cut or after it, never across it. New
    uploads only refer to the partner's row and do not wait.
    """
    session.execute(select(Partner.id).where(Partner.id == partner_id).with_for_update(key_share=True))


def share_terms(session: Session) -> RegionTerms:
    """Return the region's terms; nobody changes them until the transaction ends."""
    return session.get_one(RegionTerms, 1, with_for_update={"read": True}, populate_existing=True)


def find_cooperative_of(session: Session, *, producer_id: int, on: date) -> Cooperative | None:
    """Return the cooperative that a producer has mandated on a day; blank where it has none."""
    query = (
        select(Cooperative)
        .join(CooperativeMember, CooperativeMember.cooperative_id == Cooperative.id)
        .where(CooperativeMember.producer_id == producer_id, CooperativeMember.days.contains(on))
    )
    return session.scalars(query).first()


def is_mandated(session: Session, *, cooperative_id: int, producer_id: int, first: date, last: date | None) -> bool:
    """Say whether a producer has mandated a cooperative on every day from *first* to *last*, both inside, or for ever."""
    query = select(
        func.range_agg(CooperativeMember.days).op("@>")(func.daterange(first, last + timedelta(1) if last else None))
    ).where(CooperativeMember.cooperative_id == cooperative_id, CooperativeMember.producer_id == producer_id)
    return bool(session.scalar(query))


def find_mandate_end(session: Session, *, cooperative_id: int, producer_id: int, on: date) -> date | None:
    """Return the last day of the mandate that a cooperative has of a producer on a day; blank where it goes on."""
    query = select(func.upper(CooperativeMember.days)).where(
        CooperativeMember.cooperative_id == cooperative_id,
        CooperativeMember.producer_id == producer_id,
        CooperativeMember.days.contains(on),
    )
    until = session.scalar(query)
    return until - timedelta(1) if until else None
