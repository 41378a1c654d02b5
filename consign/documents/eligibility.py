"""Whether products may be delivered: judged live for a few, and for all of them kept for lists and notices."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from compliance.eligibility import assess_eligibility
from compliance.standing import Eligibility, PartnerDemand, Policy, Standing
from consign import clock
from consign.db import defer, insert_rows
from consign.documents.held import Holding, find_held, find_partner_demands, find_policy
from consign.documents.rules import OwnGoods
from consign.identity.actions import record_event
from consign.models.catalogue import Product
from consign.models.documents import EligibilityDue, ProductEligibility
from consign.outbox import Message, record_notices
from consign.partners.due import JUDGING

GOODS_AT_ONCE = 5_000
"""Products that are judged and written by one round of statements."""
PRODUCERS_AT_ONCE = 500
"""Producers whose products are judged in one transaction."""
MOST_NAMED = 20
"""Products that a notice names; it counts the others."""
_KEPT = text("""
    SELECT standing FROM product_eligibility JOIN product ON product.id = product_id
    WHERE product_id = :product_id AND computed_on <= :on AND (changes_on IS NULL OR changes_on > :on)
      AND NOT EXISTS (SELECT FROM eligibility_due WHERE eligibility_due.producer_id = product.producer_id)""")


@dataclass(frozen=True)
class Recomputed:
    """What a judging came to: how many products stand how, and how many stood otherwise before."""

    counts: Mapping[Standing, int]
    changed: int


@dataclass(frozen=True)
class _Change:
    product: OwnGoods
    before: str | None
    """Blank where it is judged for the first time, which is no news to its producer."""
    now: str


def judge(
    session: Session, *, goods: Sequence[OwnGoods], partner_id: int | None = None, on: date
) -> dict[int, Eligibility]:
    """Judge a few products as things stand, by product; with a partner by what that one asks for, too."""
    demands = find_partner_demands(session, partner_id) if partner_id is not None else []
    return _judge(session, goods, demands=demands, policy=find_policy(session), on=on)


def recompute(session: Session, *, goods: Iterable[OwnGoods], on: date) -> Recomputed:
    """Judge *goods*, keep the answers for lists, and tell producers whose products stand otherwise than before.

    Any number of products: they are read and written in rounds. Done again on the same day it changes nothing.
    """
    lock_judging(session)
    policy, counts = find_policy(session), Counter[Standing]()
    changes: list[_Change] = []
    products = iter(goods)
    while chunk := list(islice(products, GOODS_AT_ONCE)):
        judged = _judge(session, chunk, demands=(), policy=policy, on=on)
        changes += _keep(session, chunk, judged, on=on)
        counts.update(one.standing for one in judged.values())
    known = [one for one in changes if one.before is not None]
    if changes:
        facts = {"changed": len(known), "on": on.isoformat()}
        record_event(session, by=None, act="eligibility changed", subject="region", **facts)
        _tell_producers(session, known)
    return Recomputed(counts, len(known))


def find_kept(session: Session, *, product_id: int, on: date) -> Standing | None:
    """Return how a product stands on the day *on* where that is known without judging it; blank where it is not.

    What was computed last holds as long as its producer is not due again and the day has not come on which it changes.
    """
    kept = session.scalar(_KEPT, {"product_id": product_id, "on": on})
    return Standing(kept) if kept is not None else None


def take_due(session: Session, *, on: date) -> list[int]:
    """Take producers that are to be judged again off the list and return them: at most 500, none where all is done.

    A producer is due after an act that changed what it is judged by, and when the day has come on which the answer
    for one of its products changes by itself. Whoever takes them judges them in the same transaction.
    """
    lock_judging(session)
    waiting = select(EligibilityDue.id, EligibilityDue.producer_id).order_by(EligibilityDue.id)
    rows = session.execute(waiting.limit(PRODUCERS_AT_ONCE)).all()
    if rows:
        session.execute(delete(EligibilityDue).where(EligibilityDue.id.in_([row.id for row in rows])))
        return sorted({row.producer_id for row in rows})
    day_come = (
        select(Product.producer_id)
        .join(ProductEligibility, ProductEligibility.product_id == Product.id)
        .where(ProductEligibility.changes_on <= on, ProductEligibility.computed_on < on)
        .distinct()
        .order_by(Product.producer_id)
        .limit(PRODUCERS_AT_ONCE)
    )
    return list(session.scalars(day_come))


def defer_due(session: Session, *, on: date) -> bool:
    """Have a worker judge again what is due, if anything is; return whether it was.

    Nothing is lost with a job: what is due is found here.
    """
    waiting = session.scalar(select(EligibilityDue.id).limit(1))
    day_come = select(ProductEligibility.product_id).where(
        ProductEligibility.changes_on <= on, ProductEligibility.computed_on < on
    )
    if waiting is None and session.scalar(day_come.limit(1)) is None:
        return False
    defer(session, JUDGING, key=JUDGING)
    return True


def lock_judging(session: Session) -> None:
    """Wait until nobody else keeps answers in this region, and keep others waiting until the transaction ends.

    Without it the older of two answers could be written last. Nobody but workers waits here.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(7204, hashtext(current_schema()))"))


