"""Partners and stores as people look at them: only those within the reader's reach."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, true
from sqlalchemy.orm import Session

from consign.identity.rules import PERMITTED, Act, Actor, Reach, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.identity import UserAccount
from consign.models.ledger import Account
from consign.models.partners import Agreement, Partner, Producer, Store, StoreAlias
from consign.models.settlement import Closing
from consign.partners.rules import UnknownCode
from consign.sentence import say


def partners_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition under which a partner is within *reach*."""
    return true() if reach.partner_id is None else Partner.id == reach.partner_id


def stores_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition under which a store is within *reach*."""
    if reach.store_id is not None:
        return Store.id == reach.store_id
    return true() if reach.partner_id is None else Store.partner_id == reach.partner_id


def _select_partners(by: Actor) -> Select[Any]:
    """Return the partners *by* may see; what they owe is blank for those who may not see it."""
    reach = get_reach(by, Act.READ_PARTNERS)
    stores = select(func.count()).where(Store.partner_id == Partner.id, stores_within(reach)).scalar_subquery()
    closed = select(func.max(Closing.until_on)).where(Closing.partner_id == Partner.id).scalar_subquery()
    owed = select(func.coalesce(func.sum(Account.debits_rp - Account.credits_rp), 0)).where(
        Account.partner_id == Partner.id, Account.kind == "partner_owes"
    )
    columns: list[Value] = [Partner.id, Partner.code, Partner.name, Partner.kind, Partner.cycle]
    columns += [stores.label("stores"), closed.label("closed_until")]
    if by.role in PERMITTED[Act.READ_OWED]:
        columns.append(owed.scalar_subquery().label("owes_rp"))
    return select(*columns).where(partners_within(reach))


def find_partner_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the partners that *by* may see; filters `kind` and `cycle`.

    A row has id, code, name, kind, cycle, stores, closed_until, and owes_rp for those who may see what is owed.
    """
    query = _select_partners(by)
    for name in ("kind", "cycle"):
        if wish.filters.get(name):
            query = query.where(getattr(Partner, name) == wish.filters[name])
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="name",
        searched=[Partner.code, Partner.name],
        tie=Partner.id,
    )


def get_partner_facts(session: Session, *, by: Actor, code: str) -> RowMapping:
    """Return one partner as a row of the list of partners, with how many agreements and users it has, and for taxes.

    Its npwp is in full: whoever shows it masks it.

    Raises:
        UnknownCode: there is none that *by* may see.

    """
    agreements = select(func.count()).where(Agreement.partner_id == Partner.id).scalar_subquery()
    users = select(func.count()).where(UserAccount.partner_id == Partner.id).scalar_subquery()
    query = _select_partners(by).add_columns(
        agreements.label("agreements"),
        users.label("users"),
        Partner.is_entity,
        Partner.npwp,
        Partner.is_pkp,
        Partner.pkp_since,
    )
    row = session.execute(query.where(Partner.code == code)).mappings().one_or_none()
    if row is None:
        raise UnknownCode(say("There is no partner '{code}'.", code=code))
    return row


def find_store_page(session: Session, *, by: Actor, partner_id: int, wish: Wish) -> Found:
    """Return a page of a partner's stores that *by* may see: id, code, name, zone, opened_on, closed_on, aliases."""
    reach = get_reach(by, Act.READ_PARTNERS)
    aliases = (
        select(func.string_agg(StoreAlias.alias, ", "))
        .where(StoreAlias.store_id == Store.id, StoreAlias.ended_at.is_(None))
        .scalar_subquery()
    ).label("aliases")
    query = select(Store.id, Store.code, Store.name, Store.zone, Store.opened_on, Store.closed_on, aliases).where(
        Store.partner_id == partner_id, stores_within(reach)
    )
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="code",
        searched=[Store.code, Store.name, aliases.element],
        tie=Store.id,
    )


def get_store_seen(session: Session, *, by: Actor, store_id: str) -> tuple[Store, Partner]:
    """Return the store whose id stands in an address, and its partner.

    Raises:
        UnknownCode: there is none that *by* may see.

    """
    reach = get_reach(by, Act.READ_PARTNERS)
    query = select(Store, Partner).join(Partner).where(Store.id == parse_id(store_id), stores_within(reach))
    row = session.execute(query).one_or_none()
    if row is None:
        raise UnknownCode(say("There is no such store."))
    return row[0], row[1]


def find_store_aliases(session: Session, store_id: int) -> Sequence[str]:
    """Return the other names of a store by letter."""
    return session.scalars(
        select(StoreAlias.alias)
        .where(StoreAlias.store_id == store_id, StoreAlias.ended_at.is_(None))
        .order_by(StoreAlias.alias)
    ).all()


def find_store_managers(session: Session, store_id: int) -> Sequence[UserAccount]:
    """Return the users who manage the store, by name; those shut out as well."""
    return session.scalars(select(UserAccount).where(UserAccount.store_id == store_id).order_by(UserAccount.name)).all()


def find_partners_seen(session: Session, *, by: Actor, act: Act) -> Sequence[Partner]:
    """Return the partners within the reach that *by* has for *act*, by name; for a producer or a cooperative those that it agreed with."""
    reach = get_reach(by, act)
    query = select(Partner).where(partners_within(reach)).order_by(Partner.name)
    if reach.producer_id is not None:
        query = query.where(
            Partner.id.in_(select(Agreement.partner_id).where(Agreement.producer_id == reach.producer_id))
        )
    if reach.cooperative_id is not None:
        signed = select(Agreement.partner_id).where(Agreement.cooperative_id == reach.cooperative_id)
        query = query.where(Partner.id.in_(signed))
    return session.scalars(query).all()


def find_stores_seen(
    session: Session, *, by: Actor, act: Act, store_id: int | None = None, partner_id: int | None = None
) -> Sequence[tuple[Store, Partner]]:
    """Return the stores within the reach that *by* has for *act*, with their partners, by name; one of them, or a partner's."""
    query = (
        select(Store, Partner).join(Partner, Partner.id == Store.partner_id).where(stores_within(get_reach(by, act)))
    )
    if store_id is not None:
        query = query.where(Store.id == store_id)
    if partner_id is not None:
        query = query.where(Store.partner_id == partner_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Store.name, Store.id))]


def count_places(session: Session) -> tuple[int, int, int]:
    """Return how many producers, partners and stores the region has."""
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in (Producer, Partner, Store)]
    row = session.execute(select(*counts)).one()
    return row[0], row[1], row[2]
