"""The four-way proof of each statement: its files, its fee, the transfer, and the producer's own word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, RowMapping, Select, String, column, literal_column, select, text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page
from consign.models.partners import Partner, Producer
from consign.models.settlement import Closing, Statement
from consign.payments.expected import LAST_ANSWERS
from consign.payments.proof_rules import (
    Overall,
    Paid,
    ProofState,
    Sold,
    assess_fee,
    assess_files,
    assess_overall,
    assess_transfer,
    assess_word,
)
from consign.sales.checks import FEE_SQL
from consign.sentence import say
from consign.settlement.cuts import CLOSED_SALES
from consign.settlement.debts import statements_within
from consign.settlement.rules import StatementUnknown

_AMOUNTS = ("bank_rp", "written_off_rp", "direct_rp", "said_rp", "waiting_rp", "noted_rp", "with_proof_rp")

# What is said of the payment of each statement; the figures of `proof_rules.Paid`.
_PAID = f"""
    SELECT statement.id AS statement_id,
      COALESCE(paid.bank_rp, 0)::bigint AS bank_rp, COALESCE(paid.written_off_rp, 0)::bigint AS written_off_rp,
      COALESCE(paid.direct_rp, 0)::bigint AS direct_rp, COALESCE(noted.said_rp, 0)::bigint AS said_rp,
      CASE WHEN statement.route = 'collecting'
        THEN GREATEST(0, COALESCE(noted.noted_rp, 0) - COALESCE(paid.bank_rp, 0))
        ELSE COALESCE(noted.unanswered_rp, 0) END::bigint AS waiting_rp,
      COALESCE(noted.noted_rp, 0)::bigint AS noted_rp, COALESCE(noted.with_proof_rp, 0)::bigint AS with_proof_rp,
      COALESCE(noted.is_contradicted, false) AS is_contradicted
    FROM statement
    LEFT JOIN (SELECT statement_id, sum(amount_rp) FILTER (WHERE source = 'collecting') AS bank_rp,
        sum(amount_rp) FILTER (WHERE source = 'direct') AS direct_rp,
        sum(amount_rp) FILTER (WHERE source NOT IN ('collecting', 'direct')) AS written_off_rp
      FROM allocation GROUP BY 1) AS paid ON paid.statement_id = statement.id
    LEFT JOIN (SELECT line.statement_id, sum(line.amount_rp) AS noted_rp,
        sum(line.amount_rp) FILTER (WHERE notice.sha256 IS NOT NULL) AS with_proof_rp,
        sum(line.amount_rp) FILTER (WHERE answer.answer = 'received') AS said_rp,
        sum(line.amount_rp) FILTER (WHERE answer.answer IS NULL) AS unanswered_rp,
        bool_or(answer.answer = 'not_received') AS is_contradicted
      FROM payment_notice_line AS line JOIN payment_notice AS notice ON notice.id = line.notice_id
      JOIN statement AS of ON of.id = line.statement_id
      LEFT JOIN {LAST_ANSWERS} AS answer ON answer.notice_id = notice.id AND answer.producer_id = of.producer_id
      WHERE notice.withdrawn_at IS NULL GROUP BY 1) AS noted ON noted.statement_id = statement.id"""  # noqa: S608  # a constant

_OPEN = "(statement.due_rp - paid.bank_rp - paid.written_off_rp - paid.direct_rp)"
_OVERALL = f"""CASE WHEN paid.is_contradicted AND {_OPEN} > 0 THEN 'contradicted'
    WHEN {_OPEN} <= 0 AND paid.said_rp > 0 AND paid.said_rp >= statement.due_rp - paid.written_off_rp THEN 'confirmed'
    WHEN {_OPEN} <= 0 THEN 'paid' WHEN paid.waiting_rp > 0 THEN 'announced'
    WHEN {_OPEN} < statement.due_rp THEN 'partly' ELSE 'open' END"""
"""`proof_rules.assess_overall` for a filter."""

# The sales of closings with the file that each came in; a reversal goes with the file that it takes back.
_FILED_SALES = f"""{CLOSED_SALES}
      JOIN sales_posting AS source ON source.partner_id = sale.partner_id
        AND source.number = COALESCE(sale.reverses_posting_no, sale.posting_no)
      LEFT JOIN sales_upload AS upload ON upload.id = source.upload_id"""
_FEE = FEE_SQL.format(base="sale.fee_base_rp", rate="sale.fee_rate_bp::bigint")
_SOLD = text(f"""
    SELECT statement.id, COALESCE(sum(sums.lines), 0)::bigint AS lines, COALESCE(sum(sums.filed), 0)::bigint AS filed,
      COALESCE(sum(sums.typed), 0)::bigint AS typed, COALESCE(sum(sums.wrong), 0)::bigint AS wrong,
      COALESCE(sum(sums.fee_rp), 0)::bigint AS fee_rp
    FROM statement LEFT JOIN (
      SELECT closing.id AS closing_id, sale.producer_id, count(*) AS lines, sum(sale.fee_rp) AS fee_rp,
        count(*) FILTER (WHERE upload.id IS NOT NULL AND upload.name NOT LIKE 'sheet-%.csv') AS filed,
        count(*) FILTER (WHERE upload.name LIKE 'sheet-%.csv') AS typed,
        count(*) FILTER (WHERE sale.fee_rate_from <> 'sale' AND sale.fee_rp <> {_FEE}) AS wrong
      FROM {_FILED_SALES}
      WHERE NOT closing.carries_over
        AND closing.id IN (SELECT closing_id FROM statement WHERE id = ANY(:ids))
        AND sale.producer_id IN (SELECT producer_id FROM statement WHERE id = ANY(:ids))
      GROUP BY 1, 2) AS sums ON sums.closing_id = statement.closing_id AND sums.producer_id = statement.producer_id
    WHERE statement.id = ANY(:ids) GROUP BY statement.id""")  # noqa: S608  # a constant

_FILES = text(f"""
    SELECT upload.id, upload.name, upload.status, upload.received_at, count(*) AS lines, sum(sale.sales_rp)::bigint AS sales_rp,
      sum(sale.fee_rp)::bigint AS fee_rp
    FROM {_FILED_SALES}
    WHERE closing.id = :closing AND sale.producer_id = :producer AND NOT closing.carries_over
    GROUP BY upload.id ORDER BY upload.id""")  # noqa: S608  # a constant

_MONEY = text(f"""
    SELECT notice.number, notice.paid_on, notice.route, notice.sha256 IS NOT NULL AS proof, line.amount_rp,
      notice.withdrawn_at, answer.answer, answer.answered_at
    FROM payment_notice_line AS line JOIN payment_notice AS notice ON notice.id = line.notice_id
    JOIN statement ON statement.id = line.statement_id
    LEFT JOIN {LAST_ANSWERS} AS answer ON answer.notice_id = notice.id AND answer.producer_id = statement.producer_id
    WHERE line.statement_id = :statement ORDER BY notice.id""")  # noqa: S608  # a constant
_ALLOCATED = text("""
    SELECT allocation.booked_on, allocation.source, allocation.cause, allocation.amount_rp, person.name AS person
    FROM allocation JOIN user_account AS person ON person.id = allocation.allocated_by
    WHERE allocation.statement_id = :statement ORDER BY allocation.id""")


@dataclass(frozen=True)
class StatementProof:
    """All that shows that a statement is right and paid."""

    row: Row
    """As the list of proofs has it."""
    paid: Paid
    sold: Sold
    files: Sequence[RowMapping]
    """The files that its lines stand in, each with id, name, status, received_at, lines, sales_rp and fee_rp."""
    notices: Sequence[RowMapping]
    allocations: Sequence[RowMapping]
    statement: Statement


def find_proof_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the statements on which something was to be paid, with the four sides of their proof.

    Filters: `partner` and `producer` (codes), `state` (overall), `route`, `from` and `until` (days of the period). A row has
    number, partner, producer, until_on, due_on, route, due_rp, open_rp, files, fee, transfer, word and state.
    """
    query = _select_proofs(by).where(Statement.due_rp > 0)
    columns = columns_of(query)
    asked = wish.filters
    for name, value in (("partner", Partner.code), ("producer", Producer.code), ("route", Statement.route)):
        if asked.get(name):
            query = query.where(value == asked[name])
    if asked.get("state"):
        query = query.where(columns["state"] == asked["state"])
    if asked.get("from"):
        query = query.where(Statement.until_on >= date.fromisoformat(asked["from"]))
    if asked.get("until"):
        query = query.where(Statement.from_on <= date.fromisoformat(asked["until"]))
    found = fetch_page(
        session, query, wish=wish, sorts=columns, default_sort="-number",
        searched=[Statement.number, Partner.code, Partner.name, Producer.code, Producer.name], tie=Statement.id,
    )  # fmt: skip
    return found.with_rows(_with_sides(session, found.rows))


