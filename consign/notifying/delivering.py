"""A delivery's way: taken in one transaction, sent outside any, and what became of it said in another.

What is being sent is in the database before it leaves: whoever else looks leaves it alone, and a success is never repeated.
Where the process dies in between nobody knows whether it arrived; it is not sent again by itself, and an admin sees it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from consign.identity.channels import Target, find_link_target, find_target
from consign.models.identity import UserAccount
from consign.models.outbox import Notice, NoticeDelivery
from consign.notifying.rules import LOST, LOST_AFTER, find_wait
from consign.notifying.texts import LINKS, Text, write_text
from consign.partners.queries import get_region_terms

_EARLIER = aliased(NoticeDelivery, name="earlier")
Speak = Callable[[str, str], str]
"""Says a sentence in the language with this code."""


@dataclass(frozen=True)
class Taken:
    """A delivery that is ours to send."""

    delivery_id: int
    target: Target
    text: Text


def take_next(
    session: Session, *, offered: Collection[str], among: Collection[str], pages_url: str, speak: Speak, now: datetime
) -> Taken | None:
    """Take the next delivery that is due, by a channel *among* those *offered*; blank where there is none.

    A person's notices go out in their order: a later one waits for those before. What is of no use any more is dropped.
    """
    while True:
        found = _lock_next(session, among=among, now=now)
        if found is None:
            return None
        taken = _prepare(session, found, offered=offered, pages_url=pages_url, speak=speak)
        if taken is None:
            found.state, found.next_at = "dropped", None
            session.flush()
            continue
        found.state, found.next_at, found.taken_at = "sending", None, now
        found.channel, found.attempts = taken.target.channel.value, found.attempts + 1
        session.flush()
        return taken


def _lock_next(session: Session, *, among: Collection[str], now: datetime) -> NoticeDelivery | None:
    before = select(_EARLIER.id).where(
        _EARLIER.user_id == NoticeDelivery.user_id,
        _EARLIER.id < NoticeDelivery.id,
        _EARLIER.state.in_(("waiting", "sending")),
    )
    query = (
        select(NoticeDelivery)
        .where(
            NoticeDelivery.state == "waiting",
            NoticeDelivery.next_at <= now,
            NoticeDelivery.channel.in_(among),
            ~before.exists(),
        )
        .order_by(NoticeDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalar(query)


def _prepare(
    session: Session, delivery: NoticeDelivery, *, offered: Collection[str], pages_url: str, speak: Speak
) -> Taken | None:
    notice, user = session.get_one(Notice, delivery.notice_id), session.get_one(UserAccount, delivery.user_id)
    find = find_link_target if notice.kind in LINKS else find_target
    target = find(user, offered=offered) if user.active else None
    text = write_text(
        notice.kind, notice.facts, pages_url=pages_url, speak=lambda sentence: speak(user.language, sentence),
        office=get_region_terms(session).office_name,
    )  # fmt: skip
    return Taken(delivery.id, target, text) if target is not None and text is not None else None


def mark_sent(session: Session, delivery_id: int, *, now: datetime) -> None:
    """Note that a delivery left; a link in its notice is kept no longer."""
    delivery = _lock_sending(session, delivery_id)
    if delivery is None:  # given up as lost in the meantime
        return
    delivery.state, delivery.sent_at, delivery.taken_at = "sent", now, None
    session.flush()
    facts = Notice.facts.op("-")("token")
    linked = update(Notice).where(Notice.id == delivery.notice_id, Notice.kind.in_(LINKS)).values(facts=facts)
    session.execute(linked.execution_options(synchronize_session=False))


def mark_failed(session: Session, delivery_id: int, *, error: str, now: datetime) -> None:
    """Note what went wrong; it is tried again later, or given up after too many tries."""
    delivery = _lock_sending(session, delivery_id)
    if delivery is None:
        return
    wait = find_wait(delivery.attempts)
    delivery.state, delivery.next_at = ("failed", None) if wait is None else ("waiting", now + wait)
    delivery.last_error, delivery.taken_at = error, None
    session.flush()


def _lock_sending(session: Session, delivery_id: int) -> NoticeDelivery | None:
    query = select(NoticeDelivery).where(NoticeDelivery.id == delivery_id, NoticeDelivery.state == "sending")
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def give_up_lost(session: Session, *, now: datetime) -> int:
    """Give up what somebody took and never came back about; return how many."""
    lost = (
        update(NoticeDelivery)
        .where(NoticeDelivery.state == "sending", NoticeDelivery.taken_at < now - LOST_AFTER)
        .values(state="failed", taken_at=None, last_error=LOST)
        .returning(NoticeDelivery.id)
    )
    return len(session.scalars(lost.execution_options(synchronize_session=False)).all())
