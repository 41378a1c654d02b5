"""Posting transfers. Rows are only added; a correction is a linked reversal."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.ledger.rules import (
    AccountKind,
    AccountName,
    TransferKeyConflict,
    TransferKind,
    TransferOrder,
    TransferReversed,
    TransferUnknown,
)
from consign.models.ledger import Account, Transfer
from consign.sentence import say

_WANTED = """unnest(CAST(:kinds AS text[]), CAST(:partners AS bigint[]), CAST(:producers AS bigint[]))
    AS wanted(kind, partner_id, producer_id)"""
_ADD_ACCOUNTS = text(f"""
    INSERT INTO account (kind, partner_id, producer_id, debits_rp, credits_rp)
    SELECT kind, partner_id, producer_id, 0, 0 FROM {_WANTED}
    WHERE NOT EXISTS (SELECT 1 FROM account WHERE (account.kind, account.partner_id, account.producer_id)
      = (wanted.kind, wanted.partner_id, wanted.producer_id))
    ON CONFLICT DO NOTHING""")  # noqa: S608  # constants
_LOCK_ACCOUNTS = text(f"""
    SELECT account.id, account.kind, account.partner_id, account.producer_id
    FROM account JOIN {_WANTED} USING (kind, partner_id, producer_id) ORDER BY account.id FOR UPDATE OF account""")  # noqa: S608  # constants
_ADD_SUMS = text("""
    UPDATE account SET debits_rp = account.debits_rp + added.debits_rp,
      credits_rp = account.credits_rp + added.credits_rp
    FROM unnest(CAST(:ids AS bigint[]), CAST(:debits AS bigint[]), CAST(:credits AS bigint[]))
      AS added(id, debits_rp, credits_rp)
    WHERE account.id = added.id""")


def post_transfers(session: Session, orders: Sequence[TransferOrder]) -> int:
    """Post *orders* together and return how many were new.

    An order that stands already with the same content is not posted again. The accounts are locked in the order of
    their ids, so that two posters never wait for each other in a circle.

    Raises:
        TransferKeyConflict: a key stands already, or comes twice, with other content; nothing was posted.

    """
    distinct = _refuse_twice(orders)
    if not distinct:
        return 0
    accounts = _lock_accounts(session, {name for order in distinct for name in (order.debit, order.credit)})
    rows = [
        {
            "key": order.key,
            "kind": order.kind.value,
            "debit_account_id": accounts[order.debit],
            "credit_account_id": accounts[order.credit],
            "amount_rp": order.amount.amount,
            "booked_on": order.booked_on,
            "cause": order.cause,
        }
        for order in distinct
    ]
    now = clock.now()
    conflict = "ON CONFLICT (key) DO NOTHING RETURNING key"
    added = set(insert_rows(session, "transfer", [{**row, "posted_at": now} for row in rows], rest=conflict))
    _refuse_other_content(session, [row for row in rows if row["key"] not in added])
    _add_to_accounts(session, [row for row in rows if row["key"] in added])
    return len(added)


def _refuse_twice(orders: Sequence[TransferOrder]) -> list[TransferOrder]:
    """Return each order once.

    Raises:
        TransferKeyConflict: a key comes twice with other content.

    """
    distinct: dict[str, TransferOrder] = {}
    for order in orders:
        if distinct.setdefault(order.key, order) != order:
            raise TransferKeyConflict(
                say("The transfer {key} comes twice with other content; nothing was posted.", key=order.key)
            )
    return list(distinct.values())


def reverse_transfer(session: Session, *, key: str, cause: str) -> None:
    """Take back the transfer *key* by one in the other direction, linked to it.

    Raises:
        TransferUnknown: there is no such transfer; nothing was posted.
        TransferReversed: it was taken back before; nothing was posted.

    """
    transfer = session.scalar(select(Transfer).where(Transfer.key == key))
    if transfer is None:
        raise TransferUnknown(say("There is no transfer {key}; nothing was posted.", key=key))
    account_ids = sorted((transfer.debit_account_id, transfer.credit_account_id))
    session.execute(select(Account.id).where(Account.id.in_(account_ids)).order_by(Account.id).with_for_update())
    if session.scalar(select(Transfer.id).where(Transfer.reverses_id == transfer.id)) is not None:
        raise TransferReversed(say("The transfer {key} was taken back before; nothing was posted.", key=key))
    now = clock.now()
    row = {
        "key": f"{key}:reversal",
        "kind": TransferKind.REVERSAL.value,
        "debit_account_id": transfer.credit_account_id,
        "credit_account_id": transfer.debit_account_id,
        "amount_rp": transfer.amount_rp,
        "booked_on": now.date(),
        "cause": cause,
        "reverses_id": transfer.id,
        "posted_at": now,
    }
    session.execute(insert(Transfer).values(**row))
    _add_to_accounts(session, [row])


def _lock_accounts(session: Session, names: set[AccountName]) -> dict[AccountName, int]:
    """Make the accounts that are missing, lock them all, and return their ids."""
    ordered = sorted(names, key=lambda name: (name.kind, name.partner_id, name.producer_id))
    facts = {
        "kinds": [name.kind.value for name in ordered],
        "partners": [name.partner_id for name in ordered],
        "producers": [name.producer_id for name in ordered],
    }
    session.execute(_ADD_ACCOUNTS, facts)
    locked = session.execute(_LOCK_ACCOUNTS, facts)
    return {AccountName(AccountKind(row.kind), row.partner_id, row.producer_id): row.id for row in locked}


def _refuse_other_content(session: Session, repeated: list[dict[str, Any]]) -> None:
    """Hold each repeated transfer against the one that stands: the same content is the same answer, other is an error."""
    for row in repeated:
        standing = session.execute(select(Transfer).where(Transfer.key == row["key"])).scalar_one()
        if any(getattr(standing, field) != value for field, value in row.items()):
            raise TransferKeyConflict(
                say("The transfer {key} stands already with other content; nothing was posted.", key=row["key"])
            )


def _add_to_accounts(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add the transfers in *rows* to the stored sums of their accounts, which are locked."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[row["debit_account_id"]][0] += row["amount_rp"]
        sums[row["credit_account_id"]][1] += row["amount_rp"]
    if sums:
        facts = {
            "ids": list(sums),
            "debits": [debits for debits, _ in sums.values()],
            "credits": [credits_ for _, credits_ in sums.values()],
        }
        session.execute(_ADD_SUMS, facts)
