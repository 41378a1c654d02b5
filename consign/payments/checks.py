"""The invariants of payments: lines give no more than they hold, matches tie to allocations, accounts to free lines."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach


def check_lines(session: Session) -> Iterator[Breach]:
    """Find lines of bank statements of which matches take more than they hold, or the other way round."""
    rows = session.execute(
        text("""
        SELECT line.id, line.amount_rp, sum(part.amount_rp) AS taken_rp FROM bank_line AS line
        JOIN bank_match_line AS part ON part.bank_line_id = line.id
        JOIN bank_match AS made ON made.id = part.match_id AND made.undone_at IS NULL
        GROUP BY line.id HAVING abs(sum(part.amount_rp)) > abs(line.amount_rp)
          OR bool_or(sign(part.amount_rp) <> sign(line.amount_rp)) ORDER BY line.id""")
    )
    for row in rows:
        yield Breach("payments.line", f"bank_line {row.id}", f"holds {row.amount_rp}, matches take {row.taken_rp}")


def check_matches(session: Session) -> Iterator[Breach]:
    """Find payments whose allocations are not what their lines give, and allocations of no match that stands."""
    rows = session.execute(
        text("""
        WITH paid AS (
          SELECT cause, sum(amount_rp) AS amount_rp FROM allocation WHERE cause LIKE 'match:%' GROUP BY cause),
        given AS (
          SELECT 'match:' || made.id AS cause,
            COALESCE(sum(part.amount_rp) FILTER (WHERE made.undone_at IS NULL AND made.kind = 'payment'), 0) AS amount_rp
          FROM bank_match AS made LEFT JOIN bank_match_line AS part ON part.match_id = made.id GROUP BY made.id)
        SELECT COALESCE(paid.cause, given.cause) AS cause, COALESCE(paid.amount_rp, 0) AS paid_rp,
          COALESCE(given.amount_rp, 0) AS given_rp
        FROM paid FULL JOIN given ON given.cause = paid.cause
        WHERE COALESCE(paid.amount_rp, 0) <> COALESCE(given.amount_rp, 0) ORDER BY 1""")
    )
    for row in rows:
        yield Breach("payments.match", row.cause, f"its lines give {row.given_rp}, statements got {row.paid_rp}")


def check_unallocated(session: Session) -> Iterator[Breach]:
    """Find bank accounts whose unallocated money is not what is free of their lines."""
    rows = session.execute(
        text("""
        WITH taken AS (
          SELECT part.bank_line_id, sum(part.amount_rp) AS amount_rp FROM bank_match_line AS part
          JOIN bank_match AS made ON made.id = part.match_id WHERE made.undone_at IS NULL GROUP BY part.bank_line_id),
        free AS (
          SELECT line.account_id, sum(line.amount_rp - COALESCE(taken.amount_rp, 0)) AS amount_rp FROM bank_line AS line
          LEFT JOIN taken ON taken.bank_line_id = line.id GROUP BY line.account_id),
        held AS (
          SELECT bank_account_id AS account_id, credits_rp - debits_rp AS amount_rp FROM account WHERE kind = 'unallocated')
        SELECT bank_account.code, COALESCE(free.amount_rp, 0) AS free_rp, COALESCE(held.amount_rp, 0) AS held_rp
        FROM bank_account LEFT JOIN free ON free.account_id = bank_account.id
        LEFT JOIN held ON held.account_id = bank_account.id
        WHERE COALESCE(free.amount_rp, 0) <> COALESCE(held.amount_rp, 0) ORDER BY bank_account.code""")
    )
    for row in rows:
        what = f"{row.free_rp} of its lines is free, the ledger holds {row.held_rp} as unallocated"
        yield Breach("payments.unallocated", f"bank_account {row.code}", what)


def check_other_matches(session: Session) -> Iterator[Breach]:
    """Find charges and own transfers whose transfers are not what their lines give, and refunds that do not come to nothing."""
    rows = session.execute(
        text("""
        WITH given AS (
          SELECT made.id, made.kind, made.undone_at IS NOT NULL AS undone, sum(part.amount_rp) AS amount_rp,
            COALESCE(sum(part.amount_rp) FILTER (WHERE part.amount_rp > 0), 0) AS in_rp
          FROM bank_match AS made JOIN bank_match_line AS part ON part.match_id = made.id
          WHERE made.kind IN ('charge', 'refund', 'own_transfer') GROUP BY made.id),
        moved AS (
          SELECT split_part(one.key, ':', 2)::bigint AS id,
            sum(CASE WHEN debit.kind = 'unallocated' THEN one.amount_rp ELSE -one.amount_rp END)
              FILTER (WHERE one.reverses_id IS NULL) AS amount_rp,
            count(*) FILTER (WHERE one.reverses_id IS NULL) - count(one.reverses_id) AS standing
          FROM transfer AS one JOIN account AS debit ON debit.id = one.debit_account_id
          WHERE one.key ~ '^match:[0-9]+:(charge|own)' GROUP BY 1)
        SELECT given.id, given.kind FROM given LEFT JOIN moved ON moved.id = given.id
        WHERE CASE given.kind
          WHEN 'charge' THEN COALESCE(moved.amount_rp, 0) <> given.amount_rp
          WHEN 'own_transfer' THEN given.amount_rp <> 0 OR COALESCE(moved.amount_rp, 0) <> given.in_rp
          ELSE given.amount_rp <> 0 END
          OR (given.kind <> 'refund' AND COALESCE(moved.standing, 0) <> CASE WHEN given.undone THEN 0 ELSE 1 END)
        ORDER BY given.id""")
    )
    for row in rows:
        yield Breach("payments.other", f"match:{row.id}", f"is a {row.kind} whose lines and transfers do not tie")


def check_write_offs(session: Session) -> Iterator[Breach]:
    """Find write-offs that were posted without approval, or are approved and not posted, or otherwise than proposed."""
    rows = session.execute(
        text("""
        WITH written AS (
          SELECT cause, min(statement_id) AS statement_id, min(source) AS source, sum(amount_rp) AS amount_rp
          FROM allocation WHERE cause LIKE 'write_off:%' GROUP BY cause)
        SELECT COALESCE('write_off:' || write_off.id, written.cause) AS cause FROM write_off
        FULL JOIN written ON written.cause = 'write_off:' || write_off.id
        WHERE (write_off.outcome = 'approved') IS DISTINCT FROM (written.cause IS NOT NULL)
          OR (written.cause IS NOT NULL AND (written.statement_id, written.amount_rp, written.source)
            <> (write_off.statement_id, write_off.amount_rp, 'written_off_' || write_off.borne_by))
        ORDER BY 1""")
    )
    for row in rows:
        yield Breach("payments.write_off", row.cause, "what was decided and what was posted do not tie")


CHECKS = (check_lines, check_matches, check_unallocated, check_other_matches, check_write_offs)
