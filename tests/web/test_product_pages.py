"""A product's pages: what is known of it, its photo, numbers, prices and stores, and the product that takes its place."""

import re

import pytest
from sqlalchemy import text

from consign.catalogue.changes import Reason
from consign.catalogue.numbers import make_city_number
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, SAMBAL, gtin
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.goods_things import PREFIX, open_register, put_goods
from tests.web.handing_in import make_pdf, make_photo
from tests.web.paper_things import put_papers
from tests.web.test_weight import MOST_BYTES, counting
from tests.web.town import FIRST, HEAD, SECOND, T1, VERIFIER, Town

FACTS = {"name": "Keripik Singkong", "net_content": "200", "net_unit": "g"}
MORE = {
    "brand": "Dapur Ratmi",
    "packaging": "plastic",
    "pieces": "",
    "shelf_life_days": "120",
    "ingredients": "Singkong, minyak, cabai",
    "sold_from": "2026-01-01",
    "sold_until": "",
}
MOST_STATEMENTS = 12


def known(town: Town, code: str, *columns: str) -> tuple[object, ...]:
    return town.ask(f"SELECT {', '.join(columns)} FROM product WHERE code = :code", code=code)[0]


def edit(browser: Browser, code: str = "PRD-1", **typed: str) -> Page:
    return browser.post(f"/products/{code}/edit", {**FACTS, **typed}, page="/privacy")


# What is known of it.


def test_a_product_is_added_with_all_that_is_known_of_it(town: Town):
    producer = town.browser(FIRST)
    page = producer.get("/products/new")
    # On a phone nobody is buried: what may stay blank is folded away.
    assert '<details class="more"><summary>More about it' in page.source
    page = producer.post("/products/new", {**FACTS, **MORE, "name": "Keripik Talas", "pieces": "6"})
    assert page.path == "/products/P1-01"
    for seen in ("Dapur Ratmi", "6 pieces, 200 g", "plastic", "120 days", "Singkong, minyak, cabai", "1 Jan 2026"):
        assert seen in page.text
    assert known(town, "P1-01", "brand", "packaging", "pieces", "shelf_life_days") == (
        "Dapur Ratmi", "plastic", 6, 120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"pieces": "0"}, "pieces", "not above zero"),
        ({"pieces": "10001"}, "pieces", "more than 10.000"),
        ({"shelf_life_days": "3651"}, "shelf_life_days", "more than 3.650"),
        ({"shelf_life_days": "lama"}, "shelf_life_days", "no whole number"),
        ({"packaging": "daun"}, "packaging", "Choose one"),
        ({"ingredients": "x" * 1_001}, "ingredients", "longer than"),
        ({"sold_from": "2026-06-30", "sold_until": "2026-06-29"}, "sold_until", "before it begins"),
        ({"brand": "x" * 61}, "brand", "longer than"),
    ],
)
@pytest.mark.parametrize("path", ["/products/new", "/products/PRD-1/edit"])
def test_a_fact_that_cannot_be_is_refused_on_its_field_and_what_is_folded_away_opens(
    shared_town: Town, path: str, typed: dict[str, str], field: str, says: str
):
    page = shared_town.browser(FIRST).post(path, {**FACTS, **typed})
    assert page.is_refused()
    assert says in page.problem(field)
    assert '<details class="more" open>' in page.source
    assert page.typed("name") == "Keripik Singkong"
    assert known(shared_town, "PRD-1", "brand", "ingredients") == (None, None)


def test_what_is_known_is_changed_and_done_twice_it_changes_nothing(town: Town):
    producer = town.browser(FIRST)
    page = producer.get("/products/PRD-1/edit")
    assert [page.typed(name) for name in FACTS if name != "net_unit"] == ["Keripik Singkong", "200"]
    page = edit(producer, **MORE)
    assert (page.status, page.path) == (200, "/products/PRD-1")
    assert "The change was saved." in page.text
    assert "Dapur Ratmi" in page.text
    page = producer.get("/products/PRD-1/edit")
    assert page.typed("shelf_life_days") == "120"
    assert "Singkong, minyak, cabai</textarea>" in page.source
    assert "Nothing was different, so nothing was changed." in edit(producer, **MORE).text


