"""Reading closings, statements and what is owed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.models.partners import Partner, Producer
from consign.models.settlement import Closing, Statement
from consign.partners.queries import lock_partner
from consign.sentence import say
from consign.settlement.contents import find_lines
from consign.settlement.cuts import CUT, Cut, find_cut
from consign.settlement.figures import compute_figures_of
from consign.settlement.rules import AgreementSum, StatementUnknown, make_idle
from reports.statement import StatementFigures, StatementLine

# Grouped by agreement alone, which belongs to one producer: few groups, so that the server may share out the work.
_SUMS = """
    SELECT agreement.producer_id, sums.*, agreement.fee_tax_bp, agreement.pph23_bp, agreement.payment_term_days FROM (
      SELECT sale.agreement_id, count(*) AS line_count, sum(sale.sales_rp)::bigint AS sales_rp,
        COALESCE(sum(sale.sales_rp) FILTER (WHERE sale.sales_rp < 0), 0)::bigint AS returns_rp,
        COALESCE(sum(sale.sales_rp) FILTER (WHERE sale.sold_on <= :before), 0)::bigint AS late_rp,
        sum(sale.fee_rp)::bigint AS fee_rp
      FROM sale WHERE {where} GROUP BY sale.agreement_id) AS sums
    JOIN agreement ON agreement.id = sums.agreement_id
    ORDER BY agreement.producer_id, agreement.id"""
SUMS = text(_SUMS.format(where=CUT))
SUMS_OF_ONE = text(_SUMS.format(where=f"{CUT} AND sale.producer_id = :producer"))

# Producers that get a statement though nothing of theirs was sold: an agreement in force, a rest to carry on, or goods lost.
WITHOUT_SALES = text("""
    SELECT producer_id, min(payment_term_days) AS payment_term_days FROM agreement
    WHERE partner_id = :partner AND (days && daterange(:before, :until, '(]')
      OR producer_id = ANY(:carrying)) AND producer_id <> ALL(:selling)
    GROUP BY producer_id ORDER BY producer_id""")

# How the money of each producer goes: by the agreement that is in force longest, that of all stores and products first.
ROUTES = text("""
    SELECT DISTINCT ON (producer_id) producer_id, route FROM agreement
    WHERE partner_id = :partner AND days && daterange(:before, :until, '(]')
    ORDER BY producer_id, days @> CAST(:until AS date) DESC, store_id IS NULL AND product_id IS NULL DESC,
      lower(days) DESC, id DESC""")


@dataclass(frozen=True)
class Owed:
    """What one partner owes for all producers together, by the ledger."""

    partner_code: str
    partner_name: str
    owed_rp: int
    producers: int
    closed_until: date | None


def find_last_closing(session: Session, partner_id: int) -> Closing | None:
    """Return the partner's closing with the latest day; blank before the first."""
    query = select(Closing).where(Closing.partner_id == partner_id).order_by(Closing.until_on.desc()).limit(1)
    return session.scalars(query).first()


def hold_closed_until(session: Session, partner_id: int) -> date | None:
    """Return the partner's last closed day, blank before its first closing; nobody closes more until the transaction ends."""
    lock_partner(session, partner_id)
    closing = find_last_closing(session, partner_id)
    return closing.until_on if closing else None


def find_closing(session: Session, *, partner_id: int, until: date) -> Closing | None:
    """Return the partner's closing until this very day."""
    return session.scalar(select(Closing).where(Closing.partner_id == partner_id, Closing.until_on == until))


def find_sums(session: Session, cut: dict[str, Any], *, producer_id: int | None = None) -> list[AgreementSum]:
    """Return what each producer's agreements come to inside the cut; of one producer where given."""
    rows = session.execute(SUMS if producer_id is None else SUMS_OF_ONE, {**cut, "producer": producer_id})
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
        for row in rows
    ]


def find_idle(session: Session, cut: dict[str, Any], *, selling: list[int], carrying: list[int]) -> list[AgreementSum]:
    """Return an empty sum for each producer that gets a statement without a sale."""
    rows = session.execute(WITHOUT_SALES, {**cut, "selling": selling, "carrying": carrying})
    return [make_idle(row.producer_id, row.payment_term_days) for row in rows]


def find_routes(session: Session, cut: Cut) -> dict[int, str]:
    """Return how the money of each producer with an agreement in the cut's period goes."""
    facts = {"partner": cut.partner_id, "before": cut.before_on, "until": cut.until_on}
    return {row.producer_id: row.route for row in session.execute(ROUTES, facts)}


