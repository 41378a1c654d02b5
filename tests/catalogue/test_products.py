"""Products, prices, barcodes and the codes tills use."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from compliance.facts import Goods, GoodsClass
from consign.catalogue.actions import add_gtin, add_product, add_product_alias, set_class, set_price
from consign.catalogue.goods import find_goods
from consign.catalogue.numbers import GtinInvalid
from consign.catalogue.queries import get_product
from consign.catalogue.rules import (
    BarcodeTaken,
    ClassImpossible,
    PriceOverlaps,
    ProductCodeTaken,
    ProductUnknown,
)
from consign.db import finish
from consign.errors import BadInput, NotAllowed
from consign.identity.rules import Actor, Role
from consign.models.catalogue import Product
from consign.partners.actions import add_partner
from consign.period import Cycle
from tests.builders import KERIPIK, OPENED, SAMBAL, City, gtin
from tests.identity.people import events

MAR, JUN = date(2026, 3, 1), date(2026, 6, 1)


def product(city: City, **changed: Any) -> Product:
    facts = {"producer_id": city.producers[0].id, "code": "PRD-9", "name": "Abon", "net_content": 100, "net_unit": "g"}
    facts |= {"goods_class": None, "food_group": None}
    return add_product(city.session, **{"by": city.admin, **facts, **changed})


def prices(city: City) -> list[tuple[date, date | None, int]]:
    """Return the first product's prices: first day, day after the last, rupiah."""
    query = text("SELECT lower(days), upper(days), price_rp FROM product_price WHERE product_id = :id ORDER BY days")
    return [tuple(row) for row in city.session.execute(query, {"id": city.products[0].id})]


def barcodes(city: City) -> list[tuple[str, date, date | None]]:
    query = text("SELECT number, from_on, until_on FROM barcode WHERE product_id = :id ORDER BY from_on")
    return [tuple(row) for row in city.session.execute(query, {"id": city.products[0].id})]


def test_a_product_is_found_by_its_code(city: City):
    assert get_product(city.session, "PRD-1") is city.products[0]
    with pytest.raises(ProductUnknown):
        get_product(city.session, "prd-1")


def test_a_product_code_is_given_once(city: City):
    with pytest.raises(ProductCodeTaken):
        product(city, code="PRD-1")
    product(city)


@pytest.mark.parametrize(
    "changed",
    [{"code": ""}, {"name": " "}, {"net_content": 0}, {"net_content": -1}, {"net_unit": "kilo"}, {"net_unit": ""}],
)
def test_a_product_that_cannot_be_is_refused_and_said_to_be_that(city: City, changed: dict[str, object]):
    with pytest.raises(BadInput) as refused:
        product(city, **changed)
    assert refused.value.code == "input.bad"


def test_a_producer_adds_products_of_its_own_only(city: City):
    own = Actor(city.admin.user_id, "p1@example", Role.PRODUCER, producer_id=city.producers[0].id)
    product(city, by=own)
    with pytest.raises(NotAllowed):
        product(city, by=own, code="PRD-10", producer_id=city.producers[1].id)


def test_a_price_holds_until_the_day_before_the_next(city: City):
    keripik = city.products[0]
    set_price(city.session, by=city.admin, product=keripik, price_rp=16_000, from_on=JUN)
    assert prices(city) == [(OPENED, JUN, 15_000), (JUN, None, 16_000)]


@pytest.mark.parametrize("from_on", [JUN, MAR, OPENED])
def test_a_price_is_not_put_under_or_before_one_that_stands(city: City, from_on: date):
    keripik = city.products[0]
    set_price(city.session, by=city.admin, product=keripik, price_rp=16_000, from_on=JUN)
    before = prices(city)
    with pytest.raises(PriceOverlaps):
        set_price(city.session, by=city.admin, product=keripik, price_rp=17_000, from_on=from_on)
    assert prices(city) == before


@pytest.mark.parametrize("price_rp", [0, -1])
def test_a_price_is_above_zero(city: City, price_rp: int):
    with pytest.raises(BadInput):
        set_price(city.session, by=city.admin, product=city.products[0], price_rp=price_rp, from_on=JUN)


def test_a_later_number_takes_over_and_the_one_before_stays_for_ever(city: City):
    assert add_gtin(city.session, by=city.admin, product=city.products[0], gtin=gtin(9), from_on=JUN) == gtin(9)
    assert barcodes(city) == [(KERIPIK, OPENED, date(2026, 5, 31)), (gtin(9), JUN, None)]


@pytest.mark.parametrize("number", [KERIPIK, SAMBAL])
def test_a_barcode_is_never_given_again_not_even_to_its_own_product(city: City, number: str):
    add_gtin(city.session, by=city.admin, product=city.products[0], gtin=gtin(9), from_on=JUN)
    before = barcodes(city)
    with pytest.raises(BarcodeTaken):
        add_gtin(city.session, by=city.admin, product=city.products[0], gtin=number, from_on=date(2026, 7, 1))
    assert barcodes(city) == before


@pytest.mark.parametrize(("first", "second"), [("036000291452", "0036000291452"), ("00036000291452", "036000291452")])
def test_the_same_number_with_more_zeros_before_it_is_the_same_number(city: City, first: str, second: str):
    keripik, sambal = city.products
    add_gtin(city.session, by=city.admin, product=keripik, gtin=first, from_on=JUN)
    with pytest.raises(BarcodeTaken):
        add_gtin(city.session, by=city.admin, product=sambal, gtin=second, from_on=JUN)


