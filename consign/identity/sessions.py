"""Sessions: who holds one, how long it lasts, how it ends, and for whom its holder acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from consign import clock
from consign.db import run_last
from consign.errors import NotFound
from consign.identity.actions import record_event
from consign.identity.queries import describe_actor
from consign.identity.rules import MUST_USE_SECOND_FACTOR, Act, Actor, Role, authorize
from consign.identity.secrets import hash_token, make_token
from consign.identity.spelling import clean_text
from consign.models.identity import UserAccount, UserSession
from consign.models.partners import CooperativeMember, Producer, RegionTerms
from consign.sentence import say

LONGEST_AGENT = 200
SEEN_EXACT_TO = timedelta(minutes=1)

SHORT = (timedelta(hours=2), timedelta(hours=12))
LONG = (timedelta(days=7), timedelta(days=30))
LASTS: dict[Role, tuple[timedelta, timedelta]] = {
    **dict.fromkeys(Role, SHORT),
    Role.PRODUCER: LONG,
    Role.STORE_MANAGER: LONG,
}
"""How long a session lasts unused, and at most. Those who move money or see everything sign in every day."""


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


def open_session(session: Session, user: UserAccount, *, agent: str) -> str:
    """Begin a session of somebody who has shown who they are; return the token that only the person's browser keeps."""
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
