"""Sales typed on a page, and workbooks of a store's products: from the page to the books."""

import io
import re
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from consign import clock
from consign.catalogue.actions import add_gtin, add_product, set_price
from consign.catalogue.numbers import compute_check_digit
from consign.identity.queries import get_actor
from tests.builders import ADMIN, FINANCE, KERIPIK, OPENED, SAMBAL
from tests.conftest import REGION
from tests.web.browsing import Page
from tests.web.selling import hand_in, id_of, read, status_of
from tests.web.town import BERUANG, K1, T1, T2, Town

DAY = "2026-11-10"


def field(town: Town, code: str = "PRD-1", kind: str = "sold") -> str:
    return f"{kind}-{town.id('product', code=code)}"


def sheet(town: Town, store: str = "T1", day: str = DAY) -> str:
    return f"/uploads/sheet?store={town.id('store', code=store)}&day={day}"


def send(town: Town, login: str, *, store: str = "T1", day: str = DAY, **data: str) -> Page:
    """Open a sheet, fill it in over what stands there, and send it."""
    browser, path = town.browser(login), sheet(town, store, day)
    page = browser.get(path)
    there = {str(one["name"]): str(one.get("value") or "") for one in page.all("input") if one.get("name")}
    return browser.send("POST", "/uploads/sheet", data={**there, "then": "hand-in", **data})


def post(town: Town, login: str, **data: str) -> int:
    """Send a sheet, do what a worker does, and return its upload."""
    page = send(town, login, **data)
    assert page.status == 200, page.text
    read(town, id_of(page))
    return id_of(page)


def books(town: Town, day: str = DAY) -> list[tuple[object, ...]]:
    return town.ask(
        """
        SELECT product.code, sum(quantity)::text, sum(sales_rp)::bigint FROM sale JOIN product ON product.id = product_id
        WHERE sold_on = CAST(:day AS date) GROUP BY 1 HAVING sum(quantity) <> 0 ORDER BY 1""",
        day=day,
    )


def state_of_day(town: Town, store: str, day: str) -> str:
    """Return the state that the page of a store-day shows."""
    page = town.browser(FINANCE).get(f"/board?store={town.id('store', code=store)}&day={day}")
    return re.findall(r'class="state d d-(\w+)"', page.source)[0]


def test_what_a_store_manager_types_is_posted_without_any_question(town: Town):
    upload_id = post(town, T1, **{field(town): "3", field(town, "PRD-2"): "1,5"})
    # 3 at Rp15.000; 1,5 at Rp22.500 is Rp33.750.
    assert books(town) == [("PRD-1", "3.000", 45_000), ("PRD-2", "1.500", 33_750)]
    page = town.browser(T1).get(f"/uploads/{upload_id}")
    assert f"sheet-T1-{DAY}.csv" in page.text
    assert "Rp78.750" in page.text
    content = town.browser(T1).get(f"/uploads/{upload_id}/file").source.splitlines()
    assert content[0] == "Tanggal;Kode toko;Kode batang;Nama produk;Jumlah;Harga sepakat;Lembar"
    assert content[1].startswith(f"{DAY};BM/T1;{KERIPIK};Keripik Singkong;3;15000;")
    assert content[2].startswith(f"{DAY};BM/T1;{SAMBAL};Sambal Gami;1,5;22500;")


def test_what_was_brought_back_is_taken_off(town: Town):
    post(town, T1, **{field(town): "3", field(town, kind="back"): "1"})
    assert books(town) == [("PRD-1", "2.000", 30_000)]


def test_a_day_that_is_typed_again_shows_what_was_typed_and_replaces_it_when_told(town: Town):
    post(town, T1, **{field(town): "3", field(town, kind="back"): "1"})
    page = town.browser(T1).get(sheet(town))
    assert (page.typed(field(town)), page.typed(field(town, kind="back"))) == ("3", "1")
    assert "This day was typed before" in page.text
    upload_id = post(town, T1, **{field(town): "5"})
    assert status_of(town, upload_id) == "read"
    town.browser(T1).post(f"/uploads/{upload_id}/overlap", {"overlap": "replace"}, page=f"/uploads/{upload_id}")
    read(town, upload_id)
    assert books(town) == [("PRD-1", "4.000", 60_000)]
    # And back to what it was: the same words once more are another sheet.
    again = post(town, T1, **{field(town): "3"})
    assert status_of(town, again) == "read"


