"""Which stores offer a product: said for one store or all of a partner in one go, and ended the same way."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import RowMapping

from consign import clock
from consign.catalogue.goods import as_goods
from consign.catalogue.listings import end_listing, find_places, list_product
from consign.catalogue.lists import get_product_facts, get_product_seen
from consign.documents.eligibility import judge
from consign.documents.wording import to_sentence
from consign.identity.rules import Act
from consign.models.catalogue import Product
from consign.models.partners import Partner
from consign.partners.lists import find_partners_seen
from consign.sentence import say
from consign.web.forms import Field, Form, new_form, read_day, read_form
from consign.web.product_page import find_path
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
ADD = (
    Field("stores", say("Stores"), required=False),
    Field("first", say("From"), read=read_day, kind="date", hint=say("The first day on which they offer it.")),
)
END = (
    Field("listings", say("Stores"), required=False),
    Field("last", say("Until"), read=read_day, kind="date", hint=say("The last day on which they offer it.")),
)


@router.get("/products/{code}/listings")
def show_listings(visit: Visiting, code: str) -> Response:
    """Show which stores of a partner offer a product, to add some and to end some; which partner is asked first."""
    return _listings_page(visit, code, partner_code=visit.asked.get("partner", ""))


def _listings_page(
    visit: Visit, code: str, *, partner_code: str, chosen: Sequence[str] = (), status: int = 200, **typed: Form
) -> Response:
    """Answer with the page; *typed* is the form that could not be taken, with what was *chosen* in it.

    A fresh form has all stores ticked that do not offer the product, and none of those that do.
    """
    today = clock.today(visit.zone)
    product = get_product_facts(visit.db, by=visit.actor, code=code, on=today)
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.MANAGE_LISTINGS)
    partner = _choose(partners, partner_code)
    places = find_places(visit.db, product_id=product["id"], partner_id=partner.id, on=today) if partner else []
    free = [one for one in places if one["listing_id"] is None]
    return visit.page(
        "listings.html",
        status=status,
        product=product,
        path=find_path(code),
        partners=partners,
        partner=partner,
        forms={"add": new_form(ADD, first=today), "end": new_form(END, last=today), **typed},
        problems=next(iter(typed.values()), None),
        free=free,
        listed=[one for one in places if one["listing_id"] is not None],
        ticked={str(one["store_id"]) for one in free} if "add" not in typed else set(chosen),
        ending=set(chosen) if "end" in typed else set(),
        eligibility=_judge(visit, product, partner),
    )


def _choose(partners: Sequence[Partner], code: str) -> Partner | None:
    """Return the partner with *code*, or the only one there is."""
    if len(partners) == 1:
        return partners[0]
    return next((one for one in partners if one.code == code), None)


def _judge(visit: Visit, product: RowMapping, partner: Partner | None) -> dict[str, Any] | None:
    """Return whether the product may be delivered to the partner, and what it lacks for that."""
    if partner is None:
        return None
    found = judge(visit.db, goods=[as_goods(product)], partner_id=partner.id, on=clock.today(visit.zone))[product["id"]]
    lacks = [to_sentence(task.reason) for task in found.tasks if task.blocks]
    return {"standing": found.standing, "lacks": lacks}


@router.post("/products/{code}/listings")
def do_list(visit: Visiting, code: str) -> Response:
    """Note that the ticked stores of a partner offer a product from a day on."""
    product, partner = _get_both(visit, code)
    form, chosen = read_form(ADD, visit.texts), visit.all_texts("stores")
    wanted = [one["store_id"] for one in _find(visit, product, partner) if str(one["store_id"]) in chosen]
    if not wanted:
        form.blame("stores", say("Tick the stores that offer it."))
    if form.ok:
        with visit.attempt(form, stores="catalogue.listing_overlaps", first="input.bad"):
            for store_id in dict.fromkeys(wanted):
                list_product(visit.db, by=visit.actor, product=product, store_id=store_id, first=form["first"])
    if not form.ok or partner is None:
        code_asked = partner.code if partner else ""
        return _listings_page(visit, code, partner_code=code_asked, chosen=chosen, status=422, add=form)
    said = say("Stores of {partner} that offer it now: {count}.", partner=partner.name, count=len(set(wanted)))
    return visit.go(f"{find_path(code)}#stores", said)


@router.post("/products/{code}/listings/end")
def do_end_listings(visit: Visiting, code: str) -> Response:
    """Set the last day on which the ticked stores of a partner offer a product."""
    product, partner = _get_both(visit, code)
    form, chosen = read_form(END, visit.texts), visit.all_texts("listings")
    wanted = [one["listing_id"] for one in _find(visit, product, partner) if str(one["listing_id"]) in chosen]
    if not wanted:
        form.blame("listings", say("Tick the stores that end it."))
    if form.ok:
        with visit.attempt(form, listings="catalogue.listing_overlaps", last="input.bad"):
            for listing_id in wanted:
                end_listing(visit.db, by=visit.actor, listing_id=listing_id, last=form["last"])
    if not form.ok or partner is None:
        code_asked = partner.code if partner else ""
        return _listings_page(visit, code, partner_code=code_asked, chosen=chosen, status=422, end=form)
    said = say("Stores of {partner} that end it: {count}.", partner=partner.name, count=len(wanted))
    return visit.go(f"{find_path(code)}#stores", said)


def _get_both(visit: Visit, code: str) -> tuple[Product, Partner | None]:
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.MANAGE_LISTINGS)
    return product, _choose(partners, visit.texts.get("partner", ""))


def _find(visit: Visit, product: Product, partner: Partner | None) -> Sequence[RowMapping]:
    if partner is None:
        return ()
    return find_places(visit.db, product_id=product.id, partner_id=partner.id, on=clock.today(visit.zone))
