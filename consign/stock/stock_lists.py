"""What stands in stores, and how it came to that, as people look at it: only what is within the reader's reach."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from consign.identity.rules import Act, Actor, Reach, get_reach
from consign.listing import Found, Row, Value, Wish, columns_of, fetch_page, parse_id
from consign.models.catalogue import Product
from consign.models.partners import Partner, Producer, Store
from consign.models.stock import SUM, StockBatch, StockLevel, StockMovement, StockNote, StockNoteLine
from consign.partners.rules import UnknownCode
from consign.sentence import say
from consign.stock.levels import Pair
from consign.stock.rules import COUNTS, NoteKind, NoteState

_ON_ITS_WAY = (NoteKind.DELIVERY, NoteKind.TRANSFER)
_DETAILS: Mapping[str, Any] = {
    "batches": text("""
        SELECT level.store_id, level.product_id, batch.code, batch.expires_on, level.quantity, level.arrived_on
        FROM unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
        JOIN stock_batch_level AS level USING (store_id, product_id) JOIN stock_batch AS batch ON batch.id = level.batch_id
        WHERE level.quantity > 0 ORDER BY 1, 2, batch.expires_on, level.arrived_on, batch.id"""),
    "counted": text("""
        SELECT note.store_id, line.product_id, max(note.day) AS day
        FROM unnest(CAST(:stores AS integer[]), CAST(:products AS integer[])) AS wanted(store_id, product_id)
        JOIN stock_note AS note ON note.store_id = wanted.store_id AND note.kind = 'count' AND note.state = 'recorded'
        JOIN stock_note_line AS line ON line.note_id = note.id AND line.product_id = wanted.product_id GROUP BY 1, 2"""),
    "numbers": text("""
        SELECT product_id, max(number) AS number FROM barcode
        WHERE product_id = ANY(CAST(:products AS integer[])) AND retired_at IS NULL AND from_on <= :on
          AND COALESCE(until_on, 'infinity') >= :on GROUP BY 1"""),
}
"""What is added to the rows of a page, by store and product, or by product."""


@dataclass(frozen=True)
class StandingBatch:
    """How much of a batch stands in a store. Code and last day are blank where nobody said them."""

    code: str
    expires_on: date | None
    quantity: Decimal
    arrived_on: date


def find_stock_page(session: Session, *, by: Actor, on: date, wish: Wish) -> Found:
    """Return a page of what stands in the stores that *by* may see; a producer sees its own goods only.

    Filters: `store` (an id), `partner` and `producer` (codes), `product` (a code) and `show`: `negative` for what stands
    below zero, `empty` for what has run out, or `unkept` for what was sold though no stock is kept of it, as it was
    never delivered. A row has store_id, store_code, store, partner, product_id, product_code, product, producer_code,
    producer, number (in use on the day *on*), on_hand (blank where no stock is kept), in_transit (sent to the store and
    not confirmed), is_negative, begins_on, last_on, counted_on and batches, those that expire first before others.
    """
    reach = get_reach(by, Act.READ_STOCK)
    shown = wish.filters.get("show", "")
    store_id = reach.store_id or parse_id(wish.filters.get("store", ""))
    pairs = _select_unkept(store_id) if shown == "unkept" else _select_kept()
    query = _select_page(pairs, reach)
    conditions: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
        "store": lambda given: Store.id == parse_id(given),
        "partner": lambda given: Partner.code == given,
        "producer": lambda given: Producer.code == given,
        "product": lambda given: Product.code == given,
    }
    query = query.where(*(make(wish.filters[name]) for name, make in conditions.items() if wish.filters.get(name)))
    match shown:
        case "negative":
            query = query.where(pairs.c.on_hand < 0)
        case "empty":
            query = query.where(pairs.c.on_hand == 0)
    sorts = columns_of(query)
    page = fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="product",
        searched=[Product.code, Product.name, Producer.name, Store.code, Store.name],
        tie=func.row(Store.id, Product.id),
    )  # fmt: skip
    return replace(page, rows=_add_details(session, page.rows, on=on))


def find_product_moves(session: Session, *, by: Actor, store_id: int, product_code: str, wish: Wish) -> Found:
    """Return a page of what moved of one product in one store, in its order, with what stood after each.

    A row has id, place (its running number in that order), day, kind, quantity, balance (blank before stock was kept),
    batch, expires_on, note_number, note_kind, note_state, posting_no, partner_id, reverses_id and reversed_by (the ids of
    the movement that it takes back, and of that which takes it back). Sorted by `place`, or `-place` to begin with the
    latest. Filters: `kind`, and `kept` for those since stock was kept, which come to what stands.

    Raises:
        UnknownCode: there is no such store or product, or it is not for *by* to see.

    """
    store, product = get_stocked(session, by=by, store_id=store_id, product_code=product_code)
    moves = _select_moves(store_id=store.id, product_id=product.id)
    query = select(moves)
    if wish.filters.get("kind"):
        query = query.where(moves.c.kind == wish.filters["kind"])
    if wish.filters.get("kept"):
        query = query.where(moves.c.balance.is_not(None))
    sorts = {column.name: column for column in moves.c}
    return fetch_page(
        session, query, wish=wish, sorts=sorts, default_sort="place", searched=[moves.c.note_number, moves.c.batch],
        tie=moves.c.place,
    )  # fmt: skip


def get_stocked(session: Session, *, by: Actor, store_id: int, product_code: str) -> tuple[Store, Product]:
    """Return a store and a product whose movements in it *by* may see.

    Raises:
        UnknownCode: there is no such store or product, it never came there, or it is not for *by* to see.

    """
    reach = get_reach(by, Act.READ_STOCK)
    moved = exists().where(StockMovement.store_id == Store.id, StockMovement.product_id == Product.id)
    named = exists().where(
        StockNoteLine.note_id == StockNote.id,
        StockNoteLine.product_id == Product.id,
        or_(StockNote.store_id == Store.id, StockNote.to_store_id == Store.id),
    )
    query = (
        select(Store, Product)
        .join(Product, true())
        .where(Store.id == store_id, Product.code == product_code, or_(moved, named), *_within(reach))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise UnknownCode(
            say("There is no store with a product '{code}' that is for you to see.", code=product_code[:80])
        )
    return row[0], row[1]


def get_standing(session: Session, *, store_id: int, product_id: int, on: date) -> Row:
    """Return what stands of one product in one store as a row of `find_stock_page`; on_hand is blank where none is kept."""
    query = _select_page(_select_pair(store_id, product_id), Reach(None, None, None))
    (row,) = _add_details(session, session.execute(query).mappings().all(), on=on)
    return row


def _within(reach: Reach) -> list[ColumnElement[bool]]:
    limits = (
        (Store.partner_id, reach.partner_id),
        (Store.id, reach.store_id),
        (Product.producer_id, reach.producer_id),
    )
    return [column == held for column, held in limits if held is not None]


def _select_in_transit() -> Subquery:
    """Return what was sent to stores and not confirmed, by store and product."""
    to_store = func.coalesce(StockNote.to_store_id, StockNote.store_id)
    return (
        select(to_store.label("store_id"), StockNoteLine.product_id, func.sum(StockNoteLine.quantity).label("quantity"))
        .join(StockNoteLine, StockNoteLine.note_id == StockNote.id)
        .where(StockNote.state == NoteState.SENT, StockNote.kind.in_(_ON_ITS_WAY))
        .group_by(to_store, StockNoteLine.product_id)
        .subquery("in_transit")
    )


def _select_kept() -> Subquery:
    """Return all pairs of store and product of which stock is kept or on its way."""
    sent = _select_in_transit()
    level = StockLevel
    kept = select(
        level.store_id, level.product_id, level.on_hand, level.begins_on, level.last_on,
        func.coalesce(sent.c.quantity, 0).label("in_transit"),
    ).outerjoin(sent, and_(sent.c.store_id == level.store_id, sent.c.product_id == level.product_id))  # fmt: skip
    coming = (
        select(
            sent.c.store_id, sent.c.product_id, cast(None, SUM), cast(None, Date),
            cast(None, Date), sent.c.quantity,
        )
        .outerjoin(level, and_(sent.c.store_id == level.store_id, sent.c.product_id == level.product_id))
        .where(level.store_id.is_(None))
    )  # fmt: skip
    return union_all(kept, coming).subquery("pairs")


def _select_unkept(store_id: int | None) -> Subquery:
    """Return the pairs of store and product that were sold though no stock is kept of them."""
    sold = StockMovement
    level = select(StockLevel.store_id).where(
        StockLevel.store_id == sold.store_id, StockLevel.product_id == sold.product_id
    )
    query = select(
        sold.store_id, sold.product_id, cast(None, SUM).label("on_hand"),
        cast(None, Date).label("begins_on"), func.max(sold.day).label("last_on"),
        cast(0, SUM).label("in_transit"),
    ).where(~level.exists())  # fmt: skip
    if store_id is not None:
        query = query.where(sold.store_id == store_id)
    return query.group_by(sold.store_id, sold.product_id).subquery("pairs")


def _select_pair(store_id: int, product_id: int) -> Subquery:
    """Return one pair of store and product, whether stock is kept of it or not."""
    sent = _select_in_transit()
    pair = select(literal(store_id).label("store_id"), literal(product_id).label("product_id")).subquery("pair")
    level = StockLevel
    return (
        select(
            pair.c.store_id, pair.c.product_id, level.on_hand, level.begins_on, level.last_on,
            func.coalesce(sent.c.quantity, 0).label("in_transit"),
        )
        .select_from(pair)
        .outerjoin(level, and_(level.store_id == pair.c.store_id, level.product_id == pair.c.product_id))
        .outerjoin(sent, and_(sent.c.store_id == pair.c.store_id, sent.c.product_id == pair.c.product_id))
        .subquery("pairs")
    )  # fmt: skip


def _select_page(pairs: Subquery, reach: Reach) -> Select[Any]:
    columns: list[Value] = [
        pairs.c.store_id,
        Store.code.label("store_code"),
        Store.name.label("store"),
        Partner.name.label("partner"),
        pairs.c.product_id,
        Product.code.label("product_code"),
        Product.name.label("product"),
        Producer.code.label("producer_code"),
        Producer.name.label("producer"),
        pairs.c.on_hand,
        pairs.c.in_transit,
        func.coalesce(pairs.c.on_hand < 0, False).label("is_negative"),
        pairs.c.begins_on,
        pairs.c.last_on,
    ]
    return (
        select(*columns)
        .select_from(pairs)
        .join(Store, Store.id == pairs.c.store_id)
        .join(Partner, Partner.id == Store.partner_id)
        .join(Product, Product.id == pairs.c.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .where(*_within(reach))
    )


def _add_details(session: Session, rows: Sequence[Row], *, on: date) -> list[Row]:
    """Return *rows* with what is looked up for a page's stores and products only."""
    facts = {"stores": [row["store_id"] for row in rows], "products": [row["product_id"] for row in rows]}
    batches: defaultdict[Pair, list[StandingBatch]] = defaultdict(list)
    for row in session.execute(_DETAILS["batches"], facts):
        one = StandingBatch(row.code, row.expires_on, row.quantity, row.arrived_on)
        batches[row.store_id, row.product_id].append(one)
    counted = {(row.store_id, row.product_id): row.day for row in session.execute(_DETAILS["counted"], facts)}
    products = sorted(set(facts["products"]))
    numbers = {
        row.product_id: row.number for row in session.execute(_DETAILS["numbers"], {"products": products, "on": on})
    }
    return [
        {
            **row,
            "number": numbers.get(row["product_id"]),
            "counted_on": counted.get((row["store_id"], row["product_id"])),
            "batches": batches.get((row["store_id"], row["product_id"]), []),
        }
        for row in rows
    ]