def test_a_number_that_is_no_gtin_is_not_added(city: City):
    with pytest.raises(GtinInvalid):
        add_gtin(city.session, by=city.admin, product=city.products[0], gtin="8992761002014", from_on=JUN)
    assert len(barcodes(city)) == 1


def test_a_code_of_a_till_is_matched_to_the_letter(city: City):
    keripik, sambal = city.products
    facts = {"by": city.admin, "partner_id": city.partner.id}
    add_product_alias(city.session, product=keripik, alias=" plu1 ", **facts)
    add_product_alias(city.session, product=keripik, alias="plu1", **facts)  # the same again
    add_product_alias(city.session, product=sambal, alias="Plu1", **facts)
    for taken in ("PLU1", "plu1"):
        with pytest.raises(ProductCodeTaken):
            add_product_alias(city.session, product=sambal, alias=taken, **facts)
    with pytest.raises(BadInput):
        add_product_alias(city.session, product=keripik, alias="", **facts)
    rows = city.session.execute(
        text("SELECT alias, product_id FROM product_alias WHERE lower(alias) = 'plu1' ORDER BY alias")
    )
    assert {tuple(row) for row in rows} == {("PLU1", keripik.id), ("plu1", keripik.id), ("Plu1", sambal.id)}


def test_partners_may_use_one_code_for_different_products(city: City):
    other = add_partner(city.session, by=city.admin, code="HB", name="Hotel B", kind="hotel", cycle=Cycle.MONTH)
    add_product_alias(city.session, by=city.admin, partner_id=other.id, product=city.products[1], alias="PLU1")


def test_whose_money_a_code_means_is_not_the_producers_to_say(city: City):
    own = Actor(city.admin.user_id, "p1@example", Role.PRODUCER, producer_id=city.producers[0].id)
    with pytest.raises(NotAllowed):
        add_product_alias(city.session, by=own, partner_id=city.partner.id, product=city.products[0], alias="X")
    with pytest.raises(NotAllowed):
        add_gtin(city.session, by=own, product=city.products[0], gtin=gtin(9), from_on=JUN)


# What sort of goods a product is.


def due(city: City) -> list[int]:
    """Take away and return whose products are to be judged again."""
    finish(city.session)
    return sorted(city.session.scalars(text("DELETE FROM eligibility_due RETURNING producer_id")))


def test_a_products_class_is_said_recorded_and_judged(city: City):
    session, keripik = city.session, city.products[0]
    due(city)
    set_class(session, by=city.admin, product=keripik, goods_class="dry_food", food_group="15")
    assert (keripik.goods_class, keripik.food_group) == ("dry_food", "15")
    assert due(city) == [keripik.producer_id]
    act, subject, by, detail = events(session)[-1]
    assert (act, subject, by) == ("product's class set", f"product:{keripik.id}", city.admin.user_id)
    assert detail == {
        "before": {"goods_class": None, "food_group": None},
        "after": {"goods_class": "dry_food", "food_group": "15"},
    }
    set_class(session, by=city.admin, product=keripik, goods_class="dry_food", food_group="15")  # the same again
    assert due(city) == []
    set_class(session, by=city.admin, product=keripik, goods_class="craft", food_group=None)
    assert (keripik.goods_class, keripik.food_group) == ("craft", None)


@pytest.mark.parametrize(
    ("goods_class", "food_group", "why"),
    [
        ("food", None, "no class of goods"),
        ("", None, "no class of goods"),
        ("dry_food", "16", "from 01 to 15"),
        ("dry_food", "1", "from 01 to 15"),
        ("craft", "01", "Only dry food"),
    ],
)
def test_a_class_that_there_is_not_is_refused(city: City, goods_class: str, food_group: str | None, why: str):
    keripik = city.products[0]
    with pytest.raises(ClassImpossible, match=why):
        set_class(city.session, by=city.admin, product=keripik, goods_class=goods_class, food_group=food_group)
    with pytest.raises(ClassImpossible, match=why):
        product(city, goods_class=goods_class, food_group=food_group)
    assert keripik.goods_class is None


def test_a_group_without_a_class_is_refused(city: City):
    with pytest.raises(ClassImpossible, match="Only dry food"):
        product(city, goods_class=None, food_group="01")


def test_a_producer_says_the_class_of_its_own_products_alone(city: City):
    own = Actor(1, "ratmi@umkm.example", Role.PRODUCER, producer_id=city.producers[0].id)
    with pytest.raises(NotAllowed):
        set_class(city.session, by=own, product=city.products[1], goods_class="craft", food_group=None)
    with pytest.raises(NotAllowed):
        set_class(city.session, by=city.auditor, product=city.products[0], goods_class="craft", food_group=None)


def test_goods_are_what_papers_are_judged_for(city: City):
    madu = product(city, name="Madu", net_unit="ml", goods_class="dry_food", food_group="09")
    kopi = product(city, code="PRD-8", name="Kopi Botol", net_unit="l", goods_class="ready_to_eat")
    goods = find_goods(city.session, producer_ids=None)
    first, second = (one.id for one in city.producers)
    assert [(one.producer_id, one.goods) for one in goods] == [
        (first, Goods("Keripik Singkong", None)),
        (first, Goods("Madu", GoodsClass.DRY_FOOD, food_group="09", is_liquid=True)),
        (first, Goods("Kopi Botol", GoodsClass.READY_TO_EAT, is_liquid=True)),
        (second, Goods("Sambal Gami", None)),
    ]
    assert [one.product_id for one in goods[1:3]] == [madu.id, kopi.id]
    assert [one.goods.name for one in find_goods(city.session, producer_ids=[second])] == ["Sambal Gami"]
    assert find_goods(city.session, producer_ids=[]) == []
