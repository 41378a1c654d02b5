"""Links with which a person chooses a password, once: for whom they are made, how long they work, and what ends them."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import ConsignError
from consign.identity.secrets import hash_token, make_token
from consign.models.identity import UserAccount, UserLink
from consign.outbox import Message, record_notices, withhold_fact

INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=1)


class LinkUnknown(ConsignError):
    """The link was used, is too old, or never was; nothing was changed."""

    code = "identity.link_unknown"


def make_link(session: Session, user: UserAccount, *, kind: str, lasts: timedelta) -> str:
    """Make a link for *user*, whose row is locked: of two made at once, one would else not end the other."""
    token, now = make_token(), clock.now()
    end_links_of(session, user.id)
    session.add(
        UserLink(
            token_hash=hash_token(token), kind=kind, user_id=user.id, made_at=now, ends_at=now + lasts, used_at=None
        )
    )
    session.flush()
    facts = {"token": token, "login": user.login, "language": user.language}
    record_notices(session, [Message(f"identity.{kind}", f"user:{user.id}", facts)])
    return token


def end_links_of(session: Session, user_id: int) -> None:
    """Make all links of a user useless, and take their tokens out of the notices that carried them."""
    open_links = (UserLink.user_id == user_id, UserLink.used_at.is_(None))
    session.execute(update(UserLink).where(*open_links).values(used_at=clock.now()))
    kinds = ["identity.invitation", "identity.reset"]
    withhold_fact(session, recipient=f"user:{user_id}", kinds=kinds, fact="token")


def find_link_user(session: Session, token: str) -> UserAccount | None:
    """Return the user whose link this is; blank where it was used, is too old, or never was."""
    user_id = session.scalar(select(UserLink.user_id).where(*is_open(token)))
    user = session.get(UserAccount, user_id) if user_id else None
    return user if user is not None and user.active else None


def is_open(token: str) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of the link with this token while it can be used."""
    return (
        UserLink.token_hash == hash_token(token),
        UserLink.kind.in_(("invitation", "reset")),
        UserLink.used_at.is_(None),
        UserLink.ends_at > clock.now(),
    )
