"""A producer sends goods from a phone and the store confirms them on a phone, in a real browser, with the script and without."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import PHONE, open_context, sign_in

PRODUCER, STORE, STORE_NAME = "ratmi@umkm.example", "p03@pesut.example", "Batu Ampar"
GOODS = ("BPN-001", "BPN-002")
"""Products whose papers are in order; a producer's first in the list may be a successor that awaits its own."""


@dataclass(frozen=True)
class Way:
    """One way to do it; the quantities differ, so that one delivery is not taken for the other sent twice."""

    script: bool
    sent: str
    accepted: str


@pytest.mark.parametrize(
    "way",
    [Way(script=True, sent="24", accepted="21"), Way(script=False, sent="18", accepted="15")],
    ids=["script", "no script"],
)
def test_goods_are_sent_and_three_packs_refused(chromium: Browser, sample_site: str, way: Way):
    kitchen = open_context(chromium, sample_site, size=PHONE, script=way.script)
    number = send(kitchen.new_page(), way)
    kitchen.close()
    shop = open_context(chromium, sample_site, size=PHONE, script=way.script)
    confirm(shop.new_page(), way, number)
    shop.close()


def send(page: Page, way: Way) -> str:
    """Send two products, the second in a line that was asked for; return the number of the note."""
    sign_in(page, PRODUCER)
    page.goto("/goods/new?kind=delivery")
    refuse_overhang(page)
    store = page.locator("#field-where option", has_text=STORE_NAME).get_attribute("value")
    page.select_option("#field-where", store)
    page.select_option("#field-item_1", GOODS[0])
    page.fill("#field-quantity_1", way.sent)
    page.locator("[data-add-line]").click()
    last = 4 if way.script else 6
    expect(page.locator("[data-line]")).to_have_count(last)
    assert page.input_value("#field-quantity_1") == way.sent
    page.select_option(f"#field-item_{last}", GOODS[1])
    page.fill(f"#field-quantity_{last}", "6")
    if way.script:  # it knows how long goods keep; without it the page fills that in and asks
        assert page.input_value(f"#field-expires_{last}")
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_load_state()
    if not way.script and page.locator("#problems").count():
        assert page.input_value("#field-expires_2")
        page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url(re.compile(r"/goods/SJ-\d{4}-\d{6}$"))
    refuse_overhang(page)
    return page.url.rpartition("/")[2]


def confirm(page: Page, way: Way, number: str) -> None:
    """Find the note by the number on its paper, refuse three packs, forgetting first to say why."""
    sign_in(page, STORE)
    page.goto("/goods")
    page.fill("input[name=number]", number)
    page.keyboard.press("Enter")  # as a scanner ends what it read
    page.wait_for_url(re.compile(rf"/goods/{number}$"))
    refuse_overhang(page)
    page.locator(".arrivals > li").first.locator("summary").first.click()
    page.fill("#field-refused_1_1", "3")
    page.locator("form.confirm button.btn-primary").click()
    expect(page.locator("#problems a")).to_have_attribute("href", "#field-why_1_1")
    assert page.input_value("#field-refused_1_1") == "3"
    page.select_option("#field-why_1_1", "damaged")
    page.locator("form.confirm button.btn-primary").click()
    first = page.locator("table.cards tbody tr").first
    expect(first.locator("[data-label=Diterima]")).to_have_text(way.accepted)
    refuse_overhang(page)


def refuse_overhang(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
