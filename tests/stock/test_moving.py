"""Movements, counts that are restated, batches that leave first, and what stands."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from consign.models.stock import StockBatch, StockBatchLevel, StockLevel, StockLoss
from consign.stock.checks import CHECKS
from consign.stock.moving import Move, begin_stock, lock_stores, record_moves, settle
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import MovementKind, NewLine, NoteKind, NoteState
from tests.builders import KERIPIK, City, write_csv


def deliver(city: City, day: date, *lines: NewLine, store: int = 0, producer: int = 0) -> int:
    """Let goods stand in a store, as its confirming of a delivery does."""
    place = city.stores[store]
    lock_stores(city.session, [place.id])
    note = add_note(
        city.session, by=city.admin, kind=NoteKind.DELIVERY, state=NoteState.CONFIRMED, store=place, day=day,
        producer_id=city.producers[producer].id,
    )  # fmt: skip
    note.confirmed_on, note.confirmed_by = day, city.admin.user_id
    rows = add_lines(city.session, note, lines)
    record_moves(
        city.session,
        [
            Move(place.id, one.product_id, day, MovementKind.RECEIVED, one.quantity, note.id, one.line_no, one.batch_id)
            for one in rows
        ],
    )
    return note.id


def count(city: City, day: date, *lines: NewLine) -> int:
    place = city.stores[0]
    lock_stores(city.session, [place.id])
    note = add_note(
        city.session, by=city.admin, kind=NoteKind.COUNT, state=NoteState.RECORDED, store=place, day=day, is_full=False
    )
    add_lines(city.session, note, lines)
    begin_stock(city.session, [(place.id, line.product_id, day) for line in lines])
    settle(city.session, pairs={(place.id, line.product_id) for line in lines}, first=day)
    return note.id


def line(city: City, quantity: int, batch: str = "", ends: date | None = None) -> NewLine:
    return NewLine(city.products[0].id, Decimal(quantity), batch, ends)


def on_hand(city: City) -> Decimal:
    query = select(StockLevel).where(
        StockLevel.store_id == city.stores[0].id, StockLevel.product_id == city.products[0].id
    )
    return city.session.scalars(query.execution_options(populate_existing=True)).one().on_hand


def batches(city: City) -> dict[str, int]:
    query = (
        select(StockBatch.code, StockBatchLevel.quantity)
        .join(StockBatch, StockBatch.id == StockBatchLevel.batch_id)
        .where(StockBatchLevel.store_id == city.stores[0].id, StockBatchLevel.quantity > 0)
    )
    return {code: int(quantity) for code, quantity in city.session.execute(query)}


def losses(city: City) -> list[tuple[int, int, int | None]]:
    query = select(StockLoss.quantity, StockLoss.value_rp, StockLoss.store_bp).order_by(StockLoss.id)
    return [(int(quantity), value, share) for quantity, value, share in city.session.execute(query)]


def sell(city: City, folder: Path, day: date, quantity: int, receipt: str = "S1") -> int:
    path = write_csv(
        folder,
        f"{day.day:02d}/{day.month:02d}/{day.year},T1,{receipt},{KERIPIK},Keripik,{quantity},15000,{quantity * 15000}",
        f"28/02/2026,T1,Z{receipt},{KERIPIK},Keripik,1,15000,15000",  # a day that says how days are written
        name=f"{receipt}.csv",
    )
    return city.post(path).upload_id


def find_stock_breaches(city: City) -> list[str]:
    return [str(one) for check in CHECKS for one in check(city.session)]


def test_what_is_sold_leaves_the_shelf_and_first_what_expires_first(city: City, tmp_path: Path):
    deliver(city, date(2026, 3, 1), line(city, 10, "B", date(2026, 9, 1)), line(city, 10, "A", date(2026, 6, 1)))
    sell(city, tmp_path, date(2026, 3, 20), 12)
    # 20 came, 12 were sold: all 10 of June and 2 of September.
    assert on_hand(city) == 8
    assert batches(city) == {"B": 8}
    assert find_stock_breaches(city) == []
