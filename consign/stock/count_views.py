"""Counts as people look at them: which there are, how far one is, and what one that is recorded came to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, literal, select, text
from sqlalchemy.orm import Session

from consign.identity.rules import Act, Actor, get_reach
from consign.listing import Found, Row, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Store
from consign.models.stock import StockNote
from consign.money import BP_WHOLE
from consign.stock.count_lists import find_found
from consign.stock.counting import find_not_found
from consign.stock.notes import notes_within
from consign.stock.rules import NoteKind

_DIFFERENCES = text("""
    WITH counted AS (
        SELECT product_id, sum(quantity) AS counted, bool_or(opens) AS opens FROM stock_note_line
        WHERE note_id = :note GROUP BY 1),
      moved AS (SELECT product_id, sum(quantity) AS difference FROM stock_movement WHERE note_id = :note GROUP BY 1),
      lost AS (
        SELECT loss.product_id, max(loss.id) AS loss_id, sum(loss.value_rp)::bigint AS value_rp,
          bool_or(COALESCE(decided.store_bp, loss.store_bp) IS NULL) AS is_undecided, max(loss.contest_until) AS contest_until,
          sum(round(loss.value_rp::numeric * COALESCE(decided.store_bp, loss.store_bp) / :whole))::bigint AS store_rp
        FROM stock_loss AS loss LEFT JOIN stock_loss_decision AS decided ON decided.loss_id = loss.id
        WHERE loss.note_id = :note GROUP BY 1)
    SELECT product.code AS product_code, product.name AS product, producer.name AS producer, counted.counted,
      counted.opens, COALESCE(moved.difference, 0) AS difference,
      CASE WHEN counted.opens THEN NULL ELSE counted.counted - COALESCE(moved.difference, 0) END AS expected,
      lost.loss_id, lost.value_rp, CASE WHEN lost.is_undecided THEN NULL ELSE lost.store_rp END AS store_rp,
      CASE WHEN lost.is_undecided THEN NULL ELSE lost.value_rp - lost.store_rp END AS producer_rp,
      COALESCE(lost.is_undecided, false) AS is_undecided, lost.contest_until
    FROM counted JOIN product ON product.id = counted.product_id JOIN producer ON producer.id = product.producer_id
    LEFT JOIN moved ON moved.product_id = counted.product_id LEFT JOIN lost ON lost.product_id = counted.product_id
    WHERE product.producer_id = COALESCE(CAST(:producer AS bigint), product.producer_id)
    ORDER BY abs(COALESCE(lost.value_rp, 0)) DESC, COALESCE(moved.difference, 0) = 0, lower(product.name), product.id""")
"""Later entries of days before restate a count, so its movements and losses are summed."""

_LAST_SCAN = text("""
    SELECT scan.id, scan.quantity, scan.key LIKE 'undo:%' AS is_undo, product.name AS product,
      COALESCE(batch.code, '') AS batch, batch.expires_on,
      (SELECT sum(quantity) FROM stock_scan AS one WHERE one.note_id = scan.note_id AND one.product_id = scan.product_id) AS found,
      EXISTS (SELECT FROM stock_scan AS back WHERE back.note_id = scan.note_id AND back.key = 'undo:' || scan.id) AS is_undone
    FROM stock_scan AS scan JOIN product ON product.id = scan.product_id
    LEFT JOIN stock_batch AS batch ON batch.id = scan.batch_id
    WHERE scan.note_id = :note AND scan.scanned_by = :user ORDER BY scan.id DESC LIMIT 1""")


@dataclass(frozen=True)
class CountSum:
    """How far a count is. Nothing here says how many there should be."""

    products: int
    """Of which some were found."""
    packs: Decimal
    empty: int
    """Products that were entered and come to none."""
    not_found: Sequence[str]
    """Names of products that stand in the books and were not entered; blank in a count of some goods."""


def find_count_page(session: Session, *, by: Actor, wish: Wish) -> Found:
    """Return a page of the counts that *by* may see; a producer sees those with its own goods.

    Filters: `partner` (a code), `store` (an id), `state`. A row has number, day, store_id, store, partner, extent
    (`full` or `part`), state, made_by and made_at.
    """
    query: Select[Any] = select(
        StockNote.number,
        StockNote.day,
        StockNote.store_id,
        Store.name.label("store"),
        Partner.name.label("partner"),
        case((StockNote.is_full.is_(True), literal("full")), else_=literal("part")).label("extent"),
        StockNote.state,
        UserAccount.name.label("made_by"),
        StockNote.made_at,
    )
    query = (
        query.join(Store, Store.id == StockNote.store_id)
        .join(Partner, Partner.id == StockNote.partner_id)
        .join(UserAccount, UserAccount.id == StockNote.made_by)
        .where(StockNote.kind == NoteKind.COUNT, notes_within(by))
    )
    conditions: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
        "partner": lambda given: Partner.code == given,
        "store": lambda given: StockNote.store_id == parse_id(given),
        "state": lambda given: StockNote.state == given,
    }
    query = query.where(*(make(wish.filters[name]) for name, make in conditions.items() if wish.filters.get(name)))
    sorts = columns_of(query)
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="-day", tie=StockNote.id.desc(),
        searched=[StockNote.number, Store.code, Store.name, Partner.name],
    )  # fmt: skip


def find_differences(session: Session, note: StockNote, *, by: Actor) -> Sequence[Row]:
    """Return what a recorded count came to by product, the dearest difference first; a producer sees its own goods.

    A row has product_code, product, producer, counted, expected (blank where stock began with the count), difference,
    opens, loss_id (the latest), value_rp, store_rp and producer_rp (blank where nobody agreed on them), is_undecided and
    contest_until; what is about a loss is blank without one.
    """
    facts = {"note": note.id, "whole": BP_WHOLE, "producer": get_reach(by, Act.READ_STOCK).producer_id}
    return session.execute(_DIFFERENCES, facts).mappings().all()


def find_last_scan(session: Session, note: StockNote, *, user_id: int) -> RowMapping | None:
    """Return what a person scanned last in a count.

    It has id, quantity, product, batch, expires_on, found (of the product in all), is_undo and is_undone.
    """
    return session.execute(_LAST_SCAN, {"note": note.id, "user": user_id}).mappings().one_or_none()


def sum_count(session: Session, note: StockNote) -> CountSum:
    """Return how far a count is, and what recording it would take as not there."""
    by_product: dict[int, Decimal] = {}
    for row in find_found(session, note.id):
        by_product[row["product_id"]] = by_product.get(row["product_id"], Decimal(0)) + row["quantity"]
    missing = find_not_found(session, note, found=by_product) if note.is_full else []
    names = session.scalars(select(Product.name).where(Product.id.in_(missing)).order_by(Product.name)).all()
    return CountSum(
        products=sum(quantity > 0 for quantity in by_product.values()),
        packs=sum(by_product.values(), Decimal(0)),
        empty=sum(quantity == 0 for quantity in by_product.values()),
        not_found=names,
    )
