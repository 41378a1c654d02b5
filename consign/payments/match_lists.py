"""What is free, what was matched and by whom, and rests that are written off, as lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from consign.errors import NotFound
from consign.identity.rules import Act, Actor, authorize
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.banking import BankAccount, BankLine
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Producer
from consign.models.payments import BankMatch, BankMatchLine, PaymentNotice, WriteOff
from consign.models.payouts import PayeeAccount, Payout, PayoutBatch
from consign.models.settlement import Allocation, Statement
from consign.payments.match_reading import FREE_RP, OPEN_RP, PAID, TAKEN
from consign.payments.match_rows import MatchUnknown
from consign.payments.writing_off import WriteOffUnknown
from consign.sentence import say

_UNDOER, _DECIDER = aliased(UserAccount, name="undoer"), aliased(UserAccount, name="decider")


class StatementNotSeen(NotFound):
    """There is no such statement; nothing was read."""

    code = "payments.statement_unknown"


Conditions = Mapping[str, Callable[[str], ColumnElement[bool]]]


def _narrow(query: Select[Any], wish: Wish, conditions: Conditions) -> Select[Any]:
    return query.where(*(make(wish.filters[name]) for name, make in conditions.items() if wish.filters.get(name)))


def find_accounts(session: Session, *, by: Actor) -> Sequence[Row]:
    """Return the office's bank accounts by code: id, code, holder, free_rp (what nobody has said what it is), free_lines."""
    authorize(by, Act.READ_BANK)
    free = (
        select(BankLine.account_id, func.sum(FREE_RP).label("free_rp"), func.count().label("free_lines"))
        .outerjoin(TAKEN, TAKEN.c.bank_line_id == BankLine.id)
        .where(FREE_RP != 0)
        .group_by(BankLine.account_id)
        .subquery()
    )
    query = select(
        BankAccount.id, BankAccount.code, BankAccount.holder,
        cast(func.coalesce(free.c.free_rp, 0), BigInteger).label("free_rp"),
        func.coalesce(free.c.free_lines, 0).label("free_lines"),
    ).outerjoin(free, free.c.account_id == BankAccount.id)  # fmt: skip
    return session.execute(query.order_by(BankAccount.code)).mappings().all()


def find_free_page(session: Session, *, by: Actor, account_id: int, wish: Wish) -> Found:
    """Return a page of the lines of an account of which something is free.

    Filters: `side` (`in` or `out`), `from` and `until` (days, both inside). A row has id, booked_on, amount_rp, free_rp,
    description, counterparty and reference.
    """
    authorize(by, Act.READ_BANK)
    columns: list[Value] = [
        BankLine.id, BankLine.booked_on, BankLine.amount_rp, FREE_RP.label("free_rp"), BankLine.description,
        BankLine.counterparty, BankLine.reference,
    ]  # fmt: skip
    query = (
        select(*columns)
        .select_from(BankLine)
        .outerjoin(TAKEN, TAKEN.c.bank_line_id == BankLine.id)
        .where(BankLine.account_id == account_id, FREE_RP != 0)
    )
    conditions: Conditions = {
        "side": lambda given: BankLine.amount_rp > 0 if given == "in" else BankLine.amount_rp < 0,
        "from": lambda given: BankLine.booked_on >= date.fromisoformat(given),
        "until": lambda given: BankLine.booked_on <= date.fromisoformat(given),
    }
    sorts: dict[str, Value] = {"booked_on": BankLine.booked_on, "free_rp": FREE_RP, "description": BankLine.description}
    return fetch_page(
        session, _narrow(query, wish, conditions), wish=wish, sorts=sorts, default_sort="-booked_on",
        searched=[BankLine.description, BankLine.counterparty, BankLine.reference, BankLine.amount_rp], tie=BankLine.id,
    )  # fmt: skip


def find_open_of(session: Session, *, by: Actor, partner_id: int, most: int) -> Sequence[Row]:
    """Return a partner's statements of which something is open, the first due first: id, number, producer, due_on, open_rp."""
    authorize(by, Act.READ_BANK)
    query = (
        select(
            Statement.id, Statement.number, Producer.name.label("producer"), Statement.due_on, OPEN_RP.label("open_rp")
        )
        .join(Producer, Producer.id == Statement.producer_id)
        .outerjoin(PAID, PAID.c.statement_id == Statement.id)
        .where(Statement.partner_id == partner_id, Statement.due_rp > 0, OPEN_RP > 0)
        .order_by(Statement.due_on, Statement.id)
        .limit(most)
    )
    return session.execute(query).mappings().all()