def _select_proofs(by: Actor) -> Select[Any]:
    paid = (
        text(_PAID)
        .columns(
            column("statement_id", BigInteger), *(column(name, BigInteger) for name in _AMOUNTS),
            column("is_contradicted", Boolean),
        )
        .subquery("paid")
    )  # fmt: skip
    columns: list[Value] = [
        Statement.id, Statement.number, Partner.code.label("partner_code"), Partner.name.label("partner"),
        Producer.code.label("producer_code"), Producer.name.label("producer"), Statement.from_on, Statement.until_on,
        Statement.due_on, Statement.route, Statement.due_rp, Statement.line_count, Statement.fee_rp,
        literal_column(_OPEN, BigInteger).label("open_rp"), *(paid.c[name] for name in _AMOUNTS),
        paid.c.is_contradicted, Closing.carries_over, literal_column(_OVERALL, String).label("state"),
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .join(Closing, Closing.id == Statement.closing_id)
        .join(paid, paid.c.statement_id == Statement.id)
        .where(statements_within(get_reach(by, Act.READ_PAYMENTS)))
    )  # fmt: skip


def _with_sides(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Add the four sides to statements; one whose file or fee contradicts it is contradicted as a whole."""
    sold = find_sold(session, [row["id"] for row in rows])
    return [_with_side(row, sold[row["id"]]) for row in rows]


def _with_side(row: Row, sold: Sold) -> dict[str, Any]:
    paid, carried = read_paid(row), row["carries_over"]
    files = assess_files(sold, line_count=row["line_count"], carried_over=carried)
    fee = assess_fee(sold, fee_rp=row["fee_rp"], carried_over=carried)
    broken = ProofState.CONTRADICTED in {files, fee}
    return {
        **row,
        "files": files,
        "fee": fee,
        "transfer": assess_transfer(paid),
        "word": assess_word(paid),
        "state": Overall.CONTRADICTED if broken else assess_overall(paid),
    }


def read_paid(row: Row) -> Paid:
    """Return what was paid of a statement, from a row of the list."""
    return Paid(
        row["due_rp"], row["route"], **{name: row[name] for name in _AMOUNTS}, is_contradicted=row["is_contradicted"]
    )


def find_sold(session: Session, statement_ids: Collection[int]) -> Mapping[int, Sold]:
    """Return what the sales behind each statement come to, added up again."""
    rows = session.execute(_SOLD, {"ids": sorted(statement_ids)}) if statement_ids else ()
    return {row.id: Sold(row.lines, row.filed, row.typed, row.wrong, row.fee_rp) for row in rows}


def get_statement_proof(session: Session, *, by: Actor, number: str) -> StatementProof:
    """Return all that shows that a statement is right and paid.

    Raises:
        StatementUnknown: there is none with this number, or it is not for this person to see.

    """
    query = _select_proofs(by).add_columns(Statement).where(Statement.number == number)
    row = session.execute(query).mappings().first()
    if row is None:
        raise StatementUnknown(say("There is no statement '{number}' that you may see.", number=number))
    statement: Statement = row["Statement"]
    sold = find_sold(session, [statement.id])[statement.id]
    cut = {"closing": statement.closing_id, "producer": statement.producer_id}
    own = {"statement": statement.id}
    return StatementProof(
        row=_with_side(row, sold), paid=read_paid(row), sold=sold,
        files=session.execute(_FILES, cut).mappings().all(), notices=session.execute(_MONEY, own).mappings().all(),
        allocations=session.execute(_ALLOCATED, own).mappings().all(), statement=statement,
    )  # fmt: skip
