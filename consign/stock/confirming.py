"""What becomes of a note: its receiver confirms it, its sender gives it up, or all that it moved is taken back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from consign import clock
from consign.errors import BadInput
from consign.identity.actions import record_event
from consign.identity.remarks import tidy_reason
from consign.identity.rules import Actor
from consign.models.stock import StockBatch, StockMovement, StockNote, StockNoteLine, StockRefusal
from consign.partners.queries import lock_partner
from consign.sentence import Code, Sentence, say, say_all
from consign.stock.deliverable import describe_lacks, find_lacks
from consign.stock.entering import find_products, refuse_fractions
from consign.stock.given import get_store_given
from consign.stock.moving import Move, lock_stores, record_moves, settle, take_back
from consign.stock.note_acts import STANDING, WAITING, authorize_cancelling, authorize_confirming, authorize_reversing
from consign.stock.notes import find_lines, lock_note, refuse_state, sum_quantities
from consign.stock.rules import (
    MovementKind,
    NotDeliverable,
    NoteKind,
    NoteState,
    NothingToReverse,
    Refused,
    describe_kind,
    refuse_day,
    refuse_refusals,
)
from consign.stock.telling import describe_note, tell_producer, tell_stores


def confirm_note(session: Session, *, by: Actor, note_id: int, on: date, refusals: Sequence[Refused] = ()) -> StockNote:
    """Say as the receiver that goods arrived on a day, and what of them was not taken; the rest was. Tell the sender.

    Said again just so it changes nothing.

    Raises:
        BadInput: the day, or what is refused, cannot be; nothing was recorded.
        NotDeliverable: goods lack papers or an agreement on the day, or are over; they can only be refused.
        NoteNotOpen: it was confirmed otherwise, given up or taken back; nothing was changed.

    """
    note = lock_note(session, note_id)
    authorize_confirming(by, note)
    lines = find_lines(session, note.id)
    refused = refuse_refusals(refusals, quantities=sum_quantities(lines))
    if note.state == NoteState.CONFIRMED and _is_same(session, note, on=on, refusals=refusals):
        return note
    refuse_state(note, NoteState.SENT)
    _refuse_arrival(session, note, on)
    products = find_products(session, [one.product_id for one in lines])
    product_of = {one.line_no: one.product_id for one in lines}
    refuse_fractions(products, [(one.line_no, product_of[one.line_no], one.quantity) for one in refusals])
    taken = {one.line_no: one.quantity - refused.get(one.line_no, Decimal(0)) for one in lines}
    _refuse_undeliverable(session, note, [one for one in lines if taken[one.line_no]], on=on)
    _lock_places(session, note)
    note.state = NoteState.CONFIRMED
    note.confirmed_on, note.confirmed_by, note.confirmed_at = on, by.user_id, clock.now()
    session.add_all(
        StockRefusal(note_id=note.id, line_no=one.line_no, reason=one.reason, quantity=one.quantity) for one in refusals
    )
    session.flush()
    record_moves(session, list(_make_moves(note, lines, taken=taken, refused=refused, on=on)))
    _tell_confirmed(session, note, refusals)
    facts = describe_note(session, note)
    record_event(
        session, by=by, act="note confirmed", subject=f"note:{note.number}", **facts, confirmed_on=on.isoformat(),
        refused=_write_refusals(refusals), before={"note_state": NoteState.SENT}, after={"note_state": note.state},
    )  # fmt: skip
    return note


def cancel_note(session: Session, *, by: Actor, note_id: int, reason: str) -> StockNote:
    """Give up a note that waits; goods that left a shelf with it stand there again. Tell the other side.

    Raises:
        BadInput: the reason is blank or too long; nothing was changed.
        NoteNotOpen: it waits for nothing; nothing was changed.

    """
    note = lock_note(session, note_id)
    authorize_cancelling(by, note)
    said = tidy_reason(reason)
    refuse_state(note, *sorted(WAITING))
    before = note.state
    asked = _lock_answered(session, note)
    _lock_places(session, note)
    _end(session, note, NoteState.CANCELLED, by=by, reason=said, asked=asked)
    take_back(session, note_id=note.id)
    _tell_ended(session, note, "stock.note_cancelled", by=by)
    facts = describe_note(session, note)
    record_event(
        session, by=by, act="note cancelled", subject=f"note:{note.number}", **facts, reason=said,
        before={"note_state": before}, after={"note_state": note.state},
    )  # fmt: skip
    return note


def reverse_note(session: Session, *, by: Actor, note_id: int, reason: str) -> StockNote:
    """Take back all that a confirmed or recorded note moved, each by a linked movement of the same day. Tell both sides.

    Raises:
        BadInput: the reason is blank or too long, or the note is of more than a year ago; nothing was changed.
        NothingToReverse: it moved nothing; one that waits is given up instead.
        NoteNotOpen: it was taken back or given up already; nothing was changed.

    """
    note = lock_note(session, note_id)
    authorize_reversing(by, note)
    said = tidy_reason(reason)
    _refuse_irreversible(session, note)
    refuse_day(note.confirmed_on or note.day, today=clock.today(get_store_given(session, note.store_id).zone))
    before = note.state
    asked = _lock_answered(session, note)
    _lock_places(session, note)
    _end(session, note, NoteState.REVERSED, by=by, reason=said, asked=asked)
    taken_back = take_back(session, note_id=note.id)
    if note.kind == NoteKind.COUNT:
        # What it found counts no more, also of goods that it did not move: another count of the day may stand now.
        pairs = {(note.store_id, one.product_id) for one in find_lines(session, note.id)}
        settle(session, pairs=pairs, first=note.day)
    _tell_ended(session, note, "stock.note_reversed", by=by)
    facts = describe_note(session, note)
    record_event(
        session, by=by, act="note reversed", subject=f"note:{note.number}", **facts, reason=said, movements=taken_back,
        before={"note_state": before}, after={"note_state": note.state},
    )  # fmt: skip
    return note


def _is_same(session: Session, note: StockNote, *, on: date, refusals: Iterable[Refused]) -> bool:
    """Say whether a note was confirmed just so: of the same day, and with the same refused."""
    query = select(StockRefusal.line_no, StockRefusal.reason, StockRefusal.quantity)
    standing = {tuple(row) for row in session.execute(query.where(StockRefusal.note_id == note.id))}
    return note.confirmed_on == on and standing == {(one.line_no, one.reason, one.quantity) for one in refusals}


def _refuse_arrival(session: Session, note: StockNote, on: date) -> None:
    """Refuse a day of arrival that is to come, or lies before the note was made and before the day it names."""
    store_id = note.store_id if note.to_store_id is None else note.to_store_id
    zone = get_store_given(session, store_id).zone
    today = clock.today(zone)
    refuse_day(on, today=today)
    first = min(note.day, note.made_at.astimezone(ZoneInfo(zone)).date())
    if on < first:
        raise BadInput(
            say(
                "{number} is of {first}, so it cannot have arrived on {day}; nothing was recorded.",
                number=note.number, first=first, day=on,
            )
        )  # fmt: skip


def _refuse_undeliverable(session: Session, note: StockNote, lines: Sequence[StockNoteLine], *, on: date) -> None:
    """Refuse to take in *lines* of a delivery or a transfer that may not come to the store on the day *on*.

    Raises:
        NotDeliverable: there are some; each is named.

    """
    if note.kind == NoteKind.RETURN or not lines:
        return
    store = get_store_given(session, note.store_id if note.to_store_id is None else note.to_store_id)
    products = find_products(session, [one.product_id for one in lines])
    is_delivery = note.kind == NoteKind.DELIVERY
    lacks = find_lacks(session, products=list(products.values()), store=store, on=on, papers=is_delivery)
    told = [*describe_lacks(products, lacks), *(_tell_over(session, lines, on=on) if is_delivery else ())]
    if told:
        raise NotDeliverable(
            say(
                "Not all of {number} may be taken in on {day}, so nothing was recorded. {lacks}"
                " Refuse these lines for what is missing, and confirm the rest.",
                number=note.number, day=on, lacks=say_all(told),
            ),
            tuple(told),
        )  # fmt: skip


def _tell_over(session: Session, lines: Sequence[StockNoteLine], *, on: date) -> list[Sentence]:
    """Return of each line whose goods may not be sold any more on the day *on* until when they might be."""
    query = select(StockBatch.id, StockBatch.expires_on).where(
        StockBatch.id.in_([one.batch_id for one in lines if one.batch_id is not None]), StockBatch.expires_on < on
    )
    over = {row.id: row.expires_on for row in session.execute(query)}
    return [
        say("Line {line} is good until {ends} only.", line=one.line_no, ends=over[one.batch_id])
        for one in lines
        if one.batch_id in over
    ]


def _refuse_irreversible(session: Session, note: StockNote) -> None:
    """Refuse a note of which nothing can be taken back.

    Raises:
        NoteNotOpen: it was taken back or given up already.
        NothingToReverse: it moved nothing.

    """
    if note.state in {NoteState.REVERSED, NoteState.CANCELLED}:
        refuse_state(note, *sorted(STANDING))
    moved = select(StockMovement.id).where(StockMovement.note_id == note.id).limit(1)
    if note.state not in STANDING or (note.kind != NoteKind.COUNT and session.scalar(moved) is None):
        raise NothingToReverse(
            say(
                "{kind} {number} is {state} and moved nothing that could be taken back; nothing was changed."
                " What still waits is given up instead.",
                kind=describe_kind(note.kind), number=note.number, state=Code("note_state", note.state),
            )
        )  # fmt: skip


def _lock_answered(session: Session, note: StockNote) -> StockNote | None:
    """Return the pull-back that a note answers, and hold it; blank where it answers none."""
    return lock_note(session, note.answers_id) if note.answers_id is not None else None


def _lock_places(session: Session, note: StockNote) -> None:
    """Hold the stores of a note; where there are two, their partner first."""
    if note.to_store_id is None:
        lock_stores(session, [note.store_id])
    else:
        lock_partner(session, note.partner_id)
        lock_stores(session, [note.store_id, note.to_store_id])


def _end(
    session: Session, note: StockNote, state: NoteState, *, by: Actor, reason: str, asked: StockNote | None
) -> None:
    """Let a note count no more; the pull-back it answered waits again."""
    note.state = state
    note.ended_by, note.ended_at, note.ended_reason = by.user_id, clock.now(), reason
    if asked is not None and asked.state == NoteState.ANSWERED:
        asked.state = NoteState.ASKED
    session.flush()


def _make_moves(
    note: StockNote,
    lines: Iterable[StockNoteLine],
    *,
    taken: Mapping[int, Decimal],
    refused: Mapping[int, Decimal],
    on: date,
) -> Iterator[Move]:
    """Yield what a confirmation moves: what was taken comes to the store, what was not stands again where it left."""
    kind = {NoteKind.DELIVERY: MovementKind.RECEIVED, NoteKind.RETURN: MovementKind.RETURNED}.get(
        NoteKind(note.kind), MovementKind.TRANSFERRED
    )
    to_store_id = note.store_id if note.kind == NoteKind.DELIVERY else note.to_store_id
    for one in lines:
        if to_store_id is not None and taken[one.line_no]:
            yield Move(
                to_store_id, one.product_id, on, kind, taken[one.line_no], note.id, one.line_no, one.batch_id
            )  # fmt: skip
        if note.kind != NoteKind.DELIVERY and one.line_no in refused:
            yield Move(
                note.store_id, one.product_id, note.day, kind, refused[one.line_no], note.id, one.line_no, one.batch_id
            )


def _write_refusals(refusals: Iterable[Refused]) -> list[dict[str, str | int]]:
    return [{"line": one.line_no, "reason": one.reason.value, "quantity": str(one.quantity)} for one in refusals]


def _tell_confirmed(session: Session, note: StockNote, refusals: Iterable[Refused]) -> None:
    """Tell the sender what became of the goods."""
    facts = {"confirmed_on": str(note.confirmed_on), "refused": _write_refusals(refusals)}
    if note.kind == NoteKind.DELIVERY:
        tell_producer(session, note, "stock.delivery_confirmed", **facts)
    else:
        tell_stores(session, note, f"stock.{note.kind}_confirmed", [note.store_id], **facts)


def _tell_ended(session: Session, note: StockNote, kind: str, *, by: Actor) -> None:
    """Tell both sides of a note that counts no more, except the one that ended it."""
    tell_stores(session, note, kind, {note.store_id, note.to_store_id} - {by.store_id}, reason=note.ended_reason)
    if by.producer_id is None:
        tell_producer(session, note, kind, reason=note.ended_reason)
