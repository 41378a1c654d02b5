"""Who pays late: what is open by how late it is, how fast each partner paid, and how that changed.

What is late is told by two days: the one that was agreed, which stands on the statement, and the one by law: so many days
after the statement was issued, whatever was agreed. No interest is added to anything.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Row
from consign.money import BP_WHOLE, divide_half_away
from consign.partners.queries import get_region_terms
from consign.settlement.late_rules import Bucket, find_bucket, find_month_ends, go_back_months

# A statement of before these books was issued by its period's end at the latest.
_ISSUED = "CASE WHEN closing.carries_over THEN statement.until_on ELSE (closing.closed_at AT TIME ZONE :zone)::date END"
_OPEN = text(f"""
    SELECT statement.id, statement.number, statement.earlier_number, statement.from_on, statement.until_on, statement.due_on,
      {_ISSUED} AS issued_on, {_ISSUED} + CAST(:legal AS int) AS legal_on, statement.due_rp,
      (statement.due_rp - COALESCE(paid.paid_rp, 0))::bigint AS open_rp, statement.partner_id, partner.code AS partner_code,
      partner.name AS partner, producer.code AS producer_code, producer.name AS producer
    FROM statement JOIN closing ON closing.id = statement.closing_id JOIN partner ON partner.id = statement.partner_id
    JOIN producer ON producer.id = statement.producer_id
    LEFT JOIN (SELECT statement_id, sum(amount_rp) AS paid_rp FROM allocation GROUP BY statement_id) AS paid
      ON paid.statement_id = statement.id
    WHERE statement.due_rp > COALESCE(paid.paid_rp, 0)
      AND (CAST(:partner AS bigint) IS NULL OR statement.partner_id = :partner)
    ORDER BY statement.due_on, statement.id""")  # noqa: S608  # constants
_OWED = text("""
    SELECT partner.id AS partner_id, partner.code AS partner_code, partner.name AS partner,
      COALESCE(sum(account.debits_rp - account.credits_rp), 0)::bigint AS owed_rp
    FROM partner LEFT JOIN account ON account.partner_id = partner.id AND account.kind = 'partner_owes'
    WHERE CAST(:partner AS bigint) IS NULL OR partner.id = :partner
    GROUP BY partner.id ORDER BY partner.name, partner.id""")
_PAID = text(f"""
    SELECT statement.partner_id, sum(allocation.amount_rp)::bigint AS paid_rp,
      sum(allocation.amount_rp * GREATEST(allocation.booked_on - {_ISSUED}, 0))::numeric(30) AS paid_days,
      COALESCE(sum(allocation.amount_rp) FILTER (WHERE allocation.booked_on <= statement.due_on), 0)::bigint AS on_time_rp
    FROM allocation JOIN statement ON statement.id = allocation.statement_id
    JOIN closing ON closing.id = statement.closing_id
    WHERE allocation.booked_on > :since AND allocation.booked_on <= :on AND allocation.source IN ('collecting', 'direct')
      AND allocation.reverses_id IS NULL
      AND NOT EXISTS (SELECT FROM allocation AS back WHERE back.reverses_id = allocation.id)
      AND (CAST(:partner AS bigint) IS NULL OR statement.partner_id = :partner)
    GROUP BY statement.partner_id""")  # noqa: S608  # constants
_TREND = text(f"""
    SELECT wanted.day, COALESCE(sum(statement.due_rp - COALESCE(paid.paid_rp, 0)), 0)::bigint AS late_rp
    FROM unnest(CAST(:days AS date[])) AS wanted(day)
    LEFT JOIN (statement JOIN closing ON closing.id = statement.closing_id)
      ON statement.due_on < wanted.day AND {_ISSUED} <= wanted.day
      AND (CAST(:partner AS bigint) IS NULL OR statement.partner_id = :partner)
    LEFT JOIN LATERAL (
      SELECT sum(amount_rp) AS paid_rp FROM allocation
      WHERE allocation.statement_id = statement.id AND allocation.booked_on <= wanted.day) AS paid ON true
    GROUP BY wanted.day ORDER BY wanted.day""")  # noqa: S608  # constants
_REMINDED = text("""
    SELECT DISTINCT ON (partner_id) partner_id, step, day FROM payment_reminder ORDER BY partner_id, day DESC""")


@dataclass(frozen=True)
class OpenBill:
    """A statement that is not paid in full."""

    id: int
    number: str
    earlier_number: str
    from_on: date
    until_on: date
    due_on: date
    """As agreed."""
    issued_on: date
    """The day of its closing, in the region's zone."""
    legal_on: date
    """By law, whatever was agreed; the last day still counts."""
    due_rp: int
    open_rp: int
    partner_id: int
    partner_code: str
    partner: str
    producer_code: str
    producer: str


@dataclass(frozen=True)
class Promptness:
    """How fast a partner paid of late; blank figures where it paid nothing."""

    paid_rp: int = 0
    average_days: int | None = None
    """From a statement to its payment, each rupiah weighing the same, rounded half up; what was paid before counts as 0 days."""
    on_time_bp: int | None = None
    """Share of what was paid that came by the agreed day, in basis points."""


