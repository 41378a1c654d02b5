"""Posting transfers. Rows are only added; a correction is a linked reversal."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select, text
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
from consign.money import Rupiah
from consign.sentence import say

_WANTED = """jsonb_to_recordset(CAST(:names AS jsonb))
    AS wanted(kind text, partner_id bigint, producer_id bigint, bank_account_id bigint)"""
_SAME = """(account.kind, COALESCE(account.partner_id, 0), COALESCE(account.producer_id, 0), COALESCE(account.bank_account_id, 0))
    = (wanted.kind, COALESCE(wanted.partner_id, 0), COALESCE(wanted.producer_id, 0), COALESCE(wanted.bank_account_id, 0))"""
_ADD_ACCOUNTS = text(f"""
    INSERT INTO account (kind, partner_id, producer_id, bank_account_id, debits_rp, credits_rp)
    SELECT kind, partner_id, producer_id, bank_account_id, 0, 0 FROM {_WANTED}
    WHERE NOT EXISTS (SELECT 1 FROM account WHERE {_SAME})
    ON CONFLICT DO NOTHING""")  # noqa: S608  # constants
_LOCK_ACCOUNTS = text(f"""
    SELECT account.id, account.kind, account.partner_id, account.producer_id, account.bank_account_id,
      account.debits_rp, account.credits_rp
    FROM account JOIN {_WANTED} ON {_SAME} ORDER BY account.id FOR UPDATE OF account""")  # noqa: S608  # constants
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
    locked = _lock_accounts(session, {name for order in distinct for name in (order.debit, order.credit)})
    accounts = {name: row.id for name, row in locked.items()}
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


def lock_balances(session: Session, names: Collection[AccountName]) -> dict[AccountName, Rupiah]:
    """Return what accounts count, positive in their usual direction; nobody posts to them until the transaction ends.

    A transaction that decides by balances, or posts more than once, locks here first all that it will post to: so no two
    wait for each other in a circle. Accounts that are missing are made.
    """
    return {
        name: Rupiah(name.sign * (row.debits_rp - row.credits_rp))
        for name, row in _lock_accounts(session, names).items()
    }


def reverse_transfers(session: Session, *, keys: Collection[str], cause: str, booked_on: date) -> None:
    """Take back the transfers *keys* together, each by one in the other direction, linked to it.

    Raises:
        TransferUnknown: there is no transfer with one of the keys; nothing was posted.
        TransferReversed: one was taken back before; nothing was posted.

    """
    found = {one.key: one for one in session.scalars(select(Transfer).where(Transfer.key.in_(sorted(keys))))}
    for key in sorted(keys):
        if key not in found:
            raise TransferUnknown(say("There is no transfer {key}; nothing was posted.", key=key))
    sides = {side for one in found.values() for side in (one.debit_account_id, one.credit_account_id)}
    session.execute(select(Account.id).where(Account.id.in_(sorted(sides))).order_by(Account.id).with_for_update())
    ids = {one.id: one.key for one in found.values()}
    again = session.scalars(select(Transfer.reverses_id).where(Transfer.reverses_id.in_(sorted(ids)))).first()
    if again is not None:
        raise TransferReversed(say("The transfer {key} was taken back before; nothing was posted.", key=ids[again]))
    now = clock.now()
    rows = [
        {
            "key": f"{one.key}:reversal",
            "kind": TransferKind.REVERSAL.value,
            "debit_account_id": one.credit_account_id,
            "credit_account_id": one.debit_account_id,
            "amount_rp": one.amount_rp,
            "booked_on": booked_on,
            "cause": cause,
            "reverses_id": one.id,
            "posted_at": now,
        }
        for one in sorted(found.values(), key=lambda one: one.id)
    ]
    insert_rows(session, "transfer", rows)
    _add_to_accounts(session, rows)


def _lock_accounts(session: Session, names: Collection[AccountName]) -> dict[AccountName, Row[Any]]:
    """Make the accounts that are missing, lock them all, and return them as they stand."""
    facts = {"names": json.dumps([vars(name) for name in sorted(names, key=lambda name: name.order)])}
    session.execute(_ADD_ACCOUNTS, facts)
    return {
        AccountName(AccountKind(row.kind), row.partner_id, row.producer_id, row.bank_account_id): row
        for row in session.execute(_LOCK_ACCOUNTS, facts)
    }


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
