"""What an admin does with the accounts of others: invite, shut out, change the role, take away a second factor."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.errors import BadInput, NotAllowed
from consign.identity.accounts import UserMissing, get_user
from consign.identity.actions import SCOPED, record_event
from consign.identity.links import INVITATION_LASTS, end_links_of, make_link
from consign.identity.rules import Act, Actor, Role, authorize
from consign.identity.sessions import end_sessions_of
from consign.models.identity import UserAccount
from consign.sentence import say


def _get_others_account(session: Session, user_id: int, *, by: Actor) -> UserAccount:
    """Lock an account and that of the admin who means to change it, and return the former.

    Two admins who shut each other out at once would otherwise both succeed.

    Raises:
        NotAllowed: *by* is no admin, or no longer.
        UserMissing: there is no such user.

    """
    authorize(by, Act.MANAGE_USERS)
    query = select(UserAccount).where(UserAccount.id.in_([by.user_id, user_id])).order_by(UserAccount.id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = {user.id: user for user in session.scalars(locked)}
    admin = found.get(by.user_id)
    if admin is None or not admin.active or admin.role != by.role.value:
        raise NotAllowed(say("Your own account was changed in the meantime; nothing was changed."))
    if user_id not in found:
        raise UserMissing(say("There is no such user; nothing was changed."))
    return found[user_id]


def invite_user(session: Session, *, by: Actor | None, user_id: int) -> str:
    """Make a link with which the user chooses a password, tell the user, and return the link's token.

    Links made for the user before stop working. Without *by* the operator of the installation makes it, for an admin
    alone: whoever holds the machine can help where the only admin lost everything.

    Raises:
        NotAllowed: *by* is no admin, or the operator means somebody else than an admin.
        BadInput: the account is shut.

    """
    user = _get_as_admin_or_operator(session, user_id, by=by)
    if not user.active:
        raise BadInput(say("The account is shut; no link was made. Let the user in again first."))
    token = make_link(session, user, kind="invitation", lasts=INVITATION_LASTS)
    record_event(session, by=by, act="user invited", subject=f"user:{user_id}")
    return token


def _get_as_admin_or_operator(session: Session, user_id: int, *, by: Actor | None) -> UserAccount:
    """Lock and return the account that an admin, or for an admin's account the operator, means to change.

    Raises:
        NotAllowed: *by* is no admin, or the operator means somebody else than an admin.
        UserMissing: there is no such user.

    """
    if by is not None:
        return _get_others_account(session, user_id, by=by)
    user = get_user(session, user_id, lock=True)
    if user.role != Role.ADMIN.value:
        raise NotAllowed(say("The operator helps admins only, and admins everybody else; nothing was changed."))
    return user


def drop_second_factor(session: Session, *, by: Actor | None, user_id: int) -> None:
    """Take away a user's second factor, such as after a lost phone; all sessions of the user end.

    Admins do it for others, never for themselves; without *by* the operator of the installation does it for an admin.

    Raises:
        NotAllowed: *by* is no admin, or the operator means somebody else than an admin.
        BadInput: an admin means to drop the own one.

    """
    if by is not None and by.user_id == user_id:
        authorize(by, Act.MANAGE_USERS)
        raise BadInput(say("Another admin takes away your second factor; nothing was changed."))
    user = _get_as_admin_or_operator(session, user_id, by=by)
    if user.totp_secret is None:
        return
    user.totp_secret = user.totp_last_step = None
    session.flush()
    end_sessions_of(session, user_id)
    record_event(session, by=by, act="second factor dropped", subject=f"user:{user_id}")


def set_active(session: Session, *, by: Actor, user_id: int, active: bool) -> None:
    """Let a user in again, or shut the account; its sessions end and its links stop working.

    Raises:
        NotAllowed: *by* is no admin.
        BadInput: an admin means the own account.

    """
    user = _get_others_account(session, user_id, by=by)
    if by.user_id == user_id:
        raise BadInput(say("You cannot shut your own account; nothing was changed. Another admin can."))
    if user.active is active:
        return
    user.active = active
    session.flush()
    end_sessions_of(session, user_id)
    end_links_of(session, user_id)
    record_event(session, by=by, act="user let in again" if active else "user shut out", subject=f"user:{user_id}")


def change_role(session: Session, *, by: Actor, user_id: int, role: Role) -> None:
    """Give a user of the dinas another role of the dinas; the user's sessions end.

    Raises:
        NotAllowed: *by* is no admin.
        BadInput: either role is held for a partner, a store, a producer or a cooperative, or an admin means the own account.

    """
    user = _get_others_account(session, user_id, by=by)
    if by.user_id == user_id:
        raise BadInput(say("You cannot change your own role; nothing was changed. Another admin can."))
    if role in SCOPED or user.role in SCOPED:
        raise BadInput(
            say(
                "Only people of the dinas change between its roles; nothing was changed. Add a new user for another task."
            )
        )
    if user.role == role.value:
        return
    before, user.role = user.role, role.value
    session.flush()
    end_sessions_of(session, user_id)
    record_event(session, by=by, act="role changed", subject=f"user:{user_id}", before=before, role=role.value)
