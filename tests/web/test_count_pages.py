"""Counts on pages: begun, scanned into as a plain form and as the script does, corrected, recorded, taken back."""

import json
import re
from decimal import Decimal

import pytest

from consign.web.counting import read_scanned_quantity
from tests.builders import KERIPIK, SAMBAL
from tests.web.browsing import Browser, Page
from tests.web.count_things import put_counts
from tests.web.town import BERUANG, FIRST, K1, SECOND, T1, Town

SCRIPT = {"x-sent-by": "script"}


def begin(town: Town, login: str = T1, **typed: str) -> Page:
    wanted = {"extent": "full", "day": "2026-11-21", "when": "closing", "remark": "Bu Ani menghitung"}
    browser = town.browser(login)
    page = browser.post("/counts/new", {**wanted, **typed})
    assert re.fullmatch(r"/counts/SO-2026-\d{6}", page.path), page.text
    return page


def scan(browser: Browser, page: Page, code: str, **typed: str) -> Page:
    """Scan as without the script: the form as the page shows it."""
    shown = browser.get(page.path)
    key = shown.typed("key") or ""
    data = {"form_token": shown.form_token(), "key": key, "code": code, **typed}
    return browser.send("POST", f"{page.path}/scan", data=data)


def send(browser: Browser, page: Page, **typed: str) -> tuple[int, dict[str, object]]:
    """Scan as the script does."""
    data = {"form_token": browser.get("/privacy").form_token(), **typed}
    answer = browser.send("POST", f"{page.path}/scan", data=data, headers=SCRIPT)
    return answer.status, json.loads(answer.source)


def sums(town: Town) -> list[tuple[object, ...]]:
    return town.ask("""
        SELECT product.code, sum(quantity)::int FROM stock_scan JOIN product ON product.id = product_id
        GROUP BY 1 ORDER BY 1""")


def test_a_store_counts_by_scanning_pack_after_pack_and_records_what_differs(town: Town):
    put_counts(town)
    number = town.ask(
        "SELECT number FROM stock_note WHERE state = 'open' AND store_id = :id", id=town.id("store", code="T1")
    )
    store = town.browser(T1)
    page = store.get(f"/counts/{number[0][0]}")
    for _ in range(3):
        page = scan(store, page, KERIPIK)
        assert page.status == 200
    # One was found before; three more are four.
    assert "1 counted, 4 in all." in page.text
    assert page.typed(f"found:{town.id('product', code='PRD-1')}::") == "4"
    asked = store.get(f"{page.path}/record")
    assert "Products found 1" in asked.text
    assert "Not found" not in asked.text
    done = store.post(f"{page.path}/record", {})
    assert done.path == page.path
    assert "recorded" in done.text
    # Six stood in the books since the count of the day before, four were found. A sale would bring 15.000 less 2,5 %:
    # 375 on one. Two are 30.000 less 750, of which the store bears 40 %.
    for said in ("-2", "29.250", "11.700", "17.550"):
        assert said in done.text, done.text


def test_several_scans_come_in_one_and_a_minus_takes_too_many_back(town: Town):
    page = begin(town)
    store = town.browser(T1)
    assert "12 counted, 12 in all." in scan(store, page, KERIPIK, quantity="12").text
    assert "2 taken back, 10 in all." in scan(store, page, KERIPIK, quantity="-2").text
    assert sums(town) == [("PRD-1", 10)]


def test_the_last_scan_is_taken_back_once(town: Town):
    page = begin(town)
    store = town.browser(T1)
    shown = scan(store, page, KERIPIK, quantity="5")
    scan_id = shown.typed("scan") or ""
    for _ in range(2):
        page = store.post(f"{page.path}/undo", {"scan": scan_id}, page=page.path)
        assert page.status == 200
    assert "5 taken back, 0 in all." in page.text
    assert sums(town) == [("PRD-1", 0)]


