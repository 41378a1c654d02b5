"""Adding producers, partners, stores, other names for stores, and agreements."""

from datetime import date

from psycopg.errors import UniqueViolation
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput, refuse_blank
from consign.identity.actions import change_row, record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import clean_text, normalize_phone, tidy_name
from consign.models import RegionBase
from consign.models.partners import Agreement, Partner, Producer, RegionTerms, Store, StoreAlias
from consign.partners.due import mark_all_due, mark_due
from consign.partners.rules import (
    AgreementsOutside,
    CodeTaken,
    NibTaken,
    ProducerMissing,
    RegionSettings,
    UnknownCode,
    parse_nib,
    parse_regency,
    refuse_days_out_of_order,
    refuse_impossible_settings,
)
from consign.partners.tax_rules import PartnerTaxes
from consign.partners.taxes import tidy_taxes
from consign.period import ZONES, Cycle
from consign.sentence import Code, Sentence, say

PARTNER_KINDS = ("supermarket", "minimarket", "hotel")


def add_producer(
    session: Session,
    *,
    by: Actor,
    code: str,
    name: str,
    nib: str | None,
    owner_name: str | None = None,
    phone: str | None = None,
    regency: str | None = None,
    is_entity: bool = False,
) -> Producer:
    """Add a producer that the dinas knows, so nobody needs to confirm it; *nib* may stay blank until its paper is in.

    *regency* is where it produces, blank for the region itself.

    Raises:
        BadInput: code or name is blank, the phone number is none, or there is no such regency.
        NibInvalid: the NIB is not 13 digits.
        CodeTaken: the code or the NIB belongs to another producer.

    """
    authorize(by, Act.MANAGE_PRODUCERS)
    refuse_blank(code=code, name=name)
    producer = Producer(
        code=code,
        name=tidy_name(name),
        nib=parse_nib(nib) if nib else None,
        owner_name=tidy_name(owner_name) if owner_name else None,
        phone=normalize_phone(phone) if phone else None,
        regency=parse_regency(regency) if regency else None,
        is_entity=is_entity,
        confirmed_at=clock.now(),
    )
    lock_producer_codes(session)
    taken = say("The code '{code}' or its NIB belongs to another producer; no producer was added.", code=code)
    _add(session, producer, taken)
    record_event(session, by=by, act="producer added", subject=f"producer:{producer.id}", code=code)
    return producer


