"""Many codes of goods that are not on consignment: dismissed at once, with one reason, and in coming files too."""

import gzip
from urllib.parse import quote

import pytest

from consign.app import COMPRESSION
from tests.builders import ADMIN, AUDITOR, FINANCE
from tests.web.browsing import Page
from tests.web.selling import hand_in_and_read, line, make_csv, place
from tests.web.test_parked import FOREIGN
from tests.web.test_weight import MOST_BYTES, MOST_QUERIES, counting
from tests.web.town import BERUANG, KANCIL, T1, T2, VERIFIER, Town


def foreign(number: int, *, receipt: str = "", name: str = "", quantity: int = 1) -> str:
    """Return a row of goods that are none on consignment."""
    return f"2026-11-09,T1,{receipt or f'F{number}'},77{number},{name or f'Xq{number}zz'},{quantity},1000,{1000 * quantity}"


def choose(page: Page, *codes: str) -> str:
    """Return the address to which the list's boxes of some codes lead, ticked and sent."""
    boxes = [str(one["value"]) for one in page.all("input") if one.get("name") == "pick"]
    wanted = [box for box in boxes if any(f'"{code}"' in box for code in codes)]
    assert len(wanted) == len(codes)
    return "/parked/dismissing?" + "&".join(f"pick={quote(box, safe='')}" for box in wanted)


def seen_on(page: Page) -> dict[str, str]:
    """Return what the page of chosen codes brings back when it is sent."""
    return {
        str(one["name"]): str(one["value"]) for one in page.all("input") if one.get("name") in {"foreign", "doubtful"}
    }


def test_many_codes_are_dismissed_at_once_with_one_reason(town: Town):
    hand_in_and_read(town, FINANCE, make_csv(*[foreign(n, quantity=n + 1) for n in range(3)], line(receipt="R9")))
    browser = town.browser(BERUANG)
    path = choose(browser.get("/parked"), "770", "772", "99")
    page = browser.get(path)
    # 770: one at Rp1.000; 772: three; 99, since October: Rp1.111.
    assert "Codes that are like nothing here 3 Lines 3 Amount Rp5.111" in page.text
    done = browser.post("/parked/dismissing", {**seen_on(page), "note": "barang toko sendiri"}, page=path)
    assert done.path == "/parked"
    assert "Dismissed codes: 3. Lines: 3. Amount: Rp5.111. They count as ignored." in done.text
    assert town.ask("SELECT cell FROM sales_parked WHERE state = 'open' AND partner_id = 1") == [("771",)]
    events = "SELECT detail ->> 'code', detail ->> 'lines', detail ->> 'note' FROM audit_event"
    assert town.ask(f"{events} WHERE act = 'waiting code dismissed' ORDER BY seq") == [
        ("770", "1", "barang toko sendiri"), ("772", "1", "barang toko sendiri"), ("99", "1", "barang toko sendiri"),
    ]  # fmt: skip
    rows = "SELECT detail ->> 'rows' FROM audit_event WHERE act = 'parked rows dismissed' ORDER BY seq"
    assert town.ask(rows) == [("4",), ("2, 4",)]
    trail = town.browser(ADMIN).get("/audit?q=772").text
    assert "waiting code dismissed" in trail
    assert "waited because: the product is not known" in trail


def test_codes_of_which_nobody_saw_all_lines_are_left_and_named(town: Town):
    hand_in_and_read(town, FINANCE, make_csv(foreign(0), foreign(1)))
    browser = town.browser(BERUANG)
    path = choose(browser.get("/parked"), "770", "771")
    seen = seen_on(browser.get(path))
    hand_in_and_read(town, FINANCE, make_csv(foreign(1, receipt="L1"), foreign(1, receipt="L2")))
    page = browser.post("/parked/dismissing", {**seen, "note": "bukan titipan"}, page=path)
    assert page.status == 409
    assert "Dismissed codes: 1. Lines: 1. Amount: Rp1.000." in page.text
    assert "771 of Beruang Mart: lines 3 instead of 1" in page.text
    assert town.ask("SELECT cell, count(*) FROM sales_parked WHERE state = 'dismissed' GROUP BY 1") == [("770", 1)]
    # What stands there now can be dismissed from the same page, without giving the reason again.
    assert "bukan titipan" in page.source
    done = browser.post("/parked/dismissing", {**seen_on(page), "note": "bukan titipan"}, page=path)
    assert "Dismissed codes: 1. Lines: 3. Amount: Rp3.000." in done.text


def test_all_codes_that_fit_a_search_are_dismissed_at_once(town: Town):
    rows = [foreign(n, name=f"Rokok {'abcdefghijklmnopqrstuvwxyzabcd'[n] * 5}") for n in range(30)]
    hand_in_and_read(town, FINANCE, make_csv(*rows, foreign(90, name="Deterjen")))
    browser = town.browser(BERUANG)
    assert "Dismiss all 30 of the list" in browser.get("/parked?q=rokok").text
    path = "/parked/dismissing?q=rokok&all=yes"
    page = browser.get(path)
    assert "Codes that are like nothing here 30 Lines 30 Amount Rp30.000" in page.text
    done = browser.post("/parked/dismissing", {**seen_on(page), "note": "rokok"}, page=path)
    assert "Dismissed codes: 30. Lines: 30. Amount: Rp30.000." in done.text
    left = town.ask("SELECT cell FROM sales_parked WHERE state = 'open' AND partner_id = 1 ORDER BY 1")
    assert left == [("7790",), ("99",)]