def test_an_unknown_code_is_told_loudly_and_keeps_the_cursor_in_the_field(town: Town):
    page = begin(town)
    refused = scan(town.browser(T1), page, "4006381333931")
    assert refused.is_refused()
    assert "No product has the code “4006381333931”; nothing was counted." in refused.text
    assert 'role="alert"' in refused.source
    assert 'id="problems"' not in refused.source  # it would take the focus, and the next scan with it
    assert re.search(r'id="field-code"[^>]*autofocus', refused.source)
    assert sums(town) == []


def test_a_code_scanned_into_the_field_for_the_number_counts_nothing(town: Town):
    page = begin(town)
    refused = scan(town.browser(T1), page, KERIPIK, quantity=SAMBAL)
    assert refused.is_refused()
    assert sums(town) == []


def test_the_script_is_told_in_a_few_facts_what_was_counted(town: Town):
    page = begin(town)
    status, told = send(
        town.browser(T1), page, code=KERIPIK, quantity="2", key="a1", batch="b7", expires_on="2027-05-01"
    )
    assert status == 200
    assert told == {
        "product": "Keripik Singkong",
        "says": "2 counted, 2 in all.",
        "undo": town.ask("SELECT max(id) FROM stock_scan")[0][0],
        "name": f"{town.id('product', code='PRD-1')}:2027-05-01:B7",
        "batch": "B7 · 1 May 2027",
        "found": "2",
        "products": 1,
        "packs": "2",
    }


def test_a_scan_that_is_sent_again_counts_once_also_after_the_count_is_recorded(town: Town):
    page = begin(town)
    store = town.browser(T1)
    for _ in range(3):
        assert send(store, page, code=KERIPIK, key="same-key")[0] == 200
    assert sums(town) == [("PRD-1", 1)]
    store.post(f"{page.path}/record", {})
    status, told = send(store, page, code=KERIPIK, key="same-key")
    assert (status, told["says"]) == (200, "1 counted, 1 in all.")
    status, told = send(store, page, code=KERIPIK, key="another")
    assert status == 422
    assert "recorded" in str(told["problem"])


def test_two_scans_with_one_key_are_never_taken_for_one(town: Town):
    page = begin(town)
    store = town.browser(T1)
    send(store, page, code=KERIPIK, key="k")
    status, told = send(store, page, code=KERIPIK, key="k", quantity="2")
    assert status == 422
    assert "not counted" in str(told["problem"])
    assert send(store, page, code=KERIPIK, key="k:1")[0] == 422  # no key at all
    assert sums(town) == [("PRD-1", 1)]


def test_what_was_found_is_corrected_and_what_nobody_changed_stays(town: Town):
    page = begin(town)
    store = town.browser(T1)
    scan(store, page, KERIPIK, quantity="5", batch="B1")
    shown = scan(store, page, KERIPIK, quantity="7")
    keripik = town.id("product", code="PRD-1")
    fields = {
        f"found:{keripik}::B1": "4",
        f"was:{keripik}::B1": "5",
        f"found:{keripik}::": "7",
        f"was:{keripik}::": "7",
    }
    send(store, page, code=KERIPIK, key="x")  # somebody else scans meanwhile
    done = store.post(f"{page.path}/set", fields, page=page.path)
    assert "Corrected: 1." in done.text
    assert done.typed(f"found:{keripik}::B1") == "4"
    assert done.typed(f"found:{keripik}::") == "8"
    assert shown.typed(f"was:{keripik}::B1") == "5"


@pytest.mark.parametrize("typed", ["x", "-1", "1.000"])
def test_a_correction_that_is_no_quantity_is_sent_back_with_what_was_typed(town: Town, typed: str):
    page = begin(town)
    store = town.browser(T1)
    scan(store, page, KERIPIK, quantity="5")
    name = f"{town.id('product', code='PRD-1')}::"
    refused = store.post(f"{page.path}/set", {f"found:{name}": typed, f"was:{name}": "5"}, page=page.path)
    assert refused.is_refused()
    assert refused.typed(f"found:{name}") == typed
    assert sums(town) == [("PRD-1", 5)]


