"""One note about goods: all about it, what to do next, and saying what arrived, giving it up, or taking it back."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from fastapi import APIRouter, Response

from consign import clock
from consign.identity.remarks import LONGEST_REMARK
from consign.identity.rules import PERMITTED, Act, Actor
from consign.models.stock import StockNote
from consign.sales.typed_sheet import parse_quantity
from consign.sentence import Sentence, say
from consign.stock.confirming import cancel_note, confirm_note, reverse_note
from consign.stock.note_lists import NoteLineSeen, NoteView, find_note_view
from consign.stock.notes import get_note
from consign.stock.rules import NoteKind, NoteState, Refusal, Refused
from consign.web.columns import Column
from consign.web.forms import Field, Form, choices_of, new_form, read_day, read_form
from consign.web.goods import find_note_path
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
PAIRS = (1, 2)
"""A line may be refused for two reasons at once."""
REASON = (
    Field(
        "reason",
        say("Reason"),
        kind="textarea",
        longest=LONGEST_REMARK,
        hint=say("It is kept, and shown with the note."),
    ),
)
MOVE_COLUMNS = (
    Column("product", say("Product")),
    Column("store", say("Store")),
    Column("day", say("Date"), kind="day"),
    Column("kind", say("What happened"), kind="word", words="movement_kind"),
    Column("quantity", say("Quantity"), kind="quantity"),
    Column("batch", say("Batch")),
    Column("reverses_id", say("Takes back"), kind="flag"),
)
ARRIVED: Mapping[str, Sentence] = {
    NoteKind.DELIVERY: say("Count the goods against this list, then say what arrived. What you refuse stays the producer's."),
    NoteKind.RETURN: say("Say what came back to you. What did not come stays in the store's books, and the store answers for it."),
    NoteKind.TRANSFER: say("Count the goods against this list, then say what arrived. What you refuse stays the other store's."),
}  # fmt: skip
AWAITED: Mapping[tuple[str, str], Sentence] = {
    (NoteKind.DELIVERY, NoteState.SENT): say("The store confirms what arrived. Until then nothing counts as delivered."),
    (NoteKind.RETURN, NoteState.SENT): say("The goods have left the shelf. The producer confirms what came back."),
    (NoteKind.TRANSFER, NoteState.SENT): say("The goods are on their way. The other store confirms what it got."),
    (NoteKind.PULL_BACK, NoteState.ASKED): say("The store takes the goods off the shelf by that day and gives them back."),
}  # fmt: skip


@router.get("/goods/{note_number}")
def show_note(visit: Visiting, note_number: str) -> Response:
    """Show one note."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    if view.note.kind == NoteKind.COUNT:
        return visit.go(find_note_path(view.note.kind, view.note.number))
    return _note_page(visit, view)


def _note_page(visit: Visit, view: NoteView, *, status: int = 200, **typed: Form) -> Response:
    """Answer with the page; *typed* is the form that could not be taken."""
    note = view.note
    may_answer = may_answer_pull_back(visit.actor, view)
    return visit.page(
        "goods_note.html",
        status=status,
        view=view,
        note=note,
        path=f"/goods/{note.number}",
        next_step=_tell_next(view, may_answer=may_answer),
        may_answer=may_answer,
        may_again=note.kind == NoteKind.DELIVERY and visit.actor.role in PERMITTED[Act.SEND_DELIVERIES],
        may_label=_may_label(visit, view),
        forms={"confirm": _blank_confirming(view), "end": new_form(REASON), **typed},
        problems=next(iter(typed.values()), None),
        pairs=PAIRS,
        move_columns=[one for one in MOVE_COLUMNS if one.key != "reverses_id" or note.state == NoteState.REVERSED],
        moves=[{**row, "reverses_id": row["reverses_id"] is not None} for row in view.movements],
        late=note.state in {NoteState.SENT, NoteState.ASKED} and note.day < clock.today(view.store.zone),
    )


def may_answer_pull_back(actor: Actor, view: NoteView) -> bool:
    """Say whether *actor* may take the goods off the shelf that a pull-back asks for."""
    note = view.note
    inside = actor.partner_id in (None, note.partner_id) and actor.store_id in (None, note.store_id)
    asked = note.kind == NoteKind.PULL_BACK and note.state == NoteState.ASKED
    return asked and inside and actor.role in PERMITTED[Act.MOVE_STOCK]


