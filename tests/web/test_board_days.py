"""The days of stores one by one: every number of days on the board and of stores that owe reports leads to them."""

import re

import pytest

from tests.builders import FINANCE
from tests.web.browsing import Page
from tests.web.sums import Follower, add_up_file, find_sums, find_totals
from tests.web.town import BERUANG, HEAD, T1, T2, Town

DAYS = "/board/days"
OCTOBER = f"{DAYS}?partner=BM&from=2026-10-01&until=2026-10-31"


def count(page: Page) -> int:
    """Return how many days a page says that its list has."""
    return sum(int(one.amount) for one in find_totals(page) if one.of == "all_rows")


@pytest.mark.parametrize(
    ("login", "least"), [(FINANCE, 11), (HEAD, 11), (BERUANG, 10), (T1, 5)],
)  # fmt: skip
def test_every_number_of_days_leads_to_just_those_days(shared_town: Town, login: str, least: int):
    follower = Follower(shared_town.browser(login), pages={})
    for path in ("/board?partner=BM&month=2026-10", "/board/chasing"):
        for one in find_sums(follower.open(path)):
            if one.target.startswith(DAYS):
                follower.follow(path, one)
    assert follower.wrong == []
    assert follower.followed.total() >= least


def test_a_month_has_a_row_for_each_day_and_is_narrowed_by_state_store_and_word(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    # Two stores in October: T1 sold on one day, T2 on one, a line of T2 waits on another; both are silent else.
    assert count(browser.get(OCTOBER)) == 2 * 31
    assert count(browser.get(f"{OCTOBER}&state=settled")) == 2
    assert count(browser.get(f"{OCTOBER}&state=partial")) == 1
    assert count(browser.get(f"{OCTOBER}&state=missing")) == 30 + 29
    assert count(browser.get(f"{OCTOBER}&state=missing&store=T2")) == 29
    assert count(browser.get(f"{OCTOBER}&q=gerai t1")) == 31
    assert count(browser.get(f"{DAYS}?partner=BM&store=T1&from=2026-10-05&until=2026-10-06")) == 2
    found = add_up_file(browser, f"{OCTOBER}&state=missing")
    assert found is not None
    assert found[0] == 59


def test_a_day_leads_to_what_is_known_of_it(shared_town: Town):
    page = shared_town.browser(FINANCE).get(f"{DAYS}?partner=BM&store=T1&from=2026-10-05&until=2026-10-05")
    (path,) = {link for link in page.links() if link.startswith("/board?store=")}
    assert path == f"/board?store={shared_town.id('store', code='T1')}&day=2026-10-05"


def test_a_manager_sees_the_own_days_and_no_strangers(shared_town: Town):
    browser = shared_town.browser(T1)
    assert count(browser.get(OCTOBER)) == 31
    assert "Gerai T2" not in browser.get(OCTOBER).source
    assert 'class="nothing"' in browser.get(f"{OCTOBER}&store=T2").source
    assert browser.get(f"{DAYS}?partner=KM").status == 404
    assert count(shared_town.browser(T2).get(OCTOBER)) == 31


@pytest.mark.parametrize(
    "asked", ["from=0001-01-01&until=9999-12-31", "from=2026-13-99", "from=2026-10-31&until=2026-10-01", "state=ahead&store=%00"]
)  # fmt: skip
def test_nonsense_is_no_fault(shared_town: Town, asked: str):
    assert shared_town.browser(FINANCE).get(f"{DAYS}?partner=BM&{asked}").status == 200


def test_of_very_many_days_the_last_ones_are_shown(shared_town: Town):
    page = shared_town.browser(FINANCE).get(f"{DAYS}?partner=BM&store=T1&from=2025-01-01&until=2026-10-31&sort=day")
    first = re.search(r'datetime="(\d{4}-\d\d-\d\d)"', page.source)
    assert first is not None
    assert first[1] == "2025-09-27"  # 400 days: 2025-09-27 to 2026-10-31, both inside
    assert count(page) == 400


def test_whose_days_are_shown_stands_in_the_filter(shared_town: Town):
    page = shared_town.browser(FINANCE).get(f"{DAYS}?state=missing")
    assert page.path == f"{DAYS}?state=missing&partner=BM"
    assert {"value": "BM", "selected": None} in page.all("option")
