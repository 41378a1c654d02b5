"""The numbers under a product's barcode: one of the city, the producer's own GTIN, and taking one out of use."""

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.actions import add_gtin
from consign.catalogue.lists import find_barcodes, get_product_seen
from consign.catalogue.register import issue_number, retire_number
from consign.catalogue.rules import NumberMissing
from consign.sales.placing import reread_parked
from consign.sentence import say
from consign.web.forms import new_form, read_form
from consign.web.product_page import GTIN, RETIRE, find_path, show_product_page
from consign.web.visit import PageRoute, Visiting

router = APIRouter(route_class=PageRoute)


@router.post("/products/{code}/number")
def do_issue_number(visit: Visiting, code: str) -> Response:
    """Give a product the next number of the city register."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form, number = new_form(()), ""
    with visit.attempt(form):
        number = issue_number(visit.db, by=visit.actor, product=product, on=clock.today(visit.zone))
    if not form.ok:
        return show_product_page(visit, code, status=422, refused=form)
    said = say("{product} now has the number {number}. Print its labels next.", product=product.name, number=number)
    return visit.go(f"{find_path(code)}#numbers", said)


@router.post("/products/{code}/barcode")
def do_add_barcode(visit: Visiting, code: str) -> Response:
    """Give a product a GTIN; lines that wait for it are placed."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = read_form(GTIN, visit.texts)
    if form.ok:
        with visit.attempt(form, gtin=("catalogue.gtin_invalid", "catalogue.barcode_taken")):
            add_gtin(visit.db, by=visit.actor, product=product, gtin=form["gtin"], from_on=form["gtin_from"])
            reread_parked(visit.db, by=visit.actor)
    if not form.ok:
        return show_product_page(visit, code, status=422, barcode=form)
    return visit.go(f"{find_path(code)}#numbers", say("The barcode was added."))


@router.post("/products/{code}/retire")
def do_retire_number(visit: Visiting, code: str) -> Response:
    """Take a number of a product out of use."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    today = clock.today(visit.zone)
    form = read_form(RETIRE, visit.texts)
    if form.ok:
        number = form["number"]
        with visit.attempt(form, reason="input.bad"):
            if number not in {one["number"] for one in find_barcodes(visit.db, product.id, on=today)}:
                raise NumberMissing(say("There is no number {number}; nothing was changed.", number=number))
            retire_number(visit.db, by=visit.actor, number=number, reason=form["reason"], on=today)
    if not form.ok:
        return show_product_page(visit, code, status=422, retire=form)
    said = say("{number} is out of use. It goes on finding {product}.", number=form["number"], product=product.name)
    return visit.go(f"{find_path(code)}#numbers", said)
