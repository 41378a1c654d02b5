"""How people want to be reached by notices: by e-mail, WhatsApp or Telegram, or by these pages alone."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from consign.errors import BadInput
from consign.identity.accounts import get_user
from consign.identity.actions import record_event
from consign.identity.rules import Actor
from consign.identity.spelling import clean_text, normalize_login, normalize_phone
from consign.models.identity import UserAccount
from consign.sentence import say

NO_CHANNEL = "none"
INVENTED = ".example"
"""What addresses of invented people end with. Source: RFC 2606, which keeps it from ever being anybody's address."""
_CHAT = re.compile(r"-?[0-9]{3,20}")
"""Source: Telegram's Bot API: a chat's id is a whole number; those of groups are negative."""


class Channel(StrEnum):
    """A way to reach people outside these pages."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"


class ChannelNotOffered(BadInput):
    """The office has not set up that way to reach people; nothing was changed."""

    code = "identity.channel_not_offered"


class AddressUnusable(BadInput):
    """The address is none of the kind that the channel takes; nothing was changed."""

    code = "identity.address_unusable"


@dataclass(frozen=True)
class Target:
    """Where a notice goes."""

    channel: Channel
    address: str


def choose_channel(session: Session, *, by: Actor, channel: str, address: str, offered: Collection[str]) -> UserAccount:
    """Choose how notices reach the person *by*: one of the *offered* channels with an address for it, or `none`.

    A blank address is the login, where that is of the channel's kind. The audit trail keeps the channel, not the address.

    Raises:
        ChannelNotOffered: the office has not set up this channel.
        AddressUnusable: the address is none of the channel's kind.

    """
    if channel != NO_CHANNEL and channel not in offered:
        raise ChannelNotOffered(say("The office does not reach people this way; nothing was changed."))
    user = get_user(session, by.user_id, lock=True)
    before = user.notice_channel
    user.notice_channel = channel
    user.notice_address = None if channel == NO_CHANNEL else read_address(Channel(channel), address or user.login)
    session.flush()
    record_event(
        session, by=by, act="way of notices chosen", subject=f"user:{user.id}",
        before={"notice_channel": before}, after={"notice_channel": channel},
    )  # fmt: skip
    return user


def read_address(channel: Channel, given: str) -> str:
    """Return an address as the channel takes it.

    Raises:
        AddressUnusable: it is none of the channel's kind.

    """
    if channel is Channel.TELEGRAM:
        chat = clean_text(given)
        if _CHAT.fullmatch(chat):
            return chat
        raise AddressUnusable(say("This is no number of a Telegram chat, such as 123456789; nothing was changed."))
    try:
        return normalize_phone(given) if channel is Channel.WHATSAPP else _read_email(given)
    except BadInput as problem:
        raise AddressUnusable(problem.args[0]) from problem


def _read_email(given: str) -> str:
    address = normalize_login(given)
    if "@" not in address:
        raise BadInput(say("This is no e-mail address; nothing was changed."))
    return address


def find_target(user: UserAccount, *, offered: Collection[str]) -> Target | None:
    """Return where notices to *user* go; blank where these pages alone tell the person.

    Who has chosen nothing is reached by e-mail where that is the login, and never through the service of a third party.
    """
    if user.notice_channel is None:
        chosen = Target(Channel.EMAIL, user.login) if "@" in user.login else None
    elif user.notice_channel == NO_CHANNEL:
        chosen = None
    else:
        chosen = Target(Channel(user.notice_channel), user.notice_address or "")
    return _keep_real(chosen, offered)


def find_link_target(user: UserAccount, *, offered: Collection[str]) -> Target | None:
    """Return where a link to choose a password goes: to the login itself, for whoever reads it there owns the account."""
    channel = Channel.EMAIL if "@" in user.login else Channel.WHATSAPP
    return _keep_real(Target(channel, user.login), offered)


def _keep_real(target: Target | None, offered: Collection[str]) -> Target | None:
    if target is None or target.channel not in offered or target.address.endswith(INVENTED):
        return None
    return target
