"""How the people of the sample city come in, now and in a city that was loaded before they could."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.db import finish
from consign.errors import NotAllowed
from consign.identity.accounts import change_password, has_agreed
from consign.identity.actions import add_user
from consign.identity.queries import find_users, get_actor
from consign.identity.rules import Role
from consign.identity.secrets import hash_token
from consign.identity.sessions import act_for_producer, find_visitor
from consign.models.partners import Producer
from consign.partners.actions import change_region_terms
from consign.partners.queries import get_region_terms, get_settings
from consign.sample.people import ADMIN, FIELD_OFFICER, HELPED, NEWCOMERS, OFFICE, PASSWORD
from consign.sample.setting_up import ensure_office
from consign.sample.welcoming import OFFICE_NAME, ensure_newcomers, ensure_way_in, list_people
from tests.identity.people import OTHER_PASSWORD, attempt

REFUSED = "identity.sign_in_refused"


def welcome(session: Session) -> bool:
    """Let everybody of the dinas and the newcomers in; return whether anything was missing."""
    missing = [ensure(session) for ensure in (ensure_office, ensure_newcomers, ensure_way_in)]
    finish(session)
    session.expire_all()
    return any(missing)


def test_everybody_can_sign_in_without_a_second_factor_and_has_agreed(session: Session):
    assert welcome(session)
    for login in (*(person.login for person in OFFICE), *(one.login for one in NEWCOMERS)):
        assert login is not None
        visitor = find_visitor(session, attempt(session, login, PASSWORD))
        assert visitor is not None, login
        assert (visitor.zone, visitor.must_enrol) == ("Asia/Makassar", False)
    assert all(has_agreed(session, user.id) for user in find_users(session))
    terms = get_region_terms(session)
    assert (terms.office_name, terms.zone, terms.second_factor_required) == (OFFICE_NAME, "Asia/Makassar", False)
    assert not welcome(session)


def test_two_producers_wait_and_the_officer_acts_for_one(session: Session):
    welcome(session)
    waiting = session.scalars(select(Producer.name).where(Producer.confirmed_at.is_(None)).order_by(Producer.code))
    assert waiting.all() == [one.business_name for one in NEWCOMERS]
    helped = session.scalars(select(Producer).where(Producer.name == HELPED.business_name)).one()
    assert (helped.nib, helped.owner_name) == (None, HELPED.owner_name)
    token = attempt(session, FIELD_OFFICER, PASSWORD)
    act_for_producer(session, by=get_actor(session, FIELD_OFFICER), token_hash=hash_token(token), producer_id=helped.id)
    visitor = find_visitor(session, token)
    assert visitor is not None
    assert visitor.actor.producer_id == helped.id


def test_people_are_listed_with_what_they_are_there_for(session: Session):
    welcome(session)
    listed = list_people(session)
    assert listed[0] == (ADMIN, "Rahma Widyastuti", "admin", "")
    assert listed[-1] == ("pentol@umkm.example", "Abdul Rohman", "producer", "UMKM-002")


def test_a_city_from_before_gets_the_passwords_too(session: Session):
    ensure_office(session)
    finish(session)
    session.execute(text("UPDATE region_terms SET zone = 'Asia/Jakarta'"))  # as the migration left it
    assert attempt(session, ADMIN, PASSWORD) == REFUSED
    assert get_region_terms(session).second_factor_required
    assert welcome(session)
    assert len(attempt(session, ADMIN, PASSWORD)) == 43
    assert get_region_terms(session).zone == "Asia/Makassar"


def test_whoever_changed_the_password_or_the_settings_keeps_them(session: Session):
    welcome(session)
    by = get_actor(session, ADMIN)
    change_password(session, by=by, present=PASSWORD, password=OTHER_PASSWORD, keep=None)
    settings = replace(
        get_settings(get_region_terms(session)),
        fee_to_bp=600,
        office_name="Dinas Lain",
        office_contact="",
        zone="Asia/Jakarta",
    )
    change_region_terms(session, by=by, settings=settings)
    assert not welcome(session)
    assert attempt(session, ADMIN, PASSWORD) == REFUSED
    terms = get_region_terms(session)
    assert (terms.office_name, terms.zone, terms.fee_to_bp) == ("Dinas Lain", "Asia/Jakarta", 600)


def test_where_a_real_person_came_in_nobody_gets_a_password_that_everybody_knows(session: Session):
    ensure_office(session)
    add_user(session, by=get_actor(session, ADMIN), login="0812 345 678", name="Joko", role=Role.AUDITOR)
    with pytest.raises(NotAllowed):
        ensure_way_in(session)
    assert attempt(session, ADMIN, PASSWORD) == REFUSED
    assert get_region_terms(session).second_factor_required
