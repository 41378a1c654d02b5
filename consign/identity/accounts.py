"""What people do with their own accounts: choose a password, set up an authenticator app, agree to the privacy notice."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput, NotAllowed, NotFound
from consign.identity.actions import record_event
from consign.identity.failed_tries import TooManyTries, forget_failures, name_tried, note_failure, refuse_too_many
from consign.identity.links import RESET_LASTS, LinkUnknown, end_links_of, find_link_user, is_open, make_link
from consign.identity.queries import describe_actor
from consign.identity.rules import Actor
from consign.identity.secrets import (
    find_totp_step,
    hash_password,
    is_totp_secret,
    refuse_weak_password,
    verify_password,
)
from consign.identity.sessions import end_sessions_of
from consign.identity.signing_in import take_code
from consign.identity.spelling import normalize_login
from consign.models.identity import Consent, UserAccount, UserLink
from consign.sentence import say

PRIVACY_NOTICE = "2026-12"
"""Version of the privacy notice that people agree to; a new text gets a new one."""
RESET_EVERY = timedelta(minutes=5)
"""Who asks again and again for a new password gets one link in this time."""
LANGUAGES = ("id", "en")
SAMPLE_LOGINS = "%.example"
"""What logins of invented people end with. Source: RFC 2606, which keeps it from ever being anybody's address."""


class PasswordWrong(BadInput):
    """The present password is not the one that was given; nothing was changed."""

    code = "identity.password_wrong"


class CodeWrong(BadInput):
    """The code of the authenticator app is not right; nothing was changed."""

    code = "identity.code_wrong"


class ConsentMissing(BadInput):
    """The person has not agreed to the privacy notice; nothing was changed."""

    code = "identity.consent_missing"


class UserMissing(NotFound):
    """There is no such user; nothing was changed."""

    code = "identity.user_missing"


def get_user(session: Session, user_id: int, *, lock: bool = False) -> UserAccount:
    """Return the user with the id *user_id*; with *lock* nobody else changes the account until the transaction ends.

    Rows that only refer to the account, such as audit events, do not wait for the lock.

    Raises:
        UserMissing: there is none.

    """
    mode = {"key_share": True} if lock else None
    user = session.get(UserAccount, user_id, with_for_update=mode, populate_existing=lock)
    if user is None:
        raise UserMissing(say("There is no such user; nothing was changed."))
    return user


def request_reset(session: Session, *, login: str, address: str = "") -> None:
    """Send the user *login* a link to choose a new password; nothing tells the asker whether there is such a user.

    Asking counts like a failed try, for the login and for the *address*; after too many nothing is sent.
    """
    asked = f"reset {name_tried(login)}"
    try:
        refuse_too_many(session, login=asked, address=address)
        wanted = normalize_login(login)
    except (TooManyTries, BadInput):
        return
    note_failure(session, login=asked, address=address)
    query = select(UserAccount).where(UserAccount.login == wanted, UserAccount.active)
    user = session.scalar(query.with_for_update(key_share=True))
    if user is None:
        return
    recent = select(UserLink.made_at).where(
        UserLink.user_id == user.id,
        UserLink.kind == "reset",
        UserLink.used_at.is_(None),
        UserLink.made_at > clock.now() - RESET_EVERY,
    )
    if session.scalar(recent) is None:
        make_link(session, user, kind="reset", lasts=RESET_LASTS)


def choose_password(session: Session, *, token: str, password: str, agreed: bool) -> UserAccount:
    """Let the holder of a link choose a password, once; all sessions of the user end.

    Raises:
        LinkUnknown: the link was used, is too old, or never was.
        PasswordTooWeak: the password is too short or easily guessed; the link can still be used.
        ConsentMissing: the user has not agreed to the privacy notice, now or before; the link can still be used.

    """
    found = find_link_user(session, token)
    if found is None:
        raise _link_unknown()
    refuse_weak_password(password, known=[found.login, found.name])
    agreed_before = has_agreed(session, found.id)
    refuse_without_consent(agreed=agreed or agreed_before)
    user = get_user(session, found.id, lock=True)
    claimed = update(UserLink).where(*is_open(token)).values(used_at=clock.now()).returning(UserLink.user_id)
    if not user.active or session.scalar(claimed) is None:  # used in the meantime by another request
        raise _link_unknown()
    if not agreed_before:
        record_consent(session, by=describe_actor(user), user_id=user.id)
    _set_password(session, user, password)
    return user


def _link_unknown() -> LinkUnknown:
    return LinkUnknown(say("This link was used or is too old; nothing was changed. Ask for a new one."))


