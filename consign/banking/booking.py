"""Writing the lines of a bank's statement with their transfers: lines that stand already are not written again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign import clock
from consign.banking.rules import BankStatement, StatementLine
from consign.db import insert_rows
from consign.identity.rules import Actor
from consign.ledger.actions import lock_balances, post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, TransferOrder, order_transfer
from consign.models.banking import BankFile, BankLine
from consign.money import Rupiah

_OPENING = text("""
    SELECT COALESCE(sum(CASE WHEN account.id = transfer.debit_account_id THEN amount_rp ELSE -amount_rp END), 0)
    FROM account JOIN transfer ON account.id IN (transfer.debit_account_id, transfer.credit_account_id)
    WHERE account.kind = 'bank' AND account.bank_account_id = :account AND transfer.kind = 'opening'
      AND transfer.cause = :cause""")


@dataclass(frozen=True)
class NewLine:
    """A line that no earlier file brought, with which of its twins it is, and its place in the statement, from 0."""

    line: StatementLine
    occurrence: int
    place: int


def lock_bank_account(session: Session, account_id: int) -> None:
    """Let nobody else post to the bank account's ledger until the transaction ends.

    Charges and write-offs of the same transaction are posted to accounts that are locked here, too.
    """
    kinds = (AccountKind.BANK, AccountKind.UNALLOCATED, AccountKind.IN_TRANSIT)
    lock_balances(
        session, {*(AccountName(kind, bank_account_id=account_id) for kind in kinds), AccountName(AccountKind.OPENING)}
    )


def book_statement(
    session: Session, statement: BankStatement, *, by: Actor, account_id: int, sha256: str, name: str, statement_no: int
) -> BankFile:
    """Write a statement, the lines of it that no earlier one brought, and their transfers.

    The bank's account in the ledger holds then what the statement says. What stood in it before the earliest statement
    comes from the account of what stood before these books began. The account's ledger rows are locked first, so that two
    files of one account never bring the same line twice.
    """
    lock_bank_account(session, account_id)
    new = find_new_lines(session, account_id, statement.lines)
    opened_rp = _find_opening_change(session, account_id, statement, new)
    file = BankFile(
        account_id=account_id,
        sha256=sha256,
        name=name,
        statement_no=statement_no,
        layout=statement.layout,
        from_on=statement.from_on,
        until_on=statement.until_on,
        opening_rp=statement.opening_rp,
        closing_rp=statement.closing_rp,
        lines=len(statement.lines),
        new_lines=len(new),
        pending=statement.pending,
        posted_by=by.user_id,
        posted_at=clock.now(),
    )
    session.add(file)
    session.flush()
    orders = _write_lines(session, file, new)
    orders += order_transfer(
        Rupiah(opened_rp),
        key=f"bank_account:{account_id}:opening:{file.id}",
        kind=TransferKind.OPENING,
        debit=AccountName(AccountKind.BANK, bank_account_id=account_id),
        credit=AccountName(AccountKind.OPENING),
        booked_on=statement.from_on,
        cause=f"bank_account:{account_id}",
    )
    post_transfers(session, orders)
    return file


def find_new_lines(session: Session, account_id: int, lines: Sequence[StatementLine]) -> list[NewLine]:
    """Return the lines that no earlier file brought: twins of one statement are told apart by their count."""
    if not lines:
        return []
    seen: Counter[str] = Counter()
    counted = []
    for place, line in enumerate(lines):
        seen[line.fingerprint] += 1
        counted.append(NewLine(line, seen[line.fingerprint], place))
    days = [line.booked_on for line in lines]
    query = select(BankLine.fingerprint, BankLine.occurrence).where(
        BankLine.account_id == account_id, BankLine.booked_on.between(min(days), max(days))
    )
    known = {(row.fingerprint, row.occurrence) for row in session.execute(query)}
    return [one for one in counted if (one.line.fingerprint, one.occurrence) not in known]


def _find_opening_change(session: Session, account_id: int, statement: BankStatement, new: Sequence[NewLine]) -> int:
    """Return by how much what stood in the account before its earliest statement changes with this one.

    It is that of the statement which begins earliest. Of two that begin on the same day, this one begins earlier where
    the lines that only it has lead from its opening balance to the one that counted so far.
    """
    query = (
        select(BankFile.from_on, BankFile.opening_rp, BankFile.closing_rp)
        .where(BankFile.account_id == account_id)
        .order_by(BankFile.from_on, BankFile.id)
    )
    earlier = session.execute(query).all()
    if not earlier:
        return statement.opening_rp
    opening = int(session.scalar(_OPENING, {"account": account_id, "cause": f"bank_account:{account_id}"}) or 0)
    first_on = earlier[0].from_on
    if statement.from_on < first_on:
        return statement.opening_rp - opening
    if statement.from_on > first_on or statement.opening_rp in {
        opening, *(one.closing_rp for one in earlier if one.from_on == first_on)
    }:  # fmt: skip
        return 0
    leading = [one.line.amount_rp for number, one in enumerate(new) if one.place == number]
    begins_earlier = bool(leading) and statement.opening_rp + sum(leading) == opening
    return statement.opening_rp - opening if begins_earlier else 0


def _write_lines(session: Session, file: BankFile, new: Sequence[NewLine]) -> list[TransferOrder]:
    """Write *new* lines and return their transfers."""
    bank = AccountName(AccountKind.BANK, bank_account_id=file.account_id)
    unallocated = AccountName(AccountKind.UNALLOCATED, bank_account_id=file.account_id)
    rows = [
        {
            "account_id": file.account_id,
            "file_id": file.id,
            "fingerprint": one.line.fingerprint,
            "occurrence": one.occurrence,
            "row_no": one.line.row_no,
            "booked_on": one.line.booked_on,
            "amount_rp": one.line.amount_rp,
            "description": one.line.description,
            "counterparty": one.line.counterparty,
            "reference": one.line.reference,
            "balance_rp": one.line.balance_rp,
        }
        for one in new
    ]
    ids = insert_rows(session, "bank_line", rows, rest="RETURNING id")
    return [
        order
        for line_id, one in zip(ids, new, strict=True)
        for order in order_transfer(
            Rupiah(one.line.amount_rp),
            key=f"bank:{line_id}",
            kind=TransferKind.BANK_LINE,
            debit=bank,
            credit=unallocated,
            booked_on=one.line.booked_on,
            cause=f"bank:{line_id}",
        )
    ]
