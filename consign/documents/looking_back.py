"""On which days of the past goods had not the papers they need, as far as that can still be told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from compliance.eligibility import assess_eligibility
from compliance.standing import Eligibility, Policy, Standing
from consign.documents.held import Holding, find_held, find_policy
from consign.documents.rules import OwnGoods
from consign.documents.wording import to_sentence
from consign.models.documents import ProductEligibility
from consign.partners.queries import get_region_terms
from consign.sentence import Sentence

_LEFT_FORCE = text("""
    SELECT document.producer_id, max((left_it.at AT TIME ZONE :zone)::date) AS day
    FROM document JOIN document_event AS left_it ON left_it.document_id = document.id
    WHERE document.producer_id = ANY(:producers) AND document.state <> 'approved'
      AND left_it.what IN ('withdrawn', 'superseded', 'rejected', 'needs_correction', 'second_look', 'changed')
      AND EXISTS (SELECT FROM document_event AS before WHERE before.document_id = document.id
        AND before.what = 'approved' AND before.id < left_it.id)
    GROUP BY document.producer_id""")


@dataclass(frozen=True)
class BlockedDays:
    """Days, both inside, on which a product might not be delivered, and what it lacked."""

    first: date
    last: date
    lacks: tuple[Sentence, ...]


def find_blocked(session: Session, product_ids: Sequence[int]) -> list[int]:
    """Return which of these products may not be delivered, as computed last."""
    query = select(ProductEligibility.product_id).where(
        ProductEligibility.product_id == func.any(list(product_ids)), ProductEligibility.standing == Standing.BLOCKED
    )
    return list(session.scalars(query))


def find_blocked_days(
    session: Session, *, goods: Sequence[OwnGoods], first: date, last: date
) -> Mapping[int, list[BlockedDays]]:
    """Return by product the days from *first* until *last* on which it might not be delivered.

    Papers are judged as they are known today. A paper that was in force and is not any more cannot be judged for the days
    it was, so the days until it left are left out: nothing is said about them.
    """
    producers = sorted({one.producer_id for one in goods})
    held, policy = find_held(session, producers), find_policy(session)
    zone = get_region_terms(session).zone
    left = {row.producer_id: row.day for row in session.execute(_LEFT_FORCE, {"producers": producers, "zone": zone})}
    found: defaultdict[int, list[BlockedDays]] = defaultdict(list)
    for one in goods:
        since = max(first, left[one.producer_id] + timedelta(1)) if one.producer_id in left else first
        found[one.product_id] += _walk(one, held[one.producer_id], policy, first=since, last=last)
    return {product_id: days for product_id, days in found.items() if days}


def _walk(one: OwnGoods, holding: Holding, policy: Policy, *, first: date, last: date) -> list[BlockedDays]:
    """Judge a product on each day on which the answer may change, the first being *first*."""
    found = []
    day = first
    while day <= last:
        judged = _judge(one, holding, policy, on=day)
        until = last if judged.changes_on is None else min(last, judged.changes_on - timedelta(1))
        if judged.standing is Standing.BLOCKED:
            lacks = tuple(to_sentence(task.reason) for task in judged.tasks if task.blocks)
            found.append(BlockedDays(day, until, lacks))
        day = until + timedelta(1)
    return found


def _judge(one: OwnGoods, holding: Holding, policy: Policy, *, on: date) -> Eligibility:
    return assess_eligibility(
        business=holding.business,
        goods=one.goods,
        papers=holding.find_papers(one.product_id),
        partner_demands=(),
        waivers=holding.find_waivers(one.product_id),
        policy=policy,
        on=on,
    )
