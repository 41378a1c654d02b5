"""A producer's own sales: figures, plot and lines of its own goods, and of nobody else's."""

import csv
import gzip
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from consign import clock
from consign.web.my_sales import find_preset, read_asked
from tests.builders import FINANCE
from tests.conftest import REGION
from tests.web.browsing import Browser
from tests.web.town import BERUANG, FIRST, HEAD, OFFICER, SECOND, Town

BOTH = "from=2026-10-01&until=2026-11-30"
TODAY = date(2026, 3, 15)


def rows(browser: Browser, query: str) -> list[dict[str, str]]:
    source = browser.get(f"/my-sales?format=csv&{query}").source
    return list(csv.DictReader(io.StringIO(source.removeprefix("\ufeff"))))


def test_figures_are_those_of_the_days_that_are_asked_for(shared_town: Town):
    browser = shared_town.browser(FIRST)
    page = browser.get(f"/my-sales?{BOTH}")
    # Three in October, one in November: 60.000; 2,5 %: 1.125 and 375.
    for seen in ("Sold Rp60.000", "Quantity 4", "Stores' fee Rp1.500", "After the fee Rp58.500"):
        assert seen in page.text
    assert "Sold Rp15.000" in browser.get("/my-sales?from=2026-11-01&until=2026-11-30").text
    assert "Sold Rp45.000" in browser.get("/my-sales?from=05/10/2026&until=5/10/2026").text
    assert page.typed("from") == "2026-10-01"
    assert page.typed("until") == "2026-11-30"


def test_what_was_sold_where_opens_into_its_lines(shared_town: Town):
    browser = shared_town.browser(FIRST)
    (place,) = rows(browser, BOTH)
    assert place == {
        "Product": "Keripik Singkong",
        "Price today": "15000",
        "Store": "Gerai T1, Beruang Mart",
        "Quantity": "4.000",
        "Sales": "60000",
        "Fee": "1500",
        "After the fee": "58500",
        "Last sold on": "2026-11-05",
    }
    (path,) = {link for link in browser.get(f"/my-sales?{BOTH}").links() if "product=PRD-1" in link}
    page = browser.get(path)
    assert "Gerai T1, Beruang Mart" in page.text
    lines = rows(browser, path.partition("?")[2])
    assert [(one["Day"], one["Receipt"], one["Sales"], one["Fee"]) for one in lines] == [
        ("2026-11-05", "S4", "15000", "375"),
        ("2026-10-05", "S1", "45000", "1125"),
    ]
    assert sum(int(one["Sales"]) for one in lines) == int(place["Sales"])


def test_the_plot_tells_the_same_as_its_table_and_the_page_is_small(shared_town: Town):
    page = shared_town.browser(FIRST).get("/my-sales?from=2026-10-01&until=2026-10-31")
    assert [one.get("class") for one in page.all("rect")] == ["bar"] * 31
    assert page.source.count("5 Oct 2026: Rp45.000") == 1
    (svg,) = page.all("svg")
    assert (svg["role"], svg["aria-label"]) == ("img", "Sales from 1 Oct 2026 to 31 Oct 2026")
    assert " style=" not in page.source
    assert "<style" not in page.source
    assert len(gzip.compress(page.answer.content, 5)) < 6_000
    assert page.text.count("Rp45.000") == 5  # in the figures, at the bar, in the plot's table, in the list and its sum


