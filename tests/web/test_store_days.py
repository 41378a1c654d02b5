"""Days on which stores sell, as pages: who says what, what the board shows of it, and what counts no more as missing."""

from datetime import date, timedelta

import pytest

from consign import clock
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.browsing import Page
from tests.web.test_board import days_of
from tests.web.town import BERUANG, HEAD, KANCIL, T1, T2, Town

TODAY = clock.today("Asia/Makassar")


def store_path(town: Town, code: str = "T1") -> str:
    return f"/stores/{town.id('store', code=code)}"


def close(town: Town, login: str, first: date, last: date, *, code: str = "T1", reason: str = "renovasi") -> Page:
    path = store_path(town, code)
    facts = {"from": str(first), "until": str(last), "reason": reason}
    return town.browser(login).post(f"{path}/closed-days", facts, page=f"{path}/days")


def set_week(town: Town, login: str, first: date, *weekdays: str) -> Page:
    path = store_path(town)
    facts = {"first": str(first), **dict.fromkeys(weekdays, "yes")}
    return town.browser(login).post(f"{path}/week", facts, page=f"{path}/days")


def test_the_board_shows_closed_days_and_who_said_so(town: Town):
    close(town, FINANCE, date(2026, 11, 10), date(2026, 11, 12))
    page = town.browser(BERUANG).get("/board?partner=BM&month=2026-11")
    days = days_of(page, "Gerai T1")
    assert [days[day] for day in (9, 10, 12, 13)] == ["missing", "does not sell", "does not sell", "missing"]
    assert days_of(page, "Gerai T2")[10] == "missing"
    assert "does not sell 3" in page.text
    assert "closed: renovasi Bagus Prakoso" in page.text
    assert f"{store_path(town)}/days" in page.links()
    number = town.id("store", code="T1")
    day = town.browser(T1).get(f"/board?store={number}&day=2026-11-11")
    assert "No report is due for this day" in day.text
    assert "closed: renovasi Bagus Prakoso" in day.text
    assert "Confirm: no sales on this day" not in day.text


def test_the_board_tells_of_each_store_how_many_days_are_missing_and_its_last_report(town: Town):
    source = town.browser(FINANCE).get("/board?partner=BM&month=2026-10").text
    # T1 sold on the 5th of October and of November.
    assert "1 of 31 days 30 missing last report 5 Nov 2026" in source


def test_a_closed_day_on_which_a_store_sold_counts_as_received(town: Town):
    close(town, FINANCE, date(2026, 11, 5), date(2026, 11, 6))
    days = days_of(town.browser(FINANCE).get("/board?partner=BM&month=2026-11"), "Gerai T1")
    assert (days[5], days[6]) == ("sales received", "does not sell")


def test_that_nothing_was_sold_may_be_said_of_a_closed_day(town: Town):
    yesterday = TODAY - timedelta(1)
    close(town, FINANCE, yesterday, yesterday)
    facts = {"store": str(town.id("store", code="T1")), "day": str(yesterday)}
    assert "no sales on" in town.browser(T1).post("/board/no-sales", facts, page="/account").text


def test_a_week_is_set_and_shows_on_the_store_and_the_board(town: Town):
    first = TODAY + timedelta(1)
    page = set_week(town, BERUANG, first, "mon", "tue", "wed", "thu", "fri", "sat")
    assert "Gerai T1 sells on Monday, Tuesday, Wednesday, Thursday, Friday, Saturday from" in page.text
    days = town.browser(T1).get(f"{store_path(town)}/days")
    assert "Sells on every day" in days.text
    sunday = first + timedelta(6 - first.weekday())
    board = town.browser(T1).get(f"/board?month={sunday:%Y-%m}")
    assert days_of(board, "Gerai T1")[sunday.day] == "does not sell"
    set_week(town, BERUANG, TODAY, "mon")
    assert "Sells on Monday" in town.browser(T1).get(f"{store_path(town)}/days").text


