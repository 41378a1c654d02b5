"""Asking producers once more who have not said whether a partner's money came."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import insert_rows
from consign.outbox import Message, record_notices
from consign.partners.queries import get_region_terms
from consign.payments.notice_rules import PAST_THE_OFFICE

FROM_HOUR = 8
"""From this hour of the morning on people are asked by themselves."""
_HALF = 2

_SILENT = text("""
    SELECT notice.id AS notice_id, notice.number, partner.name AS partner, notice.paid_on, notice.route, notice.reference,
      statement.producer_id, sum(line.amount_rp)::bigint AS amount_rp, array_agg(statement.number ORDER BY statement.number)
      AS statements
    FROM payment_notice AS notice JOIN partner ON partner.id = notice.partner_id
    JOIN payment_notice_line AS line ON line.notice_id = notice.id JOIN statement ON statement.id = line.statement_id
    WHERE notice.withdrawn_at IS NULL AND notice.route = ANY(:routes) AND (notice.noted_at AT TIME ZONE :zone)::date <= :until
      AND NOT EXISTS (SELECT FROM payment_answer AS answer
        WHERE answer.notice_id = notice.id AND answer.producer_id = statement.producer_id)
      AND NOT EXISTS (SELECT FROM payment_reminder AS reminder
        WHERE reminder.notice_id = notice.id AND reminder.producer_id = statement.producer_id)
    GROUP BY notice.id, partner.id, statement.producer_id ORDER BY notice.id, statement.producer_id""")


def ask_silent(session: Session, *, now: datetime) -> int:
    """Ask the producers once more who have been silent for half of the days they have; return how many were asked.

    Each is asked once for each notice, from eight in the morning on. It may run at any time and many at once.
    """
    terms = get_region_terms(session)
    local = now.astimezone(ZoneInfo(terms.zone))
    if local.hour < FROM_HOUR:
        return 0
    patience = -(-terms.silent_days // _HALF)
    facts = {"routes": sorted(PAST_THE_OFFICE), "zone": terms.zone}
    until = local.date().toordinal() - patience
    rows = session.execute(_SILENT, facts | {"until": local.date().fromordinal(until)}).mappings().all()
    reminders = [{"notice_id": row["notice_id"], "producer_id": row["producer_id"], "sent_at": now} for row in rows]
    # The key lets one through: of two who ask at the same time one waits here, and asks nobody.
    kept = insert_rows(
        session, "payment_reminder", reminders,
        rest="ON CONFLICT DO NOTHING RETURNING notice_id::text || ':' || producer_id",
    )  # fmt: skip
    asked = [row for row in rows if f"{row['notice_id']}:{row['producer_id']}" in kept]
    record_notices(
        session,
        [Message("payments.asked_again", f"producer:{row['producer_id']}", _describe(row)) for row in asked],
    )
    return len(asked)


def _describe(row: Any) -> dict[str, Any]:  # noqa: ANN401  # a row of the query
    names = ("number", "partner", "route", "reference", "amount_rp", "statements")
    return {**{name: row[name] for name in names}, "paid_on": row["paid_on"].isoformat()}