def find_match_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of what lines were said to be.

    Filters: `account` (a code), `kind`, `state` (`standing` or `undone`), `how` (`certain` or `person`), `line` (an id),
    `from` and `until` (days of the bank, both inside). A row has id, made_at, booked_on, account, kind, rule, certain,
    reason_code, amount_rp, lines (what the bank wrote), statements (their numbers), partner, person and state.
    """
    authorize(by, Act.READ_BANK)
    query = _select_matches()
    undone = BankMatch.undone_at.is_not(None)
    conditions: Conditions = {
        "account": lambda given: BankAccount.code == given,
        "kind": lambda given: BankMatch.kind == given,
        "state": lambda given: undone if given == "undone" else ~undone,
        "how": lambda given: BankMatch.certain.is_(given == "certain"),
        "line": lambda given: BankMatch.id.in_(
            select(BankMatchLine.match_id).where(BankMatchLine.bank_line_id == parse_id(given))
        ),
        "from": lambda given: query.selected_columns["booked_on"] >= date.fromisoformat(given),
        "until": lambda given: query.selected_columns["booked_on"] <= date.fromisoformat(given),
    }
    sorts = columns_of(query)
    searched = [sorts[name] for name in ("lines", "statements", "partner", "person")]
    return fetch_page(
        session, _narrow(query, wish, conditions), wish=wish, sorts=sorts, default_sort="-made_at", searched=searched,
        tie=BankMatch.id,
    )  # fmt: skip


def _select_matches() -> Select[Any]:
    part = (
        select(
            BankMatchLine.match_id,
            cast(func.sum(BankMatchLine.amount_rp), BigInteger).label("amount_rp"),
            func.max(BankLine.booked_on).label("booked_on"),
            func.string_agg(BankLine.description, literal("; ")).label("lines"),
        )
        .join(BankLine, BankLine.id == BankMatchLine.bank_line_id)
        .group_by(BankMatchLine.match_id)
        .subquery()
    )
    paid = (
        select(
            Allocation.cause,
            func.string_agg(Statement.number.distinct(), literal(", ")).label("statements"),
            func.min(Partner.name).label("partner"),
        )
        .join(Statement, Statement.id == Allocation.statement_id)
        .join(Partner, Partner.id == Statement.partner_id)
        .where(Allocation.cause.like("match:%"))
        .group_by(Allocation.cause)
        .subquery()
    )
    state = case((BankMatch.undone_at.is_(None), "standing"), else_="undone").label("state")
    columns: list[Value] = [
        BankMatch.id, BankMatch.made_at, part.c.booked_on, BankAccount.code.label("account"), BankMatch.kind,
        BankMatch.rule, BankMatch.certain, BankMatch.reason_code, part.c.amount_rp, part.c.lines,
        func.coalesce(paid.c.statements, "").label("statements"), func.coalesce(paid.c.partner, "").label("partner"),
        UserAccount.name.label("person"), state,
    ]  # fmt: skip
    return (
        select(*columns)
        .select_from(BankMatch)
        .join(BankAccount, BankAccount.id == BankMatch.account_id)
        .join(UserAccount, UserAccount.id == BankMatch.made_by)
        .outerjoin(part, part.c.match_id == BankMatch.id)
        .outerjoin(paid, paid.c.cause == func.concat("match:", BankMatch.id))
    )


@dataclass(frozen=True)
class MatchView:
    """One match with its lines and what it paid."""

    match: BankMatch
    account: str
    person: str
    undone_person: str | None
    notice: str | None
    """The number of the notice it pays."""
    lines: Sequence[Row]
    """Id, booked_on, amount_rp (of the line), taken_rp and description of each line."""
    shares: Sequence[Row]
    """Number, partner, producer and amount_rp of each statement; what was taken back counts as it was."""
    payouts: Sequence[Row]
    """Reference, batch (its number), holder and amount_rp of each payout that the lines sent out or brought back."""


def get_match_view(session: Session, *, by: Actor, match_id: int) -> MatchView:
    """Return one match, standing or undone.

    Raises:
        MatchUnknown: there is none.

    """
    authorize(by, Act.READ_BANK)
    facts: list[Any] = [
        BankMatch, BankAccount.code, UserAccount.name.label("person"), _UNDOER.name.label("undone_person"),
        PaymentNotice.number.label("notice"),
    ]  # fmt: skip
    query = (
        select(*facts)
        .join(BankAccount, BankAccount.id == BankMatch.account_id)
        .join(UserAccount, UserAccount.id == BankMatch.made_by)
        .outerjoin(_UNDOER, _UNDOER.id == BankMatch.undone_by)
        .outerjoin(PaymentNotice, PaymentNotice.id == BankMatch.notice_id)
        .where(BankMatch.id == match_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise MatchUnknown(say("There is no such match, or it was undone before; nothing was changed."))
    lines = (
        select(
            BankLine.id, BankLine.booked_on, BankLine.amount_rp, BankMatchLine.amount_rp.label("taken_rp"),
            BankLine.description,
        )
        .join(BankMatchLine, BankMatchLine.bank_line_id == BankLine.id)
        .where(BankMatchLine.match_id == match_id)
        .order_by(BankLine.booked_on, BankLine.id)
    )  # fmt: skip
    shares = (
        select(
            Statement.number, Partner.name.label("partner"), Producer.name.label("producer"),
            cast(func.sum(Allocation.amount_rp), BigInteger).label("amount_rp"),
        )
        .join(Statement, Statement.id == Allocation.statement_id)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .where(Allocation.cause == f"match:{match_id}", Allocation.reverses_id.is_(None))
        .group_by(Statement.number, Partner.name, Producer.name)
        .order_by(Statement.number)
    )  # fmt: skip
    payouts = (
        select(Payout.reference, PayoutBatch.number.label("batch"), PayeeAccount.holder, Payout.amount_rp)
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .join(PayeeAccount, PayeeAccount.id == Payout.payee_account_id)
        .where(or_(Payout.match_id == match_id, Payout.return_match_id == match_id))
        .order_by(Payout.reference)
    )
    return MatchView(
        found.BankMatch, found.code, found.person, found.undone_person, found.notice,
        *(session.execute(one).mappings().all() for one in (lines, shares, payouts)),
    )  # fmt: skip


def find_write_off_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of rests that are, or may be, written off.

    Filters: `partner` (a code), `outcome`, `borne_by`. A row has id, number (of the statement), partner, producer,
    amount_rp, reason_code, borne_by, remark, proposer, proposed_at, outcome, decider and decided_at.
    """
    authorize(by, Act.READ_BANK)
    query = _select_write_offs()
    conditions: Conditions = {
        "partner": lambda given: Partner.code == given,
        "outcome": lambda given: WriteOff.outcome == given,
        "borne_by": lambda given: WriteOff.borne_by == given,
    }
    sorts = columns_of(query)
    return fetch_page(
        session, _narrow(query, wish, conditions), wish=wish, sorts=sorts, default_sort="-proposed_at",
        searched=[Statement.number, Partner.name, Producer.name, WriteOff.remark], tie=WriteOff.id,
    )  # fmt: skip