def lock_producer_codes(session: Session) -> None:
    """Wait until nobody else adds a producer, so that the next free code is free, until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(7201, hashtext(current_schema()))"))


def change_producer(
    session: Session,
    *,
    by: Actor,
    producer_id: int,
    name: str,
    owner_name: str | None,
    phone: str | None,
    regency: str | None,
    is_entity: bool,
) -> None:
    """Correct what a producer is called, who owns it, where the owner is reached, where it produces, what it is.

    *regency* is blank for the region itself.

    Raises:
        ProducerMissing: there is no such producer.
        BadInput: the name is blank, the phone number is none, or there is no such regency.

    """
    authorize(by, Act.MANAGE_PRODUCERS)
    producer = get_producer_to_change(session, producer_id)
    changed = change_row(
        session,
        producer,
        name=tidy_name(name),
        owner_name=tidy_name(owner_name) if owner_name else None,
        phone=normalize_phone(phone) if phone else None,
        regency=parse_regency(regency) if regency else None,
        is_entity=is_entity,
    )
    if changed:
        record_event(session, by=by, act="producer changed", subject=f"producer:{producer_id}", **changed)
        mark_due(session, [producer_id])


def set_nib(session: Session, *, by: Actor, producer_id: int, nib: str) -> None:
    """Enter the NIB of a producer whose paper came later, or correct it.

    Raises:
        ProducerMissing: there is no such producer.
        NibInvalid: the NIB is not 13 digits.
        NibTaken: another producer has it.

    """
    authorize(by, Act.MANAGE_PRODUCERS)
    producer, digits = get_producer_to_change(session, producer_id), parse_nib(nib)
    lock_producer_codes(session)
    others = select(Producer.id).where(Producer.nib == digits, Producer.id != producer_id)
    if session.scalar(others) is not None:
        raise NibTaken(say("The NIB {nib} belongs to another producer; nothing was changed.", nib=digits))
    if changed := change_row(session, producer, nib=digits):
        record_event(session, by=by, act="producer changed", subject=f"producer:{producer_id}", **changed)
        mark_due(session, [producer_id])


def get_producer_to_change(session: Session, producer_id: int) -> Producer:
    """Return the producer with its row locked until the transaction ends; rows that refer to it do not wait.

    Raises:
        ProducerMissing: there is no such producer.

    """
    producer = session.get(Producer, producer_id, with_for_update={"key_share": True}, populate_existing=True)
    if producer is None:
        raise ProducerMissing(say("There is no such producer; nothing was changed."))
    return producer


def add_partner(
    session: Session, *, by: Actor, code: str, name: str, kind: str, cycle: Cycle, taxes: PartnerTaxes | None = None
) -> Partner:
    """Add a retail partner that is settled every *cycle*; without *taxes* nobody has said what it is for taxes.

    Raises:
        BadInput: code or name is blank, or there is no such kind of partner.
        CodeTaken: the code belongs to another partner.
        NpwpInvalid, PkpIncomplete: what is said of taxes cannot be.

    """
    authorize(by, Act.MANAGE_PARTNERS)
    refuse_blank(code=code, name=name)
    if kind not in PARTNER_KINDS:
        kinds = [Code("partner_kind", one) for one in PARTNER_KINDS]
        raise BadInput(say("'{kind}' is no kind of partner; there are {kinds}.", kind=kind, kinds=kinds))
    known = tidy_taxes(taxes or PartnerTaxes())
    partner = Partner(code=code, name=tidy_name(name), kind=kind, cycle=cycle.value, **vars(known))
    _add(session, partner, say("The code '{code}' belongs to another partner; no partner was added.", code=code))
    said = {"is_entity": known.is_entity, "is_pkp": known.is_pkp} if taxes else {}
    record_event(session, by=by, act="partner added", subject=f"partner:{partner.id}", code=code, **said)
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
    _refuse_unknown_zone(zone)
    taken = say("The partner has another store '{code}'; no store was added.", code=code)
    called = session.get(StoreAlias, (partner_id, code))
    if called is not None and called.ended_at is None:
        raise CodeTaken(taken)
    store = Store(
        partner_id=partner_id, code=code, name=tidy_name(name), zone=zone, opened_on=opened_on, closed_on=None
    )
    _add(session, store, taken)
    record_event(session, by=by, act="store added", subject=f"store:{store.id}", code=code)
    return store


def change_partner(session: Session, *, by: Actor, partner: Partner, name: str) -> None:
    """Correct what a partner is called.

    Raises:
        BadInput: the name is blank.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=partner.id)
    session.refresh(partner, with_for_update={"key_share": True})
    if changed := change_row(session, partner, name=tidy_name(name)):
        record_event(session, by=by, act="partner changed", subject=f"partner:{partner.id}", **changed)


def change_partner_cycle(session: Session, *, by: Actor, partner: Partner, cycle: Cycle) -> None:
    """Settle a partner every *cycle* from now on.

    What is closed stays closed. The next period begins on the day after it and ends where *cycle* next ends, so that it may
    be shorter than the others and no day is left out.
    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=partner.id)
    session.refresh(partner, with_for_update={"key_share": True})
    if changed := change_row(session, partner, cycle=cycle.value):
        record_event(session, by=by, act="partner changed", subject=f"partner:{partner.id}", **changed)


def change_store(session: Session, *, by: Actor, store: Store, name: str) -> None:
    """Correct what a store is called.

    Raises:
        BadInput: the name is blank.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=store.partner_id)
    session.refresh(store, with_for_update={"key_share": True})
    if changed := change_row(session, store, name=tidy_name(name)):
        record_event(session, by=by, act="store changed", subject=f"store:{store.id}", **changed)


