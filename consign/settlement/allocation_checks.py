"""The invariants of what was paid: each allocation has its transfers and only those, and every balance of a pair is explained.

Nothing is taken from what the actions computed: what should be there is worked out from statements, allocations and payouts.
"""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach

# Which transfers an allocation of each source has. Kept apart from `allocating.order_allocation` on purpose.
_PARTS = """
    part(source, name, kind, debit, credit) AS (VALUES
      ('direct', 'paid', 'direct', 'producer_is_owed', 'partner_owes'),
      ('written_off_producer', 'paid', 'write_off', 'producer_is_owed', 'partner_owes'),
      ('written_off_office', 'paid', 'write_off', 'written_off', 'partner_owes'),
      ('written_off_office', 'payable', 'payable', 'producer_is_owed', 'producer_payable'),
      ('collecting', 'paid', 'payment', 'unallocated', 'partner_owes'),
      ('collecting', 'payable', 'payable', 'producer_is_owed', 'producer_payable'))"""
_TRANSFERS = text(f"""
    WITH {_PARTS},
    wanted AS (
      SELECT 'allocation:' || one.id || ':' || part.name AS key, part.kind, part.debit, part.credit, one.amount_rp, one.booked_on,
        statement.partner_id, statement.producer_id, statement.number AS cause, back.id IS NOT NULL AS taken_back,
        CASE WHEN part.debit = 'unallocated' THEN made.account_id END AS bank_account_id
      FROM allocation AS one JOIN statement ON statement.id = one.statement_id JOIN part ON part.source = one.source
      LEFT JOIN allocation AS back ON back.reverses_id = one.id
      LEFT JOIN bank_match AS made ON one.cause = 'match:' || made.id
      WHERE one.reverses_id IS NULL),
    found AS (
      SELECT one.key, one.kind, debit.kind AS debit, credit.kind AS credit, one.amount_rp, one.booked_on, credit.partner_id,
        credit.producer_id, one.cause, back.id IS NOT NULL AS taken_back, debit.bank_account_id
      FROM transfer AS one JOIN account AS debit ON debit.id = one.debit_account_id
      JOIN account AS credit ON credit.id = one.credit_account_id LEFT JOIN transfer AS back ON back.reverses_id = one.id
      WHERE one.key LIKE 'allocation:%' AND one.reverses_id IS NULL)
    SELECT COALESCE(wanted.key, found.key) AS key, wanted.key IS NULL AS strange, found.key IS NULL AS missing,
      wanted.taken_back, found.taken_back AS reversed
    FROM wanted FULL JOIN found ON found.key = wanted.key
    WHERE (wanted.kind, wanted.debit, wanted.credit, wanted.amount_rp, wanted.booked_on, wanted.partner_id, wanted.producer_id,
        wanted.cause, wanted.taken_back)
      IS DISTINCT FROM (found.kind, found.debit, found.credit, found.amount_rp, found.booked_on, found.partner_id,
        found.producer_id, found.cause, found.taken_back)
      OR wanted.bank_account_id <> found.bank_account_id
    ORDER BY 1 LIMIT 100""")  # noqa: S608  # constants
_TAKEN_BACK = text("""
    SELECT back.id, one.id AS there FROM allocation AS back JOIN allocation AS one ON one.id = back.reverses_id
    WHERE (back.statement_id, back.source, back.cause, back.amount_rp) <> (one.statement_id, one.source, one.cause, -one.amount_rp)
      OR one.reverses_id IS NOT NULL
    ORDER BY back.id LIMIT 100""")
_PAID = text("""
    SELECT number, due_rp, sum(amount_rp) AS paid_rp FROM allocation JOIN statement ON statement.id = allocation.statement_id
    GROUP BY statement.id HAVING sum(amount_rp) NOT BETWEEN 0 AND due_rp ORDER BY number LIMIT 100""")
