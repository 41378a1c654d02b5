"""Payment notices as people look at them: only those within the reader's reach, a producer's own part of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, RowMapping, Select, String, bindparam, column, literal_column, select, text
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, Reach, get_reach
from consign.listing import Found, Wish, columns_of, fetch_page
from consign.models.banking import BankAccount
from consign.models.identity import UserAccount
from consign.models.partners import Partner
from consign.models.payments import PaymentNotice, PaymentNoticeLine
from consign.models.settlement import Statement
from consign.payments.expected import LAST_ANSWERS
from consign.payments.notice_rules import Answer, NoticeState, NoticeUnknown, assess_notice
from consign.sentence import say

_NOTED, _WITHDREW = aliased(UserAccount, name="noted"), aliased(UserAccount, name="withdrew")
# What of each notice is within somebody's reach and how far it got. Of money that goes over the office, what was found of
# its statements since counts, at most what the notice says of each.
_SUMS = f"""
    SELECT line.notice_id, sum(line.amount_rp)::bigint AS amount_rp, count(*) AS statements,
      count(DISTINCT statement.producer_id) AS producers, min(producer.name) AS producer,
      sum(CASE WHEN notice.route = 'collecting' THEN LEAST(line.amount_rp, GREATEST(0, COALESCE(found.amount_rp, 0)))
        WHEN answer.answer IN ('received', 'taken_as_received') THEN line.amount_rp ELSE 0 END)::bigint AS received_rp,
      COALESCE(bool_or(answer.answer = 'not_received'), false) AS contradicted
    FROM payment_notice_line AS line JOIN payment_notice AS notice ON notice.id = line.notice_id
    JOIN statement ON statement.id = line.statement_id JOIN producer ON producer.id = statement.producer_id
    LEFT JOIN {LAST_ANSWERS} AS answer ON answer.notice_id = notice.id AND answer.producer_id = statement.producer_id
    LEFT JOIN LATERAL (SELECT sum(allocation.amount_rp) AS amount_rp FROM allocation
      WHERE allocation.statement_id = line.statement_id AND allocation.source = 'collecting'
        AND allocation.allocated_at >= notice.noted_at) AS found ON notice.route = 'collecting'
    WHERE (CAST(:reach_producer AS bigint) IS NULL OR statement.producer_id = :reach_producer)
    GROUP BY line.notice_id"""  # noqa: S608  # a constant
_STATE = """CASE WHEN payment_notice.withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN sums.contradicted THEN 'contradicted'
    WHEN sums.received_rp >= sums.amount_rp THEN 'received' WHEN sums.received_rp > 0 THEN 'partly' ELSE 'announced' END"""

_LINES = text("""
    SELECT statement.id AS statement_id, statement.number, statement.due_on, statement.due_rp, line.amount_rp, statement.producer_id,
      producer.code AS producer_code, producer.name AS producer, answer.answer, answer.answered_at, answer.remark,
      person.name AS answered_by
    FROM payment_notice_line AS line JOIN statement ON statement.id = line.statement_id
    JOIN producer ON producer.id = statement.producer_id
    LEFT JOIN (SELECT DISTINCT ON (producer_id) * FROM payment_answer WHERE notice_id = :notice
      ORDER BY producer_id, id DESC) AS answer ON answer.producer_id = statement.producer_id
    LEFT JOIN user_account AS person ON person.id = answer.answered_by
    WHERE line.notice_id = :notice AND (CAST(:producer AS bigint) IS NULL OR statement.producer_id = :producer)
    ORDER BY producer.name, producer.id, statement.number""")


@dataclass(frozen=True)
class NoticePart:
    """What of a notice is one producer's, and what it says to it."""

    producer_id: int
    producer_code: str
    producer: str
    lines: Sequence[RowMapping]
    """Each with statement_id, number, due_on, due_rp and amount_rp of a statement."""
    answer: Answer | None
    answered_at: datetime | None
    answered_by: str | None
    remark: str

    @property
    def amount_rp(self) -> int:
        """Return the sum of its lines."""
        return sum(line["amount_rp"] for line in self.lines)


@dataclass(frozen=True)
class NoticeView:
    """A notice within somebody's reach."""

    notice: PaymentNotice
    row: RowMapping
    """As the list of notices has it, with bank_account, noted_by and withdrawn_by."""
    parts: Sequence[NoticePart]
    state: NoticeState


