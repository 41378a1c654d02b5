"""A cooperative of the sample city with two members, and terms that changed. None of it is real."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.identity.queries import get_actor
from consign.models.partners import Agreement
from consign.partners.agreeing import continue_agreement
from consign.partners.cooperatives import add_cooperative, add_cooperative_agreement, add_member, find_cooperatives
from consign.partners.queries import get_partner, get_producer, get_terms, lock_partner
from consign.partners.rules import Route
from consign.sample.months import Months
from consign.sample.people import ADMIN, COOPERATIVE
from consign.sample.stores import HOTEL, MINIMARKET
from consign.settlement.queries import find_last_closing

NAME = "Koperasi Dapur Bersama Contoh"
MEMBERS = ("UMKM-006", "UMKM-014")
"""They sell to the hotel only through their cooperative."""
FEE_BP = 300
CHANGED = "UMKM-001"
"""Whose agreement with the minimarket has other terms from the second month on."""
LONGER_TERM_DAYS = 14


def ensure_cooperative(session: Session, *, months: Months) -> bool:
    """Add the cooperative with its members, and what it signed with the hotel; return whether it was missing."""
    if find_cooperatives(session):
        return False
    admin = get_actor(session, ADMIN)
    cooperative = add_cooperative(session, by=admin, code=COOPERATIVE, name=NAME, phone=None)
    for number, code in enumerate(MEMBERS, start=1):
        add_member(
            session,
            by=admin,
            cooperative=cooperative,
            producer_id=get_producer(session, code).id,
            first=months.began_on,
            last=None,
            mandate=f"Surat kuasa {number}/KDB/{months.began_on:%Y}",
        )
    add_cooperative_agreement(
        session,
        by=admin,
        cooperative=cooperative,
        partner_id=get_partner(session, HOTEL.code).id,
        first=months.second.first,
        last=None,
        terms=replace(HOTEL.terms, fee_rate_bp=FEE_BP, route=Route.COOPERATIVE, min_payout_rp=0),
    )
    return True


def ensure_changed_terms(session: Session, *, months: Months) -> bool:
    """Let one agreement go on with a longer payment term from the second month on; return whether it did not yet."""
    partner, producer = get_partner(session, MINIMARKET.code), get_producer(session, CHANGED)
    lock_partner(session, partner.id)
    agreements = session.scalars(
        select(Agreement)
        .where(Agreement.partner_id == partner.id, Agreement.producer_id == producer.id)
        .order_by(Agreement.id)
    ).all()
    if len(agreements) != 1:
        return False
    closing = find_last_closing(session, partner.id)
    continue_agreement(
        session,
        by=get_actor(session, ADMIN),
        agreement_id=agreements[0].id,
        first=months.second.first,
        last=None,
        terms=replace(get_terms(agreements[0]), payment_term_days=LONGER_TERM_DAYS),
        closed_until=closing.until_on if closing else None,
    )
    return True
