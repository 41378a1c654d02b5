"""Signing in: who gets in, who does not, and how often one may try."""

from collections import Counter
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database, finish
from consign.errors import NotAllowed
from consign.identity.accounts import PasswordWrong, change_password
from consign.identity.actions import add_user
from consign.identity.administering import set_active
from consign.identity.failed_tries import TooManyTries, refuse_too_many
from consign.identity.queries import get_account, get_actor
from consign.identity.rules import Role
from consign.identity.secrets import hash_password
from consign.identity.sessions import find_sessions, find_visitor
from consign.identity.signing_in import begin_session
from tests.builders import ADMIN, AUDITOR, FINANCE, City, build_users
from tests.conftest import REGION
from tests.identity.people import (
    ADDRESS,
    OTHER_PASSWORD,
    PASSWORD,
    attempt,
    attempt_at_once,
    code_at,
    events,
    let_in,
    wait_for_a_waiter,
)

REFUSED, TOO_MANY = "identity.sign_in_refused", "identity.too_many_tries"
TOKEN_LENGTH = 43


def failures(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM login_failure")) or 0


@pytest.fixture
def lived_in(database: Database) -> Database:
    """Build users who commit; the auditor can sign in."""
    with database.transaction(REGION) as session:
        build_users(session)
        let_in(session, AUDITOR)
    return database


def test_who_has_the_password_gets_in_and_the_session_is_theirs(city: City):
    user = let_in(city.session, AUDITOR)
    token = attempt(city.session, " AUDITOR@dinas.example ")
    assert len(token) == TOKEN_LENGTH
    visitor = find_visitor(city.session, token)
    assert visitor is not None
    assert visitor.actor == city.auditor
    assert (visitor.name, visitor.language, visitor.held_for, visitor.officer) == (user.name, "id", None, False)
    assert (visitor.zone, visitor.must_enrol) == ("Asia/Makassar", False)
    assert failures(city.session) == 0


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (AUDITOR, OTHER_PASSWORD),
        (AUDITOR, PASSWORD + " "),
        (AUDITOR, ""),
        (FINANCE, PASSWORD),  # invited, no password chosen yet
        (FINANCE, ""),
        ("nobody@dinas.example", PASSWORD),
        ("", ""),
        ("\x00\ud800", "\x00\ud800"),
        ("x" * 100_000, "x" * 100_000),
    ],
)
def test_all_others_do_not_and_are_told_the_same(city: City, login: str, password: str):
    let_in(city.session, AUDITOR)
    assert attempt(city.session, login, password) == REFUSED
    assert failures(city.session) == 1
    assert find_sessions(city.session, city.auditor.user_id) == []


def test_an_account_that_is_shut_lets_nobody_in(city: City):
    user = let_in(city.session, AUDITOR)
    set_active(city.session, by=city.admin, user_id=user.id, active=False)
    assert attempt(city.session, AUDITOR) == REFUSED
    set_active(city.session, by=city.admin, user_id=user.id, active=True)
    assert len(attempt(city.session, AUDITOR)) == TOKEN_LENGTH


def test_a_phone_number_gets_in_however_it_is_written(city: City):
    add_user(city.session, by=city.admin, login="0812 345 678", name="Joko", role=Role.AUDITOR)
    let_in(city.session, "+62812345678")
    for written in ("0812-345-678", "62812345678", "+62 812 345678", "(0812) 345.678"):
        assert len(attempt(city.session, written)) == TOKEN_LENGTH


def test_a_second_factor_is_asked_for_after_the_password_and_each_code_is_taken_once(city: City):
    let_in(city.session, FINANCE, totp=True)
    assert attempt(city.session, FINANCE, OTHER_PASSWORD, code=code_at()) == REFUSED
    assert attempt(city.session, FINANCE) == "code"
    assert attempt(city.session, FINANCE, code="000000") == REFUSED
    code = code_at()
    assert len(attempt(city.session, FINANCE, code=code)) == TOKEN_LENGTH
    assert attempt(city.session, FINANCE, code=code) == REFUSED  # seen over a shoulder, used again
    assert attempt(city.session, FINANCE, code=code_at(-1)) == REFUSED  # an earlier one neither
    assert len(attempt(city.session, FINANCE, code=code_at(1))) == TOKEN_LENGTH


def test_one_code_used_by_many_at_once_lets_one_in(lived_in: Database):
    with lived_in.transaction(REGION) as session:
        let_in(session, AUDITOR, totp=True)
    ended = attempt_at_once(lived_in, [{"login": AUDITOR, "code": code_at()}] * 5)
    assert sum(len(one) == TOKEN_LENGTH for one in ended) == 1
    assert Counter(ended)[REFUSED] == 4


def test_nobody_gets_past_the_second_factor_by_registering(city: City):
    with pytest.raises(NotAllowed):
        begin_session(city.session, let_in(city.session, AUDITOR, totp=True), agent="uji")


