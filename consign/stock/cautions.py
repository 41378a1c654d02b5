"""What is to be looked at on a note although it stands: it is told, and nothing is refused for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign.models.catalogue import Product, ProductListing
from consign.models.partners import Store
from consign.models.stock import StockBatch, StockLevel, StockNote, StockNoteLine
from consign.partners.queries import get_region_terms
from consign.sentence import Sentence, say
from consign.stock.rules import NoteKind, NoteState, shorten

GONE = frozenset({NoteState.CANCELLED, NoteState.REVERSED})
COMING = frozenset({NoteKind.DELIVERY, NoteKind.TRANSFER})
"""Kinds with which goods come to a store."""
LEAVING = frozenset({NoteKind.RETURN, NoteKind.TRANSFER, NoteKind.WRITE_OFF})
"""Kinds with which they leave one."""


@dataclass(frozen=True)
class Caution:
    """What is odd about a line of a note, by a stable *code*, and what to do about it."""

    line_no: int
    code: str
    sentence: Sentence


def find_cautions(
    session: Session, note: StockNote, lines: Sequence[StockNoteLine], *, products: Mapping[int, Product]
) -> list[Caution]:
    """Return what is odd about *lines* of a note as things stand, in their order; nothing of a note that counts no more.

    *products* are theirs, by id.
    """
    if note.state in GONE or not lines:
        return []
    found: list[Caution] = []
    names = {product_id: product.name for product_id, product in products.items()}
    if note.kind in COMING:
        store = session.get_one(Store, note.to_store_id or note.store_id)
        unlisted = find_unlisted(session, product_ids=list(products), store_id=store.id, on=note.day)
        for one in lines:
            if one.product_id in unlisted:
                said = say(
                    "{store} does not list {product} on {day}; ask whether it wants it.",
                    store=store.name, product=names[one.product_id], day=note.day,
                )  # fmt: skip
                found.append(Caution(one.line_no, "not_listed", said))
    if note.kind == NoteKind.DELIVERY:
        found += _find_unpriced(lines, names, note.day)
        found += _find_odd_ends(session, lines, products=list(products.values()), day=note.day)
    if note.kind in LEAVING:
        found += _find_short(session, lines, names, store_id=note.store_id)
    return sorted(found, key=lambda one: one.line_no)


def find_unlisted(session: Session, *, product_ids: Collection[int], store_id: int, on: date) -> set[int]:
    """Return which products a store does not list on a day; none where it said nothing by then of what it lists."""
    keeps = select(func.min(func.lower(ProductListing.days))).where(ProductListing.store_id == store_id)
    since = session.scalar(keeps)
    if since is None or on < since:
        return set()
    listed = select(ProductListing.product_id).where(
        ProductListing.store_id == store_id,
        ProductListing.product_id.in_(product_ids),
        ProductListing.days.contains(on),
    )
    return set(product_ids) - set(session.scalars(listed))


def _find_unpriced(lines: Sequence[StockNoteLine], names: dict[int, str], day: date) -> Iterator[Caution]:
    for one in lines:
        if one.price_rp is None:
            said = say(
                "{product} has no price for {day}; set it before it is sold.", product=names[one.product_id], day=day
            )
            yield Caution(one.line_no, "no_price", said)


def _find_odd_ends(
    session: Session, lines: Sequence[StockNoteLine], *, products: Sequence[Product], day: date
) -> Iterator[Caution]:
    """Yield lines that are to be off the shelf soon, and those that are good for longer than such goods keep."""
    query = select(StockBatch.id, StockBatch.expires_on).where(
        StockBatch.id.in_([one.batch_id for one in lines if one.batch_id is not None]),
        StockBatch.expires_on.is_not(None),
    )
    ends = {row.id: row.expires_on for row in session.execute(query)}
    soon = day + timedelta(get_region_terms(session).pull_back_days)
    of_line = {product.id: product for product in products}
    for one in lines:
        end, product = ends.get(one.batch_id), of_line[one.product_id]
        if end is None:
            continue
        if end < soon:
            said = say(
                "{product} is good until {ends} only, and is soon to be off the shelf again.",
                product=product.name, ends=end,
            )  # fmt: skip
            yield Caution(one.line_no, "near_end", said)
        if product.shelf_life_days is not None and end > day + timedelta(product.shelf_life_days):
            said = say(
                "{product} keeps for {days} days, but is said to be good until {ends}; check the day.",
                product=product.name, days=product.shelf_life_days, ends=end,
            )  # fmt: skip
            yield Caution(one.line_no, "keeps_shorter", said)


def _find_short(
    session: Session, lines: Sequence[StockNoteLine], names: dict[int, str], *, store_id: int
) -> Iterator[Caution]:
    query = select(StockLevel.product_id, StockLevel.on_hand).where(
        StockLevel.store_id == store_id,
        StockLevel.product_id.in_([one.product_id for one in lines]),
        StockLevel.on_hand < 0,
    )
    short = {row.product_id: row.on_hand for row in session.execute(query)}
    for one in lines:
        if one.product_id in short:
            said = say(
                "By the books more of {product} left the store than came to it, {quantity} by now; count it.",
                product=names[one.product_id], quantity=shorten(-short[one.product_id]),
            )  # fmt: skip
            yield Caution(one.line_no, "more_than_stands", said)
