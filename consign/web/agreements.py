"""Agreements between partners and producers: the list, one of them in words, adding, ending."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.lists import find_products_of
from consign.catalogue.queries import get_product
from consign.errors import ConsignError
from consign.identity.rules import Act
from consign.listing import Row
from consign.models.partners import Agreement, Partner, Producer
from consign.money import format_rate
from consign.partners.agreeing import add_agreement, continue_agreement, end_agreement
from consign.partners.agreement_lists import find_agreement_page, find_versions, get_agreement_facts
from consign.partners.lists import find_partners_seen
from consign.partners.producer_lists import get_producer_called
from consign.partners.queries import find_stores, get_partner, get_region_terms, get_store, lock_partner
from consign.partners.rules import Route
from consign.partners.taxes import find_tax_notices
from consign.sales.placing import reread_parked
from consign.sentence import say
from consign.settlement.queries import find_last_closing
from consign.web.agreement_terms import (
    FIRST,
    LAST,
    PARTNER,
    PRODUCT,
    REFUSED_AT,
    STORE,
    TERMS,
    USUAL,
    make_fee_field,
    read_terms,
)
from consign.web.agreement_words import describe
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.lookup import look_up, make_producer_field
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)


@router.get("/agreements")
def show_agreements(visit: Visiting) -> Response:
    """Show the agreements this person may see."""
    on = clock.today(visit.zone)
    link = "/producers/{producer_code}" if visit.may("GET /producers") else None
    of_one_producer = visit.actor.producer_id is not None
    return list_page(
        visit,
        "list.html",
        name="agreements",
        caption=say("Agreements"),
        columns=(
            Column("partner", say("Partner"), link="/agreements/{id}"),
            *(() if of_one_producer else (Column("producer", say("Producer"), link=link),)),
            Column("store", say("Only in store")),
            Column("product", say("Only for product")),
            Column("fee_rate_bp", say("Fee"), kind="rate"),
            Column("fee_on", say("Taken on"), kind="word", words="fee_on"),
            Column("route", say("Money goes"), kind="word", words="route"),
            Column("first", say("First day"), kind="day"),
            Column("last", say("Last day"), kind="day"),
            Column("state", say("State"), kind="badge", words="agreement_state"),
        ),
        fetch=lambda wish: find_agreement_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say("There is no agreement yet. Without one nothing of a producer can be settled with a partner."),
        default_sort="partner",
        filters=_filters(visit),
        search=say("Search: partner, producer or product"),
        lead=say("What a store keeps of the sales, and when it pays the rest."),
        acts=[("/agreements/new", say("Add an agreement"))] if visit.may("GET /agreements/new") else [],
    )


def _filters(visit: Visit) -> list[Filter]:
    """Return what the list can be narrowed by; nobody is asked for the one partner or producer that is the own."""
    filters = [
        Filter("route", say("Money goes"), choices_of("route", Route, word)),
        Filter("on", say("In force on"), kind="day"),
    ]
    if visit.actor.producer_id is None:
        filters.insert(0, Filter("producer", say("Producer's code"), kind="text"))
    if visit.may("GET /cooperatives"):
        filters.append(Filter("cooperative", say("Cooperative's code"), kind="text"))
    if visit.actor.partner_id is None:
        partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_AGREEMENTS)
        filters.insert(0, Filter("partner", say("Partner"), [Choice(one.code, one.name) for one in partners]))
    return filters


@router.get("/agreements/new")
def show_new_agreement(visit: Visiting) -> Response:
    """Show the form to add an agreement, with partner, producer and first day from the address."""
    asked = {name: visit.asked.get(name, "") for name in ("partner", "producer", "store", "product")}
    fields = _fields(visit, asked["partner"], asked["producer"])
    first = visit.asked.get("first") or clock.today(visit.zone)
    return _new_agreement_page(visit, new_form(fields, first=first, **asked, **USUAL))


def _fields(visit: Visit, partner_code: str, producer_code: str) -> Sequence[Field]:
    """Return the form's fields with their choices; stores and products are suggested once it is known whose."""
    bounds = get_region_terms(visit.db)
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.READ_PARTNERS)
    partner = next((one for one in partners if one.code == partner_code), None)
    stores = find_stores(visit.db, partner_id=partner.id) if partner else []
    return (
        replace(PARTNER, choices=[Choice(one.code, one.name) for one in partners]),
        make_producer_field(visit.db),
        replace(STORE, choices=[Choice(one.code, one.name) for one in stores]),
        replace(PRODUCT, choices=_products(visit, producer_code)),
        FIRST,
        LAST,
        make_fee_field(bounds),
        *TERMS,
    )


