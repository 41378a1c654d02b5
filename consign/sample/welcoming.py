"""How people come in: producers who register, and a way for everybody to sign in. Each function adds what is missing."""

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consign.identity.accounts import has_agreed, record_consent, set_sample_password
from consign.identity.actions import record_event
from consign.identity.queries import describe_actor, find_users, get_actor
from consign.identity.secrets import hash_password
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer, RegionTerms, Store
from consign.partners.actions import change_region_terms
from consign.partners.queries import get_region_terms, get_settings
from consign.partners.registration import confirm_producer, register_for, register_producer
from consign.sample.people import ADMIN, FIELD_OFFICER, HELPED, LOGINS, NEWCOMERS, PASSWORD, VERIFIER
from consign.sample.stores import ZONE

OFFICE_NAME = "Dinas Koperasi dan UMKM Kota Contoh"
FEE_SOURCE = "Surat Edaran Dinas Contoh 7/2025"
OFFICE_CONTACT = "Jalan Contoh 1, Kota Contoh; data@dinas.example"


def ensure_newcomers(session: Session) -> bool:
    """Let two producers register themselves, and the field officer register one; return whether any was missing."""
    standing = {user.login for user in find_users(session)}
    missing = [one for one in NEWCOMERS if one.login not in standing]
    for one in missing:
        register_producer(
            session,
            business_name=one.business_name,
            owner_name=one.owner_name,
            nib=one.nib or "",
            login=one.login or "",
            password=PASSWORD,
            agreed=True,
        )
    if session.scalar(select(Producer.id).where(Producer.name == HELPED.business_name)) is not None:
        return bool(missing)
    helped = register_for(
        session,
        by=get_actor(session, FIELD_OFFICER),
        business_name=HELPED.business_name,
        owner_name=HELPED.owner_name,
        nib=HELPED.nib,
        phone=None,
        regency=None,
        is_entity=False,
        agreed_on_paper=True,
    )
    confirm_producer(session, by=get_actor(session, VERIFIER), producer_id=helped.id)
    return True


def ensure_way_in(session: Session) -> bool:
    """Let everybody sign in with the password that everybody knows; return whether anybody or anything was missing.

    Raises:
        NotAllowed: real people use the region.

    """
    people = [user for user in find_users(session) if user.login in LOGINS]
    without = [user.login for user in people if user.password_hash is None]
    strangers = [user for user in people if not has_agreed(session, user.id)]
    terms = get_region_terms(session)
    if not (without or strangers or terms.second_factor_required):
        return False
    password_hash = hash_password(PASSWORD) if without else ""
    set_sample_password(session, logins=without, password_hash=password_hash)
    for user in strangers:
        record_consent(session, by=describe_actor(user), user_id=user.id)
    if terms.second_factor_required:
        _set_terms(session, terms)
    return True


def _set_terms(session: Session, terms: RegionTerms) -> None:
    """Name the office and its time, once, and let the invented people go without a second factor."""
    change_region_terms(
        session,
        by=get_actor(session, ADMIN),
        settings=replace(
            get_settings(terms),
            office_name=OFFICE_NAME,
            office_contact=OFFICE_CONTACT,
            zone=ZONE,
            fee_source=FEE_SOURCE,
        ),
    )
    session.execute(update(RegionTerms).values(second_factor_required=False))
    session.expire(terms)
    record_event(session, by=None, act="second factor waived for the sample city", subject="region")


def list_people(session: Session) -> list[tuple[str, str, str, str]]:
    """Return login, name, role and the codes of what the role is held for, of everybody who can sign in."""
    query = (
        select(UserAccount, Partner.code, Store.code, Producer.code)
        .outerjoin(Partner, Partner.id == UserAccount.partner_id)
        .outerjoin(Store, Store.id == UserAccount.store_id)
        .outerjoin(Producer, Producer.id == UserAccount.producer_id)
        .where(UserAccount.login.in_(LOGINS))
        .order_by(UserAccount.id)
    )
    return [
        (user.login, user.name, user.role, " ".join(code for code in codes if code))
        for user, *codes in session.execute(query)
    ]
