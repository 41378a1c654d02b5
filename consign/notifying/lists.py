"""Deliveries for an admin's eyes: who was to be told what, how often it was tried, and what went wrong."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import NotFound
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.listing import Row
from consign.models.identity import UserAccount
from consign.models.outbox import Notice, NoticeDelivery
from consign.sentence import say

STATES = ("waiting", "sending", "sent", "failed", "dropped")
MOST_LISTED = 200


class DeliveryUnknown(NotFound):
    """There is no such delivery, or it has not failed; nothing was changed."""

    code = "notices.delivery_unknown"


def list_deliveries(session: Session, *, by: Actor, state: str | None = None) -> list[Row]:
    """Return deliveries, the newest first; addresses and what the notices say are left out."""
    authorize(by, Act.MANAGE_USERS)
    query = (
        select(
            NoticeDelivery.id, Notice.kind, Notice.at, UserAccount.name, NoticeDelivery.channel, NoticeDelivery.state,
            NoticeDelivery.attempts, NoticeDelivery.next_at, NoticeDelivery.sent_at, NoticeDelivery.last_error,
        )
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .join(UserAccount, UserAccount.id == NoticeDelivery.user_id)
        .order_by(NoticeDelivery.id.desc())
        .limit(MOST_LISTED)
    )  # fmt: skip
    if state is not None:
        query = query.where(NoticeDelivery.state == state)
    return [row._asdict() for row in session.execute(query)]


def retry_delivery(session: Session, *, by: Actor, delivery_id: int) -> None:
    """Let a delivery that failed for good be tried anew, from its first try on.

    Raises:
        DeliveryUnknown: there is none that failed.

    """
    authorize(by, Act.MANAGE_USERS)
    query = select(NoticeDelivery).where(NoticeDelivery.id == delivery_id, NoticeDelivery.state == "failed")
    delivery = session.scalar(query.with_for_update())
    if delivery is None:
        raise DeliveryUnknown(say("No delivery with this number has failed; nothing was changed."))
    delivery.state, delivery.attempts, delivery.next_at = "waiting", 0, clock.now()
    session.flush()
    record_event(session, by=by, act="notice tried again", subject=f"user:{delivery.user_id}")
