"""Products: each producer sees its own, prices from a day on, barcodes and tills' codes by the dinas alone."""

import pytest

from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, gtin
from tests.web.test_partners import placing_jobs
from tests.web.town import FIRST, VERIFIER, Town

NEW = {"name": "Keripik Talas", "net_content": "150", "net_unit": "g", "price": "17.500"}


def test_the_dinas_sees_all_and_finds_by_barcode(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    page = browser.get("/products")
    for seen in ("Keripik Singkong", "Sambal Gami", "Madu Kelulut", "250 ml", "Rp77.000", "Dapur 3"):
        assert seen in page.text
    assert "Products 1" in browser.get(f"/products?q={KERIPIK}").text
    assert "Products 1" in browser.get("/products?producer=P2").text
    assert "Nothing fits" in browser.get("/products?lacks=price").text


@pytest.mark.parametrize(
    "asked", ["", "?producer=P2", "?q=gami", "?format=csv", "?format=xlsx&producer=P3", "?lacks=price"]
)
def test_a_producer_sees_its_own_only(shared_town: Town, asked: str):
    page = shared_town.browser(FIRST).get(f"/products{asked}")
    assert page.status == 200
    for foreign in ("Sambal", "Madu", "Dapur 2", "P3"):
        assert foreign not in page.bare
    assert shared_town.browser(FIRST).get("/products/PRD-2").status == 404


def test_a_product_shows_its_prices_numbers_and_codes(shared_town: Town):
    page = shared_town.browser(AUDITOR).get("/products/PRD-1")
    for seen in ("Rp15.000", "1 Jan 2026", KERIPIK, "PLU1", "Beruang Mart"):
        assert seen in page.text
    assert page.actions() == []


def test_a_producer_adds_a_product_and_the_region_gives_its_code(town: Town):
    producer = town.browser(FIRST)
    assert "producer" not in [one.get("name") for one in producer.get("/products/new").all("input")]
    page = producer.post("/products/new", {**NEW, "producer": "P2", "code": "PRD-99"})
    assert (page.status, page.path) == (200, "/products/P1-01")
    assert "Rp17.500" in page.text
    assert town.ask("SELECT producer_id FROM product WHERE code = 'P1-01'") == [(town.id("producer", code="P1"),)]
    assert producer.post("/products/new", NEW).path == "/products/P1-02"


def test_the_dinas_adds_a_product_for_a_producer(town: Town):
    page = town.browser(VERIFIER).post("/products/new", {**NEW, "producer": "dapur 2", "code": "TLS-1", "price": ""})
    assert page.path == "/products/TLS-1"
    assert "No price is set." in page.text
    assert "Products 1" in town.browser(VERIFIER).get("/products?lacks=price").text
    assert "Products 1" in town.browser(VERIFIER).get("/products?lacks=barcode").text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"name": ""}, "name", "missing"),
        ({"net_content": "0"}, "net_content", "not above zero"),
        ({"net_content": "1,5"}, "net_content", "no whole number"),
        ({"net_unit": "ons"}, "net_unit", "Choose one"),
        ({"price": "murah"}, "price", "no amount in rupiah"),
        ({"price": "Rp0"}, "price", "not above zero"),
        ({"code": "PRD-1"}, "code", "Another product has the code"),
        ({"producer": "P9"}, "producer", "No producer is called"),
    ],
)
def test_each_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    shared_town: Town, changed: dict[str, str], field: str, says: str
):
    typed = {**NEW, "producer": "P1", "code": "TLS-1", **changed}
    page = shared_town.browser(VERIFIER).post("/products/new", typed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert [page.typed(name) for name in ("name", "price", "code")] == [
        typed[name] for name in ("name", "price", "code")
    ]
    assert shared_town.ask("SELECT count(*) FROM product") == [(3,)]


def test_a_producer_sets_a_new_price_from_a_day_on(town: Town):
    producer = town.browser(FIRST)
    page = producer.post("/products/PRD-1/price", {"price": "Rp16.000", "price_from": "2026-12-01"})
    assert "The new price holds from 1 Dec 2026 on." in page.text
    assert "30 Nov 2026" in page.text  # the price before holds until then
    page = producer.post("/products/PRD-1/price", {"price": "17.000", "price_from": "2026-11-30"})
    assert page.is_refused()
    assert "already" in page.problem("price_from")
    assert page.typed("price") == "17.000"
    assert '<details class="evidence" open>' in page.source
    assert producer.post("/products/PRD-2/price", {"price": "1", "price_from": "2026-12-01"}).status == 404


def test_producers_have_no_say_in_barcodes_and_tills_codes(shared_town: Town):
    producer = shared_town.browser(FIRST)
    own = [f"/products/PRD-1/{act}" for act in ("photo", "class", "price")]
    assert producer.get("/products/PRD-1").actions() == own
    assert producer.post("/products/PRD-1/barcode", {"gtin": gtin(77), "gtin_from": "2026-11-01"}).status == 403
    assert producer.post("/products/PRD-1/alias", {"partner": "BM", "alias": "X"}).status == 403


def test_a_barcode_is_added_and_lines_that_wait_for_it_are_placed(town: Town):
    admin = town.browser(ADMIN)
    page = admin.post("/products/PRD-1/barcode", {"gtin": gtin(77), "gtin_from": "2026-11-01"})
    assert "The barcode was added." in page.text
    assert gtin(77) in page.text
    assert placing_jobs(town) == 2  # lines of both partners wait
    for number, says in ((KERIPIK, "in use"), ("8990000000011", "mistyped"), ("123", "no GTIN")):
        page = admin.post("/products/PRD-2/barcode", {"gtin": number, "gtin_from": "2026-11-01"})
        assert page.is_refused()
        assert says in page.problem("gtin")
        assert page.typed("gtin") == number


def test_a_tills_code_is_added_and_its_partners_lines_are_placed(town: Town):
    finance = town.browser(FINANCE)
    page = finance.post("/products/PRD-1/alias", {"partner": "KM", "alias": "98"})
    assert "“98” now means Keripik Singkong." in page.text
    assert placing_jobs(town) == 1
    page = finance.post("/products/PRD-2/alias", {"partner": "KM", "alias": "98"})
    assert page.is_refused()
    assert "for another product" in page.problem("alias")


# What sort of goods it is, and its papers.


def test_a_producer_says_what_sort_of_goods_it_sells(town: Town):
    producer = town.browser(FIRST)
    page = producer.get("/products/PRD-1")
    for seen in ("stopped", "Say which class of goods it is", "food that keeps", "chips, biscuits"):
        assert seen in page.text
    # Keripik singkong is of group 15, by its name.
    assert '<option value="15" selected>' in page.source
    page = producer.post("/products/PRD-1/class", {"goods_class": "dry_food", "food_group": "15"})
    assert (page.status, page.path) == (200, "/products/PRD-1")
    assert "Keripik Singkong is now: food that keeps." in page.text
    assert "Food that keeps" in page.text
    assert "15 Hasil olahan biji-bijian dan umbi" in page.text
    assert town.ask("SELECT goods_class, food_group FROM product WHERE code = 'PRD-1'") == [("dry_food", "15")]
    assert town.ask("SELECT count(*) > 0 FROM eligibility_due") == [(True,)]


def test_another_group_than_the_name_speaks_for_is_pointed_out(town: Town):
    verifier = town.browser(VERIFIER)
    page = verifier.post("/products/PRD-1/class", {"goods_class": "dry_food", "food_group": "09"})
    assert page.status == 200
    assert "Its name speaks for another group of home-industry food: 15" in page.text
    # Goods of other classes have no group, whatever was suggested for them.
    page = verifier.post("/products/PRD-1/class", {"goods_class": "craft", "food_group": "15"})
    assert page.status == 200
    assert "Its name speaks" not in page.text
    assert town.ask("SELECT goods_class, food_group FROM product WHERE code = 'PRD-1'") == [("craft", None)]


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"food_group": "15"}, "goods_class", "missing"),
        ({"goods_class": "food", "food_group": "15"}, "goods_class", "Choose one"),
        ({"goods_class": "dry_food", "food_group": "16"}, "food_group", "Choose one"),
    ],
)
def test_a_class_that_there_is_not_is_refused(shared_town: Town, typed: dict[str, str], field: str, says: str):
    page = shared_town.browser(VERIFIER).post("/products/PRD-2/class", typed)
    assert page.is_refused()
    assert says in page.problem(field)
    assert shared_town.ask("SELECT goods_class FROM product WHERE code = 'PRD-2'") == [(None,)]


