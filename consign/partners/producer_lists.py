"""Producers as people look at them, and finding the one that somebody means."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, String, case, exists, func, or_, select
from sqlalchemy.orm import Session

from consign.errors import BadInput
from consign.identity.rules import PERMITTED, Act, Actor, get_reach
from consign.listing import Found, Wish, columns_of, fetch_page, match_word
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.ledger import Account
from consign.models.partners import Agreement, CooperativeMember, Producer
from consign.partners.queries import get_office_day
from consign.partners.rules import UnknownCode
from consign.sentence import say

SHOWN_DIGITS = 4
"""Last digits of a NIB that everybody sees who sees the producer."""
NAMED_AT_MOST = 8
"""Producers that are named where several fit what was typed."""


class SeveralCalledSo(BadInput):
    """Several producers fit what was typed; nothing was changed."""

    code = "partners.several_called_so"


def may_read_nib(by: Actor) -> bool:
    """Say whether *by* sees business numbers in full."""
    return by.role in PERMITTED[Act.MANAGE_PRODUCERS]


def _nib_for(by: Actor) -> ColumnElement[Any]:
    if may_read_nib(by):
        return Producer.nib.label("nib")
    hidden = func.repeat("*", func.length(Producer.nib) - SHOWN_DIGITS, type_=String)
    return (hidden + func.right(Producer.nib, SHOWN_DIGITS, type_=String)).label("nib")


def _has_account() -> ColumnElement[bool]:
    return exists().where(UserAccount.producer_id == Producer.id, UserAccount.active)


def _select_producers(session: Session, by: Actor) -> Select[Any]:
    """Return the producers *by* may see, for a cooperative those that have mandated it today; the NIB is masked for those who do not manage producers."""
    reach = get_reach(by, Act.READ_PRODUCERS)
    products = select(func.count()).where(Product.producer_id == Producer.id).scalar_subquery()
    agreements = select(func.count()).where(Agreement.producer_id == Producer.id).scalar_subquery()
    query = select(
        Producer.id,
        Producer.code,
        Producer.name,
        Producer.owner_name,
        _nib_for(by),
        products.label("products"),
        agreements.label("agreements"),
        case((Producer.confirmed_at.is_(None), "waiting"), else_="confirmed").label("state"),
        _has_account().label("has_account"),
    )
    if reach.producer_id is not None:
        query = query.where(Producer.id == reach.producer_id)
    if reach.cooperative_id is not None:
        mandate = exists().where(
            CooperativeMember.cooperative_id == reach.cooperative_id,
            CooperativeMember.producer_id == Producer.id,
            CooperativeMember.days.contains(get_office_day(session)),
        )
        query = query.where(mandate)
    return query


def find_producer_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the producers that *by* may see.

    Filters: `state` (`waiting` or `confirmed`), `account` (`yes` or `no`) and `agreements` (`none` or `some`). A row has
    id, code, name, owner_name, nib, products, agreements, state and has_account.
    """
    query = _select_producers(session, by)
    asked = wish.filters
    if asked.get("state"):
        query = query.where(Producer.confirmed_at.is_(None) == (asked["state"] == "waiting"))
    if asked.get("account"):
        query = query.where(_has_account() == (asked["account"] == "yes"))
    if asked.get("agreements"):
        agreed = exists().where(Agreement.producer_id == Producer.id)
        query = query.where(agreed == (asked["agreements"] == "some"))
    sorts = columns_of(query, but="nib")
    searched = [Producer.code, Producer.name, Producer.owner_name, *([Producer.nib] if may_read_nib(by) else [])]
    return fetch_page(session, query, wish=wish, sorts=sorts, default_sort="code", searched=searched, tie=Producer.id)


def get_producer_facts(session: Session, *, by: Actor, code: str) -> RowMapping:
    """Return one producer as a row of the list of producers, with phone, regency, is_entity, confirmed_at and owed_rp.

    What it is owed is blank for those who may not see what is owed.

    Raises:
        UnknownCode: there is none that *by* may see.

    """
    query = _select_producers(session, by).add_columns(
        Producer.phone, Producer.regency, Producer.is_entity, Producer.confirmed_at
    )
    if by.role in PERMITTED[Act.READ_OWED]:
        owed = select(func.coalesce(func.sum(Account.credits_rp - Account.debits_rp), 0)).where(
            Account.producer_id == Producer.id, Account.kind == "producer_is_owed"
        )
        query = query.add_columns(owed.scalar_subquery().label("owed_rp"))
    row = session.execute(query.where(Producer.code == code)).mappings().one_or_none()
    if row is None:
        raise UnknownCode(say("There is no producer '{code}'.", code=code))
    return row


def get_own_producer(session: Session, *, by: Actor) -> Producer:
    """Return the producer that the role of *by* is held for, or for which a field officer acts."""
    return session.get_one(Producer, by.producer_id)


def find_producers_named(session: Session, *, most: int) -> Sequence[tuple[str, str]]:
    """Return code and name of the first *most* producers by name, to suggest while somebody types."""
    rows = session.execute(select(Producer.code, Producer.name).order_by(Producer.name).limit(most))
    return [(row.code, row.name) for row in rows]


def get_producer_called(session: Session, given: str) -> Producer:
    """Return the producer whose code somebody typed, in any case, or the only one whose name holds it.

    Raises:
        UnknownCode: none fits.
        SeveralCalledSo: several do.

    """
    by_code = func.lower(Producer.code) == given.strip().lower()
    found = session.scalars(
        select(Producer)
        .where(or_(by_code, match_word(Producer.name, given.strip())))
        .order_by(by_code.desc(), Producer.name)
        .limit(NAMED_AT_MOST + 1)
    ).all()
    exact = [one for one in found if one.code.lower() == given.strip().lower()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise UnknownCode(say("No producer is called “{given}”. Write its code, or part of its name.", given=given))
    named = [say("{code} ({name})", code=one.code, name=one.name) for one in found[:NAMED_AT_MOST]]
    raise SeveralCalledSo(say("Several producers fit “{given}”. Write the code: {named}.", given=given, named=named))


def count_producers(session: Session) -> tuple[int, int, int]:
    """Return how many producers there are, how many wait for the dinas to confirm them, and how many lack any agreement."""
    agreed = exists().where(Agreement.producer_id == Producer.id)
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Producer.confirmed_at.is_(None)),
            func.count().filter(Producer.confirmed_at.is_not(None), ~agreed),
        ).select_from(Producer)
    ).one()
    return row[0], row[1], row[2]