_PAIRS = text("""
    WITH paid AS (
      SELECT statement_id, sum(amount_rp) AS rp,
        sum(amount_rp) FILTER (WHERE source IN ('collecting', 'written_off_office')) AS payable_rp
      FROM allocation GROUP BY statement_id),
    open AS (
      SELECT partner_id, producer_id, sum(due_rp - COALESCE(paid.rp, 0)) AS open_rp, sum(COALESCE(paid.payable_rp, 0)) AS payable_rp
      FROM statement LEFT JOIN paid ON paid.statement_id = statement.id GROUP BY partner_id, producer_id),
    last AS (
      SELECT partner_id, producer_id, sum(carry_rp) AS carry_rp FROM (
        SELECT statement.partner_id, producer_id, carry_rp,
          rank() OVER (PARTITION BY statement.partner_id, producer_id ORDER BY closing.until_on DESC) AS place
        FROM statement JOIN closing ON closing.id = statement.closing_id) AS ranked
      WHERE place = 1 GROUP BY partner_id, producer_id),
    paid_out AS (
      SELECT part.partner_id, part.producer_id, sum(part.amount_rp) AS rp FROM payout_part AS part
      JOIN payout ON payout.id = part.payout_id WHERE payout.state IN ('sent', 'paid') GROUP BY 1, 2),
    before AS (
      SELECT account.partner_id, account.producer_id,
        sum(CASE WHEN account.id = transfer.credit_account_id THEN amount_rp ELSE -amount_rp END) AS rp
      FROM transfer JOIN account ON account.id IN (transfer.debit_account_id, transfer.credit_account_id)
      WHERE transfer.key LIKE 'carry\\_over:%' AND account.kind = 'producer_payable' GROUP BY 1, 2),
    held AS (
      SELECT partner_id, producer_id, sum(debits_rp - credits_rp) FILTER (WHERE kind = 'partner_owes') AS owes,
        sum(credits_rp - debits_rp) FILTER (WHERE kind = 'producer_is_owed') AS is_owed,
        sum(credits_rp - debits_rp) FILTER (WHERE kind = 'producer_payable') AS payable
      FROM account WHERE partner_id IS NOT NULL GROUP BY 1, 2),
    both_sides AS (
      SELECT partner.code || ' / ' || producer.code AS pair, COALESCE(open_rp, 0) + COALESCE(carry_rp, 0) AS wanted_owed,
        COALESCE(payable_rp, 0) + COALESCE(before.rp, 0) - COALESCE(paid_out.rp, 0) AS wanted_payable,
        COALESCE(owes, 0) AS owes, COALESCE(is_owed, 0) AS is_owed, COALESCE(payable, 0) AS payable
      FROM held FULL JOIN open USING (partner_id, producer_id) FULL JOIN paid_out USING (partner_id, producer_id)
      LEFT JOIN last USING (partner_id, producer_id) LEFT JOIN before USING (partner_id, producer_id)
      JOIN partner ON partner.id = partner_id JOIN producer ON producer.id = producer_id)
    SELECT * FROM both_sides WHERE owes <> wanted_owed OR is_owed <> wanted_owed OR payable <> wanted_payable OR payable < 0
    ORDER BY pair LIMIT 100""")
_WRITTEN_OFF = text("""
    SELECT COALESCE((SELECT sum(debits_rp - credits_rp) FROM account WHERE kind = 'written_off'), 0) AS held_rp,
      COALESCE((SELECT sum(amount_rp) FROM allocation WHERE source = 'written_off_office'), 0) AS wanted_rp""")


def check_allocations(session: Session) -> Iterator[Breach]:
    """Find allocations that have not just their transfers, transfers of no allocation, and wrong ways of taking back."""
    for row in session.execute(_TRANSFERS):
        if row.strange:
            what = "belongs to no allocation"
        elif row.missing:
            what = "is missing"
        elif row.taken_back != row.reversed:
            what = f"is taken back: {row.reversed}, its allocation: {row.taken_back}"
        else:
            what = "is not what its allocation says"
        yield Breach("settlement.allocation", f"transfer {row.key}", what)
    for row in session.execute(_TAKEN_BACK):
        yield Breach("settlement.allocation", f"allocation {row.id}", f"does not mirror allocation {row.there}")


def check_paid(session: Session) -> Iterator[Breach]:
    """Find statements of which less than nothing or more than is due was paid."""
    for row in session.execute(_PAID):
        yield Breach("settlement.paid", f"statement {row.number}", f"{row.paid_rp} was paid of {row.due_rp}")


def check_pairs(session: Session) -> Iterator[Breach]:
    """Find partners and producers whose balances are not what their statements, payments and payouts leave."""
    for row in session.execute(_PAIRS):
        what = (
            f"{row.wanted_owed} is open, the ledger says {row.owes} and {row.is_owed};"
            f" {row.wanted_payable} is payable, the ledger says {row.payable}"
        )
        yield Breach("settlement.pair", row.pair, what)


def check_written_off(session: Session) -> Iterator[Breach]:
    """Find a difference between what the office bears by the ledger and what was written off at its expense."""
    row = session.execute(_WRITTEN_OFF).one()
    if row.held_rp != row.wanted_rp:
        what = f"holds {row.held_rp}, {row.wanted_rp} was written off at the office's expense"
        yield Breach("settlement.written_off", "account written_off", what)


CHECKS = (check_allocations, check_paid, check_pairs, check_written_off)