def find_notice_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the payment notices that *by* may see, a producer's own part of each.

    Filters: `partner` (a code), `state`, `route`, `from` and `until` (days of payment). A row has number, partner_code,
    partner, route, paid_on, amount_rp, received_rp, statements, producers, reference, proof (whether there is one), noted_at and
    state.
    """
    query = _select_notices(by)
    columns = columns_of(query)
    asked = wish.filters
    if asked.get("partner"):
        query = query.where(Partner.code == asked["partner"])
    if asked.get("route"):
        query = query.where(PaymentNotice.route == asked["route"])
    if asked.get("state"):
        query = query.where(columns["state"] == asked["state"])
    if asked.get("from"):
        query = query.where(PaymentNotice.paid_on >= date.fromisoformat(asked["from"]))
    if asked.get("until"):
        query = query.where(PaymentNotice.paid_on <= date.fromisoformat(asked["until"]))
    return fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="-number",
        searched=[PaymentNotice.number, PaymentNotice.reference, Partner.code, Partner.name], tie=PaymentNotice.id,
    )  # fmt: skip


def _select_notices(by: Actor) -> Select[Any]:
    reach = get_reach(by, Act.READ_PAYMENTS)
    bigint = BigInteger
    sums = (
        text(_SUMS)
        .bindparams(bindparam("reach_producer", reach.producer_id, type_=bigint))
        .columns(
            column("notice_id", bigint), column("amount_rp", bigint), column("statements", bigint),
            column("producers", bigint), column("producer", String), column("received_rp", bigint),
            column("contradicted", Boolean),
        )
        .subquery("sums")
    )  # fmt: skip
    query = (
        select(
            PaymentNotice.id, PaymentNotice.number, Partner.code.label("partner_code"), Partner.name.label("partner"),
            PaymentNotice.route, PaymentNotice.paid_on, sums.c.amount_rp, sums.c.received_rp, sums.c.statements,
            sums.c.producers, PaymentNotice.reference, PaymentNotice.sha256.is_not(None).label("proof"),
            PaymentNotice.noted_at, literal_column(_STATE, String).label("state"),
        )
        .join(Partner, Partner.id == PaymentNotice.partner_id)
        .join(sums, sums.c.notice_id == PaymentNotice.id)
    )  # fmt: skip
    return query if reach.partner_id is None else query.where(PaymentNotice.partner_id == reach.partner_id)


def get_notice_view(session: Session, *, by: Actor, number: str) -> NoticeView:
    """Return a notice with its lines and answers, as far as *by* may see them.

    Raises:
        NoticeUnknown: there is none with this number, or it is not for this person to see.

    """
    reach = get_reach(by, Act.READ_PAYMENTS)
    query = (
        _select_notices(by)
        .add_columns(
            PaymentNotice, BankAccount.code.label("bank_account"), _NOTED.name.label("noted_by"),
            _WITHDREW.name.label("withdrawn_by"),
        )
        .join(_NOTED, _NOTED.id == PaymentNotice.noted_by)
        .outerjoin(_WITHDREW, _WITHDREW.id == PaymentNotice.withdrawn_by)
        .outerjoin(BankAccount, BankAccount.id == PaymentNotice.bank_account_id)
        .where(PaymentNotice.number == number)
    )  # fmt: skip
    row = session.execute(query).mappings().first()
    if row is None:
        raise NoticeUnknown(say("There is no payment notice “{number}” that you may see.", number=number))
    notice: PaymentNotice = row["PaymentNotice"]
    parts = _find_parts(session, notice.id, reach)
    state = assess_notice(
        withdrawn=notice.withdrawn_at is not None, amount_rp=row["amount_rp"], received_rp=row["received_rp"],
        answers=[part.answer for part in parts],
    )  # fmt: skip
    return NoticeView(notice, row, parts, state)


def _find_parts(session: Session, notice_id: int, reach: Reach) -> list[NoticePart]:
    rows = session.execute(_LINES, {"notice": notice_id, "producer": reach.producer_id}).mappings().all()
    by_producer: dict[int, list[RowMapping]] = {}
    for row in rows:
        by_producer.setdefault(row["producer_id"], []).append(row)
    return [
        NoticePart(
            producer_id, lines[0]["producer_code"], lines[0]["producer"], lines,
            Answer(lines[0]["answer"]) if lines[0]["answer"] else None, lines[0]["answered_at"], lines[0]["answered_by"],
            lines[0]["remark"] or "",
        )
        for producer_id, lines in by_producer.items()
    ]  # fmt: skip


def find_paying_partners(session: Session, *, by: Actor) -> list[tuple[str, str]]:
    """Return codes and names of the partners of which *by* sees notices, by name."""
    reach = get_reach(by, Act.READ_PAYMENTS)
    noted = select(PaymentNotice.id).where(PaymentNotice.partner_id == Partner.id)
    if reach.producer_id is not None:
        noted = (
            noted.join(PaymentNoticeLine, PaymentNoticeLine.notice_id == PaymentNotice.id)
            .join(Statement, Statement.id == PaymentNoticeLine.statement_id)
            .where(Statement.producer_id == reach.producer_id)
        )
    query = select(Partner.code, Partner.name).where(noted.exists())
    if reach.partner_id is not None:
        query = query.where(Partner.id == reach.partner_id)
    return [(row.code, row.name) for row in session.execute(query.order_by(Partner.name, Partner.id))]
