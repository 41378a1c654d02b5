"""Posting transfers. Rows are only added; a correction is a linked reversal."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, column, insert, select, update, values
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from consign import clock
from consign.ledger.rules import (
    AccountKind,
    AccountName,
    TransferKeyConflict,
    TransferKind,
    TransferOrder,
    TransferReversed,
)
from consign.models.ledger import Account, Transfer


def post_transfers(session: Session, orders: Sequence[TransferOrder]) -> int:
    """Post *orders* together and return how many were new; one that stands already with the same content is not posted again.

    The accounts are locked in the order of their ids, so that two posters never wait for each other in a circle.

    Raises:
        TransferKeyConflict: a key stands already with other content; nothing was posted.

    """
    if not orders:
        return 0
    accounts = _lock_accounts(session, {name for order in orders for name in (order.debit, order.credit)})
    rows = [
        {
            "key": order.key,
            "kind": order.kind.value,
            "debit_account_id": accounts[order.debit],
            "credit_account_id": accounts[order.credit],
            "amount_rp": order.amount.amount,
            "booked_on": order.booked_on,
            "cause": order.cause,
            "posted_at": clock.now(),
        }
        for order in orders
    ]
    added = set(
        session.scalars(
            postgresql.insert(Transfer)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(Transfer.key)
            .execution_options(insertmanyvalues_page_size=5000),
            rows,
        )
    )
    _refuse_other_content(session, [row for row in rows if row["key"] not in added])
    _add_to_accounts(session, [row for row in rows if row["key"] in added])
    return len(added)


def reverse_transfer(session: Session, *, key: str, cause: str) -> None:
    """Take back the transfer *key* by one in the other direction, linked to it.

    Raises:
        TransferReversed: it was taken back before; nothing was posted.

    """
    transfer = session.execute(select(Transfer).where(Transfer.key == key)).scalar_one()
    account_ids = sorted((transfer.debit_account_id, transfer.credit_account_id))
    session.execute(select(Account.id).where(Account.id.in_(account_ids)).order_by(Account.id).with_for_update())
    if session.scalar(select(Transfer.id).where(Transfer.reverses_id == transfer.id)) is not None:
        raise TransferReversed(f"The transfer {key} was taken back before; nothing was posted.")
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
    rows = [
        {"kind": name.kind.value, "partner_id": name.partner_id, "producer_id": name.producer_id}
        for name in sorted(names, key=lambda name: (name.kind, name.partner_id, name.producer_id))
    ]
    session.execute(
        postgresql.insert(Account).on_conflict_do_nothing(), [{**row, "debits_rp": 0, "credits_rp": 0} for row in rows]
    )
    wanted = values(
        column("kind", Account.kind.type), column("partner_id", Integer), column("producer_id", Integer), name="wanted"
    ).data([(row["kind"], row["partner_id"], row["producer_id"]) for row in rows])
    locked = session.execute(
        select(Account.id, Account.kind, Account.partner_id, Account.producer_id)
        .join(
            wanted,
            (wanted.c.kind == Account.kind)
            & (wanted.c.partner_id == Account.partner_id)
            & (wanted.c.producer_id == Account.producer_id),
        )
        .order_by(Account.id)
        .with_for_update(of=Account)
    )
    return {AccountName(AccountKind(row.kind), row.partner_id, row.producer_id): row.id for row in locked}


def _refuse_other_content(session: Session, repeated: list[dict[str, Any]]) -> None:
    """Hold each repeated transfer against the one that stands: the same content is the same answer, other is an error."""
    same = ("kind", "debit_account_id", "credit_account_id", "amount_rp", "booked_on", "cause")
    for row in repeated:
        standing = session.execute(select(Transfer).where(Transfer.key == row["key"])).scalar_one()
        if any(getattr(standing, field) != row[field] for field in same):
            raise TransferKeyConflict(f"The transfer {row['key']} stands already with other content; nothing was posted.")


def _add_to_accounts(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add the transfers in *rows* to the stored sums of their accounts, which are locked."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[row["debit_account_id"]][0] += row["amount_rp"]
        sums[row["credit_account_id"]][1] += row["amount_rp"]
    if not sums:
        return
    added = values(
        column("id", Account.id.type), column("debit", Account.id.type), column("credit", Account.id.type), name="added"
    ).data([(account, debit, credit) for account, (debit, credit) in sums.items()])
    session.execute(
        update(Account)
        .where(Account.id == added.c.id)
        .values(debits_rp=Account.debits_rp + added.c.debit, credits_rp=Account.credits_rp + added.c.credit)
        .execution_options(synchronize_session=False)
    )
