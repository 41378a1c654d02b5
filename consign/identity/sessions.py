"""Signing in and out: tries, sessions, and who a session's holder is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from consign import clock
from consign.db import run_last
from consign.errors import ConsignError, NotAllowed, NotFound
from consign.identity.actions import record_event
from consign.identity.queries import describe_actor
from consign.identity.rules import MUST_USE_SECOND_FACTOR, Act, Actor, Role, authorize
from consign.identity.secrets import find_totp_step, hash_token, make_token, verify_password
from consign.identity.spelling import clean_text, normalize_login, read_login
from consign.models.identity import LoginFailure, UserAccount, UserLink, UserSession
from consign.models.partners import CooperativeMember, Producer, RegionTerms
from consign.sentence import say

LONGEST_AGENT = 200
LOCKS = {"login": 7101, "address": 7102, "sweep": 7103}
"""First halves of the keys of the server's advisory locks: by login, by address, and for deleting old failures."""
FAILURES_COUNT_FOR = timedelta(minutes=15)
MOST_FAILURES_PER_LOGIN = 5
MOST_FAILURES_PER_ADDRESS = 50
CODE_STEP_LASTS = timedelta(minutes=5)
SEEN_EXACT_TO = timedelta(minutes=1)

SHORT = (timedelta(hours=2), timedelta(hours=12))
LONG = (timedelta(days=7), timedelta(days=30))
LASTS: dict[Role, tuple[timedelta, timedelta]] = {
    **dict.fromkeys(Role, SHORT),
    Role.PRODUCER: LONG,
    Role.STORE_MANAGER: LONG,
}
"""How long a session lasts unused, and at most. Those who move money or see everything sign in every day."""


class SignInRefused(ConsignError):
    """Login, password or code are not right; nobody was signed in."""

    code = "identity.sign_in_refused"


class TooManyTries(ConsignError):
    """Too many tries failed in the last quarter of an hour; nobody was signed in and nothing was changed."""

    code = "identity.too_many_tries"


class SessionUnknown(NotFound):
    """There is no such session of this person; nothing was changed."""

    code = "identity.session_unknown"


@dataclass(frozen=True)
class Visitor:
    """Who holds a session, and what pages show of them."""

    actor: Actor
    name: str
    language: str
    held_for: str | None
    """Name of the partner, store, producer or cooperative that the role is held for, or of the producer acted for."""
    zone: str
    """The store's time zone; for all others the office's."""
    must_enrol: bool
    """Whether nothing is open to the person before an authenticator app is set up."""
    officer: bool
    """Whether the person is a field officer, also while acting for a producer."""
    acts: int
    """Length of the audit trail when the request began: whatever anybody did since makes it longer."""


_VISITOR = text("""
    SELECT (SELECT seq FROM audit_head) AS acts, held.token_hash, held.seen_at, held.ends_at, account.id, account.login, account.name, account.role,
      account.language, account.partner_id, account.store_id, account.producer_id, account.cooperative_id,
      account.totp_secret,
      helped.id AS acting_for_id, terms.second_factor_required, COALESCE(store.zone, terms.zone) AS zone,
      COALESCE(helped.name, producer.name, cooperative.name, store.name, partner.name) AS held_for
    FROM user_session AS held JOIN user_account AS account ON account.id = held.user_id
    CROSS JOIN region_terms AS terms
    LEFT JOIN partner ON partner.id = account.partner_id
    LEFT JOIN store ON store.id = account.store_id
    LEFT JOIN producer ON producer.id = account.producer_id
    LEFT JOIN cooperative ON cooperative.id = account.cooperative_id
    LEFT JOIN producer AS helped ON helped.id = held.acting_for_id AND CASE account.role
      WHEN 'field_officer'
        THEN NOT EXISTS (SELECT FROM user_account AS own WHERE own.producer_id = helped.id AND own.active)
      WHEN 'cooperative'
        THEN EXISTS (SELECT FROM cooperative_member AS member WHERE member.cooperative_id = account.cooperative_id
          AND member.producer_id = helped.id AND member.days @> CAST(:now AT TIME ZONE terms.zone AS date))
      ELSE false END
    WHERE held.token_hash = :token AND held.ended_at IS NULL AND account.active""")


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
    return _begin_session(session, user, agent=agent), user


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
    return _begin_session(session, user, agent=agent), user


def _is_still(session: Session, user: UserAccount, *, password_hash: str | None) -> bool:
    """Say whether the account is open and has this password still, and keep it so until the transaction ends.

    Trying a password takes a while. Without this, whoever knows the old one could begin a session just after all
    sessions were ended.
    """
    session.refresh(user, with_for_update={"key_share": True})
    return user.active and user.password_hash == password_hash


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
    return _begin_session(session, user, agent=agent)


def _begin_session(session: Session, user: UserAccount, *, agent: str) -> str:
    token, now = make_token(), clock.now()
    _, longest = LASTS[Role(user.role)]
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            acting_for_id=None,
            agent=clean_text(agent[:LONGEST_AGENT])[:LONGEST_AGENT],
            begun_at=now,
            seen_at=now,
            ends_at=now + longest,
            ended_at=None,
        )
    )
    session.flush()
    record_event(session, by=describe_actor(user), act="signed in", subject=f"user:{user.id}")
    return token