def _products(visit: Visit, producer_code: str) -> list[Choice]:
    try:
        producer = get_producer_called(visit.db, producer_code) if producer_code else None
    except ConsignError:
        producer = None
    return [Choice(one.code, one.name) for one in find_products_of(visit.db, producer.id)] if producer else []


def _new_agreement_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Add an agreement"),
        lead=say("It holds from its first day on and never changes; a new one can follow it."),
        action="/agreements/new",
        button=say("Add agreement"),
        back="/agreements",
        back_to=say("Agreements"),
    )


@router.post("/agreements/new")
def do_add_agreement(visit: Visiting) -> Response:
    """Add an agreement; lines that wait for it are placed."""
    form = read_form(_fields(visit, visit.texts.get("partner", ""), visit.texts.get("producer", "")), visit.texts)
    partner = look_up(form, "partner", lambda code: get_partner(visit.db, code))
    producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    store = look_up(form, "store", lambda code: get_store(visit.db, partner_id=partner.id if partner else 0, code=code))
    product = look_up(form, "product", lambda code: get_product(visit.db, code))
    agreement: Agreement | None = None
    if form.ok and partner is not None and producer is not None:
        if product is not None and product.producer_id != producer.id:
            form.blame(
                "product", say("{product} is not one of {producer}'s.", product=product.name, producer=producer.name)
            )
        else:
            scope = {"store_id": store.id if store else None, "product_id": product.id if product else None}
            agreement = _add(visit, form, partner, producer, scope)
    if agreement is None:
        return _new_agreement_page(visit, form, status=422)
    return visit.go(f"/agreements/{agreement.id}", say("The agreement was added."))


def _add(
    visit: Visit, form: Form, partner: Partner, producer: Producer, scope: dict[str, int | None]
) -> Agreement | None:
    """Add what the form says; a refusal shows on it."""
    agreement = None
    with visit.attempt(form, **REFUSED_AT):
        agreement = add_agreement(
            visit.db,
            by=visit.actor,
            partner_id=partner.id,
            producer_id=producer.id,
            first=form["first"],
            last=form["last"],
            terms=read_terms(form),
            **scope,
        )
        reread_parked(visit.db, by=visit.actor, partner_id=partner.id)
    return agreement if form.ok else None


@router.get("/agreements/{agreement_id}/continue")
def show_continue_agreement(visit: Visiting, agreement_id: str) -> Response:
    """Show the form for a new version of an agreement, with what holds now in it."""
    found = get_agreement_facts(visit.db, by=visit.actor, agreement_id=agreement_id, on=clock.today(visit.zone))
    present = {
        "fee": format_rate(found["fee_rate_bp"]),
        "fee_on": found["fee_on"],
        "discount_borne_by": found["discount_borne_by"],
        "fee_tax": format_rate(found["fee_tax_bp"]),
        "pph23": format_rate(found["pph23_bp"]),
        "term": found["payment_term_days"],
        "loss_share": "" if found["loss_store_bp"] is None else format_rate(found["loss_store_bp"]),
        "route": found["route"],
        "min_payout": found["min_payout_rp"],
    }
    return _continue_page(visit, found, new_form(_version_fields(visit), **present))


