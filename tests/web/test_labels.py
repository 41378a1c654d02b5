"""Labels on pages: asking for them, what is told at once, the finished sheet, papers and the test scan."""

import re

import pytest

from consign.jobs import enqueued
from tests.builders import ADMIN, AUDITOR, FINANCE, KERIPIK
from tests.conftest import REGION
from tests.web.browsing import Browser, Page
from tests.web.test_weight import MOST_BYTES
from tests.web.town import FIRST, SECOND, Town


def stock_id(town: Town, name: str = "Tom & Jerry 121") -> str:
    return str(town.id("label_stock", name=name))


def product_id(town: Town, code: str = "PRD-1") -> str:
    return str(town.id("product", code=code))


def ask(town: Town, browser: Browser, **typed: str) -> Page:
    wanted = {"stock": stock_id(town), "symbol": "till", "start_at": "1", f"copies_{product_id(town)}": "4"}
    return browser.post("/labels/new", {**wanted, **typed}, page="/privacy")


def make(town: Town, page: Page) -> Page:
    """Let the worker make the sheet of *page*; return the page as it is then."""
    order_id = int(page.path.rpartition("/")[2])
    enqueued.make_sheet_of_labels(town.database, town.files, region=REGION, order_id=order_id)
    return town.browser(FIRST).get(page.path)


def test_a_producer_asks_for_labels_and_downloads_the_sheet_once_every_symbol_was_read(town: Town):
    producer = town.browser(FIRST)
    form = producer.get("/labels/new?product=PRD-1")
    assert form.typed(f"copies_{product_id(town)}") == "12"
    page = ask(town, producer, **{f"batch_{product_id(town)}": "B12", f"expires_{product_id(town)}": "2027-03-12"})
    assert re.fullmatch(r"/labels/[0-9]+", page.path)
    assert "being made" in page.text
    assert producer.get(f"{page.path}/state").source == '{"state":"waiting"}'
    assert producer.get(f"{page.path}/sheet").status == 404
    page = make(town, page)
    for said in ("ready", "4 symbols, all right", "Keripik Singkong", KERIPIK, "B12", "12 Mar 2027"):
        assert said in page.text
    sheet = producer.get(f"{page.path}/sheet")
    assert sheet.answer.content.startswith(b"%PDF-")
    assert sheet.answer.headers["x-content-type-options"] == "nosniff"
    assert producer.get(f"{page.path}/preview").answer.content.startswith(b"\x89PNG")
    assert page.path.rpartition("/")[2] in producer.get("/labels").source


def test_without_a_number_of_labels_nothing_is_asked_for_and_what_was_typed_stays(town: Town):
    producer = town.browser(FIRST)
    page = ask(town, producer, **{f"copies_{product_id(town)}": "", f"batch_{product_id(town)}": "B9"})
    assert page.is_refused()
    assert "Say how many" in page.text
    assert page.typed(f"batch_{product_id(town)}") == "B9"
    assert town.ask("SELECT count(*) FROM label_order") == [(0,)]


@pytest.mark.parametrize(("field", "text"), [("copies", "2001"), ("copies", "banyak"), ("expires", "31/02/2027")])
def test_what_cannot_be_is_said_at_its_field(shared_town: Town, field: str, text: str):
    name = f"{field}_{product_id(shared_town)}"
    page = ask(shared_town, shared_town.browser(FIRST), **{name: text})
    assert page.is_refused()
    assert page.problem(name)


def test_narrow_paper_asks_for_a_test_scan_which_lets_thin_bars_through(town: Town):
    producer = town.browser(FIRST)
    roll = stock_id(town, "Termal 33x15 3 lajur")
    page = ask(town, producer, stock=roll)
    assert page.is_refused()
    page = ask(town, producer, stock=roll, small="yes")
    assert "test scan" in page.text.lower()
    assert f"/label-papers/{roll}" in page.source
    page = producer.post(f"/label-papers/{roll}/test-scan", {"dpi": "203"}, page="/privacy")
    assert producer.get(f"{page.path}/sheet").answer.content.startswith(b"%PDF-")
    number = str(town.ask("SELECT max(number) FROM scan_test")[0][0])
    assert number not in page.source
    wrong = producer.post(page.path, {"read": KERIPIK}, page="/privacy")
    assert wrong.is_refused()
    passed = producer.post(page.path, {"read": number}, page="/privacy")
    assert "You may print them on this paper now" in passed.text
    page = ask(town, producer, stock=roll, small="yes")
    assert re.fullmatch(r"/labels/[0-9]+", page.path)
    assert "ready" in make(town, page).text


def test_people_of_the_dinas_say_whose_goods_they_are(town: Town):
    admin = town.browser(ADMIN)
    assert "Whose goods" in admin.get("/labels/new").text
    page = admin.get("/labels/new?producer=P1")
    assert "Keripik Singkong" in page.text
    assert "Sambal" not in page.text
    assert admin.get("/labels/new?producer=tidak-ada").is_refused()
    page = ask(town, admin, producer="P1")
    assert re.fullmatch(r"/labels/[0-9]+", page.path)


def test_others_labels_are_not_there(town: Town):
    page = ask(town, town.browser(FIRST))
    for ending in ("", "/state", "/sheet", "/preview"):
        assert town.browser(SECOND).get(f"{page.path}{ending}").status == 404
    assert town.browser(AUDITOR).get(page.path).status == 200
    assert town.browser(FINANCE).get(page.path).status == 403


def test_a_label_paper_is_added_corrected_and_printed_as_a_test_page(town: Town):
    admin = town.browser(ADMIN)
    facts = {
        "name": "Label Uji", "page_width_um": "210", "page_height_um": "297", "label_width_um": "63,5",
        "label_height_um": "38.1", "columns": "3", "rows": "7", "left_um": "7,25", "top_um": "15,15", "pitch_x_um": "66",
        "pitch_y_um": "38,1", "dpi": "600", "in_use": "yes",
    }  # fmt: skip
    page = admin.post("/label-papers/new", facts)
    assert "Label Uji" in page.text
    assert re.search("63,5 . 38,1 mm", page.text)
    assert admin.get(f"{page.path}/test-page?dpi=300").answer.content.startswith(b"%PDF-")
    wide = admin.post(f"{page.path}/edit", {**facts, "columns": "4"})
    assert wide.is_refused()
    assert "page is" in wide.text
    again = admin.post("/label-papers/new", facts)
    assert again.problem("name")
    assert town.ask("SELECT columns, label_width_um FROM label_stock WHERE name = 'Label Uji'") == [(3, 63_500)]


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "1e9", "63,55555", "lebar", "601"])
def test_a_length_that_is_none_is_refused(shared_town: Town, text: str):
    page = shared_town.browser(ADMIN).post("/label-papers/new", {"name": "Y", "page_width_um": text, "dpi": "300"})
    assert page.is_refused()
    assert "millimetres" in page.problem("page_width_um")


def test_the_form_stays_light(shared_town: Town):
    answer = shared_town.browser(FIRST).get("/labels/new")
    assert len(answer.source.encode()) < 6 * MOST_BYTES
