"""Batches and payouts as people look at them: producers see what came or comes to them, the dinas all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from compliance.banks import load_banks
from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page
from consign.models.banking import BankAccount
from consign.models.identity import UserAccount
from consign.models.partners import Cooperative, Partner, Producer
from consign.models.payouts import PayeeAccount, Payout, PayoutAnswer, PayoutBatch, PayoutPart
from consign.models.settlement import Allocation, Statement
from consign.payouts.payee_lists import show_account_number
from consign.payouts.rules import BatchUnknown, PayoutUnknown
from consign.sentence import say

_PLANNER, _APPROVER, _SENDER, _CANCELLER = (
    aliased(UserAccount, name="planner"),
    aliased(UserAccount, name="approver"),
    aliased(UserAccount, name="sender"),
    aliased(UserAccount, name="canceller"),
)
BATCH_STATES = ("planned", "approved", "sent", "cancelled")
PAYOUT_STATES = ("planned", "sent", "paid", "returned", "cancelled")
MOST_STATEMENTS = 12
STANDING = "standing"
"""All states but `cancelled`, as a filter: what a batch comes to."""
_COUNTED = Payout.state != "cancelled"


def find_batch_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of batches for those who see all.

    Filters: `state`, `account` (the code of the office's bank account). A row has number, state, account, payouts, total_rp,
    to_find (payouts not found on the bank's statement yet), not_received, planned_by, planned_at, approved_by, sent_on.
    """
    query = _select_batches(by)
    conditions: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
        "state": lambda given: PayoutBatch.state == given,
        "account": lambda given: BankAccount.code == given,
    }
    query = query.where(*(make(wish.filters[name]) for name, make in conditions.items() if wish.filters.get(name)))
    sorts = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-number",
        searched=[PayoutBatch.number, BankAccount.code], tie=PayoutBatch.id,
    )  # fmt: skip


def get_batch_row(session: Session, *, by: Actor, number: str) -> Row:
    """Return one batch: a row of `find_batch_page` and id, left_out, sent_at, the ids of people, and how it ended.

    Raises:
        BatchUnknown: there is none that *by* may see.

    """
    row = session.execute(_select_batches(by).where(PayoutBatch.number == number)).mappings().one_or_none()
    if row is None:
        raise BatchUnknown(say("There is no batch of payouts '{number}'; nothing was changed.", number=number))
    return row


def find_payout_page(session: Session, *, by: Actor, wish: Wish, batch_id: int | None = None) -> Found:
    """Return a page of payouts that *by* may see, of one batch where given; a producer sees its own part of each.

    Filters: `state`, or `standing`. A row has reference, batch, payee, payee_code, bank, number (masked for those who need not see it),
    holder, amount_rp, state, day, answer (the last word of the producer, or of one who says that nothing came).
    """
    query = _select_payouts(by)
    if batch_id is not None:
        query = query.where(Payout.batch_id == batch_id)
    if state := wish.filters.get("state"):
        query = query.where(_COUNTED if state == STANDING else Payout.state == state)
    sorts = columns_of(query, but="number")
    found = fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="reference" if batch_id is not None else "-reference",
        searched=[Payout.reference, PAYEE, PAYEE_CODE, PayeeAccount.holder], tie=Payout.id,
    )  # fmt: skip
    return found.with_rows([_show(by, row) for row in found.rows])


@dataclass(frozen=True)
class PayoutView:
    """One payout, what it is made of, the statements that were paid by it, and what producers said."""

    payout: Row
    parts: Sequence[Row]
    """Partner, producer and their codes, amount_rp, and the answer with remark and answered_at."""
    statements: Mapping[tuple[int, int], Sequence[str]]
    """By partner and producer, numbers of the latest statements that the office was paid for."""