def _version_fields(visit: Visit) -> tuple[Field, ...]:
    first = replace(FIRST, hint=say("The present terms hold until the day before. It must lie after what is closed."))
    return (first, LAST, make_fee_field(get_region_terms(visit.db)), *TERMS)


def _continue_page(visit: Visit, found: Row, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
        title=say("Continue with other terms"),
        lead=say(
            "{partner} and {producer}: a new version of the agreement. What was settled keeps the terms it was settled by.",
            partner=found["partner"],
            producer=found["producer"],
        ),
        action=f"/agreements/{found['id']}/continue",
        button=say("Continue the agreement"),
        back=f"/agreements/{found['id']}",
        back_to=say("The agreement"),
    )


@router.post("/agreements/{agreement_id}/continue")
def do_continue_agreement(visit: Visiting, agreement_id: str) -> Response:
    """Let a new version of an agreement begin; lines that wait for it are placed."""
    found = get_agreement_facts(visit.db, by=visit.actor, agreement_id=agreement_id, on=clock.today(visit.zone))
    form = read_form(_version_fields(visit), visit.texts)
    version: Agreement | None = None
    if form.ok:
        with visit.attempt(form, **REFUSED_AT):
            lock_partner(visit.db, found["partner_id"])
            closing = find_last_closing(visit.db, found["partner_id"])
            version = continue_agreement(
                visit.db,
                by=visit.actor,
                agreement_id=found["id"],
                first=form["first"],
                last=form["last"],
                terms=read_terms(form),
                closed_until=closing.until_on if closing else None,
            )
            reread_parked(visit.db, by=visit.actor, partner_id=found["partner_id"])
    if version is None or not form.ok:
        return _continue_page(visit, found, form, status=422)
    return visit.go(f"/agreements/{version.id}", say("The new terms hold from {first} on.", first=form["first"]))


@router.get("/agreements/{agreement_id}")
def show_agreement(visit: Visiting, agreement_id: str) -> Response:
    """Show one agreement in words."""
    return _agreement_page(visit, agreement_id, new_form((LAST,)))


def _agreement_page(visit: Visit, agreement_id: str, form: Form, *, status: int = 200) -> Response:
    found = get_agreement_facts(visit.db, by=visit.actor, agreement_id=agreement_id, on=clock.today(visit.zone))
    form.texts.setdefault("last", str(found["last"] or ""))
    versions = find_versions(visit.db, by=visit.actor, agreement_id=found["id"], on=clock.today(visit.zone))
    return visit.page(
        "agreement.html",
        status=status,
        agreement=found,
        sentences=describe(found),
        notices=find_tax_notices(visit.db, agreement_id=found["id"]),
        form=form,
        versions=versions,
        newest=versions[-1]["id"] == found["id"],
    )


@router.post("/agreements/{agreement_id}/end")
def do_end_agreement(visit: Visiting, agreement_id: str) -> Response:
    """Set the last day of an agreement, or let it go on."""
    found = get_agreement_facts(visit.db, by=visit.actor, agreement_id=agreement_id, on=clock.today(visit.zone))
    form = read_form((LAST,), visit.texts)
    if form.ok:
        with visit.attempt(
            form, last=("input.bad", "partners.period_closed", "partners.agreement_overlaps", "partners.not_a_member")
        ):
            lock_partner(visit.db, found["partner_id"])
            closing = find_last_closing(visit.db, found["partner_id"])
            end_agreement(
                visit.db,
                by=visit.actor,
                agreement_id=found["id"],
                last=form["last"],
                closed_until=closing.until_on if closing else None,
            )
            reread_parked(visit.db, by=visit.actor, partner_id=found["partner_id"])
    if not form.ok:
        return _agreement_page(visit, agreement_id, form, status=422)
    if form["last"] is None:
        return visit.go(f"/agreements/{agreement_id}", say("The agreement goes on without a last day."))
    return visit.go(f"/agreements/{agreement_id}", say("The agreement ends on {last}.", last=form["last"]))