def test_another_wording_is_taken_where_a_person_says_the_goods_are_the_same(town: Town):
    producer = town.browser(FIRST)
    page = edit(producer, name="Kripik Singkong")
    assert page.is_refused()
    page = edit(producer, name="Kripik Singkong", same_goods="yes")
    assert page.status == 200
    assert known(town, "PRD-1", "name") == ("Kripik Singkong",)


def test_other_goods_are_told_why_and_one_button_leads_on_with_everything_that_was_typed(town: Town):
    producer = town.browser(FIRST)
    edit(producer, **MORE)
    typed = {**MORE, "net_content": "250", "packaging": "glass", "ingredients": "Singkong & <cabai>"}
    page = edit(producer, **typed)
    assert page.is_refused()
    for seen in (KERIPIK, "Another net content.", "Another packaging.", "Another recipe.", "By the rules of GS1"):
        assert seen in page.text
    assert 'formaction="/products/PRD-1/successor" name="begin"' in page.source
    page = producer.post("/products/PRD-1/successor", {**FACTS, **typed, "begin": "yes"})
    assert (page.status, page.is_refused()) == (200, False)
    assert [page.typed(name) for name in ("net_content", "brand", "shelf_life_days", "sold_from")] == [
        "250", "Dapur Ratmi", "120", "2026-01-01",
    ]  # fmt: skip
    assert "Singkong &amp; &lt;cabai&gt;</textarea>" in page.source
    (ticked,) = [one["value"] for one in page.all("input") if one.get("name") == "reason" and "checked" in one]
    assert ticked == "net_content"  # the first of the reasons
    assert town.ask("SELECT count(*) FROM product WHERE follows_id IS NOT NULL") == [(0,)]


# The product that takes its place.

NEXT = {**FACTS, **MORE, "net_content": "250", "reason": "net_content"}


def test_the_form_explains_every_reason(shared_town: Town):
    page = shared_town.browser(FIRST).get("/products/PRD-1/successor")
    reasons = [one["value"] for one in page.all("input") if one.get("name") == "reason"]
    assert reasons == [one.value for one in Reason]
    assert page.source.count("<small>Such as") >= 5
    assert "code" not in [one.get("name") for one in page.all("input")]  # the region gives it
    assert "code" in [one.get("name") for one in shared_town.browser(ADMIN).get(page.path).all("input")]


def test_a_successor_gets_its_number_at_once_and_both_lead_to_each_other(town: Town):
    open_register(town)
    producer = town.browser(FIRST)
    asked = {**NEXT, "last": "2026-12-31", "price": "18.000", "number": "yes"}
    page = producer.post("/products/PRD-1/successor", asked)
    assert page.path == "/products/P1-01"
    number = make_city_number(PREFIX, 1)
    assert f"Keripik Singkong was added in the place of Keripik Singkong. Its number is {number}." in page.text
    assert "Rp18.000" in page.text
    assert "/products/PRD-1" in page.links()
    page = producer.get("/products/PRD-1")
    assert "/products/P1-01" in page.links()
    assert "31 Dec 2026" in page.text
    assert town.ask(
        "SELECT number, kind FROM barcode JOIN product ON product.id = product_id WHERE code = 'P1-01'"
    ) == [(number, "city")]


def test_where_papers_lack_the_product_is_added_all_the_same_and_says_what_is_missing(town: Town):
    open_register(town, before_papers=False)
    page = town.browser(FIRST).post("/products/PRD-1/successor", {**NEXT, "number": "yes"})
    assert page.path == "/products/P1-01"
    assert "was added in the place of" in page.text
    assert "lacks papers, so it may not be delivered yet, and no number was issued" in page.text
    assert "NIB" in page.text  # which it lacks
    assert town.ask("SELECT count(*) FROM barcode") == [(3,)]


