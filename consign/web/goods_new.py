"""Writing a note about goods: of which kind, whose and where first, then line by line."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Response

from consign.db import savepoint
from consign.errors import BadInput, ConsignError
from consign.models.stock import StockBatch, StockNote, StockNoteLine
from consign.partners.producer_lists import find_producers_named
from consign.sales.typed_sheet import parse_quantity
from consign.sentence import Sentence, say
from consign.stock.delivering import send_delivery
from consign.stock.notes import find_lines, get_note
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import NewLine, NoteKind, NoteState, Reason
from consign.stock.transferring import send_transfer
from consign.stock.twins import find_twin
from consign.stock.writing_off import write_off
from consign.web.forms import Choice, Field, Form, new_form
from consign.web.goods_form import MOST_ROWS, NoteForm, add_rows, fill_lines, make_note_form, read_note
from consign.web.goods_place import Missing, Place, find_kinds, find_place
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
SUGGESTED_AT_MOST = 200
MORE = "rows"
"""What the button for more lines sends."""
TITLES: Mapping[NoteKind, Sentence] = {
    NoteKind.DELIVERY: say("Send goods to a store"),
    NoteKind.RETURN: say("Give goods back"),
    NoteKind.PULL_BACK: say("Have goods taken off the shelf"),
    NoteKind.TRANSFER: say("Move goods to another store"),
    NoteKind.WRITE_OFF: say("Write goods off"),
}
HINTS: Mapping[NoteKind, Sentence] = {
    NoteKind.DELIVERY: say("A delivery note goes with the goods; the store confirms what it took."),
    NoteKind.RETURN: say("What leaves the shelf goes back to its producer, who confirms it."),
    NoteKind.PULL_BACK: say("The store is asked to take goods off the shelf and give them back."),
    NoteKind.TRANSFER: say("From one store of the chain to another, which confirms what it got."),
    NoteKind.WRITE_OFF: say("What is broken, missing, past its day, recalled or given to taste."),
}
BUTTONS: Mapping[NoteKind, Sentence] = {
    NoteKind.DELIVERY: say("Send the delivery"),
    NoteKind.RETURN: say("Send the return"),
    NoteKind.PULL_BACK: say("Ask for the goods"),
    NoteKind.TRANSFER: say("Send the goods on"),
    NoteKind.WRITE_OFF: say("Write off"),
}
DONE: Mapping[NoteKind, str] = {
    NoteKind.DELIVERY: "Delivery {number} is on its way. Print its paper and give it to whoever brings the goods.",
    NoteKind.RETURN: "Return {number} is written. Its producer confirms what came back.",
    NoteKind.PULL_BACK: "Pull-back {number} was sent to the store.",
    NoteKind.TRANSFER: "Transfer {number} is on its way. The other store confirms what it got.",
    NoteKind.WRITE_OFF: "Write-off {number} is recorded.",
}
WRITTEN_BEFORE = say("This was sent a moment ago already; it was written once.")


@router.get("/goods/new")
def show_new_note(visit: Visiting) -> Response:
    """Show the form for a note; what has to be known before its lines is asked first."""
    asked, begun = _begin(visit)
    place = find_place(visit, asked)
    if isinstance(place, Missing):
        return _missing_page(visit, place)
    texts = _prefill(visit, place, asked, begun)
    return _note_page(visit, make_note_form(place, texts), asked)


def _begin(visit: Visit) -> tuple[dict[str, str], StockNote | None]:
    """Return what is asked for, and the note that is answered or done again; it says kind, store and producer."""
    asked = dict(visit.asked)
    number = asked.get("answers") or asked.get("like")
    if not number:
        return asked, None
    begun = get_note(visit.db, number, by=visit.actor)
    answers = bool(asked.get("answers"))
    if answers and (begun.kind != NoteKind.PULL_BACK or begun.state != NoteState.ASKED):
        raise BadInput(say("{number} is no pull-back that waits for an answer; nothing was changed.", number=begun.number))
    known = {"kind": "return" if answers else begun.kind, "store": str(begun.store_id)}
    if begun.kind == NoteKind.TRANSFER:
        known["where"] = str(begun.to_store_id)
    elif begun.kind == NoteKind.DELIVERY:
        known["where"] = str(begun.store_id)
    if begun.producer_id is not None:
        known["producer"] = _find_code(visit, begun.producer_id)
    return {**asked, **known}, begun


def _find_code(visit: Visit, producer_id: int) -> str:
    return visit.db.get_one(Producer, producer_id).code


def _prefill(visit: Visit, place: Place, asked: Mapping[str, str], begun: StockNote | None) -> dict[str, str]:
    """Return what stands in the form already: of a note before, or the products that an address names."""
    texts: dict[str, str] = {}
    if begun is not None:
        lines = _find_new_lines(visit, begun)
        texts = fill_lines(place, lines, again=not asked.get("answers"))
    else:
        query = visit.request.query_params
        named = list(zip(query.getlist("product"), [*query.getlist("quantity"), *[""] * MOST_ROWS], strict=False))
        texts = fill_lines(place, [], again=True) | _fill_named(place, named)
    where = asked.get("where") or (asked.get("store", "") if place.kind is NoteKind.DELIVERY else asked.get("to", ""))
    if where in {str(store.id) for store, _ in place.stores}:
        texts["where"] = where
    return texts
