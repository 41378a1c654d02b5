"""Saying what codes that lines wait for mean: one by one, or the sure suggestions together."""

import json

from fastapi import APIRouter, Response

from consign.catalogue.actions import add_product_alias
from consign.catalogue.queries import get_product
from consign.errors import BadInput
from consign.partners.actions import add_store_alias
from consign.partners.queries import get_store
from consign.partners.rules import UnknownCode
from consign.sales.placing import reread_parked
from consign.sales.waiting_lists import (
    Group,
    sum_group,
)
from consign.sentence import say
from consign.web.forms import Field, Form, read_form
from consign.web.parked_choices import ask_product, store_fields
from consign.web.parked_fix import fix_page
from consign.web.parked_groups import address_of, read_group
from consign.web.visit import PageRoute, Visit, Visiting

router = APIRouter(route_class=PageRoute)

MOST_TAKEN = 100


@router.post("/parked/accept")
def accept(visit: Visiting) -> Response:
    """Take the suggestions that were ticked: each code means from now on what was shown; its lines are placed."""
    taken, refused = 0, []
    ticked = visit.all_texts("take")[:MOST_TAKEN]
    for one in ticked:
        form = Form(())
        with visit.attempt(form):
            _take(visit, _read_taken(one))
            taken += 1
        if not form.ok:
            refused.append(next(iter(form.problems.values())))
    if not ticked:
        return visit.go("/parked", say("No suggestion was ticked; nothing was changed."))
    if refused:
        said = say(
            "Codes taken: {taken}. Not taken: {refused}. {why}", taken=taken, refused=len(refused), why=refused[0]
        )
        return visit.go("/parked", said)
    return visit.go("/parked", say("Codes taken: {taken}. Their lines are placed within a moment.", taken=taken))


def _read_taken(text: str) -> tuple[str, str, str, str]:
    """Read what a ticked box holds: partner, reason, code, and the product or store that it means.

    Raises:
        BadInput: it is none of ours.

    """
    try:
        partner, reason, code, meant = (str(part) for part in json.loads(text))
    except (ValueError, TypeError) as error:
        raise BadInput(say("This is no suggestion of ours; nothing was changed.")) from error
    return partner, reason, code, meant


def _take(visit: Visit, taken: tuple[str, str, str, str]) -> None:
    partner, reason, code, meant = (part.replace("\x00", "") for part in taken)
    group = read_group(visit, {"partner": partner, "reason": reason, "code": code})
    if reason == "store.unknown":
        store = get_store(visit.db, partner_id=group.partner.id, code=meant)
        add_store_alias(visit.db, by=visit.actor, store=store, alias=code)
    elif reason == "product.unknown":
        product = get_product(visit.db, meant)
        add_product_alias(visit.db, by=visit.actor, partner_id=group.partner.id, product=product, alias=code)
    else:
        raise UnknownCode(say("Lines do not wait for this."))
    reread_parked(visit.db, by=visit.actor, partner_id=group.partner.id)


def _read_group_waiting(visit: Visit, reason: str) -> Group:
    """Return the group that was sent, which must wait for just this."""
    group = read_group(visit, visit.texts)
    if group.reason != reason:
        raise UnknownCode(say("Lines do not wait for this."))
    return group


@router.post("/parked/product")
def say_product(visit: Visiting) -> Response:
    """Say which product a partner's code means; its lines are placed by themselves."""
    group = _read_group_waiting(visit, "product.unknown")
    name = ""
    form = read_form((Field("product", say("Product"), kind="radio"),), visit.texts)
    if form.ok:
        with visit.attempt(form, product="catalogue.product_unknown"):
            product = get_product(visit.db, form["product"])
            name = product.name
            add_product_alias(
                visit.db, by=visit.actor, partner_id=group.partner.id, product=product, alias=group.code or ""
            )
            reread_parked(visit.db, by=visit.actor, partner_id=group.partner.id)
    if not form.ok:
        sums = sum_group(visit.db, by=visit.actor, group=group)
        shown = ask_product(visit, group, sums)
        shown.problems, shown.texts = form.problems, {**shown.texts, **form.texts}
        return fix_page(visit, group, status=422, form=shown)
    return visit.go(
        address_of(group), say("“{code}” means {product} from now on.", code=group.code or "", product=name)
    )


@router.post("/parked/store")
def say_store(visit: Visiting) -> Response:
    """Say which store a name in the partner's files means; its lines are placed by themselves."""
    group = _read_group_waiting(visit, "store.unknown")
    name = ""
    form = read_form(store_fields(visit, group, ()), visit.texts)
    if form.ok:
        with visit.attempt(form, store="partners.code_taken"):
            store = get_store(visit.db, partner_id=group.partner.id, code=form["store"])
            name = store.name
            add_store_alias(visit.db, by=visit.actor, store=store, alias=group.code or "")
            reread_parked(visit.db, by=visit.actor, partner_id=group.partner.id)
    if not form.ok:
        return fix_page(visit, group, status=422, form=form)
    return visit.go(address_of(group), say("“{code}” means {store} from now on.", code=group.code or "", store=name))
