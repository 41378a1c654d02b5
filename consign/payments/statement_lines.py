"""Lines of a bank's statement as matches read them."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.db import is_among
from consign.errors import Conflict, NotFound
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankLine
from consign.models.payments import BankMatchLine
from consign.sentence import say


class BankLineUnknown(NotFound):
    """There is no such line on a bank's statement; nothing was posted."""

    code = "payments.line_unknown"


class LinesUnfit(Conflict):
    """The lines cannot be together what was said of them; nothing was posted."""

    code = "payments.lines_unfit"


def get_bank_line(session: Session, line_id: int) -> BankLine:
    """Return a line of a bank's statement.

    Raises:
        BankLineUnknown: there is none.

    """
    return get_bank_lines(session, [line_id])[0]


def get_bank_lines(session: Session, line_ids: Collection[int]) -> list[BankLine]:
    """Return lines of a bank's statement by their ids.

    Raises:
        BankLineUnknown: there is none, or not all of them.

    """
    lines = list(session.scalars(select(BankLine).where(is_among(BankLine.id, line_ids)).order_by(BankLine.id)))
    if not lines or len(lines) != len(set(line_ids)):
        raise BankLineUnknown(say("There is no such line on a bank's statement; nothing was posted."))
    return lines


def find_days(session: Session, line_ids: Collection[int]) -> dict[int, date]:
    """Return on which day the bank booked each line."""
    rows = session.execute(select(BankLine.id, BankLine.booked_on).where(is_among(BankLine.id, line_ids)))
    return {row.id: row.booked_on for row in rows}


def find_lines_of(session: Session, match_id: int) -> list[BankLine]:
    """Return the lines that a match takes of."""
    query = select(BankLine).join(BankMatchLine, BankMatchLine.bank_line_id == BankLine.id)
    return list(session.scalars(query.where(BankMatchLine.match_id == match_id).order_by(BankLine.id)))


def get_account_id(lines: Sequence[BankLine]) -> int:
    """Return the account that all *lines* are of.

    Raises:
        LinesUnfit: they are of several.

    """
    accounts = {one.account_id for one in lines}
    if len(accounts) > 1:
        raise LinesUnfit(say("The lines are of several bank accounts; nothing was posted."))
    return accounts.pop()


def describe_lines(session: Session, match_id: int) -> dict[str, int]:
    """Return how much a match takes of each line, as the audit trail keeps it."""
    rows = session.scalars(select(BankMatchLine).where(BankMatchLine.match_id == match_id))
    return {str(one.bank_line_id): one.amount_rp for one in rows}


def find_unallocated(account_id: int) -> AccountName:
    """Return the ledger's account of the money of a bank account of which nobody has said what it is."""
    return AccountName(AccountKind.UNALLOCATED, bank_account_id=account_id)
