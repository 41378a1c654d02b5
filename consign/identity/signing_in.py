"""Signing in: login and password, and the code of an authenticator app where somebody has one."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import ConsignError, NotAllowed
from consign.identity.failed_tries import name_tried, note_failure, refuse_too_many
from consign.identity.secrets import find_totp_step, hash_token, make_token, verify_password
from consign.identity.sessions import open_session
from consign.identity.spelling import read_login
from consign.models.identity import UserAccount, UserLink
from consign.sentence import say

CODE_STEP_LASTS = timedelta(minutes=5)


class SignInRefused(ConsignError):
    """Login, password or code are not right; nobody was signed in."""

    code = "identity.sign_in_refused"


def sign_in(
    session: Session, *, login: str, password: str, code: str | None, address: str, agent: str
) -> tuple[str, UserAccount] | None:
    """Begin a session and return its token and the person; blank where the password is right and a code is needed.

    A failed try is kept in this transaction: the caller must catch the refusal and commit, without a savepoint that
    takes the try back.

    Raises:
        SignInRefused: login, password or code are not right, or the account is not active.
        TooManyTries: five tries for this login, or fifty from this address, failed in the last quarter of an hour.

    """
    wanted = read_login(login)
    tried = name_tried(login)
    refuse_too_many(session, login=tried, address=address)
    user = session.scalar(select(UserAccount).where(UserAccount.login == wanted, UserAccount.active))
    kept = user.password_hash if user else None
    if not verify_password(password, kept) or user is None or not _is_still(session, user, password_hash=kept):
        note_failure(session, login=tried, address=address)
        raise SignInRefused(say("Login and password do not fit; nobody was signed in."))
    if user.totp_secret is not None:
        if not code:
            return None
        if not take_code(session, user, code):
            note_failure(session, login=tried, address=address)
            raise SignInRefused(
                say("The code is not right or was used before; nobody was signed in. Wait for the next one.")
            )
    return open_session(session, user, agent=agent), user


def make_code_step(session: Session, *, login: str) -> str:
    """Return a token that stands for the password of *login*, which `sign_in` has just found right, for five minutes."""
    user = session.execute(select(UserAccount).where(UserAccount.login == read_login(login))).scalar_one()
    token, now = make_token(), clock.now()
    step = UserLink(
        token_hash=hash_token(token),
        kind="code",
        user_id=user.id,
        made_at=now,
        ends_at=now + CODE_STEP_LASTS,
        used_at=None,
    )
    session.add(step)
    session.flush()
    return token


def finish_sign_in(session: Session, *, step: str, code: str, address: str, agent: str) -> tuple[str, UserAccount]:
    """Complete a signing-in with a code of the authenticator app; the same rules as for `sign_in`.

    Raises:
        SignInRefused: the step is too old or was used, or the code is not right; after a wrong code the step goes on.
        TooManyTries: that happened too often.

    """
    is_open = (
        UserLink.token_hash == hash_token(step),
        UserLink.kind == "code",
        UserLink.used_at.is_(None),
        UserLink.ends_at > clock.now(),
    )
    user_id = session.scalar(select(UserLink.user_id).where(*is_open))
    user = session.get(UserAccount, user_id) if user_id else None
    if user is None:
        raise SignInRefused(say("That took too long; nobody was signed in. Begin again with login and password."))
    tried = name_tried(user.login)
    refuse_too_many(session, login=tried, address=address)
    if not take_code(session, user, code):
        note_failure(session, login=tried, address=address)
        raise SignInRefused(
            say("The code is not right or was used before; nobody was signed in. Wait for the next one.")
        )
    claimed = update(UserLink).where(*is_open).values(used_at=clock.now()).returning(UserLink.user_id)
    if not user.active or session.scalar(claimed) is None:  # used, or ended by a new password, in the meantime
        raise SignInRefused(say("That took too long; nobody was signed in. Begin again with login and password."))
    return open_session(session, user, agent=agent), user


def _is_still(session: Session, user: UserAccount, *, password_hash: str | None) -> bool:
    """Say whether the account is open and has this password still, and keep it so until the transaction ends.

    Trying a password takes a while. Without this, whoever knows the old one could begin a session just after all
    sessions were ended.
    """
    session.refresh(user, with_for_update={"key_share": True})
    return user.active and user.password_hash == password_hash


def take_code(session: Session, user: UserAccount, code: str) -> bool:
    """Take a code of the person's authenticator app, each only once; say whether it is right."""
    session.refresh(user, with_for_update={"key_share": True})
    step = find_totp_step(
        user.totp_secret or "", code, at_second=int(clock.now().timestamp()), after_step=user.totp_last_step
    )
    if step is None:
        return False
    user.totp_last_step = step
    session.flush()
    return True


def begin_session(session: Session, user: UserAccount, *, agent: str) -> str:
    """Begin a session of somebody who has just registered; return the token that only the person's browser keeps.

    Raises:
        NotAllowed: the person has a second factor, which only `sign_in` asks for.

    """
    if user.totp_secret is not None:
        raise NotAllowed(say("You have a second factor; nobody was signed in. Sign in with its code."))
    return open_session(session, user, agent=agent)
