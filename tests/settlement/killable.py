"""Work with money that may be killed at any moment: run as a process of its own, it does what is not done yet.

Bank statements are posted, every line is matched with the statement that it pays, and every third match is undone and made
again, each in its own transaction. Each line of input starts it anew in a process forked from this one, since importing takes
longer than the work; its number is printed, each transaction, and with what it ended.
"""

import os
import sys
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.db import Database
from consign.identity.queries import get_actor
from consign.identity.rules import Actor
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankAccount, BankFile, BankLine
from consign.payments.match_kinds import MatchKind
from consign.payments.match_rows import find_free, get_standing_match, mark_undone, record_match
from consign.settlement.allocating import Source, allocate, lock_open, take_back
from consign.settlement.shares import Share
from tests.builders import FINANCE
from tests.conftest import REGION

FILES, LINES, PAID_RP = 5, 30, 100
DID = "did"
"""What is printed after each transaction."""
EVERY = 3
"""Each so-many-th payment is taken back once."""


def post_file(session: Session, by: Actor, number: int) -> None:
    """Post the office's bank statement *number*, unless it is posted."""
    account = session.scalars(select(BankAccount)).one()
    sha256 = f"{number:064d}"
    if session.scalars(select(BankFile.id).where(BankFile.sha256 == sha256)).first() is not None:
        return
    before = number * LINES * PAID_RP
    day = account.added_at.date()
    rows = tuple(StatementLine(row, day, PAID_RP, f"SETORAN {number}/{row}") for row in range(1, LINES + 1))
    statement = BankStatement("uji", day, day, before, before + LINES * PAID_RP, rows)
    book_statement(session, statement, by=by, account_id=account.id, sha256=sha256, name="x.csv", statement_no=1)


def settle_line(session: Session, by: Actor, line_id: int) -> bool:
    """Match a line with the statement that it pays, or take that back where it is one of those; say if anything was left to do."""
    line = session.get_one(BankLine, line_id)
    ids = list(session.scalars(text("SELECT id FROM statement WHERE due_rp > 0 ORDER BY id")))
    shares = [Share(ids[line_id % len(ids)], line.amount_rp)]
    unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=line.account_id)
    if not find_free(session, [line_id])[line_id]:
        made = list(
            session.scalars(text("SELECT match_id FROM bank_match_line WHERE bank_line_id = :id"), {"id": line_id})
        )
        if line_id % EVERY or len(made) > 1:
            return False
        match = get_standing_match(session, made[0])
        lock_open(session, ids, others={unallocated})
        mark_undone(session, match, by=by, reason="uji")
        take_back(session, by=by, cause=f"match:{match.id}", booked_on=line.booked_on, reason="uji")
        return True
    lock_open(session, ids, others={unallocated})
    match = record_match(
        session, by=by, account_id=line.account_id, kind=MatchKind.PAYMENT, rule="reference", certain=True, why=(),
        reason_code=None, taken={line_id: line.amount_rp},
    )  # fmt: skip
    allocate(
        session, shares, by=by, source=Source.COLLECTING, cause=f"match:{match.id}", booked_on=line.booked_on,
        bank_account_id=line.account_id,
    )  # fmt: skip
    return True


def work(url: str) -> None:
    """Do all that is not done: killed at any moment and begun again, it comes to the same."""
    database = Database.open(url=url, data_dir=Path())
    for number in range(FILES):
        with database.transaction(REGION) as session:
            post_file(session, get_actor(session, FINANCE), number)
        print(DID, flush=True)
        with database.transaction(REGION) as session:
            lines = session.scalars(
                select(BankLine.id).join(BankFile).where(BankFile.sha256 == f"{number:064d}").order_by(BankLine.id)
            )
            ids = list(lines)
        for line_id in ids:
            for _ in range(3 if line_id % EVERY == 0 else 1):
                with database.transaction(REGION) as session:
                    done = settle_line(session, get_actor(session, FINANCE), line_id)
                if done:
                    print(DID, flush=True)
    database.close()


def main() -> None:
    """Start the work once for each line of input."""
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(sys.argv[1])
            os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
