"""Write-offs: goods that are broken, gone, past their day, recalled or given to taste are taken out of a store's books."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from consign import clock
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_remark
from consign.identity.rules import Act, Actor, authorize
from consign.models.stock import StockNote, StockNoteLine
from consign.stock.batches import complete_lines
from consign.stock.entering import look_at_lines
from consign.stock.given import get_store_given
from consign.stock.moving import Move, lock_stores, record_moves
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import WRITE_OFF_REASONS, MovementKind, NewLine, NoteKind, NoteState, refuse_day
from consign.stock.telling import describe_note


def write_off(
    session: Session, *, by: Actor, store_id: int, day: date, lines: Sequence[NewLine], remark: str = ""
) -> StockNote:
    """Take goods out of a store's books, each line for its reason; who bears the loss follows from that and the agreement.

    More than stands there may be written off; `cautions.find_cautions` tells of which goods that was so.

    Raises:
        NotAllowed: *by* may not move this store's goods.
        UnknownCode: there is no such store.
        BadInput: the day, a quantity, a line or a reason cannot be.

    """
    store = get_store_given(session, store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    refuse_day(day, today=clock.today(store.zone))
    look_at_lines(session, lines, producer_id=None, reasons=WRITE_OFF_REASONS)
    tidied = tidy_remark(remark)
    lock_stores(session, [store.id])
    note = add_note(
        session, by=by, kind=NoteKind.WRITE_OFF, state=NoteState.RECORDED, store=store, day=day, remark=tidied
    )
    rows = add_lines(session, note, complete_lines(session, lines))
    record_moves(session, [_as_move(note, row) for row in rows])
    facts = describe_note(session, note)
    record_event(session, by=by, act="goods written off", subject=f"note:{note.number}", **facts, lines=len(rows))
    return note


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
