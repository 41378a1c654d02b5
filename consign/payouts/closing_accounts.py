"""Closing a bank account of the office: only once no payouts of it are planned or on their way."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign.banking.accounts import close_bank_account
from consign.banking.booking import lock_bank_account
from consign.banking.queries import get_bank_account
from consign.banking.rules import BankAccountInUse
from consign.identity.rules import Act, Actor, authorize
from consign.models.banking import BankAccount
from consign.models.payouts import Payout, PayoutBatch
from consign.sentence import say


def find_open_batches(session: Session, *, bank_account_id: int) -> Sequence[str]:
    """Return the numbers of the batches of an account in which a payout is planned or on its way."""
    waiting = select(Payout.batch_id).where(Payout.state.in_(("planned", "sent")))
    query = select(PayoutBatch.number).where(
        PayoutBatch.bank_account_id == bank_account_id, PayoutBatch.id.in_(waiting)
    )
    return session.scalars(query.order_by(PayoutBatch.number)).all()


def close_office_account(session: Session, *, by: Actor, code: str, closed_on: date) -> BankAccount:
    """Say that an account was used until *closed_on*, that day included; from now on it takes no file and pays nobody.

    Raises:
        NotAllowed: *by* may not.
        BankAccountUnknown: there is no such account.
        BankAccountInUse: batches of payouts are open, or as `close_bank_account`.
        BadInput: the day has not come.

    """
    authorize(by, Act.MANAGE_BANK_ACCOUNTS)
    account = get_bank_account(session, code)
    session.refresh(account, with_for_update={"key_share": True})
    lock_bank_account(session, account.id)  # whoever plans payouts from it locks the same
    if batches := find_open_batches(session, bank_account_id=account.id):
        raise BankAccountInUse(
            say(
                "Batches of payouts from the account {code} are open: {batches}; it was not closed. Finish or cancel them"
                " first.",
                code=code,
                batches=list(batches),
            )
        )
    return close_bank_account(session, by=by, code=code, closed_on=closed_on)
