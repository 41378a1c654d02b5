"""Goods on the shelves of the town, some of them near their end, so that pages tell what is to come of them."""

from datetime import date, timedelta
from decimal import Decimal

from consign import clock
from consign.identity.queries import get_actor
from consign.models.catalogue import Product
from consign.models.partners import Store
from consign.stock.moving import Move, lock_stores, record_moves
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import MovementKind, NewLine, NoteKind, NoteState
from tests.builders import ADMIN
from tests.conftest import REGION
from tests.web.town import Town

CAME_DAYS_AGO = 60
SHELVES = (("T1", "PRD-1", 40), ("T2", "PRD-2", 30), ("K1", "PRD-3", 80))
"""In each store one product of another producer, and how many."""
ENDS_IN_DAYS = (-2, 3, 12, 200)
"""After how many days from today the batches end, a quarter of the goods in each."""


def put_shelves(town: Town) -> None:
    """Deliver to each store what stands on its shelf, once."""
    if town.ask("SELECT count(*) FROM stock_level")[0][0]:
        return
    today = clock.today("Asia/Makassar")
    for store, product, number in SHELVES:
        lines = [(number // len(ENDS_IN_DAYS), today + timedelta(days)) for days in ENDS_IN_DAYS]
        put_delivery(town, store=store, product=product, day=today - timedelta(CAME_DAYS_AGO), lines=lines)


def put_delivery(
    town: Town, *, store: str, product: str, day: date, lines: list[tuple[int, date]], confirmed: bool = True
) -> str:
    """Deliver a product in batches by their last days, confirmed on its day unless it is still on its way."""
    store_id, product_id = town.id("store", code=store), town.id("product", code=product)
    with town.database.transaction(REGION) as session:
        place, goods = session.get_one(Store, store_id), session.get_one(Product, product_id)
        by = get_actor(session, ADMIN)
        lock_stores(session, [store_id])
        state = NoteState.CONFIRMED if confirmed else NoteState.SENT
        note = add_note(
            session, by=by, kind=NoteKind.DELIVERY, state=state, store=place, day=day, producer_id=goods.producer_id
        )
        new = [NewLine(product_id, Decimal(number), f"B{end:%d%m}", end) for number, end in lines]
        rows = add_lines(session, note, new)
        if confirmed:
            note.confirmed_on, note.confirmed_by, note.confirmed_at = day, by.user_id, clock.now()
            record_moves(
                session,
                [
                    Move(
                        store_id,
                        product_id,
                        day,
                        MovementKind.RECEIVED,
                        one.quantity,
                        note.id,
                        one.line_no,
                        one.batch_id,
                    )
                    for one in rows
                ],
            )
        return note.number
