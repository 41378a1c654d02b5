"""Goods that move from one store of a partner to another."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.stock import StockNote
from consign.partners.queries import lock_partner
from consign.sentence import say, say_all
from consign.stock.batches import complete_lines
from consign.stock.deliverable import describe_lacks, find_lacks
from consign.stock.entering import look_at_lines
from consign.stock.given import get_store_given
from consign.stock.moving import Move, lock_stores, record_moves
from consign.stock.notes import add_lines, add_note
from consign.stock.rules import MovementKind, NewLine, NotDeliverable, NoteKind, NoteState, refuse_day
from consign.stock.telling import describe_note, tell_stores


def send_transfer(
    session: Session,
    *,
    by: Actor,
    store_id: int,
    to_store_id: int,
    day: date,
    lines: Sequence[NewLine],
    remark: str = "",
) -> StockNote:
    """Take goods off a store's shelf on *day* to bring them to another store of the same partner, and tell that one.

    Goods of several producers may go together.

    Raises:
        BadInput: the stores, the day, a product or a quantity cannot be; nothing was recorded.
        NotDeliverable: no agreement covers goods in the other store on the day; nothing was recorded.

    """
    store, to_store = get_store_given(session, store_id), get_store_given(session, to_store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    if store.id == to_store.id or store.partner_id != to_store.partner_id:
        raise BadInput(say("Goods move between two stores of one partner; nothing was recorded. Choose another store."))
    refuse_day(day, today=clock.today(store.zone))
    products = look_at_lines(session, lines, producer_id=None, reasons=())
    lacks = find_lacks(session, products=list(products.values()), store=to_store, on=day, papers=False)
    if lacks:
        told = describe_lacks(products, lacks)
        raise NotDeliverable(
            say(
                "What is named here may not be brought to {store} on {day}, so nothing was recorded. {lacks} Leave it out.",
                store=to_store.name, day=day, lacks=say_all(told),
            ),
            told,
        )  # fmt: skip
    lock_partner(session, store.partner_id)
    lock_stores(session, [store.id, to_store.id])
    note = add_note(
        session, by=by, kind=NoteKind.TRANSFER, state=NoteState.SENT, store=store, day=day, to_store_id=to_store.id,
        remark=remark,
    )  # fmt: skip
    rows = add_lines(session, note, complete_lines(session, lines))
    record_moves(
        session,
        [
            Move(
                store.id,
                one.product_id,
                day,
                MovementKind.TRANSFERRED,
                -one.quantity,
                note.id,
                one.line_no,
                one.batch_id,
            )
            for one in rows
        ],
    )
    tell_stores(session, note, "stock.transfer_sent", [to_store.id], lines=len(rows))
    facts = describe_note(session, note)
    record_event(session, by=by, act="transfer sent", subject=f"note:{note.number}", **facts, lines=len(rows))
    return note