def test_without_a_wish_for_a_number_none_is_given(town: Town):
    open_register(town)
    page = town.browser(VERIFIER).post("/products/PRD-1/successor", {**NEXT, "code": "KRP-250"})
    assert page.path == "/products/KRP-250"
    assert town.ask("SELECT count(*) FROM barcode") == [(3,)]
    assert known(town, "KRP-250", "net_content", "producer_id")[0] == 250


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"reason": ""}, "reason", "missing"),
        ({"reason": "lain"}, "reason", "Choose one"),
        ({"name": ""}, "name", "missing"),
        ({"last": "2025-12-31"}, "last", "before it begins"),
        ({"code": "PRD-2"}, "code", "Another product has the code"),
        ({"price": "0"}, "price", "not above zero"),
    ],
)
def test_a_successor_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    town: Town, typed: dict[str, str], field: str, says: str
):
    edit(town.browser(FIRST), **MORE)  # offered from 1 January 2026 on
    page = town.browser(ADMIN).post("/products/PRD-1/successor", {**NEXT, "price": "18.000", **typed})
    assert page.is_refused()
    assert says in page.problem(field)
    assert page.typed("brand") == "Dapur Ratmi"
    assert page.typed("net_content") == "250"
    assert town.ask("SELECT count(*) FROM product") == [(3,)]


def test_only_the_own_product_is_changed_or_followed(shared_town: Town):
    for login, status in ((SECOND, 404), (T1, 403), (AUDITOR, 403), (FINANCE, 403), (HEAD, 403)):
        browser = shared_town.browser(login)
        for path in ("edit", "successor"):
            assert browser.get(f"/products/PRD-1/{path}").status == status
            assert browser.post(f"/products/PRD-1/{path}", NEXT).status == status


# Its photo.


def send(browser: Browser, content: bytes, *, field: str = "photo", code: str = "PRD-1") -> Page:
    path = f"/products/{code}"
    return browser.post(f"{path}/photo", {}, page=path, files={field: ("IMG_0001.jpg", content)})


@pytest.mark.parametrize("field", ["photo", "camera"])
def test_a_photo_is_taken_in_and_shown_small_first(town: Town, field: str):
    producer = town.browser(FIRST)
    page = producer.get("/products/PRD-1")
    assert "Add a photo" in page.text
    camera = next(one for one in page.all("input") if one.get("name") == "camera")
    assert (camera["accept"], camera["capture"]) == ("image/*", "environment")
    page = send(producer, make_photo(1_600, 1_200), field=field)
    assert (page.status, page.path) == (200, "/products/PRD-1")
    assert "The photo was saved." in page.text
    (thumb,) = [one for one in page.all("img") if "/thumb" in str(one["src"])]
    assert thumb["alt"] == "Photo of Keripik Singkong"
    for address in (str(thumb["src"]), next(link for link in page.links() if "/photo?" in link)):
        answer = producer.get(address).answer
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.content.startswith(b"\xff\xd8\xff")
    # Without its fingerprint in the address it may be another one soon.
    assert producer.get("/products/PRD-1/photo").answer.headers["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (make_pdf("Keripik"), "is a PDF, not a photo"),
        (b"\xff\xd8\xff broken", "nothing was kept"),
        (b"", "nothing was kept"),
    ],
)
def test_what_is_no_photo_is_refused_and_the_earlier_one_stays(town: Town, content: bytes, says: str):
    producer = town.browser(FIRST)
    send(producer, make_photo())
    before = known(town, "PRD-1", "photo_sha256")
    page = send(producer, content)
    assert page.is_refused()
    assert says in page.problem("photo")
    assert known(town, "PRD-1", "photo_sha256") == before


def test_a_form_without_a_photo_asks_for_one(shared_town: Town):
    page = shared_town.browser(FIRST).post("/products/PRD-1/photo", {}, page="/products/PRD-1")
    assert page.is_refused()
    assert "No photo was chosen" in page.problem("photo")


def test_a_photo_is_seen_by_those_who_see_the_product_alone(town: Town):
    send(town.browser(FIRST), make_photo())
    for login, status in ((FIRST, 200), (AUDITOR, 200), (SECOND, 404), (T1, 403)):
        for name in ("photo", "thumb"):
            assert town.browser(login).get(f"/products/PRD-1/{name}").status == status
    assert town.browser(FIRST).get("/products/PRD-3/photo").status == 404
    assert town.browser(AUDITOR).get("/products/PRD-2/photo").status == 404  # it has none
    assert send(town.browser(SECOND), make_photo()).status == 404
    assert Browser(town.app).get("/products/PRD-1/photo", follow=False).status == 303