def test_the_same_sheet_sent_twice_is_one_upload(town: Town):
    browser, path = town.browser(T1), sheet(town)
    page = browser.get(path)
    there = {str(one["name"]): str(one.get("value") or "") for one in page.all("input") if one.get("name")}
    data = {**there, "then": "hand-in", field(town): "2"}
    first, second = (browser.send("POST", "/uploads/sheet", data=data) for _ in range(2))
    assert id_of(first) == id_of(second)
    assert "This very file was handed in before." in second.text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-1", "is no quantity"),
        ("dua", "is no quantity"),
        ("1,2345", "is no quantity"),
        ("1.500", "is no quantity"),
        ("1000000000", "is no quantity"),
        ("=1+1", "is no quantity"),
    ],
)
def test_what_is_no_quantity_is_told_at_its_field_and_on_top(town: Town, text: str, problem: str):
    page = send(town, T1, **{field(town): text, field(town, "PRD-2"): "4"})
    assert page.is_refused()
    assert problem in page.problem(field(town))
    assert f"#field-{field(town)}" in page.links()
    assert "Keripik Singkong, sold" in page.text
    assert (page.typed(field(town)), page.typed(field(town, "PRD-2"))) == (text, "4")
    assert books(town) == []


def test_a_sheet_without_a_quantity_says_what_to_do(town: Town):
    page = send(town, T1, **{field(town): "0"})
    assert page.is_refused()
    assert "No quantity is filled in; nothing was handed in." in page.text


def test_nothing_sold_is_confirmed_and_not_beside_quantities(town: Town):
    refused = send(town, T1, then="none", **{field(town): "2"})
    assert refused.is_refused()
    assert "so something was sold" in refused.text
    page = send(town, T1, then="none")
    assert page.path == f"/board?store={town.id('store', code='T1')}&day={DAY}"
    assert "no sales on 10 Nov 2026" in page.text
    assert state_of_day(town, "T1", DAY) == "zero"
    # Today is not over: nobody can say so yet, and the button is not there.
    today = clock.today("Asia/Makassar")
    assert "none" not in [one.get("value") for one in town.browser(T1).get(sheet(town, day=str(today))).all("button")]
    assert send(town, T1, day=str(today), then="none").is_refused()


def test_a_day_that_has_not_come_or_on_which_the_store_did_not_sell_is_refused(town: Town):
    tomorrow = clock.today("Asia/Makassar") + timedelta(2)
    for day, told in ((str(tomorrow), "has not come yet"), ("2025-12-31", "did not sell consigned goods")):
        page = town.browser(FINANCE).get(sheet(town, day=day))
        name = field(town)
        data = {"form_token": page.form_token(), "store": str(town.id("store", code="T1")), "day": day, name: "1"}
        answer = town.browser(FINANCE).send("POST", "/uploads/sheet", data=data)
        assert answer.status == 422
        assert told in answer.text or "No quantity" in answer.text


def test_who_has_several_stores_chooses_one_first(town: Town):
    page = town.browser(BERUANG).get("/uploads/sheet")
    stores = [link for link in page.links() if link.startswith("/uploads/sheet?store=")]
    assert len(stores) == 2
    assert town.browser(BERUANG).get(stores[0]).status == 200
    chosen = town.browser(FINANCE).get("/uploads/sheet?partner=KM")
    assert [link for link in chosen.links() if "sheet?store=" in link] == [
        f"/uploads/sheet?store={town.id('store', code='K1')}"
    ]
    assert town.browser(T1).get("/uploads/sheet").text.count("Gerai T1") > 0


def test_another_stores_sheet_is_not_there(town: Town):
    for login in (T2, K1):
        assert town.browser(login).get(sheet(town)).status == 404
        data = {"store": str(town.id("store", code="T1")), "day": DAY, field(town): "1", "then": "hand-in"}
        assert town.browser(login).post("/uploads/sheet", data).status == 404
        assert town.browser(login).get(f"/uploads/template?store={town.id('store', code='T1')}").status == 404