def test_twenty_tries_of_one_login_at_once_are_five_verifications(lived_in: Database):
    tries = [{"login": AUDITOR, "password": OTHER_PASSWORD, "address": f"203.0.113.{n}"} for n in range(20)]
    ended = Counter(attempt_at_once(lived_in, tries))
    print(f"one login: tried {len(tries)}, verified {ended[REFUSED]}")
    assert ended == {REFUSED: 5, TOO_MANY: 15}
    with lived_in.transaction(REGION) as session:
        assert failures(session) == 5
        assert attempt(session, AUDITOR) == TOO_MANY  # not even with the right password
        assert attempt(session, "0899 123 456") == REFUSED  # others are not concerned


def test_twenty_tries_from_one_address_at_once_stop_at_fifty(lived_in: Database):
    with lived_in.transaction(REGION) as session:
        plant = "INSERT INTO login_failure (login, address, at) SELECT n::text, :address, now() FROM generate_series(1, 46) n"
        session.execute(text(plant), {"address": ADDRESS})
    tries = [{"login": f"nobody{n}@dinas.example"} for n in range(20)]
    ended = Counter(attempt_at_once(lived_in, tries))
    print(f"one address: tried {len(tries)}, verified {ended[REFUSED]}")
    assert ended == {REFUSED: 4, TOO_MANY: 16}
    with lived_in.transaction(REGION) as session:
        assert attempt(session, AUDITOR) == TOO_MANY
        assert len(attempt(session, AUDITOR, address="198.51.100.1")) == TOKEN_LENGTH


def test_after_a_quarter_of_an_hour_one_may_try_again(city: City):
    let_in(city.session, AUDITOR)
    plant = "INSERT INTO login_failure (login, address, at) SELECT :login, '', now() - :age * interval '1 second' FROM generate_series(1, 5)"
    city.session.execute(text(plant), {"login": AUDITOR, "age": 14 * 60})
    assert attempt(city.session, AUDITOR) == TOO_MANY
    city.session.execute(text("DELETE FROM login_failure"))
    city.session.execute(text(plant), {"login": AUDITOR, "age": 15 * 60 + 5})
    assert len(attempt(city.session, AUDITOR)) == TOKEN_LENGTH


def test_failures_of_the_day_before_are_deleted(city: City):
    plant = "INSERT INTO login_failure (login, address, at) SELECT 'x', '', now() - interval '25 hours' FROM generate_series(1, 9)"
    city.session.execute(text(plant))
    assert attempt(city.session, AUDITOR) == REFUSED
    assert failures(city.session) == 1


def test_a_blank_address_is_nobodys(city: City):
    plant = "INSERT INTO login_failure (login, address, at) SELECT n::text, '', now() FROM generate_series(1, 60) n"
    city.session.execute(text(plant))
    refuse_too_many(city.session, login=AUDITOR, address="")


def test_the_present_password_cannot_be_guessed_in_an_open_browser(city: City):
    let_in(city.session, AUDITOR)
    change = {"by": city.auditor, "password": OTHER_PASSWORD, "keep": None}
    for _ in range(5):
        with pytest.raises(PasswordWrong):
            change_password(city.session, present="salah-salah-salah", **change)
    with pytest.raises(TooManyTries):
        change_password(city.session, present=PASSWORD, **change)
    assert attempt(city.session, AUDITOR) == TOO_MANY


def test_a_password_in_the_wrong_field_is_not_kept(city: City):
    let_in(city.session, AUDITOR)
    attempt(city.session, PASSWORD, AUDITOR)
    kept = city.session.scalar(text("SELECT login FROM login_failure"))
    assert kept.startswith("other ")
    assert len(kept) == len("other ") + 4


def test_who_knows_the_old_password_does_not_get_in_while_it_is_changed(lived_in: Database):
    """The one who signs in has read the old hash and verified it before the change is committed."""
    ended: list[str] = []

    def sign_in_meanwhile() -> None:
        with lived_in.transaction(REGION) as session:
            ended.append(attempt(session, AUDITOR))

    thread = Thread(target=sign_in_meanwhile)
    with lived_in.transaction(REGION) as session:
        user = get_account(session, AUDITOR)
        user.password_hash = hash_password(OTHER_PASSWORD)
        session.flush()
        thread.start()
        wait_for_a_waiter(session)
    thread.join()
    assert ended == [REFUSED]


def test_signing_in_is_recorded(city: City):
    let_in(city.session, AUDITOR)
    attempt(city.session, AUDITOR)
    finish(city.session)
    subject = f"user:{city.auditor.user_id}"
    assert events(city.session)[-1] == ("signed in", subject, city.auditor.user_id, {})


def test_where_a_second_factor_is_required_nobody_of_dinas_finance_or_admin_goes_on_without(city: City):
    roles = {ADMIN: True, FINANCE: True, AUDITOR: False}
    for login, must in roles.items():
        let_in(city.session, login)
        visitor = find_visitor(city.session, attempt(city.session, login))
        assert visitor is not None
        assert visitor.must_enrol is must
    city.session.execute(text("UPDATE region_terms SET second_factor_required = false"))
    for login in roles:
        visitor = find_visitor(city.session, attempt(city.session, login))
        assert visitor is not None
        assert not visitor.must_enrol
    assert get_actor(city.session, ADMIN) == city.admin
