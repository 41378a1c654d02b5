"""Tries that failed: how many there may be for one login and from one address."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import ConsignError
from consign.identity.spelling import clean_text, normalize_login
from consign.models.identity import LoginFailure
from consign.sentence import say

LOCKS = {"login": 7101, "address": 7102, "sweep": 7103}
"""First halves of the keys of the server's advisory locks: by login, by address, and for deleting old failures."""
FAILURES_COUNT_FOR = timedelta(minutes=15)
MOST_FAILURES_PER_LOGIN = 5
MOST_FAILURES_PER_ADDRESS = 50


class TooManyTries(ConsignError):
    """Too many tries failed in the last quarter of an hour; nobody was signed in and nothing was changed."""

    code = "identity.too_many_tries"


def name_tried(given: str) -> str:
    """Return by which name failed tries are counted.

    What is no login may be a password in the wrong field: of that too little is kept to guess it by.
    """
    try:
        return normalize_login(given)
    except ConsignError:
        return f"other {hashlib.sha256(clean_text(given).lower().encode()).hexdigest()[:4]}"


def refuse_too_many(session: Session, *, login: str, address: str) -> None:
    """Refuse a further try after too many.

    Tries for one login wait for each other until their transactions end, and so do tries from one address, so that none
    slips through. A blank address does not count.

    Raises:
        TooManyTries: five tries for this login, or fifty from this address, failed in the last quarter of an hour.

    """
    _wait_for(session, "login", login)
    if address:
        _wait_for(session, "address", address)
    counts = session.execute(
        text("""
        SELECT (SELECT count(*) FROM login_failure WHERE login = :login AND at > :since) AS by_login,
          (SELECT count(*) FROM login_failure WHERE address = :address AND address <> '' AND at > :since) AS by_address"""),
        {"login": login, "address": address, "since": clock.now() - FAILURES_COUNT_FOR},
    ).one()
    if counts.by_login >= MOST_FAILURES_PER_LOGIN or counts.by_address >= MOST_FAILURES_PER_ADDRESS:
        raise TooManyTries(
            say(
                "Too many tries failed; nothing was changed. Try again in a quarter of an hour, or ask for a new password."
            )
        )


def _wait_for(session: Session, lock: str, what: str) -> None:
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, hashtext(current_schema() || ' ' || :what))"),
        {"lock": LOCKS[lock], "what": what},
    )


def note_failure(session: Session, *, login: str, address: str) -> None:
    """Keep a failed try, and delete those of the day before, unless another transaction does."""
    now = clock.now()
    alone = text("SELECT pg_try_advisory_xact_lock(:lock, hashtext(current_schema()))")
    if session.scalar(alone, {"lock": LOCKS["sweep"]}):
        session.execute(delete(LoginFailure).where(LoginFailure.at < now - timedelta(days=1)))
    session.add(LoginFailure(login=login, address=address, at=now))
    session.flush()


def forget_failures(session: Session, login: str) -> None:
    """Let a person who has chosen a new password try again at once."""
    session.execute(delete(LoginFailure).where(LoginFailure.login == name_tried(login)))
