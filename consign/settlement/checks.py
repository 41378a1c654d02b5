"""The invariants of settlement: every sale in one statement at most, statements that equal their lines and the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from consign.breach import Breach
from consign.models.identity import AuditEvent
from consign.models.settlement import Closing, ClosingPlan, Statement
from consign.settlement.adjustments import find_adjustment_sums
from consign.settlement.cuts import find_cut
from consign.settlement.losses import find_loss_sums
from consign.settlement.queries import find_sums
from consign.settlement.rules import AgreementSum, compute_statement, make_idle


def check_cuts(session: Session) -> Iterator[Breach]:
    """Find closings that do not follow the one before: a sale could be in two statements, or in none."""
    closings = session.scalars(select(Closing).order_by(Closing.partner_id, Closing.until_on)).all()
    for one, following in pairwise(closings):
        if one.partner_id == following.partner_id and not _follows(one, following):
            yield Breach("settlement.cut", f"closing {following.id}", f"does not begin where closing {one.id} ends")
    seen = set()
    for closing in closings:
        if closing.partner_id not in seen and closing.before_posting_no != 0:
            yield Breach(
                "settlement.cut", f"closing {closing.id}", "is the first of its partner but leaves postings out"
            )
        seen.add(closing.partner_id)


def _follows(one: Closing, following: Closing) -> bool:
    """Tell whether a closing begins where *one* ends; goods are first stated by the first that takes sales."""
    sales = (one.until_on, one.posting_no) == (following.before_on, following.before_posting_no)
    return sales and (one.carries_over or one.movement_id == following.before_movement_id)


def check_two_people(session: Session) -> Iterator[Breach]:
    """Find closings that one person both prepared and closed, and plans that were closed without a closing."""
    query = select(Closing).where(Closing.prepared_by == Closing.closed_by).order_by(Closing.id)
    for closing in session.scalars(query):
        yield Breach("settlement.two_people", f"closing {closing.id}", "was prepared and closed by the same person")
    closed = exists().where(Closing.partner_id == ClosingPlan.partner_id, Closing.until_on == ClosingPlan.until_on)
    plans = select(ClosingPlan).where(ClosingPlan.outcome == "closed", ~closed).order_by(ClosingPlan.id)
    for plan in session.scalars(plans):
        yield Breach("settlement.plan", f"closing_plan {plan.id}", f"is closed, but nothing is until {plan.until_on}")


def check_statements(session: Session) -> Iterator[Breach]:
    """Find statements that differ from the sales in their cut and the losses they settled, added up anew."""
    for closing in session.scalars(select(Closing).where(~Closing.carries_over).order_by(Closing.id)):
        sums = find_sums(session, find_cut(session, closing))
        losses, adjustments = find_loss_sums(session, closing.id), find_adjustment_sums(session, closing.id)
        statements = {
            statement.producer_id: statement
            for statement in session.scalars(select(Statement).where(Statement.closing_id == closing.id))
        }
        by_producer: defaultdict[int, list[AgreementSum]] = defaultdict(list)
        for one in sums:
            by_producer[one.producer_id].append(one)
        for producer_id in sorted(set(by_producer) - set(statements)):
            yield Breach(
                "settlement.statement", f"closing {closing.id}", f"has no statement for producer {producer_id}"
            )
        for producer_id, statement in statements.items():
            own = by_producer.get(producer_id, [make_idle(producer_id, 0)])
            expected = compute_statement(
                producer_id,
                own,
                losses_rp=losses.get(producer_id, 0),
                adjustments_rp=adjustments.get(producer_id, 0),
                carried_rp=statement.carried_rp,
            )
            fields = set(vars(expected)) - {"payment_term_days"}
            wrong = [name for name in sorted(fields) if getattr(statement, name) != getattr(expected, name)]
            if wrong:
                what = f"differs from its sales and losses in {', '.join(wrong)}"
                yield Breach("settlement.statement", f"statement {statement.number}", what)


def check_losses(session: Session) -> Iterator[Breach]:
    """Find losses that a statement settled otherwise than they stand, or before anybody had said who bears them.

    Two that take each other back may be settled together without a word about who bears them.
    """
    rows = session.execute(
        text("""
        WITH settled AS (
          SELECT taken.loss_id, taken.store_rp, statement.number, statement.producer_id, statement.closing_id, closing.partner_id,
            closing.until_on, closing.closed_at
          FROM statement_loss AS taken JOIN statement ON statement.id = taken.statement_id
          JOIN closing ON closing.id = statement.closing_id),
        mirrored AS (
          SELECT unnest(ARRAY[loss.id, other.id]) AS loss_id FROM stock_movement AS back
          JOIN stock_loss AS loss ON loss.movement_id = back.id JOIN stock_loss AS other ON other.movement_id = back.reverses_id
          JOIN settled AS own ON own.loss_id = loss.id
          JOIN settled AS its ON its.loss_id = other.id AND its.closing_id = own.closing_id
          WHERE back.note_id IS NOT NULL)
        SELECT settled.loss_id, settled.number FROM settled JOIN stock_loss AS loss ON loss.id = settled.loss_id
        LEFT JOIN stock_loss_decision AS decision ON decision.loss_id = loss.id
        LEFT JOIN stock_contest AS contest ON contest.loss_id = loss.id
        WHERE (loss.partner_id, loss.producer_id) <> (settled.partner_id, settled.producer_id) OR loss.day > settled.until_on
          OR settled.store_rp <> COALESCE(round(loss.value_rp::numeric * COALESCE(decision.store_bp, loss.store_bp) / 10000), 0)
          OR GREATEST(contest.contested_at, decision.decided_at) > settled.closed_at
          OR (decision.loss_id IS NULL AND (contest.loss_id IS NOT NULL OR loss.store_bp IS NULL)
            AND NOT EXISTS (SELECT FROM mirrored WHERE mirrored.loss_id = loss.id))
        ORDER BY 1 LIMIT 100""")
    )
    for row in rows:
        yield Breach("settlement.loss", f"stock_loss {row.loss_id}", f"was not to be settled so by {row.number}")


def check_carried(session: Session) -> Iterator[Breach]:
    """Find statements that do not take over the rest of the closing before."""
    rows = session.execute(
        text("""
        WITH left_over AS (
          SELECT closing.partner_id, producer_id, closing.until_on, min(number) AS number, sum(carried_rp) AS carried_rp,
            sum(carry_rp) AS carry_rp
          FROM statement JOIN closing ON closing.id = statement.closing_id
          GROUP BY closing.partner_id, producer_id, closing.until_on)
        SELECT number, carried_rp, expected FROM (
          SELECT number, carried_rp, COALESCE(lag(carry_rp) OVER (
            PARTITION BY partner_id, producer_id ORDER BY until_on), 0) AS expected FROM left_over) AS chained
        WHERE carried_rp <> expected ORDER BY number""")
    )
    for row in rows:
        what = f"takes over {row.carried_rp}, the one before left {row.expected}"
        yield Breach("settlement.carried", f"statement {row.number}", what)


def check_ledger_ties(session: Session) -> Iterator[Breach]:
    """Find statements whose transfers do not come to their net on both accounts."""
    rows = session.execute(
        text("""
        WITH side AS (
          SELECT cause, debit_account_id AS id, amount_rp FROM transfer WHERE key LIKE 'statement:%'
          UNION ALL SELECT cause, credit_account_id, -amount_rp FROM transfer WHERE key LIKE 'statement:%'),
        moved AS (
          SELECT cause, kind, partner_id, producer_id, sum(amount_rp) AS debited FROM side JOIN account USING (id)
          GROUP BY cause, kind, partner_id, producer_id)
        SELECT number, net_rp, COALESCE(owes.debited, 0) AS owes, -COALESCE(owed.debited, 0) AS owed FROM statement
        LEFT JOIN moved AS owes ON (owes.cause, owes.kind, owes.partner_id, owes.producer_id)
          = (number, 'partner_owes', statement.partner_id, statement.producer_id)
        LEFT JOIN moved AS owed ON (owed.cause, owed.kind, owed.partner_id, owed.producer_id)
          = (number, 'producer_is_owed', statement.partner_id, statement.producer_id)
        WHERE COALESCE(owes.debited, 0) <> net_rp OR -COALESCE(owed.debited, 0) <> net_rp ORDER BY number""")
    )
    for row in rows:
        what = f"comes to {row.net_rp}, the ledger moved {row.owes} and {row.owed}"
        yield Breach("settlement.ledger", f"statement {row.number}", what)


def check_numbers(session: Session) -> Iterator[Breach]:
    """Find years whose statement numbers have gaps."""
    rows = session.execute(
        text("""
        SELECT year, last, count(statement.id) AS written FROM statement_counter
        LEFT JOIN statement ON statement.number LIKE 'NP-' || year || '-%' GROUP BY year, last
        HAVING count(statement.id) <> last""")
    )
    for row in rows:
        yield Breach("settlement.numbers", f"year {row.year}", f"{row.last} numbers were taken, {row.written} are used")


def check_seals(session: Session) -> Iterator[Breach]:
    """Find statements whose seal is no longer in the audit chain: its tail was cut or rewritten."""
    query = select(Statement.number, Statement.audit_seq, Statement.audit_hash, AuditEvent.hash).outerjoin(
        AuditEvent, AuditEvent.seq == Statement.audit_seq
    )
    for number, seq, sealed, found in session.execute(query.where(Statement.audit_seq > 0).order_by(Statement.number)):
        if getattr(found, "hex", str)() != sealed:
            yield Breach(
                "settlement.seal", f"statement {number}", f"audit event {seq} is not the one it was sealed with"
            )


CHECKS = (
    check_cuts, check_two_people, check_statements, check_losses, check_carried, check_ledger_ties, check_numbers, check_seals,
)  # fmt: skip
