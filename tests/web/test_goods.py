"""Notes about goods on pages: written line by line, confirmed, answered, given up, taken back, printed and found again."""

import re
from datetime import timedelta

import pytest

from consign import clock
from consign.web.goods import tidy_number
from tests.builders import ADMIN, FINANCE, KERIPIK
from tests.web.browsing import Browser, Page
from tests.web.stock_things import find_note, open_for_delivery, put_notes
from tests.web.town import BERUANG, FIRST, HEAD, K1, SECOND, T1, T2, Town

TODAY = clock.today("Asia/Makassar")
KEEPS_UNTIL = (TODAY + timedelta(180)).isoformat()


def send(town: Town, login: str, **typed: str) -> Page:
    return town.browser(login).post("/goods/new", typed)


def deliver(town: Town, **typed: str) -> Page:
    """Send twelve packs to the first store, unless *typed* says otherwise."""
    usual = {
        "kind": "delivery", "where": str(town.id("store", code="T1")), "day": TODAY.isoformat(),
        "item_1": "PRD-1", "quantity_1": "12", "expires_1": KEEPS_UNTIL, "batch_1": "b7",
    }  # fmt: skip
    return send(town, FIRST, **{**usual, **typed})


def confirm(town: Town, login: str, number: str, **typed: str) -> Page:
    return town.browser(login).post(f"/goods/{number}/confirm", {"on": TODAY.isoformat(), **typed})


def number_of(page: Page) -> str:
    found = re.fullmatch(r"/goods/([A-Z]{2}-\d{4}-\d{6})", page.path)
    assert found, page.text
    return found[1]


def on_hand(town: Town, store: str = "T1") -> int:
    query = "SELECT on_hand::int FROM stock_level JOIN store ON store.id = store_id WHERE store.code = :store"
    found = town.ask(query, store=store)
    return int(str(found[0][0])) if found else 0


def test_a_delivery_is_sent_confirmed_with_a_refusal_and_stands_in_the_store(town: Town):
    open_for_delivery(town)
    sent = deliver(town, remark="Dibawa Pak Joko")
    number = number_of(sent)
    for said in ("Dapur 1", "Gerai T1", "B7", "Dibawa Pak Joko", "180.000"):  # 12 x 15.000
        assert said in sent.text
    waiting = town.browser(T1).get("/goods")
    assert "This waits for you" in waiting.text
    assert number in waiting.text
    assert "Deliveries to confirm: 1" in town.browser(T1).get("/").text
    done = confirm(town, T1, number, refused_1_1="2", why_1_1="damaged", refused_1_2="1", why_1_2="short")
    assert done.path == f"/goods/{number}"
    assert "135.000" in done.text  # 12 - 2 - 1 = 9, 9 x 15.000
    assert on_hand(town) == 9
    assert "Deliveries to confirm" not in town.browser(T1).get("/").text


def test_a_delivery_sent_twice_is_one(town: Town):
    open_for_delivery(town)
    first, second = deliver(town), deliver(town)
    assert number_of(first) == number_of(second)
    assert town.ask("SELECT count(*) FROM stock_note") == [(1,)]
    assert number_of(deliver(town, quantity_1="13")) != number_of(first)
    assert town.ask("SELECT last FROM stock_counter WHERE prefix = 'SJ'") == [(2,)]


