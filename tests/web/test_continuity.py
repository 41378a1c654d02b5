"""Pages about what is to come of goods in stores: near their end, what to deliver, how steadily producers supply."""

import csv
import io
import re
from html import unescape

import pytest
from sqlalchemy import text

import consign.insight.places
from consign import clock
from consign.stock.levels import refresh_levels
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.conftest import REGION
from tests.web.shelf_things import put_shelves
from tests.web.town import BERUANG, FIRST, HEAD, K1, SECOND, T1, VERIFIER, Town

TODAY = clock.today("Asia/Makassar")


@pytest.fixture
def shelves(town: Town) -> Town:
    put_shelves(town)
    return town


def test_batches_near_their_end_are_shown_by_stage_and_the_past_ones_first(shelves: Town):
    page = shelves.browser(HEAD).get("/expiring")
    # In each of three stores one batch is expired, one is within the seven days before its end, one ends five days later.
    figures = re.findall(r'<dd><a href="/expiring\?stage=([a-z_]+)" data-sum="[^"]*">([0-9]+)</a>', page.source)
    assert figures == [("expired", "3"), ("pull_back", "3"), ("week", "3"), ("later", "0")]
    assert "Batches near their end 9" in page.text
    assert page.text.index("remove now") < page.text.index("give back")


def test_a_store_gives_back_and_a_producer_asks_back(shelves: Town):
    store, product = shelves.id("store", code="T1"), "PRD-1"
    page = shelves.browser(T1).get("/expiring?stage=expired")
    assert f"/goods/new?kind=return&store={store}&producer=P1&product={product}&quantity=" in page.source.replace(
        "&amp;", "&"
    )
    assert "PRD-2" not in page.source
    page = shelves.browser(FIRST).get("/expiring?stage=expired")
    assert f"/goods/new?kind=pull_back&store={store}&producer=P1&product={product}&quantity=" in page.source.replace(
        "&amp;", "&"
    )
    assert "Gerai T2" not in page.source
    assert "/goods/new" not in shelves.browser(AUDITOR).get("/expiring").source


def test_lists_can_be_downloaded(shelves: Town):
    rows = list(csv.reader(io.StringIO(shelves.browser(T1).get("/expiring?format=csv").source.lstrip("\ufeff"))))
    assert len(rows) == 4
    rows = list(csv.reader(io.StringIO(shelves.browser(FIRST).get("/suggestions?format=csv").source.lstrip("\ufeff"))))
    assert rows[0][0] == "Product"


def test_the_days_of_a_product_in_a_store_are_shown_to_those_it_concerns(shelves: Town):
    path = f"/continuity/{shelves.id('store', code='T1')}/PRD-1"
    for login in (FIRST, T1, BERUANG, FINANCE, ADMIN, HEAD, VERIFIER):
        page = shelves.browser(login).get(path)
        assert (page.status, len(page.all("svg"))) == (200, 1), login
        assert "Keripik Singkong" in page.text
    for login in (SECOND, K1):
        nothing = shelves.browser(login).get("/continuity/987654321/PRD-1")
        assert (shelves.browser(login).get(path).status, nothing.status) == (404, 404)
    assert shelves.browser(FIRST).get(f"/continuity/{shelves.id('store', code='T1')}/PRD-2").status == 404


def test_producers_stand_by_score_and_the_formula_shows_its_numbers(shelves: Town):
    page = shelves.browser(HEAD).get("/continuity")
    assert "Dapur 1" in page.text
    assert "Dapur 3" in page.text
    page = shelves.browser(FIRST).get("/continuity")
    # It stood there on all days since it came; nothing was ever missing: 100 %. All that was delivered was accepted.
    formula = "100 = (50 x 100% days in stock + 30 x 100% sold of what was wanted + 20 x 100% accepted by stores) ÷ 100"
    assert formula in page.text.replace("\u00d7", "x")
    assert "Dapur 2" not in shelves.browser(FIRST).get("/continuity?producer=P2").source


def test_first_pages_tell_what_is_to_be_done(shelves: Town):
    text = shelves.browser(T1).get("/").text
    assert "Batches to pull back: 1" in text
    assert "Batches on the shelf that are expired: 1" in text


def test_what_runs_out_is_suggested_to_its_producer(shelves: Town):
    with shelves.database.transaction(REGION) as session:
        place = {
            "store": shelves.id("store", code="T1"),
            "product": shelves.id("product", code="PRD-1"),
            "today": TODAY,
        }
        # For three weeks two are sold on every day, the day before yesterday is reported without it, and 40 - 42 are left.
        session.execute(
            text("""
            INSERT INTO stock_movement (store_id, product_id, day, kind, quantity, partner_id, posting_no)
            SELECT :store, :product, CAST(:today AS date) - n, 'sold', -2, 1, 1 FROM generate_series(3, 23) AS n"""),
            place,
        )
        refresh_levels(session, [(place["store"], place["product"])])
    browser = shelves.browser(FIRST)
    page = browser.get("/suggestions")
    store = shelves.id("store", code="T1")
    found = re.search(
        rf"/goods/new\?kind=delivery&store={store}&product=PRD-1&quantity=([0-9]+)", unescape(page.source)
    )
    assert found is not None
    # 14 a week for 3 days until it can be there and 14 days that it is to last: at least 17 x 2.
    assert int(found[1]) >= 34
    assert "Sambal" not in page.text
    assert "Products in stores that run out within 3 days: 1" in browser.get("/").text
    assert f"quantity={found[1]}" not in shelves.browser(T1).get("/suggestions").source


def test_whoever_sees_too_many_products_picks_a_store_or_a_producer(shelves: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(consign.insight.places, "MOST_PLACES", 1)
    page = shelves.browser(ADMIN).get("/suggestions")
    assert "More than 1 products stand in these stores. Choose a store or a producer." in page.text
    assert "Choose a store" not in shelves.browser(ADMIN).get("/suggestions?producer=P1").text
    assert "Choose a store" in shelves.browser(BERUANG).get("/continuity").text
    assert shelves.browser(HEAD).get("/continuity").status == 200
