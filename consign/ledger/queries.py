"""Reading balances, and which transfers stand."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consign.ledger.rules import AccountKind, AccountName
from consign.models.ledger import Account
from consign.money import Rupiah


@dataclass(frozen=True)
class Balance:
    """What one account counts now, positive in its usual direction."""

    account: AccountName
    amount: Rupiah


def find_balances(
    session: Session, *, kind: AccountKind, partner_id: int | None = None, producer_id: int | None = None
) -> list[Balance]:
    """Return the balances of the accounts of *kind*, of one partner and of one producer where given."""
    query = select(Account).where(Account.kind == kind).order_by(Account.partner_id, Account.producer_id)
    if partner_id is not None:
        query = query.where(Account.partner_id == partner_id)
    if producer_id is not None:
        query = query.where(Account.producer_id == producer_id)
    return [_read_balance(account) for account in session.scalars(query)]


def find_balance(session: Session, name: AccountName) -> Rupiah:
    """Return what one account counts now; nothing where nothing was ever posted to it."""
    query = select(Account).where(
        Account.kind == name.kind,
        func.coalesce(Account.partner_id, 0) == (name.partner_id or 0),
        func.coalesce(Account.producer_id, 0) == (name.producer_id or 0),
        func.coalesce(Account.bank_account_id, 0) == (name.bank_account_id or 0),
    )
    account = session.scalars(query).first()
    return _read_balance(account).amount if account else Rupiah(0)


def find_last_keys(session: Session, keys: Collection[str]) -> list[str]:
    """Return for each transfer the key of the last of its chain: its own, or that of the last that took the one before back.

    Whoever takes a transfer back that was taken back and restored before takes back the last of them. The accounts are
    locked, see `ledger.actions.lock_balances`, so that nobody adds to a chain.
    """
    rows = session.execute(
        text("""
        WITH RECURSIVE chain AS (
          SELECT id, key AS first, key, 0 AS place FROM transfer WHERE key = ANY(:keys)
          UNION ALL SELECT back.id, chain.first, back.key, place + 1 FROM chain JOIN transfer AS back ON back.reverses_id = chain.id)
        SELECT DISTINCT ON (first) key FROM chain ORDER BY first, place DESC"""),
        {"keys": sorted(keys)},
    )
    return [row.key for row in rows]


def _read_balance(account: Account) -> Balance:
    name = AccountName(AccountKind(account.kind), account.partner_id, account.producer_id, account.bank_account_id)
    return Balance(name, Rupiah(name.sign * (account.debits_rp - account.credits_rp)))