def _judge(
    session: Session, goods: Sequence[OwnGoods], *, demands: Sequence[PartnerDemand], policy: Policy, on: date
) -> dict[int, Eligibility]:
    held = find_held(session, (one.producer_id for one in goods))
    return {
        one.product_id: _judge_one(one, held[one.producer_id], demands=demands, policy=policy, on=on) for one in goods
    }


def _judge_one(
    one: OwnGoods, holding: Holding, *, demands: Sequence[PartnerDemand], policy: Policy, on: date
) -> Eligibility:
    return assess_eligibility(
        business=holding.business,
        goods=one.goods,
        papers=holding.find_papers(one.product_id),
        partner_demands=demands,
        waivers=holding.find_waivers(one.product_id),
        policy=policy,
        on=on,
    )


def _keep(
    session: Session, goods: Sequence[OwnGoods], judged: Mapping[int, Eligibility], *, on: date
) -> Iterator[_Change]:
    """Write the answers for *goods*; yield those that stood otherwise before, or were not judged yet."""
    standing = select(ProductEligibility.product_id, ProductEligibility.standing)
    before = {
        row[0]: row[1] for row in session.execute(standing.where(ProductEligibility.product_id.in_(list(judged))))
    }
    at = clock.now()
    rows = [
        {
            "product_id": product_id,
            "standing": one.standing.value,
            "missing": list(one.missing),
            "changes_on": one.changes_on,
            "computed_on": on,
            "computed_at": at,
        }
        for product_id, one in judged.items()
    ]
    rest = """ON CONFLICT (product_id) DO UPDATE SET standing = EXCLUDED.standing, missing = EXCLUDED.missing,
        changes_on = EXCLUDED.changes_on, computed_on = EXCLUDED.computed_on, computed_at = EXCLUDED.computed_at"""
    insert_rows(session, "product_eligibility", rows, rest=rest)
    for one in goods:
        stood, stands = before.get(one.product_id), judged[one.product_id].standing.value
        if stood != stands:
            yield _Change(one, stood, stands)


def _tell_producers(session: Session, changes: Iterable[_Change]) -> None:
    by_producer: defaultdict[int, list[_Change]] = defaultdict(list)
    for change in changes:
        by_producer[change.product.producer_id].append(change)
    messages = []
    for producer_id, mine in sorted(by_producer.items()):
        named = [{"product": one.product.goods.name, "before": one.before, "now": one.now} for one in mine[:MOST_NAMED]]
        facts = {"products": named, "count": len(mine)}
        messages.append(Message("documents.standing_changed", f"producer:{producer_id}", facts))
    record_notices(session, messages)
