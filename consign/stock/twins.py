"""A note that was written twice, since somebody pressed twice or an answer was lost on the way."""

from datetime import timedelta

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from consign.models.stock import StockNote, StockNoteLine
from consign.stock.rules import NoteState

SOON = timedelta(minutes=10)
_SAME = ("kind", "partner_id", "store_id", "to_store_id", "producer_id", "day", "remark", "answers_id", "made_by")


def find_twin(session: Session, note: StockNote) -> StockNote | None:
    """Return the note that says just what *note* says, by the same person and a moment before; blank where there is none.

    To be asked once *note* is written: then whoever wrote the same at the same moment has waited for its number.
    """
    query = select(StockNote).where(
        StockNote.id != note.id,
        StockNote.made_at > note.made_at - SOON,
        StockNote.state != NoteState.CANCELLED,
        StockNote.state != NoteState.REVERSED,
        *(getattr(StockNote, name).is_not_distinct_from(getattr(note, name)) for name in _SAME),
        _sum_up(StockNote.id) == _sum_up(note.id),
    )
    return session.scalars(query.order_by(StockNote.id).limit(1)).first()


def _sum_up(note_id: InstrumentedAttribute[int] | int) -> ScalarSelect[str]:
    """Return all lines of a note as one text."""
    line = StockNoteLine
    said = func.concat_ws("|", line.line_no, line.product_id, line.batch_id, line.quantity, line.reason)
    return (
        select(func.string_agg(said, ";").filter(line.line_no.is_not(None)))
        .where(line.note_id == note_id)
        .correlate(StockNote)
        .scalar_subquery()
    )
