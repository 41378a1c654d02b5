"""What was paid of a statement: the only writer of allocations, each with its transfers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows, is_among
from consign.errors import Conflict, NotFound
from consign.identity.rules import Actor
from consign.ledger.actions import lock_balances, post_transfers, reverse_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder
from consign.models.settlement import Allocation, Statement
from consign.money import Rupiah
from consign.sentence import say
from consign.settlement.shares import OpenStatement, Share


class Source(StrEnum):
    """How a statement was paid, or why so much of it will not be."""

    COLLECTING = "collecting"
    """Over an account of the office, so that the producer can be paid out of it."""
    DIRECT = "direct"
    """Straight to the producer or its cooperative."""
    WRITTEN_OFF_PRODUCER = "written_off_producer"
    """Not at all; the producer bears it."""
    WRITTEN_OFF_OFFICE = "written_off_office"
    """Not by the partner; the office bears it, so that the producer can be paid out of it."""


class PaidTwice(Conflict):
    """More would be paid of a statement than is open; nothing was posted."""

    code = "settlement.paid_twice"


class PaidOutAlready(Conflict):
    """The money was paid out to the producer meanwhile, so it cannot be taken back; nothing was posted."""

    code = "settlement.paid_out_already"


class AllocationUnknown(NotFound):
    """There is no such allocation, or it was taken back before; nothing was posted."""

    code = "settlement.allocation_unknown"


@dataclass(frozen=True)
class Given:
    """What one cause, such as `match:17`, gives to statements on a day."""

    cause: str
    booked_on: date
    shares: Sequence[Share]


def find_open(session: Session, statement_ids: Collection[int]) -> dict[int, OpenStatement]:
    """Return statements with what is open of each, as it stands; another transaction may change it, see `lock_open`."""
    paid = (
        select(func.coalesce(func.sum(Allocation.amount_rp), 0))
        .where(Allocation.statement_id == Statement.id)
        .scalar_subquery()
    )
    query = select(Statement, cast(Statement.due_rp - paid, BigInteger)).where(is_among(Statement.id, statement_ids))
    return {
        one.id: OpenStatement(
            one.id, one.number, one.partner_id, one.producer_id, one.route, one.due_on, one.due_rp, open_rp
        )
        for one, open_rp in session.execute(query.order_by(Statement.id))
    }


def lock_open(
    session: Session, statement_ids: Collection[int], *, others: Collection[AccountName] = ()
) -> dict[int, OpenStatement]:
    """Return statements with what is open of each; nobody pays or writes off of them until the transaction ends.

    All accounts that allocations of them can touch are locked, together with *others*: whoever posts to more accounts in
    the same transaction, such as those of a bank account, names them here, and calls this once.
    """
    pairs = session.execute(
        select(Statement.partner_id, Statement.producer_id).where(is_among(Statement.id, statement_ids)).distinct()
    )
    kinds = (AccountKind.PARTNER_OWES, AccountKind.PRODUCER_IS_OWED, AccountKind.PRODUCER_PAYABLE)
    names = {AccountName(kind, row.partner_id, row.producer_id) for row in pairs for kind in kinds}
    lock_balances(session, names | set(others))
    return find_open(session, statement_ids)


def allocate(
    session: Session,
    shares: Sequence[Share],
    *,
    by: Actor,
    source: Source,
    cause: str,
    booked_on: date,
    bank_account_id: int | None = None,
) -> list[int]:
    """Write that *shares* of statements were paid, post their transfers, and return the allocations' ids.

    The statements are locked by `lock_open`, together with what *source* takes the money from: the unallocated money of the
    bank account for `collecting`, what was written off for `written_off_office`. *cause* is such as `match:17`.

    Raises:
        PaidTwice: of a statement less is open than its share.

    """
    given = [Given(cause, booked_on, shares)]
    return allocate_all(session, given, by=by, source=source, bank_account_id=bank_account_id)


def allocate_all(
    session: Session, given: Sequence[Given], *, by: Actor, source: Source, bank_account_id: int | None = None
) -> list[int]:
    """Write what many causes give as `allocate` does for one, set by set; return the allocations' ids in their order.

    Raises:
        PaidTwice: of a statement less is open than all its shares together; nothing was posted.

    """
    parts = [(one, share) for one in given for share in one.shares]
    if not parts:
        return []
    opened = find_open(session, {share.statement_id for _, share in parts})
    _refuse_too_much(opened, [share for _, share in parts])
    written = _write(session, parts, by=by, source=source)
    orders: list[TransferOrder] = []
    for allocation_id, (one, share) in zip(written, parts, strict=True):
        orders += order_allocation(
            opened[share.statement_id],
            allocation_id=allocation_id,
            amount=Rupiah(share.amount_rp),
            source=source,
            booked_on=one.booked_on,
            bank_account_id=bank_account_id,
        )
    post_transfers(session, orders)
    return written


def _refuse_too_much(opened: Mapping[int, OpenStatement], shares: Sequence[Share]) -> None:
    """Refuse to pay more of a statement than is open.

    Raises:
        PaidTwice: accordingly.

    """
    wanted: defaultdict[int, int] = defaultdict(int)
    for share in shares:
        if share.amount_rp <= 0:
            raise ValueError(f"a share is positive, not {share.amount_rp}")
        wanted[share.statement_id] += share.amount_rp
    for statement_id, amount in wanted.items():
        statement = opened[statement_id]
        if amount > statement.open_rp:
            raise PaidTwice(
                say(
                    "Of statement {number} {open} is open, less than {amount}; nothing was posted.",
                    number=statement.number,
                    open=Rupiah(statement.open_rp),
                    amount=Rupiah(amount),
                )
            )


def _write(session: Session, parts: Sequence[tuple[Given, Share]], *, by: Actor, source: Source) -> list[int]:
    at = clock.now()
    rows = [
        {
            "statement_id": share.statement_id,
            "amount_rp": share.amount_rp,
            "source": source.value,
            "cause": given.cause,
            "booked_on": given.booked_on,
            "allocated_by": by.user_id,
            "allocated_at": at,
        }
        for given, share in parts
    ]
    return insert_rows(session, "allocation", rows, rest="RETURNING id")


def order_allocation(
    statement: OpenStatement,
    *,
    allocation_id: int,
    amount: Rupiah,
    source: Source,
    booked_on: date,
    bank_account_id: int | None,
) -> list[TransferOrder]:
    """Return the transfers of one allocation: the partner owes less, and the producer is owed less by the partner."""
    pair = (statement.partner_id, statement.producer_id)
    owes, is_owed = AccountName(AccountKind.PARTNER_OWES, *pair), AccountName(AccountKind.PRODUCER_IS_OWED, *pair)
    payable = AccountName(AccountKind.PRODUCER_PAYABLE, *pair)

    def order(part: str, kind: TransferKind, debit: AccountName, credit: AccountName) -> TransferOrder:
        key = f"allocation:{allocation_id}:{part}"
        return TransferOrder(key, kind, debit, credit, amount, booked_on, statement.number)

    if source is Source.DIRECT:
        return [order("paid", TransferKind.DIRECT, is_owed, owes)]
    if source is Source.WRITTEN_OFF_PRODUCER:
        return [order("paid", TransferKind.WRITE_OFF, is_owed, owes)]
    if source is Source.WRITTEN_OFF_OFFICE:
        paid = order("paid", TransferKind.WRITE_OFF, AccountName(AccountKind.WRITTEN_OFF), owes)
    else:
        unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=bank_account_id)
        paid = order("paid", TransferKind.PAYMENT, unallocated, owes)
    return [paid, order("payable", TransferKind.PAYABLE, is_owed, payable)]


def take_back(session: Session, *, by: Actor, cause: str, booked_on: date, reason: str) -> list[int]:
    """Take back every allocation of *cause* that still counts, with its transfers; return the statements concerned.

    Their statements are locked by `lock_open`, with all accounts of other steps of the transaction.

    Raises:
        AllocationUnknown: nothing of this cause counts.
        PaidOutAlready: what became payable by it was paid out.

    """
    taken_back = select(Allocation.reverses_id).where(Allocation.reverses_id.is_not(None))
    standing = session.scalars(
        select(Allocation)
        .where(Allocation.cause == cause, Allocation.reverses_id.is_(None), Allocation.id.not_in(taken_back))
        .order_by(Allocation.id)
    ).all()
    if not standing:
        raise AllocationUnknown(say("Nothing that was paid by {cause} counts; nothing was posted.", cause=cause))
    opened = find_open(session, {one.statement_id for one in standing})
    _refuse_paid_out(session, standing, opened)
    at = clock.now()
    rows = [
        {
            "statement_id": one.statement_id,
            "amount_rp": -one.amount_rp,
            "source": one.source,
            "cause": cause,
            "reverses_id": one.id,
            "booked_on": booked_on,
            "allocated_by": by.user_id,
            "allocated_at": at,
        }
        for one in standing
    ]
    insert_rows(session, "allocation", rows)
    keys = [f"allocation:{one.id}:{part}" for one in standing for part in _parts(Source(one.source))]
    reverse_transfers(session, keys=keys, cause=reason, booked_on=booked_on)
    return sorted(opened)


def _parts(source: Source) -> tuple[str, ...]:
    return ("paid", "payable") if source in {Source.COLLECTING, Source.WRITTEN_OFF_OFFICE} else ("paid",)


def _refuse_paid_out(session: Session, standing: Sequence[Allocation], opened: Mapping[int, OpenStatement]) -> None:
    """Refuse to take back what the producer has got: the payable must not fall below zero.

    Raises:
        PaidOutAlready: accordingly.

    """
    needed: dict[AccountName, int] = {}
    for one in standing:
        if len(_parts(Source(one.source))) > 1:
            statement = opened[one.statement_id]
            name = AccountName(AccountKind.PRODUCER_PAYABLE, statement.partner_id, statement.producer_id)
            needed[name] = needed.get(name, 0) + one.amount_rp
    balances = lock_balances(session, needed) if needed else {}
    for name, amount in needed.items():
        if balances[name] < Rupiah(amount):
            raise PaidOutAlready(
                say(
                    "{amount} of this became payable to the producer, and only {left} of it is still there: the rest was"
                    " paid out. Nothing was posted. Have the payout returned first.",
                    amount=Rupiah(amount),
                    left=balances[name],
                )
            )