# Its numbers.


def take_number_away(town: Town, code: str = "PRD-1") -> None:
    """Let a product have no number that is in use."""
    town.ask(
        """UPDATE barcode SET until_on = '2026-02-01' FROM product
           WHERE product.id = product_id AND code = :code RETURNING number""",
        code=code,
    )


def test_a_producer_gets_a_number_with_one_button(town: Town):
    open_register(town)
    producer = town.browser(FIRST)
    assert "/products/PRD-1/number" not in producer.get("/products/PRD-1").actions()  # it has one
    take_number_away(town)
    page = producer.get("/products/PRD-1")
    assert "/products/PRD-1/number" in page.actions()
    assert "replaced by a later number" in page.text
    page = producer.post("/products/PRD-1/number", {}, page="/products/PRD-1")
    number = make_city_number(PREFIX, 1)
    assert page.status == 200
    assert f"Keripik Singkong now has the number {number}." in page.text
    for seen in ("number of the city", "own GTIN", "in use", KERIPIK):
        assert seen in page.text
    assert f"/p/{number}" in page.links()
    assert "/products/PRD-1/number" not in page.actions()
    page = producer.post("/products/PRD-1/number", {}, page="/products/PRD-1")
    assert page.is_refused()
    assert "no number was issued" in page.text


def test_a_number_that_waits_for_papers_is_refused_with_what_is_to_be_done(town: Town):
    open_register(town, before_papers=False)
    take_number_away(town)
    page = town.browser(FIRST).post("/products/PRD-1/number", {}, page="/products/PRD-1")
    assert page.is_refused()
    assert "Keripik Singkong lacks papers" in page.text
    assert "Say which class of goods it is" in page.text
    assert town.ask("SELECT count(*) FROM barcode WHERE kind = 'city'") == [(0,)]


def test_before_the_city_has_a_prefix_the_refusal_says_who_sets_it(town: Town):
    take_number_away(town)
    page = town.browser(FIRST).post("/products/PRD-1/number", {}, page="/products/PRD-1")
    assert page.is_refused()
    assert "An admin sets it" in page.text
    admins = town.browser(ADMIN).get("/products/PRD-1")
    assert ("/numbers/settings" in admins.links(), "/products/PRD-1/number" in admins.actions()) == (True, False)


def test_the_dinas_takes_a_number_out_of_use_with_a_reason(town: Town):
    verifier = town.browser(VERIFIER)
    page = verifier.get("/products/PRD-1")
    assert page.typed("number") == KERIPIK
    page = verifier.post("/products/PRD-1/retire", {"number": KERIPIK, "reason": ""}, page="/products/PRD-1")
    assert page.is_refused()
    assert "missing" in page.problem("reason")
    page = verifier.post("/products/PRD-1/retire", {"number": KERIPIK, "reason": "Salah cetak"}, page="/products/PRD-1")
    assert page.status == 200
    for seen in ("out of use", "Salah cetak", f"{KERIPIK} is out of use. It goes on finding Keripik Singkong."):
        assert seen in page.text
    assert "/products/PRD-1/retire" not in page.actions()
    assert "Products 1" in verifier.get("/products?lacks=barcode").text
    page = verifier.post("/products/PRD-1/retire", {"number": KERIPIK, "reason": "Lagi"}, page="/products/PRD-1")
    assert page.is_refused()
    assert "in use no more" in page.text


def test_a_number_of_another_product_is_not_retired_from_this_page(town: Town):
    page = town.browser(ADMIN).post(
        "/products/PRD-1/retire", {"number": SAMBAL, "reason": "Salah"}, page="/products/PRD-1"
    )
    assert page.is_refused()
    assert "There is no number" in page.text
    assert town.ask("SELECT count(*) FROM barcode WHERE retired_at IS NOT NULL") == [(0,)]


