"""The invariants of payment notices: lines that add up, numbers without gaps, answers that are what was posted."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.payments.expected import LAST_ANSWERS


def check_notices(session: Session) -> Iterator[Breach]:
    """Find notices that are not the sum of their lines, or pay statements of another partner or route."""
    rows = session.execute(
        text("""
        SELECT notice.number, notice.amount_rp, COALESCE(sum(line.amount_rp), 0) AS lines_rp,
          count(*) FILTER (WHERE statement.partner_id <> notice.partner_id) AS strange,
          count(*) FILTER (WHERE statement.route <> notice.route) AS other
        FROM payment_notice AS notice LEFT JOIN payment_notice_line AS line ON line.notice_id = notice.id
        LEFT JOIN statement ON statement.id = line.statement_id
        GROUP BY notice.id
        HAVING notice.amount_rp <> COALESCE(sum(line.amount_rp), 0)
          OR bool_or(statement.partner_id <> notice.partner_id OR statement.route <> notice.route)
        ORDER BY notice.number""")
    )
    for row in rows:
        if row.amount_rp != row.lines_rp:
            what = f"is of {row.amount_rp}, its lines are of {row.lines_rp}"
            yield Breach("payments.notice_lines", f"payment_notice {row.number}", what)
        if row.strange or row.other:
            yield Breach("payments.notice_lines", f"payment_notice {row.number}", "pays what is not its to pay")


def check_notice_numbers(session: Session) -> Iterator[Breach]:
    """Find years whose notice numbers have gaps."""
    rows = session.execute(
        text("""
        SELECT year, last, count(notice.id) AS written FROM notice_counter
        LEFT JOIN payment_notice AS notice ON notice.number LIKE 'BY-' || year || '-%' GROUP BY year, last
        HAVING count(notice.id) <> last""")
    )
    for row in rows:
        what = f"{row.last} numbers were taken, {row.written} are used"
        yield Breach("payments.notice_numbers", f"year {row.year}", what)


def check_answers(session: Session) -> Iterator[Breach]:
    """Find answers that do not equal what was posted for them: received is paid, anything else is not."""
    rows = session.execute(
        text(f"""
        WITH said AS (
          SELECT 'notice:' || notice.number || ':' || statement.producer_id AS cause, line.statement_id,
            sum(line.amount_rp) FILTER (WHERE notice.withdrawn_at IS NULL
              AND answer.answer IN ('received', 'taken_as_received')) AS amount_rp
          FROM payment_notice_line AS line JOIN payment_notice AS notice ON notice.id = line.notice_id
          JOIN statement ON statement.id = line.statement_id
          LEFT JOIN {LAST_ANSWERS} AS answer
            ON answer.notice_id = notice.id AND answer.producer_id = statement.producer_id
          GROUP BY 1, 2),
        posted AS (
          SELECT cause, statement_id, sum(amount_rp) AS amount_rp FROM allocation WHERE cause LIKE 'notice:%' GROUP BY 1, 2)
        SELECT cause, statement_id, COALESCE(said.amount_rp, 0) AS said_rp, COALESCE(posted.amount_rp, 0) AS posted_rp
        FROM said FULL JOIN posted USING (cause, statement_id)
        WHERE COALESCE(said.amount_rp, 0) <> COALESCE(posted.amount_rp, 0) ORDER BY cause, statement_id""")  # noqa: S608  # a constant
    )
    for row in rows:
        what = f"counts as {row.said_rp} received of statement {row.statement_id}, {row.posted_rp} is posted"
        yield Breach("payments.answer", row.cause, what)


CHECKS = (check_notices, check_notice_numbers, check_answers)