def close_store(session: Session, *, by: Actor, store: Store, last_day: date | None) -> None:
    """Let *last_day* be the last on which a store sells consigned goods; blank where it goes on after all.

    Raises:
        BadInput: the day lies before the store's first.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=store.partner_id)
    session.refresh(store, with_for_update={"key_share": True})
    refuse_days_out_of_order(store.opened_on, last_day)
    if changed := change_row(session, store, closed_on=last_day):
        record_event(
            session,
            by=by,
            act="store closed" if last_day else "store opened again",
            subject=f"store:{store.id}",
            **changed,
        )


def add_store_alias(session: Session, *, by: Actor, store: Store, alias: str) -> None:
    """Let the partner's files call *store* also *alias*.

    Raises:
        BadInput: the alias is blank.
        CodeTaken: the alias names another store of the partner, by its code or as an alias.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=store.partner_id)
    refuse_blank(alias=alias)
    alias = alias.strip()
    standing = session.get(StoreAlias, (store.partner_id, alias), with_for_update=True, populate_existing=True)
    holds = standing is not None and standing.ended_at is None
    if standing is not None and holds and standing.store_id == store.id:
        return
    taken = say("'{alias}' names another store of the partner; no alias was added.", alias=alias)
    code_of = select(Store.id).where(Store.partner_id == store.partner_id, Store.code == alias)
    if holds or session.scalar(code_of) is not None:
        raise CodeTaken(taken)
    if standing is not None:  # one that was found wrong; what it meant stands in the audit trail
        standing.store_id, standing.added_at = store.id, clock.now()
        standing.ended_at = standing.ended_reason = None
        session.flush()
    else:
        named = StoreAlias(partner_id=store.partner_id, alias=alias, store_id=store.id, added_at=clock.now())
        _add(session, named, taken)
    record_event(session, by=by, act="store alias added", subject=f"store:{store.id}", alias=alias)


def end_store_alias(session: Session, *, by: Actor, partner_id: int, alias: str, reason: str) -> StoreAlias:
    """Let another name of a store name nothing any more; what was posted by it stays posted.

    Raises:
        UnknownCode: the partner calls no store so.
        BadInput: no reason is given.

    """
    authorize(by, Act.MANAGE_PARTNERS, partner_id=partner_id)
    refuse_blank(reason=reason)
    standing = session.get(StoreAlias, (partner_id, alias.strip()), with_for_update=True, populate_existing=True)
    if standing is None or standing.ended_at is not None:
        raise UnknownCode(say("The partner's files call no store '{alias}'; nothing was changed.", alias=alias))
    standing.ended_at, standing.ended_reason = clock.now(), reason.strip()
    session.flush()
    subject = f"store:{standing.store_id}"
    record_event(session, by=by, act="store alias ended", subject=subject, alias=standing.alias, reason=reason.strip())
    return standing


def change_region_terms(session: Session, *, by: Actor, settings: RegionSettings) -> None:
    """Set what holds for the whole region.

    Losses that are recorded already may be contested until the day they were recorded with, and accounts that were confirmed
    already wait as long as they were told.

    Raises:
        BadInput: the bounds, the zone, a number of days or an amount cannot be, or the office's name is blank.
        AgreementsOutside: agreements in force take a fee outside the new bounds.

    """
    authorize(by, Act.MANAGE_REGION)
    refuse_impossible_settings(settings)
    _refuse_unknown_zone(settings.zone)
    terms = session.get_one(RegionTerms, 1, with_for_update={"key_share": True}, populate_existing=True)
    if (settings.fee_from_bp, settings.fee_to_bp) != (terms.fee_from_bp, terms.fee_to_bp):
        today = clock.today(terms.zone)
        _refuse_agreements_outside(session, settings.fee_from_bp, settings.fee_to_bp, today=today)
    tidied = {
        "office_name": tidy_name(settings.office_name),
        "office_contact": clean_text(settings.office_contact),
        "fee_source": clean_text(settings.fee_source),
    }
    changed = change_row(session, terms, **{**vars(settings), **tidied})
    if changed:
        record_event(session, by=by, act="region's settings changed", subject="region", **changed)
    if "halal_blocks" in changed.get("after", {}):
        mark_all_due(session)


def _refuse_agreements_outside(session: Session, fee_from_bp: int, fee_to_bp: int, *, today: date) -> None:
    outside = select(func.count()).where(
        ~Agreement.fee_rate_bp.between(fee_from_bp, fee_to_bp),
        func.upper_inf(Agreement.days) | (func.upper(Agreement.days) > today),
    )
    if count := session.scalar(outside):
        raise AgreementsOutside(
            say(
                "Agreements in force with a fee outside these bounds: {count}; nothing was changed. End them first.",
                count=count,
            )
        )


def _refuse_unknown_zone(zone: str) -> None:
    if zone not in ZONES:
        zones = [Code("zone", one) for one in ZONES]
        raise BadInput(say("'{zone}' is no zone of Indonesia; there are {zones}.", zone=zone, zones=zones))


def _add(session: Session, row: RegionBase, taken: Sentence) -> None:
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
