"""All lists offer their files and say what is missing, numbers made of others lead to their parts, all refusals lead on.

Found by walking every page as somebody of every role, not from a list.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs

import pytest
from fastapi import FastAPI

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.web.access import list_routes
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.conftest import REGION
from tests.web.bank_things import put_banks
from tests.web.browsing import Browser, Page, find_route, give_passwords
from tests.web.count_things import put_counts
from tests.web.debt_things import put_debts
from tests.web.goods_things import put_goods
from tests.web.match_things import put_bank
from tests.web.paper_things import put_papers
from tests.web.payment_things import put_payments
from tests.web.payout_things import put_payouts
from tests.web.shelf_things import put_shelves
from tests.web.stock_things import put_notes
from tests.web.sums import LIST, Follower, find_sums
from tests.web.town import BERUANG, COOPERATIVE, FIRST, HEAD, OFFICER, T1, VERIFIER, Town

LEAST = {
    FINANCE: 205, ADMIN: 105, HEAD: 100, AUDITOR: 100, VERIFIER: 85, BERUANG: 50, FIRST: 44, T1: 22, COOPERATIVE: 2, OFFICER: 1,
}  # fmt: skip
"""By person, one of every role: how many numbers that are made of others must be seen to lead to their parts, at least."""
PEOPLE = tuple(LEAST)
THOROUGHLY = {FINANCE, T1, FIRST}
"""People whose files are added up, and of whose pages so many numbers of a kind are followed; others see the same lists."""
MOST_OF_A_KIND = 3
Walks = dict[str, list[tuple[str, Page]]]
NOTHING = re.compile(r'<p class="nothing">(.*?)</p>', re.DOTALL)
IN_VAIN = "qzxqzx"
ALL_IS_WELL = frozenset(
    {
        "No batch with a known end is to be off the shelf within thirty days.",
        "No partner has named any.",
        "No row waits.",
        "Nothing needs to be delivered now, as far as stock and sales are known.",
    }
)
"""What is said where nothing is missing, so that nothing is to be done."""
ORDERS = re.compile(
    r"(?:^|[.:,] |and )(?:add|begin|close|hand in|load|plan|register|sign|write|you register)\b", re.IGNORECASE
)
"""How an empty state tells its reader to do something himself."""
OFFICE = (Role.ADMIN, Role.DINAS_FINANCE, Role.HEAD, Role.VERIFIER)


@pytest.fixture(scope="module", autouse=True)
def things(shared_town: Town) -> None:
    """Put something of every area where pages lead to it."""
    for put in (
        put_papers, put_goods, put_counts, put_shelves, put_notes, put_banks, put_bank, put_payments, put_payouts, put_debts,
    ):  # fmt: skip
        put(shared_town)


@pytest.fixture(scope="module")
def walks(shared_town: Town, things: None) -> Walks:  # noqa: ARG001  # what was put stands where pages lead to it
    """Return all kinds of pages of each person; each is opened once."""
    return {login: list(walk(shared_town.app, shared_town.browser(login))) for login in PEOPLE}


def walk(app: FastAPI, browser: Browser) -> Iterator[tuple[str, Page]]:
    """Open each kind of page once: those without a name in their address, and those that links lead to."""
    plain = [route.partition(" ")[2] for route in list_routes(app) if route.startswith("GET ") and "{" not in route]
    waiting, seen = deque(["/", *plain]), set()
    while waiting:
        path = waiting.popleft()
        route = find_route(app, path.partition("?")[0])
        if route is None or route in seen or "format=" in path or path.startswith("/static/"):
            continue
        seen.add(route)
        page = browser.get(path)
        if page.status != 200 or "html" not in page.answer.headers.get("content-type", ""):
            continue
        yield page.path, page
        waiting += [link.partition("#")[0] for link in page.links() if link.startswith("/")]


def read_text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def find_formats(part: str) -> set[str]:
    """Return the kinds of files that links of a part of a page lead to."""
    links = [unescape(one) for one in re.findall(r'href="([^"]*)"', part)]
    return {kind for link in links for kind in parse_qs(link.partition("?")[2]).get("format", [])}


def leads_on(nothing: str) -> bool:
    """Say whether an empty state says what is missing and what to do next: two sentences, or a link."""
    return (
        "<a " in nothing
        or read_text(nothing) in ALL_IS_WELL
        or len(re.findall(r"[.!?](?:\s|$)", read_text(nothing))) >= 2
    )


def test_every_list_offers_its_files_and_says_what_to_do_where_nothing_is_found(shared_town: Town, walks: Walks):
    lists = 0
    wrong: set[tuple[str, str, str]] = set()
    for login in PEOPLE:
        browser = shared_town.browser(login)
        for path, page in walks[login]:
            for part in LIST.findall(page.source):
                lists += 1
                wrong |= {(login, path, one) for one in find_faults(part)}
            if LIST.search(page.source) and 'type="search"' in page.source:
                join = "&" if "?" in path else "?"
                in_vain = browser.get(f"{path}{join}q={IN_VAIN}")
                (part, *_) = LIST.findall(in_vain.source) or [""]
                if "<table" in part or not leads_on("".join(NOTHING.findall(part))):
                    wrong.add((login, path, "a search in vain"))
    print(f"looked at {lists} lists")
    assert lists > 150
    assert not wrong, "\n".join(map(str, sorted(wrong)))


@pytest.mark.parametrize("login", PEOPLE)
def test_every_number_made_of_others_leads_to_a_list_that_comes_to_the_same(
    shared_town: Town, walks: Walks, login: str
):
    follower = Follower(shared_town.browser(login), pages=dict(walks[login]))
    for path, page in walks[login]:
        kinds: Counter[str] = Counter()
        for one in find_sums(page):
            kind = f"{one.of} {find_route(shared_town.app, re.split('[?#]', one.target)[0] or path.partition('?')[0])}"
            kinds[kind] += 1
            if kinds[kind] <= (MOST_OF_A_KIND if login in THOROUGHLY else 1):
                follower.follow(path, one)
        if login in THOROUGHLY:
            follower.look_at_file(path, page)
    print(f"{login}: followed {follower.followed.total()}: {dict(follower.followed)}")
    assert not follower.wrong, "\n".join(sorted(set(follower.wrong)))
    assert follower.followed.total() >= LEAST[login]


def find_faults(part: str) -> Iterator[str]:
    if "<table" in part:
        if find_formats(part) != {"csv", "xlsx"}:
            yield "no files"
    elif not (empty := "".join(NOTHING.findall(part))) or not leads_on(empty):
        yield read_text(empty) or "nothing is said"


def test_every_page_of_an_empty_region_says_what_is_missing_and_what_to_do(database: Database, town_files: Files):
    app = create_app(database, town_files, region=REGION, region_name="Kota Balikpapan")
    logins = {role: f"{role.value.replace('_', '-')}@dinas.example" for role in OFFICE}
    with database.transaction(REGION) as session:
        for role, login in logins.items():
            by = None if role is Role.ADMIN else get_actor(session, logins[Role.ADMIN])
            add_user(session, by=by, login=login, name="Orang Dinas", role=role)
    give_passwords(database)
    said = 0
    wrong: set[tuple[str, str]] = set()
    for login in logins.values():
        browser = Browser(app)
        assert browser.sign_in(login).status == 200
        for path, page in walk(app, browser):
            for empty in NOTHING.findall(page.source):
                said += 1
                if not leads_on(empty):
                    wrong.add((path, read_text(empty)))
    print(f"read {said} empty states")
    assert said > 15
    assert not wrong, "\n".join(map(str, sorted(wrong)))


def test_nobody_is_told_to_do_what_only_others_may(database: Database, town_files: Files):
    """The auditor changes nothing: where nothing is there yet, it is said who begins."""
    app = create_app(database, town_files, region=REGION, region_name="Kota Balikpapan")
    with database.transaction(REGION) as session:
        add_user(session, by=None, login=ADMIN, name="Orang Admin", role=Role.ADMIN)
        add_user(session, by=get_actor(session, ADMIN), login=AUDITOR, name="Orang Inspektorat", role=Role.AUDITOR)
    give_passwords(database)
    browser = Browser(app)
    browser.sign_in(AUDITOR)
    told = [(path, read_text(empty)) for path, page in walk(app, browser) for empty in NOTHING.findall(page.source)]
    assert len(told) > 15
    assert [one for one in told if ORDERS.search(one[1])] == []


def test_every_refusal_has_a_way_on(shared_town: Town):
    refused: Counter[int] = Counter()
    dead_ends = []
    for login in (FINANCE, T1, FIRST, BERUANG, COOPERATIVE):
        browser = shared_town.browser(login)
        token = browser.get("/privacy").form_token()
        for route in list_routes(shared_town.app):
            method, _, path = route.partition(" ")
            if path in {"/sign-out", "/language"}:
                continue
            address = re.sub(r"\{\w+\}", "0", path)
            page = browser.send(method, address, data={"form_token": token} if method == "POST" else None, follow=False)
            if page.status < 400 or "html" not in page.answer.headers.get("content-type", ""):
                continue
            refused[page.status] += 1
            (content,) = re.findall(r"<main.*?</main>", page.source, re.DOTALL)
            if not re.search(r"<a [^>]*href=|<form", content):
                dead_ends.append((login, route, page.status))
    print(f"refused: {dict(refused)}")
    assert {403, 404, 422} <= set(refused)
    assert dead_ends == []
