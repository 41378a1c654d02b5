"""The board of store-days: what each day is, one day of a store, and saying that nothing was sold."""

import gzip
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text

from consign import clock
from consign.identity.queries import get_actor
from consign.period import Period
from consign.sales.board import find_board
from consign.sales.queries import find_missing_days
from consign.sales.rules import DayFacts, DayState, assess_day
from tests.builders import AUDITOR, FINANCE, OPENED
from tests.conftest import REGION
from tests.web.browsing import Page
from tests.web.selling import hand_in_and_read, make_csv, read
from tests.web.town import BERUANG, HEAD, KANCIL, T1, T2, VERIFIER, Town

TODAY = clock.today("Asia/Makassar")


def days_of(page: Page, store: str) -> dict[int, str]:
    """Return what a person who hears the page is told about each day of a store."""
    row = page.source.split(f'<th scope="row">{store} ')[1].split("</tr>")[0]
    cells = re.findall(r'data-day="(\d+)".*?visually-hidden">([^<]*)<', row, re.DOTALL)
    return {int(day): word for day, word in cells}


@pytest.mark.parametrize(
    ("day", "facts", "state"),
    [
        ("2026-11-09", DayFacts(lines=3), DayState.RECEIVED),
        ("2026-11-09", DayFacts(spoken_for=True), DayState.ZERO),
        ("2026-11-09", DayFacts(lines=3, spoken_for=True), DayState.RECEIVED),  # it was said, and then a file came
        ("2026-11-09", DayFacts(lines=3, waiting=1), DayState.PARTIAL),
        ("2026-11-09", DayFacts(waiting=1), DayState.PARTIAL),
        ("2026-11-09", DayFacts(), DayState.MISSING),
        ("2026-10-31", DayFacts(lines=3), DayState.SETTLED),
        ("2026-10-31", DayFacts(spoken_for=True), DayState.SETTLED),
        ("2026-10-31", DayFacts(lines=3, waiting=1), DayState.PARTIAL),
        ("2026-10-31", DayFacts(), DayState.MISSING),  # closed over it, and it is asked for still
        ("2026-11-20", DayFacts(), DayState.TODAY),
        ("2026-11-20", DayFacts(lines=1), DayState.RECEIVED),
        ("2026-11-21", DayFacts(), DayState.AHEAD),
        ("2026-01-01", DayFacts(), DayState.MISSING),
        ("2025-12-31", DayFacts(), DayState.NOT_OPEN),
        ("2026-11-15", DayFacts(), DayState.MISSING),
        ("2026-11-16", DayFacts(), DayState.NOT_OPEN),
        ("2026-11-16", DayFacts(lines=1), DayState.RECEIVED),  # goods that were sold after the last day
    ],
)
def test_a_store_day_is_judged(day: str, facts: DayFacts, state: DayState):
    closed_on = date(2026, 11, 15) if day in {"2026-11-15", "2026-11-16"} else None
    found = assess_day(
        date.fromisoformat(day), facts, expected=True, today=date(2026, 11, 20), opened_on=date(2026, 1, 1), closed_on=closed_on,
        settled_until=date(2026, 10, 31),
    )  # fmt: skip
    assert found is state


def test_a_month_says_of_each_store_and_day_how_it_stands(shared_town: Town):
    page = shared_town.browser(FINANCE).get("/board?partner=BM&month=2026-10")
    first, second = days_of(page, "Gerai T1"), days_of(page, "Gerai T2")
    assert len(first) == len(second) == 31
    # October is closed: T1 sold on the 5th, T2 on the 6th; on the 7th a line of T2 waits for its product.
    assert {day: word for day, word in first.items() if word != "missing"} == {5: "settled"}
    assert {day: word for day, word in second.items() if word != "missing"} == {6: "settled", 7: "lines wait"}
    # Of 62 store-days two are settled and one waits.
    assert "lines wait 1 " in page.text
    assert "missing 59 " in page.text
    assert "1 of 31 days" in page.text
    page = shared_town.browser(FINANCE).get("/board?partner=BM&month=2026-11")
    assert days_of(page, "Gerai T1")[5] == "sales received"


def test_every_day_has_a_word_and_the_table_its_headings(shared_town: Town):
    page = shared_town.browser(FINANCE).get("/board?partner=BM&month=2026-10")
    assert len(page.all("caption")) == 1
    assert all("scope" in heading for heading in page.all("th"))
    assert page.text.count("missing") >= 59


@pytest.mark.parametrize(
    ("month", "days"), [("2026-02", 28), ("2024-02", 29), ("x", 0), ("2026-13", 0), ("9999-12", 0), ("0001-01", 0)]
)
def test_months_are_what_the_calendar_says_and_nonsense_is_the_present_one(shared_town: Town, month: str, days: int):
    page = shared_town.browser(FINANCE).get(f"/board?partner=BM&month={month}")
    assert page.status == 200
    columns = [one for one in page.all("th") if one.get("scope") == "col"]
    if month == "2024-02":  # no store was open then
        assert "No store of this partner sold consigned goods in this month." in page.text
        assert columns == []
    elif days:
        assert len(columns) == 1 + days
    else:
        assert f"month={TODAY - timedelta(TODAY.day):%Y-%m}" in " ".join(page.links())


