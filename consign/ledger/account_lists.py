"""The ledger's accounts and their bookings as people look at them."""

from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from consign.ledger.rules import AccountUnknown
from consign.listing import Found, Row, Wish, columns_of, fetch_page
from consign.models.banking import BankAccount
from consign.models.ledger import Account, Transfer
from consign.models.partners import Partner, Producer
from consign.sentence import say

_OTHER = aliased(Account, name="other")
_BALANCE = cast(Account.debits_rp - Account.credits_rp, BigInteger)


def find_account_page(session: Session, *, wish: Wish) -> Found:
    """Return a page of the accounts. Filters: `kind`.

    A row has id, kind, partner, producer, bank_account, owner (what the account is of, by its names), debits_rp, credits_rp
    and balance_rp, debits less credits.
    """
    query = _select_accounts()
    if wish.filters.get("kind"):
        query = query.where(Account.kind == wish.filters["kind"])
    return fetch_page(
        session, query, wish=wish, sorts=columns_of(query), default_sort="kind",
        searched=[Partner.code, Partner.name, Producer.code, Producer.name, BankAccount.code], tie=Account.id,
    )  # fmt: skip


def get_account_row(session: Session, account_id: int) -> Row:
    """Return one account as a row of the list of accounts.

    Raises:
        AccountUnknown: there is none.

    """
    found = session.execute(_select_accounts().where(Account.id == account_id)).mappings().one_or_none()
    if found is None:
        raise AccountUnknown(say("There is no such account in the ledger."))
    return found


def find_booking_page(session: Session, *, account_id: int, wish: Wish) -> Found:
    """Return a page of the bookings of one account. Filters: `kind`, `from` and `until` (days).

    A row has id, booked_on, kind, cause, debit_rp and credit_rp (one of them blank), other (the kind of the other account)
    and posted_at.
    """
    is_debit = Transfer.debit_account_id == account_id
    query = (
        select(
            Transfer.id, Transfer.booked_on, Transfer.kind, Transfer.cause, Transfer.posted_at, _OTHER.kind.label("other"),
            case((is_debit, Transfer.amount_rp)).label("debit_rp"), case((~is_debit, Transfer.amount_rp)).label("credit_rp"),
        )
        .join(_OTHER, _OTHER.id == case((is_debit, Transfer.credit_account_id), else_=Transfer.debit_account_id))
        .where((Transfer.debit_account_id == account_id) | (Transfer.credit_account_id == account_id))
    )  # fmt: skip
    if wish.filters.get("kind"):
        query = query.where(Transfer.kind == wish.filters["kind"])
    if wish.filters.get("from"):
        query = query.where(Transfer.booked_on >= wish.filters["from"])
    if wish.filters.get("until"):
        query = query.where(Transfer.booked_on <= wish.filters["until"])
    return fetch_page(
        session, query, wish=wish, sorts=columns_of(query), default_sort="-booked_on", searched=[Transfer.cause, Transfer.key],
        tie=Transfer.id.desc(),
    )  # fmt: skip


def _select_accounts() -> Select[Any]:
    names = func.concat_ws(literal(" · "), Partner.name, Producer.name, BankAccount.code)
    return (
        select(
            Account.id, Account.kind, Partner.name.label("partner"), Producer.name.label("producer"),
            BankAccount.code.label("bank_account"), func.nullif(names, "").label("owner"), Account.debits_rp,
            Account.credits_rp, _BALANCE.label("balance_rp"),
        )
        .outerjoin(Partner, Partner.id == Account.partner_id)
        .outerjoin(Producer, Producer.id == Account.producer_id)
        .outerjoin(BankAccount, BankAccount.id == Account.bank_account_id)
    )  # fmt: skip
