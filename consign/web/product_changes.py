"""Changing what is known of a product, and the product that takes its place where the change makes other goods of it."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from consign import clock
from consign.catalogue.actions import set_price
from consign.catalogue.changes import Reason, find_reasons
from consign.catalogue.changing import change_product, find_facts, succeed_product
from consign.catalogue.lists import find_free_code, get_product_seen
from consign.catalogue.register import issue_number
from consign.catalogue.rules import NewNumberNeeded
from consign.models.catalogue import Product
from consign.models.partners import Producer
from consign.sentence import Sentence, say, say_all
from consign.web.forms import Field, Form, new_form, read_day, read_form
from consign.web.product_fields import (
    CODE,
    FACTS,
    FIRST_PRICE,
    MORE,
    REASON_HINTS,
    SAME_GOODS,
    is_more_open,
    make_reason_field,
    read_facts,
    show_facts,
)
from consign.web.product_page import find_path
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)
EDIT = (*FACTS, SAME_GOODS)
BEGIN = "begin"
"""Stands in a form that only leads on to the form about a new product, with what was typed so far."""
LAST = Field(
    "last",
    say("Offer the old one until"),
    read=read_day,
    kind="date",
    required=False,
    hint=say("Blank: both are offered, such as two sizes."),
)
NUMBER = Field(
    "number",
    say("Give it a number of the city register at once"),
    kind="checkbox",
    required=False,
    hint=say("As soon as its papers allow to deliver it. It can be done later on its page."),
)


@router.get("/products/{code}/edit")
def show_edit(visit: Visiting, code: str) -> Response:
    """Show the form to change what is known of a product."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    return _edit_page(visit, product, new_form(EDIT, **show_facts(find_facts(product))))


def _edit_page(
    visit: Visit, product: Product, form: Form, *, reasons: Sequence[str] = (), status: int = 200
) -> Response:
    return visit.page(
        "product_edit.html",
        status=status,
        form=form,
        product=product,
        path=find_path(product.code),
        more=[one.name for one in MORE],
        is_open=is_more_open(form),
        reasons=[(one, REASON_HINTS[Reason(one)]) for one in reasons],
    )


@router.post("/products/{code}/edit")
def do_edit(visit: Visiting, code: str) -> Response:
    """Change what is known of a product; what would make other goods of it leads to a new product."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form, changed = read_form(EDIT, visit.texts), False
    reasons: Sequence[str] = ()
    if form.ok:
        with visit.attempt(form, sold_until="input.bad"):
            try:
                changed = change_product(
                    visit.db, by=visit.actor, product=product, facts=read_facts(form), same_goods=form["same_goods"]
                )
            except NewNumberNeeded as needed:
                reasons = needed.reasons
                raise
    if not form.ok:
        return _edit_page(visit, product, form, reasons=reasons, status=422)
    said = say("The change was saved.") if changed else say("Nothing was different, so nothing was changed.")
    return visit.go(find_path(code), said)


@router.get("/products/{code}/successor")
def show_successor(visit: Visiting, code: str) -> Response:
    """Show the form to add the product that takes the place of another."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    form = new_form(_find_fields(visit), **show_facts(find_facts(product)), number="yes")
    return _successor_page(visit, product, form)


def _find_fields(visit: Visit) -> Sequence[Field]:
    """Return what is asked about a new product; a number is offered to those who may get one, a code to the dinas."""
    number = (NUMBER,) if visit.may("POST /products/{code}/number") else ()
    own = visit.actor.producer_id is not None
    return (make_reason_field(), *FACTS, FIRST_PRICE, LAST, *number, *(() if own else (CODE,)))


def _successor_page(visit: Visit, product: Product, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "product_successor.html",
        status=status,
        form=form,
        product=product,
        path=find_path(product.code),
        more=[one.name for one in MORE],
        is_open=is_more_open(form),
    )


@router.post("/products/{code}/successor")
def do_succeed(visit: Visiting, code: str) -> Response:
    """Add the product that takes the place of another; it gets a number at once where that was asked and can be."""
    product = get_product_seen(visit.db, by=visit.actor, code=code)
    if visit.texts.get(BEGIN):
        return _successor_page(visit, product, _begin(visit, product))
    form, new = read_form(_find_fields(visit), visit.texts), None
    if form.ok:
        with visit.attempt(form, code="catalogue.code_taken", last="input.bad"):
            new = _succeed(visit, product, form)
    if new is None:
        return _successor_page(visit, product, form, status=422)
    said = say("{name} was added in the place of {old}.", name=new.name, old=product.name)
    return visit.go(find_path(new.code), _try_number(visit, new, said) if form.values.get("number") else said)


def _begin(visit: Visit, product: Product) -> Form:
    """Return the form with what was typed to change the product, and with the reason that this shows, if it shows one."""
    typed = read_form(FACTS, visit.texts)
    reasons = list(find_reasons(find_facts(product), read_facts(typed), same_goods=False)) if typed.ok else []
    texts = {one.name: visit.texts.get(one.name, "") for one in FACTS}
    return new_form(_find_fields(visit), **texts, reason=reasons[0].value if reasons else "", number="yes")


def _succeed(visit: Visit, product: Product, form: Form) -> Product:
    producer = visit.db.get_one(Producer, product.producer_id)
    new = succeed_product(
        visit.db,
        by=visit.actor,
        product=product,
        code=form.values.get("code") or find_free_code(visit.db, producer),
        facts=read_facts(form),
        reason=Reason(form["reason"]),
        last=form["last"],
    )
    if form["price"] is not None:
        today = clock.today(visit.zone)
        set_price(visit.db, by=visit.actor, product=new, price_rp=form["price"], from_on=today)
    return new


def _try_number(visit: Visit, product: Product, said: Sentence) -> Sentence:
    """Give *product* a number where that can be; return *said* with what became of it. A refusal takes nothing else back."""
    number = ""
    numbered = new_form(())
    with visit.attempt(numbered):
        number = issue_number(visit.db, by=visit.actor, product=product, on=clock.today(visit.zone))
    if number:
        return say_all((said, say("Its number is {number}.", number=number)))
    return say_all((said, *numbered.problems.values()))