def test_the_board_and_a_closing_miss_the_same_days(shared_town: Town):
    span = Period(date(2026, 9, 1), TODAY - timedelta(1))
    with shared_town.database.transaction(REGION) as session:
        by = get_actor(session, FINANCE)
        partner_id = shared_town.id("partner", code="BM")
        board = find_board(session, by=by, partner_id=partner_id, span=span, settled_until=date(2026, 10, 31))
        found = {(one.store.code, day) for one in board for day, state in one.days if state is DayState.MISSING}
        assert found == set(find_missing_days(session, partner_id=partner_id, first=span.first, last=span.last))


def test_a_day_leads_to_its_files(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    board = browser.get("/board?partner=BM&month=2026-10")
    path = f"/board?store={shared_town.id('store', code='T2')}&day=2026-10-07"
    assert path in board.links()
    page = browser.get(path)
    assert "Wednesday, 7 October 2026" in page.text
    assert "Lines that wait 1" in page.text
    assert f"/uploads/{shared_town.id('sales_upload', name='oktober-beruang.csv')}" in page.links()
    assert "/parked?partner=BM" in page.links()


def test_a_manager_sees_the_own_day_but_not_the_file_of_all_stores(shared_town: Town):
    page = shared_town.browser(T1).get(f"/board?store={shared_town.id('store', code='T1')}&day=2026-11-05")
    assert "Lines posted 1" in page.text
    assert "november-beruang.csv" not in page.text


def test_days_of_a_stated_span_are_spoken_for(town: Town):
    content = make_csv("PLU1,4,15000", header="Kode,Qty,Harga")
    given = {"store": "T1", "first": "2026-11-10", "last": "2026-11-12"}
    upload_id = hand_in_and_read(town, FINANCE, content, **given)
    path = f"/uploads/{upload_id}"
    browser = town.browser(FINANCE)
    chosen = {"column-0": "code", "column-1": "quantity", "column-2": "unit_price", "scale": "1"}
    browser.post(
        f"{path}/mapping", {**chosen, "first": given["first"], "last": given["last"], "then": "post"}, page=path
    )
    read(town, upload_id)
    days = days_of(browser.get("/board?partner=BM&month=2026-11"), "Gerai T1")
    assert [days[day] for day in (9, 10, 11, 12, 13)] == [
        "missing", "no sales", "no sales", "sales received", "missing",
    ]  # fmt: skip


def say_no_sales(town: Town, login: str, *, store: str = "T1", day: date = TODAY - timedelta(1)) -> Page:
    number = town.id("store", code=store)
    return town.browser(login).post("/board/no-sales", {"store": str(number), "day": str(day)}, page="/account")


@pytest.mark.parametrize("login", [T1, BERUANG, FINANCE])
def test_that_nothing_was_sold_is_said_once_and_then_known(town: Town, login: str):
    yesterday = TODAY - timedelta(1)
    path = f"/board?store={town.id('store', code='T1')}&day={yesterday}"
    page = town.browser(login).get(path)
    assert "Confirm: no sales on this day" in page.text
    assert "/board/no-sales" in page.actions()
    page = say_no_sales(town, login)
    assert "Gerai T1: no sales on" in page.text
    assert days_of(page, "Gerai T1")[yesterday.day] == "no sales"
    assert "/board/no-sales" not in town.browser(login).get(path).actions()
    say_no_sales(town, login)
    assert town.ask("SELECT count(*) FROM sales_posting WHERE kind = 'no_sales'") == [(1,)]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (TODAY, "is not over in Gerai T1; nothing was changed."),
        (TODAY + timedelta(1), "is not over in Gerai T1; nothing was changed."),
        (OPENED - timedelta(1), "Gerai T1 did not sell consigned goods on 31 Dec 2025; nothing was changed."),
        (date(2026, 11, 5), "Gerai T1 has posted sales on 5 Nov 2026; nothing was changed."),
    ],
)
def test_it_is_said_only_of_days_that_are_over_and_without_sales(town: Town, day: date, says: str):
    page = say_no_sales(town, T1, day=day)
    assert page.status == 422
    assert says in page.text
    assert town.ask("SELECT count(*) FROM sales_posting WHERE kind = 'no_sales'") == [(0,)]


def test_a_manager_is_led_to_yesterday(town: Town):
    path = f"/board?store={town.id('store', code='T1')}&day={TODAY - timedelta(1)}"
    board = "/board" if TODAY.day > 1 else f"/board?month={TODAY - timedelta(1):%Y-%m}"
    assert path in town.browser(T1).get(board).links()
    assert "No sales yesterday" not in town.browser(FINANCE).get(board).text


