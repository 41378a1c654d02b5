"""Reading closings, statements and what is owed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.errors import NotAllowed
from consign.identity.rules import Act, Actor, authorize
from consign.models.partners import Partner, Producer
from consign.models.settlement import Closing, Statement
from consign.settlement.rules import AgreementSum, StatementUnknown
from reports.statement import StatementFigures, StatementLine

# The sales of a partner inside the cut (:until, :posting) and outside the one before (:before, :before_posting). Only the
# postings that can hold any are looked into (:postings), so that what was settled long ago costs nothing.
CUT = """
    sale.partner_id = :partner AND sale.posting_no = ANY(:postings) AND sale.sold_on <= :until
    AND (sale.posting_no > :before_posting OR sale.sold_on > :before)"""

POSTINGS = text("""
    SELECT number FROM sales_posting
    WHERE partner_id = :partner AND number <= :posting AND first_on <= :until
      AND (number > :before_posting OR last_on > :before)""")

# Grouped by agreement alone, which belongs to one producer: few groups, so that the server may share out the work.
SUMS = text(f"""
    SELECT agreement.producer_id, sums.*, agreement.fee_tax_bp, agreement.pph23_bp, agreement.payment_term_days FROM (
      SELECT sale.agreement_id, count(*) AS line_count, sum(sale.sales_rp)::bigint AS sales_rp,
        COALESCE(sum(sale.sales_rp) FILTER (WHERE sale.sales_rp < 0), 0)::bigint AS returns_rp,
        COALESCE(sum(sale.sales_rp) FILTER (WHERE sale.sold_on <= :before), 0)::bigint AS late_rp,
        sum(sale.fee_rp)::bigint AS fee_rp
      FROM sale WHERE {CUT} GROUP BY sale.agreement_id) AS sums
    JOIN agreement ON agreement.id = sums.agreement_id
    ORDER BY agreement.producer_id, agreement.id""")  # noqa: S608  # a constant

# Producers that get a statement though nothing of theirs was sold: an agreement in force, or a rest to carry on.
WITHOUT_SALES = text("""
    SELECT producer_id, min(payment_term_days) AS payment_term_days FROM agreement
    WHERE partner_id = :partner AND (days && daterange(:before, :until, '(]')
      OR producer_id = ANY(:carrying)) AND producer_id <> ALL(:selling)
    GROUP BY producer_id ORDER BY producer_id""")

LINES = text(f"""
    SELECT store.code AS store, product.name AS product, sale.sold_on <= :before AS late,
      CASE WHEN sale.version < 0 THEN 'reversal' WHEN sale.quantity < 0 THEN 'return' ELSE 'sale' END AS kind,
      sale.fee_rate_bp, count(*) AS line_count, sum(sale.quantity) AS quantity, sum(sale.sales_rp)::bigint AS sales_rp,
      sum(sale.fee_rp)::bigint AS fee_rp
    FROM sale JOIN store ON store.id = sale.store_id JOIN product ON product.id = sale.product_id
    WHERE {CUT} AND sale.producer_id = :producer
    GROUP BY store.code, product.name, 3, 4, sale.fee_rate_bp ORDER BY 1, 2, 3, 4, 5""")  # noqa: S608  # a constant


@dataclass(frozen=True)
class Owed:
    """What one partner owes for all producers together, by the ledger."""

    partner_code: str
    partner_name: str
    owed_rp: int
    producers: int
    closed_until: date | None


def find_cut(session: Session, closing: Closing) -> dict[str, Any]:
    """Return the parameters that select a closing's sales."""
    cut = {
        "partner": closing.partner_id,
        "until": closing.until_on,
        "posting": closing.posting_no,
        "before": closing.before_on,
        "before_posting": closing.before_posting_no,
    }
    return {**cut, "postings": list(session.scalars(POSTINGS, cut))}


def find_last_closing(session: Session, partner_id: int) -> Closing | None:
    """Return the partner's closing with the latest day; blank before the first."""
    query = select(Closing).where(Closing.partner_id == partner_id).order_by(Closing.until_on.desc()).limit(1)
    return session.scalars(query).first()


def find_closing(session: Session, *, partner_id: int, until: date) -> Closing | None:
    """Return the partner's closing until this very day."""
    return session.scalar(select(Closing).where(Closing.partner_id == partner_id, Closing.until_on == until))


