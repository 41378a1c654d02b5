"""A bank's file of 100,000 lines on its whole way: read, posted, and matched against 20,000 open statements.

    python -m tests.bench.banking [--lines N] [--profile]

The statements and what each line pays are those of `tests.bench.matching`, written to the database as closings and
their transfers would. Measured are the reading of three layouts, the posting of one of them, the same file and the same lines
again, the posting of every certain match and the proposals for all that is left: time, SQL statements, and memory of the
process. What came out is held against the truth, and the books against their invariants. It ends with 1 where reading, posting
and matching take more than a minute together, a certain match is wrong, too few are found, or a breach is. The database is
the embedded one, below /var/tmp, and is removed.
"""

import argparse
import cProfile
import os
import pstats
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from consign.banking.accounts import add_bank_account
from consign.banking.checks import CHECKS as BANKING
from consign.banking.posting import post_bank_file
from consign.banking.reading import inspect_bank_file
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.ledger.checks import CHECKS as LEDGER
from consign.payments.checks import CHECKS as PAYMENTS
from consign.payments.match_facts import Proposal, Rule
from consign.payments.match_kinds import MatchKind
from consign.payments.matching import post_certain, propose
from consign.regions import add_region
from consign.settlement.allocation_checks import CHECKS as ALLOCATIONS
from consign.settlement.shares import Share
from consign.settlement.transfer_checks import CHECKS as TRANSFERS
from tests.banking.writers import HOLDER, NUMBER, statement, write_bca, write_bri, write_mt940
from tests.bench.generate import make_folder
from tests.bench.matching import City, Truth, judge
from tests.bench.stock import refresh_figures
from tests.builders import ADMIN, FINANCE

REGION = "64.71"
OPENED_RP = 10_000_000
TODAY = date(2026, 11, 29)
AIM_POSTED_S, BAR_S = 15.0, 60.0
LEAST_CERTAIN = 0.95
ACCOUNT = 1
"""The id of the only bank account."""
POSTED, CERTAIN, PROPOSED = "bca: read and posted", "certain matches found and posted", "all that is left proposed for"

_FILL = (
    """INSERT INTO partner (code, name, kind, cycle) SELECT 'M' || n, name, 'supermarket', 'month'
       FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS given(name, n) ORDER BY n""",
    "INSERT INTO producer (code, name) SELECT 'P' || n, 'Dapur ' || n FROM generate_series(1, :producers) AS n",
    """INSERT INTO closing (partner_id, until_on, posting_no, before_on, before_posting_no, missing, closed_by, closed_at)
       SELECT partner.id, CAST('2026-07-31' AS date) + n * 31, 0, CAST('2026-07-31' AS date) + (n - 1) * 31, 0, '{}',
         (SELECT min(id) FROM user_account), now()
       FROM partner CROSS JOIN generate_series(0, 1) AS n ORDER BY partner.id, n""",
    """INSERT INTO statement (number, closing_id, partner_id, producer_id, from_on, until_on, line_count, sales_rp, returns_rp,
         late_rp, fee_rp, fee_tax_rp, pph23_rp, losses_rp, net_rp, carried_rp, due_rp, carry_rp, due_on, route, audit_seq,
         audit_hash)
       SELECT given.number, closing.id, given.partner_id, given.producer_id, closing.before_on + 1, closing.until_on, 1, given.due_rp, 0,
         0, 0, 0, 0, 0, given.due_rp, 0, given.due_rp, 0, given.due_on, 'collecting', 0, ''
       FROM unnest(CAST(:numbers AS text[]), CAST(:partners AS bigint[]), CAST(:places AS bigint[]), CAST(:months AS int[]),
         CAST(:dues AS date[]), CAST(:amounts AS bigint[])) AS given(number, partner_id, producer_id, month, due_on, due_rp)
       JOIN closing ON closing.partner_id = given.partner_id AND closing.until_on = CAST('2026-07-31' AS date) + given.month * 31
       ORDER BY given.number""",
    """INSERT INTO account (kind, partner_id, producer_id, debits_rp, credits_rp)
       SELECT wanted.kind, partner_id, producer_id, CASE WHEN kind = 'partner_owes' THEN due_rp ELSE 0 END,
         CASE WHEN kind = 'partner_owes' THEN 0 ELSE due_rp END
       FROM statement CROSS JOIN unnest(ARRAY['partner_owes', 'producer_is_owed']) AS wanted(kind)""",
    """INSERT INTO transfer (key, kind, debit_account_id, credit_account_id, amount_rp, booked_on, cause, posted_at)
       SELECT 'statement\\:' || number || '\\:sales', 'sales', owes.id, is_owed.id, sales_rp, until_on, number, now()
       FROM statement JOIN account AS owes USING (partner_id, producer_id)
       JOIN account AS is_owed USING (partner_id, producer_id)
       WHERE owes.kind = 'partner_owes' AND is_owed.kind = 'producer_is_owed'""",
)


