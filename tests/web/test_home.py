"""The first page of each kind of person, and whether the service is up."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.builders import ADMIN, FINANCE
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.test_weight import counting
from tests.web.town import BERUANG, FIRST, HEAD, OFFICER, T1, VERIFIER, Town


def figure_of(page: Page, label: str) -> str | None:
    """Return the figure with this label on the first page."""
    found = re.search(rf"<dt>{label}</dt><dd>(?:<a [^>]*>)?([^<]*)<", page.source)
    return found[1] if found else None


HOSTILE = "<script>alert(1)</script> & \"Gerai\" 'x' {{ 7 * 7 }}"


@pytest.mark.parametrize("login", [ADMIN, FINANCE, VERIFIER, HEAD, OFFICER, BERUANG, T1, FIRST])
def test_everybody_is_greeted_and_finds_every_entry_of_the_menu_open(shared_town: Town, login: str):
    browser = shared_town.browser(login)
    page = browser.get("/")
    assert page.status == 200
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    entries = [link for link in page.links() if link.count("/") == 1 and "?" not in link]
    assert len(set(entries)) >= 4
    assert [link for link in sorted(set(entries)) if browser.get(link).status != 200] == []


def test_names_from_people_are_text_and_never_markup(town: Town):
    with town.database.transaction(REGION) as session:
        for table in ("partner", "store", "producer", "product", "user_account"):
            session.execute(text(f"UPDATE {table} SET name = :name"), {"name": HOSTILE})
    for login in (FINANCE, BERUANG, FIRST):
        browser = town.browser(login)
        for path in ("/", "/statements", "/owed", "/products", "/partners", "/uploads", "/board", "/my-sales"):
            page = browser.get(path)
            assert "<script>alert" not in page.source
            assert "49" not in page.text or "{{ 7 * 7 }}" in page.text
            assert len(page.all("script")) == 1  # the page's own


def test_the_first_page_is_worked_out_again_whenever_somebody_did_something(town: Town):
    admin, head = town.browser(ADMIN), town.browser(HEAD)
    head.get("/")
    with counting(town) as asked:
        assert figure_of(head.get("/"), "Partners") == "2"
    again = len(asked)
    admin.post("/partners/new", {"code": "GM", "name": "Gajah Mart", "kind": "hotel", "cycle": "month"})
    with counting(town) as asked:
        assert figure_of(head.get("/"), "Partners") == "3"
    assert again < len(asked)


def test_health_is_asked_of_the_database(shared_town: Town):
    page = Browser(shared_town.app).get("/healthz")
    assert (page.status, page.source) == (200, "ok")


def test_what_is_not_there_is_not_found_and_the_interface_is_not_described(shared_town: Town):
    browser = Browser(shared_town.app)
    asked = ("/docs", "/openapi.json", "/redoc", "/x", "/uploads/x/y", "/partners/../x")
    assert {path: browser.get(path).status for path in asked} == dict.fromkeys(asked, 404)
    assert browser.send("POST", "/").status == 405


def test_the_database_that_is_away_is_said_kindly(shared_town: Town, monkeypatch: pytest.MonkeyPatch):
    def refuse() -> None:
        raise OperationalError("SELECT 1", {}, ConnectionRefusedError("away"))

    browser = shared_town.browser(FINANCE)
    monkeypatch.setattr(shared_town.database._engine, "connect", refuse)
    page = browser.get("/")
    assert page.status == 503
    assert "away" not in page.text.partition("nothing was changed")[2]
