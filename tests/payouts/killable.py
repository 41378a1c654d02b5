"""The whole way of money, act by act, that may be killed at any moment: run as a process of its own, it does what is not done yet.

Months are closed, what partners paid is posted and matched, producers are paid out of it, payouts are found on the bank's
statement, and every third of them comes back and is paid again. What is to be done next is seen in the books alone. Each line of
input starts it anew in a process forked from this one; its number is printed, each act before it begins, and with what it ended.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.banking.booking import book_statement
from consign.banking.rules import BankStatement, StatementLine
from consign.db import Database
from consign.errors import ConsignError
from consign.identity.queries import get_actor
from consign.models.banking import BankAccount, BankFile, BankLine
from consign.models.payouts import Payout
from consign.models.settlement import Closing
from consign.payments.accepting import accept_split
from consign.payouts.approving import approve_batch
from consign.payouts.bank_lines import confirm_payouts, return_payout
from consign.payouts.planning import plan_payouts
from consign.payouts.sending import send_batch
from consign.settlement.actions import close_period
from consign.settlement.shares import Share
from tests.builders import FINANCE
from tests.conftest import REGION
from tests.settlement.money import SECOND
from tests.stock.losing import Calendar

TODAY = date(2026, 10, 20)
ENDS = tuple(date(2026, month + 1, 1) - timedelta(1) for month in range(1, 10))
"""The last days of months that are to be closed, from January on."""
EVERY = 3
"""Each so-many-th payout comes back."""


def close(session: Session, subject: int) -> None:
    """Close a month of a partner; the subject is the partner's id and the place of the month."""
    partner_id, place = divmod(subject, 100)
    by = get_actor(session, FINANCE)
    close_period(session, by=by, partner_id=partner_id, until=ENDS[place], incomplete_reason="uji")


def pay_in(session: Session, closing_id: int) -> None:
    """Post the line by which a partner paid what a closing came to."""
    due = text("SELECT sum(due_rp)::bigint FROM statement WHERE closing_id = :closing")
    book(session, f"SETORAN {closing_id}", int(session.scalar(due, {"closing": closing_id}) or 0))


def match(session: Session, closing_id: int) -> None:
    """Say that a partner's line pays the statements of a closing."""
    line = get_line(session, f"SETORAN {closing_id}")
    rows = session.execute(text("SELECT id, due_rp FROM statement WHERE closing_id = :one"), {"one": closing_id})
    shares = [Share(row.id, row.due_rp) for row in rows]
    accept_split(session, by=get_actor(session, FINANCE), taken={line.id: line.amount_rp}, shares=shares)


def plan(session: Session, account_id: int) -> None:
    plan_payouts(session, by=get_actor(session, FINANCE), bank_account_id=account_id, on=TODAY)


def approve(session: Session, batch_id: int) -> None:
    approve_batch(session, by=get_actor(session, SECOND), batch_id=batch_id)


def send(session: Session, batch_id: int) -> None:
    send_batch(session, by=get_actor(session, FINANCE), batch_id=batch_id, on=TODAY)


def pay_out(session: Session, payout_id: int) -> None:
    """Post the line by which the bank paid a payout."""
    book(session, f"KELUAR {payout_id}", -session.get_one(Payout, payout_id).amount_rp)


def find(session: Session, payout_id: int) -> None:
    line = get_line(session, f"KELUAR {payout_id}")
    confirm_payouts(session, by=get_actor(session, FINANCE), line_ids=[line.id], payout_ids=[payout_id])


def come_back(session: Session, payout_id: int) -> None:
    """Post the line by which a payout came back."""
    book(session, f"RETUR {payout_id}", session.get_one(Payout, payout_id).amount_rp)


def give_back(session: Session, payout_id: int) -> None:
    line = get_line(session, f"RETUR {payout_id}")
    by = get_actor(session, FINANCE)
    return_payout(session, by=by, payout_id=payout_id, on=TODAY, reason="rekening tutup", line_id=line.id)