def change_password(session: Session, *, by: Actor, present: str, password: str, keep: bytes | None) -> None:
    """Change the person's own password; all sessions but the one with the token hash *keep* end.

    A wrong present password is a failed try, kept as `sign_in` keeps it: catch the refusal and commit.

    Raises:
        PasswordWrong: *present* is not the present password.
        TooManyTries: that happened too often.
        PasswordTooWeak: the new one is too short or easily guessed.

    """
    tried = name_tried(get_user(session, by.user_id).login)
    refuse_too_many(session, login=tried, address="")
    user = get_user(session, by.user_id, lock=True)
    if not verify_password(present, user.password_hash):
        note_failure(session, login=tried, address="")
        raise PasswordWrong(say("That is not your present password; nothing was changed."))
    refuse_weak_password(password, known=[user.login, user.name])
    _set_password(session, user, password, keep=keep)


def _set_password(session: Session, user: UserAccount, password: str, *, keep: bytes | None = None) -> None:
    user.password_hash = hash_password(password)
    session.flush()
    forget_failures(session, user.login)
    end_links_of(session, user.id)
    end_sessions_of(session, user.id, but=keep)
    record_event(session, by=describe_actor(user), act="password chosen", subject=f"user:{user.id}")


def enrol_second_factor(
    session: Session, *, by: Actor, secret: str, code: str, keep: bytes | None, present: str | None = None
) -> None:
    """Take *secret* as the person's second factor, once a *code* shows that the app has it; other sessions end.

    Where a second factor stands, *present* is a code of it: who found an open browser does not take the account over.
    A wrong one is a failed try, kept as `sign_in` keeps it: catch the refusal and commit.

    Raises:
        CodeWrong: the code does not fit the secret, or *present* the factor that stands.
        TooManyTries: that happened too often.

    """
    tried = name_tried(get_user(session, by.user_id).login)
    refuse_too_many(session, login=tried, address="")
    user = get_user(session, by.user_id, lock=True)
    if user.totp_secret is not None and not take_code(session, user, present or ""):
        if present:
            note_failure(session, login=tried, address="")
        raise CodeWrong(
            say(
                "A second factor is set up already; nothing was changed."
                " Give a code of the present app as well, or let an admin take it away."
            )
        )
    step = find_totp_step(secret, code, at_second=int(clock.now().timestamp()), after_step=None)
    if step is None or not is_totp_secret(secret):
        raise CodeWrong(
            say(
                "The code does not fit; nothing was changed. Give the app the key that is shown here now, and look whether"
                " the phone's clock is right."
            )
        )
    user.totp_secret, user.totp_last_step = secret, step
    session.flush()
    end_sessions_of(session, user.id, but=keep)
    record_event(session, by=by, act="second factor set up", subject=f"user:{user.id}")


def set_language(session: Session, *, by: Actor, language: str) -> None:
    """Choose the language of the person's pages.

    Raises:
        BadInput: there is no such language.

    """
    if language not in LANGUAGES:
        raise BadInput(say("There is no language “{language}”; nothing was changed.", language=language))
    get_user(session, by.user_id).language = language
    session.flush()


def has_agreed(session: Session, user_id: int) -> bool:
    """Say whether the user agreed to the privacy notice as it is now."""
    agreed = select(Consent.id).where(Consent.user_id == user_id, Consent.notice == PRIVACY_NOTICE)
    return session.scalar(agreed) is not None


def refuse_without_consent(*, agreed: bool) -> None:
    """Refuse to keep data of a person who has not agreed to the privacy notice.

    Raises:
        ConsentMissing: accordingly.

    """
    if not agreed:
        raise ConsentMissing(say("Without agreement to the privacy notice there is no account; nothing was changed."))


def record_consent(session: Session, *, by: Actor, user_id: int | None = None, producer_id: int | None = None) -> None:
    """Keep that a user, or a producer whose signed paper a field officer holds, agreed to the privacy notice."""
    session.add(
        Consent(
            user_id=user_id,
            producer_id=producer_id,
            notice=PRIVACY_NOTICE,
            given_at=clock.now(),
            recorded_by=by.user_id,
        )
    )
    session.flush()
    subject = f"user:{user_id}" if user_id else f"producer:{producer_id}"
    record_event(session, by=by, act="privacy notice agreed to", subject=subject, notice=PRIVACY_NOTICE)


def set_sample_password(session: Session, *, logins: list[str], password_hash: str) -> int:
    """Give invented people who have no password yet one that everybody knows; return how many got it.

    Raises:
        NotAllowed: somebody in the region is real, that is, has a login that does not end with `.example`.

    """
    real = select(UserAccount.id).where(UserAccount.login.not_like(SAMPLE_LOGINS))
    if any(not login.endswith(".example") for login in logins) or session.scalar(real.limit(1)) is not None:
        raise NotAllowed(say("Real people use this region; nobody was given the sample city's password."))
    giving = (
        update(UserAccount)
        .where(UserAccount.login.in_(logins), UserAccount.password_hash.is_(None))
        .values(password_hash=password_hash)
        .returning(UserAccount.id)
    )
    given = list(session.scalars(giving))
    for user_id in given:
        record_event(session, by=None, act="sample password given", subject=f"user:{user_id}")
    return len(given)