@pytest.mark.parametrize("login", [T2, KANCIL])
def test_a_strangers_store_is_not_there(town: Town, login: str):
    number = town.id("store", code="T1")
    assert town.browser(login).get(f"/board?store={number}&day=2026-11-05").status == 404
    assert say_no_sales(town, login).status == 404
    assert "Gerai T1" not in town.browser(login).get("/board").text
    assert town.ask("SELECT count(*) FROM sales_posting WHERE kind = 'no_sales'") == [(0,)]


@pytest.mark.parametrize("path", ["/board?partner=BM", "/board?store=1&day=x", "/board?store=1&day=0001-01-01",
                                  "/board?store=x&day=2026-11-05", "/board?store=99999999999999999999&day=2026-11-05"])  # fmt: skip
def test_what_is_not_there_is_not_found(shared_town: Town, path: str):
    login = KANCIL if "partner" in path else FINANCE
    assert shared_town.browser(login).get(path).status == 404


@pytest.mark.parametrize("login", [HEAD, AUDITOR, VERIFIER])
def test_readers_have_no_button(shared_town: Town, login: str):
    browser = shared_town.browser(login)
    day = browser.get(f"/board?store={shared_town.id('store', code='T1')}&day={TODAY - timedelta(1)}")
    assert "Nothing is known about this day" in day.text
    assert day.actions() == []
    assert "/uploads/new?partner=BM" not in browser.get("/board?partner=BM").links()


SALES_PAGES = (
    "/uploads", "/uploads/new?partner=BM", "/uploads/{upload}", "/uploads/{upload}/problems", "/uploads/{upload}/ignored",
    "/uploads/{upload}/lines", "/uploads/{upload}/state", "/parked", "/parked/rows",
    "/parked/fix?partner=BM&reason=product.unknown&code=99", "/board?partner=BM&month=2026-10",
    "/board?store={store}&day=2026-10-07", "/board/chasing", "/stores/{store}/days", "/partners/BM/closed-days",
)  # fmt: skip
MOST_STATEMENTS = 12


@pytest.mark.parametrize("path", SALES_PAGES)
def test_no_page_of_sales_asks_the_database_more_than_it_may(shared_town: Town, path: str):
    upload = shared_town.id("sales_upload", name="oktober-beruang.csv")
    path = path.format(upload=upload, store=shared_town.id("store", code="T2"))
    page, asked = count_statements(shared_town, path)
    assert page.status == 200
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)


def count_statements(town: Town, path: str) -> tuple[Page, list[str]]:
    """Open a page as dinas finance, and return what it asked the database."""
    browser = town.browser(FINANCE)
    asked: list[str] = []
    listen = (town.database._engine, "before_cursor_execute", lambda *facts: asked.append(str(facts[2])))
    event.listen(*listen)
    try:
        return browser.get(path), asked
    finally:
        event.remove(*listen)


@pytest.mark.parametrize("path", ["/board?partner=BM&month=2026-10", "/board/chasing"])
def test_two_hundred_stores_with_weeks_and_closed_days_ask_no_more(town: Town, path: str):
    with town.database.transaction(REGION) as session:
        for statement in (
            """INSERT INTO store (partner_id, code, name, zone, opened_on)
               SELECT partner_id, 'X' || n, 'Gerai X' || n, zone, opened_on FROM store, generate_series(1, 198) AS n
               WHERE code = 'T1'""",
            """INSERT INTO store_week SELECT store.id, '2026-10-01', 63, account.id, now() FROM store,
               (SELECT min(id) AS id FROM user_account) AS account""",
            """INSERT INTO store_closure (partner_id, store_id, from_on, until_on, reason, said_by, said_at)
               SELECT partner_id, store_id, '2026-10-05', '2026-10-09', 'renovasi', set_by, set_at
               FROM store_week JOIN store ON id = store_id""",
        ):
            session.execute(text(statement))
    page, asked = count_statements(town, path)
    assert page.status == 200
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)
    assert len(gzip.compress(page.source.encode(), 5)) <= 20_000


def test_a_large_board_is_paged_and_light(town: Town):
    with town.database.transaction(REGION) as session:
        session.execute(
            text("""
            INSERT INTO store (partner_id, code, name, zone, opened_on)
            SELECT partner_id, 'X' || n, 'Gerai X' || n, zone, opened_on FROM store, generate_series(1, 98) AS n
            WHERE code = 'T1'""")
        )
    page = town.browser(FINANCE).get("/board?partner=BM&month=2026-10")
    assert "Page 1 of 3" in page.text
    assert page.source.count('<th scope="row">') == 40
    last = town.browser(FINANCE).get("/board?partner=BM&month=2026-10&page=9")
    assert last.source.count('<th scope="row">') == 20
    assert "missing 3.097 " in last.text  # 100 stores of 31 days, less the three that are known