ACTS: dict[str, Callable[[Session, int], None]] = {
    one.__name__: one for one in (close, pay_in, match, plan, approve, send, pay_out, find, come_back, give_back)
}


def get_line(session: Session, words: str) -> BankLine:
    return session.scalars(select(BankLine).where(BankLine.description == words)).one()


def book(session: Session, words: str, amount_rp: int) -> None:
    """Post a statement of the office's bank account with one line; posted again, it brings nothing new."""
    account = session.scalars(select(BankAccount)).one()
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    known = session.scalars(select(BankFile).where(BankFile.sha256 == sha256)).first()
    last = session.scalars(select(BankFile).order_by(BankFile.id.desc()).limit(1)).first()
    before = known.opening_rp if known else last.closing_rp if last else 0
    rows = (StatementLine(1, TODAY, amount_rp, words),)
    statement = BankStatement("uji", TODAY, TODAY, before, before + amount_rp, rows)
    if known is None:
        book_statement(
            session, statement, by=get_actor(session, FINANCE), account_id=account.id, sha256=sha256, name="x.csv",
            statement_no=1,
        )  # fmt: skip


NEXT = text(f"""
    SELECT act, subject FROM (
      SELECT 1 AS place, 'approve' AS act, id::bigint AS subject FROM payout_batch WHERE state = 'planned'
      UNION ALL SELECT 2, 'send', id FROM payout_batch WHERE state = 'approved'
      UNION ALL SELECT 3, CASE WHEN line.id IS NULL THEN 'pay_out' ELSE 'find' END, payout.id FROM payout
        LEFT JOIN bank_line AS line ON line.description = 'KELUAR ' || payout.id WHERE payout.state = 'sent'
      UNION ALL SELECT 4, CASE WHEN line.id IS NULL THEN 'come_back' ELSE 'give_back' END, payout.id FROM payout
        LEFT JOIN bank_line AS line ON line.description = 'RETUR ' || payout.id
        WHERE payout.state = 'paid' AND payout.id % {EVERY} = 0
      UNION ALL SELECT 5, CASE WHEN line.id IS NULL THEN 'pay_in' ELSE 'match' END, closing.id FROM closing
        LEFT JOIN bank_line AS line ON line.description = 'SETORAN ' || closing.id
        WHERE NOT EXISTS (SELECT FROM allocation JOIN statement ON statement.id = allocation.statement_id
          WHERE statement.closing_id = closing.id)
      UNION ALL SELECT 6, 'plan', bank_account.id FROM bank_account WHERE EXISTS (
        SELECT FROM account WHERE kind = 'producer_payable' AND credits_rp > debits_rp)) AS waiting
    ORDER BY place, subject LIMIT 1""")


def find_next(session: Session) -> tuple[str, int] | None:
    """Return what is to be done next, as the books say; blank where all is done."""
    row = session.execute(NEXT).first()
    if row is not None:
        return row.act, row.subject
    for place, end in enumerate(ENDS):
        closed = select(Closing.partner_id).where(Closing.until_on == end)
        left = set(session.scalars(text("SELECT id FROM partner"))) - set(session.scalars(closed))
        if left:
            return "close", min(left) * 100 + place
    return None


def work(url: str) -> None:
    """Do all that is not done: killed at any moment and begun again, it comes to the same."""
    clock.now = Calendar(TODAY).now  # type: ignore[assignment]  # the sales are of that year
    database = Database.open(url=url, data_dir=Path())
    while True:
        with database.transaction(REGION) as session:
            found = find_next(session)
        if found is None:
            break
        print(*found, flush=True)
        do(database, *found)
    database.close()


def do(database: Database, act: str, subject: int) -> bool:
    """Do an act in its own transaction; say whether it was done or refused."""
    try:
        with database.transaction(REGION) as session:
            ACTS[act](session, subject)
    except ConsignError:
        return False
    return True


def main() -> None:
    """Start the work once for each line of input."""
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(sys.argv[1])
            os._exit(0)
        print(pid, flush=True)
        print("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