def test_a_product_is_added_with_its_class_and_a_group_needs_food_that_keeps(town: Town):
    producer = town.browser(FIRST)
    page = producer.post("/products/new", {**NEW, "goods_class": "craft", "food_group": "15"})
    assert page.is_refused()
    assert "Only dry food" in page.problem("food_group")
    assert page.typed("name") == NEW["name"]
    page = producer.post("/products/new", {**NEW, "goods_class": "dry_food", "food_group": "15"})
    assert page.path == "/products/P1-01"
    assert town.ask("SELECT goods_class, food_group FROM product WHERE code = 'P1-01'") == [("dry_food", "15")]


def test_strangers_and_readers_do_not_say_the_class(shared_town: Town):
    typed = {"goods_class": "craft"}
    assert shared_town.browser(FIRST).post("/products/PRD-2/class", typed, page="/products/PRD-1").status == 404
    for login in (AUDITOR, FINANCE):
        browser = shared_town.browser(login)
        assert "/products/PRD-1/class" not in browser.get("/products/PRD-1").actions()
        assert browser.post("/products/PRD-1/class", typed, page="/products/PRD-1").status == 403


def test_the_page_of_a_product_says_what_its_papers_lack_and_leads_there(shared_town: Town):
    own = shared_town.browser(FIRST).get("/products/PRD-1")
    assert "NIB" in own.text
    assert "/my-papers" in own.links()
    seen = shared_town.browser(AUDITOR).get("/products/PRD-1")
    assert "/producers/P1/papers" in seen.links()
    officer = shared_town.browser(FINANCE).get("/products/PRD-1")
    assert "stopped" in officer.text
    assert "/producers/P1/papers" not in officer.links()


def test_the_list_shows_and_narrows_by_what_was_judged_last(town: Town):
    town.ask(
        "INSERT INTO product_eligibility (product_id, standing, computed_on, computed_at)"
        " SELECT id, CASE code WHEN 'PRD-1' THEN 'blocked' ELSE 'warned' END, '2026-11-22', now()"
        " FROM product WHERE code IN ('PRD-1', 'PRD-2') RETURNING product_id"
    )
    browser = town.browser(AUDITOR)
    for asked, code in (("blocked", "PRD-1"), ("warned", "PRD-2"), ("none", "PRD-3")):
        page = browser.get(f"/products?standing={asked}")
        assert "Products 1" in page.text
        assert code in page.text
    assert "Nothing fits" in browser.get("/products?standing=eligible").text
    assert "/producers/P1/papers" in browser.get("/products?standing=blocked").links()
    assert "/my-papers" in town.browser(FIRST).get("/products").links()
    town.ask("UPDATE product SET goods_class = 'craft' WHERE code <> 'PRD-2' RETURNING id")
    assert "PRD-2" in browser.get("/products?lacks=class").text
    assert "Products 1" in browser.get("/products?lacks=class").text
