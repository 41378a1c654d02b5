"""Products: the list, one of them with its papers, prices, barcodes and tills' codes, and adding each of these."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Response

from compliance.facts import GoodsClass
from compliance.food_groups import find_group, suggest_group
from compliance.standing import Standing
from consign import clock
from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_class, set_price
from consign.catalogue.lists import (
    find_aliases,
    find_barcodes,
    find_free_code,
    find_prices,
    find_product_page,
    get_product_facts,
    get_product_seen,
)
from consign.catalogue.rules import NET_UNITS
from consign.errors import BadInput
from consign.identity.rules import Act, tidy_name
from consign.models.partners import Producer
from consign.partners.lists import find_partners_seen
from consign.partners.producer_lists import find_producers_named, get_own_producer, get_producer_called
from consign.partners.queries import get_partner
from consign.sales.actions import reread_parked
from consign.sentence import Code, say
from consign.web.columns import Column
from consign.web.forms import (
    Choice,
    Field,
    Form,
    choices_of,
    new_form,
    read_day,
    read_form,
    read_rupiah,
    read_whole,
)
from consign.web.lookup import look_up, read_new_code
from consign.web.product_papers import (
    CLASS,
    find_papers_link,
    find_papers_path,
    make_group_field,
    show_eligibility,
    suggest_other_group,
)
from consign.web.tables import Filter, list_page
from consign.web.visit import PageRoute, Visit, Visiting
from consign.web.words import word

router = APIRouter(route_class=PageRoute)
SUGGESTED_AT_MOST = 200


def read_price(text: str) -> int:
    """Read a price in whole rupiah.

    Raises:
        BadInput: it is none, or not above zero.

    """
    return _refuse_zero(read_rupiah(text), text)


def read_content(text: str) -> int:
    """Read how much a pack holds, a whole number.

    Raises:
        BadInput: it is none, or not above zero.

    """
    return _refuse_zero(read_whole(text), text)


def _refuse_zero(number: int, text: str) -> int:
    if number == 0:
        raise BadInput(say("“{text}” is not above zero.", text=text))
    return number


CODE = Field(
    "code",
    say("Code"),
    read=read_new_code,
    required=False,
    longest=20,
    hint=say("Blank: the next free one. It is no barcode, and never changes."),
)
NAME = Field("name", say("Name"), read=tidy_name, longest=120, hint=say("With flavour and size, as on the label."))
CONTENT = Field("net_content", say("Content of one pack"), read=read_content, kind="number", longest=7)
UNIT = Field("net_unit", say("Unit"), kind="select", choices=choices_of("net_unit", NET_UNITS, word))
FIRST_PRICE = Field(
    "price",
    say("Consumer price in rupiah"),
    read=read_price,
    required=False,
    inputmode="numeric",
    longest=20,
    hint=say("What a customer pays, such as 15.000. It can be set later."),
)
PRICE = (
    Field("price", say("New consumer price in rupiah"), read=read_price, inputmode="numeric", longest=20),
    Field(
        "price_from",
        say("From"),
        read=read_day,
        kind="date",
        hint=say("The price before holds until the day before."),
    ),
)
GTIN = (
    Field(
        "gtin",
        say("Barcode number (GTIN)"),
        inputmode="numeric",
        longest=30,
        scan=True,
        hint=say("All digits below the bars. It names this product for ever."),
    ),
    Field("gtin_from", say("Printed from"), read=read_day, kind="date"),
)
STANDINGS = (
    *choices_of("standing", Standing, word),
    Choice("none", say("not judged yet")),
)
ALIAS_CODE = Field(
    "alias",
    say("Code at the partner's till"),
    longest=100,
    hint=say("To the letter. Lines that wait for this code are then posted by themselves."),
)


@router.get("/products")
def show_products(visit: Visiting) -> Response:
    """Show the products this person may see, with today's price."""
    on = clock.today(visit.zone)
    own = visit.actor.producer_id is not None
    link = "/producers/{producer_code}" if visit.may("GET /producers") else None
    lacks = (
        Choice("price", say("a price today")),
        Choice("barcode", say("a barcode")),
        Choice("class", say("the class of goods")),
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
            Column("barcodes", say("Barcodes"), kind="count"),
            Column("aliases", say("Codes at tills"), kind="count"),
        ),
        fetch=lambda wish: find_product_page(visit.db, by=visit.actor, on=on, wish=wish),
        empty=say("There is no product yet. Add the first one: sales find their producer by it."),
        default_sort="code",
        filters=(
            *(() if own else (Filter("producer", say("Producer's code"), kind="text"),)),
            Filter("standing", say("Papers"), STANDINGS),
            Filter("lacks", say("Lacks"), lacks),
        ),
        search=say("Search: code, name, producer or barcode"),
        lead=say("What is sold, at which price, and how tills call it."),
        acts=[("/products/new", say("Add a product"))] if visit.may("GET /products/new") else [],
    )


