"""Reading balances."""

from dataclasses import dataclass

from sqlalchemy import select
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
    sign = 1 if kind is AccountKind.PARTNER_OWES else -1
    return [
        Balance(
            AccountName(kind, account.partner_id, account.producer_id),
            Rupiah(sign * (account.debits_rp - account.credits_rp)),
        )
        for account in session.scalars(query)
    ]
