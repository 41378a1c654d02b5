"""What holds for every page of settlement: few questions to the database, one heading, small, nothing inline."""

import gzip
import re

import pytest
from sqlalchemy import event

from tests.builders import FINANCE
from tests.web.browsing import Page
from tests.web.town import BERUANG, FIRST, Town

MOST_QUERIES = 12
MOST_BYTES = 20_000
PAGES = {
    FINANCE: ("/", "/closings", "/closings/new?partner=BM", "/closings/1", "/statements", "/owed?partner=BM&q=a"),
    BERUANG: ("/", "/statements?due=soon", "/owed"),
    FIRST: ("/", "/my-sales?period=90-days", "/my-sales?product=PRD-1&period=90-days", "/owed", "/statements"),
}


def count_queries(town: Town, login: str, path: str) -> tuple[Page, int]:
    """Open a page; return it, and how much it asked of the database. What the first page tells is remembered already."""
    asked: list[str] = []
    browser = town.browser(login)
    assert browser.get("/").status == 200
    listen = (town.database._engine, "before_cursor_execute", lambda *facts: asked.append(str(facts[2])))
    event.listen(*listen)
    page = browser.get(path)
    event.remove(*listen)
    return page, len(asked)


def assert_sound(page: Page) -> None:
    assert page.status in {200, 422}
    assert len(page.all("h1")) == 1
    assert not re.search(r"<style| style=|<script(?! src)| on\w+=", page.source)
    assert len(gzip.compress(page.answer.content, 5)) <= MOST_BYTES
    assert all("scope" in heading for heading in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))


@pytest.mark.parametrize(("login", "path"), [(login, path) for login, paths in PAGES.items() for path in paths])
def test_a_page_asks_little_and_is_sound(shared_town: Town, login: str, path: str):
    page, queries = count_queries(shared_town, login, path)
    assert queries <= MOST_QUERIES
    assert_sound(page)


@pytest.mark.parametrize("ending", ["", "/lines", "/lines?kind=sale&q=s"])
def test_a_statement_asks_little_and_is_sound(shared_town: Town, ending: str):
    ((number,),) = shared_town.ask("SELECT number FROM statement WHERE partner_id = 1 AND producer_id = 1")
    for login in PAGES:
        page, queries = count_queries(shared_town, login, f"/statements/{number}{ending}")
        assert queries <= MOST_QUERIES
        assert_sound(page)
