"""A few accounts and transfers to post between them."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.ledger.actions import reverse_transfers
from consign.ledger.checks import CHECKS
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.money import Rupiah
from tests.builders import City

BOOKED_ON = date(2026, 10, 31)


def owes(city: City, producer: int = 0) -> AccountName:
    """Name the account of what the partner owes for a producer's goods."""
    return AccountName(AccountKind.PARTNER_OWES, city.partner.id, city.producers[producer].id)


def owed(city: City, producer: int = 0) -> AccountName:
    """Name the account of what a producer is owed."""
    return AccountName(AccountKind.PRODUCER_IS_OWED, city.partner.id, city.producers[producer].id)


def order(city: City, key: str = "K1", amount_rp: int = 1_000, **changed: Any) -> TransferOrder:
    """Order that the partner owes the first producer *amount_rp* more."""
    facts = {
        "kind": TransferKind.SALES,
        "debit": owes(city),
        "credit": owed(city),
        "booked_on": BOOKED_ON,
        "cause": "NP-1",
        **changed,
    }
    return TransferOrder(key=key, amount=Rupiah(amount_rp), **facts)


def reverse(session: Session, key: str, *, cause: str) -> None:
    """Take one transfer back."""
    reverse_transfers(session, keys=[key], cause=cause, booked_on=BOOKED_ON)


def balances(session: Session) -> dict[tuple[str, int], tuple[int, int]]:
    """Return debits and credits by kind and producer, as stored."""
    rows = session.execute(text("SELECT kind, producer_id, debits_rp, credits_rp FROM account"))
    return {(row.kind, row.producer_id): (row.debits_rp, row.credits_rp) for row in rows}


def add_up_journal(session: Session) -> dict[tuple[str, int], tuple[int, int]]:
    """Return debits and credits by kind and producer, added up from the transfers alone."""
    names = {
        row.id: (row.kind, row.producer_id)
        for row in session.execute(text("SELECT id, kind, producer_id FROM account"))
    }
    sums = {name: [0, 0] for name in names.values()}
    query = text("SELECT debit_account_id, credit_account_id, amount_rp FROM transfer ORDER BY id")
    for row in session.execute(query):
        sums[names[row.debit_account_id]][0] += row.amount_rp
        sums[names[row.credit_account_id]][1] += row.amount_rp
    return {name: (debits, credits_) for name, (debits, credits_) in sums.items()}


def breaches(session: Session) -> list[str]:
    """Return the codes of all breaches of the ledger's own checks."""
    return [breach.code for check in CHECKS for breach in check(session)]
