"""The invariants of payouts: each is its parts, the ledger moved just them, and nobody was paid more than was payable."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach


def check_parts(session: Session) -> Iterator[Breach]:
    """Find payouts that are not the sum of their parts, and parts of another producer than the payout's."""
    rows = session.execute(
        text("""
        SELECT reference, payout.amount_rp, COALESCE(sum(part.amount_rp), 0) AS parts,
          count(*) FILTER (WHERE part.producer_id <> payout.producer_id) AS others
        FROM payout LEFT JOIN payout_part AS part ON part.payout_id = payout.id
        GROUP BY payout.id HAVING COALESCE(sum(part.amount_rp), 0) <> payout.amount_rp
          OR count(*) FILTER (WHERE part.producer_id <> payout.producer_id) > 0 ORDER BY reference""")
    )
    for row in rows:
        what = f"pays {row.amount_rp}, its parts come to {row.parts}, {row.others} of them of another producer"
        yield Breach("payouts.parts", f"payout {row.reference}", what)


def check_transfers(session: Session) -> Iterator[Breach]:
    """Find parts whose transfers are not those of their payout's state.

    One that was sent or paid stands, one that was returned is taken back, and of others there is none. A return that was
    undone, and one after that, take turns.
    """
    rows = session.execute(
        text("""
        WITH turns AS (
          SELECT regexp_replace(key, '(\\:reversal)+$', '') AS key, count(*) AS times FROM transfer
          WHERE kind = 'reversal' AND key LIKE 'payout:%' GROUP BY 1),
        moved AS (
          SELECT transfer.key, transfer.amount_rp, debit.kind = 'producer_payable' AND credit.kind = 'in_transit' AS right_way,
            debit.partner_id, debit.producer_id, credit.bank_account_id, COALESCE(turns.times, 0) % 2 = 1 AS taken_back
          FROM transfer JOIN account AS debit ON debit.id = transfer.debit_account_id
          JOIN account AS credit ON credit.id = transfer.credit_account_id
          LEFT JOIN turns ON turns.key = transfer.key
          WHERE transfer.kind = 'payout'),
        expected AS (
          SELECT 'payout:' || payout.id || ':sent:' || part.partner_id || ':' || part.producer_id AS key, part.amount_rp,
            part.partner_id, part.producer_id, batch.bank_account_id, payout.reference, payout.state
          FROM payout_part AS part JOIN payout ON payout.id = part.payout_id
          JOIN payout_batch AS batch ON batch.id = payout.batch_id)
        SELECT COALESCE(expected.reference, moved.key) AS what, expected.state, moved.amount_rp, moved.taken_back
        FROM expected FULL JOIN moved USING (key)
        WHERE CASE
          WHEN expected.state IS NULL THEN true
          WHEN expected.state IN ('sent', 'paid', 'returned') THEN moved.key IS NULL
            OR moved.taken_back <> (expected.state = 'returned') OR NOT moved.right_way
            OR (moved.amount_rp, moved.partner_id, moved.producer_id, moved.bank_account_id)
              <> (expected.amount_rp, expected.partner_id, expected.producer_id, expected.bank_account_id)
          ELSE moved.key IS NOT NULL END
        ORDER BY 1""")
    )
    for row in rows:
        what = f"is {row.state}, the ledger moved {row.amount_rp}, taken back: {row.taken_back}"
        yield Breach("payouts.transfers", f"payout {row.what}", what)


def check_states(session: Session) -> Iterator[Breach]:
    """Find payouts whose state does not fit their batch's."""
    rows = session.execute(
        text("""
        SELECT reference, payout.state, batch.state AS batch_state FROM payout
        JOIN payout_batch AS batch ON batch.id = payout.batch_id
        WHERE CASE batch.state WHEN 'sent' THEN payout.state = 'planned' WHEN 'cancelled' THEN payout.state <> 'cancelled'
          ELSE payout.state NOT IN ('planned', 'cancelled') END ORDER BY reference""")
    )
    for row in rows:
        yield Breach("payouts.state", f"payout {row.reference}", f"is {row.state}, its batch is {row.batch_state}")


