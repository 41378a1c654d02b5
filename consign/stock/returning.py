"""Goods that go back to their producer, and asking a store to take them off the shelf."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.rules import Act, Actor, authorize
from consign.models.stock import StockNote
from consign.sentence import say
from consign.stock.batches import complete_lines
from consign.stock.entering import look_at_lines
from consign.stock.given import get_producer_given, get_store_given
from consign.stock.moving import Move, lock_stores, record_moves
from consign.stock.notes import add_lines, add_note, lock_note, refuse_state
from consign.stock.rules import RETURN_REASONS, MovementKind, NewLine, NoteKind, NoteState, refuse_day
from consign.stock.telling import describe_note, tell_producer, tell_stores


def send_return(
    session: Session,
    *,
    by: Actor,
    store_id: int,
    producer_id: int,
    day: date,
    lines: Sequence[NewLine],
    remark: str = "",
    answers_id: int | None = None,
) -> StockNote:
    """Take goods of one producer off a store's shelf on *day* to give them back, and tell the producer.

    More than the books say may go back: they may be wrong, and the goods are there. *answers_id* names the pull-back that
    this answers.

    Raises:
        BadInput: the day, a product, a quantity or a reason cannot be, or the pull-back is of others; nothing was recorded.
        NoteNotOpen: the pull-back is answered already, or was given up; nothing was recorded.

    """
    store = get_store_given(session, store_id)
    authorize(by, Act.MOVE_STOCK, partner_id=store.partner_id, store_id=store.id)
    get_producer_given(session, producer_id)
    refuse_day(day, today=clock.today(store.zone))
    look_at_lines(session, lines, producer_id=producer_id, reasons=RETURN_REASONS)
    asked = None
    if answers_id is not None:
        asked = _lock_asked(session, answers_id, store_id=store.id, producer_id=producer_id)
    lock_stores(session, [store.id])
    note = add_note(
        session, by=by, kind=NoteKind.RETURN, state=NoteState.SENT, store=store, day=day, producer_id=producer_id,
        remark=remark, answers_id=answers_id,
    )  # fmt: skip
    if asked is not None:
        asked.state = NoteState.ANSWERED
        session.flush()
    rows = add_lines(session, note, complete_lines(session, lines))
    record_moves(
        session,
        [
            Move(
                store.id, one.product_id, day, MovementKind.RETURNED, -one.quantity, note.id, one.line_no, one.batch_id
            )
            for one in rows
        ],
    )
    tell_producer(session, note, "stock.return_sent", lines=len(rows))
    answers = {"answers": asked.number} if asked is not None else {}
    facts = {**describe_note(session, note), **answers}
    record_event(session, by=by, act="return sent", subject=f"note:{note.number}", **facts, lines=len(rows))
    return note


def ask_pull_back(
    session: Session,
    *,
    by: Actor,
    producer_id: int,
    store_id: int,
    day: date,
    lines: Sequence[NewLine],
    remark: str = "",
) -> StockNote:
    """Ask a store to take goods of one producer off its shelf by *day*, and tell it. Nothing moves until it answers.

    Raises:
        BadInput: the day, a product, a quantity or a reason cannot be; nothing was recorded.

    """
    authorize(by, Act.ASK_GOODS_BACK, producer_id=producer_id)
    store = get_store_given(session, store_id)
    get_producer_given(session, producer_id)
    today = clock.today(store.zone)
    refuse_day(day, today=today, ahead=True)
    if day < today:
        raise BadInput(
            say("Goods cannot be off the shelf by {day}, which is over; nothing was recorded. Name today or later.", day=day)
        )  # fmt: skip
    look_at_lines(session, lines, producer_id=producer_id, reasons=RETURN_REASONS)
    note = add_note(
        session, by=by, kind=NoteKind.PULL_BACK, state=NoteState.ASKED, store=store, day=day, producer_id=producer_id,
        remark=remark,
    )  # fmt: skip
    rows = add_lines(session, note, complete_lines(session, lines))
    reasons = sorted({one.reason for one in rows if one.reason is not None})
    tell_stores(session, note, "stock.pull_back_asked", [store.id], lines=len(rows), reasons=reasons)
    if by.producer_id is None:
        tell_producer(session, note, "stock.pull_back_asked", lines=len(rows), reasons=reasons)
    facts = describe_note(session, note)
    record_event(session, by=by, act="goods asked back", subject=f"note:{note.number}", **facts, lines=len(rows))
    return note


def _lock_asked(session: Session, note_id: int, *, store_id: int, producer_id: int) -> StockNote:
    """Return the pull-back that a return answers, and hold it.

    Raises:
        BadInput: it is none, or one of another store or producer.
        NoteNotOpen: it waits for no answer any more.

    """
    asked = lock_note(session, note_id)
    if asked.kind != NoteKind.PULL_BACK or (asked.store_id, asked.producer_id) != (store_id, producer_id):
        raise BadInput(
            say(
                "{number} does not ask this store for goods of this producer; nothing was recorded."
                " Name the pull-back that it answers, or none.",
                number=asked.number,
            )
        )
    refuse_state(asked, NoteState.ASKED)
    return asked