@router.get("/products/new")
def show_new_product(visit: Visiting) -> Response:
    """Show the form to add a product."""
    form = new_form(_new_fields(visit), producer=visit.asked.get("producer", ""), net_unit="g")
    return _new_product_page(visit, form)


def _new_fields(visit: Visit) -> Sequence[Field]:
    """Return the form's fields; a producer adds its own products, and their codes are given by the region."""
    fields = (NAME, CONTENT, UNIT, FIRST_PRICE, replace(CLASS, required=False), make_group_field())
    if visit.actor.producer_id is not None:
        return fields
    named = find_producers_named(visit.db, most=SUGGESTED_AT_MOST)
    whose = Field(
        "producer",
        say("Producer"),
        suggest=True,
        longest=120,
        choices=[Choice(code, name) for code, name in named],
        hint=say("Its code, or part of its name that no other has."),
    )
    return (whose, *fields, CODE)


def _new_product_page(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "form.html",
        status=status,
        form=form,
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
        with visit.attempt(form, code="catalogue.code_taken", food_group="catalogue.class_impossible"):
            code = _add_product(visit, form, producer)
    if not form.ok or not code:
        return _new_product_page(visit, form, status=422)
    return visit.go(f"/products/{quote(code)}", say("{name} was added.", name=form["name"]))


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
    )
    if form["price"] is not None:
        today = clock.today(visit.zone)
        set_price(visit.db, by=visit.actor, product=product, price_rp=form["price"], from_on=today)
    return product.code


@router.get("/products/{code}")
def show_product(visit: Visiting, code: str) -> Response:
    """Show one product with its prices, barcodes and codes at tills."""
    return _product_page(visit, code)


def _alias_fields(visit: Visit) -> Sequence[Field]:
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.MANAGE_CODES)
    choices = [Choice(one.code, one.name) for one in partners]
    return (Field("partner", say("Partner"), kind="select", choices=choices), ALIAS_CODE)


def _product_page(visit: Visit, code: str, *, status: int = 200, **typed: Form) -> Response:
    """Answer with the product's page; *typed* are forms that could not be taken, by name."""
    today = clock.today(visit.zone)
    product = get_product_facts(visit.db, by=visit.actor, code=code, on=today)
    forms: dict[str, Form] = {}
    if visit.may("POST /products/{code}/class"):
        group = product["food_group"] or suggest_group(product["name"])
        forms["class"] = new_form((CLASS, make_group_field()), goods_class=product["goods_class"], food_group=group)
    if visit.may("POST /products/{code}/price"):
        forms["price"] = new_form(PRICE, price_from=today)
    if visit.may("POST /products/{code}/barcode"):
        forms["barcode"] = new_form(GTIN, gtin_from=today)
    if visit.may("POST /products/{code}/alias"):
        forms["alias"] = new_form(_alias_fields(visit))
    return visit.page(
        "product.html",
        status=status,
        product=product,
        forms={**forms, **typed},
        problems=next(iter(typed.values()), None),
        group=find_group(product["food_group"] or ""),
        suggested=suggest_other_group(product),
        eligibility=show_eligibility(visit, product, on=today),
        papers=find_papers_path(visit, product),
        prices=find_prices(visit.db, product["id"]),
        barcodes=find_barcodes(visit.db, product["id"]),
        aliases=find_aliases(visit.db, product["id"]),
        columns=COLUMNS,
    )


COLUMNS = {
    "prices": (
        Column("price_rp", say("Price"), kind="money"),
        Column("first", say("From"), kind="day"),
        Column("last", say("Until"), kind="day"),
    ),
    "barcodes": (
        Column("number", say("Number")),
        Column("first", say("Printed from"), kind="day"),
        Column("last", say("Printed until"), kind="day"),
    ),
    "aliases": (Column("alias", say("Code")), Column("partner", say("Partner"))),
}


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
        return _product_page(visit, code, status=422, **{"class": form})
    return visit.go(
        f"/products/{quote(code)}",
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
        return _product_page(visit, code, status=422, price=form)
    return visit.go(f"/products/{quote(code)}", say("The new price holds from {day} on.", day=form["price_from"]))


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
        return _product_page(visit, code, status=422, barcode=form)
    return visit.go(f"/products/{quote(code)}", say("The barcode was added."))


@router.post("/products/{code}/alias")
def do_add_alias(visit: Visiting, code: str) -> Response:
    """Say how a partner's tills call a product; lines that wait for it are placed."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = read_form(_alias_fields(visit), visit.texts)
    if form.ok:
        partner = get_partner(visit.db, form["partner"])
        with visit.attempt(form, alias=("input.bad", "catalogue.code_taken")):
            add_product_alias(visit.db, by=visit.actor, partner_id=partner.id, product=product, alias=form["alias"])
            reread_parked(visit.db, by=visit.actor, partner_id=partner.id)
    if not form.ok:
        return _product_page(visit, code, status=422, alias=form)
    return visit.go(
        f"/products/{quote(code)}", say("“{alias}” now means {product}.", alias=form["alias"], product=product.name)
    )
