"""Write-offs: goods that are broken, gone, past their day, recalled or given to taste are taken out of a store's books."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.catalogue import Product
from consign.models.stock import StockLevel, StockNote, StockNoteLine
from consign.sentence import Code, Sentence, say
from consign.stock.batches import complete_lines
from consign.stock.given import get_store_given, refuse_unknown_products
from consign.stock.moving import Move, lock_stores, record_moves
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import (
    WRITE_OFF_REASONS,
    MovementKind,
    NewLine,
    NoteKind,
    NoteState,
    refuse_day,
    refuse_lines,
    shorten,
    tidy_remark,
)


def write_off(
    session: Session, *, by: Actor, store_id: int, day: date, lines: Sequence[NewLine], remark: str = ""
) -> StockNote:
    """Take goods out of a store's books, each line for its reason; who bears the loss follows from that and the agreement.

    More than stands there may be written off; `find_written_below` tells of which products.

    Raises:
        NotAllowed: *by* may not move this store's goods.
        BadInput: the day, a quantity, a line or a reason cannot be.
        ProductUnknown: a product is not known.

    """
    store = get_store_given(session, store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    refuse_day(day, today=clock.today(store.zone))
    refuse_lines(lines)
    _refuse_reasons(lines)
    refuse_unknown_products(session, [line.product_id for line in lines])
    tidied = tidy_remark(remark)
    lock_stores(session, [store.id])
    note = add_note(
        session, by=by, kind=NoteKind.WRITE_OFF, state=NoteState.RECORDED, store=store, day=day, remark=tidied
    )
    rows = add_lines(session, note, complete_lines(session, lines))
    record_moves(session, [_as_move(note, row) for row in rows])
    record_event(
        session, by=by, act="goods written off", subject=f"note:{note.number}", store=store.id, day=day.isoformat(),
        lines=len(rows),
    )  # fmt: skip
    return note


def find_written_below(session: Session, note: StockNote) -> list[Sentence]:
    """Return for each product of a write-off that stands below zero now a sentence that says so."""
    written = select(StockNoteLine.product_id).where(StockNoteLine.note_id == note.id)
    query = (
        select(Product.name, StockLevel.on_hand)
        .join(StockLevel, StockLevel.product_id == Product.id)
        .where(StockLevel.store_id == note.store_id, StockLevel.on_hand < 0, Product.id.in_(written))
        .order_by(func.lower(Product.name), Product.id)
    )
    return [
        say(
            "More of {product} was written off than stands in the books, which now say {on_hand}."
            " A delivery may be missing, or the shelf must be counted.",
            product=row.name, on_hand=shorten(row.on_hand),
        )
        for row in session.execute(query)
    ]  # fmt: skip


def _refuse_reasons(lines: Sequence[NewLine]) -> None:
    for line_no, line in enumerate(lines, 1):
        if line.reason not in WRITE_OFF_REASONS:
            raise BadInput(
                say(
                    "Line {line} gives no reason for which goods are written off; nothing was recorded. Choose one of:"
                    " {reasons}.",
                    line=line_no, reasons=[Code("stock_reason", one) for one in WRITE_OFF_REASONS],
                )
            )  # fmt: skip


def _as_move(note: StockNote, row: StockNoteLine) -> Move:
    return Move(
        store_id=note.store_id,
        product_id=row.product_id,
        day=note.day,
        kind=MovementKind.WRITTEN_OFF,
        quantity=-row.quantity,
        note_id=note.id,
        line_no=row.line_no,
        batch_id=row.batch_id,
    )
