"""The invariants of bank statements: every line has its transfer, and the ledger holds what the statements say."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from consign.breach import Breach


def check_lines(session: Session) -> Iterator[Breach]:
    """Find lines without their transfer, with another one, and transfers of lines that are not there."""
    rows = session.execute(
        text("""
        WITH posted AS (
          SELECT transfer.key, transfer.booked_on, bank_account_id,
            CASE WHEN account.id = debit_account_id THEN amount_rp ELSE -amount_rp END AS amount_rp
          FROM transfer JOIN account ON account.kind = 'bank' AND account.id IN (debit_account_id, credit_account_id)
          WHERE transfer.kind = 'bank_line')
        SELECT COALESCE('bank_line ' || line.id, 'transfer ' || posted.key) AS what FROM bank_line AS line
        FULL JOIN posted ON posted.key = 'bank:' || line.id
        WHERE (line.amount_rp, line.booked_on, line.account_id)
          IS DISTINCT FROM (posted.amount_rp, posted.booked_on, posted.bank_account_id)
        ORDER BY 1 LIMIT 100""")
    )
    for row in rows:
        yield Breach("bank.line", row.what, "differs between the bank's lines and the ledger")


def check_balances(session: Session) -> Iterator[Breach]:
    """Find accounts that hold something else in the ledger than the earliest opening balance and all lines."""
    rows = session.execute(
        text("""
        SELECT bank_account.code, COALESCE(held.debits_rp - held.credits_rp, 0) AS held_rp,
          COALESCE((SELECT opening_rp FROM bank_file WHERE account_id = bank_account.id ORDER BY from_on, id LIMIT 1), 0)
            AS opening_rp,
          COALESCE((SELECT sum(CASE WHEN held.id = debit_account_id THEN amount_rp ELSE -amount_rp END) FROM transfer
            WHERE kind = 'opening' AND held.id IN (debit_account_id, credit_account_id)), 0) AS opened_rp,
          (SELECT count(DISTINCT opening_rp) FROM bank_file WHERE account_id = bank_account.id AND from_on = (
            SELECT min(from_on) FROM bank_file WHERE account_id = bank_account.id)) AS openings,
          COALESCE((SELECT sum(amount_rp) FROM bank_line WHERE account_id = bank_account.id), 0) AS moved_rp
        FROM bank_account LEFT JOIN account AS held ON held.kind = 'bank' AND held.bank_account_id = bank_account.id
        ORDER BY bank_account.code""")
    )
    for row in rows:
        if row.held_rp != row.opened_rp + row.moved_rp or (row.openings == 1 and row.opened_rp != row.opening_rp):
            what = (
                f"holds {row.held_rp}, opening balance {row.opening_rp} and lines of {row.moved_rp} do not come to it"
            )
            yield Breach("bank.balance", f"bank account {row.code}", what)


def check_files(session: Session) -> Iterator[Breach]:
    """Find statements that do not bring the lines that they say are new."""
    rows = session.execute(
        text("""
        SELECT file.id, file.new_lines, count(line.id) AS brought FROM bank_file AS file
        LEFT JOIN bank_line AS line ON line.file_id = file.id AND line.account_id = file.account_id
        GROUP BY file.id HAVING count(line.id) <> file.new_lines ORDER BY file.id""")
    )
    for row in rows:
        yield Breach("bank.file", f"bank_file {row.id}", f"brought {row.brought} lines instead of {row.new_lines}")


CHECKS = (check_lines, check_balances, check_files)