@pytest.mark.parametrize(
    ("login", "first", "weekdays", "says"),
    [
        (BERUANG, TODAY - timedelta(1), ("mon",), "A new week begins today or later"),
        (FINANCE, date(2026, 10, 31), ("mon",), "The partner is closed until 31 Oct 2026; nothing was changed."),
        (FINANCE, TODAY, (), "at least one weekday"),
    ],
)
def test_a_week_that_cannot_be_is_refused(town: Town, login: str, first: date, weekdays: tuple[str, ...], says: str):
    page = set_week(town, login, first, *weekdays)
    assert page.is_refused()
    assert says in page.text
    assert page.typed("first") == str(first)
    assert town.ask("SELECT count(*) FROM store_week") == [(0,)]


@pytest.mark.parametrize(
    ("login", "first", "last", "reason", "says"),
    [
        (T1, TODAY - timedelta(1), TODAY, "x", "the head office or the dinas says that the store was closed"),
        (FINANCE, date(2026, 10, 31), TODAY, "x", "The partner is closed until 31 Oct 2026"),
        (FINANCE, TODAY, TODAY - timedelta(1), "x", "lies before the first day"),
        (FINANCE, TODAY, TODAY, " ", "This is missing. Fill it in."),
    ],
)
def test_closed_days_that_cannot_be_are_refused(
    town: Town, login: str, first: date, last: date, *, reason: str, says: str
):
    page = close(town, login, first, last, reason=reason)
    assert page.is_refused()
    assert says in page.text
    assert town.ask("SELECT count(*) FROM store_closure") == [(0,)]


def test_closed_days_are_ended_by_whoever_keeps_the_store(town: Town):
    close(town, T1, TODAY, TODAY + timedelta(10))
    path = f"/closed-days/{town.ask('SELECT id FROM store_closure')[0][0]}/end"
    page = f"{store_path(town)}/days"
    browser = town.browser(T1)
    assert path in browser.get(page).actions()
    assert path not in town.browser(AUDITOR).get(page).actions()
    refused = browser.post(path, {"last": str(TODAY + timedelta(10))}, page=page)
    assert refused.is_refused()
    assert "it can only end earlier" in refused.text
    assert "from then on reports are due again" in browser.post(path, {"last": str(TODAY)}, page=page).text
    assert "ended by" in browser.get(page).text
    assert "was ended before" in browser.post(path, {"last": ""}, page=page).text


def test_all_stores_of_a_partner_are_closed_at_once_by_the_head_office(town: Town):
    path = "/partners/BM/closed-days"
    facts = {"from": str(TODAY), "until": str(TODAY + timedelta(3)), "reason": "Lebaran"}
    page = town.browser(BERUANG).post(path, facts, page=path)
    assert "All stores of Beruang Mart are closed from" in page.text
    board = town.browser(FINANCE).get(f"/board?partner=BM&month={TODAY:%Y-%m}")
    for store in ("Gerai T1", "Gerai T2"):
        assert days_of(board, store)[TODAY.day] == "does not sell"
    assert board.text.count("closed: Lebaran") == 1
    own = town.browser(T2).get(path)
    assert "all stores" in own.text
    assert [one for one in own.actions() if one.startswith(("/closed-days", "/partners"))] == []


def test_a_manager_sees_the_own_store_s_closed_days_alone(town: Town):
    for code in ("T1", "T2"):
        close(town, FINANCE, TODAY, TODAY, code=code, reason=f"rahasia {code}")
    page = town.browser(T1).get("/partners/BM/closed-days")
    assert "rahasia T1" in page.text
    assert "rahasia T2" not in page.text


def test_what_is_said_stands_in_the_audit_trail(town: Town):
    close(town, T1, TODAY, TODAY)
    set_week(town, BERUANG, TODAY, "mon")
    page = town.browser(ADMIN).get("/audit")
    assert "store said to be closed" in page.text
    assert "weekdays of a store set" in page.text


def test_the_home_page_counts_missing_days_without_closed_ones(town: Town):
    def count() -> str:
        text = town.browser(BERUANG).get("/").text
        return text.split("Days without sales in the last two weeks: ")[1].split()[0]

    # Two stores of fourteen days each; then T1 is closed on three of them.
    assert count() == "28"
    close(town, FINANCE, TODAY - timedelta(3), TODAY - timedelta(1))
    assert count() == "25"