def test_products_without_sales_are_named(town: Town):
    with town.database.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO product (producer_id, code, name, net_content, net_unit)
            SELECT id, 'PRD-9', 'Rengginang', 100, 'g' FROM producer WHERE code = 'P1'""")
        )
    browser = town.browser(FIRST)
    assert "Not sold in these days Not sold in these days Product Product code Price today Rengginang" in (
        browser.get(f"/my-sales?{BOTH}").text
    )
    page = browser.get("/my-sales?from=2026-01-01&until=2026-01-31")
    assert "Keripik Singkong" in page.text
    assert "Nothing was sold in these days" in page.text
    assert page.all("svg") == []


def test_nobody_sees_the_sales_of_anothers_goods(shared_town: Town):
    browser = shared_town.browser(SECOND)
    page = browser.get(f"/my-sales?{BOTH}")
    assert "Keripik" not in page.source
    assert "Sambal Gami" in page.source
    nothing = browser.get("/my-sales?product=NO-SUCH")
    for asked in ("product=PRD-1", "product=PRD-3", f"store={shared_town.id('store', code='K1')}", "store=999999"):
        strange = browser.get(f"/my-sales?{asked}&{BOTH}")
        assert (strange.status, strange.text) == (404, nothing.text)
        assert browser.get(f"/my-sales?{asked}&format=csv").status == 404
    for login in (FINANCE, HEAD, BERUANG, OFFICER):
        assert shared_town.browser(login).get("/my-sales").status == 403


def test_a_field_officer_sees_the_sales_of_the_producer_it_acts_for(shared_town: Town):
    browser = shared_town.act_for("P3")
    page = browser.get(f"/my-sales?{BOTH}")
    # Two and five at Rp77.000: 539.000; 4 % of 154.000 and 385.000: 6.160 and 15.400.
    for seen in ("Madu Kelulut", "Sold Rp539.000", "Stores' fee Rp21.560", "acts for Dapur 3"):
        assert seen in page.text


def test_the_home_page_says_what_was_sold_this_month(town: Town):
    # The browser's month is that of the office, so the sale is moved into it.
    today = clock.today("Asia/Jakarta")
    with town.database.owner() as connection:
        connection.execute(text("SET LOCAL search_path TO region_6471"))
        connection.execute(text("UPDATE sale SET sold_on = :day WHERE receipt = 'S4'"), {"day": today})
        connection.execute(text("UPDATE sale SET sold_on = '2026-01-01' WHERE receipt <> 'S4'"))
        connection.execute(text("UPDATE sales_posting SET first_on = '2026-01-01', last_on = :day"), {"day": today})
    page = town.browser(FIRST).get("/")
    assert "Sold this month Rp15.000" in page.text
    assert "/my-sales" in page.links()


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("from=2026-11-30&until=2026-10-01", "after the last"),
        ("from=2024-01-01&until=2026-10-01", "At most 366 days"),
        ("from=kemarin", "is no day"),
        ("until=0001-01-01", "is no day"),
        ("from=9999-12-31&until=9999-12-31", "is no day"),
    ],
)
def test_days_that_make_no_sense_are_explained(shared_town: Town, query: str, problem: str):
    page = shared_town.browser(FIRST).get(f"/my-sales?{query}")
    assert page.status == 200
    assert problem in page.text


@pytest.mark.parametrize(
    "query",
    ["store=x", "store=-1", "store=99999999999999999999", "store=999999999999999999", "product=%00", "product=%2527"],
)
def test_what_no_address_can_mean_is_not_found(shared_town: Town, query: str):
    page = shared_town.browser(FIRST).get(f"/my-sales?{query}")
    assert page.status == (200 if query == "product=%00" else 404)  # NUL alone asks for nothing


def test_the_periods_to_choose_are_whole_and_end_today():
    assert find_preset("this-month", today=TODAY) == (date(2026, 3, 1), TODAY)
    assert find_preset("last-month", today=TODAY) == (date(2026, 2, 1), date(2026, 2, 28))
    assert find_preset("90-days", today=TODAY) == (TODAY - timedelta(89), TODAY)
    assert read_asked({"period": "no such"}, today=TODAY).preset == "this-month"
    half = read_asked({"until": "2026-02-10"}, today=TODAY)
    assert (half.first, half.last, half.preset) == (date(2026, 1, 11), date(2026, 2, 10), None)


def test_the_list_is_sorted_by_any_column_and_keeps_the_days(shared_town: Town):
    browser = shared_town.browser(FIRST)
    page = browser.get(f"/my-sales?{BOTH}&sort=-quantity")
    sorting = [link for link in page.links() if "sort=" in link]
    assert sorting
    assert all("from=2026-10-01&until=2026-11-30" in link for link in sorting)
    for column in ("product", "price_rp", "place", "last_sold_on", "path", "nonsense"):
        assert browser.get(f"/my-sales?{BOTH}&sort={column}").status == 200