def test_a_sheet_without_a_day_changes_nothing(town: Town):
    page = town.browser(T1).post("/uploads/sheet", {field(town): "1", "then": "hand-in"})
    assert page.path == "/uploads/sheet"
    assert town.browser(T1).get("/uploads/sheet?day=31-31-2026").status == 404
    assert town.ask("SELECT count(*) FROM sales_upload WHERE name LIKE 'sheet-%'") == [(0,)]


def test_the_workbook_comes_back_as_a_sales_file(town: Town):
    browser = town.browser(T1)
    answer = browser.get("/uploads/template?first=2026-11-09&last=2026-11-15").answer
    assert "spreadsheetml" in answer.headers["content-type"]
    book = load_workbook(io.BytesIO(answer.content))
    page = book.worksheets[0]
    assert [cell.value for cell in page[4]][:5] == ["Store code", "Barcode", "Product name", "Producer", "Agreed price"]
    rows = {row[1].value: row[0].row for row in page.iter_rows(min_row=5)}
    page.cell(rows[KERIPIK], 7).value = 2  # the tenth
    page.cell(rows["-"], 8).value = 0  # the eleventh
    filled = io.BytesIO()
    book.save(filled)
    upload_id = id_of(hand_in(town, T1, filled.getvalue(), name="isi.xlsx"))
    read(town, upload_id)
    assert status_of(town, upload_id) == "posted"
    assert books(town) == [("PRD-1", "2.000", 30_000)]
    assert state_of_day(town, "T1", "2026-11-11") == "zero"
    assert "Days without sales 1" in browser.get(f"/uploads/{upload_id}").text


def test_too_many_days_for_a_workbook_are_refused_with_a_reason(town: Town):
    page = town.browser(T1).get("/uploads/template?first=2026-10-01&last=2026-11-15")
    assert page.status in {400, 422}
    assert "from 2 to 31 days" in page.text


def put_many_products(town: Town, count: int) -> None:
    """Add products of the first producer, whose goods all stores of Beruang may sell."""
    with town.database.transaction(REGION) as session:
        by = get_actor(session, ADMIN)
        producer_id = town.id("producer", code="P1")
        for number in range(count):
            payload = f"8997{number:08d}"
            product = add_product(
                session, by=by, producer_id=producer_id, code=f"BANYAK-{number}", name=f"Kue Nomor {number:03d}",
                net_content=100, net_unit="g", goods_class=None, food_group=None,
            )  # fmt: skip
            set_price(session, by=by, product=product, price_rp=10_000, from_on=OPENED)
            add_gtin(session, by=by, product=product, gtin=payload + compute_check_digit(payload), from_on=OPENED)


def test_a_long_sheet_can_be_searched_without_losing_what_is_typed(town: Town):
    put_many_products(town, 120)
    browser = town.browser(T1)
    page = browser.get(sheet(town))
    assert "60 of 122 products are shown." in page.text
    first, far = field(town, "BANYAK-0"), field(town, "BANYAK-119")
    assert page.typed(far) is None
    there = {str(one["name"]): str(one.get("value") or "") for one in page.all("input") if one.get("name")}
    found = browser.send("POST", "/uploads/sheet", data={**there, first: "3", "q": "nomor 119", "then": "find"})
    assert found.status == 200
    assert [one["type"] for one in found.all("input") if one.get("name") == first] == ["hidden"]
    assert found.typed(far) == ""
    there = {str(one["name"]): str(one.get("value") or "") for one in found.all("input") if one.get("name")}
    sent = browser.send("POST", "/uploads/sheet", data={**there, far: "2", "then": "hand-in"})
    read(town, id_of(sent))
    assert books(town) == [("BANYAK-0", "3.000", 30_000), ("BANYAK-119", "2.000", 20_000)]


def test_yesterday_is_proposed_while_nothing_is_known_of_it(town: Town):
    yesterday = clock.today("Asia/Makassar") - timedelta(1)
    assert town.browser(T1).get("/uploads/sheet").typed("day") == str(yesterday)
    post(town, T1, day=str(yesterday), **{field(town): "1"})
    assert town.browser(T1).get("/uploads/sheet").typed("day") == str(date.fromordinal(yesterday.toordinal() + 1))