def test_what_may_be_on_consignment_is_dismissed_only_where_it_is_ticked(town: Town):
    hand_in_and_read(town, FINANCE, make_csv(foreign(0), line(code="2012345"), line(store="T9", receipt="R8")))
    browser = town.browser(BERUANG)
    path = "/parked/dismissing?partner=BM&all=yes"
    page = browser.get(path)
    assert "2012345 of Beruang Mart (lines: 1, Rp30.000)" in page.text
    assert "Perhaps Keripik Singkong 200 g (PRD-1), 90 of 100." in page.text
    boxes = [one for one in page.all("input") if one.get("name") == "also"]
    assert [one for one in boxes if "checked" in one] == []
    store = next(str(one["value"]) for one in boxes if "T9" in str(one["value"]))
    browser.post("/parked/dismissing", {**seen_on(page), "also": store, "note": "bukan titipan"}, page=path)
    assert town.ask("SELECT cell FROM sales_parked WHERE state = 'open' AND partner_id = 1") == [("2012345",)]


def test_without_a_reason_or_a_choice_nothing_is_dismissed(town: Town):
    browser = town.browser(BERUANG)
    path = choose(browser.get("/parked"), "99")
    page = browser.post("/parked/dismissing", {**seen_on(browser.get(path)), "note": " "}, page=path)
    assert page.status == 422
    assert "Reason: This is missing." in page.text
    assert seen_on(page) == seen_on(browser.get(path))
    page = browser.post("/parked/dismissing", {"foreign": "{}", "doubtful": "{}", "note": "x"}, page=path)
    assert "No code is chosen; nothing was changed." in page.text
    assert "No code was chosen; nothing was changed." in browser.get("/parked/dismissing").text
    assert town.ask("SELECT count(*) FROM sales_parked WHERE state = 'dismissed'") == [(0,)]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("[1]", 422), ("nonsense", 422), ('{"BM":{"product.unknown":{"99":"x"}}}', 422),
        ('{"BM":{"product.unknown":{"99":1e999}}}', 422), ('{"BM":{"no.such":{"99":1}}}', 404),
        ('{"KM":{"product.unknown":{"98":1}}}', 404), ('{"BM":{"product.unknown":{"99\\u0000":1}}}', 409),
    ],
)  # fmt: skip
def test_what_no_page_sent_dismisses_nothing(town: Town, sent: str, status: int):
    page = town.browser(BERUANG).post("/parked/dismissing", {"foreign": sent, "note": "x"}, page="/parked")
    assert page.status == status
    assert town.ask("SELECT count(*) FROM sales_parked WHERE state = 'dismissed'") == [(0,)]


def test_a_manager_dismisses_many_codes_of_the_own_store_alone(town: Town):
    hand_in_and_read(town, T1, make_csv(foreign(0), foreign(1)))
    browser = town.browser(T1)
    path = "/parked/dismissing?all=yes"
    page = browser.get(path)
    assert "Codes that are like nothing here 2 Lines 2" in page.text
    assert "Dismissed codes: 2" in browser.post("/parked/dismissing", {**seen_on(page), "note": "x"}, page=path).text
    assert town.ask("SELECT cell FROM sales_parked WHERE state = 'open' AND partner_id = 1") == [("99",)]


def test_all_on_a_page_are_ticked_without_a_script(shared_town: Town):
    browser = shared_town.browser(FINANCE)
    page = browser.get("/parked")
    (path,) = [one for one in page.links() if "tick=all" in one]
    ticked = [one for one in browser.get(path).all("input") if one.get("name") == "pick" and "checked" in one]
    assert len(ticked) == 2
    assert [one for one in page.all("input") if one.get("name") == "pick" and "checked" in one] == []


def test_five_hundred_codes_are_shown_and_dismissed_within_what_a_page_may_weigh(town: Town):
    hand_in_and_read(town, FINANCE, make_csv(*[foreign(n) for n in range(510)]))
    browser = town.browser(BERUANG)
    path = "/parked/dismissing?reason=product.unknown&all=yes"
    with counting(town) as asked:
        page = browser.get(path)
    assert len(asked) <= MOST_QUERIES
    assert len(gzip.compress(page.source.encode(), COMPRESSION)) <= MOST_BYTES
    assert "Codes that are like nothing here 500 Lines 500 Amount Rp500.000" in page.text
    assert "The list holds 11 codes more than are dismissed at once." in page.text
    done = browser.post("/parked/dismissing", {**seen_on(page), "note": "barang toko sendiri"}, page=path)
    assert "Dismissed codes: 500. Lines: 500. Amount: Rp500.000." in done.text