def test_what_was_typed_is_kept_by_more_lines_and_by_an_error_that_leads_to_its_field(town: Town):
    open_for_delivery(town)
    more = deliver(town, item_3="PRD-1", quantity_3="1,5", batch_3="lain", remark="dua dus", then="rows", rows="3")
    assert (more.status, more.is_refused()) == (200, False)
    # The third line closed up to the second, and is filled in until when it keeps.
    assert [more.typed(f"{part}_2") for part in ("quantity", "batch", "expires")] == ["1,5", "lain", KEEPS_UNTIL]
    assert more.typed("rows") == "6"
    assert "dua dus" in more.source
    wrong = deliver(town, item_2="PRD-1", quantity_2="1,5", batch_2="lain", expires_2=KEEPS_UNTIL)
    assert wrong.is_refused()
    assert "#field-quantity_2" in wrong.links()
    assert "whole number" in wrong.problem("quantity_2")
    assert town.ask("SELECT count(*) FROM stock_note") == [(0,)]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"where": ""}, "where", "missing"),
        ({"where": "987654321"}, "where", "Choose one"),
        ({"day": "besok"}, "day", "no day"),
        ({"item_1": ""}, "item_1", "Say which product"),
        ({"item_1": "PRD-2"}, "item_1", "Choose one"),
        ({"quantity_1": ""}, "quantity_1", "Say how many"),
        ({"quantity_1": "1.500"}, "quantity_1", "no quantity"),
        ({"quantity_1": "0"}, "quantity_1", "cannot be"),
        ({"expires_1": ""}, "expires_1", "It was blank"),
        ({"item_1": "", "quantity_1": "", "expires_1": "", "batch_1": ""}, "item_1", "at least one"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(town: Town, typed: dict[str, str], field: str, said: str):
    open_for_delivery(town)
    page = deliver(town, **typed)
    assert page.is_refused()
    assert said in page.problem(field)
    assert town.ask("SELECT count(*) FROM stock_note") == [(0,)]


def test_an_expiry_left_blank_is_filled_in_to_be_looked_at(town: Town):
    open_for_delivery(town)
    asked = deliver(town, expires_1="")
    assert asked.typed("expires_1") == KEEPS_UNTIL
    assert "tick" not in asked.problem("expires_1")
    number_of(deliver(town, expires_1=asked.typed("expires_1") or ""))


def test_goods_without_papers_are_not_delivered_and_the_page_says_what_lacks(town: Town):
    page = deliver(town)
    assert page.is_refused()
    assert "may not be delivered to Gerai T1" in page.text
    assert town.ask("SELECT count(*) FROM stock_note") == [(0,)]


def test_a_store_gives_goods_back_and_the_producer_says_what_came(town: Town):
    put_notes(town)
    number = find_note(town, "return")
    # 40 were counted, 4 went back and 2 were written off.
    assert on_hand(town) == 34
    assert "Returns to confirm: 1" in town.browser(FIRST).get("/").text
    done = confirm(town, FIRST, number, refused_1_1="1", why_1_1="short")
    assert done.path == f"/goods/{number}"
    assert on_hand(town) == 35


def test_a_pull_back_is_answered_with_what_was_asked_for_filled_in(town: Town):
    put_notes(town)
    number = find_note(town, "pull_back")
    store = town.browser(T1)
    assert "Requests to take goods off the shelf: 1" in store.get("/").text
    assert f"/goods/new?answers={number}" in store.get(f"/goods/{number}").links()
    form = store.get(f"/goods/new?answers={number}")
    assert (form.typed("quantity_1"), form.typed("answers")) == ("6", number)
    chosen = re.search(r'<option value="(PRD-1~\d+)" selected>', form.source)
    assert chosen
    typed = {name: str(form.typed(name)) for name in ("kind", "store", "answers", "day", "quantity_1")}
    done = store.post("/goods/new", {**typed, "producer": "P1", "item_1": chosen[1], "reason_1": "rotation"})
    assert number in done.text
    assert "answered" in store.get(f"/goods/{number}").text
    assert store.get(f"/goods/new?answers={number}").status == 422


def test_goods_move_to_a_sister_store(town: Town):
    put_notes(town)
    store = town.browser(T1)
    form = store.get("/goods/new?kind=transfer")
    assert "Gerai T2" in form.text
    item = re.search(r'<option value="(PRD-1~\d+)"', form.source)
    assert item
    typed = {"kind": "transfer", "day": TODAY.isoformat(), "where": str(town.id("store", code="T2"))}
    sent = store.post("/goods/new", {**typed, "item_1": item[1], "quantity_1": "5"})
    number = number_of(sent)
    assert "Transfers to confirm: 1" in town.browser(T2).get("/").text
    assert confirm(town, T2, number).status == 200
    query = "SELECT store.code, on_hand::int FROM stock_level JOIN store ON store.id = store_id WHERE product_id = :id"
    assert dict(town.ask(query, id=town.id("product", code="PRD-1"))) == {"T1": 29, "T2": 5}


def test_who_sent_gives_up_and_finance_takes_back(town: Town):
    put_notes(town)
    delivery, written_off = find_note(town, "delivery"), find_note(town, "write_off")
    blank = town.browser(FIRST).post(f"/goods/{delivery}/cancel", {"reason": " "})
    assert blank.is_refused()
    given_up = town.browser(FIRST).post(f"/goods/{delivery}/cancel", {"reason": "salah gerai"})
    assert "salah gerai" in given_up.text
    back = town.browser(BERUANG).post(f"/goods/{written_off}/reverse", {"reason": "ternyata utuh"})
    assert "ternyata utuh" in back.text
    assert on_hand(town) == 36  # 34 and the 2 that were written off
    assert f"/goods/{written_off}/reverse" not in town.browser(T1).get(f"/goods/{written_off}").actions()


def test_a_note_confirmed_meanwhile_is_shown_as_it_stands(town: Town):
    put_notes(town)
    number = find_note(town, "return")
    confirm(town, FIRST, number)
    page = confirm(town, FIRST, number, refused_1_1="1", why_1_1="short")
    assert page.is_refused()
    assert "nothing was changed" in page.text
    assert f"/goods/{number}/confirm" not in page.actions()


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"refused_1_1": "1"}, "why_1_1", "Say why"),
        ({"why_1_1": "short"}, "refused_1_1", "Say how many"),
        ({"refused_1_1": "5", "why_1_1": "short"}, "refused_1_1", "Only 4 were sent"),
        ({"refused_1_1": "satu", "why_1_1": "short"}, "refused_1_1", "no quantity"),
        (
            {"refused_1_1": "1", "why_1_1": "short", "refused_1_2": "1", "why_1_2": "short"},
            "why_1_2",
            "another reason",
        ),
        ({"on": ""}, "on", "missing"),
    ],
)
def test_a_refusal_that_cannot_be_is_said_at_its_field(town: Town, typed: dict[str, str], field: str, said: str):
    put_notes(town)
    page = confirm(town, FIRST, find_note(town, "return"), **typed)
    assert page.is_refused()
    assert said in page.problem(field)
    assert page.source.count("<details open>") == ("on" not in typed) + (typed.get("why_1_2") is not None)