def find_visitor(session: Session, token: str) -> Visitor | None:
    """Return who holds the session with *token*; blank where it has ended, or lay unused for too long."""
    now = clock.now()
    row = session.execute(_VISITOR, {"token": hash_token(token), "now": now}).mappings().one_or_none()
    if row is None:
        return None
    role = Role(row["role"])
    unused, _ = LASTS[role]
    if now >= row["ends_at"] or now - row["seen_at"] > unused:
        return None
    _note_seen(session, row["token_hash"], seen_at=row["seen_at"], now=now)
    acting_for = row["acting_for_id"]
    actor = Actor(
        user_id=row["id"],
        login=row["login"],
        role=Role.PRODUCER if acting_for else role,
        partner_id=row["partner_id"],
        store_id=row["store_id"],
        producer_id=acting_for or row["producer_id"],
        on_behalf=acting_for is not None,
        cooperative_id=None if acting_for else row["cooperative_id"],  # the rights are the member's alone
    )
    return Visitor(
        actor=actor,
        name=row["name"],
        language=row["language"],
        held_for=row["held_for"],
        zone=row["zone"],
        must_enrol=row["second_factor_required"] and role in MUST_USE_SECOND_FACTOR and row["totp_secret"] is None,
        officer=role is Role.FIELD_OFFICER,
        acts=row["acts"],
    )


def _note_seen(session: Session, token_hash: bytes, *, seen_at: datetime, now: datetime) -> None:
    """Note the use of a session, at most once a minute and never waiting for another request that does.

    It is noted last: a long request does not keep anybody from ending the session in the meantime.
    """
    if now - seen_at < SEEN_EXACT_TO:
        return

    def note(late: Session) -> None:
        late.execute(
            text("""
            UPDATE user_session SET seen_at = :now WHERE token_hash =
              (SELECT token_hash FROM user_session WHERE token_hash = :token FOR UPDATE SKIP LOCKED)"""),
            {"now": now, "token": token_hash},
        )

    run_last(session, note)


def end_session(session: Session, *, by: Actor, token_hash: bytes) -> None:
    """End one of the person's own sessions.

    Raises:
        SessionUnknown: the person holds no such session.

    """
    done = session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash, UserSession.user_id == by.user_id, UserSession.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(UserSession.user_id)
    ).first()
    if done is None:
        raise SessionUnknown(say("There is no such session; nothing was changed."))
    record_event(session, by=by, act="signed out", subject=f"user:{by.user_id}")


def end_sessions_of(session: Session, user_id: int, *, but: bytes | None = None) -> None:
    """End all sessions of a person, except the one with the token hash *but*."""
    ending = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(UserSession.token_hash != but)
    session.execute(ending.values(ended_at=clock.now()))


def find_sessions(session: Session, user_id: int) -> list[UserSession]:
    """Return the person's sessions that may be used, the latest used first."""
    now, user = clock.now(), session.get_one(UserAccount, user_id)
    unused, _ = LASTS[Role(user.role)]
    query = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.ends_at > now,
            UserSession.seen_at >= now - unused,
        )
        .order_by(UserSession.seen_at.desc())
    )
    return list(session.scalars(query))


def act_for_producer(session: Session, *, by: Actor, token_hash: bytes, producer_id: int | None) -> None:
    """Let somebody act for a producer in this session, or for nobody any more where *producer_id* is blank.

    A field officer acts for producers without an account of their own, a person of a cooperative for those who have
    mandated it today. It ends by itself once the producer has an account, or the mandate is over.

    Raises:
        NotAllowed: the person is neither a field officer nor of a cooperative.
        NotFound: there is no such producer for whom the person may act.
        SessionUnknown: the person holds no such session.

    """
    account = session.get_one(UserAccount, by.user_id)
    helper = describe_actor(account)
    authorize(helper, Act.ACT_FOR_PRODUCERS, cooperative_id=account.cooperative_id)
    if producer_id is not None:
        _refuse_to_act_for(session, helper, producer_id)
    mine = (UserSession.token_hash == token_hash, UserSession.user_id == by.user_id, UserSession.ended_at.is_(None))
    changed = update(UserSession).where(*mine).values(acting_for_id=producer_id).returning(UserSession.user_id)
    if session.execute(changed).first() is None:
        raise SessionUnknown(say("There is no such session; nothing was changed."))
    facts: dict[str, Any] = {"producer_id": producer_id}
    record_event(session, by=helper, act="acts for producer", subject=f"user:{by.user_id}", **facts)


def _refuse_to_act_for(session: Session, helper: Actor, producer_id: int) -> None:
    if helper.cooperative_id is not None:
        today = clock.today(session.scalars(select(RegionTerms.zone)).one())
        mandate = select(CooperativeMember.id).where(
            CooperativeMember.cooperative_id == helper.cooperative_id,
            CooperativeMember.producer_id == producer_id,
            CooperativeMember.days.contains(today),
        )
        if session.scalar(mandate) is None:
            raise NotFound(say("There is no such member that has mandated you today; nothing was changed."))
        return
    own = select(UserAccount.id).where(UserAccount.producer_id == producer_id, UserAccount.active)
    if session.get(Producer, producer_id) is None or session.scalar(own) is not None:
        raise NotFound(say("There is no such producer without an account of its own; nothing was changed."))
