"""Telling stores and producers by itself of batches that near their end, and producers of what runs out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.insight.continuity import HIGH_RISK_PERCENT, Continuity, find_accepted, is_kept, keep_continuity, sum_up
from consign.insight.expiring import WEEK_DAYS, find_stage
from consign.insight.outlook import Outlook, find_outlooks
from consign.insight.places import find_all_places
from consign.models.partners import Store
from consign.outbox import Message, record_notices
from consign.partners.queries import get_region_terms

FROM_HOUR = 8
"""From this hour of the office's morning on: till then yesterday's sales may still come."""
ENDING, RUNNING_OUT = "stock.expiring", "stock.runs_out"
"""Kinds of notices."""

_ENDING = text("""
    SELECT level.store_id, level.batch_id, store.name AS store, store.partner_id, product.producer_id,
      product.code AS product_code, product.name AS product, batch.code AS batch, batch.expires_on, level.quantity,
      EXISTS (SELECT FROM user_account WHERE user_account.store_id = level.store_id AND active) AS managers
    FROM stock_batch_level AS level JOIN stock_batch AS batch ON batch.id = level.batch_id
    JOIN store ON store.id = level.store_id JOIN product ON product.id = level.product_id
    WHERE level.quantity > 0 AND batch.expires_on <= CAST(:on AS date) + :ahead
      AND NOT EXISTS (
        SELECT FROM batch_reminder AS told WHERE told.store_id = level.store_id AND told.batch_id = level.batch_id
          AND told.stage = CASE WHEN batch.expires_on < :on THEN 'expired'
            WHEN batch.expires_on <= CAST(:on AS date) + :pull_back THEN 'pull_back' ELSE 'week' END)
    ORDER BY level.store_id, level.batch_id""")
_CAME = text("""
    SELECT wanted.store_id, wanted.product_id, max(movement.day) AS day
    FROM unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
    JOIN stock_movement AS movement ON movement.store_id = wanted.store_id AND movement.product_id = wanted.product_id
      AND movement.kind IN ('received', 'transferred', 'opening') AND movement.quantity > 0
    GROUP BY 1, 2""")


def remind_of_stock(session: Session, *, now: datetime) -> int:
    """Tell of what nears its end or runs out, each once, and keep how steadily producers supplied; return how much was told.

    It does so once a day, from eight in the office's morning on. It may run at any time, and many at once.
    """
    terms = get_region_terms(session)
    local = now.astimezone(ZoneInfo(terms.zone))
    if local.hour < FROM_HOUR:
        return 0
    on = local.date()
    told = remind_of_ends(session, on=on, pull_back_days=terms.pull_back_days, now=now)
    if is_kept(session, day=on):
        return told
    return told + _look_at_stores(session, on=on, pull_back_days=terms.pull_back_days, now=now)


def remind_of_ends(session: Session, *, on: date, pull_back_days: int, now: datetime) -> int:
    """Tell stores and producers which batches are to be off the shelf within a week, today, or are expired.

    A batch in a store is told once for each of these; where some days were left out, for the one it stands in now. Returns
    how many were told.
    """
    facts = {"on": on, "ahead": pull_back_days + WEEK_DAYS, "pull_back": pull_back_days}
    ending = {(row.store_id, row.batch_id): row for row in session.execute(_ENDING, facts)}
    stages = {
        key: find_stage(row.expires_on, on=on, pull_back_days=pull_back_days) for key, row in ending.items()
    }  # fmt: skip
    reminders = [
        {"store_id": store, "batch_id": batch, "stage": stage, "at": now} for (store, batch), stage in stages.items()
    ]
    # The key lets each through once: of two who remind at the same time one waits here, and tells nothing.
    rest = "ON CONFLICT DO NOTHING RETURNING store_id || '-' || batch_id"
    kept = set(insert_rows(session, "batch_reminder", reminders, rest=rest))
    told: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for (store, batch), row in ending.items():
        if f"{store}-{batch}" not in kept:
            continue
        one = {
            "store_id": row.store_id,
            "store": row.store,
            "product_code": row.product_code,
            "product": row.product,
            "batch": row.batch,
            "expires_on": row.expires_on.isoformat(),
            "pull_back_on": (row.expires_on - timedelta(pull_back_days)).isoformat(),
            "quantity": f"{row.quantity.normalize():f}",
            "stage": stages[store, batch].value,
        }
        # A store that nobody manages here is told through its partner's finance.
        told[f"store:{row.store_id}" if row.managers else f"partner:{row.partner_id}"].append(one)
        told[f"producer:{row.producer_id}"].append(one)
    record_notices(session, [Message(ENDING, recipient, {"batches": batches}) for recipient, batches in told.items()])
    return len(kept)


def _look_at_stores(session: Session, *, on: date, pull_back_days: int, now: datetime) -> int:
    """Look at all stores, one after the other: keep what producers come to, and tell them of what runs out."""
    none = Continuity(0, 0, 0, 0, *(Decimal(0) for _ in range(4)))
    summed: defaultdict[int, Continuity] = defaultdict(lambda: none)
    short: list[Outlook] = []
    for store_id in session.scalars(select(Store.id).order_by(Store.id)).all():
        places = find_all_places(session, on=on, store_id=store_id)
        by_producer: defaultdict[int, list[Outlook]] = defaultdict(list)
        for outlook in find_outlooks(session, places, on=on, pull_back_days=pull_back_days):
            by_producer[outlook.place.producer_id].append(outlook)
            if (outlook.risk_percent or 0) >= HIGH_RISK_PERCENT:
                short.append(outlook)
        for producer_id, own in by_producer.items():
            summed[producer_id] = summed[producer_id].add(sum_up(own, sent=Decimal(0), accepted=Decimal(0)))
    accepted = find_accepted(session, on=on)
    for producer_id, (sent, taken) in accepted.items():
        moved = Continuity(0, 0, 0, 0, Decimal(0), Decimal(0), sent, taken)
        summed[producer_id] = summed[producer_id].add(moved)
    keep_continuity(session, summed, day=on)
    return remind_of_shortages(session, short, now=now)


def remind_of_shortages(session: Session, short: Sequence[Outlook], *, now: datetime) -> int:
    """Tell producers of products that run out in stores before they can bring more; once until something comes there.

    Returns how many were told.
    """
    came = _find_came(session, short)
    by_key = {(one.place.store_id, one.place.product_id): one for one in short}
    reminders = [
        {"store_id": key[0], "product_id": key[1], "came_on": day, "risk_percent": by_key[key].risk_percent, "at": now}
        for key, day in sorted(came.items())
    ]
    rest = "ON CONFLICT DO NOTHING RETURNING store_id || '-' || product_id"
    kept = set(insert_rows(session, "shortage_reminder", reminders, rest=rest))
    told: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for (store, product), one in by_key.items():
        if f"{store}-{product}" in kept:
            told[f"producer:{one.place.producer_id}"].append(_write_shortage(one))
    record_notices(session, [Message(RUNNING_OUT, recipient, {"products": rows}) for recipient, rows in told.items()])
    return len(kept)


def _find_came(session: Session, short: Iterable[Outlook]) -> dict[tuple[int, int], date]:
    """Return by store and product on which day goods last came there; what never came is left out."""
    pairs = sorted({(one.place.store_id, one.place.product_id) for one in short})
    facts = {"stores": [store for store, _ in pairs], "products": [product for _, product in pairs]}
    return {(row.store_id, row.product_id): row.day for row in session.execute(_CAME, facts)} if pairs else {}


def _write_shortage(one: Outlook) -> dict[str, Any]:
    place, suggestion = one.place, one.suggestion
    return {
        "store_id": place.store_id,
        "store": place.store,
        "product_code": place.product_code,
        "product": place.product,
        "on_hand": f"{(place.on_hand or Decimal(0)).normalize():f}",
        "in_transit": f"{place.in_transit.normalize():f}",
        "risk_percent": one.risk_percent,
        "quantity": f"{suggestion.quantity:f}" if suggestion else None,
        "latest_on": suggestion.latest_on.isoformat() if suggestion else None,
    }