def find_sums(session: Session, cut: dict[str, Any]) -> list[AgreementSum]:
    """Return what each producer's agreements come to inside the cut."""
    return [
        AgreementSum(
            producer_id=row.producer_id,
            line_count=row.line_count,
            sales_rp=row.sales_rp,
            returns_rp=row.returns_rp,
            late_rp=row.late_rp,
            fee_rp=row.fee_rp,
            fee_tax_bp=row.fee_tax_bp,
            pph23_bp=row.pph23_bp,
            payment_term_days=row.payment_term_days,
        )
        for row in session.execute(SUMS, cut)
    ]


def find_idle(session: Session, cut: dict[str, Any], *, selling: list[int], carrying: list[int]) -> list[AgreementSum]:
    """Return an empty sum for each producer that gets a statement without a sale."""
    rows = session.execute(WITHOUT_SALES, {**cut, "selling": selling, "carrying": carrying})
    return [AgreementSum(row.producer_id, 0, 0, 0, 0, 0, 0, 0, row.payment_term_days) for row in rows]


def find_carried(session: Session, partner_id: int) -> dict[int, int]:
    """Return the negative rest of each producer's last statement of this partner."""
    rows = session.execute(
        text("""
        SELECT producer_id, carry_rp FROM (
          SELECT DISTINCT ON (producer_id) producer_id, carry_rp FROM statement
          WHERE partner_id = :partner ORDER BY producer_id, until_on DESC) AS last
        WHERE carry_rp < 0"""),
        {"partner": partner_id},
    )
    return {row.producer_id: row.carry_rp for row in rows}


def find_statements(session: Session, closing_id: int) -> list[Statement]:
    """Return the statements of a closing by number."""
    return list(session.scalars(select(Statement).where(Statement.closing_id == closing_id).order_by(Statement.number)))


def find_owed(session: Session) -> list[Owed]:
    """Return what each partner owes now, by name."""
    rows = session.execute(
        text("""
        SELECT partner.code, partner.name, COALESCE(sum(debits_rp - credits_rp), 0)::bigint AS owed_rp,
          count(*) FILTER (WHERE debits_rp <> credits_rp) AS producers,
          (SELECT max(until_on) FROM closing WHERE closing.partner_id = partner.id) AS closed_until
        FROM partner LEFT JOIN account ON account.partner_id = partner.id AND account.kind = 'partner_owes'
        GROUP BY partner.id ORDER BY partner.name""")
    )
    return [Owed(row.code, row.name, row.owed_rp, row.producers, row.closed_until) for row in rows]


def get_statement_figures(session: Session, *, by: Actor, number: str) -> StatementFigures:
    """Return everything a printed statement says, its lines summed by store, product and rate.

    Raises:
        StatementUnknown: there is none with this number, or it is not for this person to see.

    """
    row = session.execute(
        select(Statement, Closing, Partner.name, Producer.name)
        .join(Closing, Closing.id == Statement.closing_id)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .where(Statement.number == number)
    ).first()
    unknown = StatementUnknown(f"There is no statement {number!r} that you may see.")
    if row is None:
        raise unknown
    statement, closing, partner, producer = row
    try:
        authorize(by, Act.READ_STATEMENTS, partner_id=statement.partner_id, producer_id=statement.producer_id)
    except NotAllowed as error:
        raise unknown from error
    lines = session.execute(LINES, {**find_cut(session, closing), "producer": statement.producer_id})
    return StatementFigures(
        number=statement.number,
        partner=partner,
        producer=producer,
        first=statement.from_on,
        last=statement.until_on,
        due_on=statement.due_on,
        lines=tuple(
            StatementLine(
                store=line.store,
                product=line.product,
                kind=line.kind,
                late=line.late,
                quantity=line.quantity,
                sales_rp=line.sales_rp,
                fee_rate_bp=line.fee_rate_bp,
                fee_rp=line.fee_rp,
            )
            for line in lines
        ),
        sales_rp=statement.sales_rp,
        fee_rp=statement.fee_rp,
        fee_tax_rp=statement.fee_tax_rp,
        pph23_rp=statement.pph23_rp,
        net_rp=statement.net_rp,
        carried_rp=statement.carried_rp,
        due_rp=statement.due_rp,
        carry_rp=statement.carry_rp,
        seal=f"{statement.audit_seq}:{statement.audit_hash[:16]}",
    )
