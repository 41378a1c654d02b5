"""Every page, looked at as each kind of person: axe finds nothing, the HTML is valid, nothing hangs over at 320 px."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from consign.sample.people import VERIFIER
from consign.web.access import ACCESS
from tests.browser.people import open_context, sign_in
from tests.web.browsing import find_route

PEOPLE = (
    None,
    "keuangan@dinas.example",
    "admin@dinas.example",
    "keuangan@enggang.example",
    "eng01@enggang.example",
    "ratmi@umkm.example",
    "kopi@umkm.example",
    "petugas@dinas.example",
    VERIFIER,
    "kepala@dinas.example",
    "auditor@dinas.example",
)
NO_PAGES = frozenset(
    {
        "GET /payments/{payment_number}/proof",
        "GET /healthz",
        "GET /readyz",
        "GET /static/{digest}/{name}",
        "GET /bank/files/{bank_file_id}/file",
        "GET /uploads/{upload_id}/state",
        "GET /parked/state",
        "GET /uploads/{upload_id}/file",
        "GET /uploads/{upload_id}/report.xlsx",
        "GET /papers/{document_id}/file",
        "GET /papers/{document_id}/pages/{number}",
        "GET /products/{code}/photo",
        "GET /products/{code}/thumb",
        "GET /uploads/template",
        # the whole ledger
        "GET /journal/ledger.beancount",
        "GET /journal/ledger.csv",
        "GET /products/import/template",
        "GET /products/import/products",
        "GET /products/import/{import_id}/problems",
        "GET /labels/{order_id}/state",
        "GET /labels/{order_id}/sheet",
        "GET /labels/{order_id}/preview",
        "GET /label-papers/{stock_id}/test-page",
        "GET /label-tests/{test_id}/sheet",
        "GET /numbers/print",
        "GET /carry-over/template",
        "GET /carry-over/{carry_over_id}/file",
        "GET /late/report.pdf",
        "GET /late/report.xlsx",
        "GET /late/{code}/letter.pdf",
        "GET /goods/{note_number}/paper",
        "GET /closings/{closing_id}/statements.pdf",
        "GET /statements/{number}/paper.pdf",
        "GET /statements/{number}/paper.xlsx",
        "GET /statements/{number}/paper.csv",
        "GET /drafts/{partner_code}/{producer_code}/paper.pdf",
        "GET /counts/{count_number}/sheet",
        "GET /goods/{note_number}/lines.csv",
        "GET /goods/{note_number}/lines.xlsx",
        "GET /payouts/{batch_number}/file",
        "GET /goods/find",  # a form leads to it, and it leads on
        "GET /p/{number}/photo",
        "GET /p/{number}/thumb",
        "GET /01/{gtin}/10/{batch}",  # the page of its number, with one line more; no page leads to it
        "GET /link/{token}",  # looked at where somebody is invited
    }
)
SEVERAL = {"GET /uploads/{upload_id}": 6, "GET /label-papers/{stock_id}": 12}
"""Kinds of pages of which several are looked into for links: not every file has rows that were ignored, nor paper a test."""
LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
AXE = "options => axe.run(document, {...options, resultTypes: ['violations']}).then(found => found.violations)"
"""Runs what was brought into the page, and gives back what is wrong alone: all that is right is a hundred times as much."""
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@dataclass
class Survey:
    """What was seen so far. A list that is narrowed differently is the same page."""

    app: FastAPI
    seen: set[tuple[str, str]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def find_route(self, path: str) -> str | None:
        route = find_route(self.app, path)
        return route and f"GET {route}"


@pytest.fixture(scope="module")
def survey(chromium: Browser, sample_app: FastAPI, sample_site: str) -> Survey:
    """Walk from the first page along all links as each person, and look at every kind of page once."""
    survey = Survey(sample_app)
    for login in PEOPLE:
        context = open_context(chromium, sample_site, language="id" if login != "auditor@dinas.example" else "en")
        page = context.new_page()
        page.on("console", lambda message: _note_console(survey, message.type, message.text))
        if login:
            sign_in(page, login)
        if login == VERIFIER:
            _look_at_review(survey, page)
        _walk(survey, page, sample_site, person=login or "nobody")
        context.close()
    return survey


def _note_console(survey: Survey, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        survey.problems.append(f"console: {text}")


def _walk(survey: Survey, page: Page, base: str, *, person: str) -> None:
    waiting = deque(["/sign-in", "/register"] if person == "nobody" else ["/"])
    seen_here: Counter[str] = Counter()
    addresses: set[str] = set()
    while waiting:
        path = waiting.popleft()
        route = survey.find_route(path.partition("?")[0])
        if route is None:
            survey.problems.append(f"{person}: a link leads to {path}, where nothing is")
            continue
        known = path in addresses or seen_here[route] >= SEVERAL.get(route, 1)
        if known or route in NO_PAGES or "format=" in path:
            continue
        seen_here[route] += 1
        addresses.add(path)
        is_new = all(route != one for one, _ in survey.seen)
        answer = page.goto(path) if is_new else page.request.get(f"{base}{path}")
        assert answer is not None
        if answer.status != 200:
            survey.problems.append(f"{person}: {path} answers {answer.status}")
            continue
        survey.seen.add((route, person))
        source = answer.text()
        if is_new:
            _look(survey, page, f"{person} {path}", source=source)
        for found in LINK.findall(source):
            link = urljoin(answer.url, unescape(found))
            if link.startswith(base):
                waiting.append(link.removeprefix(base).partition("#")[0] or "/")


def _look_at_review(survey: Survey, page: Page) -> None:
    """Look at a paper as the verifier who holds it sees it, and give it back."""
    page.goto("/review")
    page.locator("form[action='/review/next'] button").click()
    page.wait_for_url("**/papers/*")
    _look(survey, page, f"{VERIFIER} reviewing", source=page.content())
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a mapping of two whole numbers
    page.locator("form[action$='/release'] button").click()
    page.wait_for_load_state()


def _look(survey: Survey, page: Page, where: str, *, source: str) -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(source)
    survey.problems += [f"{where}: HTML {code} {facts} at {place}" for place, code, facts in parser.errors]
    page.evaluate(Axe().axe_script)
    survey.problems += _axe_problems(page, OPTIONS, where)
    page.emulate_media(color_scheme="dark")
    survey.problems += _axe_problems(page, CONTRAST, f"{where} in the dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a mapping of two whole numbers
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        survey.problems.append(f"{where}: hangs over by {over} px at 320 px")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # the same


def _axe_problems(page: Page, options: dict[str, object], where: str) -> list[str]:
    found = page.evaluate(AXE, options)
    return [
        f"{where}: axe {one['id']} at {one['nodes'][0]['html'][:160]} ({len(one['nodes'])} places)" for one in found
    ]


def test_nothing_is_wrong_with_any_page(survey: Survey):
    print(
        f"looked at {len(survey.seen)} pages, {len({route for route, _ in survey.seen})} kinds; wrong: {len(survey.problems)}"
    )
    assert "\n".join(survey.problems) == ""


def test_every_page_was_reached_by_links_alone(survey: Survey):
    pages = {route for route in ACCESS if route.startswith("GET ")} - NO_PAGES
    assert sorted(pages - {route for route, _ in survey.seen}) == []
