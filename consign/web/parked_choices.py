"""What a person chooses from: the products that a code may mean, the stores that a name may mean, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from consign.catalogue.search import find_like, search_products
from consign.partners.queries import find_stores
from consign.sales.suggesting import Shelf, Suggestion
from consign.sales.suggestions import load_shelf
from consign.sales.waiting_lists import Group, GroupSums, suggest_for
from consign.sentence import Sentence, say, say_all
from consign.web.forms import Choice, Field, Form, new_form
from consign.web.visit import Visit

MOST_FOUND, MOST_ALIKE, MOST_EXPLAINED = 20, 8, 2


def find_shelf(visit: Visit) -> Shelf:
    """Return the products that codes may mean, read once until somebody does something."""
    return visit.remember("products that codes may mean", lambda: load_shelf(visit.db), for_all=True)


def ask_store(visit: Visit, group: Group, sums: GroupSums) -> Form:
    """Return the question which store a name means, with what it surely means filled in."""
    ranked = suggest_for(visit.db, group, sums)
    return new_form(store_fields(visit, group, ranked), store=_sure_code(ranked))


def _sure_code(ranked: Sequence[Suggestion]) -> str | None:
    return ranked[0].code if ranked and ranked[0].is_sure else None


def ask_product(visit: Visit, group: Group, sums: GroupSums) -> Form:
    """Return the question which product a code means: what was searched for, else what it may be."""
    wanted = visit.asked.get("q", "").strip()
    if wanted:
        found = search_products(visit.db, by=visit.actor, wanted=wanted, limit=MOST_FOUND)
        return new_form(_product_fields(found))
    ranked = suggest_for(visit.db, group, sums, shelf=find_shelf(visit))
    if ranked:
        choices = [Choice(one.code, f"{one.label} ({one.code})", _tell_why(one)) for one in ranked]
        return new_form((Field("product", say("Product"), kind="radio", choices=choices),), product=_sure_code(ranked))
    alike = find_like(visit.db, by=visit.actor, name=sums.name or "", limit=MOST_ALIKE)
    return new_form(_product_fields(alike))


def _tell_why(one: Suggestion) -> Sentence:
    return say("{score} of 100. {why}", score=one.score, why=say_all(one.reasons))


def _product_fields(found: Sequence[Mapping[Any, Any]]) -> tuple[Field, ...]:
    choices = [
        Choice(
            one["code"], f"{one['name']} {one['net_content']} {one['net_unit']}", f"{one['producer']} · {one['code']}"
        )
        for one in found
    ]
    return (Field("product", say("Product"), kind="radio", choices=choices),)


def store_fields(visit: Visit, group: Group, ranked: Sequence[Suggestion]) -> tuple[Field, ...]:
    """Return the field for the store that a name means: the likeliest first, and why they are."""
    stores = find_stores(visit.db, partner_id=group.partner.id)
    places = {one.code: place for place, one in enumerate(ranked)}
    ordered = sorted(stores, key=lambda one: (places.get(one.code, len(places)), one.code))
    choices = [Choice(one.code, f"{one.name} ({one.code})") for one in ordered]
    why = [say("{store}: {why}", store=one.label, why=_tell_why(one)) for one in ranked[:MOST_EXPLAINED]]
    hint = say_all(why) if why else None
    return (Field("store", say("Store"), kind="select", choices=choices, hint=hint),)
