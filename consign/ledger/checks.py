"""The ledger's invariants: stored balances equal the transfers, and everything sums to zero."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach


def check_balances(session: Session) -> Iterator[Breach]:
    """Find accounts whose stored sums differ from their transfers."""
    rows = session.execute(
        text("""
        WITH moved AS (
          SELECT id, sum(debit) AS debits, sum(credit) AS credits FROM (
            SELECT debit_account_id AS id, amount_rp AS debit, 0 AS credit FROM transfer
            UNION ALL SELECT credit_account_id, 0, amount_rp FROM transfer) AS side
          GROUP BY id)
        SELECT account.id, debits_rp, credits_rp, COALESCE(debits, 0) AS debits, COALESCE(credits, 0) AS credits
        FROM account LEFT JOIN moved USING (id)
        WHERE (debits_rp, credits_rp) IS DISTINCT FROM (COALESCE(debits, 0), COALESCE(credits, 0))
        ORDER BY account.id""")
    )
    for row in rows:
        yield Breach(
            "ledger.balance",
            f"account {row.id}",
            f"stores {row.debits_rp}/{row.credits_rp}, its transfers sum to {row.debits}/{row.credits}",
        )


def check_trial_balance(session: Session) -> Iterator[Breach]:
    """Find a difference between all debits and all credits."""
    drift = session.scalar(text("SELECT COALESCE(sum(debits_rp - credits_rp), 0) FROM account"))
    if drift:
        yield Breach("ledger.trial_balance", "account", f"all accounts together are off by Rp{drift}")


def check_reversals(session: Session) -> Iterator[Breach]:
    """Find reversals that do not mirror the transfer they take back."""
    rows = session.execute(
        text("""
        SELECT back.id, there.id AS there FROM transfer AS back JOIN transfer AS there ON there.id = back.reverses_id
        WHERE (back.debit_account_id, back.credit_account_id, back.amount_rp)
           <> (there.credit_account_id, there.debit_account_id, there.amount_rp)""")
    )
    for row in rows:
        yield Breach("ledger.reversal", f"transfer {row.id}", f"does not mirror transfer {row.there}")


CHECKS = (check_balances, check_trial_balance, check_reversals)
