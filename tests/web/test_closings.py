"""Closing a period on the page: what is missing, what it comes to, once and never twice."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from consign.app import create_app
from consign.checks import CHECKS
from consign.db import Database
from consign.files import Files
from consign.identity.actions import add_user
from consign.identity.queries import get_actor
from consign.identity.rules import Role
from consign.partners.queries import get_region_terms
from consign.sales.no_sales import confirm_no_sales
from consign.web.closings import gather_gaps
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK, SAMBAL, City, build_city, write_csv
from tests.conftest import REGION
from tests.web.browsing import Browser, Page, give_passwords
from tests.web.sums import Follower, find_sums
from tests.web.town import BERUANG, FIRST, HEAD, T1, VERIFIER, Town

UNTIL = "2026-10-31"
NEW = f"/closings/new?partner=BM&until={UNTIL}"
MISSING_DAYS = "/board/days?partner=BM&state=missing&from=2026-10-01&until=2026-10-31"
WAITING_ROWS = "/parked/rows?partner=BM&sold_until=2026-10-31"


@pytest.fixture
def october(database: Database, tmp_path: Path) -> City:
    """Build a city whose October is over and not closed: three Keripik, one Sambal, one line that waits."""
    path = write_csv(
        tmp_path,
        f"2026-10-05,T1,S1,{KERIPIK},Keripik,3,15000,45000",
        f"2026-10-06,T2,S2,{SAMBAL},Sambal,1,22500,22500",
        "2026-10-07,T2,S3,99,Apa ini,1,1000,1000",
        name="oktober.csv",
    )
    with database.transaction(REGION) as session:
        city = build_city(session)
        city.post(path)
    give_passwords(database)
    return city


@pytest.fixture
def browser(database: Database, files: Files, october: City) -> Browser:  # noqa: ARG001  # the city must stand
    """Open the browser of dinas finance."""
    opened = Browser(create_app(database, files, region=REGION, region_name="Kota Balikpapan"))
    opened.sign_in(FINANCE)
    return opened


def close(browser: Browser, **texts: str) -> Page:
    return browser.post("/closings/new", {"partner": "BM", "until": UNTIL, **texts}, page=NEW)


def count(database: Database, table: str) -> int:
    with database.transaction(REGION) as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_what_can_be_closed_leads_to_the_draft_and_to_what_is_missing(browser: Browser):
    page = browser.get("/closings")
    assert {NEW, MISSING_DAYS, WAITING_ROWS} <= set(page.links())
    for seen in ("Beruang Mart", "1 Oct 2026", "31 Oct 2026", "something is missing", "59"):
        assert seen in page.text  # two stores and 31 days less two with sales and one whose line waits: 59
    assert "No period is closed yet" in page.text


def test_the_draft_says_what_closing_will_come_to_and_writes_nothing(browser: Browser, database: Database):
    page = browser.get(NEW)
    # 45.000 and 22.500; 2,5 %: 1.125 and 562,50, so 563.
    for seen in ("Rp67.500", "Rp1.688", "Rp65.812", "T1", "1 Oct 2026 – 4 Oct 2026"):  # noqa: RUF001  # between two days
        assert seen in page.text
    assert {MISSING_DAYS, WAITING_ROWS} <= set(page.links())
    assert [one["name"] for one in page.all("textarea")] == ["reason"]
    assert (count(database, "closing"), count(database, "statement"), count(database, "transfer")) == (0, 0, 0)


def test_the_draft_names_the_tax_between_sales_and_net(browser: Browser, database: Database):
    with database.transaction(REGION) as session:
        session.execute(text("UPDATE agreement SET fee_tax_bp = 1100"))
    page = browser.get(NEW)
    # 11 % of 1.125 and of 563 are 124 and 62: 67.500 - 1.688 - 186 = 65.626.
    for seen in ("Rp67.500", "Rp1.688", "PPN on the fee Rp186", "Net Rp65.626"):
        assert seen in page.text
    assert follow(browser, NEW)["fee_tax_rp"] == 1


def follow(browser: Browser, *paths: str) -> Counter[str]:
    """Follow every number of some pages; return what they were of."""
    follower = Follower(browser, pages={})
    for path in paths:
        for one in find_sums(follower.open(path)):
            follower.follow(path, one)
    assert follower.wrong == []
    return follower.followed


def test_each_number_before_a_closing_leads_to_what_it_is_made_of(
    browser: Browser, database: Database, october: City, tmp_path: Path
):
    with database.transaction(REGION) as session:
        october.session = session
        # A line of November that waits is no line of this closing; a file that nobody posted is one of it.
        october.post(write_csv(tmp_path, "2026-11-02,T1,N1,98,Apa,1,1000,1000", name="november.csv"))
        session.execute(text("""
            INSERT INTO sales_upload (partner_id, sha256, name, size_bytes, status, outcome, decisions, received_by, received_at)
            SELECT partner_id, sha256 || 'x', 'lain.csv', 1, 'needs_mapping', '{}', '{}', received_by, received_at
            FROM sales_upload ORDER BY id LIMIT 1"""))  # fmt: skip
    found = {one.target: one.amount for one in find_sums(browser.get("/closings"))}
    assert found == {MISSING_DAYS: 59, WAITING_ROWS: 1, "/uploads?partner=BM&open=yes": 1}
    follow(browser, "/closings")
    # Statements, lines, sales, fee, net, due; 59 days, one line, one file; and the days of T1 and of T2.
    followed = follow(browser, NEW)
    assert followed == {"all_rows": 6, "line_count": 1, "sales_rp": 1, "fee_rp": 1, "net_rp": 1, "due_rp": 1}
    gaps = {link for link in browser.get(NEW).links() if link.startswith("/board/days?partner=BM&store=T1")}
    spans = {"from=2026-10-01&until=2026-10-04", "from=2026-10-06&until=2026-10-31", "from=2026-10-01&until=2026-10-31"}
    assert gaps == {f"/board/days?partner=BM&store=T1&state=missing&{span}" for span in spans}


def test_a_closing_over_two_periods_leads_to_the_drafts_of_both(
    browser: Browser, database: Database, october: City, tmp_path: Path
):
    with database.transaction(REGION) as session:
        october.session = session
        october.post(write_csv(tmp_path, f"2026-09-05,T1,A1,{KERIPIK},Keripik,1,15000,15000", name="september.csv"))
    # 15.000 of September; with October it is 15.000 + 67.500.
    for until, sales in (("2026-09-30", "sales_rp=15000"), (UNTIL, "sales_rp=82500")):
        new = f"/closings/new?partner=BM&until={until}"
        assert sales in browser.get(new).source
        assert sum(follow(browser, new, f"/drafts?partner=BM&until={until}").values()) > 10
        draft = f"/drafts/BM/P1?until={until}"
        assert draft in browser.get(f"/drafts?partner=BM&until={until}").links()
        followed = follow(browser, draft)
        assert (followed["sales_rp"], followed["fee_rp"]) >= (2, 2)
    assert "sales_rp=15000" in browser.get("/drafts?partner=BM&until=2026-12-31").source  # no end: the next one


def test_without_a_reason_it_is_refused_on_the_field_and_nothing_is_closed(browser: Browser, database: Database):
    for reason in ("", "   "):
        page = close(browser, reason=reason)
        assert page.status == 422
        assert "Missing: " in page.text
        assert 'href="#field-reason"' in page.source
        assert page.typed("until") == UNTIL
    assert count(database, "closing") == 0


def test_it_is_closed_once_and_again_leads_to_the_same_closing(browser: Browser, database: Database):
    page = close(browser, reason="menyusul")
    assert (page.status, page.path) == (200, "/closings/1")
    assert "Beruang Mart is closed until 31 Oct 2026. Statements written: 2." in page.text
    for seen in ("Rp67.500", "Rp65.812", "Rp43.875", "Rp21.937", "menyusul", "Bagus Prakoso", "59"):
        assert seen in page.text
    assert {"/statements/NP-2026-000001", "/statements/NP-2026-000002"} <= set(page.links())
    before = [count(database, name) for name in ("closing", "statement", "transfer", "audit_event")]
    again = browser.post("/closings/new", {"partner": "BM", "until": UNTIL, "reason": "lagi"}, page="/account")
    assert (again.status, again.path) == (200, "/closings/1")
    assert "closed before; nothing was changed" in again.text
    assert browser.get(NEW).path == "/closings/1"
    assert [count(database, name) for name in ("closing", "statement", "transfer", "audit_event")] == before
    with database.transaction(REGION) as session:
        assert [breach for check in CHECKS for breach in check(session)] == []


def test_a_complete_period_asks_for_no_reason(browser: Browser, database: Database, october: City, tmp_path: Path):
    with database.transaction(REGION) as session:
        october.session = session
        session.execute(text("UPDATE sales_parked SET state = 'dismissed', note = 'uji'"))
        days = [f"2026-10-{day:02d},T1,R{day},{KERIPIK},Keripik,1,15000,15000" for day in range(1, 32) if day != 5]
        october.post(write_csv(tmp_path, *days, name="rest.csv"))
        for day in range(1, 32):
            if day != 6:
                confirm_no_sales(session, by=october.finance, store=october.stores[1], day=date(2026, 10, day))
    page = browser.get(NEW)
    assert "Nothing is missing." in page.text
    assert page.all("textarea") == []
    closed = close(browser)
    assert (closed.status, closed.path) == (200, "/closings/1")
    assert "Nothing was missing." in closed.text


@pytest.mark.parametrize("until", ["2026-10-15", "2026-09-30x", "2999-12-31", "9999-12-31", "besok"])
def test_a_day_that_cannot_be_closed_is_explained(browser: Browser, database: Database, until: str):
    sent = browser.post("/closings/new", {"partner": "BM", "until": until, "reason": "x"}, page=NEW)
    assert sent.status == 422
    assert browser.get(f"/closings/new?partner=BM&until={until}").status in {200, 422}
    assert count(database, "closing") == 0


@pytest.mark.parametrize(
    "path", ["/closings/new?partner=XX", "/closings/new?partner=%00x", "/closings/7", "/closings/0"]
)
def test_what_is_not_there_is_not_found(browser: Browser, path: str):
    assert browser.get(path).status == 404


@pytest.mark.parametrize("closing_id", ["99999999999999999999", "-1", "1.5", "%00", "x"])
def test_an_odd_number_is_not_found(browser: Browser, closing_id: str):
    page = browser.get(f"/closings/{closing_id}")
    assert page.status == 404
    assert page.text == browser.get("/closings/7").text


def test_the_home_page_asks_to_close_what_is_over(browser: Browser):
    page = browser.get("/")
    assert NEW in page.links()
    # 59 silent store-days and one line that waits.
    assert "Close Beruang Mart until 31 Oct 2026" in page.text
    assert "Still missing: 60" in page.text


@pytest.mark.parametrize("login", [HEAD, AUDITOR, VERIFIER, ADMIN])
def test_readers_see_closings_and_no_way_to_close(shared_town: Town, login: str):
    browser = shared_town.browser(login)
    page = browser.get("/closings")
    assert (page.status, page.actions()) == (200, [])
    assert not [link for link in page.links() if link.startswith("/closings/new")]
    one = browser.get("/closings/1")
    assert (one.status, one.actions()) == (200, [])
    assert browser.get("/closings/new?partner=BM").status == 403
    assert not [link for link in browser.get("/").links() if link.startswith("/closings/new")]


@pytest.mark.parametrize("login", [BERUANG, T1, FIRST])
def test_closings_are_for_the_dinas(shared_town: Town, login: str):
    browser = shared_town.browser(login)
    assert {browser.get(path).status for path in ("/closings", "/closings/1", "/closings?format=csv")} == {403}


def test_the_list_of_closings_can_be_narrowed_and_taken_along(shared_town: Town):
    browser = shared_town.browser(AUDITOR)
    narrowed = browser.get("/closings?partner=KM&format=csv").source
    assert "Kancil Mart" in narrowed
    assert "Beruang" not in narrowed
    assert browser.get("/closings?q=uji+coba&format=csv").source.count("uji coba") == 2
    statements = browser.get(f"/closings/{shared_town.id('closing', partner_id=partner_id(shared_town))}?format=csv")
    assert statements.source.count("NP-") == 2


def partner_id(town: Town) -> int:
    return town.id("partner", code="BM")


def test_neighbouring_days_are_said_together():
    first, fifth = date(2026, 10, 1), date(2026, 10, 5)
    days = [("T1", first), ("T1", date(2026, 10, 2)), ("T1", fifth), ("T2", fifth)]
    found = [(gap.store, gap.days, list(gap.spans)) for gap in gather_gaps(days)]
    assert found == [("T1", 3, [(first, date(2026, 10, 2)), (fifth, fifth)]), ("T2", 1, [(fifth, fifth)])]


SECOND_LOGIN = "kedua@dinas.example"


def test_one_prepares_on_the_page_and_another_countersigns(browser: Browser, database: Database):
    with database.transaction(REGION) as session:
        get_region_terms(session).closes_by_two = True
        add_user(
            session, by=get_actor(session, ADMIN), login=SECOND_LOGIN, name="Dewi Lestari", role=Role.DINAS_FINANCE
        )
    give_passwords(database)
    page = browser.get(NEW)
    assert page.actions() == ["/closings/prepare"]
    prepared = browser.post("/closings/prepare", {"partner": "BM", "until": UNTIL, "reason": "uji"}, page=NEW)
    assert "is prepared. Another person must countersign it." in prepared.text
    assert prepared.actions() == ["/closings/withdraw"]
    other = Browser(browser.app)
    other.sign_in(SECOND_LOGIN)
    assert NEW in other.get("/").links()
    assert "Bagus Prakoso" in other.get("/closings").text
    page = other.get(NEW)
    assert sorted(page.actions()) == ["/closings/new", "/closings/withdraw"]
    closed = other.post("/closings/new", {"partner": "BM", "until": UNTIL, "reason": ""}, page=NEW)
    assert closed.path.startswith("/closings/")
    for seen in ("Prepared by", "Bagus Prakoso", "Closed by", "Dewi Lestari"):
        assert seen in closed.text
    (paper,) = [link for link in closed.links() if link.endswith("statements.pdf")]
    assert other.get(paper).answer.content.startswith(b"%PDF")


def test_what_is_prepared_can_be_withdrawn_on_the_page(browser: Browser, database: Database):
    browser.post("/closings/prepare", {"partner": "BM", "until": UNTIL, "reason": "uji"}, page=NEW)
    page = browser.post("/closings/withdraw", {"partner": "BM"}, page=NEW)
    assert "What was prepared is withdrawn; nothing was closed." in page.text
    assert count(database, "closing") == 0
    assert browser.post("/closings/prepare", {"partner": "BM", "until": UNTIL}, page=NEW).status == 422
