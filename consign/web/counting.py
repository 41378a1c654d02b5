"""A count while it goes on: scanning, correcting what was found, recording, and giving it up.

What is scanned works as a plain form; the script sends the same form without leaving the page, and gets its answer as JSON.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from consign.errors import BadInput, Conflict
from consign.listing import LONGEST_SEARCH, Row, parse_id
from consign.models.identity import UserAccount
from consign.models.partners import Partner, Store
from consign.models.stock import StockNote
from consign.sales.typed_sheet import parse_quantity, write_quantity
from consign.sentence import Sentence, say
from consign.stock.confirming import cancel_note, reverse_note
from consign.stock.count_lists import find_found
from consign.stock.count_rules import ScanResult
from consign.stock.count_views import find_last_scan, sum_count
from consign.stock.counting import record_count, scan, set_found, take_scan_back
from consign.stock.note_acts import find_open_acts
from consign.stock.notes import get_note
from consign.stock.rules import LONGEST_BATCH, NoteKind, NoteState, NoteUnknown
from consign.web.forms import Field, Form, new_form, read_day, read_form
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
SHOWN_AT_MOST = 40
"""Goods that a page shows; others are found by their name."""
NAMED_AT_MOST = 30
FOUND, BEFORE = "found", "was"
"""What fields of a correction begin with: what shall stand, and what stood when the page was made."""
LONGEST_SCANNED = 200


@dataclass(frozen=True)
class Found:
    """Goods that were found so far, and by which name the form corrects them."""

    name: str
    product: str
    code: str
    batch: str
    expires_on: date | None
    typed: str


def read_scanned_quantity(text: str) -> Decimal:
    """Read how many were found; with a minus before it, how many too many were entered.

    Raises:
        BadInput: it is no quantity.

    """
    below = text.strip().startswith("-")
    quantity = parse_quantity(text.strip().removeprefix("-"))
    return -quantity if below else quantity


SCAN_FIELDS = (
    Field("code", say("Barcode or code"), longest=LONGEST_SCANNED),
    Field("quantity", say("Quantity"), read=read_scanned_quantity, required=False, inputmode="decimal", longest=12),
    Field("batch", say("Batch"), required=False, longest=LONGEST_BATCH),
    Field("expires_on", say("Last day of sale"), read=read_day, kind="date", required=False),
    Field("key", say("Key"), required=False, kind="hidden"),
)


def get_count(visit: Visit, number: str) -> StockNote:
    """Return the count with *number*.

    Raises:
        NoteUnknown: there is none that this person may see.

    """
    note = get_note(visit.db, number, by=visit.actor)
    if note.kind != NoteKind.COUNT:
        raise NoteUnknown(say("{number} is no count; nothing was changed.", number=note.number))
    return note


def show_counting(
    visit: Visit, note: StockNote, *, form: Form | None = None, corrected: Form | None = None, status: int = 200
) -> Response:
    """Show a count that goes on: the field to scan into, what was scanned last, and what was found so far."""
    rows = find_found(visit.db, note.id)
    search = visit.asked.get("q", "").strip()[:LONGEST_SEARCH]
    words = search.lower().split()
    fitting = [row for row in rows if all(word in f"{row['product']} {row['product_code']}".lower() for word in words)]
    shown = [_as_found(row) for row in fitting[:SHOWN_AT_MOST]]
    scanned = form or new_form(SCAN_FIELDS)
    scanned.texts["key"] = secrets.token_hex(16)
    return visit.page(
        "count.html",
        status=status,
        note=note,
        store=visit.db.get_one(Store, note.store_id),
        partner=visit.db.get_one(Partner, note.partner_id),
        begun_by=visit.db.get_one(UserAccount, note.made_by).name,
        counts=visit.may("POST /counts/{count_number}/scan"),
        acts=find_open_acts(visit.actor, note),
        form=scanned,
        corrected=corrected or Form(()),
        last=find_last_scan(visit.db, note, user_id=visit.actor.user_id),
        goods=shown,
        total=len(rows),
        products=len({row["product_id"] for row in rows if row["quantity"] > 0}),
        packs=sum((row["quantity"] for row in rows), Decimal(0)),
        search=search,
        hidden=len(fitting) - len(shown),
    )


def _as_found(row: Row) -> Found:
    return Found(
        name=_name_goods(row["product_id"], row["expires_on"], row["batch"]),
        product=row["product"],
        code=row["product_code"],
        batch=row["batch"],
        expires_on=row["expires_on"],
        typed=write_quantity(row["quantity"]),
    )


def _name_goods(product_id: int, expires_on: date | None, batch: str) -> str:
    return f"{product_id}:{expires_on or ''}:{batch}"


@router.post("/counts/{count_number}/scan")
def do_scan(visit: Visiting, count_number: str) -> Response:
    """Count what was scanned."""
    note = get_count(visit, count_number)
    form = read_form(SCAN_FIELDS, visit.texts)
    found = None
    if form.ok:
        with visit.attempt(form):
            found = scan(
                visit.db, by=visit.actor, note_id=note.id, code=form["code"], quantity=form["quantity"] or Decimal(1),
                batch=form["batch"] or "", expires_on=form["expires_on"], key=form["key"] or "",
            )  # fmt: skip
    return _answer_scan(visit, note, form, found)


@router.post("/counts/{count_number}/undo")
def do_take_scan_back(visit: Visiting, count_number: str) -> Response:
    """Take the last scan back."""
    note = get_count(visit, count_number)
    form = Form(SCAN_FIELDS)
    found = None
    with visit.attempt(form):
        scan_id = parse_id(visit.texts.get("scan", "")) or 0
        found = take_scan_back(visit.db, by=visit.actor, note_id=note.id, scan_id=scan_id)
    return _answer_scan(visit, note, form, found, taken_back=True)


def _answer_scan(
    visit: Visit, note: StockNote, form: Form, found: ScanResult | None, *, taken_back: bool = False
) -> Response:
    """Tell what was counted: the script in a few facts, else with the page."""
    is_script = visit.request.headers.get("x-sent-by") == "script"
    if found is None:
        if not is_script:
            return _refuse_scan(visit, note, form)
        problems = [visit.say(one) for one in form.problems.values()]
        return JSONResponse({"problem": " ".join(problems)}, status_code=422)
    if not is_script:
        return visit.go(f"/counts/{note.number}")
    rows = find_found(visit.db, note.id)
    told = {
        "product": found.product,
        "says": visit.say(_tell(found, taken_back=taken_back)),
        "undo": None if taken_back else found.scan_id,
        "name": _name_goods(found.product_id, found.expires_on, found.batch),
        "batch": _tell_batch(visit, found),
        "found": write_quantity(found.found),
        "products": len({row["product_id"] for row in rows if row["quantity"] > 0}),
        "packs": visit.language.show(sum((row["quantity"] for row in rows), Decimal(0))),
    }
    return JSONResponse(told)


def _refuse_scan(visit: Visit, note: StockNote, form: Form) -> Response:
    if note.state != NoteState.OPEN:
        raise Conflict(say("The count {number} is over; nothing was counted.", number=note.number))
    return show_counting(visit, note, form=form, status=422)


def _tell(found: ScanResult, *, taken_back: bool) -> Sentence:
    facts = {"quantity": abs(found.quantity), "sum": found.found_in_all}
    if taken_back or found.quantity < 0:
        return say("{quantity} taken back, {sum} in all.", **facts)
    return say("{quantity} counted, {sum} in all.", **facts)


def _tell_batch(visit: Visit, found: ScanResult) -> str:
    return " · ".join(one for one in (found.batch, visit.language.day(found.expires_on)) if one)


@router.post("/counts/{count_number}/set")
def do_set_found(visit: Visiting, count_number: str) -> Response:
    """Put what was found of some goods to what was typed; what nobody changed on the page stays, whatever it is by now."""
    note = get_count(visit, count_number)
    form = Form([_correction(name) for name in visit.texts if name.startswith(f"{FOUND}:")], dict(visit.texts))
    changed = read_form([one for one in form.fields if _is_changed(one.name, form.texts)], form.texts)
    form.problems = changed.problems
    done = 0
    with visit.attempt(form):
        for one in changed.fields if form.ok else ():
            product_id, batch, expires_on = _read_goods(one.name)
            set_found(
                visit.db, by=visit.actor, note_id=note.id, product_id=product_id, quantity=changed[one.name],
                batch=batch, expires_on=expires_on,
            )  # fmt: skip
            done += 1
    if not form.ok:
        return show_counting(visit, note, corrected=form, status=422)
    said = say("Corrected: {number}.", number=done) if done else say("Nothing was changed.")
    return visit.go(f"/counts/{note.number}", said)


def _correction(name: str) -> Field:
    return Field(name, say("Found"), read=parse_quantity, longest=20)


def _is_changed(name: str, texts: Mapping[str, str]) -> bool:
    return texts[name].strip() != texts.get(f"{BEFORE}{name.removeprefix(FOUND)}", "")


def _read_goods(name: str) -> tuple[int, str, date | None]:
    """Return what the name of a field says: product, batch and last day.

    Raises:
        BadInput: it names nothing.

    """
    _, product, ends, batch = (*name.split(":", 3), "", "", "")[:4]
    product_id = parse_id(product)
    if product_id is None:
        raise BadInput(say("One of the products is not known; nothing was recorded."))
    return product_id, batch, read_day(ends) if ends else None


@router.get("/counts/{count_number}/record")
def ask_to_record(visit: Visiting, count_number: str) -> Response:
    """Show what recording takes as found and as not there, before it is done."""
    note = get_count(visit, count_number)
    if note.state != NoteState.OPEN:
        return visit.go(f"/counts/{note.number}")
    return _record_page(visit, note, Form(()))


def _record_page(visit: Visit, note: StockNote, form: Form, *, status: int = 200) -> Response:
    found = sum_count(visit.db, note)
    return visit.page(
        "count_record.html",
        status=status,
        note=note,
        form=form,
        store=visit.db.get_one(Store, note.store_id),
        found=found,
        named=found.not_found[:NAMED_AT_MOST],
    )


@router.post("/counts/{count_number}/record")
def do_record(visit: Visiting, count_number: str) -> Response:
    """Record a count."""
    note = get_count(visit, count_number)
    form = Form(())
    with visit.attempt(form):
        record_count(visit.db, by=visit.actor, note_id=note.id)
    if not form.ok:
        return _record_page(visit, note, form, status=422)
    return visit.go(f"/counts/{note.number}", say("The count is recorded. This is what stands in the books now."))


@router.post("/counts/{count_number}/cancel")
def do_cancel(visit: Visiting, count_number: str) -> Response:
    """Give a count up; nothing of it counts."""
    note = get_count(visit, count_number)
    cancel_note(visit.db, by=visit.actor, note_id=note.id, reason=visit.texts.get("reason", ""))
    return visit.go(f"/counts/{note.number}")


@router.post("/counts/{count_number}/reverse")
def do_reverse(visit: Visiting, count_number: str) -> Response:
    """Take a recorded count back, as if nobody had counted."""
    note = get_count(visit, count_number)
    reverse_note(visit.db, by=visit.actor, note_id=note.id, reason=visit.texts.get("reason", ""))
    return visit.go(f"/counts/{note.number}")
