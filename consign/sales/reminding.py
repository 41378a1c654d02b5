"""Reminding stores of the days they have not reported: by a person, or by itself after so many silent days."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.errors import Conflict
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor
from consign.listing import Row
from consign.outbox import Message, record_notices
from consign.sales.chasing import find_owing
from consign.sales.rules import FINANCE_STEP, HEAD_STEP, LAST_STEP, find_due_step
from consign.sales.store_days import (
    LOCAL,
    LOOKED_BACK,
    LOOKED_BACK_DAYS,
    MISSING_DAYS,
    REPORTED,
    REPORTED_BEFORE,
    SILENCE,
)
from consign.sentence import say

FROM_HOUR = 8
"""From this hour of the store's morning on stores are reminded by themselves: till then yesterday may still come."""

# Whoever reported one of the last two days is not silent for two; so of most stores no more is read than that.
_SILENT = text(f"""
    WITH {LOCAL}, span AS ({LOOKED_BACK} WHERE extract(hour FROM local.at) >= :hour
      AND NOT EXISTS (SELECT FROM sales_reminder WHERE store_id = local.store_id AND day = local.at::date)
      AND NOT EXISTS (SELECT FROM sales_cover AS cover WHERE cover.store_id = local.store_id AND sold_on >= local.at::date - 2
        GROUP BY sold_on, kind HAVING {REPORTED})), {MISSING_DAYS}, {SILENCE}
    SELECT store.id, store.code, store.name AS store, store.partner_id, silence.silent_from AS oldest_on,
      silence.latest_on, silence.silent AS missing, local.at::date AS today,
      EXISTS (SELECT FROM user_account WHERE store_id = store.id AND active) AS managers,
      (SELECT COALESCE(max(step), 0) FROM sales_reminder WHERE store_id = store.id AND sent_by IS NULL
        AND CASE WHEN silence.reported_on IS NULL THEN until_on > COALESCE(before.day, '-infinity')
          ELSE until_on >= silence.silent_from END) AS step
    FROM silence JOIN store ON store.id = silence.store_id JOIN local ON local.store_id = store.id {REPORTED_BEFORE}
    WHERE silence.silent > 0 ORDER BY store.id""")  # noqa: S608  # constants


class NothingMissing(Conflict):
    """The store has reported every day that was due; nothing was sent."""

    code = "sales.nothing_missing"


class RemindedToday(Conflict):
    """The store was reminded today; nothing was sent."""

    code = "sales.reminded_today"


@dataclass(frozen=True)
class Reminded:
    """The name of a store that was reminded, and the step: 1 the store, 2 its finance, 3 the head is told as well."""

    store: str
    step: int


@dataclass(frozen=True)
class Told:
    """Whom a person reminded: ids of the stores, and how many of those asked for had been reminded today before."""

    store_ids: Sequence[int]
    before: int


def remind_store(session: Session, *, by: Actor, store_id: int, now: datetime) -> Reminded:
    """Remind one store of its missing days.

    Raises:
        NotAllowed: *by* does not chase sales.
        NothingMissing: the store owes nothing, or is not for *by* to remind.
        RemindedToday: it was reminded today.

    """
    row = next((one for one in _find(session, by=by, now=now) if one["id"] == store_id), None)
    if row is None:
        raise NothingMissing(say("This store has reported every day that was due; nothing was sent."))
    if not _remind(session, by=by, rows=[row], now=now):
        raise RemindedToday(
            say("{store} was reminded today already; nothing was sent. Ask again tomorrow.", store=row["store"])
        )
    return Reminded(row["store"], _next_step(row))


def remind_stores(session: Session, *, by: Actor, store_ids: Collection[int], now: datetime) -> Told:
    """Remind those of some stores that owe reports; who was reminded today is left out.

    Raises:
        NotAllowed: *by* does not chase sales.

    """
    rows = [one for one in _find(session, by=by, now=now) if one["id"] in store_ids]
    rows.sort(key=lambda row: int(row["id"]))  # in one order, so that two who remind at once wait for no cycle
    reminded = _remind(session, by=by, rows=rows, now=now)
    return Told(reminded, len(rows) - len(reminded))


def _find(session: Session, *, by: Actor, now: datetime) -> list[Row]:
    return find_owing(session, by=by, now=now, act=Act.CHASE_SALES)


def _remind(session: Session, *, by: Actor, rows: Sequence[Row], now: datetime) -> list[int]:
    reminders = [_make(row, step=_next_step(row), by=by, now=now) for row in rows]
    reminded = _send(session, rows, reminders)
    for one in reminders:
        if one["store_id"] in reminded:
            facts = {"missing": one["missing"], "until_on": one["until_on"].isoformat(), "step": one["step"]}
            record_event(session, by=by, act="store reminded", subject=f"store:{one['store_id']}", **facts)
    return reminded


def _next_step(row: Row) -> int:
    return min(LAST_STEP, int(row["step"]) + 1)


def remind_silent(session: Session, *, now: datetime) -> int:
    """Remind the stores that have been silent for two, five or ten days that were due; return how many.

    Each is reminded once for each of these steps of one silence, from eight in its morning on. It may run at any time and
    many at once; where it did not run for a while, the step that is due by then is taken.
    """
    wish = {"now": now, "back": LOOKED_BACK_DAYS, "partner": None, "store": None, "hour": FROM_HOUR}
    due = []
    for row in session.execute(_SILENT, wish).mappings():
        step = find_due_step(row["missing"], done=row["step"])
        if step is not None:
            due.append((row, _make(row, step=step, by=None, now=now)))
    return len(_send(session, [row for row, _ in due], [one for _, one in due]))


def _make(row: Row, *, step: int, by: Actor | None, now: datetime) -> dict[str, Any]:
    return {
        "store_id": row["id"],
        "day": row["today"],
        "until_on": row["latest_on"],
        "missing": row["missing"],
        "step": step,
        "sent_by": by.user_id if by else None,
        "sent_at": now,
    }


def _send(session: Session, rows: Sequence[Row], reminders: Sequence[dict[str, Any]]) -> list[int]:
    """Keep the reminders and their notices; return the stores that were not reminded that day before."""
    # The key lets one through for each day: of two who remind at the same time one waits here, and sends nothing.
    kept = insert_rows(session, "sales_reminder", reminders, rest="ON CONFLICT DO NOTHING RETURNING store_id")
    told: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row, one in zip(rows, reminders, strict=True):
        if one["store_id"] not in kept:
            continue
        facts = {
            "store_id": row["id"],
            "code": row["code"],
            "store": row["store"],
            "missing": one["missing"],
            "oldest_on": row["oldest_on"].isoformat(),
            "latest_on": row["latest_on"].isoformat(),
            "step": one["step"],
        }
        for recipient in _find_recipients(row, step=one["step"]):
            told[recipient].append(facts)
    record_notices(session, [Message("sales.missing", one, {"stores": stores}) for one, stores in told.items()])
    return sorted(kept)


def _find_recipients(row: Row, *, step: int) -> list[str]:
    """Return who is told: a store that nobody manages here is reminded through its partner's finance."""
    recipients = [f"store:{row['id']}"] if row["managers"] else []
    if step >= FINANCE_STEP or not row["managers"]:
        recipients.append(f"partner:{row['partner_id']}")
    return [*recipients, "role:head"] if step >= HEAD_STEP else recipients