def dismiss_for_good(town: Town, login: str, *codes: str) -> Page:
    browser = town.browser(login)
    path = choose(browser.get("/parked"), *codes)
    page = browser.get(path)
    also = [str(one["value"]) for one in page.all("input") if one.get("name") == "also" and "checked" in one]
    data = {**seen_on(page), "also": also, "note": "barang toko sendiri", "always": "yes"}
    return browser.post("/parked/dismissing", data, page=path)


def states_of(town: Town, upload_id: int) -> list[tuple[object, ...]]:
    query = "SELECT cell, state, note FROM sales_parked WHERE upload_id = :id ORDER BY row_no"
    return town.ask(query, id=upload_id)


def test_codes_that_are_never_ours_are_dismissed_in_coming_files_too(town: Town):
    hand_in_and_read(town, FINANCE, make_csv(foreign(0), foreign(1)))
    dismiss_for_good(town, BERUANG, "770")
    upload_id = hand_in_and_read(town, FINANCE, make_csv(foreign(0, receipt="B"), foreign(1, receipt="C"), line()))
    assert states_of(town, upload_id) == [("770", "dismissed", "barang toko sendiri"), ("771", "open", None)]
    page = town.browser(BERUANG).get(f"/uploads/{upload_id}")
    assert "3 rows read = 1 posted + 0 known already + 1 ignored + 1 not posted." in page.text
    told = town.ask("SELECT facts -> 'lines' FROM notice WHERE kind = 'sales.parked' ORDER BY id DESC LIMIT 1")
    assert told == [({"product.unknown": 1},)]
    listed = town.browser(AUDITOR).get("/parked/foreign")
    assert "770 barang toko sendiri Beruang Mart" in listed.text
    assert "771" not in listed.text
    events = "SELECT detail ->> 'code', subject FROM audit_event WHERE act = 'code said to be foreign'"
    assert town.ask(events) == [("770", f"partner:{town.id('partner', code='BM')}")]


def test_a_code_that_means_a_product_by_now_is_posted_though_it_was_said_to_be_foreign(town: Town):
    dismiss_for_good(town, BERUANG, "99")
    key = {"partner": "BM", "reason": "product.unknown", "code": "99", "product": "PRD-2"}
    town.browser(VERIFIER).post("/parked/product", key, page=FOREIGN)
    hand_in_and_read(town, FINANCE, make_csv(line(code="99", receipt="R51")))
    assert town.ask("SELECT count(*) FROM sale WHERE receipt = 'R51'") == [(1,)]


def test_a_manager_says_so_for_the_own_store_alone(town: Town):
    hand_in_and_read(town, T1, make_csv(foreign(0)))
    dismiss_for_good(town, T1, "770")
    own = hand_in_and_read(town, T1, make_csv(foreign(0, receipt="B")))
    all_stores = hand_in_and_read(town, FINANCE, make_csv(foreign(0, receipt="C")))
    assert [states_of(town, one)[0][1] for one in (own, all_stores)] == ["dismissed", "open"]
    assert "No code is dismissed as it comes." in town.browser(T2).get("/parked/foreign").text


def test_a_code_said_to_be_foreign_by_mistake_waits_again(town: Town):
    dismiss_for_good(town, BERUANG, "99")
    browser = town.browser(BERUANG)
    (box,) = [str(one["value"]) for one in browser.get("/parked/foreign").all("input") if one.get("name") == "pick"]
    for login in (KANCIL, T1):  # another partner's, and more than the own store
        page = town.browser(login).post("/parked/foreign", {"pick": box}, page="/parked/foreign")
        assert "No code was chosen; nothing was changed." in page.text
    page = browser.post("/parked/foreign", {"pick": box}, page="/parked/foreign")
    assert "Codes that wait again in coming files: 1." in page.text
    assert town.ask("SELECT detail ->> 'code' FROM audit_event WHERE act = 'code said to be foreign ended'") == [
        ("99",)
    ]
    upload_id = hand_in_and_read(town, FINANCE, make_csv(line(code="99")))
    assert states_of(town, upload_id) == [("99", "open", None)]
    assert "Dismissed codes: 1." in dismiss_for_good(town, BERUANG, "99").text
    assert town.ask("SELECT count(*), count(ended_at) FROM foreign_code") == [(1, 0)]


def test_lines_that_waited_for_their_store_are_dismissed_once_it_is_known_where_their_code_is_foreign(town: Town):
    hand_in_and_read(town, FINANCE, make_csv(foreign(0)))
    dismiss_for_good(town, BERUANG, "770")
    row = foreign(0, receipt="B").replace(",T1,", ",t 1,")
    upload_id = hand_in_and_read(town, FINANCE, make_csv(row, line(store="t 1", receipt="R7")))
    assert states_of(town, upload_id) == [("t 1", "open", None), ("t 1", "open", None)]
    key = {"partner": "BM", "reason": "store.unknown", "code": "t 1", "store": "T1"}
    town.browser(ADMIN).post("/parked/store", key, page="/parked?reason=store.unknown")
    assert place(town) == 1
    assert states_of(town, upload_id) == [("770", "dismissed", "barang toko sendiri"), ("t 1", "placed", None)]