def test_links_of_suggestions_and_earlier_notes_fill_the_form_in(town: Town):
    open_for_delivery(town)
    store = town.id("store", code="T2")
    named = town.browser(FIRST).get(f"/goods/new?kind=delivery&product=PRD-1&quantity=7.5&store={store}&product=PRD-2")
    assert (named.typed("quantity_1"), named.typed("expires_1")) == ("7,5", KEEPS_UNTIL)
    assert named.typed("quantity_2") == ""  # of another producer's product nothing is filled in
    assert f'<option value="{store}" selected>' in named.source
    before = number_of(deliver(town))
    again = town.browser(FIRST).get(f"/goods/new?like={before}")
    assert (again.typed("quantity_1"), again.typed("batch_1")) == ("12", "")
    labels = town.browser(FIRST).get(f"/labels/new?delivery={before}")
    product = town.id("product", code="PRD-1")
    wanted = [labels.typed(f"{name}_{product}") for name in ("copies", "batch", "expires")]
    assert wanted == ["12", "B7", KEEPS_UNTIL]


def test_people_of_the_dinas_say_first_whose_goods_they_are(town: Town):
    put_notes(town)
    admin = town.browser(ADMIN)
    assert admin.get("/goods/new?kind=delivery").typed("producer") is not None
    assert admin.get("/goods/new?kind=delivery&producer=tidakada").is_refused()
    assert "Keripik Singkong" in admin.get("/goods/new?kind=delivery&producer=P1").text
    finance = town.browser(FINANCE)
    stores = [link for link in finance.get("/goods/new?kind=return").links() if "store=" in link]
    assert len(stores) == 3
    assert finance.get("/goods/new?kind=delivery").status == 403


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("delivery", "Delivery note"),
        ("return", "Return note"),
        ("write_off", "Write-off record"),
        ("pull_back", "Pull-back"),
    ],
)
def test_the_paper_and_the_lines_are_sent(shared_town: Town, kind: str, title: str):
    put_notes(shared_town)
    number = find_note(shared_town, kind)
    browser = shared_town.browser(T1)
    paper = browser.get(f"/goods/{number}/paper").answer
    assert (paper.status_code, paper.headers["content-type"], paper.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert number in paper.headers["content-disposition"]
    lines = browser.get(f"/goods/{number}/lines.csv").source
    assert f"{number}," in lines
    assert KERIPIK in lines
    assert browser.get(f"/goods/{number}/lines.xlsx").answer.content[:2] == b"PK"
    assert title


@pytest.mark.parametrize(
    "given",
    ["SJ-2026-000001", " sj 2026 1", "sj20261", "SJ-2026-1", "https://titip.example/goods/SJ-2026-000001?x=1"],
)
def test_a_number_is_read_as_it_is_typed_and_scanned(given: str):
    assert tidy_number(given) == "SJ-2026-000001"


def test_a_number_leads_to_its_note_and_an_unknown_one_is_said(shared_town: Town):
    put_notes(shared_town)
    number = find_note(shared_town, "delivery")
    browser = shared_town.browser(T1)
    assert browser.get(f"/goods/find?number={number.lower()}").path == f"/goods/{number}"
    unknown = browser.get("/goods/find?number=SJ-2026-999999")
    assert unknown.is_refused()
    assert "No note has the number “SJ-2026-999999”" in unknown.problem("number")
    strange = shared_town.browser(K1).get(f"/goods/find?number={number}")
    assert f"No note has the number “{number}”" in strange.problem("number")
    count = find_note(shared_town, "count")
    assert browser.get(f"/goods/find?number={count}", follow=False).answer.headers["location"] == f"/counts/{count}"


def test_each_sees_the_notes_that_are_theirs(shared_town: Town):
    put_notes(shared_town)

    def numbers(browser: Browser) -> set[str]:
        page = browser.get("/goods")
        return {link for link in page.links() if re.fullmatch(r"/(goods|counts)/[A-Z]{2}-\d{4}-\d{6}", link)}

    assert len(numbers(shared_town.browser(HEAD))) == 15  # three stores, five notes each
    assert len(numbers(shared_town.browser(BERUANG))) == 10
    assert len(numbers(shared_town.browser(T1))) == 5
    assert len(numbers(shared_town.browser(SECOND))) == 5
    assert not numbers(shared_town.browser(K1)) & numbers(shared_town.browser(BERUANG))
    narrowed = shared_town.browser(HEAD).get("/goods?kind=return&waiting=yes&store=T1")
    assert narrowed.text.count("RT-2026-") == 1


def test_lines_that_are_typed_take_a_code_or_a_number_under_bars(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("consign.web.goods_form.MOST_CHOSEN", 0)
    put_notes(town)
    store = town.browser(T1)
    assert 'list="goods-list"' in store.get("/goods/new?kind=write_off").source
    typed = {"kind": "write_off", "day": TODAY.isoformat(), "quantity_1": "1", "reason_1": "damaged"}
    assert number_of(store.post("/goods/new", {**typed, "item_1": KERIPIK}))
    unknown = store.post("/goods/new", {**typed, "item_1": "PRD-99"})
    assert "not among the goods" in unknown.problem("item_1")
