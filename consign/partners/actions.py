"""Adding producers, partners, stores, other names for stores, and agreements."""

from datetime import date, timedelta

from psycopg.errors import ExclusionViolation, ForeignKeyViolation, UniqueViolation
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from compliance import nib as nib_numbers
from consign.errors import BadInput, refuse_blank
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models import RegionBase
from consign.models.partners import Agreement, Partner, Producer, RegionTerms, Store, StoreAlias
from consign.partners.rules import (
    AgreementOverlaps,
    CodeTaken,
    Terms,
    refuse_days_out_of_order,
    refuse_fee_out_of_bounds,
    refuse_impossible_terms,
)
from consign.period import ZONES, Cycle

PARTNER_KINDS = ("supermarket", "minimarket", "hotel")


def add_producer(session: Session, *, by: Actor, code: str, name: str, nib: str | None) -> Producer:
    """Add a producer; *nib* may stay blank until its paper is in.

    Raises:
        BadInput: code or name is blank, or the NIB is not 13 digits.
        CodeTaken: the code or the NIB belongs to another producer.

    """
    authorize(by, Act.MANAGE_PRODUCERS)
    refuse_blank(code=code, name=name)
    try:
        digits = nib_numbers.parse(nib) if nib else None
    except ValueError as error:
        raise BadInput(f"{str(error).capitalize()}; no producer was added.") from error
    producer = Producer(code=code, name=name, nib=digits)
    _add(session, producer, f"The code {code!r} or its NIB belongs to another producer; no producer was added.")
    record_event(session, by=by, act="producer added", subject=f"producer:{producer.id}", code=code)
    return producer


def add_partner(session: Session, *, by: Actor, code: str, name: str, kind: str, cycle: Cycle) -> Partner:
    """Add a retail partner that is settled every *cycle*.

    Raises:
        BadInput: code or name is blank, or there is no such kind of partner.
        CodeTaken: the code belongs to another partner.

    """
    authorize(by, Act.MANAGE_PARTNERS)
    refuse_blank(code=code, name=name)
    if kind not in PARTNER_KINDS:
        raise BadInput(f"{kind!r} is no kind of partner; there are {', '.join(PARTNER_KINDS)}.")
    partner = Partner(code=code, name=name, kind=kind, cycle=cycle.value)
    _add(session, partner, f"The code {code!r} belongs to another partner; no partner was added.")
    record_event(session, by=by, act="partner added", subject=f"partner:{partner.id}", code=code)
    return partner


def add_store(
    session: Session, *, by: Actor, partner_id: int, code: str, name: str, zone: str, opened_on: date
) -> Store:
    """Add a store that sells consigned goods from *opened_on* on, its days ending by the clock of *zone*.

    Raises:
        BadInput: code or name is blank, or the zone is not one of Indonesia's three.
        CodeTaken: the partner has another store with this code, or calls another one so.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=partner_id)
    refuse_blank(code=code, name=name)
    if zone not in ZONES:
        raise BadInput(f"{zone!r} is no zone of Indonesia; there are {', '.join(ZONES)}.")
    taken = f"The partner has another store {code!r}; no store was added."
    if session.get(StoreAlias, (partner_id, code)) is not None:
        raise CodeTaken(taken)
    store = Store(partner_id=partner_id, code=code, name=name, zone=zone, opened_on=opened_on, closed_on=None)
    _add(session, store, taken)
    record_event(session, by=by, act="store added", subject=f"store:{store.id}", code=code)
    return store


def add_store_alias(session: Session, *, by: Actor, store: Store, alias: str) -> None:
    """Let the partner's files call *store* also *alias*.

    Raises:
        BadInput: the alias is blank.
        CodeTaken: the alias names another store of the partner, by its code or as an alias.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=store.partner_id)
    refuse_blank(alias=alias)
    alias = alias.strip()
    standing = session.get(StoreAlias, (store.partner_id, alias))
    if standing is not None and standing.store_id == store.id:
        return
    taken = f"{alias!r} names another store of the partner; no alias was added."
    code_of = select(Store.id).where(Store.partner_id == store.partner_id, Store.code == alias)
    if standing is not None or session.scalar(code_of) is not None:
        raise CodeTaken(taken)
    _add(session, StoreAlias(partner_id=store.partner_id, alias=alias, store_id=store.id), taken)
    record_event(session, by=by, act="store alias added", subject=f"store:{store.id}", alias=alias)


def add_agreement(
    session: Session,
    *,
    by: Actor,
    partner_id: int,
    producer_id: int,
    first: date,
    last: date | None,
    terms: Terms,
    store_id: int | None = None,
    product_id: int | None = None,
) -> Agreement:
    """Add what the two agreed from *first* until *last*, both inside; without *last* it goes on.

    It holds for the store or the product alone where one is named.

    Raises:
        FeeOutOfBounds: the region does not allow this fee.
        AgreementOverlaps: another agreement of the same scope is in force on some of these days.
        BadInput: the days are out of order, a rate or the payment term cannot be, the store is not the partner's,
            or the product not the producer's.

    """
    authorize(by, Act.MANAGE_AGREEMENTS, partner_id=partner_id, producer_id=producer_id)
    refuse_days_out_of_order(first, last)
    refuse_impossible_terms(terms)
    bounds = session.get_one(RegionTerms, 1)
    refuse_fee_out_of_bounds(terms.fee_rate_bp, from_bp=bounds.fee_from_bp, to_bp=bounds.fee_to_bp)
    agreement = Agreement(
        partner_id=partner_id,
        producer_id=producer_id,
        store_id=store_id,
        product_id=product_id,
        days=Range(first, last + timedelta(1) if last else None),
        fee_rate_bp=terms.fee_rate_bp,
        fee_on=terms.fee_on.value,
        discount_borne_by=terms.discount_borne_by.value,
        fee_tax_bp=terms.fee_tax_bp,
        pph23_bp=terms.pph23_bp,
        payment_term_days=terms.payment_term_days,
    )
    try:
        with session.begin_nested():
            session.add(agreement)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise AgreementOverlaps(
                "An agreement of the same scope is in force on some of these days; no agreement was added."
            ) from error
        if isinstance(error.orig, ForeignKeyViolation):
            raise BadInput(
                "The store is not one of the partner's, or the product none of the producer's; no agreement was added."
            ) from error
        raise
    record_event(
        session,
        by=by,
        act="agreement added",
        subject=f"agreement:{agreement.id}",
        fee_rate_bp=terms.fee_rate_bp,
    )
    return agreement


def _add(session: Session, row: RegionBase, taken: str) -> None:
    """Insert *row*; a second one with the same key is refused with the sentence *taken*.

    Raises:
        CodeTaken: the key is in use.

    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise CodeTaken(taken) from error
        raise
