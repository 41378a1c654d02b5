"""What stores sold in some days: by store, and of one store by day."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Wish, columns_of, fetch_page
from consign.models.partners import Partner, Store
from consign.models.sales import Sale


def find_store_sums(session: Session, *, by: Actor, first: date, last: date, wish: Wish) -> Found:
    """Return a page of what the stores that *by* may see sold from *first* to *last*, both inside. Filters: `partner`.

    A row has store_id, store, store_code, partner_code, partner, quantity, sales_rp and fee_rp; what was taken back or
    reversed is taken off.
    """
    query = _sum_sales(by, first, last, Store.id.label("store_id"), Store.name.label("store"), Store.code.label("store_code"),
                       Partner.code.label("partner_code"), Partner.name.label("partner"))  # fmt: skip
    if wish.filters.get("partner"):
        query = query.where(Partner.code == wish.filters["partner"])
    return fetch_page(
        session, query.group_by(Store.id, Partner.id), wish=wish, sorts=columns_of(query), default_sort="-sales_rp",
        searched=[Store.code, Store.name, Partner.code, Partner.name], tie=Store.id,
    )  # fmt: skip


def find_day_sums(session: Session, *, by: Actor, store_id: int, first: date, last: date, wish: Wish) -> Found:
    """Return a page of what one store that *by* may see sold on each day from *first* to *last*, both inside.

    A row has store_id, day, quantity, sales_rp and fee_rp.
    """
    query = _sum_sales(by, first, last, Store.id.label("store_id"), Sale.sold_on.label("day"))
    query = query.where(Store.id == store_id).group_by(Store.id, Sale.sold_on)
    return fetch_page(session, query, wish=wish, sorts=columns_of(query), default_sort="-day", tie=Sale.sold_on)


def _sum_sales(by: Actor, first: date, last: date, *columns: Any) -> Select[Any]:
    reach = get_reach(by, Act.READ_SALES)
    query = (
        select(
            *columns,
            func.sum(Sale.quantity).label("quantity"),
            cast(func.sum(Sale.sales_rp), BigInteger).label("sales_rp"),
            cast(func.sum(Sale.fee_rp), BigInteger).label("fee_rp"),
        )
        .join(Store, Store.id == Sale.store_id)
        .join(Partner, Partner.id == Sale.partner_id)
        .where(Sale.sold_on.between(first, last))
    )
    if reach.partner_id is not None:
        query = query.where(Sale.partner_id == reach.partner_id)
    return query if reach.store_id is None else query.where(Sale.store_id == reach.store_id)