def test_closing_does_not_ask_for_closed_days(town: Town):
    before = town.browser(FINANCE).get("/board?partner=BM&month=2026-11").text
    path = "/partners/BM/closed-days"
    facts = {"from": "2026-11-01", "until": "2026-11-30", "reason": "Lebaran"}
    town.browser(FINANCE).post(path, facts, page=path)
    page = town.browser(FINANCE).get("/board?partner=BM&month=2026-11")
    assert "missing 0" in page.text
    assert "missing 0" not in before


def test_the_chasing_list_leads_to_the_days_and_shows_contacts_to_those_who_ask(town: Town):
    page = town.browser(FINANCE).get("/board/chasing?silent=3")
    assert page.status == 200
    assert "Stores that owe reports 3" in page.text
    assert f"({T1})" in page.text
    oldest = max(TODAY - timedelta(60), date(2026, 1, 1))
    assert f"/board?store={town.id('store', code='K1')}&day={oldest}" in page.links()
    for login, seen in ((HEAD, True), (BERUANG, True), (T1, False)):
        assert (f"({T1})" in town.browser(login).get("/board/chasing").text) is seen
    assert "Loka Kancil" not in town.browser(BERUANG).get("/board/chasing").text
    assert "Gerai T2" not in town.browser(T1).get("/board/chasing").text


def test_the_chasing_list_is_sorted_narrowed_and_exported(town: Town):
    browser = town.browser(FINANCE)
    assert "Loka Kancil" not in browser.get("/board/chasing?partner=BM").text
    assert "Nothing fits this search." in browser.get("/board/chasing?reminded=today").text
    csv = browser.get("/board/chasing?sort=store&format=csv").answer.content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in csv.splitlines()] == ["Store", "Gerai T1", "Gerai T2", "Loka Kancil"]
    for sort in ("usual_rp", "-reminded_on", "reminded_by", "-reported_on", "managers"):
        assert browser.get(f"/board/chasing?sort={sort}").status == 200


def test_one_store_is_reminded_once_a_day_and_all_shown_at_once(town: Town):
    browser, number = town.browser(FINANCE), str(town.id("store", code="T1"))
    page = browser.post("/board/remind", {"store": number}, page="/board/chasing")
    assert "Gerai T1 was reminded." in page.text
    assert "Bagus Prakoso" in page.text
    again = browser.post("/board/remind", {"store": number}, page="/board/chasing")
    assert again.is_refused()
    assert "Gerai T1 was reminded today already; nothing was sent." in again.text
    page = browser.post("/board/remind", {"all": "yes", "partner": "BM"}, page="/board/chasing")
    assert "Stores reminded: 1. Reminded today already, so not again: 1." in page.text
    assert page.path == "/board/chasing?partner=BM"
    assert town.ask("SELECT count(*) FROM sales_reminder") == [(2,)]
    assert town.ask("SELECT count(*) FROM notice WHERE kind = 'sales.missing'") == [(2,)]
    assert "All stores on this page were reminded today." in page.text
    assert browser.post("/board/remind", {}, page="/board/chasing").is_refused()


def test_a_head_office_reminds_its_own_stores_alone(town: Town):
    browser = town.browser(BERUANG)
    page = browser.post("/board/remind", {"store": str(town.id("store", code="K1"))}, page="/board/chasing")
    assert page.is_refused()
    browser.post("/board/remind", {"all": "yes"}, page="/board/chasing")
    assert town.ask("SELECT code FROM sales_reminder JOIN store ON id = store_id ORDER BY 1") == [("T1",), ("T2",)]
    for login in (HEAD, T1, KANCIL):
        buttons = town.browser(login).get("/board/chasing").actions()
        assert ("/board/remind" in buttons) is (login == KANCIL)


def test_silent_stores_lead_the_dinas_to_the_chasing_list(town: Town):
    page = town.browser(FINANCE).get("/")
    assert "Stores that reported nothing for three days: 3" in page.text
    assert "/board/chasing?silent=3" in page.links()
    path = "/partners/BM/closed-days"
    facts = {"from": "2026-11-07", "until": str(TODAY), "reason": "Lebaran"}
    town.browser(FINANCE).post(path, facts, page=path)
    # Of T1 and T2 the days after their last report are closed, so only the other partner's store is silent.
    assert "Stores that reported nothing for three days: 1" in town.browser(FINANCE).get("/").text
