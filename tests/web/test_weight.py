"""How much each page asks of the database and of the line: counted on every page that links lead to."""

import gzip
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from consign.app import COMPRESSION
from consign.web.assets import find_assets
from tests.builders import ADMIN, FINANCE
from tests.web.bank_things import put_banks
from tests.web.browsing import Browser, find_route
from tests.web.count_things import put_counts
from tests.web.debt_things import put_debts
from tests.web.goods_things import put_goods
from tests.web.match_things import put_bank
from tests.web.paper_things import put_papers
from tests.web.payment_things import put_payments
from tests.web.payout_things import put_payouts
from tests.web.shelf_things import put_shelves
from tests.web.stock_things import put_notes
from tests.web.store_day_things import put_closures
from tests.web.town import BERUANG, FIRST, HEAD, OFFICER, T1, VERIFIER, Town

MOST_QUERIES = 12
MOST_BYTES = 20_000
MOST_FIRST_BYTES = 60_000
MOST_SCRIPT_BYTES = 15_000


@contextmanager
def counting(town: Town) -> Iterator[list[str]]:
    """Collect the statements that the database is sent."""
    asked: list[str] = []

    def note(*facts: object) -> None:
        asked.append(str(facts[2]))

    event.listen(town.database._engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(town.database._engine, "before_cursor_execute", note)


@pytest.fixture(scope="module", autouse=True)
def papers(shared_town: Town) -> None:
    """Put papers where pages lead to them."""
    put_papers(shared_town)
    put_goods(shared_town)
    put_counts(shared_town)
    put_closures(shared_town)
    put_shelves(shared_town)
    put_notes(shared_town)
    put_banks(shared_town)
    put_bank(shared_town)
    put_payments(shared_town)
    put_payouts(shared_town)
    put_debts(shared_town)


def measure(town: Town, login: str) -> dict[str, tuple[int, int, str]]:
    """Walk along all links as *login*; give for each kind of page its statements, its bytes, and an address.

    The first page was open before: what it tells is remembered until somebody in the region does something.
    """
    browser, figures, waiting = town.browser(login), {}, deque(["/"])
    assert browser.get("/").status == 200
    while waiting:
        path = waiting.popleft()
        route = find_route(town.app, path.partition("?")[0])
        if route is None or route in figures or "format=" in path or path.startswith("/static/"):
            continue
        with counting(town) as asked:
            page = browser.get(path)
        if "html" not in page.answer.headers.get("content-type", ""):
            continue  # a file, which weighs what it holds
        figures[route] = (len(asked), len(gzip.compress(page.source.encode(), COMPRESSION)), path)
        waiting += [link.partition("#")[0] for link in page.links() if link.startswith("/")]
    return figures


@pytest.mark.parametrize("login", [FINANCE, ADMIN, BERUANG, T1, FIRST, OFFICER, VERIFIER, HEAD])
def test_no_page_asks_more_than_twelve_things_of_the_database_or_weighs_more_than_20_kb(shared_town: Town, login: str):
    figures = measure(shared_town, login)
    print(f"{login}: {len(figures)} pages, at most {max(one[0] for one in figures.values())} statements")
    assert len(figures) >= 8
    assert {route: one for route, one in figures.items() if one[0] > MOST_QUERIES} == {}
    assert {route: one for route, one in figures.items() if one[1] > MOST_BYTES} == {}


def test_a_first_visit_weighs_less_than_60_kb_and_the_script_less_than_15(shared_town: Town):
    page = Browser(shared_town.app).get("/sign-in")
    weights = {asset.name: len(asset.compressed) for asset in find_assets().values()}
    first = sum(weights.values()) + len(gzip.compress(page.source.encode(), COMPRESSION))
    print(f"first visit {first} bytes, script {weights['consign.js']}")
    assert first <= MOST_FIRST_BYTES
    assert weights["consign.js"] <= MOST_SCRIPT_BYTES


def test_long_lists_ask_no_more_than_short_ones(town: Town):
    browser = town.browser(FINANCE)
    counts = {}
    for times in (1, 40):
        with town.database.transaction("64.71") as session:
            session.execute(
                text("""
                INSERT INTO sales_upload (partner_id, sha256, name, size_bytes, status, outcome, decisions, received_by,
                  received_at)
                SELECT partner_id, sha256 || :times || n, name || n, size_bytes, 'refused', '{}', '{}', received_by,
                  received_at FROM sales_upload, generate_series(1, :times) AS n"""),
                {"times": times},
            )
        Browser(town.app).sign_in(FINANCE)  # an act: nothing is remembered from before
        with counting(town) as asked:
            browser.get("/uploads")
        counts[times] = len(asked)
    assert counts[1] == counts[40]
