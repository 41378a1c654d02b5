"""Labels: what was asked for, asking for more, and a finished sheet with what is to be known before it is printed."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse

from consign import clock
from consign.catalogue.label_lists import find_order_page
from consign.catalogue.labels import count_by_product, get_order, order_labels
from consign.catalogue.lists import get_product_seen
from consign.catalogue.rules import LabelOrderMissing
from consign.catalogue.stocks import find_stocks
from consign.models.catalogue import LabelOrder, LabelStock
from consign.models.partners import Producer
from consign.partners.producer_lists import get_own_producer, get_producer_called
from consign.sentence import load_sentence, say
from consign.stock.note_lists import find_note_view
from consign.stock.rules import NoteUnknown
from consign.web.columns import Column
from consign.web.forms import choices_of, new_form, read_form
from consign.web.label_form import Begun, LabelForm, get_look, get_sheet, get_wanted, make_form, read_labels
from consign.web.lookup import look_up, make_producer_field
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
STATES = ("waiting", "ready", "refused")
STEPS = (say("Asked for"), say("Being made and read again"), say("Ready"))
RUN_COLUMNS = (
    Column("name", say("Product")),
    Column("number", say("Number")),
    Column("copies", say("Labels"), kind="count"),
    Column("batch", say("Batch")),
    Column("expires_on", say("Best before"), kind="day"),
)


@router.get("/labels")
def show_label_orders(visit: Visiting) -> Response:
    """Show the labels that were asked for."""
    own = visit.actor.producer_id is not None
    acts = [("/labels/new", say("Print labels"))] if visit.may("GET /labels/new") else []
    return list_page(
        visit,
        "list.html",
        name="labels",
        caption=say("Labels"),
        columns=(
            Column("made_at", say("Asked for"), kind="moment", link="/labels/{id}"),
            *(() if own else (Column("producer", say("Producer")),)),
            Column("stock", say("Label paper")),
            Column("copies", say("Labels"), kind="count"),
            Column("state", say("State"), kind="badge", words="label_state"),
            Column("made_by", say("By")),
        ),
        fetch=lambda wish: find_order_page(visit.db, by=visit.actor, wish=wish),
        empty=say("No labels were made yet. Every symbol is read again from the sheet before you print it."),
        default_sort="-made_at",
        filters=(
            *(() if own else (Filter("producer", say("Producer's code"), kind="text"),)),
            Filter("state", say("State"), choices_of("label_state", STATES, word)),
        ),
        search=say("Search: producer or label paper"),
        lead=say("Sheets that were made stay here and can be printed again."),
        acts=[*acts, ("/label-papers", say("Label papers"))],
    )


@router.get("/labels/new")
def show_new_labels(visit: Visiting) -> Response:
    """Show the form for labels; people of the dinas say first whose goods they are for."""
    chosen = visit.asked.get("product", "")
    if visit.asked.get("delivery"):
        return _labels_for_delivery(visit, visit.asked["delivery"])
    if visit.actor.producer_id is not None:
        return _labels_page(visit, make_form(visit, get_own_producer(visit.db, by=visit.actor), chosen=chosen))
    producer = None
    if chosen:
        product = get_product_seen(visit.db, by=visit.actor, code=chosen)
        producer = visit.db.get_one(Producer, product.producer_id)
    elif visit.asked.get("producer"):
        form = read_form([make_producer_field(visit.db)], visit.asked)
        producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
        if producer is None:
            return visit.page("label_whose.html", status=422, form=form)
    if producer is None:
        return visit.page("label_whose.html", form=new_form([make_producer_field(visit.db)]))
    return _labels_page(visit, make_form(visit, producer, chosen=chosen), producer=producer)


def _labels_for_delivery(visit: Visit, number: str) -> Response:
    """Show the form with a label for each pack of a delivery; of a product in several batches for the first of them."""
    view = find_note_view(visit.db, by=visit.actor, number=number)
    if view.producer is None:
        raise NoteUnknown(say("There is no note {number}; nothing was changed.", number=number))
    begun: dict[int, Begun] = {}
    for line in view.lines:
        begun.setdefault(line.product_id, Begun(line.sent, line.batch, line.expires_on))
    own = visit.actor.producer_id is not None
    shown = make_form(visit, view.producer, chosen="", begun=begun)
    return _labels_page(visit, shown, producer=None if own else view.producer)


def _labels_page(
    visit: Visit,
    shown: LabelForm,
    *,
    producer: Producer | None = None,
    test: LabelStock | None = None,
    status: int = 200,
) -> Response:
    return visit.page("label_new.html", status=status, shown=shown, form=shown.form, producer=producer, test=test)


@router.post("/labels/new")
def do_order_labels(visit: Visiting) -> Response:
    """Ask for labels; what does not fit is said at once, and the sheet is made by a worker."""
    if visit.actor.producer_id is not None:
        producer = get_own_producer(visit.db, by=visit.actor)
    else:
        producer = get_producer_called(visit.db, visit.texts.get("producer", ""))
    read = read_labels(visit, producer)
    form, order, stock = read.form, None, None
    if form.ok:
        stocks = find_stocks(visit.db, by=visit.actor)
        sheet = get_sheet(form, stocks)
        stock = next(one for one in stocks if one.id == sheet.stock_id)
        with visit.attempt(form, small="catalogue.scan_test_needed"):
            order = order_labels(
                visit.db,
                by=visit.actor,
                wanted=get_wanted(read),
                look=get_look(form),
                sheet=sheet,
                on=clock.today(visit.zone),
            )
    if not form.ok or order is None:
        shown = producer if visit.actor.producer_id is None else None
        test = stock if "small" in form.problems else None
        return _labels_page(visit, read, producer=shown, test=test, status=422)
    return visit.go(f"/labels/{order.id}")


@router.get("/labels/{order_id}")
def show_labels(visit: Visiting, order_id: int) -> Response:
    """Show a sheet of labels: a picture of it, what is to be known before printing, and the file."""
    order = get_order(visit.db, by=visit.actor, order_id=order_id)
    return visit.page(
        "labels.html",
        order=order,
        producer=visit.db.get_one(Producer, order.producer_id),
        notices=[load_sentence(one) for one in order.notices],
        reason=load_sentence(order.reason) if order.reason else None,
        steps=STEPS,
        columns=RUN_COLUMNS,
        runs=count_by_product(order),
    )


@router.get("/labels/{order_id}/state")
def tell_label_state(visit: Visiting, order_id: int) -> JSONResponse:
    """Tell how far a sheet is; the page asks for it until that changes."""
    return JSONResponse({"state": get_order(visit.db, by=visit.actor, order_id=order_id).state})


@router.get("/labels/{order_id}/sheet")
def send_sheet(visit: Visiting, order_id: int) -> Response:
    """Send the sheet as PDF."""
    order = get_order(visit.db, by=visit.actor, order_id=order_id)
    return _send(visit, order, order.sha256, media_type="application/pdf", name=f"label-{order.id}.pdf")


@router.get("/labels/{order_id}/preview")
def send_preview(visit: Visiting, order_id: int) -> Response:
    """Send a picture of the sheet's first page."""
    order = get_order(visit.db, by=visit.actor, order_id=order_id)
    return _send(visit, order, order.preview_sha256, media_type="image/png", name=None)


def _send(visit: Visit, order: LabelOrder, sha256: str | None, *, media_type: str, name: str | None) -> Response:
    if sha256 is None:
        raise LabelOrderMissing(say("The labels {number} are not made yet, or could not be made.", number=order.id))
    headers: dict[str, Any] = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    if name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return StreamingResponse(visit.files.read(sha256), media_type=media_type, headers=headers)