def test_producers_and_finance_take_no_number_out_of_use(shared_town: Town):
    for login in (FIRST, FINANCE, AUDITOR):
        browser = shared_town.browser(login)
        assert "/products/PRD-1/retire" not in browser.get("/products/PRD-1").actions()
        assert browser.post("/products/PRD-1/retire", {"number": KERIPIK, "reason": "X"}).status == 403


def test_the_bars_of_the_number_are_drawn_and_no_link_leads_nowhere(shared_town: Town):
    page = shared_town.browser(FIRST).get("/products/PRD-1")
    assert '<svg class="bars"' in page.source
    assert f"/p/{KERIPIK}" in page.links()
    assert f"/01/0{KERIPIK}" in page.links()


# Its prices.


def test_two_prices_are_drawn_and_stand_in_a_table(town: Town):
    producer = town.browser(FIRST)
    assert 'class="step"' not in producer.get("/products/PRD-1").source
    producer.post("/products/PRD-1/price", {"price": "16.500", "price_from": "2026-10-01"})
    page = producer.get("/products/PRD-1")
    assert 'class="step"' in page.source
    assert page.source.count('<circle class="dot"') == 2
    for seen in ("Rp15.000", "Rp16.500", "30 Sep 2026"):
        assert seen in page.text


# Where it is sold.


def list_in(browser: Browser, town: Town, *stores: str, **typed: str) -> Page:
    data = {"partner": "BM", "stores": [str(town.id("store", code=one)) for one in stores], "first": "2026-03-01"}
    return browser.post("/products/PRD-1/listings", {**data, **typed})


def test_all_stores_of_a_partner_list_a_product_in_one_go(town: Town):
    admin = town.browser(ADMIN)
    page = admin.get("/products/PRD-1/listings?partner=BM")
    boxes = [one for one in page.all("input") if one.get("name") == "stores"]
    assert len(boxes) == 2
    assert all("checked" in one for one in boxes)
    assert "It may be listed, but not delivered to Beruang Mart yet" in page.text
    page = list_in(admin, town, "T1", "T2")
    assert (page.status, page.path) == (200, "/products/PRD-1")
    assert "Stores of Beruang Mart that offer it now: 2." in page.text
    for seen in ("Gerai T1", "Gerai T2", "1 Mar 2026", "offered"):
        assert seen in page.text
    assert f"/stores/{town.id('store', code='T1')}" in page.links()
    page = admin.get("/products/PRD-1/listings?partner=BM")
    assert [one.get("name") for one in page.all("input") if one.get("type") == "checkbox"] == ["listings"] * 2


def test_some_stores_end_it_and_the_others_go_on(town: Town):
    admin = town.browser(ADMIN)
    list_in(admin, town, "T1", "T2")
    (listing,) = town.ask(
        "SELECT product_listing.id FROM product_listing JOIN store ON store.id = store_id WHERE code = 'T1'"
    )[0]
    typed = {"partner": "BM", "listings": str(listing), "last": "2026-03-31"}
    page = admin.post("/products/PRD-1/listings/end", typed)
    assert page.path == "/products/PRD-1"
    assert "Stores of Beruang Mart that end it: 1." in page.text
    assert "31 Mar 2026" in page.text
    assert town.ask("SELECT count(*) FROM product_listing WHERE upper(days) IS NULL") == [(1,)]


@pytest.mark.parametrize(
    ("path", "typed", "field", "says"),
    [
        ("listings", {"stores": []}, "stores", "Tick the stores"),
        ("listings", {"first": "kapan"}, "first", "is no day"),
        ("listings/end", {"listings": []}, "listings", "Tick the stores"),
        ("listings/end", {"listings": "987654321"}, "listings", "Tick the stores"),
        ("listings/end", {"last": "2026-02-01"}, "last", "It begins on"),
    ],
)
def test_a_listing_that_cannot_be_is_refused_on_its_field(
    town: Town, path: str, typed: dict[str, object], field: str, says: str
):
    admin = town.browser(ADMIN)
    list_in(admin, town, "T1")
    listing = str(town.ask("SELECT min(id) FROM product_listing")[0][0])
    data = {
        "partner": "BM", "stores": str(town.id("store", code="T2")), "first": "2026-03-01", "listings": listing,
        "last": "2026-04-01", **typed,
    }  # fmt: skip
    page = admin.post(f"/products/PRD-1/{path}", data)  # type: ignore[arg-type]
    assert page.is_refused()
    assert says in page.problem(field)
    assert town.ask("SELECT count(*), count(upper(days)) FROM product_listing") == [(1, 0)]


