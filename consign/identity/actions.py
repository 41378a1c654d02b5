"""Adding users, and recording who did what."""

from datetime import date
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, exists, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.db import run_last
from consign.errors import BadInput, Conflict, NotAllowed, refuse_blank
from consign.identity.audit_chain import compute_event_hash
from consign.identity.rules import Act, Actor, Role, authorize
from consign.identity.spelling import normalize_login, tidy_name
from consign.models import RegionBase
from consign.models.identity import AuditEvent, AuditHead, UserAccount
from consign.models.partners import Store
from consign.sentence import Code, say

WAITING_EVENTS = "waiting_events"
SCOPED = {
    Role.PRODUCER: ("producer_id",),
    Role.COOPERATIVE: ("cooperative_id",),
    Role.STORE_MANAGER: ("partner_id", "store_id"),
    Role.PARTNER_FINANCE: ("partner_id",),
}
"""What a role is held for; others for nothing in particular."""

_LOCK_HEAD = select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1).with_for_update()
_APPEND = insert(AuditEvent)
_APPEND_ONE = text("""
    WITH moved AS (UPDATE audit_head SET seq = :seq, hash = :hash WHERE id = 1)
    INSERT INTO audit_event (seq, at, user_id, act, subject, detail, previous_hash, hash)
    VALUES (:seq, :at, :user_id, :act, :subject, :detail, :previous_hash, :hash)""").bindparams(
    bindparam("detail", type_=JSONB)
)
"""Most acts are one event, which goes to the server in one trip."""
_MOVE_HEAD = update(AuditHead).where(AuditHead.id == 1).values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))


class LoginTaken(Conflict):
    """Another user has this login; no user was added."""

    code = "identity.login_taken"


def record_event(session: Session, *, by: Actor | None, act: str, subject: str, **detail: Any) -> None:
    """Put an event at the end of the audit chain, in this transaction, just before its commit.

    *by* is blank for the operator of the installation. *detail* is kept as it is: plain values only. Where
    somebody acts for a producer, the event names both.
    """
    waiting = session.info.setdefault(WAITING_EVENTS, [])
    if not waiting:
        run_last(session, _append_waiting)
    if by is not None and by.on_behalf:
        detail["on_behalf_of"] = f"producer:{by.producer_id}"
    waiting.append({"user_id": by.user_id if by else None, "act": act, "subject": subject, "detail": detail})


def _append_waiting(session: Session) -> None:
    """Chain the transaction's events to the head, which stays locked until the commit that follows."""
    connection = session.connection()  # without the mapper: every act waits for this
    head = connection.execute(_LOCK_HEAD).one()
    seq, latest, rows = head.seq, head.hash, []
    for event in session.info.pop(WAITING_EVENTS):
        seq, at, previous = seq + 1, clock.now(), latest
        latest = compute_event_hash(previous, seq=seq, at=at, **event)
        rows.append({"seq": seq, "at": at, **event, "previous_hash": previous, "hash": latest})
    if len(rows) == 1:
        connection.execute(_APPEND_ONE, rows[0])
        return
    connection.execute(_APPEND, rows)
    connection.execute(_MOVE_HEAD, {"new_seq": seq, "new_hash": latest})


def change_row(session: Session, row: RegionBase, **values: object) -> dict[str, dict[str, object]]:
    """Write what differs of *values* to *row*; return what it was and what it is, as an event keeps it: days as text.

    Nothing is returned where nothing differs.
    """
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    if not before:
        return {}
    for name in before:
        setattr(row, name, values[name])
    session.flush()
    return {
        "before": {name: _plain(value) for name, value in before.items()},
        "after": {name: _plain(values[name]) for name in before},
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def add_user(
    session: Session,
    *,
    by: Actor | None,
    login: str,
    name: str,
    role: Role,
    partner_id: int | None = None,
    store_id: int | None = None,
    producer_id: int | None = None,
    cooperative_id: int | None = None,
) -> UserAccount:
    """Add a person. Without *by* only the first admin of a region can be added.

    Raises:
        NotAllowed: *by* is no admin, or is blank although the region has users.
        BadInput: the login is neither an e-mail address nor a phone number, the name is blank or too long, the role
            needs a partner, store, producer or cooperative that is not given or does not take a given one, or the store is
            another partner's.
        LoginTaken: the login is in use.

    """
    if by is not None:
        authorize(by, Act.MANAGE_USERS)
    else:
        _refuse_second_first(session, role)
    refuse_blank(login=login, name=name)
    scope = {
        "partner_id": partner_id,
        "store_id": store_id,
        "producer_id": producer_id,
        "cooperative_id": cooperative_id,
    }
    _refuse_wrong_scope(session, role, scope)
    user = insert_user(
        session,
        login=normalize_login(login),
        name=tidy_name(name),
        role=role,
        partner_id=partner_id,
        store_id=store_id,
        producer_id=producer_id,
        cooperative_id=cooperative_id,
    )
    record_event(session, by=by, act="user added", subject=f"user:{user.id}", login=user.login, role=user.role)
    return user


def _refuse_second_first(session: Session, role: Role) -> None:
    """Refuse anybody but an admin in a region without users; of two who come first at once, one waits here."""
    session.execute(text("SELECT id FROM region_terms FOR UPDATE"))
    if role is not Role.ADMIN or session.scalar(select(exists().select_from(UserAccount))):
        raise NotAllowed(say("Only the first admin of a region is added without --as; no user was added."))


def _refuse_wrong_scope(session: Session, role: Role, scope: dict[str, int | None]) -> None:
    given = {key for key, value in scope.items() if value is not None}
    needed = SCOPED.get(role, ())
    if given != set(needed):
        raise _ask_for_scope(role)
    in_partner = exists().where(Store.id == scope["store_id"], Store.partner_id == scope["partner_id"])
    if scope["store_id"] is not None and not session.scalar(select(in_partner)):
        raise BadInput(say("The store is not one of the partner's; no user was added."))


def _ask_for_scope(role: Role) -> BadInput:
    named = Code("role", role)
    match role:
        case Role.PRODUCER:
            return BadInput(say("The role {role} is held for one producer; no user was added.", role=named))
        case Role.COOPERATIVE:
            return BadInput(say("The role {role} is held for one cooperative; no user was added.", role=named))
        case Role.STORE_MANAGER:
            return BadInput(say("The role {role} is held for one store of a partner; no user was added.", role=named))
        case Role.PARTNER_FINANCE:
            return BadInput(say("The role {role} is held for one partner; no user was added.", role=named))
        case _:
            return BadInput(
                say(
                    "The role {role} is held for no partner, store, producer or cooperative; no user was added.",
                    role=named,
                )
            )


def insert_user(
    session: Session,
    *,
    login: str,
    name: str,
    role: Role,
    partner_id: int | None = None,
    store_id: int | None = None,
    producer_id: int | None = None,
    cooperative_id: int | None = None,
    password_hash: str | None = None,
) -> UserAccount:
    """Insert a user whose facts were tried before; nobody is asked whether it may be.

    Raises:
        LoginTaken: the login is in use.

    """
    user = UserAccount(
        login=login,
        name=name,
        role=role.value,
        active=True,
        added_at=clock.now(),
        partner_id=partner_id,
        store_id=store_id,
        producer_id=producer_id,
        cooperative_id=cooperative_id,
        password_hash=password_hash,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            taken = say("The login {login} has an account already; no user was added.", login=login)
            raise LoginTaken(taken) from error
        raise
    return user
