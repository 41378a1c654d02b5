"""Writing the lines of a bank's statement with their transfers: lines that stand already are not written again."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.db import insert_rows
from consign.identity.rules import Actor
from consign.ledger.actions import lock_balances, post_transfers
from consign.ledger.rules import AccountKind, AccountName, TransferKind, order_transfer
from consign.models.banking import BankFile, BankLine
from consign.money import Rupiah


@dataclass(frozen=True)
class StatementLine:
    """One booking as a bank's statement says it."""

    row_no: int
    booked_on: date
    amount_rp: int
    """Positive into the account, negative out of it."""
    description: str
    counterparty: str = ""
    reference: str = ""
    balance_rp: int | None = None
    """The balance after it, where the statement says so."""

    @property
    def fingerprint(self) -> str:
        """Return what tells this content from any other; the balance is left out, since not every layout has it."""
        words = "\x1f".join(
            " ".join(text.split()).casefold() for text in (self.description, self.counterparty, self.reference)
        )
        return hashlib.sha256(f"{self.booked_on.isoformat()}\x1f{self.amount_rp}\x1f{words}".encode()).hexdigest()


@dataclass(frozen=True)
class BankStatement:
    """One statement of an account, whose opening balance and lines come to its closing balance."""

    layout: str
    from_on: date
    until_on: date
    opening_rp: int
    closing_rp: int
    lines: tuple[StatementLine, ...]
    pending: int = 0
    """Lines that the bank had not booked yet and that are left out."""


def book_statement(
    session: Session, statement: BankStatement, *, by: Actor, account_id: int, sha256: str, name: str, statement_no: int
) -> BankFile:
    """Write a statement, the lines of it that no earlier one brought, and their transfers.

    The bank's account in the ledger holds then what the statement says. What stood in it before the first statement
    comes from the account of what stood before these books began. The account's ledger rows are locked first, so that two
    files of one account never bring the same line twice.
    """
    names = (AccountKind.BANK, AccountKind.UNALLOCATED, AccountKind.IN_TRANSIT)
    bank, unallocated, _ = (AccountName(kind, bank_account_id=account_id) for kind in names)
    lock_balances(session, {bank, unallocated, AccountName(AccountKind.OPENING)})
    first = session.scalar(select(BankFile.id).where(BankFile.account_id == account_id).limit(1)) is None
    new = _leave_out_known(session, account_id, statement.lines)
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
    rows = [
        {
            "account_id": account_id,
            "file_id": file.id,
            "fingerprint": line.fingerprint,
            "occurrence": occurrence,
            **vars(line),
        }
        for line, occurrence in new
    ]
    ids = insert_rows(session, "bank_line", rows, rest="RETURNING id")
    facts = {line_id: line for line_id, (line, _) in zip(ids, new, strict=True)}
    orders = [
        order
        for line_id, line in facts.items()
        for order in order_transfer(
            Rupiah(line.amount_rp),
            key=f"bank:{line_id}",
            kind=TransferKind.BANK_LINE,
            debit=bank,
            credit=unallocated,
            booked_on=line.booked_on,
            cause=f"bank:{line_id}",
        )
    ]
    if first:
        orders += order_transfer(
            Rupiah(statement.opening_rp),
            key=f"bank_account:{account_id}:opening",
            kind=TransferKind.OPENING,
            debit=bank,
            credit=AccountName(AccountKind.OPENING),
            booked_on=statement.from_on,
            cause=f"bank_account:{account_id}",
        )
    post_transfers(session, orders)
    return file


def _leave_out_known(
    session: Session, account_id: int, lines: Sequence[StatementLine]
) -> list[tuple[StatementLine, int]]:
    """Return the lines that are new, each with its occurrence: twins of one statement are told apart by their count."""
    seen: Counter[str] = Counter()
    counted = []
    for line in lines:
        seen[line.fingerprint] += 1
        counted.append((line, seen[line.fingerprint]))
    query = select(BankLine.fingerprint, BankLine.occurrence).where(
        BankLine.account_id == account_id, BankLine.fingerprint.in_(list(seen))
    )
    known = {(row.fingerprint, row.occurrence) for row in session.execute(query)}
    return [(line, occurrence) for line, occurrence in counted if (line.fingerprint, occurrence) not in known]