def _select_moves(*, store_id: int, product_id: int) -> Subquery:
    """Return a product's movements in a store in the order in which they are taken: what came on a day before what left."""
    move, back = StockMovement, aliased(StockMovement)
    step = case((move.kind.in_(COUNTS), 2), (move.quantity > 0, 0), else_=1)
    order = (move.day, step, move.id)
    is_kept = move.day >= StockLevel.begins_on
    balance = func.sum(move.quantity).filter(is_kept).over(order_by=order, rows=(None, 0))
    return (
        select(
            move.id,
            func.row_number().over(order_by=order).label("place"),
            move.day,
            move.kind,
            move.quantity,
            balance.label("balance"),
            StockBatch.code.label("batch"),
            StockBatch.expires_on,
            StockNote.number.label("note_number"),
            StockNote.kind.label("note_kind"),
            StockNote.state.label("note_state"),
            move.posting_no,
            move.partner_id,
            move.reverses_id,
            back.id.label("reversed_by"),
        )
        .select_from(move)
        .outerjoin(StockLevel, and_(StockLevel.store_id == move.store_id, StockLevel.product_id == move.product_id))
        .outerjoin(StockBatch, StockBatch.id == move.batch_id)
        .outerjoin(StockNote, StockNote.id == move.note_id)
        .outerjoin(back, back.reverses_id == move.id)
        .where(move.store_id == store_id, move.product_id == product_id)
        .subquery("moves")
    )
