"""The invariants of what was carried over, and of reminders: what was posted is what two people handed in and confirmed."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach

_STATEMENTS = text("""
    WITH wanted AS (
      SELECT carry_over.closing_id, row.producer_id, row.earlier_number, row.from_on, row.until_on, row.due_on, row.amount_rp
      FROM carry_over_row AS row JOIN carry_over ON carry_over.id = row.carry_over_id
      WHERE row.kind <> 'received' AND carry_over.outcome = 'confirmed'),
    found AS (
      SELECT statement.* FROM statement JOIN closing ON closing.id = statement.closing_id
      WHERE closing.carries_over OR statement.opening_rp <> 0 OR statement.earlier_number <> '')
    SELECT COALESCE('statement ' || found.number, 'closing ' || wanted.closing_id) AS row,
      COALESCE(wanted.earlier_number, found.earlier_number) AS earlier_number
    FROM wanted FULL JOIN found USING (closing_id, producer_id, earlier_number)
    WHERE (found.from_on, found.until_on, found.due_on, found.opening_rp, found.net_rp, found.due_rp, found.carry_rp)
      IS DISTINCT FROM (wanted.from_on, wanted.until_on, COALESCE(wanted.due_on, wanted.until_on), wanted.amount_rp,
        wanted.amount_rp, GREATEST(wanted.amount_rp, 0), LEAST(wanted.amount_rp, 0))
    ORDER BY 1, 2 LIMIT 100""")
_CLOSINGS = text("""
    SELECT COALESCE('closing ' || closing.id, 'carry_over ' || kept.id) AS row
    FROM (SELECT * FROM closing WHERE carries_over) AS closing
    FULL JOIN (SELECT * FROM carry_over WHERE outcome = 'confirmed') AS kept ON kept.closing_id = closing.id
    WHERE (closing.partner_id, closing.until_on, closing.prepared_by, closing.closed_by)
      IS DISTINCT FROM (kept.partner_id, kept.until_on, kept.prepared_by, kept.ended_by)
    ORDER BY 1""")
_RECEIVED = text("""
    WITH wanted AS (
      SELECT 'carry_over:' || row.carry_over_id || ':received:' || row.producer_id AS key, kept.partner_id, row.producer_id,
        row.amount_rp
      FROM carry_over_row AS row JOIN carry_over AS kept ON kept.id = row.carry_over_id
      WHERE row.kind = 'received' AND kept.outcome = 'confirmed'),
    found AS (
      SELECT transfer.key, payable.partner_id, payable.producer_id, transfer.amount_rp FROM transfer
      JOIN account AS opening ON opening.id = transfer.debit_account_id AND opening.kind = 'opening'
      JOIN account AS payable ON payable.id = transfer.credit_account_id AND payable.kind = 'producer_payable'
      WHERE transfer.key LIKE 'carry\\_over:%')
    SELECT key FROM wanted FULL JOIN found USING (key)
    WHERE (wanted.partner_id, wanted.producer_id, wanted.amount_rp)
      IS DISTINCT FROM (found.partner_id, found.producer_id, found.amount_rp)
    ORDER BY key LIMIT 100""")
_REMINDERS = text("""
    SELECT reminder.id, reminder.amount_rp, COALESCE(sum(part.open_rp), 0)::bigint AS parts,
      bool_or(statement.partner_id <> reminder.partner_id) AS strange
    FROM payment_reminder AS reminder
    LEFT JOIN payment_reminder_statement AS part ON part.reminder_id = reminder.id
    LEFT JOIN statement ON statement.id = part.statement_id
    GROUP BY reminder.id
    HAVING COALESCE(sum(part.open_rp), 0) <> reminder.amount_rp OR bool_or(statement.partner_id <> reminder.partner_id)
    ORDER BY reminder.id""")


def check_carried_over(session: Session) -> Iterator[Breach]:
    """Find closings and statements of before these books that are not what was handed in and confirmed."""
    for row in session.execute(_CLOSINGS):
        yield Breach("settlement.carry_over", row.row, "is not what one person handed in and another confirmed")
    for row in session.execute(_STATEMENTS):
        what = f"is not what the confirmed sheet says of {row.earlier_number or 'it'}"
        yield Breach("settlement.carried_over", row.row, what)


def check_received(session: Session) -> Iterator[Breach]:
    """Find money received before these books that is payable otherwise than it was handed in and confirmed."""
    for row in session.execute(_RECEIVED):
        yield Breach("settlement.carry_received", f"transfer {row.key}", "is not what the confirmed sheet says")


def check_reminders(session: Session) -> Iterator[Breach]:
    """Find reminders that do not come to what was open of their statements, or name those of another partner."""
    for row in session.execute(_REMINDERS):
        what = f"comes to {row.amount_rp}, its statements to {row.parts}{' of another partner' if row.strange else ''}"
        yield Breach("settlement.reminder", f"payment_reminder {row.id}", what)


CHECKS = (check_carried_over, check_received, check_reminders)
