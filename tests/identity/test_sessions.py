"""Sessions: how long they last, what ends them, and that none that ended is taken again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database, finish
from consign.errors import NotAllowed, NotFound
from consign.identity.accounts import change_password, choose_password, enrol_second_factor
from consign.identity.actions import add_user, record_event
from consign.identity.administering import change_role, drop_second_factor, invite_user, set_active
from consign.identity.queries import get_actor
from consign.identity.rules import Actor, Role
from consign.identity.secrets import hash_token
from consign.identity.sessions import (
    LASTS,
    LONG,
    SHORT,
    SessionUnknown,
    act_for_producer,
    end_session,
    find_sessions,
    find_visitor,
)
from consign.models.identity import UserAccount
from tests.builders import ADMIN, AUDITOR, City, build_users
from tests.conftest import REGION
from tests.identity.people import (
    OTHER_PASSWORD,
    PASSWORD,
    SECRET,
    add_officer,
    code_at,
    events,
    let_in,
    open_sessions,
)

MANY = 40


def test_who_moves_money_or_sees_everything_signs_in_every_day():
    assert (timedelta(hours=2), timedelta(hours=12)) == SHORT
    assert (timedelta(days=7), timedelta(days=30)) == LONG
    assert {role for role in Role if LASTS[role] == LONG} == {Role.PRODUCER, Role.STORE_MANAGER}
    assert {role for role in Role if LASTS[role] == SHORT} == set(Role) - {Role.PRODUCER, Role.STORE_MANAGER}


def age(session: Session, token: str, *, unused: timedelta, begun: timedelta) -> None:
    """Let a session have been used and begun some time ago."""
    session.execute(
        text("""
        UPDATE user_session SET seen_at = now() - :unused, begun_at = now() - :begun,
          ends_at = now() - :begun + (ends_at - begun_at) WHERE token_hash = :token"""),
        {"unused": unused, "begun": begun, "token": hash_token(token)},
    )
    session.expire_all()


def add_producer_user(city: City) -> Actor:
    facts = {"login": "p1@umkm.example", "name": "Ratmi", "role": Role.PRODUCER, "producer_id": city.producers[0].id}
    add_user(city.session, by=city.admin, **facts)
    return get_actor(city.session, "p1@umkm.example")


SECOND, HOUR, DAY = timedelta(seconds=5), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("role", "unused", "begun", "lasts"),
    [
        (Role.AUDITOR, 2 * HOUR - SECOND, 3 * HOUR, True),
        (Role.AUDITOR, 2 * HOUR + SECOND, 3 * HOUR, False),
        (Role.AUDITOR, 0 * HOUR, 12 * HOUR - SECOND, True),
        (Role.AUDITOR, 0 * HOUR, 12 * HOUR + SECOND, False),
        (Role.PRODUCER, 7 * DAY - SECOND, 8 * DAY, True),
        (Role.PRODUCER, 7 * DAY + SECOND, 8 * DAY, False),
        (Role.PRODUCER, 0 * DAY, 30 * DAY - SECOND, True),
        (Role.PRODUCER, 0 * DAY, 30 * DAY + SECOND, False),
    ],
)
def test_a_session_lasts_so_long_unused_and_so_long_at_most(
    city: City, role: Role, unused: timedelta, begun: timedelta, lasts: bool
):
    holder = city.auditor if role is Role.AUDITOR else add_producer_user(city)
    (token,) = open_sessions(city.session, holder.user_id, 1)
    facts = {"longest": LASTS[role][1], "token": hash_token(token)}
    city.session.execute(text("UPDATE user_session SET ends_at = begun_at + :longest WHERE token_hash = :token"), facts)
    age(city.session, token, unused=unused, begun=begun)
    assert len(find_sessions(city.session, holder.user_id)) == lasts
    assert (find_visitor(city.session, token) is not None) is lasts


def test_using_a_session_keeps_it_alive_and_is_noted_once_a_minute(city: City):
    (token,) = open_sessions(city.session, city.auditor.user_id, 1)
    old = text("SELECT now() - seen_at > interval '30 seconds' FROM user_session")
    for unused, noted in ((timedelta(seconds=50), False), (timedelta(minutes=100), True)):
        age(city.session, token, unused=unused, begun=3 * HOUR)
        assert find_visitor(city.session, token) is not None
        finish(city.session)
        assert city.session.scalar(old) is not noted


def replay(session: Session, tokens: list[str]) -> int:
    """Try every token; return how many are taken."""
    session.expire_all()
    return sum(find_visitor(session, token) is not None for token in tokens)


def sign_out(city: City, tokens: list[str]) -> None:
    for token in tokens:
        end_session(city.session, by=city.auditor, token_hash=hash_token(token))


def choose_new_password(city: City, _: list[str]) -> None:
    let_in(city.session, AUDITOR)
    change_password(city.session, by=city.auditor, present=PASSWORD, password=OTHER_PASSWORD, keep=None)


def reset_password(city: City, _: list[str]) -> None:
    token = invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
    choose_password(city.session, token=token, password=OTHER_PASSWORD, agreed=True)


def take_another_role(city: City, _: list[str]) -> None:
    change_role(city.session, by=city.admin, user_id=city.auditor.user_id, role=Role.HEAD)


def be_shut_out_and_let_in_again(city: City, _: list[str]) -> None:
    for active in (False, True):
        set_active(city.session, by=city.admin, user_id=city.auditor.user_id, active=active)


def be_shut_out(city: City, _: list[str]) -> None:
    set_active(city.session, by=city.admin, user_id=city.auditor.user_id, active=False)


def set_up_second_factor(city: City, _: list[str]) -> None:
    enrol_second_factor(city.session, by=city.auditor, secret=SECRET, code=code_at(), keep=None)


def lose_second_factor(city: City, _: list[str]) -> None:
    let_in(city.session, AUDITOR, totp=True)
    drop_second_factor(city.session, by=city.admin, user_id=city.auditor.user_id)


ENDINGS = (
    *(sign_out, choose_new_password, reset_password, take_another_role),
    *(be_shut_out, be_shut_out_and_let_in_again, set_up_second_factor, lose_second_factor),
)


@pytest.mark.parametrize("end", ENDINGS)
def test_no_session_is_taken_again_after_it_was_ended(city: City, end: Callable[[City, list[str]], None]):
    tokens = open_sessions(city.session, city.auditor.user_id, MANY)
    (others,) = open_sessions(city.session, city.finance.user_id, 1)
    assert replay(city.session, [*tokens, others]) == MANY + 1
    end(city, tokens)
    accepted = replay(city.session, tokens)
    print(f"{end.__name__}: tried {MANY}, accepted {accepted}")
    assert accepted == 0
    assert find_sessions(city.session, city.auditor.user_id) == []
    assert replay(city.session, [others]) == 1


@pytest.mark.parametrize("end", [choose_new_password, set_up_second_factor])
def test_whoever_changes_password_or_second_factor_stays_in_where_it_was_done(city: City, end: Callable[..., None]):
    here, there = open_sessions(city.session, city.auditor.user_id, 2)
    if end is choose_new_password:
        let_in(city.session, AUDITOR)
        change_password(city.session, by=city.auditor, present=PASSWORD, password=OTHER_PASSWORD, keep=hash_token(here))
    else:
        enrol_second_factor(city.session, by=city.auditor, secret=SECRET, code=code_at(), keep=hash_token(here))
    assert (replay(city.session, [here]), replay(city.session, [there])) == (1, 0)


def test_nobody_ends_the_session_of_another(city: City):
    (token,) = open_sessions(city.session, city.finance.user_id, 1)
    with pytest.raises(SessionUnknown):
        end_session(city.session, by=city.auditor, token_hash=hash_token(token))
    assert replay(city.session, [token]) == 1


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "' OR true --", "x" * 100_000])
def test_what_is_no_token_holds_no_session(city: City, token: str):
    open_sessions(city.session, city.auditor.user_id, 1)
    assert find_visitor(city.session, token) is None


def test_a_session_is_not_taken_by_what_is_kept_of_its_token(city: City):
    (token,) = open_sessions(city.session, city.auditor.user_id, 1)
    kept = hash_token(token)
    assert replay(city.session, [kept.hex(), kept.decode("latin-1"), token[:-1], token.swapcase()]) == 0


def test_changing_an_account_does_not_make_those_wait_who_only_record_what_the_person_did(database: Database):
    """Else the two would wait for each other: one for the account, the other for the end of the audit chain."""
    with database.transaction(REGION) as session:
        build_users(session)
    with database.transaction(REGION) as changing:
        auditor = get_actor(changing, AUDITOR)
        set_active(changing, by=get_actor(changing, ADMIN), user_id=auditor.user_id, active=False)
        with database.transaction(REGION) as working:
            working.execute(text("SET LOCAL lock_timeout = '2s'"))
            record_event(working, by=auditor, act="tried", subject="trial:1")


# Acting for a producer that has no account.


@pytest.fixture
def officer(city: City) -> tuple[Actor, str]:
    """Return a field officer and the token of a session."""
    added = add_officer(city.session, by=city.admin)
    return added, open_sessions(city.session, added.user_id, 1)[0]


def test_an_officer_has_the_producers_rights_and_both_are_named(city: City, officer: tuple[Actor, str]):
    by, token = officer
    producer = city.producers[0]
    act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=producer.id)
    visitor = find_visitor(city.session, token)
    assert visitor is not None
    assert visitor.actor == Actor(by.user_id, by.login, Role.PRODUCER, producer_id=producer.id, on_behalf=True)
    assert (visitor.held_for, visitor.officer) == (producer.name, True)
    record_event(city.session, by=visitor.actor, act="tried", subject="trial:1", number=1)
    finish(city.session)
    assert events(city.session)[-2:] == [
        ("acts for producer", f"user:{by.user_id}", by.user_id, {"producer_id": producer.id}),
        ("tried", "trial:1", by.user_id, {"number": 1, "on_behalf_of": f"producer:{producer.id}"}),
    ]
    act_for_producer(city.session, by=visitor.actor, token_hash=hash_token(token), producer_id=None)
    after = find_visitor(city.session, token)
    assert after is not None
    assert (after.actor, after.held_for) == (by, None)


def test_it_ends_once_the_producer_has_an_account(city: City, officer: tuple[Actor, str]):
    by, token = officer
    act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=city.producers[0].id)
    add_producer_user(city)
    visitor = find_visitor(city.session, token)
    assert visitor is not None
    assert visitor.actor == by
    for producer_id in (city.producers[0].id, 999_999):
        with pytest.raises(NotFound):
            act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=producer_id)


def test_it_ends_with_the_role(city: City, officer: tuple[Actor, str]):
    by, token = officer
    act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=city.producers[0].id)
    session = city.session
    session.execute(text("UPDATE user_account SET role = 'auditor' WHERE id = :id"), {"id": by.user_id})
    visitor = find_visitor(session, token)
    assert visitor is not None
    assert (visitor.actor.role, visitor.actor.producer_id) == (Role.AUDITOR, None)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.FIELD_OFFICER, Role.COOPERATIVE}])
def test_nobody_but_an_officer_acts_for_others(city: City, role: Role):
    (token,) = open_sessions(city.session, city.auditor.user_id, 1)
    user = city.session.get_one(UserAccount, city.auditor.user_id)
    if role in {Role.PRODUCER, Role.STORE_MANAGER, Role.PARTNER_FINANCE}:
        by = Actor(city.auditor.user_id, AUDITOR, role)  # the account says what somebody may, not who asks
    else:
        user.role = role.value
        by = get_actor(city.session, AUDITOR)
    with pytest.raises(NotAllowed):
        act_for_producer(city.session, by=by, token_hash=hash_token(token), producer_id=city.producers[0].id)


def test_an_officer_changes_no_session_of_another(city: City, officer: tuple[Actor, str]):
    by, _ = officer
    (other,) = open_sessions(city.session, city.auditor.user_id, 1)
    with pytest.raises(SessionUnknown):
        act_for_producer(city.session, by=by, token_hash=hash_token(other), producer_id=city.producers[0].id)