def test_a_store_of_another_partner_or_no_partner_lists_nothing(town: Town):
    admin = town.browser(ADMIN)
    assert list_in(admin, town, "K1").is_refused()
    page = list_in(admin, town, "T1", partner="XX")
    assert page.is_refused()
    assert "Choose a partner first" in page.text
    assert town.ask("SELECT count(*) FROM product_listing") == [(0,)]


def test_producers_see_where_their_goods_stand_and_stores_what_they_offer(town: Town):
    put_goods(town)
    page = town.browser(FIRST).get("/products/PRD-1")
    assert "Gerai T1" in page.text
    assert not [link for link in page.links() if link.startswith("/stores/")]
    assert "/products/PRD-1/listings" not in page.links()
    store = town.id("store", code="T1")
    page = town.browser(T1).get(f"/stores/{store}")
    for seen in ("Products offered here 1", "Keripik Singkong", "Dapur 1"):
        assert seen in page.text
    assert "/products/PRD-1" not in page.links()  # a store has no pages of products
    assert "Sambal" not in page.text
    assert "/products/PRD-1" in town.browser(ADMIN).get(f"/stores/{store}").links()
    assert "Keripik Singkong" in town.browser(T1).get(f"/stores/{store}?format=csv").source
    page = town.browser(ADMIN).post(f"/stores/{store}/alias", {"alias": ""})
    assert page.is_refused()
    assert f"/stores/{store}?format=csv" in page.links()


# How much it asks and weighs.


def test_the_page_asks_no_more_for_many_stores_prices_and_numbers(town: Town):
    put_papers(town)
    put_goods(town)
    admin = town.browser(ADMIN)

    def count() -> tuple[int, int]:
        with counting(town) as asked:
            page = admin.get("/products/PRD-1")
        assert page.status == 200
        return len(asked), len(page.source)

    few, _ = count()
    with town.database.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO store (partner_id, code, name, zone, opened_on)
            SELECT id, 'X' || n, 'Gerai Jauh Nomor ' || n, 'Asia/Makassar', '2026-01-01' FROM partner, generate_series(1, 600) AS n
            WHERE code = 'BM'""")
        )
        session.execute(
            text("""
            INSERT INTO product_listing (product_id, store_id, days)
            SELECT product.id, store.id, '[2026-02-01,)' FROM product, store WHERE product.code = 'PRD-1' AND store.code LIKE 'X%'""")
        )
    for place in range(50):
        admin.post(
            "/products/PRD-1/price",
            {"price": f"{16_000 + place}", "price_from": f"2027-{1 + place // 28:02d}-{1 + place % 28:02d}"},
        )
    many, size = count()
    assert many == few <= MOST_STATEMENTS
    page = admin.get("/products/PRD-1")
    assert "601" in page.text  # stores, of which not all are shown
    assert "541 more are not shown here." in page.text
    assert size < 4 * MOST_BYTES


def test_the_list_shows_the_number_in_use_and_what_lacks_a_photo(town: Town):
    browser = town.browser(AUDITOR)
    assert KERIPIK in browser.get("/products").text
    put_goods(town)
    town.ask("UPDATE product SET photo_sha256 = NULL, thumb_sha256 = NULL WHERE code = 'PRD-2' RETURNING id")
    page = browser.get("/products?lacks=photo")
    assert "Products 1" in page.text
    assert "PRD-2" in page.text
    town.browser(ADMIN).post("/products/PRD-1/barcode", {"gtin": gtin(77), "gtin_from": "2026-02-01"})
    page = browser.get("/products?q=PRD-1")
    assert gtin(77) in page.text
    assert not re.search(KERIPIK, page.text)