def _select_write_offs() -> Select[Any]:
    columns: list[Value] = [
        WriteOff.id, Statement.number, Partner.name.label("partner"), Producer.name.label("producer"), WriteOff.amount_rp,
        WriteOff.reason_code, WriteOff.borne_by, WriteOff.remark, UserAccount.name.label("proposer"), WriteOff.proposed_by,
        WriteOff.proposed_at, WriteOff.outcome, _DECIDER.name.label("decider"), WriteOff.decided_at,
    ]  # fmt: skip
    return (
        select(*columns)
        .select_from(WriteOff)
        .join(Statement, Statement.id == WriteOff.statement_id)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .join(UserAccount, UserAccount.id == WriteOff.proposed_by)
        .outerjoin(_DECIDER, _DECIDER.id == WriteOff.decided_by)
    )


def get_write_off_row(session: Session, *, by: Actor, write_off_id: int) -> Row:
    """Return one write-off as a row of `find_write_off_page`, with proposed_by besides.

    Raises:
        WriteOffUnknown: there is none.

    """
    authorize(by, Act.READ_BANK)
    row = session.execute(_select_write_offs().where(WriteOff.id == write_off_id)).mappings().one_or_none()
    if row is None:
        raise WriteOffUnknown(say("There is no such write-off; nothing was changed."))
    return row


def get_open_statement(session: Session, *, by: Actor, number: str) -> Row:
    """Return a statement with what is open of it: id, number, partner, producer, due_on, due_rp and open_rp.

    Raises:
        StatementNotSeen: there is none.

    """
    authorize(by, Act.READ_BANK)
    query = (
        select(
            Statement.id, Statement.number, Partner.name.label("partner"), Producer.name.label("producer"),
            Statement.due_on, Statement.due_rp, OPEN_RP.label("open_rp"),
        )
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .outerjoin(PAID, PAID.c.statement_id == Statement.id)
        .where(Statement.number == number)
    )  # fmt: skip
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise StatementNotSeen(say("There is no statement {number}; nothing was changed.", number=number))
    return row
