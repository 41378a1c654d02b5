"""Losses of goods on the pages of closings and statements: what is taken, what waits, and each by name."""

import pytest

from consign.app import create_app
from consign.db import Database
from consign.files import Files
from tests.builders import FINANCE, build_city
from tests.conftest import REGION
from tests.stock.goods import build_market
from tests.stock.losing import SEPTEMBER, build_losing, freeze
from tests.web.browsing import Browser, give_passwords
from tests.web.sums import Follower, find_sums

NEW = "/closings/new?partner=BM&until=2026-09-30"


@pytest.fixture
def browser(database: Database, files: Files, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Open the browser of dinas finance after September: two packs lost, three contested, one that nobody agreed on."""
    calendar = freeze(monkeypatch)
    with database.transaction(REGION) as session:
        losing = build_losing(build_market(build_city(session)), calendar)
        losing.lose(2)
        losing.contest(losing.loss_of(losing.lose(3)))
        losing.share(None)
        losing.lose(1, product=1)
    calendar.day = SEPTEMBER.replace(month=10, day=1)
    give_passwords(database)
    opened = Browser(create_app(database, files, region=REGION, region_name="Kota Balikpapan"))
    opened.sign_in(FINANCE)
    return opened


def test_a_draft_says_which_losses_it_takes_and_which_wait(browser: Browser):
    page = browser.get(NEW)
    # 2 * 15.000 less 2,5 % are 29.250; 40 % of it are 11.700. The other two: 43.875 and 21.937.
    for said in (
        "Losses that the statements take: 1; the stores bear Rp11.700.",
        "Losses that were contested and wait for the dinas: 1, worth Rp43.875.",
        "Losses for which no share is agreed or decided: 1, worth Rp21.937.",
    ):
        assert said in page.text


def test_each_number_of_losses_leads_to_those_losses(browser: Browser):
    follower = Follower(browser, pages={})
    sums = [one for one in find_sums(follower.open(NEW)) if one.target.startswith("/losses?")]
    # What the statements take, as an amount and as a count, and one of each kind that waits.
    amounts = [("store_rp", 11_700), ("all_rows", 1), ("all_rows", 1), ("all_rows", 1)]
    assert [(one.of, one.amount) for one in sums] == amounts
    for one in sums:
        follower.follow(NEW, one)
    for one in find_sums(follower.open("/drafts/BM/P1?until=2026-09-30")):
        follower.follow("/drafts/BM/P1?until=2026-09-30", one)
    assert follower.wrong == []


def test_a_closing_and_its_statement_name_what_was_lost(browser: Browser):
    closing = browser.post("/closings/new", {"partner": "BM", "until": "2026-09-30", "reason": "uji"}, page=NEW)
    assert "Goods lost, borne by the stores Rp11.700" in closing.text
    page = browser.get("/statements/NP-2026-000001")
    for said in ("HP-2026-000001", "Keripik Singkong (PRD-1)", "Rp29.250", "40%", "Rp11.700"):
        assert said in page.text
    assert "Goods missing or damaged, borne by the store Rp11.700" in page.text
    assert "/losses?q=HP-2026-000001" in page.links()
    assert "Goods missing" not in browser.get("/statements/NP-2026-000002").text
    loss = browser.get("/losses?q=HP-2026-000001")
    assert "settled" in loss.text