@dataclass(frozen=True)
class Ageing:
    """What a partner owes, by how late it is."""

    partner_id: int
    partner_code: str
    partner: str
    owed_rp: int
    """By the ledger."""
    bills: tuple[OpenBill, ...]
    agreed_rp: Mapping[Bucket, int]
    """What is open, by the agreed day."""
    legal_rp: Mapping[Bucket, int]
    """What is open, by the day of the law."""
    promptness: Promptness = field(default_factory=Promptness)
    reminded: tuple[str, date] | None = None
    """The last reminder: its step and day."""

    @property
    def open_rp(self) -> int:
        """Return what is open of all statements; the ledger has as much less the rests below zero."""
        return sum(self.agreed_rp.values())

    @property
    def carried_rp(self) -> int:
        """Return the rests below zero that wait for the next statements; zero or negative."""
        return self.owed_rp - self.open_rp

    @property
    def late_rp(self) -> int:
        """Return what is late by the agreed day."""
        return self.open_rp - self.agreed_rp[Bucket.NOT_DUE]

    @property
    def legal_late_rp(self) -> int:
        """Return what is late by the day of the law."""
        return sum(self.legal_rp.values()) - self.legal_rp[Bucket.NOT_DUE]

    @property
    def oldest_due_on(self) -> date | None:
        """Return the first agreed day of what is open."""
        return min((one.due_on for one in self.bills), default=None)


def find_open_bills(session: Session, *, partner_id: int | None = None) -> list[OpenBill]:
    """Return the statements that are not paid in full, the first due first; of one partner where given."""
    rows = _run(session, _OPEN, partner_id=partner_id)
    return [OpenBill(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for it


def find_ageing(session: Session, *, by: Actor, on: date, partner_id: int | None = None) -> list[Ageing]:
    """Return what each partner owes on the day *on*, by how late it is, by name; of one partner where given.

    Raises:
        NotAllowed: *by* does not read who pays late.

    """
    get_reach(by, Act.READ_LATE)
    bills: defaultdict[int, list[OpenBill]] = defaultdict(list)
    for one in find_open_bills(session, partner_id=partner_id):
        bills[one.partner_id].append(one)
    promptness = _find_promptness(session, on=on, partner_id=partner_id)
    reminded = {row.partner_id: (row.step, row.day) for row in session.execute(_REMINDED)}
    return [
        Ageing(
            row.partner_id, row.partner_code, row.partner, row.owed_rp, tuple(own := bills[row.partner_id]),
            sum_buckets([(one.due_on, one.open_rp) for one in own], on=on),
            sum_buckets([(one.legal_on, one.open_rp) for one in own], on=on),
            promptness.get(row.partner_id, Promptness()), reminded.get(row.partner_id),
        )
        for row in session.execute(_OWED, {"partner": partner_id})
    ]  # fmt: skip


def sum_buckets(bills: Sequence[tuple[date, int]], *, on: date) -> dict[Bucket, int]:
    """Return what *bills*, each a day and an amount, come to in each bucket on the day *on*."""
    sums = dict.fromkeys(Bucket, 0)
    for due_on, open_rp in bills:
        sums[find_bucket(due_on, on=on)] += open_rp
    return sums


def _find_promptness(session: Session, *, on: date, partner_id: int | None) -> dict[int, Promptness]:
    rows = _run(session, _PAID, partner_id=partner_id, on=on, since=go_back_months(on))
    return {
        row.partner_id: Promptness(
            row.paid_rp,
            divide_half_away(int(row.paid_days), row.paid_rp),
            divide_half_away(row.on_time_rp * BP_WHOLE, row.paid_rp),
        )
        for row in rows
    }


def find_trend(session: Session, *, by: Actor, on: date, partner_id: int | None = None) -> list[tuple[date, int]]:
    """Return what was late by the agreed day at the end of each of the last months, and on the day *on*.

    Raises:
        NotAllowed: *by* does not read who pays late.

    """
    get_reach(by, Act.READ_LATE)
    rows = _run(session, _TREND, partner_id=partner_id, days=find_month_ends(on))
    return [(row.day, row.late_rp) for row in rows]


def _run(session: Session, query: TextClause, *, partner_id: int | None, **facts: Any) -> Sequence[Any]:
    terms = get_region_terms(session)
    known = {"zone": terms.zone, "legal": terms.legal_term_days, "partner": partner_id, **facts}
    names = set(query._bindparams)  # noqa: SLF001  # a text says only so which facts it takes
    return session.execute(query, {name: fact for name, fact in known.items() if name in names}).all()


def list_ageing(ageings: Sequence[Ageing], *, by_law: bool) -> list[Row]:
    """Return a row for each partner that owes something: its buckets by name, by law or as agreed, and how fast it pays.

    `days_1_15` and `days_over_30` are two buckets each.
    """
    return [
        {
            "partner_id": one.partner_id,
            "partner_code": one.partner_code,
            "partner": one.partner,
            "owed_rp": one.owed_rp,
            **_tell_buckets(one.legal_rp if by_law else one.agreed_rp),
            "late_rp": one.legal_late_rp if by_law else one.late_rp,
            "carried_rp": one.carried_rp,
            "oldest_due_on": one.oldest_due_on,
            "average_days": one.promptness.average_days,
            "on_time_bp": one.promptness.on_time_bp,
            "step": one.reminded[0] if one.reminded else None,
            "reminded_on": one.reminded[1] if one.reminded else None,
        }
        for one in ageings
        if one.owed_rp or one.bills
    ]


def _tell_buckets(buckets: Mapping[Bucket, int]) -> Row:
    return {
        **{bucket.value: amount for bucket, amount in buckets.items()},
        "days_1_15": buckets[Bucket.WEEK] + buckets[Bucket.FORTNIGHT],
        "days_over_30": buckets[Bucket.TWO_MONTHS] + buckets[Bucket.LONGER],
    }