def get_payout_view(session: Session, *, by: Actor, number: str, reference: str) -> PayoutView:
    """Return one payout of the batch *number*.

    Raises:
        PayoutUnknown: there is none that *by* may see.

    """
    query = _select_payouts(by).where(Payout.reference == reference, PayoutBatch.number == number)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise PayoutUnknown(say("There is no such payout; nothing was changed."))
    reach = get_reach(by, Act.READ_PAYOUTS)
    last = _last_answers()
    parts = (
        select(
            PayoutPart.partner_id, PayoutPart.producer_id, PayoutPart.amount_rp, Partner.name.label("partner"),
            Partner.code.label("partner_code"), Producer.name.label("producer"), Producer.code.label("producer_code"),
            PayoutAnswer.answer, PayoutAnswer.remark, PayoutAnswer.answered_at,
        )
        .join(Partner, Partner.id == PayoutPart.partner_id)
        .join(Producer, Producer.id == PayoutPart.producer_id)
        .outerjoin(last, and_(last.c.payout_id == PayoutPart.payout_id, last.c.producer_id == PayoutPart.producer_id))
        .outerjoin(PayoutAnswer, PayoutAnswer.id == last.c.id)
        .where(PayoutPart.payout_id == row["id"])
        .order_by(Producer.name, Partner.name)
    )  # fmt: skip
    if reach.producer_id is not None:
        parts = parts.where(PayoutPart.producer_id == reach.producer_id)
    found = session.execute(parts).mappings().all()
    return PayoutView(_show(by, row), found, _find_statements(session, found))


def _find_statements(session: Session, parts: Sequence[Row]) -> dict[tuple[int, int], list[str]]:
    """Return the statements that partners paid the office for, the latest first; money has no name, so all may be meant."""
    paid = (
        select(
            Statement.partner_id, Statement.producer_id, Statement.number,
            func.row_number().over(
                partition_by=(Statement.partner_id, Statement.producer_id), order_by=func.max(Allocation.id).desc()
            ).label("place"),
        )
        .join(Allocation, Allocation.statement_id == Statement.id)
        .where(
            Allocation.source.in_(("collecting", "written_off_office")),
            Statement.partner_id.in_({one["partner_id"] for one in parts}),
            Statement.producer_id.in_({one["producer_id"] for one in parts}),
        )
        .group_by(Statement.id)
        .having(func.sum(Allocation.amount_rp) > 0)
        .subquery()
    )  # fmt: skip
    found: dict[tuple[int, int], list[str]] = {}
    query = select(paid).where(paid.c.place <= MOST_STATEMENTS).order_by(paid.c.place)
    for row in session.execute(query):
        found.setdefault((row.partner_id, row.producer_id), []).append(row.number)
    return found


PAYEE = func.coalesce(Producer.name, Cooperative.name)
PAYEE_CODE = func.coalesce(Producer.code, Cooperative.code)


def _last_answers() -> Subquery:
    """Return which answer counts, by payout and producer."""
    last = func.max(PayoutAnswer.id).label("id")
    query = select(last, PayoutAnswer.payout_id, PayoutAnswer.producer_id)
    return query.group_by(PayoutAnswer.payout_id, PayoutAnswer.producer_id).subquery()


def _select_payouts(by: Actor) -> Select[Any]:
    reach = get_reach(by, Act.READ_PAYOUTS)
    last = _last_answers()
    answers = (
        select(func.min(PayoutAnswer.answer))  # `not_received` stands before `received`
        .join(last, last.c.id == PayoutAnswer.id)
        .where(PayoutAnswer.payout_id == Payout.id)
    )
    amount: Value = Payout.amount_rp
    if reach.producer_id is not None:
        own = select(cast(func.sum(PayoutPart.amount_rp), BigInteger)).where(
            PayoutPart.payout_id == Payout.id, PayoutPart.producer_id == reach.producer_id
        )
        amount = own.scalar_subquery()
        answers = answers.where(PayoutAnswer.producer_id == reach.producer_id)
    columns: list[Value] = [
        Payout.id, Payout.reference, PayoutBatch.number.label("batch"), PayoutBatch.id.label("batch_id"),
        PayoutBatch.state.label("batch_state"), PayoutBatch.bank_account_id, PAYEE.label("payee"),
        PAYEE_CODE.label("payee_code"), Payout.cooperative_id, PayeeAccount.bank_code, PayeeAccount.number,
        PayeeAccount.holder, amount.label("amount_rp"), Payout.state, Payout.match_id,
        func.coalesce(Payout.returned_on, PayoutBatch.sent_on).label("day"), Payout.returned_on, Payout.returned_reason,
        answers.scalar_subquery().label("answer"),
    ]  # fmt: skip
    query = (
        select(*columns)
        .select_from(Payout)
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .join(PayeeAccount, PayeeAccount.id == Payout.payee_account_id)
        .outerjoin(Producer, Producer.id == Payout.producer_id)
        .outerjoin(Cooperative, Cooperative.id == Payout.cooperative_id)
    )  # fmt: skip
    if reach.producer_id is None:
        return query
    own_parts = select(PayoutPart.payout_id).where(PayoutPart.producer_id == reach.producer_id)
    return query.where(Payout.id.in_(own_parts), Payout.state.in_(("sent", "paid", "returned")))