@dataclass
class Measured:
    """What was measured."""

    seconds: dict[str, float] = field(default_factory=dict)
    statements: int = 0
    """SQL statements so far."""
    profiled: bool = False

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Print how long something takes, how much of it this process works, its SQL statements, and the most memory so far."""
        before, profile = self.statements, cProfile.Profile()
        if self.profiled:
            profile.enable()
        began, worked = time.perf_counter(), time.process_time()
        yield
        self.seconds[what], worked = time.perf_counter() - began, time.process_time() - worked
        if self.profiled:
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(30)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        asked = self.statements - before
        print(f"{what:<36} {self.seconds[what]:6.1f} s, {worked:5.1f} s of it here; {asked:3} SQL statements; {most} MB", flush=True)  # fmt: skip


def in_order(truth: Truth) -> Truth:
    """Return the truth with its lines in the order of their days, numbered as the database will number them."""
    ordered = sorted(truth.lines, key=lambda one: one.booked_on)
    ids = {line.id: number for number, line in enumerate(ordered, 1)}
    return Truth(
        items=truth.items,
        payers=truth.payers,
        lines=[replace(line, id=ids[line.id]) for line in ordered],
        pays={ids[line_id]: paid for line_id, paid in truth.pays.items()},
        case={ids[line_id]: case for line_id, case in truth.case.items()},
        together={ids[one]: frozenset(ids[other] for other in others) for one, others in truth.together.items()},
    )


def fill(session: Session, truth: Truth) -> None:
    """Write the office, its account, and all that is open."""
    add_user(session, by=None, login=ADMIN, name="A", role=Role.ADMIN)
    admin = get_actor(session, ADMIN)
    add_user(session, by=admin, login=FINANCE, name="F", role=Role.DINAS_FINANCE)
    add_bank_account(session, by=admin, code="B", bank_code="014", number=NUMBER, holder=HOLDER)
    producers = len(truth.items) // len(truth.payers)
    facts: dict[str, object] = {
        "names": [one.name for one in truth.payers],
        "producers": producers,
        "numbers": [one.number for one in truth.items],
        "partners": [one.partner_id for one in truth.items],
        "places": [(one.id - 1) % producers + 1 for one in truth.items],
        "months": [one.closing_id % 10 for one in truth.items],
        "dues": [one.due_on for one in truth.items],
        "amounts": [one.open_rp for one in truth.items],
    }
    for written in _FILL:
        session.execute(
            text(written),
            {name: fact for name, fact in facts.items() if f":{name} " in written or f":{name})" in written},
        )


def write_files(truth: Truth, folder: Path) -> dict[str, Path]:
    """Write the lines in three layouts."""
    one = statement(OPENED_RP, [(line.booked_on, line.free_rp, line.description) for line in truth.lines])
    paths = {}
    for name, write in (("mt940", write_mt940), ("bri", write_bri), ("bca", write_bca)):
        paths[name] = folder / f"{name}.txt"
        paths[name].write_bytes(write(one))
    return paths


def read_all(paths: dict[str, Path], measured: Measured) -> None:
    """Read the file of each layout."""
    for name, path in paths.items():
        with measured.step(f"{name}: {path.stat().st_size >> 20} MB read"):
            reading = inspect_bank_file(path, number=NUMBER, today=TODAY)
        print(f"  {len(reading.statements[0].lines):,} lines")


def post(database: Database, files: Files, path: Path, what: str, measured: Measured) -> None:
    """Post a file in a transaction of its own."""
    with measured.step(what), database.transaction(REGION) as session:
        by = get_actor(session, FINANCE)
        posted = post_bank_file(session, files, by=by, account_code="B", path=path, name=path.name)
    print(f"  {posted.new_lines:,} new lines")


def match_all(database: Database, measured: Measured) -> list[Proposal]:
    """Post what is certain, propose for all that is left, and return both."""
    before = measured.statements
    with measured.step(CERTAIN), database.transaction(REGION) as session:
        by = get_actor(session, FINANCE)
        posted = len(post_certain(session, by=by, account_id=ACCOUNT))
    asked = measured.statements - before
    print(f"  {posted:,} matches, {asked / max(posted, 1):.3f} SQL statements a match")
    with measured.step("certain matches again"), database.transaction(REGION) as session:
        again = len(post_certain(session, by=get_actor(session, FINANCE), account_id=ACCOUNT))
    print(f"  {again} matches")
    with measured.step(PROPOSED), database.transaction(REGION) as session:
        proposals = propose(session, by=get_actor(session, FINANCE), account_id=ACCOUNT)
    print(f"  {len(proposals):,} proposals")
    with database.transaction(REGION) as session:
        return [*find_posted(session), *proposals]


def find_posted(session: Session) -> list[Proposal]:
    """Return every posted match as the proposal that it was."""
    rows = session.execute(
        text("""
        SELECT made.rule,
          (SELECT array_agg(bank_line_id ORDER BY bank_line_id) FROM bank_match_line WHERE match_id = made.id) AS lines,
          (SELECT array_agg(amount_rp ORDER BY bank_line_id) FROM bank_match_line WHERE match_id = made.id) AS given,
          array_agg(allocation.statement_id ORDER BY allocation.id) AS statements,
          array_agg(allocation.amount_rp ORDER BY allocation.id) AS amounts
        FROM bank_match AS made JOIN allocation ON allocation.cause = 'match:' || made.id GROUP BY made.id ORDER BY made.id""")
    )
    return [
        Proposal(
            MatchKind.PAYMENT, Rule(row.rule), 0, certain=True, why=(),
            taken=tuple(zip(row.lines, row.given, strict=True)),
            shares=tuple(map(Share, row.statements, row.amounts)),
        )
        for row in rows
    ]  # fmt: skip


def count_breaches(database: Database) -> int:
    """Print the first breaches of the books, and return how many there are."""
    with database.transaction(REGION) as session:
        checks = (*LEDGER, *ALLOCATIONS, *TRANSFERS, *BANKING, *PAYMENTS)
        breaches = [one for check in checks for one in check(session)]
    for one in breaches[:5]:
        print(one)
    return len(breaches)


def count_statements(measured: Measured) -> None:
    """Count every SQL statement from now on."""

    def add_one(*_: object) -> None:
        measured.statements += 1

    event.listen(Engine, "before_cursor_execute", add_one)


def main() -> int:
    """Fill a region, take the lines their whole way, and say whether all keep within their bars."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=100_000)
    options.add_argument("--partners", type=int, default=60)
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    print(f"load of the machine: {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    measured = Measured(profiled=given.profile)
    truth = in_order(City(seed=1, partners=given.partners, producers=340, lines=given.lines).truth)
    folder = make_folder()
    paths = write_files(truth, folder)
    database = Database.open(url=None, data_dir=folder)
    files = Files.open(url=None, folder=folder / "files")
    add_region(database, code=REGION, name="Bench")
    with database.transaction(REGION) as session:
        fill(session, truth)
    refresh_figures(database)
    count_statements(measured)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{len(truth.lines):,} lines against {len(truth.items):,} open statements; {most} MB before")
    read_all(paths, measured)
    post(database, files, paths["bca"], POSTED, measured)
    proposals = match_all(database, measured)
    post(database, files, paths["bca"], "the same file again", measured)
    paths["bca"].write_bytes(paths["bca"].read_bytes() + b"\r\n")
    post(database, files, paths["bca"], "the same lines in another file", measured)
    breaches = count_breaches(database)
    database.close()
    verdict = judge(truth, proposals)
    for told in verdict.tell():
        print(told)
    whole = sum(measured.seconds[one] for one in (POSTED, CERTAIN, PROPOSED))
    print(f"breaches: {breaches}; read, posted, matched and proposed in {whole:.1f} s (bar {BAR_S:.0f} s)")
    print(f"of it read and posted in {measured.seconds[POSTED]:.1f} s (aim {AIM_POSTED_S:.0f} s)")
    return 0 if whole <= BAR_S and not breaches and not verdict.wrong and verdict.tied_found >= LEAST_CERTAIN else 1


if __name__ == "__main__":
    sys.exit(main())
