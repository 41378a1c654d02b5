"""Finding bank accounts and their files."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.rules import BankAccountUnknown
from consign.models.banking import BankAccount, BankFile
from consign.sentence import say


def get_bank_account(session: Session, code: str) -> BankAccount:
    """Return the office's bank account of this code.

    Raises:
        BankAccountUnknown: there is none.

    """
    account = session.scalars(select(BankAccount).where(BankAccount.code == code)).one_or_none()
    if account is None:
        raise BankAccountUnknown(say("The office has no bank account “{code}”; nothing was changed.", code=code))
    return account


def find_posted_files(session: Session, *, account_id: int, sha256: str) -> Sequence[BankFile]:
    """Return the statements of an account that were posted from the file with these bytes, in their order."""
    query = select(BankFile).where(BankFile.account_id == account_id, BankFile.sha256 == sha256)
    return session.scalars(query.order_by(BankFile.statement_no)).all()
