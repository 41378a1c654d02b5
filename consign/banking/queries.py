"""Finding bank accounts and their files."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.banks import name_bank
from consign.banking.rules import BankAccountClosed, BankAccountUnknown
from consign.models.banking import BankAccount, BankFile
from consign.models.partners import RegionTerms
from consign.sentence import say
from reports.statement import PayInto


def get_bank_account(session: Session, code: str) -> BankAccount:
    """Return the office's bank account of this code.

    Raises:
        BankAccountUnknown: there is none.

    """
    account = session.scalars(select(BankAccount).where(BankAccount.code == code)).one_or_none()
    if account is None:
        raise BankAccountUnknown(say("The office has no bank account “{code}”; nothing was changed.", code=code))
    return account


def find_pay_into(session: Session) -> list[PayInto]:
    """Return the accounts into which partners pay now: those of the office that are not closed, by their codes."""
    _, accounts = find_office(session)
    return accounts


def find_office(session: Session) -> tuple[RegionTerms, list[PayInto]]:
    """Return the terms of the region and the accounts into which partners pay now, in one query."""
    rows = session.execute(
        select(RegionTerms, BankAccount)
        .outerjoin(BankAccount, BankAccount.closed_on.is_(None))
        .where(RegionTerms.id == 1)
        .order_by(BankAccount.code)
    ).all()
    accounts = [row.BankAccount for row in rows if row.BankAccount is not None]
    return rows[0].RegionTerms, [PayInto(name_bank(one.bank_code), one.number, one.holder) for one in accounts]


def refuse_closed(account: BankAccount) -> None:
    """Refuse a file of an account that is closed.

    Raises:
        BankAccountClosed: it is.

    """
    if account.closed_on is not None:
        raise BankAccountClosed(
            say(
                "The account {code} is closed since {closed_on} and takes no file; nothing was posted. Reopen it first if the"
                " bank still booked something.",
                code=account.code,
                closed_on=account.closed_on,
            )
        )


def find_posted_files(session: Session, *, account_id: int, sha256: str) -> Sequence[BankFile]:
    """Return the statements of an account that were posted from the file with these bytes, in their order."""
    query = select(BankFile).where(BankFile.account_id == account_id, BankFile.sha256 == sha256)
    return session.scalars(query.order_by(BankFile.statement_no)).all()
