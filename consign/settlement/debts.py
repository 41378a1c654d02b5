"""What is owed: balances by the ledger, and the statements that are not paid yet, the oldest due one paid first."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, null, or_, select, true
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, Reach, get_reach
from consign.ledger.rules import AccountKind
from consign.listing import Found, Row, Wish, columns_of, fetch_page
from consign.models.ledger import Account
from consign.models.partners import Partner, Producer
from consign.models.settlement import Adjustment, Allocation, Statement

SOON_DAYS = 7
"""What is due within so many days is due soon; the last day counts."""
BALANCE = Account.debits_rp - Account.credits_rp
SEARCHED = (Partner.code, Partner.name, Producer.code, Producer.name)


@dataclass(frozen=True)
class Debt:
    """What is owed within someone's reach, and how much of it is late or due soon."""

    owed_rp: int
    """By the ledger."""
    late_rp: int
    late_statements: int
    soon_rp: int
    soon_statements: int
    next_due_on: date | None
    """The first day on which something falls due from now on."""


def statements_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition under which a statement is within *reach*."""
    return rows_within(reach, Statement)


def rows_within(reach: Reach, table: type[Statement | Account | Adjustment]) -> ColumnElement[bool]:
    """Return the condition under which a row of *table* is within *reach*, by its partner and its producer."""
    limits: list[ColumnElement[bool]] = [true()]
    if reach.partner_id is not None:
        limits.append(table.partner_id == reach.partner_id)
    if reach.producer_id is not None:
        limits.append(table.producer_id == reach.producer_id)
    return and_(*limits)


def select_open(within: ColumnElement[bool]) -> Subquery:
    """Return what is not paid of each statement *within* a condition: id, partner_id, producer_id, due_on and open_rp."""
    paid = (
        select(Allocation.statement_id, func.sum(Allocation.amount_rp).label("paid_rp"))
        .group_by(Allocation.statement_id)
        .subquery()
    )
    return (
        select(
            Statement.id,
            Statement.partner_id,
            Statement.producer_id,
            Statement.due_on,
            cast(Statement.due_rp - func.coalesce(paid.c.paid_rp, 0), BigInteger).label("open_rp"),
        )
        .outerjoin(paid, paid.c.statement_id == Statement.id)
        .where(within)
        .subquery()
    )


def sum_debt(session: Session, *, by: Actor, today: date) -> Debt:
    """Return what is owed within the reach of *by*, and what of it is late or due soon on the day *today*."""
    reach = get_reach(by, Act.READ_OWED)
    unpaid = select_open(statements_within(reach))
    late, soon = _is_late(unpaid, today), unpaid.c.due_on.between(today, today + timedelta(SOON_DAYS))
    owed = select(func.coalesce(func.sum(BALANCE), 0)).where(
        Account.kind == AccountKind.PARTNER_OWES.value, rows_within(reach, Account)
    )
    row = session.execute(
        select(
            cast(owed.scalar_subquery(), BigInteger).label("owed_rp"),
            _sum(unpaid.c.open_rp, late).label("late_rp"),
            func.count().filter(late).label("late_statements"),
            _sum(unpaid.c.open_rp, soon).label("soon_rp"),
            func.count().filter(soon).label("soon_statements"),
            func.min(unpaid.c.due_on).filter(unpaid.c.due_on >= today).label("next_due_on"),
        ).where(unpaid.c.open_rp > 0)
    ).one()
    return Debt(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it


def _is_late(unpaid: Subquery, today: date) -> ColumnElement[bool]:
    """Return the condition under which an unpaid statement is late; its last day still counts."""
    return unpaid.c.due_on < today


def _sum(amount: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    total = func.sum(amount).filter(*conditions) if conditions else func.sum(amount)
    return cast(func.coalesce(total, 0), BigInteger)


def find_debt_page(session: Session, *, by: Actor, wish: Wish, today: date) -> Found:
    """Return a page of what each partner owes each producer, within the reach of *by*.

    Filters: `partner` and `producer` (codes) and `state`. A row has partner_code, partner, producer_code, producer, owed_rp (by the
    ledger), open_statements, open_rp (not paid of them), rest_rp (what is owed besides: a rest below zero), late_rp, oldest_due_on, days_late (blank where nothing is late) and state: `late`, `due`, or
    `carried` where a rest below zero waits for the next statement. Pairs that owe nothing are left out.
    """
    query = _select_debts(by, wish, today=today)
    columns = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="oldest_due_on", searched=SEARCHED, tie=Account.id
    )


def find_debts_by_partner(session: Session, *, by: Actor, today: date) -> list[Row]:
    """Return what each partner owes within the reach of *by*, by name.

    A row has partner_code, partner, owed_rp, producers, late_rp, oldest_due_on and state.
    """
    debts = _select_debts(by, Wish(), today=today).subquery()
    late_rp = _sum(debts.c.late_rp)
    query = (
        select(
            debts.c.partner_code,
            debts.c.partner,
            _sum(debts.c.owed_rp).label("owed_rp"),
            func.count().label("producers"),
            late_rp.label("late_rp"),
            func.min(debts.c.oldest_due_on).label("oldest_due_on"),
            case((late_rp > 0, "late"), else_="due").label("state"),
        )
        .group_by(debts.c.partner_code, debts.c.partner)
        .order_by(debts.c.partner, debts.c.partner_code)
    )
    return list(session.execute(query).mappings())


def _select_debts(by: Actor, wish: Wish, *, today: date) -> Select[Any]:
    reach = get_reach(by, Act.READ_OWED)
    unpaid = select_open(statements_within(reach))
    late = _is_late(unpaid, today)
    pairs = (
        select(
            unpaid.c.partner_id,
            unpaid.c.producer_id,
            func.count().label("open_statements"),
            _sum(unpaid.c.open_rp).label("open_rp"),
            _sum(unpaid.c.open_rp, late).label("late_rp"),
            func.min(unpaid.c.due_on).label("oldest_due_on"),
        )
        .where(unpaid.c.open_rp > 0)
        .group_by(unpaid.c.partner_id, unpaid.c.producer_id)
        .subquery()
    )
    oldest = pairs.c.oldest_due_on
    late_rp = func.coalesce(pairs.c.late_rp, 0)
    state = case((late_rp > 0, "late"), (pairs.c.open_statements > 0, "due"), else_="carried")
    query = (
        select(
            Partner.code.label("partner_code"),
            Partner.name.label("partner"),
            Producer.code.label("producer_code"),
            Producer.name.label("producer"),
            BALANCE.label("owed_rp"),
            func.coalesce(pairs.c.open_statements, 0).label("open_statements"),
            func.coalesce(pairs.c.open_rp, 0).label("open_rp"),
            cast(BALANCE - func.coalesce(pairs.c.open_rp, 0), BigInteger).label("rest_rp"),
            late_rp.label("late_rp"),
            oldest.label("oldest_due_on"),
            case((oldest < today, today - oldest), else_=null()).label("days_late"),
            state.label("state"),
        )
        .select_from(Account)
        .join(Partner, Partner.id == Account.partner_id)
        .join(Producer, Producer.id == Account.producer_id)
        .outerjoin(pairs, and_(pairs.c.partner_id == Account.partner_id, pairs.c.producer_id == Account.producer_id))
        .where(
            Account.kind == AccountKind.PARTNER_OWES.value,
            rows_within(reach, Account),
            or_(BALANCE != 0, pairs.c.open_statements > 0),
        )
    )
    if wish.filters.get("partner"):
        query = query.where(Partner.code == wish.filters["partner"])
    if wish.filters.get("producer"):
        query = query.where(Producer.code == wish.filters["producer"])
    if wish.filters.get("state"):
        query = query.where(state == wish.filters["state"])
    return query
