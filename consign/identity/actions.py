"""Adding users, and recording who did what."""

from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import run_last
from consign.errors import BadInput, Conflict, NotAllowed, refuse_blank
from consign.identity.rules import Act, Actor, Role, authorize, compute_event_hash
from consign.models.identity import AuditEvent, AuditHead, UserAccount
from consign.models.partners import Store

WAITING_EVENTS = "waiting_events"
SCOPED = {
    Role.PRODUCER: ("producer_id",),
    Role.STORE_MANAGER: ("partner_id", "store_id"),
    Role.PARTNER_FINANCE: ("partner_id",),
}


class LoginTaken(Conflict):
    """Another user has this login; no user was added."""

    code = "identity.login_taken"


def record_event(session: Session, *, by: Actor | None, act: str, subject: str, **detail: Any) -> None:
    """Put an event at the end of the audit chain, in this transaction, just before its commit.

    *by* is blank for the operator of the installation. *detail* is kept as it is: plain values only.
    """
    waiting = session.info.setdefault(WAITING_EVENTS, [])
    if not waiting:
        run_last(session, _append_waiting)
    waiting.append({"user_id": by.user_id if by else None, "act": act, "subject": subject, "detail": detail})


def _append_waiting(session: Session) -> None:
    """Chain the transaction's events to the head, which stays locked until the commit that follows."""
    head = session.execute(
        select(AuditHead).where(AuditHead.id == 1).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    rows = []
    for event in session.info.pop(WAITING_EVENTS):
        seq, at, previous = head.seq + 1, clock.now(), head.hash
        head.seq, head.hash = seq, compute_event_hash(previous, seq=seq, at=at, **event)
        rows.append({"seq": seq, "at": at, **event, "previous_hash": previous, "hash": head.hash})
    session.execute(insert(AuditEvent), rows)
    session.flush()


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
) -> UserAccount:
    """Add a person. Without *by* only the first admin of a region can be added.

    Raises:
        NotAllowed: *by* is no admin, or is blank although the region has users.
        BadInput: login or name is blank, the role needs a partner, store or producer that is not given or does not
            take a given one, or the store is another partner's.
        LoginTaken: the login is in use.

    """
    if by is not None:
        authorize(by, Act.MANAGE_USERS)
    elif role is not Role.ADMIN or session.scalar(select(exists().select_from(UserAccount))):
        raise NotAllowed("Only the first admin of a region is added without --as; no user was added.")
    refuse_blank(login=login, name=name)
    scope = {"partner_id": partner_id, "store_id": store_id, "producer_id": producer_id}
    given = {key for key, value in scope.items() if value is not None}
    needed = set(SCOPED.get(role, ()))
    if given != needed:
        wanted = ", ".join(sorted(key.removesuffix("_id") for key in needed)) or "no partner, store or producer"
        raise BadInput(f"The role {role} is held for {wanted}; no user was added.")
    in_partner = exists().where(Store.id == store_id, Store.partner_id == partner_id)
    if store_id is not None and not session.scalar(select(in_partner)):
        raise BadInput("The store is not one of the partner's; no user was added.")
    login = login.strip().lower()
    if session.scalar(select(exists().where(UserAccount.login == login))):
        raise LoginTaken(f"The login {login!r} is in use; no user was added.")
    user = UserAccount(login=login, name=name, role=role.value, active=True, added_at=clock.now(), **scope)
    session.add(user)
    session.flush()
    record_event(session, by=by, act="user added", subject=f"user:{user.id}", login=user.login, role=user.role)
    return user
