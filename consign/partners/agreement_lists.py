"""Agreements as people look at them: only those within the reader's reach."""

from datetime import date
from typing import Any

from sqlalchemy import Date, RowMapping, Select, case, cast, func, literal, select, text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.partners import Agreement, Cooperative, Partner, Producer, Store
from consign.partners.rules import AgreementMissing
from consign.sentence import say


def _select_agreements(by: Actor, *, on: date) -> Select[Any]:
    """Return the agreements *by* may see; *on* is the day that tells whether one is in force."""
    reach = get_reach(by, Act.READ_AGREEMENTS)
    first = func.lower(Agreement.days, type_=Date)
    after = func.upper(Agreement.days, type_=Date)
    today = literal(on, Date)
    state = case((first > today, "ahead"), (after <= today, "over"), else_="in_force")
    columns: list[Value] = [
        Agreement.id,
        Agreement.partner_id,
        Agreement.producer_id,
        Agreement.product_id,
        Partner.code.label("partner_code"),
        Partner.name.label("partner"),
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        Store.id.label("store_id"),
        Store.code.label("store_code"),
        Store.name.label("store"),
        Product.code.label("product_code"),
        Product.name.label("product"),
        Agreement.fee_rate_bp,
        Agreement.fee_on,
        Agreement.discount_borne_by,
        Agreement.fee_tax_bp,
        Agreement.pph23_bp,
        Agreement.payment_term_days,
        Agreement.loss_store_bp,
        Agreement.route,
        Agreement.min_payout_rp,
        Agreement.replaces_id,
        Cooperative.code.label("cooperative_code"),
        Cooperative.name.label("cooperative"),
        first.label("first"),
        cast(after - 1, Date).label("last"),
        state.label("state"),
    ]
    query = (
        select(*columns)
        .select_from(Agreement)
        .join(Partner, Partner.id == Agreement.partner_id)
        .join(Producer, Producer.id == Agreement.producer_id)
        .outerjoin(Store, Store.id == Agreement.store_id)
        .outerjoin(Product, Product.id == Agreement.product_id)
        .outerjoin(Cooperative, Cooperative.id == Agreement.cooperative_id)
    )
    if reach.partner_id is not None:
        query = query.where(Agreement.partner_id == reach.partner_id)
    if reach.producer_id is not None:
        query = query.where(Agreement.producer_id == reach.producer_id)
    if reach.cooperative_id is not None:
        query = query.where(Agreement.cooperative_id == reach.cooperative_id)
    return query


def find_agreement_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of the agreements that *by* may see; filters `partner`, `producer`, `cooperative` (codes), `route` and `on` (a day).

    A row has id, partner_code, partner, producer_code, producer, store_code, store, product_code, product, the terms,
    first, last (blank without an end) and state: `ahead`, `in_force` or `over` as of *on*.
    """
    query = _select_agreements(by, on=on)
    if wish.filters.get("partner"):
        query = query.where(Partner.code == wish.filters["partner"])
    if wish.filters.get("producer"):
        query = query.where(Producer.code == wish.filters["producer"])
    if wish.filters.get("cooperative"):
        query = query.where(Cooperative.code == wish.filters["cooperative"])
    if wish.filters.get("route"):
        query = query.where(Agreement.route == wish.filters["route"])
    if wish.filters.get("on"):
        query = query.where(Agreement.days.contains(date.fromisoformat(wish.filters["on"])))
    sorts = columns_of(query)
    return fetch_page(
        session,
        query,
        wish=wish,
        sorts=sorts,
        default_sort="partner",
        searched=[Producer.code, Producer.name, Partner.code, Partner.name, Product.code, Product.name],
        tie=Agreement.id,
    )


def get_agreement_facts(session: Session, *, by: Actor, agreement_id: str, on: date) -> RowMapping:
    """Return the agreement whose id stands in an address, as a row of the list of agreements.

    Raises:
        AgreementMissing: there is none that *by* may see.

    """
    query = _select_agreements(by, on=on).where(Agreement.id == parse_id(agreement_id))
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise AgreementMissing(say("There is no such agreement."))
    return row


def find_versions(session: Session, *, by: Actor, agreement_id: int, on: date) -> list[RowMapping]:
    """Return all versions of an agreement within the reach of *by*, the oldest first, as rows of the list of agreements."""
    chain = text("""
        WITH RECURSIVE earlier AS (
          SELECT id, replaces_id FROM agreement WHERE id = :id
          UNION ALL SELECT agreement.id, agreement.replaces_id FROM agreement JOIN earlier ON agreement.id = earlier.replaces_id),
        later AS (
          SELECT id FROM agreement WHERE id = :id
          UNION ALL SELECT agreement.id FROM agreement JOIN later ON agreement.replaces_id = later.id)
        SELECT id FROM earlier UNION SELECT id FROM later""")
    ids = session.scalars(chain, {"id": agreement_id}).all()
    query = _select_agreements(by, on=on).where(Agreement.id.in_(ids)).order_by(func.lower(Agreement.days))
    return list(session.execute(query).mappings())
