"""What stands in the form for a note already: a pull-back that is answered, a note that is written again, or products named."""

from collections.abc import Mapping

from consign.errors import BadInput
from consign.models.partners import Producer
from consign.models.stock import StockNote
from consign.sales.typed_sheet import write_quantity
from consign.sentence import say
from consign.stock.note_lists import find_note_view
from consign.stock.notes import get_note
from consign.stock.rules import NewLine, NoteKind, NoteState, Reason
from consign.web.goods_form import MOST_ROWS, fill_lines, read_amount, suggest_expiries
from consign.web.goods_place import Place
from consign.web.visit import Visit


def begin_note(visit: Visit) -> tuple[dict[str, str], StockNote | None]:
    """Return what an address asks for, and the note it names, which says kind, store and producer then.

    Raises:
        NoteUnknown: there is no such note that this person may see.
        BadInput: it waits for no answer, or is a count, which is not written again.

    """
    asked = dict(visit.asked)
    answers = asked.get("answers", "")
    number = answers or asked.get("like", "")
    if not number:
        return asked, None
    begun = get_note(visit.db, number, by=visit.actor)
    if answers and (begun.kind, begun.state) != (NoteKind.PULL_BACK, NoteState.ASKED):
        raise BadInput(say("{number} is no pull-back that waits for an answer.", number=begun.number))
    if begun.kind == NoteKind.COUNT:
        raise BadInput(say("{number} is a count; it is not written again.", number=begun.number))
    to_id = begun.store_id if begun.kind == NoteKind.DELIVERY else begun.to_store_id
    known = {"kind": NoteKind.RETURN.value if answers else begun.kind, "store": str(begun.store_id)}
    if to_id is not None:
        known["where"] = str(to_id)
    if begun.producer_id is not None:
        known["producer"] = visit.db.get_one(Producer, begun.producer_id).code
    return {**asked, **known}, begun


def fill_begun(visit: Visit, place: Place, asked: Mapping[str, str], begun: StockNote | None) -> dict[str, str]:
    """Return the texts with which the form begins."""
    if begun is not None:
        texts = fill_lines(place, _find_lines(visit, begun), again=not asked.get("answers"))
    else:
        texts = _fill_named(visit, place)
    where = asked.get("where") or asked.get("to") or asked.get("store", "")
    if where in {str(store.id) for store, _ in place.stores}:
        texts["where"] = where
    return texts


def _find_lines(visit: Visit, begun: StockNote) -> list[NewLine]:
    view = find_note_view(visit.db, by=visit.actor, number=begun.number)
    return [
        NewLine(one.product_id, one.sent, one.batch, one.expires_on, Reason(one.reason) if one.reason else None)
        for one in view.lines
    ]


def _fill_named(visit: Visit, place: Place) -> dict[str, str]:
    """Return a line for each product that the address names and that may be chosen, with its quantity where one is named."""
    query = visit.request.query_params
    quantities = query.getlist("quantity")
    texts: dict[str, str] = {}
    row = 0
    for number, code in enumerate(query.getlist("product")[:MOST_ROWS]):
        goods = next((one for one in place.goods if one.code == code), None)
        if goods is None:
            continue
        row += 1
        texts[f"item_{row}"] = goods.key
        texts[f"quantity_{row}"] = _tidy_quantity(quantities[number] if number < len(quantities) else "")
    suggest_expiries(place, texts, row)
    return texts


def _tidy_quantity(text: str) -> str:
    """Return a quantity as it is typed; blank where it is none."""
    try:
        return write_quantity(read_amount(text))
    except BadInput:
        return ""