def _may_label(visit: Visit, view: NoteView) -> bool:
    note = view.note
    goes = note.state in {NoteState.SENT, NoteState.CONFIRMED}
    return note.kind == NoteKind.DELIVERY and goes and visit.may("GET /labels/new")


def _tell_next(view: NoteView, *, may_answer: bool) -> Sentence | None:
    note = view.note
    if "confirm" in view.acts:
        return ARRIVED[note.kind]
    if may_answer:
        return say("Take the goods off the shelf by {day}, then write the return.", day=note.day)
    return AWAITED.get((note.kind, note.state))


def _confirm_fields(view: NoteView) -> list[Field]:
    reasons = choices_of("refusal", Refusal, word)
    came = (
        say("Day on which the goods arrived")
        if view.note.kind != NoteKind.RETURN
        else say("Day on which they came back")
    )
    fields = [Field("on", came, read=read_day, kind="date")]
    for line in view.lines:
        for pair in PAIRS:
            end = f"{line.line_no}_{pair}"
            facts = {"line": line.line_no, "product": line.product}
            fields += [
                Field(
                    f"refused_{end}", say("Line {line}, {product}: refused", **facts), read=parse_quantity,
                    required=False, inputmode="decimal", longest=20,
                ),
                Field(
                    f"why_{end}", say("Line {line}, {product}: why", **facts), kind="select", required=False,
                    choices=reasons,
                ),
            ]  # fmt: skip
    return fields


def _blank_confirming(view: NoteView) -> Form:
    today = clock.today((view.to_store or view.store).zone)
    return new_form(_confirm_fields(view) if "confirm" in view.acts else (), on=today)


@router.post("/goods/{note_number}/confirm")
def do_confirm(visit: Visiting, note_number: str) -> Response:
    """Take in what arrived of a note, and what of it was refused for which reasons."""
    view = find_note_view(visit.db, by=visit.actor, number=note_number)
    form = read_form(_confirm_fields(view), visit.texts)
    refusals = [one for line in view.lines for one in _read_refusals(form, line)]
    if form.ok:
        with visit.attempt(form):
            confirm_note(visit.db, by=visit.actor, note_id=view.note.id, on=form["on"], refusals=refusals)
    if not form.ok:
        fresh = find_note_view(visit.db, by=visit.actor, number=note_number)
        return _note_page(visit, fresh, status=422, confirm=form)
    said = (
        say("Thank you. What you refused is noted, with the reason.")
        if refusals
        else say("Thank you. All was taken in.")
    )
    return visit.go(f"/goods/{view.note.number}", said)


def _read_refusals(form: Form, line: NoteLineSeen) -> list[Refused]:
    """Return what is refused of a line; what cannot be is noted at its fields."""
    found: list[Refused] = []
    for pair in PAIRS:
        amount, why = (form.values[f"{name}_{line.line_no}_{pair}"] for name in ("refused", "why"))
        if amount is None and why is None:
            continue
        if not amount:
            form.blame(f"refused_{line.line_no}_{pair}", say("Say how many you refuse."))
        elif why is None:
            form.blame(f"why_{line.line_no}_{pair}", say("Say why you refuse them."))
        elif any(one.reason == why for one in found):
            form.blame(f"why_{line.line_no}_{pair}", say("Choose another reason than above, or put both together."))
        else:
            found.append(Refused(line.line_no, Refusal(why), amount))
    if sum((one.quantity for one in found), Decimal(0)) > line.sent:
        form.blame(f"refused_{line.line_no}_1", say("Only {sent} were sent; more cannot be refused.", sent=line.sent))
    return found


@router.post("/goods/{note_number}/cancel")
def do_cancel(visit: Visiting, note_number: str) -> Response:
    """Give up a note that waits."""
    return _end(visit, note_number, cancel_note, say("The note is given up. Nothing of it counts."))


@router.post("/goods/{note_number}/reverse")
def do_reverse(visit: Visiting, note_number: str) -> Response:
    """Take back all that a note moved."""
    return _end(visit, note_number, reverse_note, say("All that the note moved is taken back."))


def _end(visit: Visit, number: str, act: Callable[..., StockNote], said: Sentence) -> Response:
    note = get_note(visit.db, number, by=visit.actor)
    form = read_form(REASON, visit.texts)
    if form.ok:
        with visit.attempt(form, reason="input.bad"):
            act(visit.db, by=visit.actor, note_id=note.id, reason=form["reason"])
    if not form.ok:
        return _note_page(visit, find_note_view(visit.db, by=visit.actor, number=number), status=422, end=form)
    return visit.go(f"/goods/{note.number}", said)
