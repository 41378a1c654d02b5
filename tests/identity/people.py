"""People who can sign in, and how they try to. Hashing takes long, so there is one hash for all of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import pyotp
from sqlalchemy import text
from sqlalchemy.orm import Session

from consign import clock
from consign.db import Database
from consign.errors import ConsignError
from consign.identity.actions import add_user
from consign.identity.queries import get_account, get_actor
from consign.identity.rules import Actor, Role
from consign.identity.secrets import CODE_SECONDS, hash_password, hash_token, make_token
from consign.identity.signing_in import sign_in
from consign.models.identity import UserAccount, UserSession
from tests.conftest import REGION

PASSWORD = "gunung-cermin-payung-tiga"  # noqa: S105  # of invented people
OTHER_PASSWORD = "sungai-lampu-jendela-enam"  # noqa: S105  # the same
ADDRESS = "203.0.113.7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  # the same


@cache
def hashed() -> str:
    return hash_password(PASSWORD)


def let_in(session: Session, login: str, *, totp: bool = False) -> UserAccount:
    """Give a user the password, and a second factor where one is asked for."""
    user = get_account(session, login)
    user.password_hash = hashed()
    if totp:
        user.totp_secret = SECRET
    session.flush()
    return user


def add_officer(session: Session, *, by: Actor) -> Actor:
    add_user(session, by=by, login="petugas@dinas.example", name="Andi", role=Role.FIELD_OFFICER)
    return get_actor(session, "petugas@dinas.example")


def code_at(steps: int = 0, *, secret: str = SECRET) -> str:
    """Return the code of the authenticator app, some *steps* of half a minute from now."""
    step = int(clock.now().timestamp()) // CODE_SECONDS + steps
    return str(pyotp.TOTP(secret).generate_otp(step))


def attempt(
    session: Session, login: str, password: str = PASSWORD, *, code: str | None = None, address: str = ADDRESS
) -> str:
    """Try to sign in; return the token, `code` where one is asked for, or the code of the refusal."""
    try:
        begun = sign_in(session, login=login, password=password, code=code, address=address, agent="uji")
    except ConsignError as refusal:
        return refusal.code
    return "code" if begun is None else begun[0]


def attempt_at_once(database: Database, tries: list[dict[str, str]]) -> list[str]:
    """Try to sign in, each try in a transaction of its own, all at once."""

    def one(facts: dict[str, str]) -> str:
        with database.transaction(REGION) as session:
            return attempt(session, **facts)

    with ThreadPoolExecutor(len(tries)) as threads:
        return list(threads.map(one, tries))


def open_sessions(session: Session, user_id: int, many: int) -> list[str]:
    """Begin sessions of a user without trying a password; return their tokens."""
    now, tokens = clock.now(), [make_token() for _ in range(many)]
    for token in tokens:
        session.add(
            UserSession(
                token_hash=hash_token(token),
                user_id=user_id,
                acting_for_id=None,
                agent="uji",
                begun_at=now,
                seen_at=now,
                ends_at=now + timedelta(hours=12),
                ended_at=None,
            )
        )
    session.flush()
    return tokens


def events(session: Session) -> list[tuple[str, str, int | None, dict[str, object]]]:
    """Return act, subject, user and detail of all events so far."""
    rows = session.execute(text("SELECT act, subject, user_id, detail FROM audit_event ORDER BY seq"))
    return [(row.act, row.subject, row.user_id, row.detail) for row in rows]


def wait_for_a_waiter(session: Session) -> None:
    """Wait until another transaction waits for a lock of this one, ten seconds at most."""
    for _ in range(1_000):
        session.execute(text("SELECT pg_sleep(0.01)"))
        if session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            return
    raise AssertionError("nobody waits")
