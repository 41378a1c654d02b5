"""Products: the list, adding one, one of them, and what its page takes: its class, its prices and codes at tills."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from compliance.facts import GoodsClass
from compliance.standing import Standing
from consign import clock
from consign.catalogue.actions import add_product, add_product_alias, set_class, set_price
from consign.catalogue.lists import find_free_code, find_product_page, get_product_seen
from consign.models.partners import Producer
from consign.partners.producer_lists import get_own_producer, get_producer_called
from consign.partners.queries import get_partner
from consign.sales.placing import reread_parked
from consign.sentence import Code, say
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_form
from consign.web.lookup import look_up, make_producer_field
from consign.web.product_fields import CODE, CONTENT, FIRST_PRICE, MORE, NAME, UNIT, is_more_open, read_details
from consign.web.product_page import PRICE, find_path, make_alias_fields, show_product_page
from consign.web.product_papers import CLASS, find_papers_link, make_group_field
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
STANDINGS = (
    *choices_of("standing", Standing, word),
    Choice("none", say("not judged yet")),
)


@router.get("/products")
def show_products(visit: Visiting) -> Response:
    """Show the products this person may see, with today's price."""
    on = clock.today(visit.zone)
    own = visit.actor.producer_id is not None
    link = "/producers/{producer_code}" if visit.may("GET /producers") else None
    lacks = (
        Choice("price", say("a price today")),
        Choice("barcode", say("a barcode in use")),
        Choice("class", say("the class of goods")),
        Choice("photo", say("a photo")),
    )
    return list_page(
        visit,
        "list.html",
        name="products",
        steady=True,
        caption=say("Products"),
        columns=(
            Column("code", say("Code"), link="/products/{code}"),
            Column("name", say("Name")),
            *(() if own else (Column("producer", say("Producer"), link=link),)),
            Column("content", say("Content"), sort=False),
            Column("standing", say("Papers"), kind="badge", words="standing", link=find_papers_link(visit)),
            Column("price_rp", say("Price today"), kind="money"),
            Column("number", say("Barcode"), sort=False),
            Column("aliases", say("Codes at tills"), kind="count"),
        ),
        fetch=lambda wish: find_product_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say("There is no product yet. Add the first one: sales find their producer by it.")
        if visit.may("GET /products/new")
        else say("There is no product yet. Producers add their own; sales find their producer by it."),
        default_sort="code",
        filters=(
            *(() if own else (Filter("producer", say("Producer's code"), kind="text"),)),
            Filter("standing", say("Papers"), STANDINGS),
            Filter("lacks", say("Lacks"), lacks),
        ),
        search=say("Search: code, name, producer or barcode"),
        lead=say("What is sold, at which price, and how tills call it."),
        acts=[
            (path, label)
            for path, label in (
                ("/products/new", say("Add a product")),
                ("/products/import", say("Hand in a list")),
            )
            if visit.may(f"GET {path}")
        ],
    )


@router.get("/products/new")
def show_new_product(visit: Visiting) -> Response:
    """Show the form to add a product."""
    form = new_form(_new_fields(visit), producer=visit.asked.get("producer", ""), net_unit="g")
    return _new_product_page(visit, form)


def _new_fields(visit: Visit) -> Sequence[Field]:
    """Return the form's fields; a producer adds its own products, and their codes are given by the region."""
    fields = (NAME, CONTENT, UNIT, FIRST_PRICE, replace(CLASS, required=False), make_group_field(), *MORE)
    if visit.actor.producer_id is not None:
        return fields
    return (make_producer_field(visit.db), *fields, CODE)


def _new_product_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "product_form.html",
        status=status,
        form=form,
        more=[one.name for one in MORE],
        is_open=is_more_open(form),
        title=say("Add a product"),
        lead=say("One for each flavour, size and packaging."),
        action="/products/new",
        button=say("Add product"),
        back="/products",
        back_to=say("Products"),
    )


@router.post("/products/new")
def do_add_product(visit: Visiting) -> Response:
    """Add a product, with its first price where one is given."""
    form = read_form(_new_fields(visit), visit.texts)
    if visit.actor.producer_id is not None:
        producer: Producer | None = get_own_producer(visit.db, by=visit.actor)
    else:
        producer = look_up(form, "producer", lambda given: get_producer_called(visit.db, given))
    code = ""
    if form.ok and producer is not None:
        with visit.attempt(
            form, code="catalogue.code_taken", food_group="catalogue.class_impossible", sold_until="input.bad"
        ):
            code = _add_product(visit, form, producer)
    if not form.ok or not code:
        return _new_product_page(visit, form, status=422)
    return visit.go(find_path(code), say("{name} was added.", name=form["name"]))


def _add_product(visit: Visit, form: Form, producer: Producer) -> str:
    product = add_product(
        visit.db,
        by=visit.actor,
        producer_id=producer.id,
        code=form.values.get("code") or find_free_code(visit.db, producer),
        name=form["name"],
        net_content=form["net_content"],
        net_unit=form["net_unit"],
        goods_class=form["goods_class"],
        food_group=form["food_group"],
        details=read_details(form),
    )
    if form["price"] is not None:
        today = clock.today(visit.zone)
        set_price(visit.db, by=visit.actor, product=product, price_rp=form["price"], from_on=today)
    return product.code


@router.get("/products/{code}")
def show_product(visit: Visiting, code: str) -> Response:
    """Show one product."""
    return show_product_page(visit, code)


@router.post("/products/{code}/class")
def do_set_class(visit: Visiting, code: str) -> Response:
    """Say what sort of goods a product is; its papers are judged by that from now on."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = read_form((CLASS, make_group_field()), visit.texts)
    if form.ok:
        # A group that was suggested is of no matter for goods that have none.
        group = form["food_group"] if form["goods_class"] == GoodsClass.DRY_FOOD else None
        with visit.attempt(form, food_group="catalogue.class_impossible"):
            set_class(visit.db, by=visit.actor, product=product, goods_class=form["goods_class"], food_group=group)
    if not form.ok:
        return show_product_page(visit, code, status=422, **{"class": form})
    return visit.go(
        find_path(code),
        say(
            "{product} is now: {goods_class}.",
            product=product.name,
            goods_class=Code("goods_class", form["goods_class"]),
        ),
    )


@router.post("/products/{code}/price")
def do_set_price(visit: Visiting, code: str) -> Response:
    """Set a product's price from a day on; lines that wait for a price are placed."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = read_form(PRICE, visit.texts)
    if form.ok:
        with visit.attempt(form, price_from="catalogue.price_overlaps"):
            set_price(visit.db, by=visit.actor, product=product, price_rp=form["price"], from_on=form["price_from"])
            reread_parked(visit.db, by=visit.actor)
    if not form.ok:
        return show_product_page(visit, code, status=422, price=form)
    return visit.go(find_path(code), say("The new price holds from {day} on.", day=form["price_from"]))


@router.post("/products/{code}/alias")
def do_add_alias(visit: Visiting, code: str) -> Response:
    """Say how a partner's tills call a product; lines that wait for it are placed."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = read_form(make_alias_fields(visit), visit.texts)
    if form.ok:
        partner = get_partner(visit.db, form["partner"])
        with visit.attempt(form, alias=("input.bad", "catalogue.code_taken")):
            add_product_alias(visit.db, by=visit.actor, partner_id=partner.id, product=product, alias=form["alias"])
            reread_parked(visit.db, by=visit.actor, partner_id=partner.id)
    if not form.ok:
        return show_product_page(visit, code, status=422, alias=form)
    return visit.go(find_path(code), say("“{alias}” now means {product}.", alias=form["alias"], product=product.name))
