"""The ledger exported and proven: a million transfers, how long they take, and how long Beancount itself does.

    python -m tests.bench.journal [--transfers N] [--no-proof]

One partner owes 1,000 producers in as many periods as it takes; each statement is two transfers, is paid by a bank line of
its own, and becomes payable: five transfers in all. Measured are the invariants of ledger, allocations and transfers, both
exports with the memory of the process, and `bean-check` on the file. It ends with 1 where an export takes more than a minute,
a breach is found, or Beancount finds an error. The database is the embedded one, below /var/tmp, and is removed.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.db import Database
from consign.ledger.checks import CHECKS as LEDGER
from consign.ledger.journal import compute_trial_balance, open_journal
from consign.regions import add_region
from consign.settlement.allocation_checks import CHECKS as ALLOCATIONS
from consign.settlement.transfer_checks import CHECKS as TRANSFERS
from reports.journal import write_beancount, write_csv
from tests.bench.generate import PRODUCERS, fill_city, make_folder
from tests.bench.stock import refresh_figures, told

REGION = "64.71"
EACH = 5
"""Transfers of a statement."""
BAR_S, BAR_MB = 60.0, 300
BEAN_CHECK = Path(sys.executable).with_name("bean-check")

_FILL = (
    "INSERT INTO bank_account (code, bank_code, number, holder, added_at) VALUES ('BPD', '124', '0010001234', 'Dinas', now())",
    """INSERT INTO closing (partner_id, until_on, posting_no, before_on, before_posting_no, missing, closed_by, closed_at)
       SELECT partner.id, CAST('2020-01-01' AS date) + n, 0, CAST('2020-01-01' AS date) + n - 1, 0, '{}', user_account.id, now()
       FROM generate_series(1, :periods) AS n CROSS JOIN (SELECT min(id) AS id FROM partner) AS partner
       CROSS JOIN (SELECT min(id) AS id FROM user_account) AS user_account""",
    """INSERT INTO statement (number, closing_id, partner_id, producer_id, from_on, until_on, line_count, sales_rp, returns_rp,
         late_rp, fee_rp, fee_tax_rp, pph23_rp, losses_rp, net_rp, carried_rp, due_rp, carry_rp, due_on, route, audit_seq,
         audit_hash)
       SELECT 'NP-2026-' || lpad((row_number() OVER (ORDER BY closing.id, producer.id))::text, 6, '0'), closing.id,
         closing.partner_id, producer.id, closing.until_on, closing.until_on, 1, 100000 + producer.id, 0, 0, 2500, 0, 0, 0,
         97500 + producer.id, 0, 97500 + producer.id, 0, closing.until_on + 15, 'collecting', 0, ''
       FROM closing CROSS JOIN producer""",
    """INSERT INTO bank_file (account_id, sha256, name, statement_no, layout, from_on, until_on, opening_rp, closing_rp, lines,
         new_lines, pending, posted_by, posted_at)
       SELECT bank_account.id, repeat('0', 64), 'x.csv', 1, 'x', '2020-01-01', '2026-01-01', 0, 0, 0, 0, 0, user_account.id, now()
       FROM bank_account CROSS JOIN (SELECT min(id) AS id FROM user_account) AS user_account""",
    """INSERT INTO bank_line (account_id, file_id, row_no, booked_on, amount_rp, description, counterparty, reference,
         fingerprint, occurrence)
       SELECT file.account_id, file.id, statement.id, statement.due_on, statement.due_rp, statement.number, '', '',
         statement.number, 1
       FROM statement CROSS JOIN bank_file AS file""",
    """INSERT INTO bank_match (account_id, kind, rule, certain, why, made_by, made_at)
       SELECT line.account_id, 'payment', 'reference', true, '[]', user_account.id, now()
       FROM bank_line AS line CROSS JOIN (SELECT min(id) AS id FROM user_account) AS user_account ORDER BY line.id""",
    """INSERT INTO bank_match_line (match_id, bank_line_id, amount_rp)
       SELECT made.id, line.id, line.amount_rp
       FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM bank_match) AS made
       JOIN (SELECT id, amount_rp, row_number() OVER (ORDER BY id) AS n FROM bank_line) AS line USING (n)""",
    """INSERT INTO allocation (statement_id, amount_rp, source, cause, booked_on, allocated_by, allocated_at)
       SELECT line.row_no, part.amount_rp, 'collecting', 'match\\:' || part.match_id, line.booked_on, made.made_by, now()
       FROM bank_match_line AS part JOIN bank_line AS line ON line.id = part.bank_line_id
       JOIN bank_match AS made ON made.id = part.match_id ORDER BY part.match_id""",
    """INSERT INTO account (kind, partner_id, producer_id, debits_rp, credits_rp)
       SELECT wanted.kind, partner.id, producer.id, 0, 0 FROM partner CROSS JOIN producer
       CROSS JOIN unnest(ARRAY['partner_owes', 'producer_is_owed', 'producer_payable']) AS wanted(kind)""",
    """INSERT INTO account (kind, bank_account_id, debits_rp, credits_rp)
       SELECT kind, bank_account.id, 0, 0 FROM bank_account CROSS JOIN unnest(ARRAY['bank', 'unallocated', 'in_transit']) AS kind""",
    """CREATE TEMPORARY TABLE pair ON COMMIT DROP AS
       SELECT producer_id, max(id) FILTER (WHERE kind = 'partner_owes') AS owes,
         max(id) FILTER (WHERE kind = 'producer_is_owed') AS is_owed,
         max(id) FILTER (WHERE kind = 'producer_payable') AS payable,
         (SELECT id FROM account WHERE kind = 'bank') AS bank, (SELECT id FROM account WHERE kind = 'unallocated') AS unallocated
       FROM account WHERE producer_id IS NOT NULL GROUP BY producer_id""",
    """INSERT INTO transfer (key, kind, debit_account_id, credit_account_id, amount_rp, booked_on, cause, posted_at)
       SELECT 'statement\\:' || number || '\\:sales', 'sales', owes, is_owed, sales_rp, until_on, number, now()
       FROM statement JOIN pair USING (producer_id)
       UNION ALL SELECT 'statement\\:' || number || '\\:fee', 'fee', is_owed, owes, fee_rp, until_on, number, now()
       FROM statement JOIN pair USING (producer_id)
       UNION ALL SELECT 'bank\\:' || line.id, 'bank_line', bank, unallocated, amount_rp, booked_on, 'bank\\:' || line.id, now()
       FROM bank_line AS line JOIN statement ON statement.id = line.row_no JOIN pair USING (producer_id)
       UNION ALL SELECT 'allocation\\:' || one.id || '\\:paid', 'payment', unallocated, owes, amount_rp, booked_on, number, now()
       FROM allocation AS one JOIN statement ON statement.id = one.statement_id JOIN pair USING (producer_id)
       UNION ALL SELECT 'allocation\\:' || one.id || '\\:payable', 'payable', is_owed, payable, amount_rp, booked_on, number, now()
       FROM allocation AS one JOIN statement ON statement.id = one.statement_id JOIN pair USING (producer_id)""",
    """UPDATE account SET debits_rp = side.debits, credits_rp = side.credits FROM (
         SELECT id, sum(debit) AS debits, sum(credit) AS credits FROM (
           SELECT debit_account_id AS id, amount_rp AS debit, 0 AS credit FROM transfer
           UNION ALL SELECT credit_account_id, 0, amount_rp FROM transfer) AS each GROUP BY id) AS side
       WHERE side.id = account.id""",
)


def fill(session: Session, *, transfers: int) -> None:
    """Write statements, bank lines, payments and their transfers, set by set."""
    fill_city(session)
    for statement in _FILL:
        facts = {"periods": max(transfers // PRODUCERS // EACH, 1)} if ":periods" in statement else {}
        session.execute(text(statement), facts)


def export(session: Session, path: Path, over: list[str]) -> None:
    """Write the ledger to *path*; say how long it took and how much memory the process ever had."""
    write = write_csv if path.suffix == ".csv" else write_beancount
    with (
        told(f"export as {path.suffix}", bar_s=BAR_S, over=over),
        open_journal(session) as journal,
        path.open("w", encoding="utf-8", newline="") as target,
    ):
        target.writelines(write(journal))
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{path.stat().st_size / 1e6:.0f} MB written; peak memory of the process {most_mb} MB (bar {BAR_MB} MB)")
    if most_mb > BAR_MB:
        over.append(f"memory of {path.suffix}")


def prove(path: Path) -> int:
    """Have bean-check read the file; return how many of its lines say what is wrong."""
    begun = time.perf_counter()
    checked = subprocess.run([BEAN_CHECK, "--no-cache", path], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    most_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"{'bean-check on it':<64} {seconds:9.3f} s, {most_mb} MB, ended with {checked.returncode}", flush=True)
    print(checked.stderr[:500], end="")
    return checked.returncode


def main() -> int:
    """Fill a region, export and prove its ledger, and say whether all keeps within its bars."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--transfers", type=int, default=1_000_000)
    options.add_argument("--no-proof", action="store_true")
    wanted = options.parse_args()
    folder = make_folder()
    database = Database.open(url=None, data_dir=folder)
    add_region(database, code=REGION, name="Bench")
    over: list[str] = []
    with database.transaction(REGION) as session, told("the ledger is written"):
        fill(session, transfers=wanted.transfers)
    refresh_figures(database)
    breaches = 0
    with database.transaction(REGION) as session:
        with told("the trial balance"):
            print(f"{compute_trial_balance(session).transfers} transfers")
        for name in (".csv", ".beancount"):
            export(session, folder / f"ledger{name}", over)
        for check in (*LEDGER, *ALLOCATIONS, *TRANSFERS):
            with told(f"  {check.__name__}"):
                found = list(check(session))
            breaches += len(found)
            for one in found[:3]:
                print(one)
    database.close()
    errors = 0 if wanted.no_proof else prove(folder / "ledger.beancount")
    print(f"breaches: {breaches}; errors of bean-check: {errors}; over the bar: {', '.join(over) or 'nothing'}")
    return 1 if breaches or over or errors else 0


if __name__ == "__main__":
    sys.exit(main())
