"""A count as a scanner makes it: codes and Enter, with and without the script, and through a line that goes down."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import text

from consign.db import Database
from consign.files import Files
from consign.sample.load import REGION
from tests.browser.people import PHONE, open_context, sign_in
from tests.browser.test_every_page import Survey, _look

STORE = "eng01@enggang.example"
NOBODYS = "4006381333931"


@pytest.fixture
def numbers(sample: tuple[Database, Files]) -> list[str]:
    """Return the numbers of two products."""
    with sample[0].transaction(REGION) as session:
        query = text(
            "SELECT min(number) FROM barcode WHERE retired_at IS NULL GROUP BY product_id ORDER BY product_id LIMIT 2"
        )
        return list(session.scalars(query))


@pytest.fixture
def page(chromium: Browser, sample_site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a count of some goods on a phone; the parameter says whether the script runs."""
    context = open_context(chromium, sample_site, size=PHONE, script=getattr(request, "param", True), language="en")
    page = context.new_page()
    sign_in(page, STORE, language="en")
    page.goto("/counts/new")
    page.check("input[name=extent][value=part]")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/counts/SO-"))
    yield page
    context.close()


def scan(page: Page, code: str) -> None:
    """Type a code and Enter, as a scanner does, to wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def sums(sample: tuple[Database, Files], page: Page) -> list[int]:
    """Return what was counted of each product, as it is kept."""
    number = re.search(r"SO-[0-9-]+", page.url)
    assert number is not None
    with sample[0].transaction(REGION) as session:
        query = text("""
            SELECT sum(quantity)::int FROM stock_scan JOIN stock_note ON stock_note.id = note_id
            WHERE number = :number GROUP BY product_id ORDER BY product_id""")
        return list(session.scalars(query, {"number": number[0]}))


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["with script", "without script"])
def test_a_scanner_counts_pack_after_pack(page: Page, sample: tuple[Database, Files], numbers: list[str]):
    first, second = numbers
    for place, code in enumerate((first, second, first, first), 1):
        scan(page, code)
        expect(page.locator("#packs")).to_have_text(str(place))
        expect(page.locator("#field-code")).to_be_focused()
        expect(page.locator("#field-code")).to_have_value("")
    expect(page.locator("#counted")).to_contain_text("1 counted, 3 in all.")
    scan(page, NOBODYS)
    expect(page.locator("#miscounted")).to_contain_text("Not counted")
    expect(page.locator("#miscounted")).to_contain_text(NOBODYS)
    expect(page.locator("#field-code")).to_be_focused()
    scan(page, second)
    expect(page.locator("#packs")).to_have_text("5")
    page.locator("#undo button").click()
    expect(page.locator("#counted")).to_contain_text("1 taken back, 1 in all.")
    assert sums(sample, page) == [3, 1]
    page.locator(".finish a").click()
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".state-recorded")).to_be_visible()


def test_scans_faster_than_the_line_are_all_counted(page: Page, sample: tuple[Database, Files], numbers: list[str]):
    for _ in range(10):
        scan(page, numbers[0])
    expect(page.locator("#packs")).to_have_text("10")
    assert sums(sample, page) == [10]


def test_what_is_scanned_without_a_line_is_kept_and_counted_once(
    page: Page, sample: tuple[Database, Files], numbers: list[str]
):
    page.context.set_offline(True)
    for code in (numbers[0], numbers[1], numbers[0]):
        scan(page, code)
    expect(page.locator("#line")).to_contain_text("Not sent yet: 3")
    page.locator(".finish a").click()  # it would be recorded without them
    expect(page.locator("#line")).to_contain_text("Not sent yet: 3")
    assert sums(sample, page) == []
    page.context.set_offline(False)
    expect(page.locator("#packs")).to_have_text("3")
    expect(page.locator("#line")).to_be_hidden()
    assert sums(sample, page) == [2, 1]


def test_a_scan_whose_answer_is_lost_is_sent_again_and_counted_once(
    page: Page, sample: tuple[Database, Files], numbers: list[str]
):
    """The server counts it, and the page does not learn of that; a page that is opened anew sends it again."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/scan", lose)
    scan(page, numbers[0])
    expect(page.locator("#line")).to_contain_text("Not sent yet: 1")
    assert sums(sample, page) == [1]
    page.unroute("**/scan")
    page.reload()
    expect(page.locator("#counted")).to_contain_text("1 counted, 1 in all.")
    expect(page.locator("#line")).to_be_hidden()
    assert sums(sample, page) == [1]


def test_a_refused_scan_stays_until_somebody_has_read_it(page: Page):
    scan(page, NOBODYS)
    expect(page.locator("#miscounted .alert")).to_have_count(1)
    page.reload()
    expect(page.locator("#miscounted .alert")).to_have_count(1)
    page.locator("#miscounted button").click()
    expect(page.locator("#miscounted .alert")).to_have_count(0)
    expect(page.locator("#field-code")).to_be_focused()


def test_a_correction_is_kept_while_somebody_scans(page: Page, sample: tuple[Database, Files], numbers: list[str]):
    scan(page, numbers[0])
    expect(page.locator("#packs")).to_have_text("1")
    page.locator("#goods input[inputmode]").fill("7")
    page.locator("#field-code").focus()
    scan(page, numbers[0])
    expect(page.locator("#packs")).to_have_text("2")
    page.locator("#goods button").click()
    expect(page.locator("#packs")).to_have_text("7")
    assert sums(sample, page) == [7]


def test_no_camera_is_offered_where_the_browser_reads_no_barcodes(page: Page):
    has_detector = page.evaluate("'BarcodeDetector' in window")
    if has_detector:
        pytest.skip("this browser reads barcodes")
    expect(page.locator("#camera")).to_be_hidden()


def test_a_page_in_the_midst_of_counting_is_in_order(page: Page, sample_app: FastAPI, numbers: list[str]):
    survey = Survey(sample_app)
    scan(page, numbers[0])
    scan(page, NOBODYS)
    expect(page.locator("#miscounted .alert")).to_have_count(1)
    _look(survey, page, "counting", source=page.content())
    page.goto(page.url + "/record")
    _look(survey, page, "finishing", source=page.content())
    assert "\n".join(survey.problems) == ""
