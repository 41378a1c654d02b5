"""The page of one product: what it is, whether it may be delivered, its numbers, prices, stores and codes at tills."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import Response
from sqlalchemy import RowMapping

from compliance.food_groups import find_group, suggest_group
from consign import clock
from consign.catalogue.changing import MOST_PHOTO_BYTES
from consign.catalogue.listings import find_listings
from consign.catalogue.lists import find_aliases, find_barcodes, find_prices, get_product_facts
from consign.catalogue.numbers import as_same_length
from consign.catalogue.register import get_register_terms
from consign.identity.rules import Act
from consign.partners.lists import find_partners_seen
from consign.sentence import say
from consign.web.access import ACCESS
from consign.web.aliases import alias_address
from consign.web.bars import draw_bars
from consign.web.columns import Column
from consign.web.forms import Choice, Field, Form, new_form, read_day
from consign.web.product_fields import read_price
from consign.web.product_papers import (
    CLASS,
    find_papers_path,
    make_group_field,
    show_eligibility,
    suggest_other_group,
)
from consign.web.step_plot import Step, plot_steps
from consign.web.visit import Visit

LABELS = "GET /labels/new"
MOST_LISTINGS = 60
"""Stores that the page shows; whoever lists products sees all of them, partner by partner."""
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
RETIRE = (
    Field("number", say("Number"), kind="hidden", longest=20),
    Field(
        "reason",
        say("Why is it taken out of use?"),
        longest=200,
        hint=say("Packs that bear it still find this product at tills. It is never given again."),
    ),
)
PHOTO = Field("photo", say("Photo of the product"), kind="file")
ALIAS_CODE = Field(
    "alias",
    say("Code at the partner's till"),
    longest=100,
    hint=say("To the letter. Lines that wait for this code are then posted by themselves."),
)
COLUMNS = {
    "prices": (
        Column("first", say("From"), kind="day"),
        Column("last", say("Until"), kind="day"),
        Column("price_rp", say("Price"), kind="money"),
    ),
    "barcodes": (
        Column("number", say("Number")),
        Column("kind", say("Kind"), kind="word", words="number_kind"),
        Column("state", say("State"), kind="badge", words="number_state"),
        Column("first", say("Printed from"), kind="day"),
        Column("last", say("Printed until"), kind="day"),
        Column("reason", say("Reason")),
    ),
    "listings": (
        Column("store", say("Store"), link="/stores/{store_id}"),
        Column("partner", say("Partner")),
        Column("state", say("State"), kind="badge", words="listing_state"),
        Column("first", say("From"), kind="day"),
        Column("last", say("Until"), kind="day"),
    ),
    "aliases": (Column("alias", say("Code"), link="{path}"), Column("partner", say("Partner"))),
}


def find_path(code: str) -> str:
    """Return the address of a product's page."""
    return f"/products/{quote(code, safe='')}"


def make_alias_fields(visit: Visit) -> Sequence[Field]:
    """Return the fields that say how a partner's tills call a product."""
    partners = find_partners_seen(visit.db, by=visit.actor, act=Act.MANAGE_CODES)
    choices = [Choice(one.code, one.name) for one in partners]
    return (Field("partner", say("Partner"), kind="select", choices=choices), ALIAS_CODE)


def show_product_page(visit: Visit, code: str, *, status: int = 200, **typed: Form) -> Response:
    """Answer with the product's page; *typed* are forms that could not be taken, by name.

    The one called `refused` has no fields of its own on the page: its problems stand at the top.
    """
    today = clock.today(visit.zone)
    product = get_product_facts(visit.db, by=visit.actor, code=code, on=today)
    prices = find_prices(visit.db, product["id"])
    barcodes = find_barcodes(visit.db, product["id"], on=today)
    listings = find_listings(visit.db, product_id=product["id"], on=today, most=MOST_LISTINGS)
    current = next((one for one in barcodes if one["state"] == "in_use"), None)
    steps = [Step(one["first"], one["price_rp"]) for one in reversed(prices)]
    return visit.page(
        "product.html",
        status=status,
        product=product,
        forms={**_make_forms(visit, product, barcodes, today=today), **typed},
        problems=next(iter(typed.values()), None),
        group=find_group(product["food_group"] or ""),
        suggested=suggest_other_group(product),
        eligibility=show_eligibility(visit, product, on=today),
        papers=find_papers_path(visit, product),
        prices=prices,
        plot=plot_steps(steps, today=today, caption=say("Consumer price over time"), language=visit.language),
        barcodes=barcodes,
        current=current,
        bars=draw_bars(current["number"]) if current else "",
        number_way=_find_number_way(visit, barcodes),
        links=_find_links(visit, product, barcodes),
        listings=listings,
        aliases=_show_aliases(visit, product["id"]),
        columns=_find_columns(visit, barcodes),
        most_bytes=MOST_PHOTO_BYTES,
        today_iso=today.isoformat(),
    )


