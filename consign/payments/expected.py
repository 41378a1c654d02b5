"""What money is expected of a partner: its open statements, less what standing notices announced."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Producer
from consign.models.settlement import Statement
from consign.money import Rupiah
from consign.payments.notice_rules import AnnouncedAlready, NoticeTooMuch, Payable
from consign.sentence import say
from consign.settlement.allocating import find_open, lock_open
from consign.settlement.debts import select_open
from consign.settlement.shares import OpenStatement, Share, spread

LAST_ANSWERS = """(SELECT DISTINCT ON (notice_id, producer_id) notice_id, producer_id, answer, answered_at, answered_by
    FROM payment_answer ORDER BY notice_id, producer_id, id DESC)"""
"""The answers that count, as a part of a query."""

# Of the money that goes over the office, what was found since the first notice that stands pays the notices in their order.
WAITING = f"""
    WITH line AS (
      SELECT line.statement_id, line.amount_rp, notice.number, notice.route, notice.noted_at, answer.answer
      FROM payment_notice_line AS line JOIN payment_notice AS notice ON notice.id = line.notice_id
      JOIN statement ON statement.id = line.statement_id
      LEFT JOIN {LAST_ANSWERS} AS answer ON answer.notice_id = notice.id AND answer.producer_id = statement.producer_id
      WHERE notice.withdrawn_at IS NULL AND line.statement_id = ANY(:statements)
        AND (notice.route = 'collecting' OR answer.answer IS NULL)),
    found AS (
      SELECT allocation.statement_id, sum(allocation.amount_rp) AS amount_rp FROM allocation
      JOIN (SELECT statement_id, min(noted_at) AS since FROM line WHERE route = 'collecting' GROUP BY 1) AS first
        ON first.statement_id = allocation.statement_id AND allocation.allocated_at >= first.since
      WHERE allocation.source = 'collecting' GROUP BY 1)
    SELECT line.statement_id, GREATEST(0, sum(line.amount_rp) - COALESCE(max(found.amount_rp), 0))::bigint AS announced_rp,
      array_agg(line.number ORDER BY line.number) AS numbers
    FROM line LEFT JOIN found ON found.statement_id = line.statement_id GROUP BY 1"""  # noqa: S608  # constants


@dataclass(frozen=True)
class Expected:
    """A statement of which money is to come."""

    payable: Payable
    producer_code: str
    producer: str
    due_rp: int


@dataclass(frozen=True)
class ExpectedGroup:
    """What is due on one day by one route."""

    due_on: date
    route: str
    statements: Sequence[Expected]

    @property
    def left_rp(self) -> int:
        """Return what is neither paid nor announced."""
        return sum(one.payable.left_rp for one in self.statements)


def find_expected(session: Session, *, by: Actor, partner_id: int) -> list[ExpectedGroup]:
    """Return the open statements of a partner by the day on which they are due and by their route.

    Raises:
        NotAllowed: *by* does not note payments of this partner.

    """
    authorize(by, Act.NOTE_PAYMENTS, partner_id=partner_id)
    unpaid = select_open(Statement.partner_id == partner_id)
    ids = session.scalars(select(unpaid.c.id).where(unpaid.c.open_rp > 0)).all()
    opened = find_open(session, ids)
    payables = find_payables(session, list(opened.values()))
    query = select(Producer.id, Producer.code, Producer.name).where(
        Producer.id.in_(sorted({one.producer_id for one in opened.values()}))
    )
    names = {row.id: (row.code, row.name) for row in session.execute(query)}
    expected = [
        Expected(payables[one.id], *names[one.producer_id], due_rp=one.due_rp) for one in opened.values()
    ]  # fmt: skip
    return group_expected(expected)


def group_expected(expected: Collection[Expected]) -> list[ExpectedGroup]:
    """Return statements by due day and route, the first due first."""

    def key(one: Expected) -> tuple[date, str]:
        return one.payable.due_on, one.payable.route

    ordered = sorted(expected, key=lambda one: (*key(one), one.producer, one.payable.number))
    return [ExpectedGroup(due_on, route, list(group)) for (due_on, route), group in groupby(ordered, key=key)]


def find_payables(session: Session, opened: Sequence[OpenStatement]) -> dict[int, Payable]:
    """Return statements with what earlier notices announced of each and still waits."""
    waiting = find_announced(session, [one.id for one in opened])
    found = {}
    for one in opened:
        announced_rp, numbers = waiting.get(one.id, (0, ()))
        found[one.id] = Payable(
            one.id, one.number, one.partner_id, one.producer_id, one.route, one.due_on, one.open_rp, announced_rp,
            numbers,
        )  # fmt: skip
    return found


def find_announced(session: Session, statement_ids: Collection[int]) -> Mapping[int, tuple[int, tuple[str, ...]]]:
    """Return, of statements of which something is announced and waits, how much and by which notices."""
    rows = session.execute(_waiting(), {"statements": sorted(statement_ids)})
    return {row.statement_id: (row.announced_rp, tuple(row.numbers)) for row in rows if row.announced_rp}


def _waiting() -> TextClause:
    return text(WAITING).bindparams(bindparam("statements", type_=ARRAY(BigInteger)))


def lock_payables(session: Session, statement_ids: Collection[int]) -> dict[int, Payable]:
    """Return statements as `find_payables`; nobody pays or announces of them until the transaction ends."""
    return find_payables(session, list(lock_open(session, statement_ids).values()))


def spread_payment(session: Session, *, by: Actor, partner_id: int, route: str, amount_rp: int) -> list[Share]:
    """Share an amount out over what is open by one route and not announced, the first due first.

    Raises:
        NotAllowed: *by* does not note payments of this partner.
        NoticeTooMuch: less is open by this route.
        AnnouncedAlready: less is left after what was announced.

    """
    groups = [one for one in find_expected(session, by=by, partner_id=partner_id) if one.route == route]
    payables = [one.payable for group in groups for one in group.statements]
    open_rp, left_rp = sum(one.open_rp for one in payables), sum(one.left_rp for one in payables)
    facts = {"open": Rupiah(open_rp), "left": Rupiah(left_rp), "amount": Rupiah(amount_rp)}
    if amount_rp > open_rp:
        raise NoticeTooMuch(
            say(
                "By this route {open} is open, less than {amount}; nothing was noted. Lower the amount; what is more than"
                " is owed is no payment of statements.",
                **facts,
            )
        )
    if amount_rp > left_rp:
        raise AnnouncedAlready(
            say(
                "By this route {open} is open, and {left} of it is not announced yet, less than {amount}; nothing was noted."
                " Withdraw an earlier notice if it was wrong, or lower the amount.",
                **facts,
            )
        )
    opened = find_open(session, [one.id for one in payables])
    left = {one.id: one.left_rp for one in payables}
    return spread(amount_rp, [replace(one, open_rp=left[one.id]) for one in opened.values()])