def check_matches(session: Session) -> Iterator[Breach]:
    """Find paid payouts that are on no line of the bank's statement, and matches that are not the sum of their payouts."""
    rows = session.execute(
        text("""
        SELECT reference FROM payout LEFT JOIN bank_match AS match ON match.id = payout.match_id AND match.undone_at IS NULL
          AND match.kind = 'payout'
        WHERE (payout.state = 'paid' AND match.id IS NULL) OR (payout.state = 'sent' AND payout.match_id IS NOT NULL)
          OR (payout.state = 'returned' AND payout.match_id IS NOT NULL AND payout.return_match_id IS NULL)
        ORDER BY reference""")
    )
    for row in rows:
        yield Breach("payouts.match", f"payout {row.reference}", "its state and its lines do not fit")
    rows = session.execute(
        text("""
        SELECT match.id, match.kind, COALESCE(line.rp, 0) AS lines, COALESCE(own.rp, 0) AS payouts,
          COALESCE(transfer.amount_rp, 0) AS moved
        FROM bank_match AS match
        LEFT JOIN LATERAL (SELECT abs(sum(amount_rp)) AS rp FROM bank_match_line WHERE match_id = match.id) AS line ON true
        LEFT JOIN LATERAL (
          SELECT sum(amount_rp) AS rp FROM payout
          WHERE match.id = CASE match.kind WHEN 'payout' THEN payout.match_id ELSE payout.return_match_id END) AS own ON true
        LEFT JOIN transfer ON transfer.key = 'match:' || match.id || ':' || match.kind
        WHERE match.kind IN ('payout', 'payout_returned') AND match.undone_at IS NULL
          AND (line.rp IS DISTINCT FROM own.rp OR transfer.amount_rp IS DISTINCT FROM own.rp) ORDER BY match.id""")
    )
    for row in rows:
        what = f"its lines come to {row.lines}, its payouts to {row.payouts}, the ledger moved {row.moved}"
        yield Breach("payouts.match", f"bank_match {row.id}", what)


def check_in_transit(session: Session) -> Iterator[Breach]:
    """Find bank accounts on whose way out is something else than the payouts that were sent and not found yet."""
    rows = session.execute(
        text("""
        WITH sent AS (
          SELECT batch.bank_account_id, sum(payout.amount_rp) AS rp FROM payout
          JOIN payout_batch AS batch ON batch.id = payout.batch_id WHERE payout.state = 'sent' GROUP BY 1),
        counted AS (
          SELECT bank_account_id, credits_rp - debits_rp AS rp FROM account WHERE kind = 'in_transit')
        SELECT bank_account_id, COALESCE(counted.rp, 0) AS counted, COALESCE(sent.rp, 0) AS sent
        FROM counted FULL JOIN sent USING (bank_account_id)
        WHERE COALESCE(counted.rp, 0) <> COALESCE(sent.rp, 0) ORDER BY 1""")
    )
    for row in rows:
        what = f"has {row.counted} on its way, payouts that were sent come to {row.sent}"
        yield Breach("payouts.in_transit", f"bank_account {row.bank_account_id}", what)


def check_below_zero(session: Session) -> Iterator[Breach]:
    """Find producers to whom more was paid than was payable."""
    rows = session.execute(
        text("""
        SELECT id, partner_id, producer_id, credits_rp - debits_rp AS rp FROM account
        WHERE kind = 'producer_payable' AND credits_rp < debits_rp ORDER BY id""")
    )
    for row in rows:
        what = f"partner {row.partner_id}, producer {row.producer_id}: payable is {row.rp}"
        yield Breach("payouts.below_zero", f"account {row.id}", what)


def check_numbers(session: Session) -> Iterator[Breach]:
    """Find years whose batch numbers have gaps."""
    rows = session.execute(
        text("""
        SELECT year, last, count(batch.id) AS used, max(split_part(batch.number, '-', 3)::bigint) AS highest
        FROM batch_counter LEFT JOIN payout_batch AS batch ON batch.number LIKE 'PB-' || year || '-%'
        GROUP BY year, last
        HAVING count(batch.id) <> last OR max(split_part(batch.number, '-', 3)::bigint) IS DISTINCT FROM last""")
    )
    for row in rows:
        yield Breach("payouts.numbers", f"year {row.year}", f"{row.last} numbers were taken, {row.used} are used")


CHECKS = (
    check_parts, check_transfers, check_states, check_matches, check_in_transit, check_below_zero, check_numbers,
)  # fmt: skip
