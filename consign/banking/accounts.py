"""Adding, closing and reopening the office's bank accounts."""

import re
from datetime import date

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consign import clock
from consign.banking.banks import load_banks
from consign.banking.booking import lock_bank_account
from consign.banking.queries import get_bank_account
from consign.banking.rules import BankAccountInUse, BankAccountNotClosed, BankAccountTaken
from consign.errors import BadInput, refuse_blank
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.identity.spelling import tidy_name
from consign.ledger.queries import find_balance
from consign.ledger.rules import AccountKind, AccountName
from consign.models.banking import BankAccount
from consign.partners.queries import get_office_day
from consign.sentence import say

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
_ADDRESSES = frozenset({"new", "files", "uploads"})
"""What stands at the place of a code in addresses, and so is none."""
_NUMBER = re.compile(r"[0-9]{5,20}")


def add_bank_account(
    session: Session, *, by: Actor, code: str, bank_code: str, number: str, holder: str
) -> BankAccount:
    """Add an account of the office; blanks, dots and dashes in its *number* are left out.

    Raises:
        NotAllowed: *by* may not.
        BadInput: a text is blank, the code is none, there is no such bank, or the number is none.
        BankAccountTaken: the code, or the number at the bank, is another account's.

    """
    authorize(by, Act.MANAGE_BANK_ACCOUNTS)
    refuse_blank(code=code, number=number, holder=holder)
    if not _CODE.fullmatch(code) or code.lower() in _ADDRESSES:
        raise BadInput(
            say("“{code}” is no code; no account was added. Use up to 20 letters, digits and dashes.", code=code)
        )
    if bank_code not in load_banks():
        raise BadInput(say("No bank has the code “{code}”; no account was added.", code=bank_code))
    digits = re.sub(r"[ .-]", "", number)
    if not _NUMBER.fullmatch(digits):
        raise BadInput(
            say("“{number}” is no account number; no account was added. Write 5 to 20 digits.", number=number)
        )
    account = BankAccount(
        code=code, bank_code=bank_code, number=digits, holder=tidy_name(holder), added_at=clock.now(), closed_on=None
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise BankAccountTaken(
            say("The code “{code}” or the number {number} is another account's; no account was added.", code=code, number=digits)
        ) from error  # fmt: skip
    record_event(
        session, by=by, act="bank account added", subject=f"bank_account:{account.id}", code=code, bank=bank_code, number=digits
    )  # fmt: skip
    return account


def close_bank_account(session: Session, *, by: Actor, code: str, closed_on: date) -> BankAccount:
    """Say that an account was used until *closed_on*, that day included; from now on it takes no file.

    Payouts know more that may stand in the way; see `payouts.closing_accounts`, by which people close accounts.

    Raises:
        NotAllowed: *by* may not.
        BankAccountUnknown: there is no such account.
        BankAccountInUse: money in it waits for somebody to say what it is, or is on its way out of it.
        BadInput: the day has not come.

    """
    authorize(by, Act.MANAGE_BANK_ACCOUNTS)
    account = get_bank_account(session, code)
    if closed_on > get_office_day(session):
        raise BadInput(
            say("{day} has not come yet; the account {code} was not closed.", day=closed_on, code=code)
        )  # fmt: skip
    session.refresh(account, with_for_update={"key_share": True})
    lock_bank_account(session, account.id)
    _refuse_money_left(session, account)
    before, account.closed_on = account.closed_on, closed_on
    session.flush()
    record_event(
        session, by=by, act="bank account closed", subject=f"bank_account:{account.id}",
        before=before.isoformat() if before else None, closed_on=closed_on.isoformat(),
    )  # fmt: skip
    return account


def _refuse_money_left(session: Session, account: BankAccount) -> None:
    """Refuse to close an account in which something is open.

    Raises:
        BankAccountInUse: what is unallocated or on its way out of it is not zero.

    """
    unallocated = find_balance(session, AccountName(AccountKind.UNALLOCATED, bank_account_id=account.id))
    if unallocated.amount:
        raise BankAccountInUse(
            say(
                "Of the account {code} {amount} are unallocated; it was not closed. Say first what these lines are, on the page"
                " of matching.",
                code=account.code,
                amount=unallocated,
            )
        )
    in_transit = find_balance(session, AccountName(AccountKind.IN_TRANSIT, bank_account_id=account.id))
    if in_transit.amount:
        raise BankAccountInUse(
            say(
                "Payouts of {amount} are on their way out of the account {code}; it was not closed. Post the bank statement"
                " that shows them first, or say that they came back.",
                code=account.code,
                amount=in_transit,
            )
        )


def reopen_bank_account(session: Session, *, by: Actor, code: str) -> BankAccount:
    """Let an account that was closed be used again.

    Raises:
        NotAllowed: *by* may not.
        BankAccountUnknown: there is no such account.
        BankAccountNotClosed: it is in use.

    """
    authorize(by, Act.MANAGE_BANK_ACCOUNTS)
    account = get_bank_account(session, code)
    session.refresh(account, with_for_update={"key_share": True})
    if account.closed_on is None:
        raise BankAccountNotClosed(say("The account {code} is not closed; nothing was changed.", code=code))
    before, account.closed_on = account.closed_on, None
    session.flush()
    record_event(
        session, by=by, act="bank account reopened", subject=f"bank_account:{account.id}", before=before.isoformat()
    )
    return account