def test_a_count_before_opening_is_of_the_day_before(town: Town):
    page = begin(town, when="opening")
    assert "20 November 2026" in page.text
    assert town.ask("SELECT day::text, is_full, remark FROM stock_note") == [("2026-11-20", True, "Bu Ani menghitung")]


def test_a_second_count_of_all_goods_is_refused_and_the_first_one_is_named(town: Town):
    first = begin(town)
    page = town.browser(T1).post("/counts/new", {"extent": "full", "day": "2026-11-21", "when": "closing"})
    assert page.is_refused()
    assert first.path in page.links()
    assert "Several people can scan into one count at once." in page.text


def test_finishing_tells_what_was_not_found_but_not_how_many_there_should_be(town: Town):
    put_counts(town)
    (number,) = town.ask(
        "SELECT number FROM stock_note WHERE state = 'open' AND store_id = :id", id=town.id("store", code="T1")
    )[0]
    store = town.browser(T1)
    store.post(f"/counts/{number}/cancel", {"reason": "ulang"})
    page = begin(town)
    asked = store.get(f"{page.path}/record")
    assert "Not found: 1" in asked.text
    assert "Keripik Singkong" in asked.text
    assert "6" not in re.sub(r"2026|SO-\S+", "", asked.text)


def test_an_empty_count_of_some_goods_is_not_recorded(town: Town):
    page = begin(town, extent="part")
    done = town.browser(T1).post(f"{page.path}/record", {})
    assert done.is_refused()
    assert town.ask("SELECT state FROM stock_note") == [("open",)]


def test_a_recorded_count_is_taken_back_by_the_partners_finance(town: Town):
    put_counts(town)
    (number,) = town.ask(
        "SELECT number FROM stock_note WHERE state = 'recorded' AND day = '2026-11-20' AND store_id = :id",
        id=town.id("store", code="T1"),
    )[0]
    assert f"/counts/{number}/reverse" not in town.browser(T1).get(f"/counts/{number}").actions()
    page = town.browser(BERUANG).post(f"/counts/{number}/reverse", {"reason": "salah hitung"})
    assert "taken back" in page.text
    assert "salah hitung" in page.text


def test_producers_see_their_own_goods_of_a_recorded_count_and_none_that_goes_on(town: Town):
    things = put_counts(town)
    producer = town.browser(FIRST)
    page = producer.get(f"/counts/{things['recorded']}")
    assert "Keripik Singkong" in page.text
    assert producer.get(f"/counts/{things['count_number']}").status == 404
    assert town.browser(SECOND).get(f"/counts/{things['recorded']}").status == 404


def test_other_stores_can_neither_see_nor_scan_into_a_count(town: Town):
    things = put_counts(town)
    other = town.browser(K1)
    assert other.get(f"/counts/{things['count_number']}").status == 404
    assert other.post(f"/counts/{things['count_number']}/scan", {"code": KERIPIK}).status == 404


def test_a_note_that_is_no_count_has_no_page_here(town: Town):
    put_counts(town)
    (number,) = town.ask("SELECT number FROM stock_note WHERE kind = 'write_off' ORDER BY id DESC LIMIT 1")[0]
    assert town.browser(T1).get(f"/counts/{number}").status == 404


def test_the_sheet_to_count_on_paper_names_the_goods(town: Town):
    things = put_counts(town)
    sheet = town.browser(T1).get(f"/counts/{things['count_number']}/sheet")
    assert sheet.answer.headers["content-type"] == "application/pdf"
    assert sheet.answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize(("typed", "read"), [("3", "3"), ("-3", "-3"), ("1,5", "1.5"), (" - 2", "-2")])
def test_a_number_may_have_a_minus(typed: str, read: str):
    assert read_scanned_quantity(typed) == Decimal(read)
