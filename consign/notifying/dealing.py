"""Notices are dealt out: each becomes a delivery for every person it is for who wants to be reached outside the pages."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.identity.channels import find_link_target, find_target
from consign.models.identity import UserAccount
from consign.models.outbox import Notice
from consign.notifying.rules import FRESH_FOR, ROLES, Recipient, parse_recipient
from consign.notifying.texts import LINKS

DEALT_AT_ONCE = 1_000


def deal_out(session: Session, *, offered: Collection[str], now: datetime) -> int:
    """Deal out notices that nobody has dealt out yet, the oldest first; return how many deliveries that makes.

    Without any channel nothing happens: the pages alone tell people then. It may run at any time, many at once.
    """
    if not offered:
        return 0
    query = select(Notice).where(Notice.sent_at.is_(None)).order_by(Notice.id).limit(DEALT_AT_ONCE)
    notices = session.scalars(query.with_for_update(skip_locked=True)).all()
    fresh = [one for one in notices if one.at > now - FRESH_FOR]
    people = _find_people(session, {one.recipient for one in fresh})
    rows = []
    for notice in fresh:
        find = find_link_target if notice.kind in LINKS else find_target
        for user in people[notice.recipient]:
            target = find(user, offered=offered)
            if target is not None:
                rows.append({"notice_id": notice.id, "user_id": user.id, "channel": target.channel.value})
    insert_rows(session, "notice_delivery", [_make_row(row, now=now) for row in rows])
    for notice in notices:
        notice.sent_at = now
    session.flush()
    return len(rows)


def _make_row(row: Mapping[str, object], *, now: datetime) -> dict[str, object]:
    return {**row, "state": "waiting", "attempts": 0, "next_at": now, "last_error": ""}


def _find_people(session: Session, recipients: Collection[str]) -> Mapping[str, Sequence[UserAccount]]:
    """Return the active users that each recipient means."""
    named: defaultdict[tuple[str, str], list[UserAccount]] = defaultdict(list)
    if recipients:
        query = select(UserAccount).where(UserAccount.active).order_by(UserAccount.id)
        for user in session.scalars(query):
            for key in _list_keys(user):
                named[key].append(user)
    asked: Mapping[str, Recipient] = {one: parse_recipient(one) for one in recipients}
    return {one: named.get((whom.kind, whom.name), []) for one, whom in asked.items()}


def _list_keys(user: UserAccount) -> list[tuple[str, str]]:
    """Return as whom *user* is meant."""
    held = {"producer": user.producer_id, "cooperative": user.cooperative_id, "partner": user.partner_id,
            "store": user.store_id}  # fmt: skip
    own = [(kind, str(held[kind])) for kind, role in ROLES.items() if user.role == role and held[kind] is not None]
    return [("user", str(user.id)), ("role", user.role), *own]
