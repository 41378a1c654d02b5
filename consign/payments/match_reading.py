"""Reading what is free on bank accounts and what is open, for matching."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, or_, select, text
from sqlalchemy.orm import Session

from consign.db import is_among
from consign.models.banking import BankLine
from consign.models.payments import BankMatch, BankMatchLine, PaymentNotice, PaymentNoticeLine
from consign.models.settlement import Allocation, Statement
from consign.partners.queries import get_region_terms
from consign.payments.match_book import Book
from consign.payments.match_facts import FreeLine, OpenItem, OpenNotice, Payer, cut_shares
from consign.settlement.shares import Share

MOST_BESIDE = 1_000
"""How many free lines are read besides those that are asked for, to see which others tie as well."""
TAKEN = (
    select(BankMatchLine.bank_line_id, func.sum(BankMatchLine.amount_rp).label("amount_rp"))
    .join(BankMatch, BankMatch.id == BankMatchLine.match_id)
    .where(BankMatch.undone_at.is_(None))
    .group_by(BankMatchLine.bank_line_id)
    .subquery("taken")
)
"""How much of each line standing matches take."""
FREE_RP = cast(BankLine.amount_rp - func.coalesce(TAKEN.c.amount_rp, 0), BigInteger)
PAID = (
    select(Allocation.statement_id, func.sum(Allocation.amount_rp).label("amount_rp"))
    .group_by(Allocation.statement_id)
    .subquery("paid")
)
"""How much of each statement was paid or written off."""
OPEN_RP = cast(Statement.due_rp - func.coalesce(PAID.c.amount_rp, 0), BigInteger)
_PAYERS = text("""
    SELECT id AS partner_id, name, name AS known_as FROM partner
    UNION SELECT statement.partner_id, line.counterparty, partner.name FROM bank_match AS made
    JOIN bank_match_line AS part ON part.match_id = made.id JOIN bank_line AS line ON line.id = part.bank_line_id
    JOIN allocation ON allocation.cause = 'match:' || made.id JOIN statement ON statement.id = allocation.statement_id
    JOIN partner ON partner.id = statement.partner_id
    WHERE made.kind = 'payment' AND made.undone_at IS NULL AND line.counterparty <> ''
      AND made.id > (SELECT COALESCE(max(id), 0) - 5000 FROM bank_match)
    ORDER BY 1, 2""")
"""What partners are called, and under which names they paid before."""


def select_free() -> Select[Any]:
    """Return bank lines of which something is free, with `free_rp`."""
    columns: list[Any] = [BankLine, FREE_RP.label("free_rp")]
    return select(*columns).outerjoin(TAKEN, TAKEN.c.bank_line_id == BankLine.id).where(FREE_RP != 0)


def find_free_lines(session: Session, *, account_id: int) -> list[FreeLine]:
    """Return all lines of an account of which something is free, the latest last."""
    query = select_free().where(BankLine.account_id == account_id)
    return _read_lines(session, query.order_by(BankLine.booked_on, BankLine.id))


def find_lines_about(session: Session, *, account_id: int, line_ids: Collection[int]) -> list[FreeLine]:
    """Return free lines that are asked for, those of any account with the same amounts, and the latest others of theirs."""
    free = select_free()
    asked = select(BankLine.amount_rp).where(is_among(BankLine.id, line_ids))
    turned = select(-BankLine.amount_rp).where(is_among(BankLine.id, line_ids))
    latest = (
        free.where(BankLine.account_id == account_id)
        .order_by(BankLine.booked_on.desc(), BankLine.id.desc())
        .limit(MOST_BESIDE)
        .with_only_columns(BankLine.id)
    )
    beside = or_(
        is_among(BankLine.id, line_ids),
        BankLine.amount_rp.in_(asked.union_all(turned)),
        BankLine.id.in_(latest.subquery().select()),
    )
    return _read_lines(session, free.where(beside).order_by(BankLine.booked_on, BankLine.id))


def find_lines_elsewhere(session: Session, lines: Sequence[FreeLine], *, account_id: int) -> list[FreeLine]:
    """Return free lines of other accounts whose amounts are those of *lines* the other way."""
    amounts = {-one.free_rp for one in lines}
    query = select_free().where(BankLine.account_id != account_id, is_among(BankLine.amount_rp, amounts))
    return _read_lines(session, query.order_by(BankLine.id))


def _read_lines(session: Session, query: Select[Any]) -> list[FreeLine]:
    columns = (BankLine.id, BankLine.booked_on, FREE_RP, BankLine.description, BankLine.counterparty, BankLine.reference, BankLine.account_id)  # fmt: skip
    return [FreeLine(*row) for row in session.execute(query.with_only_columns(*columns))]


def read_book(session: Session, *, account_id: int) -> Book:
    """Return all that is open, with the names of those who may pay it into the account."""
    query = (
        select(
            Statement.id, Statement.number, Statement.partner_id, Statement.closing_id, Statement.due_on, OPEN_RP,
            Statement.route == "collecting", Statement.earlier_number,
        )
        .outerjoin(PAID, PAID.c.statement_id == Statement.id)
        .where(Statement.due_rp > 0, OPEN_RP > 0)
        .order_by(Statement.id)
    )  # fmt: skip
    items = [OpenItem(*row) for row in session.execute(query)]
    payers = [Payer(row.partner_id, row.name, row.known_as) for row in session.execute(_PAYERS)]
    return Book(
        items=items,
        notices=find_open_notices(session, {one.id: one for one in items}, account_id=account_id),
        payers=payers,
        near_rp=get_region_terms(session).near_amount_rp,
    )


def find_open_notices(session: Session, items: Mapping[int, OpenItem], *, account_id: int | None) -> list[OpenNotice]:
    """Return notices of money paid into the account, as far as no line was found for them and *items* are open."""
    found = (
        select(BankMatch.notice_id, func.sum(BankMatchLine.amount_rp).label("amount_rp"))
        .join(BankMatchLine, BankMatchLine.match_id == BankMatch.id)
        .where(BankMatch.undone_at.is_(None), BankMatch.notice_id.is_not(None))
        .group_by(BankMatch.notice_id)
        .subquery("found")
    )
    left = cast(PaymentNotice.amount_rp - func.coalesce(found.c.amount_rp, 0), BigInteger)
    columns: list[Any] = [
        PaymentNotice,
        left.label("left_rp"),
        PaymentNoticeLine.statement_id,
        PaymentNoticeLine.amount_rp,
    ]
    query = (
        select(*columns)
        .join(PaymentNoticeLine, PaymentNoticeLine.notice_id == PaymentNotice.id)
        .outerjoin(found, found.c.notice_id == PaymentNotice.id)
        .where(PaymentNotice.route == "collecting", PaymentNotice.withdrawn_at.is_(None), left > 0)
        .order_by(PaymentNotice.id)
    )
    if account_id is not None:
        here = (PaymentNotice.bank_account_id.is_(None), PaymentNotice.bank_account_id == account_id)
        query = query.where(or_(*here))
    notices: dict[int, tuple[PaymentNotice, int]] = {}
    shares: dict[int, list[Share]] = {}
    for notice, left_rp, statement_id, amount_rp in session.execute(query):
        notices[notice.id] = (notice, left_rp)
        if statement_id in items:
            share = Share(statement_id, min(amount_rp, items[statement_id].open_rp))
            shares.setdefault(notice.id, []).append(share)
    return [
        opened
        for notice, left_rp in notices.values()
        if (opened := _read_notice(notice, left_rp, shares.get(notice.id, []), items)) is not None
    ]


def _read_notice(
    notice: PaymentNotice, left_rp: int, shares: Sequence[Share], items: Mapping[int, OpenItem]
) -> OpenNotice | None:
    """Return what is left of a notice, the first due first; nothing where all it lists was paid otherwise."""
    cut = cut_shares(sorted(shares, key=lambda one: (items[one.statement_id].due_on, one.statement_id)), left_rp)
    if not cut:
        return None
    amount = sum(one.amount_rp for one in cut)
    return OpenNotice(notice.id, notice.number, notice.partner_id, notice.reference, notice.paid_on, amount, cut)
