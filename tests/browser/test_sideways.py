"""What goes on to the right of a table is hinted at, until its end is reached; a table that fits has no hint."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import DESK, open_context, sign_in

TABLET = {"width": 700, "height": 900}
HINT = "() => getComputedStyle(document.querySelector('.scroll'), '::after').opacity"
WIDER = "() => { const one = document.querySelector('.scroll'); return one.scrollWidth > one.clientWidth; }"
TO_THE_END = """() => new Promise(done => {
  document.querySelector('.scroll').scrollLeft = 99999; requestAnimationFrame(() => requestAnimationFrame(done)); })"""


def open_page(chromium: Browser, site: str, path: str, size: dict[str, int]) -> Page:
    page = open_context(chromium, site, size=size, script=True).new_page()
    sign_in(page, "keuangan@dinas.example")
    page.goto(path)
    return page


def test_a_wide_table_shows_that_it_goes_on_until_its_end(chromium: Browser, sample_site: str):
    page = open_page(chromium, sample_site, "/parked", TABLET)
    assert page.evaluate(WIDER)
    assert page.evaluate(HINT) == "1"
    page.evaluate(TO_THE_END)
    assert page.evaluate(HINT) == "0"


@pytest.mark.parametrize("path", ["/proofs", "/payouts"])
def test_a_table_that_fits_shows_no_hint(chromium: Browser, sample_site: str, path: str):
    page = open_page(chromium, sample_site, path, DESK)
    assert not page.evaluate(WIDER)
    assert page.evaluate(HINT) == "0"
