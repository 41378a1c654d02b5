"""A producer's own money: what was announced, what is to come, what the office holds, and what came."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, authorize
from consign.ledger.rules import AccountKind
from consign.models.ledger import Account
from consign.models.partners import Partner
from consign.payments.expected import LAST_ANSWERS, find_announced

MOST_SHOWN = 20
"""Answered payments that are shown; older ones stand in the list of notices."""

_NOTICES = text(f"""
    SELECT notice.id, notice.number, notice.paid_on, notice.reference, notice.route, notice.sha256 IS NOT NULL AS proof,
      partner.name AS partner, sum(line.amount_rp)::bigint AS amount_rp, answer.answer, answer.answered_at,
      array_agg(statement.number ORDER BY statement.number) AS statements
    FROM payment_notice AS notice JOIN partner ON partner.id = notice.partner_id
    JOIN payment_notice_line AS line ON line.notice_id = notice.id JOIN statement ON statement.id = line.statement_id
    LEFT JOIN {LAST_ANSWERS} AS answer ON answer.notice_id = notice.id AND answer.producer_id = :producer
    WHERE statement.producer_id = :producer AND notice.withdrawn_at IS NULL AND notice.route <> 'collecting'
    GROUP BY notice.id, partner.id, answer.answer, answer.answered_at
    ORDER BY answer.answer IS NOT NULL, answer.answer = 'received', notice.id DESC LIMIT :most""")  # noqa: S608  # a constant
_OPEN = text("""
    SELECT statement.id, statement.number, statement.due_on, statement.route, partner.name AS partner,
      (statement.due_rp - COALESCE(paid.amount_rp, 0))::bigint AS open_rp
    FROM statement JOIN partner ON partner.id = statement.partner_id
    LEFT JOIN (SELECT statement_id, sum(amount_rp) AS amount_rp FROM allocation GROUP BY 1) AS paid
      ON paid.statement_id = statement.id
    WHERE statement.producer_id = :producer AND statement.due_rp > COALESCE(paid.amount_rp, 0)
    ORDER BY statement.due_on, partner.name, statement.number""")


@dataclass(frozen=True)
class Coming:
    """What a partner owes a producer and has not announced."""

    row: RowMapping
    """A statement's id, number, due_on, route, partner and open_rp."""
    left_rp: int
    """Without what was announced."""


@dataclass(frozen=True)
class Held:
    """What the office holds of a partner's money for a producer."""

    partner: str
    amount_rp: int


@dataclass(frozen=True)
class OwnMoney:
    """All of a producer's money."""

    notices: Sequence[RowMapping]
    """Payments past the office: those without an answer first, then those that did not come."""
    coming: Sequence[Coming]
    held: Sequence[Held]

    @property
    def to_answer(self) -> list[RowMapping]:
        """Return the payments that wait for an answer."""
        return [one for one in self.notices if one["answer"] is None]

    @property
    def answered(self) -> list[RowMapping]:
        """Return the payments that were answered, or taken as received."""
        return [one for one in self.notices if one["answer"] is not None]

    @property
    def coming_rp(self) -> int:
        """Return what is to come and not announced."""
        return sum(one.left_rp for one in self.coming)

    @property
    def held_rp(self) -> int:
        """Return what the office holds."""
        return sum(one.amount_rp for one in self.held)


def find_own_money(session: Session, *, by: Actor, producer_id: int) -> OwnMoney:
    """Return the money of a producer.

    Raises:
        NotAllowed: *by* does not answer for this producer.

    """
    authorize(by, Act.ANSWER_PAYMENTS, producer_id=producer_id)
    facts = {"producer": producer_id}
    notices = session.execute(_NOTICES, facts | {"most": MOST_SHOWN}).mappings().all()
    opened = session.execute(_OPEN, facts).mappings().all()
    announced = find_announced(session, [one["id"] for one in opened])
    coming = [Coming(one, max(0, one["open_rp"] - announced.get(one["id"], (0, ()))[0])) for one in opened]
    query = (
        select(Partner.name, (Account.credits_rp - Account.debits_rp).label("amount_rp"))
        .join(Account, Account.partner_id == Partner.id)
        .where(Account.kind == AccountKind.PRODUCER_PAYABLE.value, Account.producer_id == producer_id)
        .order_by(Partner.name)
    )
    held = [Held(row.name, row.amount_rp) for row in session.execute(query) if row.amount_rp]
    return OwnMoney(notices, [one for one in coming if one.left_rp], held)


def count_to_answer(session: Session, *, by: Actor, producer_id: int) -> tuple[int, int]:
    """Return how many payments wait for a producer's answer, and what they come to.

    Raises:
        NotAllowed: *by* does not answer for this producer.

    """
    authorize(by, Act.ANSWER_PAYMENTS, producer_id=producer_id)
    row = session.execute(
        text("""
        SELECT count(DISTINCT notice.id) AS notices, COALESCE(sum(line.amount_rp), 0)::bigint AS amount_rp
        FROM payment_notice AS notice JOIN payment_notice_line AS line ON line.notice_id = notice.id
        JOIN statement ON statement.id = line.statement_id
        WHERE statement.producer_id = :producer AND notice.withdrawn_at IS NULL AND notice.route <> 'collecting'
          AND NOT EXISTS (SELECT FROM payment_answer AS answer
            WHERE answer.notice_id = notice.id AND answer.producer_id = :producer)"""),
        {"producer": producer_id},
    ).one()
    return row.notices, row.amount_rp


def count_contradicted(session: Session) -> int:
    """Return how many standing notices a producer contradicts."""
    query = text(f"""
        SELECT count(DISTINCT notice.id) FROM payment_notice AS notice
        JOIN {LAST_ANSWERS} AS answer ON answer.notice_id = notice.id
        WHERE notice.withdrawn_at IS NULL AND answer.answer = 'not_received'""")  # noqa: S608  # a constant
    return session.scalar(query) or 0