def _show(by: Actor, row: Row) -> dict[str, Any]:
    """Return a payout's row as *by* is shown it: a member does not see the number of its cooperative's account."""
    banks = load_banks()
    is_members = by.producer_id is not None and row["cooperative_id"] is not None
    number = "" if is_members else show_account_number(by, row["number"])
    bank = banks[row["bank_code"]].name if row["bank_code"] in banks else row["bank_code"]
    return {**row, "number": number, "bank": bank}


_SUMS = (
    select(
        Payout.batch_id,
        func.count().filter(_COUNTED).label("payouts"),
        cast(func.coalesce(func.sum(Payout.amount_rp).filter(_COUNTED), 0), BigInteger).label("total_rp"),
        func.count().filter(Payout.state == "sent").label("to_find"),
        func.count().filter(Payout.state == "returned").label("returned"),
    )
    .group_by(Payout.batch_id)
    .subquery()
)
"""What the payouts of each batch come to."""


def _select_batches(by: Actor) -> Select[Any]:
    reach = get_reach(by, Act.READ_PAYOUTS)
    query: Select[Any] = (
        select(
            PayoutBatch.id, PayoutBatch.number, PayoutBatch.state, BankAccount.code.label("account"),
            BankAccount.id.label("bank_account_id"), _SUMS.c.payouts, _SUMS.c.total_rp, _SUMS.c.to_find, _SUMS.c.returned,
            _PLANNER.name.label("planned_by"), PayoutBatch.planned_at, PayoutBatch.planned_by.label("planned_by_id"),
            _APPROVER.name.label("approved_by"), PayoutBatch.approved_at, _SENDER.name.label("sent_by"),
            PayoutBatch.sent_at, PayoutBatch.sent_on, _CANCELLER.name.label("cancelled_by"), PayoutBatch.cancelled_at,
            PayoutBatch.cancelled_reason, PayoutBatch.left_out,
        )
        .join(BankAccount, BankAccount.id == PayoutBatch.bank_account_id)
        .join(_SUMS, _SUMS.c.batch_id == PayoutBatch.id)
        .join(_PLANNER, _PLANNER.id == PayoutBatch.planned_by)
        .outerjoin(_APPROVER, _APPROVER.id == PayoutBatch.approved_by)
        .outerjoin(_SENDER, _SENDER.id == PayoutBatch.sent_by)
        .outerjoin(_CANCELLER, _CANCELLER.id == PayoutBatch.cancelled_by)
    )  # fmt: skip
    return query.where(BankAccount.id < 0) if reach.producer_id is not None else query


def find_bank_choices(session: Session) -> list[tuple[int, str, str]]:
    """Return the office's bank accounts in use: id, code, and bank with holder."""
    banks = load_banks()
    query = select(BankAccount).where(BankAccount.closed_on.is_(None)).order_by(BankAccount.code)
    return [
        (one.id, one.code, f"{one.code} · {banks[one.bank_code].name if one.bank_code in banks else one.bank_code}")
        for one in session.scalars(query)
    ]
