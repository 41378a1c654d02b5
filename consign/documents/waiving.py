"""Waivers: the head of the dinas does without a kind of paper for a while."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.facts import Kind
from consign import clock
from consign.documents.rules import DocumentIncomplete, WaiverMissing
from consign.documents.typed import tidy_text
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.documents import PaperWaiver
from consign.outbox import Message, record_notices
from consign.partners.actions import get_producer_to_change
from consign.partners.due import mark_due
from consign.sentence import say


def grant_waiver(
    session: Session,
    *,
    by: Actor,
    producer_id: int,
    product_id: int | None,
    kind: Kind,
    reason: str,
    from_on: date,
    until_on: date,
) -> PaperWaiver:
    """Do without a *kind* of paper from *from_on* until *until_on*, both inside, for one product or for all.

    Raises:
        NotAllowed: *by* does not grant waivers.
        ProducerMissing: there is no such producer.
        DocumentIncomplete: the reason is blank.
        BadInput: the days are out of order, it is more than a year, or the product is none of the producer's.

    """
    authorize(by, Act.GRANT_WAIVERS)
    get_producer_to_change(session, producer_id)
    said = tidy_text(reason)
    if said is None:
        raise DocumentIncomplete(say("A waiver needs a reason; none was granted."))
    _refuse_days(from_on, until_on)
    own = select(Product.id).where(Product.id == product_id, Product.producer_id == producer_id)
    if product_id is not None and session.scalar(own) is None:
        raise BadInput(say("The product is none of the producer's; no waiver was granted."))
    waiver = PaperWaiver(
        producer_id=producer_id,
        product_id=product_id,
        kind=kind.value,
        reason=said,
        from_on=from_on,
        until_on=until_on,
        granted_by=by.user_id,
        granted_at=clock.now(),
    )
    session.add(waiver)
    session.flush()
    days = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat()}
    facts = {"producer_id": producer_id, "product_id": product_id, "kind": kind.value, "reason": said, **days}
    record_event(session, by=by, act="waiver granted", subject=f"waiver:{waiver.id}", **facts)
    record_notices(session, [Message("documents.waiver_granted", f"producer:{producer_id}", facts)])
    mark_due(session, [producer_id])
    return waiver


def end_waiver(session: Session, *, by: Actor, waiver_id: int, last: date) -> PaperWaiver:
    """Let *last* be a waiver's last day; one that ends before its first day never held.

    Raises:
        NotAllowed: *by* does not grant waivers.
        WaiverMissing: there is no such waiver.
        BadInput: the day lies after the one on which it ends anyway.

    """
    authorize(by, Act.GRANT_WAIVERS)
    waiver = session.get(PaperWaiver, waiver_id, with_for_update={"key_share": True}, populate_existing=True)
    if waiver is None:
        raise WaiverMissing(say("There is no such waiver; nothing was changed."))
    if last > waiver.until_on:
        raise BadInput(
            say("This waiver ends on {day} already; nothing was changed. Grant a new one.", day=waiver.until_on)
        )
    before = waiver.until_on
    waiver.until_on = max(last, date.fromordinal(waiver.from_on.toordinal() - 1))
    if waiver.until_on != before:
        session.flush()
        facts = {"kind": waiver.kind, "before": before.isoformat(), "until_on": waiver.until_on.isoformat()}
        record_event(session, by=by, act="waiver ended", subject=f"waiver:{waiver_id}", **facts)
        told = {**facts, "producer_id": waiver.producer_id, "product_id": waiver.product_id}
        record_notices(session, [Message("documents.waiver_ended", f"producer:{waiver.producer_id}", told)])
        mark_due(session, [waiver.producer_id])
    return waiver


def compute_latest_end(from_on: date) -> date:
    """Return the last day of a year that begins on *from_on*: the day before the same day of the next year."""
    if (from_on.month, from_on.day) == (2, 29):
        return date(from_on.year + 1, 2, 28)
    return date.fromordinal(from_on.replace(year=from_on.year + 1).toordinal() - 1)


def _refuse_days(from_on: date, until_on: date) -> None:
    if until_on < from_on:
        raise BadInput(say("The last day lies before the first; no waiver was granted."))
    if until_on > (latest := compute_latest_end(from_on)):
        raise BadInput(
            say("A waiver holds for a year at most, this one until {day}; no waiver was granted.", day=latest)
        )
