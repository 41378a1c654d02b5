"""Writing a note about goods: of which kind, whose and where first, then line by line."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Response

from consign.models.stock import StockNote
from consign.partners.producer_lists import get_producer_called
from consign.sentence import Sentence, say
from consign.stock.delivering import send_delivery
from consign.stock.notes import get_note
from consign.stock.returning import ask_pull_back, send_return
from consign.stock.rules import NewLine, NoteKind
from consign.stock.transferring import send_transfer
from consign.stock.twins import find_twin
from consign.stock.writing_off import write_off
from consign.web.forms import Form, new_form, read_form
from consign.web.goods_begun import begin_note, fill_begun
from consign.web.goods_form import LABELS, MOST_ROWS, NoteForm, add_rows, make_note_form, read_note
from consign.web.goods_place import Missing, Place, find_kinds, find_place
from consign.web.lookup import look_up, make_producer_field
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)


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


DONE: Mapping[NoteKind, Sentence] = {
    NoteKind.DELIVERY: say("The delivery is on its way. Print its paper and give it to whoever brings the goods."),
    NoteKind.RETURN: say("The return is written. The producer confirms what came back."),
    NoteKind.PULL_BACK: say("The store was asked."),
    NoteKind.TRANSFER: say("The transfer is on its way. The other store confirms what it got."),
    NoteKind.WRITE_OFF: say("The write-off is recorded."),
}


@router.get("/goods/new")
def show_new_note(visit: Visiting) -> Response:
    """Show the form for a note; what has to be known before its lines is asked first."""
    asked, begun = begin_note(visit)
    place = find_place(visit, asked)
    if isinstance(place, Missing):
        return _missing_page(visit, place, asked)
    return _note_page(visit, make_note_form(place, fill_begun(visit, place, asked, begun)), asked)


def _missing_page(visit: Visit, missing: Missing, asked: Mapping[str, str], *, status: int = 200) -> Response:
    """Ask what has to be known before the lines: of which kind the note is, where, or whose goods."""
    form = None
    if missing.what == "whose":
        form = (
            read_form([make_producer_field(visit.db)], asked)
            if asked.get("producer")
            else new_form([make_producer_field(visit.db)])
        )
        look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    return visit.page(
        "goods_where.html",
        status=422 if form is not None and not form.ok else status,
        missing=missing,
        form=form,
        kinds=[(kind, TITLES[kind], HINTS[kind]) for kind in find_kinds(visit)],
        title=TITLES[missing.kind] if missing.kind else say("What is it about?"),
    )


def _note_page(visit: Visit, shown: NoteForm, asked: Mapping[str, str], *, status: int = 200) -> Response:
    place = shown.place
    return visit.page(
        "goods_new.html",
        status=status,
        shown=shown,
        form=shown.form,
        place=place,
        title=TITLES[place.kind],
        hint=HINTS[place.kind],
        button=BUTTONS[place.kind],
        answers=asked.get("answers", ""),
        more=MORE,
        labels=LABELS,
        most_lines=MOST_ROWS,
    )


@router.post("/goods/new")
def do_write_note(visit: Visiting) -> Response:
    """Write the note; more room for lines is given on the way, with all that was typed kept."""
    place = find_place(visit, visit.texts)
    if isinstance(place, Missing):
        return _missing_page(visit, place, visit.texts, status=422)
    if visit.texts.get("then") == MORE:
        return _note_page(visit, add_rows(place, visit.texts), visit.texts)
    read, lines = read_note(place, visit.texts)
    number = _write_once(visit, read, lines) if read.form.ok else ""
    if not number:
        return _note_page(visit, read, visit.texts, status=422)
    return visit.go(f"/goods/{number}", DONE[place.kind])


def _write_once(visit: Visit, read: NoteForm, lines: Sequence[NewLine]) -> str:
    """Write the note and return its number; that of the same note where it was sent twice; blank where it is refused."""
    number = ""
    with visit.attempt(read.form), visit.db.begin_nested() as written:
        note = _write(visit, read.place, read.form, lines)
        twin = find_twin(visit.db, note)
        number = twin.number if twin else note.number
        if twin:
            written.rollback()
    _lead_to_line(read.form)
    return number


def _lead_to_line(form: Form) -> None:
    """Show a refusal that is about one line at that line."""
    problem = form.problems.get("")
    facts = problem.facts if isinstance(problem, Sentence) else {}
    if isinstance(facts.get("line"), int):
        part = "quantity" if "quantity" in facts else "reason" if "reasons" in facts else "item"
        form.problems = {f"{part}_{facts['line']}": form.problems.pop("")}


def _write(visit: Visit, place: Place, form: Form, lines: Sequence[NewLine]) -> StockNote:
    told = {"by": visit.actor, "day": form["day"], "lines": lines, "remark": form["remark"] or ""}
    store_id = place.store.id if place.store else form["where"]
    producer_id = place.producer.id if place.producer else 0
    match place.kind:
        case NoteKind.DELIVERY:
            return send_delivery(visit.db, producer_id=producer_id, store_id=store_id, **told)
        case NoteKind.RETURN:
            answers_id = _find_answered(visit)
            return send_return(visit.db, store_id=store_id, producer_id=producer_id, answers_id=answers_id, **told)
        case NoteKind.PULL_BACK:
            return ask_pull_back(visit.db, producer_id=producer_id, store_id=store_id, **told)
        case NoteKind.TRANSFER:
            return send_transfer(visit.db, store_id=store_id, to_store_id=form["where"], **told)
        case _:
            return write_off(visit.db, store_id=store_id, **told)


def _find_answered(visit: Visit) -> int | None:
    number = visit.texts.get("answers", "").strip()
    return get_note(visit.db, number, by=visit.actor).id if number else None