def find_carried(session: Session, partner_id: int) -> dict[int, int]:
    """Return the negative rest that each producer's last closing of this partner left.

    One that carries over may have several statements of a producer; its rests go on together.
    """
    rows = session.execute(
        text("""
        SELECT producer_id, sum(carry_rp)::bigint AS carry_rp FROM (
          SELECT producer_id, carry_rp, rank() OVER (PARTITION BY producer_id ORDER BY closing.until_on DESC) AS place
          FROM statement JOIN closing ON closing.id = statement.closing_id WHERE statement.partner_id = :partner) AS ranked
        WHERE place = 1 GROUP BY producer_id HAVING sum(carry_rp) < 0"""),
        {"partner": partner_id},
    )
    return {row.producer_id: row.carry_rp for row in rows}


def find_statements(session: Session, closing_id: int) -> list[Statement]:
    """Return the statements of a closing by number."""
    return list(session.scalars(select(Statement).where(Statement.closing_id == closing_id).order_by(Statement.number)))


def find_owed(session: Session, *, partner_id: int | None = None, producer_id: int | None = None) -> list[Owed]:
    """Return what each partner owes now, by name; of one partner and for one producer where given."""
    rows = session.execute(
        text("""
        SELECT partner.code, partner.name, COALESCE(sum(debits_rp - credits_rp), 0)::bigint AS owed_rp,
          count(*) FILTER (WHERE debits_rp <> credits_rp) AS producers,
          (SELECT max(until_on) FROM closing WHERE closing.partner_id = partner.id) AS closed_until
        FROM partner LEFT JOIN account ON account.partner_id = partner.id AND account.kind = 'partner_owes'
          AND (CAST(:producer AS bigint) IS NULL OR account.producer_id = :producer)
        WHERE (CAST(:partner AS bigint) IS NULL OR partner.id = :partner)
          AND (CAST(:producer AS bigint) IS NULL OR account.id IS NOT NULL)
        GROUP BY partner.id ORDER BY partner.name"""),
        {"partner": partner_id, "producer": producer_id},
    )
    return [Owed(row.code, row.name, row.owed_rp, row.producers, row.closed_until) for row in rows]


def get_statement(session: Session, *, by: Actor, number: str) -> RowMapping:
    """Return a statement with its closing, and the codes and names of both parties.

    Raises:
        StatementUnknown: there is none with this number, or it is not for this person to see.

    """
    reach = get_reach(by, Act.READ_STATEMENTS)
    query = (
        select(
            Statement, Closing, Partner.code.label("partner_code"), Partner.name.label("partner"),
            Producer.code.label("producer_code"), Producer.name.label("producer"),
        )
        .join(Closing, Closing.id == Statement.closing_id)
        .join(Partner, Partner.id == Statement.partner_id)
        .join(Producer, Producer.id == Statement.producer_id)
        .where(Statement.number == number)
    )  # fmt: skip
    if reach.partner_id is not None:
        query = query.where(Statement.partner_id == reach.partner_id)
    if reach.producer_id is not None:
        query = query.where(Statement.producer_id == reach.producer_id)
    found = session.execute(query).mappings().first()
    if found is None:
        raise StatementUnknown(say("There is no statement '{number}' that you may see.", number=number))
    return found


def get_statement_figures(session: Session, *, by: Actor, number: str) -> StatementFigures:
    """Return everything a printed statement says, its lines summed by store, product, kind and rate, and added up again.

    Raises:
        StatementUnknown: there is none with this number, or it is not for this person to see.
        StatementBroken: its figures are not the sum of its lines.

    """
    return compute_figures(session, get_statement(session, by=by, number=number))


def compute_figures(session: Session, found: RowMapping) -> StatementFigures:
    """Return what the statement *found* by `get_statement` says.

    Raises:
        StatementBroken: its figures are not the sum of its lines.

    """
    (figures,) = compute_figures_of(session, found["Closing"], [found["Statement"]])
    return figures


def find_statement_lines(session: Session, found: RowMapping) -> list[StatementLine]:
    """Return the summed sale lines of the statement *found* by `get_statement`."""
    statement: Statement = found["Statement"]
    cut = find_cut(session, found["Closing"])
    return list(find_lines(session, cut, producer_ids=[statement.producer_id])[statement.producer_id])
