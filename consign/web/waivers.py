"""Waivers: papers that the head of the dinas does without for a while. The list, one of them, granting, ending."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Response

from compliance.facts import Kind
from consign import clock
from consign.catalogue.lists import find_products_of
from consign.catalogue.queries import get_product
from consign.documents.waiver_lists import find_waiver_page, get_waiver_seen
from consign.documents.waiving import end_waiver, grant_waiver
from consign.errors import ConsignError
from consign.models.catalogue import Product
from consign.models.partners import Producer
from consign.partners.producer_lists import get_producer_called
from consign.sentence import Code, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form
from consign.web.lookup import look_up, make_producer_field
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
USUAL_DAYS = 90
"""How long a waiver lasts unless somebody says otherwise."""
KINDS = choices_of("paper_kind", Kind, word)
STATES = choices_of("waiver_state", ("in_force", "ahead", "over"), word)
PRODUCT = Field(
    "product",
    say("Only for this product"),
    required=False,
    suggest=True,
    longest=60,
    hint=say("The product's code. Blank: for all products of the producer."),
)
KIND = Field("kind", say("Which paper"), kind="select", choices=KINDS)
REASON = Field(
    "reason",
    say("Reason"),
    kind="textarea",
    hint=say("Why the dinas does without it, and what is done meanwhile. The producer and the auditor read it."),
)
FIRST = Field("first", say("First day"), read=read_day, kind="date")
LAST = Field("last", say("Last day"), read=read_day, kind="date", hint=say("At most one year after the first day."))
END = (
    Field(
        "last",
        say("New last day"),
        read=read_day,
        kind="date",
        hint=say("Yesterday or earlier ends it at once. It cannot be made longer: grant another one for that."),
    ),
)


@router.get("/waivers")
def show_waivers(visit: Visiting) -> Response:
    """Show the waivers, those in force first."""
    on = clock.today(visit.zone)
    return list_page(
        visit,
        "list.html",
        name="waivers",
        caption=say("Waivers"),
        columns=(
            Column("producer", say("Producer"), link="/waivers/{id}"),
            Column("product", say("Product")),
            Column("kind", say("Does without"), kind="word", words="paper_kind"),
            Column("from_on", say("First day"), kind="day"),
            Column("until_on", say("Last day"), kind="day"),
            Column("state", say("State"), kind="badge", words="waiver_state"),
            Column("reason", say("Reason"), kind="long"),
            Column("granted_by", say("Granted by")),
        ),
        fetch=lambda wish: find_waiver_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say(
            "There is no waiver. Where a producer cannot have a paper in time, the head of the dinas grants one."
        ),
        default_sort="-until_on",
        filters=(
            Filter("state", say("State"), STATES),
            Filter("kind", say("Paper"), KINDS),
            Filter("producer", say("Producer's code"), kind="text"),
        ),
        search=say("Search: producer, product or reason"),
        lead=say("Papers that the head of the dinas does without for a while. Goods may be delivered meanwhile."),
        acts=[("/waivers/new", say("Grant a waiver"))] if visit.may("GET /waivers/new") else [],
    )


@router.get("/waivers/new")
def show_new_waiver(visit: Visiting) -> Response:
    """Show the form to grant a waiver, with producer, product and kind from the address."""
    today = clock.today(visit.zone)
    asked = {name: visit.asked.get(name, "") for name in ("producer", "product", "kind")}
    form = new_form(
        _fields(visit, asked["producer"]), **asked, first=today, last=today + timedelta(USUAL_DAYS), reason=""
    )
    return _new_waiver_page(visit, form)


def _fields(visit: Visit, producer_code: str) -> Sequence[Field]:
    """Return the form's fields; products are suggested once it is known whose."""
    try:
        producer = get_producer_called(visit.db, producer_code) if producer_code else None
    except ConsignError:
        producer = None
    products = find_products_of(visit.db, producer.id) if producer else []
    return (
        make_producer_field(visit.db),
        replace(PRODUCT, choices=[Choice(one.code, one.name) for one in products]),
        KIND,
        REASON,
        FIRST,
        LAST,
    )


def _new_waiver_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Grant a waiver"),
        lead=say(
            "Goods may then be delivered without this paper until the last day. Your name and the reason are kept."
        ),
        action="/waivers/new",
        button=say("Grant the waiver"),
        back="/waivers",
        back_to=say("Waivers"),
    )


@router.post("/waivers/new")
def do_grant_waiver(visit: Visiting) -> Response:
    """Grant a waiver."""
    form = read_form(_fields(visit, visit.texts.get("producer", "")), visit.texts)
    producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    product = look_up(form, "product", lambda code: get_product(visit.db, code))
    if producer is not None and product is not None and product.producer_id != producer.id:
        form.blame(
            "product", say("{product} is not one of {producer}'s.", product=product.name, producer=producer.name)
        )
    if form.ok and producer is not None:
        _grant(visit, form, producer, product)
    if not form.ok or producer is None:
        return _new_waiver_page(visit, form, status=422)
    kind = Code("paper_kind", form["kind"])
    return visit.go(
        "/waivers",
        say("{producer} may do without: {kind}, until {last}.", producer=producer.name, kind=kind, last=form["last"]),
    )


def _grant(visit: Visit, form: Form, producer: Producer, product: Product | None) -> None:
    """Grant what the form says; a refusal shows on it."""
    with visit.attempt(form, last="input.bad"):
        grant_waiver(
            visit.db,
            by=visit.actor,
            producer_id=producer.id,
            product_id=product.id if product else None,
            kind=Kind(form["kind"]),
            reason=form["reason"],
            from_on=form["first"],
            until_on=form["last"],
        )


@router.get("/waivers/{waiver_id}")
def show_waiver(visit: Visiting, waiver_id: int) -> Response:
    """Show one waiver, and to the head the form to end it."""
    return _waiver_page(visit, waiver_id, new_form(END, last=clock.today(visit.zone)))


def _waiver_page(visit: Visit, waiver_id: int, form: Form, *, status: int = 200) -> Response:
    waiver = get_waiver_seen(visit.db, by=visit.actor, waiver_id=waiver_id, on=clock.today(visit.zone))
    return visit.page("waiver.html", status=status, waiver=waiver, form=form)


@router.post("/waivers/{waiver_id}/end")
def do_end_waiver(visit: Visiting, waiver_id: int) -> Response:
    """Set an earlier last day of a waiver."""
    form = read_form(END, visit.texts)
    if form.ok:
        with visit.attempt(form, last="input.bad"):
            end_waiver(visit.db, by=visit.actor, waiver_id=waiver_id, last=form["last"])
    if not form.ok:
        return _waiver_page(visit, waiver_id, form, status=422)
    return visit.go(f"/waivers/{waiver_id}", say("The waiver ends on {last}.", last=form["last"]))
