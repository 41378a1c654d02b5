"""Payee accounts as people look at them: their numbers in full only for those who pay or confirm, and for the owner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from compliance.banks import load_banks
from compliance.facts import Kind
from compliance.masking import mask
from consign.identity.rules import PERMITTED, Act, Actor, Role, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page
from consign.models.identity import UserAccount
from consign.models.partners import Cooperative, Producer
from consign.models.payouts import PayeeAccount
from consign.payouts.payees import find_cautions
from consign.payouts.rules import PayeeAccountUnknown
from consign.sentence import Sentence, say

_STATER, _DECIDER = aliased(UserAccount, name="stater"), aliased(UserAccount, name="decider")
OWNER = func.coalesce(Producer.name, Cooperative.name)
OWNER_CODE = func.coalesce(Producer.code, Cooperative.code)
STATES = ("waiting", "confirmed", "refused", "ended")


def sees_accounts(by: Actor) -> bool:
    """Say whether *by* needs account numbers in full: whoever confirms or pays, and a producer for its own."""
    return by.role in PERMITTED[Act.CONFIRM_PAYEE_ACCOUNTS] or by.role is Role.PRODUCER


def show_account_number(by: Actor, number: str) -> str:
    """Return an account's number as *by* is shown it."""
    return number if sees_accounts(by) else mask(Kind.BANK_ACCOUNT, number)


def find_payee_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of payee accounts that *by* may see.

    Filters: `state`, `producer` (its code). A row has id, owner, owner_code, bank, number (masked for those who
    need not see it), holder, state, stated_by, stated_at, decided_by, payable_from and decided_reason.
    """
    query = _select_accounts(by)
    conditions: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
        "state": lambda given: PayeeAccount.outcome == given,
        "producer": lambda given: OWNER_CODE.in_([given]),
    }
    query = query.where(*(make(wish.filters[name]) for name, make in conditions.items() if wish.filters.get(name)))
    sorts = columns_of(query, but="number")
    found = fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-stated_at",
        searched=[OWNER, OWNER_CODE, PayeeAccount.holder], tie=PayeeAccount.id,
    )  # fmt: skip
    return found.with_rows([_show(by, row) for row in found.rows])


@dataclass(frozen=True)
class PayeeView:
    """One account, what to look at before confirming it, and the account in force now."""

    account: Row
    cautions: list[Sentence]
    in_force: Row | None
    """The confirmed one, where it is another."""


def get_payee_view(session: Session, *, by: Actor, account_id: int, on: date) -> PayeeView:
    """Return one payee account.

    Raises:
        PayeeAccountUnknown: there is none that *by* may see.

    """
    row = session.execute(_select_accounts(by).where(PayeeAccount.id == account_id)).mappings().one_or_none()
    if row is None:
        raise PayeeAccountUnknown(say("There is no such account; nothing was changed."))
    others = _select_accounts(by).where(
        PayeeAccount.outcome == "confirmed",
        PayeeAccount.id != account_id,
        func.coalesce(PayeeAccount.producer_id, 0) == (row["producer_id"] or 0),
        func.coalesce(PayeeAccount.cooperative_id, 0) == (row["cooperative_id"] or 0),
    )
    in_force = session.execute(others).mappings().one_or_none()
    cautions = (
        find_cautions(session, session.get_one(PayeeAccount, account_id), on=on) if row["state"] == "waiting" else []
    )
    return PayeeView(_show(by, row), cautions, _show(by, in_force) if in_force else None)


def count_waiting(session: Session) -> int:
    """Return how many accounts wait to be confirmed."""
    query = select(func.count()).select_from(PayeeAccount).where(PayeeAccount.outcome == "waiting")
    return session.scalar(query) or 0


def _show(by: Actor, row: Row) -> dict[str, Any]:
    banks = load_banks()
    code = row["bank_code"]
    bank = banks[code].name if code in banks else code
    return {**row, "bank": bank, "number": show_account_number(by, row["number"])}


def _select_accounts(by: Actor) -> Select[Any]:
    reach = get_reach(by, Act.READ_PAYEE_ACCOUNTS)
    columns: list[Value] = [
        PayeeAccount.id,
        OWNER.label("owner"),
        OWNER_CODE.label("owner_code"),
        PayeeAccount.producer_id,
        PayeeAccount.cooperative_id,
        PayeeAccount.bank_code,
        PayeeAccount.number,
        PayeeAccount.holder,
        PayeeAccount.outcome.label("state"),
        PayeeAccount.stated_by.label("stated_by_id"),
        _STATER.name.label("stated_by"),
        PayeeAccount.stated_at,
        _DECIDER.name.label("decided_by"),
        PayeeAccount.decided_at,
        PayeeAccount.payable_from,
        PayeeAccount.decided_reason,
    ]
    query: Select[Any] = (
        select(*columns)
        .select_from(PayeeAccount)
        .outerjoin(Producer, Producer.id == PayeeAccount.producer_id)
        .outerjoin(Cooperative, Cooperative.id == PayeeAccount.cooperative_id)
        .join(_STATER, _STATER.id == PayeeAccount.stated_by)
        .outerjoin(_DECIDER, _DECIDER.id == PayeeAccount.decided_by)
    )
    return query.where(PayeeAccount.producer_id == reach.producer_id) if reach.producer_id is not None else query
