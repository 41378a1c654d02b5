"""The whole ledger in order, for whoever wants to add it up himself, and what it comes to by kind of account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign.db import REGION
from consign.ledger.rules import AccountKind
from consign.models.ledger import Account, Transfer
from reports.journal import Journal, JournalAccount, JournalTransfer

TOGETHER = 5_000
"""Rows that travel at once."""

# One statement sees one state of the database: accounts and transfers that are read by two of them would not tie while
# somebody posts.
_EVERYTHING = text("""
    SELECT 1 AS part, NULL::date AS day, account.id, account.kind, NULL AS key, NULL AS cause, account.debits_rp AS first,
      account.credits_rp AS second, NULL::bigint AS amount_rp, NULL::bigint AS reverses_id, NULL::timestamptz AS posted_at,
      ARRAY_REMOVE(ARRAY[partner.code, producer.code, bank_account.code], NULL) AS codes
    FROM account LEFT JOIN partner ON partner.id = account.partner_id LEFT JOIN producer ON producer.id = account.producer_id
    LEFT JOIN bank_account ON bank_account.id = account.bank_account_id
    UNION ALL
    SELECT 2, booked_on, id, kind, key, cause, debit_account_id, credit_account_id, amount_rp, reverses_id, posted_at, NULL
    FROM transfer
    ORDER BY 1, 2, 3""")


@contextmanager
def open_journal(session: Session) -> Iterator[Journal]:
    """Open all accounts and, in the order of their days and ids, all transfers, as they stand at one moment.

    The transfers are read from the server as they are asked for, and only inside.
    """
    options = {"stream_results": True, "yield_per": TOGETHER}
    with session.execute(_EVERYTHING, execution_options=options) as result:
        rows = iter(result)
        accounts: list[JournalAccount] = []
        first = None
        for row in rows:
            if row.part == 2:
                first = row
                break
            accounts.append(JournalAccount(row.id, row.kind, tuple(row.codes), row.first, row.second))

        def read() -> Iterator[JournalTransfer]:
            row = first
            while row is not None:
                _, day, number, kind, key, cause, debit, credit, amount_rp, reverses_id, posted_at, _ = row
                yield JournalTransfer(number, day, key, kind, cause, debit, credit, amount_rp, reverses_id, posted_at)
                row = next(rows, None)

        yield Journal(f"consign {session.info[REGION]}", tuple(accounts), read())


@dataclass(frozen=True)
class KindBalance:
    """What all accounts of one kind come to together."""

    kind: AccountKind
    accounts: int
    debits_rp: int
    credits_rp: int

    @property
    def balance_rp(self) -> int:
        """Return debits less credits."""
        return self.debits_rp - self.credits_rp


@dataclass(frozen=True)
class TrialBalance:
    """What the whole ledger comes to."""

    kinds: tuple[KindBalance, ...]
    """In the order in which the kinds are listed; those without an account are left out."""
    transfers: int
    last_on: date | None
    """The last day on which something was booked."""

    @property
    def debits_rp(self) -> int:
        """Return what was debited to all accounts."""
        return sum(one.debits_rp for one in self.kinds)

    @property
    def credits_rp(self) -> int:
        """Return what was credited to all accounts; the same, or something is broken."""
        return sum(one.credits_rp for one in self.kinds)


def compute_trial_balance(session: Session) -> TrialBalance:
    """Return what the ledger comes to by kind of account, and how many transfers it has."""
    rows = session.execute(
        select(Account.kind, func.count(), func.sum(Account.debits_rp), func.sum(Account.credits_rp)).group_by(
            Account.kind
        )
    )
    sums = {row[0]: KindBalance(AccountKind(row[0]), row[1], int(row[2]), int(row[3])) for row in rows}
    transfers, last_on = session.execute(select(func.count(), func.max(Transfer.booked_on)).select_from(Transfer)).one()
    return TrialBalance(tuple(sums[kind] for kind in AccountKind if kind in sums), transfers, last_on)
