"""What codes of waiting lines may mean: the products and stores are read, and the codes held against them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consign.models.partners import Agreement, Store, StoreAlias
from consign.sales.suggesting import Asked, Shelf, Suggestion
from consign.sales.suggesting_stores import Outlet, suggest_stores
from consign.sales.weighing import Candidate, Number, Price

PRODUCT_UNKNOWN, STORE_UNKNOWN = "product.unknown", "store.unknown"
MOST_SUGGESTED = 500
"""Codes of one list that are looked up; the rest of a longer one gets no suggestion."""

_PRODUCTS = text("""
    SELECT product.id, product.code, product.name, product.producer_id, producer.name AS producer, product.net_content,
      product.net_unit, product.brand, product.pieces, numbers.found AS numbers, aliases.found AS aliases,
      prices.found AS prices
    FROM product JOIN producer ON producer.id = product.producer_id
    LEFT JOIN (SELECT product_id, jsonb_agg(jsonb_build_array(number, until_on IS NULL) ORDER BY number) AS found
      FROM barcode GROUP BY 1) AS numbers ON numbers.product_id = product.id
    LEFT JOIN (SELECT product_id, jsonb_agg(jsonb_build_array(partner_id, alias) ORDER BY alias) AS found
      FROM product_alias WHERE ended_at IS NULL GROUP BY 1) AS aliases ON aliases.product_id = product.id
    LEFT JOIN (SELECT product_id, jsonb_agg(jsonb_build_array(lower(days), upper(days) - 1, price_rp)) AS found
      FROM product_price GROUP BY 1) AS prices ON prices.product_id = product.id
    ORDER BY product.id""")


def load_shelf(session: Session) -> Shelf:
    """Return all products as codes are held against them, in one query."""
    return Shelf(
        Candidate(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            producer=row["producer"],
            producer_id=row["producer_id"],
            net_content=row["net_content"],
            net_unit=row["net_unit"],
            brand=row["brand"] or "",
            pieces=row["pieces"],
            numbers=tuple(Number(digits, in_use) for digits, in_use in row["numbers"] or ()),
            aliases=tuple((partner_id, alias) for partner_id, alias in row["aliases"] or ()),
            prices=tuple(
                Price(date.fromisoformat(first), date.fromisoformat(last) if last else None, price_rp)
                for first, last, price_rp in row["prices"] or ()
            ),
        )
        for row in session.execute(_PRODUCTS).mappings()
    )


def find_suggestions(
    session: Session, groups: Sequence[Mapping[Any, Any]], *, shelf: Shelf | None = None
) -> list[list[Suggestion]]:
    """Return for groups of waiting lines what their code may mean, the likeliest first.

    A group has partner_id, reason, code, name, price_rp and last_on. *shelf* spares reading the products again.
    """
    found: list[list[Suggestion]] = [[] for _ in groups]
    by_partner: defaultdict[int, list[int]] = defaultdict(list)
    of_stores = []
    for place, group in enumerate(groups[:MOST_SUGGESTED]):
        if group["code"] and group["reason"] == PRODUCT_UNKNOWN:
            by_partner[group["partner_id"]].append(place)
        elif group["code"] and group["reason"] == STORE_UNKNOWN:
            of_stores.append(place)
    if by_partner:
        products = shelf or load_shelf(session)
        agreed = _find_agreed(session, list(by_partner))
        for partner_id, places in by_partner.items():
            asked = [_ask(groups[place]) for place in places]
            for place, ranked in zip(places, products.suggest(asked, agreed=agreed[partner_id]), strict=True):
                found[place] = ranked
    if of_stores:
        outlets = _find_outlets(session, sorted({groups[place]["partner_id"] for place in of_stores}))
        for place in of_stores:
            found[place] = suggest_stores(groups[place]["code"], outlets[groups[place]["partner_id"]])
    return found


def _ask(group: Mapping[Any, Any]) -> Asked:
    return Asked(group["code"], group["name"] or "", group["partner_id"], group["price_rp"], group["last_on"])


def _find_agreed(session: Session, partner_ids: Sequence[int]) -> defaultdict[int, set[int]]:
    """Return with which producers each partner has, or had, an agreement."""
    query = select(Agreement.partner_id, Agreement.producer_id).where(Agreement.partner_id.in_(partner_ids)).distinct()
    agreed: defaultdict[int, set[int]] = defaultdict(set)
    for partner_id, producer_id in session.execute(query):
        agreed[partner_id].add(producer_id)
    return agreed


def _find_outlets(session: Session, partner_ids: Sequence[int]) -> defaultdict[int, list[Outlet]]:
    aliases: defaultdict[int, list[str]] = defaultdict(list)
    query = select(StoreAlias.store_id, StoreAlias.alias).where(
        StoreAlias.partner_id.in_(partner_ids), StoreAlias.ended_at.is_(None)
    )
    for store_id, alias in session.execute(query.order_by(StoreAlias.alias)):
        aliases[store_id].append(alias)
    outlets: defaultdict[int, list[Outlet]] = defaultdict(list)
    for store in session.scalars(select(Store).where(Store.partner_id.in_(partner_ids)).order_by(Store.code)):
        outlets[store.partner_id].append(Outlet(store.id, store.code, store.name, tuple(aliases[store.id])))
    return outlets
