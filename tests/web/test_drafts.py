"""Drafts of statements on the page: what they would come to, at any time, for those who may see them."""

import pytest

from tests.builders import FINANCE, KERIPIK
from tests.web.selling import hand_in_and_read, make_csv
from tests.web.sums import Follower, find_sums, find_totals
from tests.web.test_settlement_pages import MOST_QUERIES, count_queries
from tests.web.town import BERUANG, FIRST, HEAD, KANCIL, SECOND, T1, Town


def test_a_partner_is_chosen_and_its_producers_are_listed(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    page = browser.get("/drafts")
    assert {"/drafts?partner=BM", "/drafts?partner=KM"} <= set(page.links())
    drafts = browser.get("/drafts?partner=BM")
    assert {"/drafts/BM/P1", "/drafts/BM/P2"} <= set(drafts.links())
    assert "1 Nov 2026 to 30 Nov 2026" in drafts.text
    assert "P3" not in browser.get("/drafts?partner=BM&format=csv").source


def test_a_draft_says_what_the_running_period_would_come_to(shared_town: Town):
    page = shared_town.browser(HEAD).get("/drafts/BM/P1")
    assert page.status == 200
    for seen in ("Draft: Beruang Mart for Dapur 1", "Nothing is written", "What it comes to", "In words"):
        assert seen in page.text
    assert "/drafts/BM/P1/paper.pdf" in page.links()
    assert page.actions() == []


def test_the_draft_is_printed_and_says_that_it_is_one(shared_town: Town):
    answer = shared_town.browser(BERUANG).get("/drafts/BM/P1/paper.pdf").answer
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize("ending", ["", "/paper.pdf"])
def test_drafts_of_others_are_the_same_nothing_as_none(shared_town: Town, ending: str):
    for login, strange in (
        (KANCIL, "BM/P1"),
        (BERUANG, "KM/P3"),
        (FIRST, "BM/P2"),
        (FIRST, "KM/P3"),
        (SECOND, "BM/P1"),
    ):
        browser = shared_town.browser(login)
        found, nothing = browser.get(f"/drafts/{strange}{ending}"), browser.get(f"/drafts/XX/YY{ending}")
        assert (found.status, nothing.status) == (404, 404), (login, strange)
        assert found.text == nothing.text


def test_a_producer_sees_its_own_draft_alone(shared_town: Town):
    browser = shared_town.browser(FIRST)
    assert "Kancil" not in browser.get("/drafts").source
    drafts = browser.get("/drafts?partner=BM")
    own = {link for link in drafts.links() if link.startswith("/drafts/")}
    assert own == {"/drafts/BM/P1", "/drafts/BM/P1/lines"}
    assert browser.get("/drafts/BM/P1").status == 200
    assert shared_town.browser(T1).get("/drafts").status == 403


@pytest.mark.parametrize("login", [FINANCE, HEAD, BERUANG, FIRST])
def test_each_sum_of_drafts_leads_to_the_sale_lines_it_is_made_of(town: Town, login: str):
    sold = (f"2026-11-05,T1,D1,{KERIPIK},Keripik,2,15000,30000", f"2026-11-06,T1,D2,{KERIPIK},Keripik,1,15000,15000")
    hand_in_and_read(town, FINANCE, make_csv(*sold))
    browser = town.browser(login)
    follower = Follower(browser, pages={})
    for path in ("/drafts?partner=BM", "/drafts/BM/P1"):
        for one in find_sums(follower.open(path)):
            follower.follow(path, one)
    assert follower.wrong == []
    assert follower.followed["sales_rp"] >= 3
    lines = follower.open("/drafts/BM/P1/lines")
    # 30.000 and 15.000, and 15.000 that are in the town; of them 2,5 %: 750, 375 and 375.
    assert {(one.of, int(one.amount)) for one in find_totals(lines)} >= {
        ("all_rows", 3),
        ("sales_rp", 60_000),
        ("fee_rp", 1_500),
    }
    follower.look_at_file("/drafts/BM/P1/lines", lines)
    assert follower.wrong == []


def test_sale_lines_of_a_pair_without_a_draft_are_not_there(shared_town: Town):
    browser = shared_town.browser(BERUANG)
    strange, nothing = (browser.get(f"/drafts/BM/{code}/lines") for code in ("P3", "P987"))
    assert (strange.status, nothing.status) == (404, 404)
    assert "Dapur 3" not in strange.source


@pytest.mark.parametrize("path", ["/drafts", "/drafts?partner=BM", "/drafts/BM/P1", "/drafts/BM/P1/lines"])
def test_a_draft_asks_little_of_the_database(shared_town: Town, path: str):
    for login in (FINANCE, BERUANG, FIRST):
        _, queries = count_queries(shared_town, login, path)
        assert queries <= MOST_QUERIES, login
