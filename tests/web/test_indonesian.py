"""No page in Indonesian shows a text of ours that was left in English."""

import re
from collections import deque
from collections.abc import Iterator
from functools import cache

import pytest

from consign.web.access import find_routes
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.browsing import Browser, Page, find_route
from tests.web.town import BERUANG, FIRST, OFFICER, T1, Town
from tests.words import read_catalogue

SPOKEN = ("alt", "aria-label", "content", "data-scan", "placeholder", "title")
"""The attributes whose text people read or hear."""
ENOUGH_LETTERS = 8
"""A message with holes is looked for only where it has this many letters besides: `{name} ({code})` would be anything."""
OPEN_PAGES = ("/sign-in", "/register", "/privacy", "/forgotten", "/no/such/page")
HOLE = re.compile(r"%\(\w+\)s|\{\w+\}")


@cache
def find_english() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the messages whose translation differs, in small letters; those with holes as patterns."""
    whole, patterns, indonesian = set(), [], set()
    for message in read_catalogue():
        english, translation = str(message.id).lower(), str(message.string).lower()
        indonesian.add(translation)
        if not english or english == translation:
            continue
        parts = HOLE.split(english)
        if len(parts) == 1:
            whole.add(english)
        elif sum(letter.isalpha() for letter in "".join(parts)) >= ENOUGH_LETTERS:
            patterns.append(re.compile(".+".join(map(re.escape, parts))))
    return whole - indonesian, patterns


def find_texts(page: Page) -> Iterator[str]:
    """Return every text of a page, and every attribute that is read out."""
    for text in (*page.texts, *(value for _, named in page.tags for key, value in named.items() if key in SPOKEN)):
        yield " ".join((text or "").split())


def find_left_in_english(page: Page) -> set[str]:
    """Return the texts of a page that are messages in English."""
    return {one for one in find_texts(page) if is_english(one.lower())}


@cache
def is_english(said: str) -> bool:
    """Say whether a text in small letters is one of our messages, as it stands or with something in its holes."""
    whole, patterns = find_english()
    return said in whole or any(form.fullmatch(said) for form in patterns)


def walk(town: Town, browser: Browser) -> Iterator[Page]:
    """Open every kind of page that links lead to."""
    seen, waiting = set(), deque(["/"])
    while waiting:
        path = waiting.popleft()
        route = find_route(town.app, path.partition("?")[0])
        if route is None or route in seen or "format=" in path or path.startswith("/static/"):
            continue
        seen.add(route)
        page = browser.get(path)
        waiting += [link.partition("#")[0] for link in page.links() if link.startswith("/")]
        yield page


@pytest.mark.parametrize("login", [FINANCE, ADMIN, AUDITOR, BERUANG, T1, FIRST, OFFICER])
def test_no_page_is_left_in_english(shared_town: Town, login: str):
    browser = Browser(shared_town.app, language="id")
    browser.sign_in(login)
    found = {page.path: left for page in walk(shared_town, browser) if (left := find_left_in_english(page))}
    assert found == {}


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_no_open_page_is_left_in_english(shared_town: Town, path: str):
    assert find_left_in_english(Browser(shared_town.app, language="id").get(path)) == set()


def test_a_refused_form_says_what_is_wrong_in_indonesian(shared_town: Town):
    browser = Browser(shared_town.app, language="id")
    browser.sign_in(ADMIN)
    forms = sorted(
        {one.path for one in find_routes(shared_town.app) if one.path.endswith("/new") and "{" not in one.path}
    )
    assert len(forms) >= 5
    for path in forms:
        page = browser.post(path, {}, page=path)
        assert (path, find_left_in_english(page)) == (path, set())


def test_english_would_be_found(shared_town: Town):
    assert find_left_in_english(Browser(shared_town.app, language="en").get("/register"))
