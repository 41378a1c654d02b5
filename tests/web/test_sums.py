"""Every number that is made of others leads to a list of its parts, and that list comes to the same: for every role."""

import re
from collections import Counter
from decimal import Decimal

import pytest

from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.bank_things import put_banks
from tests.web.browsing import Browser, Page
from tests.web.count_things import put_counts
from tests.web.debt_things import put_debts
from tests.web.goods_things import put_goods
from tests.web.match_things import put_bank
from tests.web.paper_things import put_papers
from tests.web.payment_things import put_payments
from tests.web.payout_things import put_payouts
from tests.web.shelf_things import put_shelves
from tests.web.stock_things import put_notes
from tests.web.sums import SumShown, add_up_file, find_sums, find_totals, says_nothing
from tests.web.test_consistency import find_route, walk
from tests.web.town import BERUANG, COOPERATIVE, FIRST, HEAD, OFFICER, T1, VERIFIER, Town

LEAST = {
    ADMIN: 0, FINANCE: 0, HEAD: 0, VERIFIER: 0, OFFICER: 0, AUDITOR: 0, BERUANG: 0, T1: 0, COOPERATIVE: 0, FIRST: 0,
}  # fmt: skip
"""By person: how many numbers of different lists must be seen to lead on, at least."""
FILES_OF = {FINANCE, T1, FIRST}
"""People whose files are added up; others get the same from the same lists."""
MOST_OF_A_KIND = 3
"""So many numbers of one page that lead to the same kind of list are followed for them; one for others."""


@pytest.fixture(scope="module", autouse=True)
def things(shared_town: Town) -> None:
    """Put something of every area where pages lead to it."""
    for put in (
        put_papers, put_goods, put_counts, put_shelves, put_notes, put_banks, put_bank, put_payments, put_payouts, put_debts,
    ):  # fmt: skip
        put(shared_town)


class Follower:
    """Follows numbers of one person's pages; each list is opened once."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.pages: dict[str, Page] = {}
        self.followed: Counter[str] = Counter()
        self.wrong: list[str] = []

    def open(self, path: str) -> Page:
        if path not in self.pages:
            self.pages[path] = self.browser.get(path)
        return self.pages[path]

    def follow(self, path: str, one: SumShown) -> None:
        """Look whether the list of the parts comes to what the number says."""
        address, _, name = (one.target or path).partition("#")
        address = address or path
        page = self.open(address)
        totals = {total.amount for total in find_totals(page, name) if total.of == one.of}
        expected = {Decimal(0)} if not totals and says_nothing(page) else totals
        self.followed[one.of] += 1
        if page.status != 200 or expected != {one.amount}:
            said = ", ".join(map(str, totals)) or "nothing"
            self.wrong.append(f"{path}: {one.text!r} ({one.of}={one.amount}) leads to {address}: {said}")

    def look_at_file(self, path: str, page: Page) -> None:
        """Look whether the file of a list has all its rows, and comes to what its last row says."""
        if "format=csv" not in page.source:
            return
        found = add_up_file(self.browser, path)
        if found is None:
            self.wrong.append(f"{path} gives no file")
            return
        rows, sums = found
        for one in find_totals(page):
            if one.of == "all_rows" and rows != one.amount:
                self.wrong.append(f"{path} has {one.amount} rows, its file {rows}")
            elif one.label in sums and sums[one.label] != one.amount:
                self.wrong.append(f"{path}: {one.label} says {one.amount}, its file {sums[one.label]}")


@pytest.mark.parametrize("login", LEAST)
def test_every_number_made_of_others_leads_to_a_list_that_comes_to_it(shared_town: Town, login: str):
    follower = Follower(shared_town.browser(login))
    most = MOST_OF_A_KIND if login in FILES_OF else 1
    for path, page in walk(shared_town.app, follower.browser):
        follower.pages[path] = page
        kinds: Counter[str] = Counter()
        for one in find_sums(page):
            route = find_route(shared_town.app, re.split("[?#]", one.target)[0] or path.partition("?")[0])
            kinds[f"{one.of} {route}"] += 1
            if kinds[f"{one.of} {route}"] <= most:
                follower.follow(path, one)
        if login in FILES_OF:
            follower.look_at_file(path, page)
    print(f"{login}: followed {follower.followed.total()}: {dict(follower.followed)}")
    assert not follower.wrong, "\n".join(sorted(set(follower.wrong)))
    assert follower.followed.total() >= LEAST[login]
