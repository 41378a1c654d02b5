"""Reading users and the audit trail."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.errors import NotFound
from consign.identity.rules import Actor, Role
from consign.identity.spelling import read_login
from consign.models.identity import AuditHead, UserAccount
from consign.sentence import say


class UserUnknown(NotFound):
    """No active user has this login; nothing was done."""

    code = "identity.user_unknown"


def get_actor(session: Session, login: str) -> Actor:
    """Return the active user *login* as the person who acts.

    Raises:
        UserUnknown: no active user has this login.

    """
    user = session.scalar(select(UserAccount).where(UserAccount.login == read_login(login), UserAccount.active))
    if user is None:
        raise UserUnknown(say("No active user has the login “{login}”.", login=login))
    return describe_actor(user)


def describe_actor(user: UserAccount) -> Actor:
    """Return *user* as the person who acts."""
    return Actor(
        user_id=user.id,
        login=user.login,
        role=Role(user.role),
        partner_id=user.partner_id,
        store_id=user.store_id,
        producer_id=user.producer_id,
        cooperative_id=user.cooperative_id,
    )


def get_account(session: Session, login: str) -> UserAccount:
    """Return the user *login*, shut out or not.

    Raises:
        UserUnknown: no user has this login.

    """
    user = session.scalar(select(UserAccount).where(UserAccount.login == read_login(login)))
    if user is None:
        raise UserUnknown(say("No user has the login “{login}”.", login=login))
    return user


def find_users(session: Session) -> list[UserAccount]:
    """Return all users by login."""
    return list(session.scalars(select(UserAccount).order_by(UserAccount.login)))


def find_chain_head(session: Session) -> tuple[int, bytes]:
    """Return the length of the audit chain and the hash of its last event."""
    head = session.get_one(AuditHead, 1)
    return head.seq, head.hash
