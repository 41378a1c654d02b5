"""What is owed on the page: by partner and producer, what of it is late, and where each amount leads."""

import csv
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.builders import AUDITOR, FINANCE
from tests.web.browsing import Browser, Page
from tests.web.conftest import copy_town
from tests.web.match_things import put_bank
from tests.web.town import BERUANG, FIRST, HEAD, KANCIL, SECOND, T1, Town

OVERDUE = "UPDATE region_6471.statement SET due_on = '2026-11-01' WHERE partner_id = 1 AND producer_id = 1"


@pytest.fixture(scope="module")
def late_town(server_url: str, town_template: str, town_files: object) -> Iterator[Town]:
    """Open a town in which what Beruang owes the first producer is overdue since 1 November 2026."""
    for town in copy_town(server_url, town_template, town_files):  # type: ignore[arg-type]
        with town.database.owner() as connection:
            connection.execute(text(OVERDUE))
        yield town


def rows(browser: Browser, query: str = "") -> list[dict[str, str]]:
    source = browser.get(f"/owed?format=csv&{query}").source
    return list(csv.DictReader(io.StringIO(source.removeprefix("\ufeff"))))


def figures(page: Page) -> str:
    return page.text.partition("Of which late")[0][-20:] + page.text.partition("Of which late")[2][:12]


def test_the_dinas_sees_who_owes_whom_with_totals(late_town: Town):
    browser = late_town.browser(FINANCE)
    # 43.875 and 21.937 of Beruang, 147.840 of Kancil: 213.652.
    page = browser.get("/owed")
    assert "Rp213.652" in figures(page)
    assert "Rp43.875" in figures(page)
    assert "Rp65.812" in page.text  # Beruang, all producers
    assert [(one["Partner"], one["Producer"], one["Owed"], one["Late"]) for one in rows(browser)] == [
        ("Beruang Mart", "Dapur 1", "43875", "43875"),
        ("Beruang Mart", "Dapur 2", "21937", "0"),
        ("Kancil Mart", "Dapur 3", "147840", "0"),
    ]
    assert 'class="state state-late"' in page.source
    assert page.actions() == []


def test_a_page_that_was_open_before_tells_what_was_paid_since(town: Town):
    browser = town.browser(FINANCE)
    # Beruang owes 43.875 and 21.937, and pays 1.000 of the first.
    assert "Rp43.875" in browser.get("/owed?partner=BM").text
    put_bank(town)
    page = browser.get("/owed?partner=BM")
    assert "Rp43.875" not in page.text
    assert "Rp42.875" in page.text
    assert "Rp64.812" in figures(page)


def test_each_amount_leads_to_its_statements(late_town: Town):
    browser = late_town.browser(HEAD)
    page = browser.get("/owed")
    paths = {link for link in page.links() if link.startswith("/statements?")}
    assert paths == {
        "/statements?partner=BM&producer=P1",
        "/statements?partner=BM&producer=P1&due=open",
        "/statements?partner=BM&producer=P1&due=late",
        "/statements?partner=BM&producer=P2",
        "/statements?partner=BM&producer=P2&due=open",
        "/statements?partner=KM&producer=P3",
        "/statements?partner=KM&producer=P3&due=open",
    }
    for path in paths:
        assert browser.get(f"{path}&format=csv").source.count("NP-2026-") == 1
    assert {"/owed?partner=BM", "/owed?partner=BM&state=late", "/owed?partner=KM"} <= set(page.links())


@pytest.mark.parametrize(
    ("query", "owed", "late", "pairs"),
    [
        ("partner=BM", "Rp65.812", "Rp43.875", 2),
        ("partner=KM", "Rp147.840", "Rp0", 1),
        ("producer=P2", "Rp21.937", "Rp0", 1),
        ("q=dapur+1", "Rp43.875", "Rp43.875", 1),
        ("state=late", "Rp43.875", "Rp43.875", 1),
        ("state=carried", "Rp0", "Rp0", 0),
        ("partner=BM&q=kancil", "Rp0", "Rp0", 0),
        ("partner=nobody", "Rp213.652", "Rp43.875", 3),
    ],
)
def test_the_totals_are_those_of_what_is_asked_for(late_town: Town, query: str, owed: str, late: str, pairs: int):
    browser = late_town.browser(AUDITOR)
    page = browser.get(f"/owed?{query}")
    assert (owed in figures(page), late in figures(page)) == (True, True)
    assert len(rows(browser, query)) == pairs


def test_a_partner_sees_its_own_debts_by_producer(late_town: Town):
    browser = late_town.browser(BERUANG)
    found = rows(browser)
    assert [(one["Producer"], one["Owed"]) for one in found] == [("Dapur 1", "43875"), ("Dapur 2", "21937")]
    assert "Partner" not in found[0]
    assert rows(browser, "partner=KM") == found
    assert "Kancil" not in browser.get("/owed").source
    home = browser.get("/")
    assert "You owe Rp65.812" in home.text
    assert "Overdue, pay it now: Rp43.875" in home.text


def test_a_producer_sees_who_owes_it(late_town: Town):
    browser = late_town.browser(FIRST)
    found = rows(browser)
    assert [(one["Partner"], one["Owed"], one["Late"]) for one in found] == [("Beruang Mart", "43875", "43875")]
    assert "Producer" not in found[0]
    assert rows(browser, "producer=P2") == found
    home = browser.get("/")
    assert "You are owed Rp43.875" in home.text
    assert "Stores are late with Rp43.875" in home.text
    assert "Stores are late" not in late_town.browser(SECOND).get("/").text


def test_the_dinas_is_told_what_is_overdue_and_who_acts_on_it(late_town: Town):
    finance, head = (late_town.browser(login).get("/") for login in (FINANCE, HEAD))
    for page in (finance, head):
        assert "Owed to producers Rp213.652" in page.text
        assert "Overdue Rp43.875" in page.text
    assert "Overdue to producers: Rp43.875" in finance.text
    assert "Overdue to producers: Rp43.875" not in head.text
    assert "Overdue" not in late_town.browser(KANCIL).get("/").text


def test_store_managers_see_no_debts(late_town: Town):
    browser = late_town.browser(T1)
    assert browser.get("/owed").status == 403
    assert "owe" not in browser.get("/").text.lower()


def test_a_field_officer_sees_what_the_producer_is_owed_while_acting(late_town: Town):
    browser = late_town.act_for("P3")
    assert [(one["Partner"], one["Owed"]) for one in rows(browser)] == [("Kancil Mart", "147840")]
