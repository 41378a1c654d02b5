"""People of a cooperative: for whom they act, what they see meanwhile, and when it ends."""

from datetime import date, timedelta

import pytest

from consign import clock
from consign.db import finish
from consign.errors import NotAllowed, NotFound
from consign.identity.actions import add_user, record_event
from consign.identity.queries import get_actor
from consign.identity.rules import Act, Actor, Role, authorize
from consign.identity.secrets import hash_token
from consign.identity.sessions import act_for_producer, find_visitor
from consign.listing import Wish
from consign.models.partners import Agreement, Cooperative
from consign.partners.agreement_lists import find_agreement_page
from consign.partners.cooperative_lists import find_cooperative_page, find_member_page, get_cooperative_seen
from consign.partners.cooperatives import add_cooperative, add_member, end_membership
from consign.partners.producer_lists import find_producer_page, get_producer_facts
from consign.partners.rules import UnknownCode
from tests.builders import City
from tests.identity.people import events, open_sessions

PERSON = "pengurus@koperasi.example"


@pytest.fixture
def cooperative(city: City) -> Cooperative:
    """Return a cooperative with a person, that the first producer has mandated since yesterday."""
    made = add_cooperative(city.session, by=city.admin, code="KOP-1", name="Koperasi Maju", phone=None)
    add_user(city.session, by=city.admin, login=PERSON, name="Tuti", role=Role.COOPERATIVE, cooperative_id=made.id)
    add_member(
        city.session, by=city.admin, cooperative=made, producer_id=city.producers[0].id, first=yesterday(), last=None,
        mandate="SK 1/2026",
    )  # fmt: skip
    return made


def yesterday() -> date:
    return clock.today("Asia/Jakarta") - timedelta(1)


def come_in(city: City) -> tuple[Actor, str]:
    by = get_actor(city.session, PERSON)
    return by, open_sessions(city.session, by.user_id, 1)[0]


def acting(city: City, token: str) -> Actor:
    visitor = find_visitor(city.session, token)
    assert visitor is not None
    return visitor.actor


def test_a_person_of_a_cooperative_has_a_members_rights_and_both_are_named(city: City, cooperative: Cooperative):
    by, token = come_in(city)
    assert (by.role, by.cooperative_id) == (Role.COOPERATIVE, cooperative.id)
    member = city.producers[0]
    add_user(
        city.session, by=city.admin, login="ibu@umkm.example", name="Ibu", role=Role.PRODUCER, producer_id=member.id
    )  # a member may have an account and a cooperative
    act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=member.id)
    helper = acting(city, token)
    assert helper == Actor(by.user_id, by.login, Role.PRODUCER, producer_id=member.id, on_behalf=True)
    authorize(helper, Act.ANSWER_PAYMENTS, producer_id=member.id)
    with pytest.raises(NotAllowed):
        authorize(helper, Act.ANSWER_PAYMENTS, producer_id=city.producers[1].id)
    record_event(city.session, by=helper, act="tried", subject="trial:1")
    finish(city.session)
    assert events(city.session)[-1] == ("tried", "trial:1", by.user_id, {"on_behalf_of": f"producer:{member.id}"})
    act_for_producer(city.session, by=helper, token_hash=hash_token(token), producer_id=None)
    assert acting(city, token) == by


def test_nobody_acts_for_those_who_mandated_no_or_another_cooperative(city: City, cooperative: Cooperative):
    by, token = come_in(city)
    other = add_cooperative(city.session, by=city.admin, code="KOP-2", name="Koperasi Lain", phone=None)
    for first in (None, yesterday()):
        if first is not None:
            add_member(
                city.session, by=city.admin, cooperative=other, producer_id=city.producers[1].id, first=first, last=None,
                mandate="SK 2/2026",
            )  # fmt: skip
        with pytest.raises(NotFound):
            act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=city.producers[1].id)
    assert acting(city, token) == by
    assert cooperative.id == by.cooperative_id


def test_it_ends_with_the_mandate(city: City, cooperative: Cooperative):
    by, token = come_in(city)
    act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=city.producers[0].id)
    assert acting(city, token).on_behalf
    (row,) = find_member_page(city.session, by=by, cooperative_id=cooperative.id, on=yesterday(), wish=None).rows
    end_membership(
        city.session, by=city.admin, cooperative=cooperative, member_id=row["id"], last=yesterday(), closed={}
    )
    assert acting(city, token) == by
    with pytest.raises(NotFound):
        act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=city.producers[0].id)


def test_it_sees_its_own_cooperative_its_members_of_the_day_and_what_it_signed(city: City, cooperative: Cooperative):
    other = add_cooperative(city.session, by=city.admin, code="KOP-2", name="Koperasi Lain", phone=None)
    by, today = get_actor(city.session, PERSON), clock.today("Asia/Jakarta")
    cooperatives = find_cooperative_page(city.session, by=by, on=today, wish=Wish()).rows
    assert [row["code"] for row in cooperatives] == ["KOP-1"]
    assert get_cooperative_seen(city.session, by=by, code="KOP-1") == cooperative
    with pytest.raises(UnknownCode):
        get_cooperative_seen(city.session, by=by, code="KOP-2")
    with pytest.raises(NotAllowed):
        find_member_page(city.session, by=by, cooperative_id=other.id, on=today, wish=None)
    assert [row["code"] for row in find_producer_page(city.session, by=by, wish=Wish()).rows] == ["P1"]
    with pytest.raises(UnknownCode):
        get_producer_facts(city.session, by=by, code="P2")
    assert find_agreement_page(city.session, by=by, on=today, wish=Wish()).rows == []
    agreement = city.session.query(Agreement).filter_by(producer_id=city.producers[0].id).first()
    assert agreement is not None
    agreement.cooperative_id = cooperative.id
    city.session.flush()
    assert [row["id"] for row in find_agreement_page(city.session, by=by, on=today, wish=Wish()).rows] == [agreement.id]
