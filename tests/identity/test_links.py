"""Links, passwords chosen with them, consent, and what admins do to accounts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database, finish
from consign.errors import BadInput, ConsignError, NotAllowed
from consign.identity.accounts import (
    CodeWrong,
    ConsentMissing,
    UserMissing,
    choose_password,
    enrol_second_factor,
    has_agreed,
    request_reset,
    set_language,
    set_sample_password,
)
from consign.identity.actions import add_user
from consign.identity.administering import change_role, drop_second_factor, invite_user, set_active
from consign.identity.links import LinkUnknown, find_link_user
from consign.identity.queries import get_account, get_actor
from consign.identity.rules import Actor, Role
from consign.identity.secrets import PasswordTooWeak, make_totp_secret
from consign.models.identity import UserAccount
from tests.builders import ADMIN, AUDITOR, FINANCE, City, build_users
from tests.conftest import REGION
from tests.identity.people import (
    OTHER_PASSWORD,
    PASSWORD,
    SECRET,
    attempt,
    code_at,
    events,
    hashed,
    let_in,
    wait_for_a_waiter,
)

TOKEN_LENGTH = 43


def sent(session: Session, kind: str) -> list[str | None]:
    """Return the tokens in the notices of links; blank where one was taken out."""
    rows = session.execute(
        text("SELECT facts FROM notice WHERE kind = :kind ORDER BY id"), {"kind": f"identity.{kind}"}
    )
    return [row.facts.get("token") for row in rows]


def ask_for_reset(session: Session, login: str) -> str:
    request_reset(session, login=login)
    token = sent(session, "reset")[-1]
    assert token is not None
    return token


def let_time_pass(session: Session, passed: timedelta) -> None:
    session.execute(text("UPDATE user_link SET made_at = made_at - :by, ends_at = ends_at - :by"), {"by": passed})


def test_an_invitation_lets_its_holder_choose_a_password_once(city: City):
    token = invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
    assert sent(city.session, "invitation") == [token]
    found = find_link_user(city.session, token)
    assert found is not None
    assert found.login == AUDITOR
    assert attempt(city.session, AUDITOR) == "identity.sign_in_refused"
    choose_password(city.session, token=token, password=PASSWORD, agreed=True)
    assert len(attempt(city.session, AUDITOR)) == TOKEN_LENGTH
    assert find_link_user(city.session, token) is None
    with pytest.raises(LinkUnknown):
        choose_password(city.session, token=token, password=OTHER_PASSWORD, agreed=True)
    assert len(attempt(city.session, AUDITOR)) == TOKEN_LENGTH
    assert sent(city.session, "invitation") == [None]
    finish(city.session)
    acts = [act for act, subject, _, _ in events(city.session) if subject == f"user:{city.auditor.user_id}"]
    assert acts == [
        "user added",
        "user invited",
        "privacy notice agreed to",
        "password chosen",
        "signed in",
        "signed in",
    ]


def test_one_link_used_by_many_at_once_works_once(database: Database):
    with database.transaction(REGION) as session:
        admin, _, auditor = build_users(session)
        token = invite_user(session, by=admin, user_id=auditor.user_id)
    passwords = [f"kucing-payung-{number}-sungai" for number in range(12)]

    def use(password: str) -> bool:
        try:
            with database.transaction(REGION) as session:
                choose_password(session, token=token, password=password, agreed=True)
        except LinkUnknown:
            return False
        return True

    with ThreadPoolExecutor(len(passwords)) as threads:
        done = list(threads.map(use, passwords))
    print(f"one link: tried {len(done)}, accepted {sum(done)}")
    assert sum(done) == 1
    with database.transaction(REGION) as session:
        assert len(attempt(session, AUDITOR, passwords[done.index(True)])) == TOKEN_LENGTH
        assert session.scalar(text("SELECT count(*) FROM consent")) == 1


def test_a_weak_password_or_a_missing_word_leaves_the_link_as_it_was(city: City):
    token = invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
    for password, agreed, refusal in (
        ("1234567890", True, PasswordTooWeak),
        ("siti maharani", True, PasswordTooWeak),  # her name
        (PASSWORD, False, ConsentMissing),
    ):
        with pytest.raises(refusal):
            choose_password(city.session, token=token, password=password, agreed=agreed)
    assert not has_agreed(city.session, city.auditor.user_id)
    choose_password(city.session, token=token, password=PASSWORD, agreed=True)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "A" * 43, "%", "' OR true --"])
def test_what_is_no_link_is_none(city: City, token: str):
    invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
    assert find_link_user(city.session, token) is None
    with pytest.raises(LinkUnknown):
        choose_password(city.session, token=token, password=PASSWORD, agreed=True)


@pytest.mark.parametrize(("kind", "lasts"), [("invitation", timedelta(days=14)), ("reset", timedelta(hours=1))])
def test_a_link_is_too_old_after_its_time(city: City, kind: str, lasts: timedelta):
    if kind == "invitation":
        token = invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
    else:
        token = ask_for_reset(city.session, AUDITOR)
    let_time_pass(city.session, lasts - timedelta(seconds=5))
    assert find_link_user(city.session, token) is not None
    let_time_pass(city.session, timedelta(seconds=10))
    assert find_link_user(city.session, token) is None
    with pytest.raises(LinkUnknown):
        choose_password(city.session, token=token, password=PASSWORD, agreed=True)


def test_a_new_link_ends_the_older_ones_and_so_do_a_new_password_and_a_shut_account(city: City):
    session, auditor = city.session, city.auditor.user_id
    first = invite_user(session, by=city.admin, user_id=auditor)
    second = ask_for_reset(session, AUDITOR)
    third = invite_user(session, by=city.admin, user_id=auditor)
    assert [find_link_user(session, one) is not None for one in (first, second, third)] == [False, False, True]
    assert (sent(session, "invitation"), sent(session, "reset")) == ([None, third], [None])
    set_active(session, by=city.admin, user_id=auditor, active=False)
    set_active(session, by=city.admin, user_id=auditor, active=True)
    assert find_link_user(session, third) is None
    assert sent(session, "invitation") == [None, None]


def test_of_two_resets_asked_for_at_once_one_link_is_made(database: Database):
    with database.transaction(REGION) as session:
        build_users(session)

    def ask(_: int) -> None:
        with database.transaction(REGION) as session:
            request_reset(session, login=AUDITOR)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))
    with database.transaction(REGION) as session:
        assert session.scalar(text("SELECT count(*) FROM user_link WHERE used_at IS NULL")) == 1
        assert len(sent(session, "reset")) == 1


def test_an_admins_link_and_a_reset_at_once_leave_one_open(database: Database):
    with database.transaction(REGION) as session:
        build_users(session)
    with ThreadPoolExecutor(1) as threads:
        with database.transaction(REGION) as inviting:
            auditor = get_account(inviting, AUDITOR).id
            invite_user(inviting, by=get_actor(inviting, ADMIN), user_id=auditor)

            def ask() -> None:
                with database.transaction(REGION) as session:
                    request_reset(session, login=AUDITOR)

            asking = threads.submit(ask)
            wait_for_a_waiter(inviting)
        asking.result()
    with database.transaction(REGION) as session:
        assert session.scalars(text("SELECT kind FROM user_link WHERE used_at IS NULL")).all() == ["reset"]


RESETS = (AUDITOR, "nobody@dinas.example", "0899 123 456", "nobody", "", "\x00", "'; --")


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(city: City):
    set_active(city.session, by=city.admin, user_id=city.finance.user_id, active=False)
    answers = {repr(request_reset(city.session, login=login)) for login in (*RESETS, FINANCE)}  # type: ignore[func-returns-value]  # that is the claim
    assert answers == {"None"}
    assert len(sent(city.session, "reset")) == 1
    recipients = city.session.scalars(text("SELECT DISTINCT recipient FROM notice WHERE kind = 'identity.reset'")).all()
    assert recipients == [f"user:{city.auditor.user_id}"]


def test_who_asks_again_and_again_does_not_flood_anybody(city: City):
    for _ in range(20):
        request_reset(city.session, login=AUDITOR, address="203.0.113.9")
    assert len(sent(city.session, "reset")) == 1
    for number in range(60):
        request_reset(city.session, login=f"nobody{number}@dinas.example", address="203.0.113.9")
    counts = text("SELECT count(*) FROM login_failure WHERE address = '203.0.113.9'")
    assert city.session.scalar(counts) == 50
    request_reset(city.session, login=FINANCE, address="203.0.113.9")
    assert len(sent(city.session, "reset")) == 1
    request_reset(city.session, login=FINANCE, address="198.51.100.1")
    assert len(sent(city.session, "reset")) == 2


def test_asking_for_a_new_password_keeps_nobody_from_signing_in(city: City):
    let_in(city.session, AUDITOR)
    for _ in range(9):
        request_reset(city.session, login=AUDITOR)
    assert len(attempt(city.session, AUDITOR)) == TOKEN_LENGTH


def test_a_new_password_lets_a_person_try_again_at_once(city: City):
    let_in(city.session, AUDITOR)
    for _ in range(5):
        attempt(city.session, AUDITOR, "salah-salah-salah", address="")
    assert attempt(city.session, AUDITOR) == "identity.too_many_tries"
    token = ask_for_reset(city.session, AUDITOR)
    choose_password(city.session, token=token, password=OTHER_PASSWORD, agreed=True)
    assert len(attempt(city.session, AUDITOR, OTHER_PASSWORD)) == TOKEN_LENGTH


def test_consent_is_asked_for_once(city: City):
    for number, agreed in enumerate((True, False)):
        token = invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
        choose_password(city.session, token=token, password=f"{PASSWORD}-{number}", agreed=agreed)
    rows = city.session.execute(text("SELECT user_id, producer_id, recorded_by FROM consent")).all()
    assert [tuple(row) for row in rows] == [(city.auditor.user_id, None, city.auditor.user_id)]


def test_a_new_password_does_not_open_what_the_second_factor_keeps_shut(city: City):
    let_in(city.session, AUDITOR, totp=True)
    token = ask_for_reset(city.session, AUDITOR)
    choose_password(city.session, token=token, password=OTHER_PASSWORD, agreed=True)
    assert attempt(city.session, AUDITOR, OTHER_PASSWORD) == "code"


# The second factor.


def test_an_app_is_taken_once_its_code_fits(city: City):
    user = let_in(city.session, AUDITOR)
    enrol = {"by": city.auditor, "keep": None}
    for secret, code in (
        (SECRET, "000000"),
        (SECRET, ""),
        ("", code_at()),
        ("A", "123456"),
        (SECRET.lower(), code_at()),
    ):
        with pytest.raises(CodeWrong):
            enrol_second_factor(city.session, secret=secret, code=code, **enrol)
    assert user.totp_secret is None
    code = code_at()
    enrol_second_factor(city.session, secret=SECRET, code=code, **enrol)
    assert attempt(city.session, AUDITOR, code=code) == "identity.sign_in_refused"  # used to set it up
    assert len(attempt(city.session, AUDITOR, code=code_at(1))) == TOKEN_LENGTH


def test_who_finds_an_open_browser_does_not_put_another_app_in_its_place(city: City):
    user, other = let_in(city.session, AUDITOR, totp=True), make_totp_secret()
    enrol = {"by": city.auditor, "secret": other, "keep": None}
    for present in (None, "", "000000"):
        with pytest.raises(CodeWrong):
            enrol_second_factor(city.session, code=code_at(secret=other), present=present, **enrol)
    assert user.totp_secret == SECRET
    enrol_second_factor(city.session, code=code_at(secret=other), present=code_at(), **enrol)
    assert user.totp_secret == other


def test_the_present_code_cannot_be_guessed(city: City):
    let_in(city.session, AUDITOR, totp=True)
    other = make_totp_secret()
    refused = []
    for _ in range(8):
        try:
            enrol_second_factor(
                city.session, by=city.auditor, secret=other, code=code_at(secret=other), present="000000", keep=None
            )
        except ConsignError as refusal:
            refused.append(refusal.code)
    assert refused == ["identity.code_wrong"] * 5 + ["identity.too_many_tries"] * 3


# What admins, and the operator, do.


def test_nobody_but_an_admin_changes_accounts_of_others(city: City):
    target = {"user_id": city.finance.user_id}
    for role in Role:
        by = Actor(city.auditor.user_id, AUDITOR, role)  # also who claims to be an admin and is none
        for act in (
            lambda by=by: invite_user(city.session, by=by, **target),
            lambda by=by: drop_second_factor(city.session, by=by, **target),
            lambda by=by: set_active(city.session, by=by, active=False, **target),
            lambda by=by: change_role(city.session, by=by, role=Role.HEAD, **target),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_an_admin_changes_neither_role_nor_way_in_of_the_own_account(city: City):
    own = {"by": city.admin, "user_id": city.admin.user_id}
    with pytest.raises(BadInput):
        set_active(city.session, active=False, **own)
    with pytest.raises(BadInput):
        change_role(city.session, role=Role.HEAD, **own)
    with pytest.raises(BadInput):
        drop_second_factor(city.session, **own)


def test_nobody_is_invited_who_is_shut_out_or_not_there(city: City):
    set_active(city.session, by=city.admin, user_id=city.auditor.user_id, active=False)
    with pytest.raises(BadInput):
        invite_user(city.session, by=city.admin, user_id=city.auditor.user_id)
    for by in (city.admin, None):
        with pytest.raises(UserMissing):
            invite_user(city.session, by=by, user_id=999_999)


def test_the_operator_helps_admins_only(city: City):
    let_in(city.session, ADMIN, totp=True)
    token = invite_user(city.session, by=None, user_id=city.admin.user_id)
    drop_second_factor(city.session, by=None, user_id=city.admin.user_id)
    choose_password(city.session, token=token, password=OTHER_PASSWORD, agreed=True)
    assert len(attempt(city.session, ADMIN, OTHER_PASSWORD)) == TOKEN_LENGTH
    finish(city.session)
    of_operator = [(act, user_id) for act, _, user_id, _ in events(city.session)]
    assert ("user invited", None) in of_operator
    assert ("second factor dropped", None) in of_operator
    with pytest.raises(NotAllowed):
        invite_user(city.session, by=None, user_id=city.finance.user_id)
    with pytest.raises(NotAllowed):
        drop_second_factor(city.session, by=None, user_id=city.finance.user_id)


def test_two_admins_who_shut_each_other_out_at_once_do_not_both_succeed(database: Database):
    other = "admin2@dinas.example"
    with database.transaction(REGION) as session:
        admin, _, _ = build_users(session)
        add_user(session, by=admin, login=other, name="Budi", role=Role.ADMIN)

    def shut(by: str, whom: str) -> bool:
        try:
            with database.transaction(REGION) as session:
                set_active(session, by=get_actor(session, by), user_id=get_account(session, whom).id, active=False)
                session.execute(text("SELECT pg_sleep(0.05)"))
        except NotAllowed:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as threads:
            done = list(threads.map(shut, (ADMIN, other), (other, ADMIN)))
        with database.transaction(REGION) as session:
            active = session.scalars(text("SELECT login FROM user_account WHERE role = 'admin' AND active")).all()
            assert len(active) == 1
            assert sum(done) == 1
            shut_out = other if active == [ADMIN] else ADMIN
            set_active(
                session, by=get_actor(session, active[0]), user_id=get_account(session, shut_out).id, active=True
            )


@pytest.mark.parametrize("role", [Role.PRODUCER, Role.COOPERATIVE, Role.STORE_MANAGER, Role.PARTNER_FINANCE])
def test_only_people_of_the_dinas_change_between_its_roles(city: City, role: Role):
    with pytest.raises(BadInput):
        change_role(city.session, by=city.admin, user_id=city.auditor.user_id, role=role)
    facts = {"login": "p1@umkm.example", "name": "Ratmi", "role": Role.PRODUCER, "producer_id": city.producers[0].id}
    producer = add_user(city.session, by=city.admin, **facts)
    with pytest.raises(BadInput):
        change_role(city.session, by=city.admin, user_id=producer.id, role=Role.AUDITOR)


def test_a_change_of_role_is_recorded_with_what_was(city: City):
    for _ in range(2):  # the second changes nothing
        change_role(city.session, by=city.admin, user_id=city.auditor.user_id, role=Role.HEAD)
    finish(city.session)
    found = [(by, detail) for act, _, by, detail in events(city.session) if act == "role changed"]
    assert found == [(city.admin.user_id, {"before": "auditor", "role": "head"})]


def test_the_language_is_one_of_ours(city: City):
    set_language(city.session, by=city.auditor, language="en")
    assert city.session.get_one(UserAccount, city.auditor.user_id).language == "en"
    with pytest.raises(BadInput):
        set_language(city.session, by=city.auditor, language="fr")


# The sample city's password.


def test_invented_people_get_the_password_everybody_knows_and_keep_their_own(city: City):
    own = let_in(city.session, FINANCE)
    assert set_sample_password(city.session, logins=[ADMIN, FINANCE], password_hash="x") == 1  # noqa: S106  # no hash
    city.session.expire_all()
    kept = {user.login: user.password_hash for user in city.session.query(UserAccount)}
    assert kept == {ADMIN: "x", FINANCE: hashed(), AUDITOR: None}
    assert own.password_hash == hashed()


def test_where_anybody_is_real_nobody_gets_it(city: City):
    with pytest.raises(NotAllowed):
        set_sample_password(city.session, logins=["rini@dinas.id"], password_hash="x")  # noqa: S106  # no hash
    add_user(city.session, by=city.admin, login="0812 345 678", name="Joko", role=Role.AUDITOR)
    with pytest.raises(NotAllowed):
        set_sample_password(city.session, logins=[ADMIN], password_hash="x")  # noqa: S106  # no hash


# Nothing secret is kept.


def list_cells(session: Session) -> Iterator[tuple[str, str]]:
    """Yield every cell of every table that can hold text or bytes, bytes as hexadecimal and as they are."""
    columns = session.execute(
        text("""
        SELECT table_name, column_name, udt_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND udt_name IN ('text', 'varchar', 'jsonb', 'json', 'bytea', '_text', '_varchar')""")
    ).all()
    assert len(columns) > 50
    for table, column, kind in columns:
        name = f'"{column}"'
        cells = f"encode({name}, 'hex') || ' ' || encode({name}, 'escape')" if kind == "bytea" else f"{name}::text"
        for cell in session.scalars(text(f'SELECT {cells} FROM "{table}" WHERE {name} IS NOT NULL')):
            yield f"{table}.{column}", cell


def find_cells(session: Session, secret: str) -> set[str]:
    spellings = {secret, secret.encode().hex()}
    return {where for where, cell in list_cells(session) if any(one in cell for one in spellings)}


def test_no_password_and_no_token_stands_anywhere_but_in_the_notice_that_carries_it(database: Database):
    with database.transaction(REGION) as session:
        admin, _, auditor = build_users(session)
        used = invite_user(session, by=admin, user_id=auditor.user_id)
        choose_password(session, token=used, password=PASSWORD, agreed=True)
        attempt(session, AUDITOR, OTHER_PASSWORD)  # a failed try
        attempt(session, PASSWORD, PASSWORD)  # in the wrong field
        token = attempt(session, AUDITOR)
        old = invite_user(session, by=admin, user_id=auditor.user_id)
        still_open = ask_for_reset(session, AUDITOR)
    with database.transaction(REGION) as session:
        assert len(token) == TOKEN_LENGTH
        for secret in (PASSWORD, OTHER_PASSWORD, token, used, old):
            assert find_cells(session, secret) == set()
        assert find_cells(session, still_open) == {"notice.facts"}
        assert find_cells(session, AUDITOR) > {"user_account.login"}  # a search that finds nothing is not trusted