def _show_aliases(visit: Visit, product_id: int) -> list[dict[str, Any]]:
    """Return the codes that partners use for a product, each with its page for those who may see it."""
    seen = visit.may("GET /aliases") and visit.actor.partner_id is None
    return [
        {**row, "path": alias_address("product", row["partner_code"], row["alias"]) if seen else ""}
        for row in find_aliases(visit.db, product_id)
    ]


def _make_forms(visit: Visit, product: RowMapping, barcodes: Sequence[RowMapping], *, today: date) -> dict[str, Form]:
    """Return the forms that this person may fill in, by name."""
    forms: dict[str, Form] = {}
    if visit.may("POST /products/{code}/class"):
        group = product["food_group"] or suggest_group(product["name"])
        forms["class"] = new_form((CLASS, make_group_field()), goods_class=product["goods_class"], food_group=group)
    if visit.may("POST /products/{code}/price"):
        forms["price"] = new_form(PRICE, price_from=today)
    if visit.may("POST /products/{code}/photo"):
        forms["photo"] = new_form((PHOTO,))
    if visit.may("POST /products/{code}/barcode"):
        forms["barcode"] = new_form(GTIN, gtin_from=today)
    standing = next((one["number"] for one in barcodes if one["last"] is None), None)
    if standing is not None and visit.may("POST /products/{code}/retire"):
        forms["retire"] = new_form(RETIRE, number=standing)
    if visit.may("POST /products/{code}/alias"):
        forms["alias"] = new_form(make_alias_fields(visit))
    return forms


def _find_number_way(visit: Visit, barcodes: Sequence[RowMapping]) -> str:
    """Return how the person gets a number of the city for it: `get`, or `settings` where the register is to be set up.

    Blank where she may not, or it has one that is printed on.
    """
    if not visit.may("POST /products/{code}/number") or any(one["last"] is None for one in barcodes):
        return ""
    if visit.may("GET /numbers/settings") and get_register_terms(visit.db).prefix is None:
        return "settings"
    return "get"


def _find_links(visit: Visit, product: RowMapping, barcodes: Sequence[RowMapping]) -> Mapping[str, str]:
    """Return where the product's page leads: `labels`, `public` and `digital_link`, each blank where it leads nowhere."""
    number = product["number"] or ""
    kind = next((one["kind"] for one in barcodes if one["number"] == number), "")
    may_print = LABELS in ACCESS and visit.may(LABELS)
    is_public = bool(number) and product["is_public"]
    return {
        "labels": f"/labels/new?product={quote(product['code'], safe='')}" if may_print and number else "",
        "public": f"/p/{number}" if is_public else "",
        "digital_link": f"/01/{as_same_length(number)}" if is_public and kind == "gtin" else "",
    }


def _find_columns(visit: Visit, barcodes: Sequence[RowMapping]) -> Mapping[str, Any]:
    """Return the columns of the page's tables: none for reasons where there is none, and links for those who may follow."""
    columns: dict[str, Any] = dict(COLUMNS)
    if not any(one["reason"] for one in barcodes):
        columns["barcodes"] = [one for one in COLUMNS["barcodes"] if one.key != "reason"]
    if not visit.may("GET /stores/{store_id}"):
        columns["listings"] = [replace(one, link=None) for one in COLUMNS["listings"]]
    return columns
